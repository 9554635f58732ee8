"""OpenAI's wire format: error objects, headers and server-sent events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from bootcamp.errors import BootcampError

__all__ = ["DONE", "EventSplitter", "GatewayProblem", "event", "lost_stream", "problem_response"]

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


def problem_response(problem: GatewayProblem) -> Response:
    """Give the answer that tells the caller about a problem."""
    return json_response(problem.body, problem.status, problem.headers)


def json_response(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Give a JSON answer; all beyond ASCII is escaped, so lone surrogates cannot break it."""
    return Response(
        json.dumps(body), status, headers=dict(headers or {}), media_type="application/json"
    )


def event(body: Mapping[str, Any]) -> bytes:
    """Give one server-sent event."""
    return b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n"


def lost_stream(message: str, code: str) -> bytes:
    """Give the event that ends a broken stream: without it the client would see a success."""
    return event(error_body(message, kind="server_error", code=code))


class EventSplitter:
    """Puts server-sent events together again from bytes that were split anywhere."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Give the data of the events that *chunk* completes, without comments and other fields.

        Raises:
            ValueError: an event is larger than any real one.
        """
        # A carriage return at the end may be half a line's end: the next chunk decides.
        text = self._rest + chunk
        held = b""
        if text.endswith(b"\r"):
            text, held = text[:-1], b"\r"
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *complete, rest = text.split(b"\n\n")
        self._rest = rest + held
        if len(self._rest) > _LARGEST_EVENT:
            raise ValueError("an event is too large")
        return [data for part in complete if (data := _data(part)) is not None]


def _data(lines: bytes) -> bytes | None:
    found = [
        line[5:].removeprefix(b" ") for line in lines.split(b"\n") if line.startswith(b"data:")
    ]
    return b"\n".join(found) if found else None
