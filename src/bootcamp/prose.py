"""Translates Markdown paragraph by paragraph, so that a changed one costs no other."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["paragraphs", "translated"]

_BETWEEN = re.compile(r"(\n[ \t]*\n\s*)")
_LETTERS = re.compile(r"[^\W\d_]{2}")


def paragraphs(markdown: str) -> list[str]:
    """Give what a translator is asked for, in order: the blocks between blank lines, with words."""
    return [block for block in _BETWEEN.split(markdown.strip()) if _LETTERS.search(block)]


def translated(markdown: str, translate: Callable[[str], str]) -> str:
    """Give the text with each paragraph put through `translate`; what lies between them stays."""
    head = markdown[: len(markdown) - len(markdown.lstrip())]
    tail = markdown[len(markdown.rstrip()) :] if markdown.strip() else ""
    parts = _BETWEEN.split(markdown.strip())
    return head + "".join(translate(p) if _LETTERS.search(p) else p for p in parts) + tail
