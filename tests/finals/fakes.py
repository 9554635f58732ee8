"""A model on a unix socket that speaks as much of the OpenAI API as the final notebooks use."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from bootcamp.gateway.practice.model import PracticeModel
from bootcamp.gateway.practice.prompt import Turn


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
    keys: frozenset[str]
    answer: Callable[[str], str]
    asked: dict[str, int]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if key not in self.server.keys:
            error = {"message": "wrong key", "type": "auth", "param": None, "code": None}
            return self._send(401, {"error": error})
        self.server.asked[key] = self.server.asked.get(key, 0) + 1
        text = self.server.answer("\n".join(message["content"] for message in body["messages"]))
        choice = {
            "index": 0,
            "finish_reason": "stop",
            "logprobs": None,
            "message": {"role": "assistant", "content": text, "refusal": None},
        }
        usage = {"prompt_tokens": 100, "completion_tokens": 2, "total_tokens": 102}
        return self._send(
            200,
            {
                "id": "chat-1",
                "object": "chat.completion",
                "created": 1,
                "model": "practice-1",
                "choices": [choice],
                "usage": usage,
            },
        )

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        pass


def practice() -> Callable[[str], str]:
    """Give the practice model, as something that takes a prompt."""
    model = PracticeModel()
    return lambda prompt: model.answer([Turn("user", prompt)]).text


@contextmanager
def model_on_socket(
    path: Path, *keys: str, answer: Callable[[str], str] | None = None
) -> Iterator[dict[str, int]]:
    """Serve on the socket `path`; gives the number of questions that each key asked."""
    with _Server(str(path), _Handler) as server:
        path.chmod(0o666)
        server.keys, server.answer, server.asked = frozenset(keys), answer or practice(), {}
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.asked
        finally:
            server.shutdown()
            thread.join()
