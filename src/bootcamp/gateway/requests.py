"""What comes in: a request's head, its body within bounds, and the checks that all engines need."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import Receive, Scope

from bootcamp.gateway.wire import GatewayProblem, invalid

__all__ = ["Incoming", "check_chat", "check_embeddings"]

_LARGEST_BODY = 10 * 1024 * 1024
_MOST_DRAINED = 128 * 1024 * 1024
_DRAIN_SECONDS = 20.0


@dataclass(frozen=True)
class Incoming:
    """One HTTP request."""

    id: str
    scope: Scope
    receive: Receive

    @property
    def path(self) -> str:
        """The path, without what follows a question mark."""
        return str(self.scope["path"])

    @property
    def method(self) -> str:
        """GET, POST or another."""
        return str(self.scope["method"])

    def header(self, name: bytes) -> str:
        """Give a header's value, by its name in small letters; empty where it is missing."""
        headers: list[tuple[bytes, bytes]] = self.scope["headers"]
        return next((value.decode("latin-1") for key, value in headers if key == name), "")

    def bearer(self) -> str:
        """Give the token of the Authorization header; tokens anywhere else are not looked at."""
        scheme, _, token = self.header(b"authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    async def object(self) -> dict[str, Any]:
        """Read the body as a JSON object.

        Raises:
            GatewayProblem: it is none, is too large, or comes too slowly.
        """
        return _object(await self._body())

    async def _body(self) -> bytes:
        """Read the body; one that is too large is read past, unkept: the client hears why."""
        parts = bytearray()
        total = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                more = True
                while more and total <= _MOST_DRAINED:
                    message = await self.receive()
                    if message["type"] == "http.disconnect":
                        raise invalid("The request broke off before its end.")
                    piece = message.get("body", b"")
                    total += len(piece)
                    more = message.get("more_body", False)
                    if total <= _LARGEST_BODY:
                        parts += piece
                    else:
                        parts.clear()
                if not more and total <= _LARGEST_BODY:
                    return bytes(parts)
        if total <= _LARGEST_BODY:
            raise GatewayProblem(
                408, "The request came too slowly.", kind="invalid_request_error", code="timeout"
            )
        raise GatewayProblem(
            413,
            f"The request is larger than {_LARGEST_BODY // 1024**2} MB. Send less text at once.",
            kind="invalid_request_error",
            code="request_too_large",
            headers={"connection": "close"},
        )


def check_chat(body: Mapping[str, Any], example: str) -> None:
    """Check as much of a chat request as every engine needs; the rest is the engine's.

    Raises:
        GatewayProblem: what is wrong; *example* names a model that could be asked for.
    """
    _check_model(body, example)
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("'messages' must be a list with at least one message.", param="messages")
    for name in ("max_tokens", "max_completion_tokens", "n"):
        value = body.get(name)
        if value is not None and (type(value) is not int or value < 1):
            raise invalid(f"'{name}' must be a whole number of at least 1.", param=name)
    check_stream(body)
    form = body.get("response_format")
    if form is not None and not isinstance(form, dict):
        raise invalid("'response_format' must be an object.", param="response_format")


def check_stream(body: Mapping[str, Any]) -> None:
    """Check that `stream` is a yes or a no.

    Raises:
        GatewayProblem: it is something else.
    """
    if body.get("stream") not in (None, True, False):
        raise invalid("'stream' must be true or false.", param="stream")


def check_embeddings(body: Mapping[str, Any], example: str) -> None:
    """Check as much of a request for embeddings as every engine needs.

    Raises:
        GatewayProblem: what is wrong; *example* names a model that could be asked for.
    """
    _check_model(body, example)
    given = body.get("input")
    if not isinstance(given, str | list) or not given:
        raise invalid("'input' must be a text or a list of texts.", param="input")
    if body.get("encoding_format") not in (None, "float", "base64"):
        raise invalid("'encoding_format' must be 'float' or 'base64'.", param="encoding_format")


def _check_model(body: Mapping[str, Any], example: str) -> None:
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise invalid(f"'model' is missing; use '{example}'.", param="model")


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_number)
    except UnicodeDecodeError:
        raise invalid("The request is not valid UTF-8.") from None
    except RecursionError:
        raise invalid("The request's JSON is nested too deeply.") from None
    except ValueError:
        raise invalid("The request is not valid JSON.") from None
    if not isinstance(body, dict):
        raise invalid("The request must be a JSON object.")
    return body


def _number(text: str) -> float:
    """Read a number as JSON Schema does: 3.0 is a whole one. Beyond all bounds there is none."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
