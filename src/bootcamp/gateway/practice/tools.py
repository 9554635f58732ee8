"""Chooses a tool for what was said, and fills its arguments from the words said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bootcamp.gateway.practice.embed import Embedder
from bootcamp.gateway.practice.extract import Extractor, NotInTextError, fill
from bootcamp.gateway.practice.text import COURTESY, STOPWORDS, stem, words
from bootcamp.gateway.practice.thesaurus import thesaurus

__all__ = ["Tool", "ToolCall", "ToolChoice", "choose_tool", "read_tools"]

_ENOUGH = 0.2
_MARGIN = 0.02
_MOST_TOOLS = 128


@dataclass(frozen=True)
class Tool:
    """A function that the caller offers."""

    name: str
    description: str
    parameters: Mapping[str, object]

    @property
    def about(self) -> str:
        """What the tool does, in words."""
        spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", self.name).replace("_", " ")
        return f"{spoken}. {self.description}".strip()


@dataclass(frozen=True)
class ToolCall:
    """A tool to call, with its arguments as JSON."""

    name: str
    arguments: str


@dataclass(frozen=True)
class ToolChoice:
    """A call, or the tool that fits with the argument that is missing, or neither."""

    call: ToolCall | None = None
    fits: str = ""
    missing: str = ""


def read_tools(offered: object) -> list[Tool]:
    """Read the `tools` of a chat request, or of a Responses request; what is no function is out."""
    tools = []
    for entry in offered[:_MOST_TOOLS] if isinstance(offered, list) else ():
        if not isinstance(entry, dict) or entry.get("type", "function") != "function":
            continue
        about = entry.get("function", entry)
        if isinstance(about, dict) and isinstance(about.get("name"), str):
            parameters = about.get("parameters")
            tools.append(
                Tool(
                    about["name"],
                    str(about.get("description") or ""),
                    parameters if isinstance(parameters, dict) else {},
                )
            )
    return tools


def choose_tool(
    text: str, tools: Sequence[Tool], choice: object, embedder: Embedder, extractor: Extractor
) -> ToolChoice:
    """Choose among *tools* for *text*.

    Args:
        text: what the user said.
        tools: what is offered.
        choice: OpenAI's `tool_choice`: 'auto', 'none', 'required' or one named function.
        embedder: compares what is said with what tools do.
        extractor: fills arguments.
    """
    named = _named(choice)
    if choice == "none" or not tools:
        return ToolChoice()
    if named:
        candidates = [tool for tool in tools if tool.name == named]
        if not candidates:
            return ToolChoice()
    else:
        scores = _scores(text, tools, embedder)
        order = sorted(range(len(tools)), key=lambda at: (-round(scores[at], 6), at))
        unclear = scores[order[0]] < _ENOUGH or (
            len(order) > 1 and scores[order[0]] - scores[order[1]] < _MARGIN
        )
        if choice != "required" and unclear:
            return ToolChoice()
        candidates = [tools[order[0]]]
    tool = candidates[0]
    try:
        arguments = fill(_droppable(tool.parameters), text, extractor)
    except NotInTextError as error:
        return ToolChoice(fits=tool.name, missing=str(error))
    given = {name: value for name, value in arguments.items() if value is not None or (
        name in _required(tool.parameters))}  # fmt: skip
    return ToolChoice(ToolCall(tool.name, json.dumps(given, ensure_ascii=False)), tool.name)


def _scores(text: str, tools: Sequence[Tool], embedder: Embedder) -> list[float]:
    """Blend likeness with the share of a tool's own words that were said."""
    about = [tool.about for tool in tools]
    rows = embedder.embed([text, *about], about)
    cosines = rows[1:] @ rows[0]
    said = _stems(text)
    meant = {c for c, weight in thesaurus().concepts(said).items() if weight >= 1.0}
    scores = []
    for tool, cosine in zip(tools, cosines, strict=True):
        name = tool.about.split(".")[0]
        own = _stems(name)
        hits = [
            word in said
            or any(w >= 1.0 and c in meant for c, w in thesaurus().concepts([word]).items())
            for word in own
        ]
        scores.append(float(cosine) + 0.25 * (sum(hits) / len(hits) if hits else 0.0))
    return scores


def _stems(text: str) -> list[str]:
    return [
        stem(word)
        for word in words(text)
        if word not in STOPWORDS and word not in COURTESY and len(word) > 1
    ]


def _named(choice: object) -> str:
    if not isinstance(choice, dict):
        return ""
    function = choice.get("function", choice)
    return str(function.get("name") or "") if isinstance(function, dict) else ""


def _required(parameters: Mapping[str, object]) -> set[str]:
    required = parameters.get("required")
    return set(required) if isinstance(required, list) else set()


def _droppable(parameters: Mapping[str, object]) -> dict[str, object]:
    """Without a list of required arguments, every argument may be left out."""
    return {**parameters, "required": sorted(_required(parameters))}
