"""One line to a model service: sends a call there, and makes sense of what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bootcamp.gateway.engines import Call, Reply, Usage
from bootcamp.gateway.http import Broken, Client, Response, TooSlow, Unreachable
from bootcamp.gateway.weighing import said_in, take_usage, weigh
from bootcamp.gateway.wire import (
    DONE,
    EventSplitter,
    GatewayProblem,
    encode,
    error_body,
    event,
    lost_stream,
)

__all__ = ["Line", "Upstream"]

_AGAIN = "Try again in a moment; if it goes on, tell your facilitator."
_LARGEST_ANSWER = 32 * 1024 * 1024
_LARGEST_PROBLEM = 64 * 1024
_PASSED_ON = frozenset({"retry-after", "retry-after-ms", "x-should-retry"})
_MASK = "[hidden]"
_LIMITS = ("max_tokens", "max_completion_tokens")
"""The names of an answer's limit. Every service heeds the first or refuses it by name; some
(Ollama) ignore the second without a word."""
_PATHS = {"chat": "/chat/completions", "embeddings": "/embeddings"}
_MEMBERS = {"chat": "choices", "embeddings": "data"}


@dataclass(frozen=True)
class Upstream:
    """A service that speaks OpenAI's format.

    Args:
        base_url: ends in `/v1` or what stands in its place.
        key: the company's; never shown, logged or passed on. Empty where none is needed.
        models: from the names that callers use to the service's own.
        name: what the cohort file calls it.
        connect_seconds, idle_seconds, total_seconds: deadlines for a connection, for the next
            bytes, and for a whole answer.
        rest_seconds: how long others are tried first after it has failed.
    """

    base_url: str
    key: str = field(repr=False)
    models: Mapping[str, str]
    name: str = "upstream"
    connect_seconds: float = 5.0
    idle_seconds: float = 120.0
    total_seconds: float = 600.0
    rest_seconds: float = 10.0


class Line:
    """Calls one upstream and hands its answers on."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self._rests_until = 0.0
        self._limit_of: dict[str, str] = {}
        headers = {
            "User-Agent": "ai-bootcamp-lab",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
        }
        if upstream.key:
            headers["Authorization"] = f"Bearer {upstream.key}"
        self._client = Client(
            upstream.base_url.rstrip("/"),
            headers,
            connect_seconds=upstream.connect_seconds,
            idle_seconds=upstream.idle_seconds,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    @property
    def rests(self) -> bool:
        """Whether it failed a moment ago, so that others should be tried first."""
        return time.monotonic() < self._rests_until

    def rest(self) -> None:
        """Remember that it failed just now."""
        self._rests_until = time.monotonic() + self.upstream.rest_seconds

    @asynccontextmanager
    async def answer(self, call: Call, model: str, usage: Usage) -> AsyncIterator[Reply]:
        """Forward a call; leaving the context closes the connection.

        Raises:
            GatewayProblem: no answer has begun.
        """
        guess = weigh(call.body) // 4
        try:
            async with asyncio.timeout(self.upstream.total_seconds):
                answer = await self._post(call, model)
                try:
                    yield await self._reply(call, answer, usage, guess)
                finally:
                    answer.close()
        except Unreachable:
            raise _unreachable() from None
        except TooSlow:
            usage.prompt = usage.prompt or guess  # it may well have been worked on
            raise _too_slow(self.upstream.idle_seconds) from None
        except TimeoutError:
            usage.prompt = usage.prompt or guess
            raise _too_slow(self.upstream.total_seconds) from None
        except Broken:
            usage.prompt = usage.prompt or guess
            raise _lost() from None

    async def _post(self, call: Call, model: str) -> Response:
        """Send a call, with the limit that is ours by the name that the model wants."""
        limit = self._limit_of.get(model, _LIMITS[0])
        path = _PATHS[call.endpoint]
        answer = await self._client.post(path, encode(_forwarded(call, model, limit)))
        if call.cap is None or answer.status not in {400, 422}:
            return answer
        try:
            body = await _read(answer, _LARGEST_PROBLEM)
        finally:
            answer.close()
        if limit.encode() not in body:
            raise self._problem(answer.status, answer.headers, body)
        self._limit_of[model] = other = _LIMITS[limit == _LIMITS[0]]
        return await self._client.post(path, encode(_forwarded(call, model, other)))

    async def _reply(self, call: Call, answer: Response, usage: Usage, guess: int) -> Reply:
        headers = {"x-bootcamp-engine": "upstream", "x-bootcamp-upstream": self.upstream.name}
        if answer.status != 200:
            body = await _read(answer, _LARGEST_PROBLEM)
            raise self._problem(answer.status, answer.headers, body)
        if call.stream:
            if "text/event-stream" not in answer.headers.get("content-type", ""):
                raise _garbage()
            reply = Reply(headers)
            reply.events = await self._begun(self._events(call, answer, usage, guess, reply), reply)
            return reply
        body = await _read(answer, _LARGEST_ANSWER)
        found = _object(body)
        if found is None or not isinstance(found.get(_MEMBERS[call.endpoint]), list):
            raise _garbage()
        if not take_usage(found, usage):
            usage.prompt = guess
            usage.completion = len(body) // 8 if call.endpoint == "chat" else 0
        return Reply(headers, body=self._scrub(body))

    @staticmethod
    async def _begun(events: AsyncGenerator[bytes], reply: Reply) -> AsyncGenerator[bytes]:
        """Wait for a stream's first event: until then another upstream can still answer.

        Raises:
            GatewayProblem: the stream broke before it began.
        """
        first = await anext(events)
        if not reply.lost:
            return _with_first(first, events)
        await events.aclose()
        error = json.loads(first[6:])["error"]
        raise GatewayProblem(
            502, error["message"], kind="server_error", code=str(error["code"] or "upstream_error")
        )

    async def _events(
        self, call: Call, answer: Response, usage: Usage, guess: int, reply: Reply
    ) -> AsyncGenerator[bytes]:
        """Pass events on; whatever breaks the stream ends in an error event, never in silence."""
        splitter = EventSplitter()
        usage.prompt = guess  # stands until the upstream's own count comes, near the end
        counted = began = False
        try:
            async for data in _data_of(answer, splitter):
                if data == b"[DONE]":
                    if not began:  # an answer without a single chunk is none
                        break
                    yield DONE
                    return
                found = _object(data)
                if found is None:
                    break
                if found.get("error"):
                    reply.lost.append("upstream_error")
                    yield self._scrub(event(_normal_error(found["error"], "upstream_error")))
                    return
                if not counted:
                    usage.completion += -(-len(said_in(found)) // 4)
                counted = take_usage(found, usage) or counted
                if not isinstance(found.get("choices"), list):
                    continue  # some services send signs of life that are no chunks
                began = True
                passed = _passed_on(found, data, wants_usage=call.wants_usage)
                if passed:
                    yield self._scrub(passed)
        except (Broken, ValueError):
            pass
        reply.lost.append("upstream_lost")
        yield lost_stream(
            f"The connection to the model was lost before its answer was complete. {_AGAIN}",
            "upstream_lost",
        )

    def _problem(self, status: int, headers: Mapping[str, str], body: bytes) -> GatewayProblem:
        """Turn an upstream's refusal into ours; what it says about a request is passed on whole."""
        passed = {
            name: self._scrub(headers[name].encode("utf-8", "replace")).decode("utf-8", "replace")
            for name in _PASSED_ON
            if name in headers
        }
        found = _object(self._scrub(body)) or {}
        error = found.get("error") or {}
        if status in {401, 403}:  # such answers often quote a part of the key
            return GatewayProblem(
                502,
                "The model service refused the company's key. Tell your facilitator: the key or "
                "its rights need a look.",
                kind="server_error",
                code="upstream_refused_key",
                retry=False,
            )
        if status >= 500:
            return GatewayProblem(
                503 if status in {503, 529} else 502,
                f"The model service had a problem of its own (status {status}). {_AGAIN}",
                kind="server_error",
                code="upstream_error",
                headers=passed,
            )
        if status >= 400 and error:
            problem = GatewayProblem(status, "", kind="invalid_request_error", headers=passed)
            problem.body = _normal_error(error, None)
            if problem.body["error"]["code"] == "insufficient_quota":
                problem.headers["x-should-retry"] = "false"
            return problem
        if status == 429:
            return GatewayProblem(
                429,
                f"The model service is busy. {_AGAIN}",
                kind="rate_limit_error",
                code="rate_limit_exceeded",
                headers=passed,
            )
        return GatewayProblem(
            502,
            f"The model service gave an answer that the gateway cannot use (status {status}). Tell "
            "your facilitator: the upstream's address in the cohort file may be wrong.",
            kind="server_error",
            code="upstream_invalid",
            retry=False,
        )

    def _scrub(self, body: bytes) -> bytes:
        """Hide the key should an upstream ever quote it."""
        key = self.upstream.key.encode()
        return body.replace(key, _MASK.encode()) if key else body


async def _data_of(answer: Response, splitter: EventSplitter) -> AsyncIterator[bytes]:
    async for chunk in answer.pieces():
        for data in splitter.feed(chunk):
            yield data
    for data in splitter.end():
        yield data


async def _with_first(first: bytes, events: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with contextlib.aclosing(events) as rest:
        yield first
        async for piece in rest:
            yield piece


def _forwarded(call: Call, model: str, limit: str) -> dict[str, Any]:
    body = {**call.body, "model": model}
    if call.cap is not None:
        body[limit] = call.cap
    if call.stream:
        options = call.body.get("stream_options")
        known = options if isinstance(options, dict) else {}
        body["stream_options"] = {**known, "include_usage": True}
    return body


async def _read(answer: Response, most: int) -> bytes:
    """Read a whole answer, with bounded memory."""
    parts = bytearray()
    async for chunk in answer.pieces():
        parts += chunk
        if len(parts) > most:
            raise _garbage()
    return bytes(parts)


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _normal_error(error: object, code: str | None) -> dict[str, Any]:
    """Give an upstream's error object all four members."""
    if not isinstance(error, dict):
        return error_body(str(error)[:2_000], kind="server_error", code=code)
    return {
        "error": {
            **error,
            "message": str(error.get("message") or "The model service gave no reason."),
            "type": str(error.get("type") or "invalid_request_error"),
            "param": error.get("param"),
            "code": error.get("code", code),
        }
    }


def _passed_on(found: dict[str, Any], data: bytes, *, wants_usage: bool) -> bytes:
    """Give the event as the caller asked for it: without usage unless wanted; empty for none."""
    if not wants_usage and "usage" in found:
        counted = found.pop("usage")
        if counted is not None and found.get("choices") == []:
            return b""
        return event(found)
    return event(found) if b"\n" in data else b"data: " + data + b"\n\n"


def _unreachable() -> GatewayProblem:
    return GatewayProblem(
        503,
        f"The model service cannot be reached. {_AGAIN}",
        kind="server_error",
        code="upstream_unreachable",
    )


def _lost() -> GatewayProblem:
    return GatewayProblem(
        502,
        f"The connection to the model service broke before an answer came. {_AGAIN}",
        kind="server_error",
        code="upstream_lost",
    )


def _garbage() -> GatewayProblem:
    return GatewayProblem(
        502,
        "The model service gave an answer that is not in OpenAI's format. Tell your facilitator: "
        "the upstream's address in the cohort file may be wrong.",
        kind="server_error",
        code="upstream_invalid",
        retry=False,
    )


def _too_slow(seconds: float) -> GatewayProblem:
    return GatewayProblem(
        504,
        f"The model service did not answer within {seconds:,.0f} seconds. {_AGAIN}",
        kind="server_error",
        code="upstream_timeout",
        retry=False,
    )
