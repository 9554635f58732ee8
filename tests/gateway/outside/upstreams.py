"""An upstream that does anything at all with its connections, from bytes up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found


Behaviour = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


class ScriptedUpstream:
    """Reads requests and lets `behave` answer them; every connection serves one."""

    def __init__(self, behave: Behaviour | None = None) -> None:
        self.behave: Behaviour = behave or well
        self.asked: list[Asked] = []
        self.open = 0
        """How many connections are being answered."""

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve on a free port of the loopback interface while the context lasts."""
        started = threading.Event()
        loop = asyncio.new_event_loop()
        places: list[int] = []

        async def run() -> None:
            server = await asyncio.start_server(self._connection, "127.0.0.1", 0, backlog=1024)
            places.append(server.sockets[0].getsockname()[1])
            started.set()
            try:
                await stop.wait()
            finally:
                server.close()
                for task in list(self._tasks):
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

        self._tasks: set[asyncio.Task[Any]] = set()
        stop = asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
        thread.start()
        assert started.wait(10)
        try:
            yield f"http://127.0.0.1:{places[0]}/v1"
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(10)
            loop.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.open += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.splitlines()
            headers = {
                name.strip().lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines if line)
            }
            raw = await reader.readexactly(int(headers.get("content-length", "0")))
            asked = Asked(first.split()[1], headers, raw)
            self.asked.append(asked)
            answering = asyncio.ensure_future(self.behave(asked, writer))
            leaving = asyncio.ensure_future(reader.read(1))
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            for each in (answering, leaving):
                each.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


# ---- answers


def head(status: int, kind: str, length: int | None = None, **more: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Type: {kind}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def whole(body: object, status: int = 200, **more: str) -> bytes:
    raw = json.dumps(body).encode()
    return head(status, "application/json", len(raw), **more) + raw


def event(body: object) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def completion(text: str = "Hello.", usage: dict[str, Any] | None = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "vendor-mini",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage or USAGE,
    }


def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    return event(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "vendor-mini",
            "choices": [] if delta is None else choices,
            **more,
        }
    )


def embeddings(asked: Asked) -> dict[str, Any]:
    given = asked.body["input"]
    texts = given if isinstance(given, list) else [given]
    data = [
        {"object": "embedding", "index": at, "embedding": [0.25, -0.5, 1.0]}
        for at, _ in enumerate(texts)
    ]
    usage = {"prompt_tokens": 4, "total_tokens": 4}
    return {"object": "list", "data": data, "model": asked.body["model"], "usage": usage}


async def well(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Behave as OpenAI's service does for chat and embeddings."""
    if asked.path.endswith("/embeddings"):
        writer.write(whole(embeddings(asked)))
    elif asked.body.get("stream"):
        writer.write(head(200, "text/event-stream"))
        writer.write(chunk({"role": "assistant", "content": "", "refusal": None}))
        for word in ("Hel", "lo."):
            writer.write(chunk({"content": word}))
        writer.write(chunk({}, "stop"))
        writer.write(chunk(None, usage=USAGE))
        writer.write(b"data: [DONE]\n\n")
    elif asked.path.endswith("/chat/completions"):
        writer.write(whole(completion()))
    else:
        error = {"message": "Not found", "type": "invalid_request_error"}
        writer.write(whole({"error": {**error, "param": None, "code": "not_found"}}, 404))
    await writer.drain()


def sends(*pieces: bytes, every: float = 0.0) -> Behaviour:
    """Send these bytes, with a pause (seconds) between the pieces, and close."""

    async def behave(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)

    return behave


def repeats(first: bytes, piece: bytes, every: float = 0.0) -> Behaviour:
    """Send *first* and then *piece* without end, as fast as it is taken unless *every* says."""

    async def behave(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)

    return behave


async def silent(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
    """Take the request and say nothing."""
    await asyncio.sleep(600)
