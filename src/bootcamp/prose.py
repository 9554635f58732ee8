"""Translates what notebooks say: Markdown by paragraphs, so that a changed one costs no other.

Of code only the comments are translated; what Python reads is never touched.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterator

__all__ = ["comments", "paragraphs", "translated", "translated_comments"]

_BETWEEN = re.compile(r"(\n[ \t]*\n\s*)")
# A line that is run once its `#` is taken away is code.
_CODE_IN_COMMENT = re.compile(r"#\s*(hint|submit)\(")
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


def comments(code: str) -> list[str]:
    """Give what the comments of a cell say, in order, without their `#`."""
    return [said for _, _, said in _comments(code)]


def translated_comments(code: str, translate: Callable[[str], str]) -> str:
    """Give the code with what its comments say put through `translate`."""
    lines = code.splitlines(keepends=True)
    for line, column, said in _comments(code):
        end = column + len(said)
        text = lines[line]
        lines[line] = text[:column] + translate(said).replace("\n", " ") + text[end:]
    return "".join(lines)


def _comments(code: str) -> Iterator[tuple[int, int, str]]:
    """Give line and column, both from 0, of what each comment says, and that."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):  # a cell that is to be finished
        return
    for token in tokens:
        said = token.string.lstrip("# ")
        worded = token.type == tokenize.COMMENT and _LETTERS.search(said)
        if worded and not _CODE_IN_COMMENT.match(token.string):
            yield token.start[0] - 1, token.end[1] - len(said), said
