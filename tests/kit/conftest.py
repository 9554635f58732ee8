"""Loopback servers and the answered notebooks' variables, for the kit's tests."""

import copy
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pandas as pd
import pytest

from tests.wrong.running import notebook, run


@dataclass
class LoopbackServer:
    """Answers every POST with the prepared reply, and keeps what it was sent."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    sent_headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    state = LoopbackServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.paths.append(self.path)
            state.sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            state.sent_headers.append({k.lower(): v for k, v in self.headers.items()})
            raw = state.body if isinstance(state.body, bytes) else json.dumps(state.body).encode()
            self.send_response(state.status)
            for name, value in {"Content-Type": "application/json", **state.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    state.url = f"http://127.0.0.1:{httpd.server_port}"
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture(scope="session")
def answers_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """Give the variables that an answered notebook leaves behind; it is run once."""
    finished: dict[str, dict[str, Any]] = {}

    def answers(name: str) -> dict[str, Any]:
        if name not in finished:
            names = run(notebook(name), tmp_path_factory.mktemp(name)).names
            finished[name] = {key: names[key] for key in names if not key.startswith("__")}
        return {key: _own(value) for key, value in finished[name].items()}

    return answers


def _own(value: Any) -> Any:
    """Give a test a copy of what it could change; modules and functions stay as they are."""
    return copy.deepcopy(value) if isinstance(value, dict | list | pd.DataFrame) else value


@pytest.fixture
def lab_1(answers_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return answers_of("lab-1")


@pytest.fixture
def homework_1(answers_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return answers_of("homework-1")


Printed = Callable[[], str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    return lambda: capsys.readouterr().out
