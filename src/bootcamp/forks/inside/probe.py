"""Answers one question with plain values, in the learner's process. Holds no secret.

It may be tampered with there, which can only make answers wrong: they are judged outside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["answer"]


def answer(namespace: Mapping[str, Any], question: Mapping[str, Any]) -> str:
    """Answer `question` about `namespace`, as JSON of at most `question["most"]` bytes."""
    found: dict[str, object]
    try:
        target = namespace[question["name"]]
        if "args" in question:
            try:
                target = target(*question["args"], **question["kwargs"])
            except Exception as error:
                found = {"raised": type(error).__name__}
            else:
                found = {"value": _plain(target)}
        else:
            found = {"value": _plain(target)}
    except KeyError:
        found = {"missing": True}
    except Exception as error:
        found = {"unplain": str(error)[:80]}
    text = json.dumps(found)
    return text if len(text) <= question["most"] else json.dumps({"big": True})


def _plain(value: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one line a kind
    if depth > 20:
        raise TypeError("nested too deeply")
    if value is None or type(value) in (bool, int, float, str):
        return value
    kind = type(value)
    module, name = kind.__module__.partition(".")[0], kind.__name__
    if module == "pandas" and name == "DataFrame":
        return _plain(value.to_dict("records"), depth + 1)
    if module == "pandas" and name in ("Series", "Index"):
        return _plain(value.tolist(), depth + 1)
    if module == "numpy" and hasattr(value, "tolist"):
        return _plain(value.tolist(), depth + 1)
    if isinstance(value, dict):
        return {str(_plain(key, depth + 1)): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item, depth + 1) for item in value]
    for base in (bool, int, float, str):
        if isinstance(value, base):
            return base(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if hasattr(value, "__fspath__"):
        return str(value)
    raise TypeError(name)
