"""Loopback servers and the answered notebooks' variables, for the kit's tests."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

import jupytext
import pytest

LABS = Path(__file__).parents[2] / "labs"


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


def answers_of(source: str, **given: Any) -> dict[str, Any]:
    """The variables that the answered cells of a lab or homework source leave behind."""
    names: dict[str, Any] = {"check": print, "hint": print, "median": median, **given}
    for cell in jupytext.read(LABS / source).cells:
        if cell.cell_type == "code" and re.search(
            r"BEGIN SOLUTION|^charter|^seconds =", cell.source
        ):
            kept = [line for line in cell.source.split("\n") if not line.startswith("log")]
            kept = [line for line in kept if "len(log)" not in line]
            exec("\n".join(kept), names)  # our own source
    return names


@pytest.fixture
def lab_1() -> dict[str, Any]:
    mail = {"id": "mail-029", "subject": "s", "text": "t", "queue": "returns"}
    return answers_of("session-01-lab.py", my_mail=mail)


@pytest.fixture
def homework_1() -> dict[str, Any]:
    return answers_of("session-01-homework.py")


Printed = Callable[[], str]


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    return lambda: capsys.readouterr().out
