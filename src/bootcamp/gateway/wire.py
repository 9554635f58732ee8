"""OpenAI's wire format: error objects, headers and server-sent events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Send

from bootcamp.errors import BootcampError

__all__ = [
    "DONE",
    "Answer",
    "EventSplitter",
    "GatewayProblem",
    "encode",
    "event",
    "invalid",
    "lost_stream",
    "problem_answer",
    "send_answer",
]

DONE = b"data: [DONE]\n\n"
_LARGEST_EVENT = 4 * 1024 * 1024


class GatewayProblem(BootcampError):
    """A refusal or failure that the caller gets as OpenAI's error object.

    `retry=False` tells OpenAI's client not to try again for nothing.
    """

    code = "gateway"

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str,
        code: str | None = None,
        param: str | None = None,
        retry: bool | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        message = " ".join(message.split())  # what it quotes of a caller must not break its line
        super().__init__(message)
        self.status = status
        self.body = error_body(message, kind=kind, code=code, param=param)
        self.headers = dict(headers or {})
        if retry is not None:
            self.headers["x-should-retry"] = "true" if retry else "false"


def error_body(
    message: str, *, kind: str, code: str | None = None, param: str | None = None
) -> dict[str, Any]:
    """Give OpenAI's error object, with all four members that its client reads."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> GatewayProblem:
    """Give a 400: the request itself is wrong."""
    return GatewayProblem(400, message, kind="invalid_request_error", param=param, code=code)


@dataclass(frozen=True)
class Answer:
    """A whole answer, ready to be sent."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def problem_answer(problem: GatewayProblem) -> Answer:
    """Give the answer that tells the caller about a problem."""
    return Answer(encode(problem.body), problem.status, problem.headers)


async def send_answer(send: Send, answer: Answer) -> None:
    """Send a whole answer; it is JSON where its headers say nothing else."""
    named = {
        "content-type": "application/json",
        "content-length": str(len(answer.body)),
        **answer.headers,
    }
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in named.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def encode(body: Mapping[str, Any]) -> bytes:
    """Write JSON; all beyond ASCII is escaped, so that lone surrogates cannot break it.

    Raises:
        GatewayProblem: the object, which a caller sent, cannot be written again.
    """
    try:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError:
        raise invalid("The request's JSON is nested too deeply.") from None
    except ValueError:
        raise invalid("The request holds a number that JSON cannot express.") from None


def event(body: Mapping[str, Any]) -> bytes:
    """Give one server-sent event."""
    return b"data: " + encode(body) + b"\n\n"


def lost_stream(message: str, code: str) -> bytes:
    """Give the event that ends a broken stream: without it the client would see a success."""
    return event(error_body(message, kind="server_error", code=code))


class EventSplitter:
    """Puts server-sent events together again from bytes that were split anywhere."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._after_return = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Give the data of the events that *chunk* completes, without comments and other fields.

        Raises:
            ValueError: an event is larger than any real one.
        """
        if not chunk:
            return []
        # A carriage return ends a line by itself; a line feed after it belongs to it.
        text = chunk[1:] if self._after_return and chunk.startswith(b"\n") else chunk
        self._after_return = chunk.endswith(b"\r")
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *complete, rest = text.split(b"\n")
        events = []
        for part in complete:
            line = bytes(self._line + part) if self._line else part
            self._line.clear()
            if line:
                self._take(line)
            else:
                events += self.end()
        self._line += rest
        if self._size + len(self._line) > _LARGEST_EVENT:
            raise ValueError("an event is too large")
        return events

    def end(self) -> list[bytes]:
        """Give the event that has come whole but for the empty line after it."""
        whole = [b"\n".join(self._data)] if self._data else []
        self._data.clear()
        self._size = 0
        return whole

    def _take(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
            self._size += len(line)
