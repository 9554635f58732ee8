"""Half characters: JSON may name one half of a surrogate pair, and no file can take it."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["whole_characters", "whole_text"]


def whole_text(text: str) -> str:
    """Give the text with a mark for each half character."""
    return text.encode(errors="replace").decode()


def whole_characters(value: Any) -> Any:
    """Give a JSON value with a mark for each half character."""
    return json.loads(whole_text(json.dumps(value, ensure_ascii=False)))
