"""Forwards calls to any OpenAI-compatible service with the company's key, which stays here."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx

from bootcamp.gateway.engines import Call, Reply, Usage
from bootcamp.gateway.wire import (
    DONE,
    EventSplitter,
    GatewayProblem,
    error_body,
    event,
    lost_stream,
)

__all__ = ["Upstream", "UpstreamEngine"]

_AGAIN = "Try again in a moment; if it goes on, tell your facilitator."
_LARGEST_ANSWER = 32 * 1024 * 1024
_LARGEST_PROBLEM = 64 * 1024
_DEFAULT_COMPLETION = 2_000
_IMAGE_TOKENS = 1_500
_PASSED_ON = frozenset({"retry-after", "retry-after-ms", "x-should-retry"})
_MASK = "[hidden]"


@dataclass(frozen=True)
class Upstream:
    """A service that speaks OpenAI's format.

    Args:
        base_url: ends in `/v1` or what stands in its place.
        key: the company's; never shown, logged or passed on.
        models: from the names that callers use to the service's own.
        connect_seconds, idle_seconds, total_seconds: deadlines for a connection, for the next
            bytes, and for a whole answer.
    """

    base_url: str
    key: str = field(repr=False)
    models: Mapping[str, str]
    connect_seconds: float = 5.0
    idle_seconds: float = 120.0
    total_seconds: float = 600.0


class UpstreamEngine:
    """Calls an upstream and hands its answers on."""

    name = "upstream"

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        headers = {"User-Agent": "ai-bootcamp-lab", "Accept-Encoding": "identity"}
        if upstream.key:
            headers["Authorization"] = f"Bearer {upstream.key}"
        self._client = httpx.AsyncClient(
            headers=headers,
            # The system's certificates: companies add their own there.
            verify=ssl.create_default_context(),
            timeout=httpx.Timeout(upstream.idle_seconds, connect=upstream.connect_seconds),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
        )
        self._url = f"{upstream.base_url.rstrip('/')}/chat/completions"

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def reserve_tokens(self, call: Call) -> int:
        """Estimate on the high side: half a token a byte of prompt, and the answer asked for."""
        most = call.body.get("max_completion_tokens") or call.body.get("max_tokens")
        answer = most if isinstance(most, int) and most > 0 else _DEFAULT_COMPLETION
        count = call.body.get("n")
        answer *= count if isinstance(count, int) and count > 0 else 1
        return _weigh_prompt(call.body) // 2 + 16 + min(answer, 10**9)

    @asynccontextmanager
    async def chat(self, call: Call, usage: Usage) -> AsyncIterator[Reply]:
        """Forward a call; leaving the context closes the upstream's connection."""
        content = json.dumps(_forwarded(call)).encode()
        guess = Usage(prompt=_weigh_prompt(call.body) // 4)
        request = self._client.build_request(
            "POST", self._url, content=content, headers={"Content-Type": "application/json"}
        )
        try:
            with anyio.fail_after(self._upstream.total_seconds):
                answer = await self._client.send(request, stream=True)
                try:
                    yield await self._reply(call, answer, usage, guess)
                finally:
                    with anyio.CancelScope(shield=True):
                        await answer.aclose()
        except (httpx.ConnectTimeout, httpx.ConnectError, httpx.PoolTimeout):
            raise _unreachable() from None
        except httpx.TimeoutException:
            usage.prompt = usage.prompt or guess.prompt  # it may well have been worked on
            raise _too_slow(self._upstream.idle_seconds) from None
        except TimeoutError:
            usage.prompt = usage.prompt or guess.prompt
            raise _too_slow(self._upstream.total_seconds) from None
        except httpx.HTTPError:
            usage.prompt = usage.prompt or guess.prompt
            raise _lost() from None

    async def _reply(self, call: Call, answer: httpx.Response, usage: Usage, guess: Usage) -> Reply:
        headers = {"x-bootcamp-engine": "upstream"}
        if answer.status_code != 200:
            body = await _read(answer, _LARGEST_PROBLEM)
            raise self._problem(answer.status_code, answer.headers, body)
        if call.stream:
            if "text/event-stream" not in answer.headers.get("content-type", ""):
                raise _garbage()
            reply = Reply(headers)
            reply.events = self._events(call, answer, usage, guess, reply)
            return reply
        body = await _read(answer, _LARGEST_ANSWER)
        found = _object(body)
        if found is None or not isinstance(found.get("choices"), list):
            raise _garbage()
        if not _take_usage(found, usage):
            usage.prompt, usage.completion = guess.prompt, len(body) // 8
        return Reply(headers, body=self._scrub(body))

    async def _events(
        self, call: Call, answer: httpx.Response, usage: Usage, guess: Usage, reply: Reply
    ) -> AsyncGenerator[bytes]:
        """Pass events on; whatever breaks the stream ends in an error event, never in silence."""
        splitter = EventSplitter()
        usage.prompt = guess.prompt  # stands until the upstream's own count comes, near the end
        counted = False
        try:
            async for chunk in answer.aiter_bytes():
                for data in splitter.feed(chunk):
                    if data == b"[DONE]":
                        yield DONE
                        return
                    found = _object(data)
                    if found is None:
                        yield self._lost_event(reply)
                        return
                    if found.get("error"):
                        reply.lost.append("upstream_error")
                        yield self._scrub(event(_normal_error(found["error"], "upstream_error")))
                        return
                    if not counted:
                        said = len(_said(found))
                        usage.completion += -(-said // 4)
                    counted = _take_usage(found, usage) or counted
                    passed = _passed_on(found, data, wants_usage=call.wants_usage)
                    if passed:
                        yield self._scrub(passed)
        except (httpx.HTTPError, ValueError):
            pass
        yield self._lost_event(reply)

    @staticmethod
    def _lost_event(reply: Reply) -> bytes:
        reply.lost.append("upstream_lost")
        return lost_stream(
            f"The connection to the model was lost before its answer was complete. {_AGAIN}",
            "upstream_lost",
        )

    def _problem(self, status: int, headers: httpx.Headers, body: bytes) -> GatewayProblem:
        """Turn an upstream's refusal into ours; what it says about a request is passed on whole."""
        passed = {name: headers[name] for name in _PASSED_ON if name in headers}
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
        key = self._upstream.key.encode()
        return body.replace(key, _MASK.encode()) if key else body


def _forwarded(call: Call) -> dict[str, Any]:
    body = {**call.body, "model": call.model}
    if call.stream:
        options = call.body.get("stream_options")
        known = options if isinstance(options, dict) else {}
        body["stream_options"] = {**known, "include_usage": True}
    return body


async def _read(answer: httpx.Response, most: int) -> bytes:
    """Read a whole answer, with bounded memory."""
    parts = bytearray()
    async for chunk in answer.aiter_bytes():
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


def _take_usage(found: Mapping[str, Any], usage: Usage) -> bool:
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


def _passed_on(found: dict[str, Any], data: bytes, *, wants_usage: bool) -> bytes:
    """Give the event as the caller asked for it: without usage unless wanted; empty for none."""
    if not wants_usage and "usage" in found:
        counted = found.pop("usage")
        if counted is not None and found.get("choices") == []:
            return b""
        return event(found)
    return event(found) if b"\n" in data else b"data: " + data + b"\n\n"


def _said(found: Mapping[str, Any]) -> str:
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


def _weigh_prompt(body: Mapping[str, Any]) -> int:
    """Weigh in bytes all that the model will read; an embedded image counts as a fixed amount."""
    weight = 0
    waiting: list[object] = [
        body.get(name) for name in ("messages", "tools", "functions", "response_format")
    ]
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
