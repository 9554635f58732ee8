"""Runs in the learner's process: answers one question with plain values. Holds no secret.

Its text is sent to the kernel. It may be tampered with there, which can only make answers wrong:
they are decoded and judged outside. An answer is base64 of JSON, so that no quoting can differ.
"""

from typing import Any


def _bootcamp_probe(namespace: "dict[str, Any]", question: str) -> str:
    """Give the answer to `question` (base64 of JSON) about `namespace`, as base64 of JSON."""
    import base64  # noqa: PLC0415
    import json  # noqa: PLC0415

    def plain(value: "Any", depth: int = 0) -> "Any":  # noqa: PLR0911 - one line a kind
        if depth > 20:
            raise TypeError("nested too deeply")
        if value is None or type(value) in (bool, int, float, str):
            return value
        kind = type(value)
        module, name = kind.__module__.partition(".")[0], kind.__name__
        if module == "pandas" and name == "DataFrame":
            return plain(value.to_dict("records"), depth + 1)
        if module == "pandas" and name in ("Series", "Index"):
            return plain(value.tolist(), depth + 1)
        if module == "numpy" and hasattr(value, "tolist"):
            return plain(value.tolist(), depth + 1)
        if isinstance(value, dict):
            return {
                str(plain(key, depth + 1)): plain(item, depth + 1) for key, item in value.items()
            }
        if isinstance(value, (list, tuple, set, frozenset)):
            return [plain(item, depth + 1) for item in value]
        for base in (bool, int, float, str):
            if isinstance(value, base):
                return base(value)
        if hasattr(value, "isoformat"):
            return str(value.isoformat())
        if hasattr(value, "__fspath__"):
            return str(value)
        raise TypeError(name)

    answer: dict[str, object]
    asked = json.loads(base64.b64decode(question))
    try:
        target = namespace[asked["name"]]
        if "args" in asked:
            try:
                target = target(*asked["args"], **asked["kwargs"])
            except Exception as error:
                target, answer = None, {"raised": type(error).__name__}
            else:
                answer = {"value": plain(target)}
        else:
            answer = {"value": plain(target)}
    except KeyError:
        answer = {"missing": True}
    except Exception as error:
        answer = {"unplain": str(error)[:80]}
    text = json.dumps(answer)
    if len(text) > asked["most"]:
        text = json.dumps({"big": True})
    return base64.b64encode(text.encode()).decode()
