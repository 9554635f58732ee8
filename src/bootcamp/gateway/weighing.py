"""How much a call takes, where nobody has counted it yet; and reading the count of who has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bootcamp.gateway.engines import Usage
from bootcamp.gateway.wire import DONE

__all__ = ["contents_of", "finished_of", "said_in", "take_usage", "weigh"]

_IMAGE_TOKENS = 1_500
_READ_BY_MODELS = ("messages", "tools", "functions", "response_format", "input")


def take_usage(found: Mapping[str, Any], usage: Usage) -> bool:
    """Take the upstream's own count, where the answer has it."""
    counted = found.get("usage")
    if not isinstance(counted, dict):
        return False
    prompt, completion = counted.get("prompt_tokens"), counted.get("completion_tokens")
    if not isinstance(prompt, int) or prompt < 0:
        return False
    usage.prompt = prompt
    usage.completion = completion if isinstance(completion, int) and completion > 0 else 0
    return True


def said_in(found: Mapping[str, Any]) -> str:
    """Everything that a chunk says, for a count where the upstream never gets to give its own."""
    choices = found.get("choices")
    deltas = [choice.get("delta") for choice in choices if isinstance(choice, dict)] if isinstance(
        choices, list
    ) else []  # fmt: skip
    texts = []
    for delta in deltas:
        if isinstance(delta, dict):
            said = {name: value for name, value in delta.items() if name != "role" and value}
            texts.append(delta["content"] if isinstance(delta.get("content"), str) else "")
            if said.keys() - {"content"}:
                texts.append(json.dumps({k: v for k, v in said.items() if k != "content"}))
    return "".join(texts)


def weigh(body: Mapping[str, Any]) -> int:
    """Weigh in bytes all that the model will read; an embedded image counts as a fixed amount."""
    weight = 0
    waiting: list[object] = [body[name] for name in _READ_BY_MODELS if name in body]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            weight += (
                _IMAGE_TOKENS * 2
                if part.startswith("data:")
                else len(part.encode("utf-8", "replace"))
            )
        elif isinstance(part, dict):
            weight += 8
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif part is not None:
            weight += 4
    return weight


def contents_of(events: Iterable[bytes]) -> dict[int, str]:
    """Put together what each choice of a stream says, from the events of the stream."""
    texts: dict[int, str] = {}
    for piece in events:
        if piece == DONE:
            break
        for choice in json.loads(piece[6:]).get("choices") or ():
            delta = choice.get("delta") if isinstance(choice, dict) else None
            said = delta.get("content") if isinstance(delta, dict) else None
            if isinstance(said, str):
                index = choice.get("index")
                at = index if isinstance(index, int) else 0
                texts[at] = texts.get(at, "") + said
    return texts


def finished_of(events: Iterable[bytes]) -> dict[int, str]:
    """Give the texts of the choices that came to their own end.

    Refusals, tool calls and texts that were cut off are what they are, and left out.
    """
    events = tuple(events)
    other: set[int] = set()
    for piece in events:
        if piece == DONE:
            break
        for choice in json.loads(piece[6:]).get("choices") or ():
            if not isinstance(choice, dict) or not isinstance(choice.get("index"), int):
                continue
            delta = choice.get("delta")
            delta = delta if isinstance(delta, dict) else {}
            ended = choice.get("finish_reason") not in (None, "stop")
            if ended or delta.get("refusal") or delta.get("tool_calls"):
                other.add(choice["index"])
    return {index: said for index, said in contents_of(events).items() if index not in other}
