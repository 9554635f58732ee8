"""What an engine behind the gateway is, and the one that is always there: the practice model."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, Protocol

import anyio.to_thread
import numpy as np

from bootcamp.gateway.practice import (
    MODEL_NAME,
    Embedder,
    PracticeModel,
    Turn,
    count_tokens,
)
from bootcamp.gateway.wire import DONE, encode, event, invalid

__all__ = [
    "EMBEDDING",
    "LARGE",
    "SMALL",
    "Call",
    "Endpoint",
    "Engine",
    "Need",
    "PracticeEngine",
    "Reply",
    "Usage",
]

# The names that labs ask for; what stands behind them is the cohort file's affair.
SMALL = "bootcamp-small"
LARGE = "bootcamp-large"
EMBEDDING = "bootcamp-embedding"
Endpoint = Literal["chat", "embeddings"]

_LONGEST_PROMPT = 100_000
_MOST_CHOICES = 8
_CHATTER = 200
"""Tokens that a practice answer may take beyond what it quotes from the prompt."""
_SHORTEST_ANSWER = 100
_PIECE = 24
_MOST_INPUTS = 2_048
_HEADERS = {"x-bootcamp-engine": "practice", "x-bootcamp-usage": "simulated"}


@dataclass(frozen=True)
class Call:
    """One checked request; `model` is the name that the caller uses."""

    id: str
    endpoint: Endpoint
    model: str
    body: Mapping[str, Any]
    stream: bool = False
    wants_usage: bool = False
    cap: int | None = None
    """The most tokens that an answer may have where the caller named no limit."""


@dataclass(frozen=True)
class Need:
    """The most that a call may take, to be set aside for it, in tokens.

    Where the caller left the length of the answers `open`, they are held to what was set aside,
    and may be held to less.
    """

    prompt: int
    answer: int = 0
    choices: int = 1
    open: bool = False

    @property
    def tokens(self) -> int:
        """Everything together."""
        return self.prompt + self.answer * self.choices

    @property
    def least(self) -> int | None:
        """With how few the call is still worth making; None where it needs them all."""
        if not self.open:
            return None
        return self.prompt + min(self.answer, _SHORTEST_ANSWER) * self.choices

    def held_to(self, call: Call, tokens: int) -> Call:
        """Give the call as it may be made with so many tokens."""
        if not self.open:
            return call
        return replace(call, cap=(tokens - self.prompt) // self.choices)


@dataclass
class Usage:
    """What a call took; the engine fills in what it learns as it goes."""

    prompt: int = 0
    completion: int = 0
    simulated: bool = False
    model: str = ""
    """The name of the model that answered, or was last asked, as its service calls it."""


@dataclass
class Reply:
    """An engine's answer: the whole body at once, or events to pass on as they come."""

    headers: Mapping[str, str]
    body: bytes | None = None
    events: AsyncGenerator[bytes] | None = None
    lost: list[str] = field(default_factory=list)
    """Filled by a stream that broke off; what it gave until then was passed on."""


class Engine(Protocol):
    """Answers requests."""

    name: str

    @property
    def small_in_words(self) -> str:
        """Who answers as the everyday model, exactly enough to tell one run from another."""

    def models(self, call: Call) -> Sequence[str]:
        """Give the names of all models that may come to answer, the likely one first.

        Raises:
            GatewayProblem: there is no such model.
        """

    def need(self, call: Call) -> Need:
        """Say what is to be set aside for the call."""

    def answer(self, call: Call, usage: Usage) -> AbstractAsyncContextManager[Reply]:
        """Answer a call; leaving the context ends all work on it.

        Raises:
            GatewayProblem: there is no answer.
        """


class PracticeEngine:
    """The practice model in OpenAI's wire format."""

    name = "practice"

    def __init__(
        self, model: PracticeModel | None = None, embedder: Embedder | None = None
    ) -> None:
        self._model = model or PracticeModel()
        self.small_in_words = f"{MODEL_NAME} ({self._model.fingerprint.removeprefix('fp_')})"
        self._embed = embedder.embed if embedder else self._model.vectors
        self._limiter: anyio.CapacityLimiter | None = None

    def models(self, _call: Call) -> Sequence[str]:
        """Give its one model."""
        return (MODEL_NAME,)

    def need(self, call: Call) -> Need:
        """Count the prompt, and an answer that may quote all of it."""
        if call.endpoint == "embeddings":
            return Need(sum(count_tokens(text) for text in _inputs(call.body)))
        prompt = sum(count_tokens(turn.text) + 3 for turn in _turns(call.body))
        most = _max_tokens(call.body)
        answer = prompt + _CHATTER if most is None else min(most, prompt + _CHATTER)
        return Need(prompt, answer, _choices(call.body))

    @asynccontextmanager
    async def answer(self, call: Call, usage: Usage) -> AsyncIterator[Reply]:
        """Answer in a worker thread, so that nobody else waits for it."""
        usage.simulated, usage.model = True, MODEL_NAME
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(1)
        if call.endpoint == "embeddings":
            yield await self._embeddings(call, usage, self._limiter)
        else:
            yield await self._chat(call, usage, self._limiter)

    async def _embeddings(self, call: Call, usage: Usage, limiter: anyio.CapacityLimiter) -> Reply:
        texts = _inputs(call.body)
        dimensions = _dimensions(call.body)
        rows = await anyio.to_thread.run_sync(self._embed, texts, limiter=limiter)
        if dimensions is not None:
            if dimensions > rows.shape[1]:
                raise invalid(
                    f"The practice model's vectors have {rows.shape[1]} dimensions; ask for no "
                    "more.",
                    param="dimensions",
                )
            rows = rows[:, :dimensions]
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            rows = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        usage.prompt = sum(count_tokens(text) for text in texts)
        as_text = call.body.get("encoding_format") == "base64"
        body = {
            "object": "list",
            "model": MODEL_NAME,
            "data": [
                {
                    "object": "embedding",
                    "index": index,
                    "embedding": base64.b64encode(row.astype("<f4").tobytes()).decode()
                    if as_text
                    else row.astype(float).tolist(),
                }
                for index, row in enumerate(rows)
            ],
            "usage": {"prompt_tokens": usage.prompt, "total_tokens": usage.prompt},
        }
        return Reply(_HEADERS, body=encode(body))

    async def _chat(self, call: Call, usage: Usage, limiter: anyio.CapacityLimiter) -> Reply:
        turns = _turns(call.body)
        count = _choices(call.body)
        form = call.body.get("response_format")
        if form is not None and not isinstance(form, dict):
            raise invalid("'response_format' must be an object.", param="response_format")
        answer = await anyio.to_thread.run_sync(
            partial(
                self._model.answer,
                turns,
                form,
                call.body.get("tools"),
                call.body.get("tool_choice"),
            ),
            limiter=limiter,
        )
        text, reason = _cut_off(answer.text, call.body)
        calls = [
            {
                "id": f"call_{call.id}_{position}",
                "type": "function",
                "function": {"name": tool.name, "arguments": tool.arguments},
            }
            for position, tool in enumerate(answer.tool_calls)
        ]
        usage.prompt = sum(count_tokens(turn.text) + 3 for turn in turns)
        head = {
            "id": f"chatcmpl-{call.id}",
            "created": int(time.time()),
            "model": MODEL_NAME,
            "system_fingerprint": self._model.fingerprint,
        }
        said: dict[str, Any] = {"content": text, "refusal": None}
        if answer.refused:
            said = {"content": None, "refusal": text}
        if calls:
            said = {"content": None, "refusal": None, "tool_calls": calls}
            text, reason = "".join(tool.arguments for tool in answer.tool_calls), "tool_calls"
        if call.stream:
            events = _stream(head, said, reason, count, usage, wants_usage=call.wants_usage)
            return Reply(_HEADERS, events=events)
        usage.completion = count_tokens(text) * count
        body = {
            **head,
            "object": "chat.completion",
            "choices": [
                {
                    "index": index,
                    "message": {"role": "assistant", **said},
                    "logprobs": None,
                    "finish_reason": reason,
                }
                for index in range(count)
            ],
            "usage": _usage(usage),
        }
        return Reply(_HEADERS, body=encode(body))


async def _stream(
    head: Mapping[str, Any],
    said: Mapping[str, Any],
    reason: str,
    count: int,
    usage: Usage,
    *,
    wants_usage: bool,
) -> AsyncGenerator[bytes]:
    base = {**head, "object": "chat.completion.chunk"}
    if wants_usage:
        base["usage"] = None
    member = "refusal" if said["refusal"] is not None else "content"
    text = said[member] or ""
    calls = [{"index": at, **tool} for at, tool in enumerate(said.get("tool_calls", ()))]

    def chunk(index: int, delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
        return event({**base, "choices": [choice]})

    for index in range(count):
        yield chunk(index, {"role": "assistant", "content": "", "refusal": None})
        for at in range(0, len(text), _PIECE):
            piece = text[at : at + _PIECE]
            usage.completion += count_tokens(piece)
            yield chunk(index, {member: piece})
        if calls:
            yield chunk(index, {"tool_calls": calls})
        yield chunk(index, {}, reason)
    arguments = "".join(tool["function"]["arguments"] for tool in calls)
    usage.completion = count_tokens(text + arguments) * count
    if wants_usage:
        yield event({**base, "choices": [], "usage": _usage(usage)})
    yield DONE


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
    }


def _turns(body: Mapping[str, Any]) -> list[Turn]:
    """Read the messages as text.

    Raises:
        GatewayProblem: they are not in OpenAI's form, hold more than text, or are too long.
    """
    turns = []
    for position, message in enumerate(body["messages"]):
        where = f"messages[{position}]"
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise invalid(f"'{where}' must be an object with a 'role'.", param=where)
        turns.append(Turn(message["role"], _text(message.get("content"), where)))
    if sum(len(turn.text) for turn in turns) > _LONGEST_PROMPT:
        raise invalid(
            f"The practice model reads at most {_LONGEST_PROMPT:,} characters; this is more.",
            param="messages",
            code="context_length_exceeded",
        )
    return turns


def _text(content: object, where: str) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise invalid(f"'{where}.content' must be a text or a list of parts.", param=where)
    texts = []
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in {"text", "refusal"}:
            raise invalid(
                "The practice model reads text only; this message holds something else.",
                param=where,
                code="unsupported_content",
            )
        texts.append(str(part.get(kind) or ""))
    return "\n".join(texts)


def _max_tokens(body: Mapping[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise invalid(f"'{name}' must be a whole number of at least 1.", param=name)
        return value
    return None


def _choices(body: Mapping[str, Any]) -> int:
    count = body.get("n")
    if count is None:
        return 1
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _MOST_CHOICES:
        raise invalid(f"'n' must be a whole number from 1 to {_MOST_CHOICES}.", param="n")
    return count


def _cut_off(text: str, body: Mapping[str, Any]) -> tuple[str, str]:
    """Apply `stop` and `max_tokens`; gives the text and the finish reason."""
    stop = body.get("stop")
    marks = [stop] if isinstance(stop, str) else stop if isinstance(stop, list) else []
    places = [text.find(mark) for mark in marks if isinstance(mark, str) and mark and mark in text]
    if places:
        text = text[: min(places)]
    most = _max_tokens(body)
    if most is None or count_tokens(text) <= most:
        return text, "stop"
    kept = ""
    for word in text.split(" "):
        longer = f"{kept} {word}" if kept else word
        if count_tokens(longer) > most:
            break
        kept = longer
    return kept, "length"


def _inputs(body: Mapping[str, Any]) -> list[str]:
    """Read the texts to embed.

    Raises:
        GatewayProblem: they are no texts, or too many or too long.
    """
    given = body["input"]
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise invalid(
            "The practice model embeds texts: 'input' must be a text or a list of texts.",
            param="input",
        )
    if not 0 < len(texts) <= _MOST_INPUTS or not all(texts):
        raise invalid(
            f"'input' must hold 1 to {_MOST_INPUTS:,} texts, none of them empty.", param="input"
        )
    if sum(map(len, texts)) > _LONGEST_PROMPT:
        raise invalid(
            f"The practice model reads at most {_LONGEST_PROMPT:,} characters; this is more.",
            param="input",
            code="context_length_exceeded",
        )
    return texts


def _dimensions(body: Mapping[str, Any]) -> int | None:
    value = body.get("dimensions")
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise invalid("'dimensions' must be a whole number of at least 1.", param="dimensions")
    return value
