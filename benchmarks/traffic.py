"""A mock model service and a load generator, lean enough not to be what is measured.

Both run in processes of their own: `python -m benchmarks.traffic serve PORT` answers at once, as
the model service and as the hub that knows every token; `… load URL` asks, and prints its figures
as one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

_USAGE = {"prompt_tokens": 120, "completion_tokens": 12, "total_tokens": 132}
_SAID = "The order is late; answer today."
_GAP_SECONDS = 0.01
"""Between a stream's first token and the rest: what comes first can then be told."""


def _response(body: bytes, kind: bytes = b"application/json") -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n" % (kind, len(body))
    ) + body


def _chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "mock",
        "choices": choices,
        **more,
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _piece(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


_CHAT = _response(
    json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "mock",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": _SAID, "refusal": None},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": _USAGE,
        }
    ).encode()
)
_USER = _response(
    json.dumps(
        {
            "name": "amina",
            "kind": "user",
            "groups": ["team-orange"],
            "scopes": ["access:services!service=gateway"],
        }
    ).encode()
)
_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
_STREAM_FIRST = _piece(_chunk({"role": "assistant", "content": _SAID}))
_STREAM_REST = (
    _piece(_chunk({}, "stop")) + _piece(_chunk(None, usage=_USAGE)) + _piece(b"data: [DONE]\n\n")
) + b"0\r\n\r\n"


class _Service(asyncio.Protocol):
    """Reads requests with a length and answers each at once."""

    def __init__(self) -> None:
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while True:
            head, found, body = self._rest.partition(b"\r\n\r\n")
            if not found:
                return
            length = _length(head.lower())
            if len(body) < length:
                return
            self._rest = body[length:]
            self._answer(head, body[:length])

    def _answer(self, head: bytes, body: bytes) -> None:
        assert self._transport is not None
        if head.startswith(b"GET"):
            self._transport.write(_USER)
        elif b'"stream": true' in body or b'"stream":true' in body:
            self._transport.write(_STREAM_HEAD + _STREAM_FIRST)
            asyncio.get_running_loop().call_later(_GAP_SECONDS, self._transport.write, _STREAM_REST)
        else:
            self._transport.write(_CHAT)


class _Client(asyncio.Protocol):
    """Asks again as soon as it is answered, until nothing is left to ask."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._sent = 0.0
        self._first = 0.0
        self._length = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._load.closed()

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if not self._got and not data.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"not answered well: {data[:600]!r}")
        self._got += data
        if self._load.stream:
            if not self._first and b"data: " in self._got:
                self._first = now - self._sent
            whole = self._got.endswith(b"0\r\n\r\n")
        else:
            if self._length < 0:
                head, found, _ = self._got.partition(b"\r\n\r\n")
                if not found:
                    return
                self._length = len(head) + 4 + _length(head.lower())
            whole = len(self._got) >= self._length
        if whole:
            self._load.took.append(self._first if self._load.stream else now - self._sent)
            self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        if self._load.left <= 0:
            self._transport.close()
            return
        self._load.left -= 1
        self._got, self._first, self._length = b"", 0.0, -1
        self._sent = time.perf_counter()
        self._transport.write(self._load.request)


class _Load:
    def __init__(self, url: str, token: str, model: str, requests: int, *, stream: bool) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.stream, self.left = stream, requests
        self.took: list[float] = []
        self._open = 0
        self._done: asyncio.Future[None] | None = None
        text = "Which queue is this mail for? " + "The paper came late again and nobody rang. " * 8
        content = {
            "model": model,
            "messages": [{"role": "user", "content": text}],
            "max_tokens": 50,
            **({"stream": True} if stream else {}),
        }
        body = json.dumps(content).encode()
        self.request = (
            f"POST {parts.path}/chat/completions HTTP/1.1\r\nhost: {self.host}:{self.port}\r\n"
            f"authorization: Bearer {token}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode() + body

    async def run(self, connections: int) -> dict[str, float]:
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        self._open = connections
        count = self.left
        began = time.perf_counter()
        for _ in range(connections):
            await loop.create_connection(lambda: _Client(self), self.host, self.port)
        await asyncio.wait_for(self._done, 600)
        seconds = time.perf_counter() - began
        took = sorted(second * 1000 for second in self.took)
        return {
            "requests": count,
            "per_second": round(count / seconds, 1),
            "p50_ms": round(statistics.median(took), 3),
            "p99_ms": round(took[int(len(took) * 0.99)], 3),
        }

    def closed(self) -> None:
        self._open -= 1
        if not self._open and self._done is not None and not self._done.done():
            self._done.set_result(None)


def _length(head: bytes) -> int:
    _, found, rest = head.partition(b"content-length:")
    return int(rest.partition(b"\r")[0]) if found else 0


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Service, "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    """Serve, or ask and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("role", choices=["serve", "load"])
    parser.add_argument("where", help="a port to serve on, or the address to ask, with /v1")
    parser.add_argument("--token", default="token")
    parser.add_argument("--model", default="mock")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=1)
    parser.add_argument("--stream", action="store_true")
    given = parser.parse_args()
    if given.role == "serve":
        uvloop.run(_serve(int(given.where)))
        return
    load = _Load(given.where, given.token, given.model, given.requests, stream=given.stream)
    print(json.dumps(uvloop.run(load.run(given.connections))))


if __name__ == "__main__":
    main()
