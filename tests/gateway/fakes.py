"""A model service on loopback that behaves, or misbehaves, as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-canary-4f1c9b7e2d"

USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}


def chunk(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> bytes:
    choices = (
        []
        if delta is None
        else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    )
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "vendor-mini",
        "choices": choices,
        **more,
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


class FakeUpstream:
    """Answers chats and embeddings; `mode` says how, `requests` keeps what came."""

    def __init__(self) -> None:
        self.mode = "well"
        self.says = ["Hello from the vendor."]
        """What it answers, one after another; the last one again and again."""
        self.tool_calls: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.left = threading.Event()
        """Set when a client closed the connection in mid-stream."""

    @contextmanager
    def serve(self) -> Iterator[str]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # which would add 40 ms to each answer

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = json.loads(self.rfile.read(length))
                fake.paths.append(self.path)
                fake.requests.append(body)
                fake.headers.append({k.lower(): v for k, v in self.headers.items()})
                getattr(fake, f"_{fake.mode}")(self, body)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)

    # ---- behaviours

    def _well(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        if handler.path.endswith("/embeddings"):
            self._send(handler, 200, self._vectors(body))
            return
        if not body.get("stream"):
            says = self.says.pop(0) if len(self.says) > 1 else self.says[0]
            self._send(handler, 200, self._completion(says))
            return
        self._begin_stream(handler)
        handler.wfile.write(chunk(None, prompt_filter_results=[]))  # as Azure begins
        handler.wfile.write(chunk({"role": "assistant", "content": ""}, usage=None))
        # Bytes split anywhere, in the middle of a letter too.
        for piece in _split(chunk({"content": "Bonjour à tous"}, usage=None), 7):
            handler.wfile.write(piece)
            handler.wfile.flush()
        handler.wfile.write(b": a comment\n\n")
        handler.wfile.write(chunk({}, "stop", usage=None))
        handler.wfile.write(chunk(None, usage=USAGE))
        handler.wfile.write(b"data: [DONE]\n\n")

    def _broken(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._send(handler, 500, {"error": {"message": f"boom {KEY}", "type": "server_error"}})

    def _refuses_key(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        message = f"Incorrect API key provided: {KEY}"
        self._send(handler, 401, {"error": {"message": message, "code": "invalid_api_key"}})

    def _refuses_request(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        error = {
            "message": "Unsupported parameter: 'temperature'.",
            "type": "invalid_request_error",
            "param": "temperature",
            "code": "unsupported_parameter",
        }
        self._send(handler, 400, {"error": error})

    def _busy(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        error = {"message": "Slow down.", "type": "requests", "code": "rate_limit_exceeded"}
        self._send(handler, 429, {"error": error}, {"retry-after-ms": "10"})

    def _echoes_key(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        said = handler.headers["Authorization"]
        if not body.get("stream"):
            self._send(handler, 200, self._completion(said))
            return
        self._begin_stream(handler)
        handler.wfile.write(chunk({"content": said}))
        handler.wfile.write(b"data: [DONE]\n\n")

    def _cut(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._begin_stream(handler)
        handler.wfile.write(chunk({"role": "assistant", "content": "Half a"}))

    def _fails_in_stream(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._begin_stream(handler)
        handler.wfile.write(chunk({"content": "Half a"}))
        handler.wfile.write(b'data: {"error": {"message": "overloaded"}}\n\n')

    def _garbage_in_stream(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._begin_stream(handler)
        handler.wfile.write(b"data: {not json\n\n")

    def _says_in_stream(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._begin_stream(handler)
        for at in range(0, len(self.says[0]), 4):
            handler.wfile.write(chunk({"content": self.says[0][at : at + 4]}))
        handler.wfile.write(chunk({}, "stop") + chunk(None, usage=USAGE) + b"data: [DONE]\n\n")

    def _calls_tool(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        function = {"name": "look_up", "arguments": '{"order": "A-7"}'}
        if not body.get("stream"):
            answer = self._completion("")
            answer["choices"][0]["message"] = {
                "role": "assistant",
                "content": None,
                "refusal": None,
                "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
            }
            answer["choices"][0]["finish_reason"] = "tool_calls"
            self._send(handler, 200, answer)
            return
        self._begin_stream(handler)
        begun = {"index": 0, "id": "call_1", "type": "function"}
        named = {**begun, "function": {"name": "look_up", "arguments": ""}}
        handler.wfile.write(chunk({"role": "assistant", "content": None, "tool_calls": [named]}))
        for part in _split(function["arguments"].encode(), 5):
            said = {"index": 0, "function": {"arguments": part.decode()}}
            handler.wfile.write(chunk({"tool_calls": [said]}))
        handler.wfile.write(chunk({}, "tool_calls") + chunk(None, usage=USAGE))
        handler.wfile.write(b"data: [DONE]\n\n")

    def _out_of_service(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._send(handler, 503, {"error": {"message": "Maintenance.", "type": "server_error"}})

    def _nothing(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        handler.close_connection = True

    def _empty(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def _empty_stream(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._begin_stream(handler)

    def _busy_in_stream(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._begin_stream(handler)
        handler.wfile.write(b'data: {"error": {"message": "overloaded", "code": "busy"}}\n\n')

    def _huge(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(200 * 1024 * 1024))
        handler.end_headers()
        try:
            for _ in range(200):
                handler.wfile.write(b" " * 1024 * 1024)
        except OSError:
            self.left.set()
        handler.close_connection = True

    def _trickles(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "10000")
        handler.end_headers()
        try:
            for _ in range(200):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            self.left.set()
        handler.close_connection = True

    def _garbage(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        handler.close_connection = True
        handler.wfile.write(b"\x00\x01 nothing that HTTP knows\r\n\r\n")

    def _html(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        page = b"<html>Sign in to the company's proxy</html>"
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(page)))
        handler.end_headers()
        handler.wfile.write(page)

    def _hangs(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        handler.connection.settimeout(20)
        try:
            if not handler.connection.recv(1):
                self.left.set()
        except OSError:
            pass
        handler.close_connection = True

    def _endless(self, handler: BaseHTTPRequestHandler, _body: dict[str, Any]) -> None:
        self._begin_stream(handler)
        deadline = time.monotonic() + 20
        try:
            while time.monotonic() < deadline:
                handler.wfile.write(chunk({"content": "word "}))
                handler.wfile.flush()
                time.sleep(0.02)
        except OSError:
            self.left.set()

    # ---- parts

    @staticmethod
    def _completion(text: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "vendor-mini",
            "choices": [choice],
            "usage": USAGE,
        }

    @staticmethod
    def _vectors(body: dict[str, Any]) -> dict[str, Any]:
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        data = [
            {"object": "embedding", "index": n, "embedding": [0.5, -0.25]}
            for n in range(len(texts))
        ]
        usage = {"prompt_tokens": 9, "total_tokens": 9}
        return {"object": "list", "model": body["model"], "data": data, "usage": usage}

    @staticmethod
    def _send(
        handler: BaseHTTPRequestHandler,
        status: int,
        body: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> None:
        content = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    @staticmethod
    def _begin_stream(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()


def _split(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


class FakeHub:
    """Answers `GET /hub/api/user` for the tokens it knows; `asked` counts the questions."""

    def __init__(self, users: dict[str, dict[str, Any]]) -> None:
        self.users = users
        self.asked = 0

    @contextmanager
    def serve(self) -> Iterator[str]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # which would add 40 ms to each answer

            def do_GET(self) -> None:
                fake.asked += 1
                token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
                user = fake.users.get(token)
                content = json.dumps(user or {"status": 403, "message": "Forbidden"}).encode()
                self.send_response(200 if user and self.path == "/hub/api/user" else 403)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hub/api"
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)
