"""Fixtures for all tests: a real bootcamp, started as a user starts it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import create_engine, text

from bootcamp.hub.ports import free_ports
from bootcamp.store import Store, open_store

CHECKOUT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery"
# Begun first, so that no processor waits for one of them at the end.
LONGEST = (
    *("wrong/test_wrong.py", "grading/attacks/test_attacks.py", "finals/test_use_cases.py"),
    *("grading/test_dask.py", "finals/test_resume.py", "hub/test_supervisor.py"),
    *("grading/test_class.py", "finals/test_odd_input.py", "finals/test_runs.py"),
    *("finals/test_attacks.py", "test_labs_alone.py", "test_batch.py", "hub/test_accounts.py"),
    *("grading/test_bad_input.py", "grading/test_marking.py", "hub/test_isolation.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        name = str(item.path).removeprefix(f"{CHECKOUT}/tests/")
        return LONGEST.index(name) if name in LONGEST else len(LONGEST)

    items.sort(key=turn)


def eventually(what: Callable[[], Any], *, within: float = 30.0, every: float = 0.1) -> Any:
    """Poll until `what` gives something true, and give that; fail at the deadline (seconds)."""
    deadline = time.monotonic() + within
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < deadline, f"not so within {within} s: {what}"
        time.sleep(every)


def free_port() -> int:
    return free_ports(1)[0]


def bootcamp(
    *arguments: str, data: Path | None = None, timeout: float = 120, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does; the environment's own Python, no shell."""
    command = [sys.executable, "-m", "bootcamp", *arguments]
    if data is not None:
        command += ["--data", str(data)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **environ},
    )


@dataclass
class Bootcamp:
    """A running bootcamp: its address, its folder, and the ways in that it printed."""

    data: Path
    port: int
    process: subprocess.Popen[str]
    printed: str = ""
    seconds_to_start: float = 0.0
    links: dict[str, str] = field(default_factory=dict)
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def cli(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return bootcamp(*arguments, data=self.data, timeout=timeout)

    def invite(self, login: str) -> str:
        answer = self.cli("invite", "--json", login)
        assert answer.returncode == 0, answer.stderr
        return str(json.loads(answer.stdout)[login])

    def stop(self) -> None:
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        if self.process.stdout:
            self.process.stdout.close()

    def visitor(self, login: str) -> httpx.Client:
        """Give a browser-like client that is logged in as this person."""
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=60)
        self.clients.append(client)
        link = self.invite(login)
        page = client.get(link)
        assert page.status_code == 200, page.text
        form = {"password": PASSWORD, "password_again": PASSWORD, "_xsrf": xsrf_of(page.text)}
        answer = client.post(link, data=form)
        assert answer.status_code == 200, answer.text
        return client

    def token(self, login: str, *, scopes: tuple[str, ...] = ()) -> str:
        """Give an API token of this person, as their own server would hold."""
        body: dict[str, Any] = {"note": "test", "expires_in": 600}
        if scopes:
            body["scopes"] = list(scopes)
        with contextlib.closing(self.visitor(login)) as client:
            page = client.get("/hub/token")
            answer = client.post(
                f"/hub/api/users/{login}/tokens",
                json=body,
                headers={"X-XSRFToken": xsrf_of(page.text), "Referer": f"{self.url}/hub/token"},
            )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


def xsrf_of(html: str) -> str:
    """Give the form token of a hub page."""
    found = re.search(r'name="_xsrf"\s+value="([^"]+)"', html) or re.search(
        r'xsrf_token:\s*"([^"]+)"', html
    )
    assert found, "the page has no _xsrf"
    return found.group(1)


def start_bootcamp(data: Path, *options: str, **environ: str) -> Bootcamp:
    """Start `bootcamp up` and wait until it says how to stop."""
    port = free_port()
    started = time.monotonic()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "bootcamp",
            "up",
            "--data",
            str(data),
            "--port",
            str(port),
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environ},
    )
    running = Bootcamp(data=data, port=port, process=process)
    assert process.stdout is not None
    for line in process.stdout:
        running.printed += line
        found = re.search(r"(\S+/hub/invitation/\S+)", line)
        if found:
            running.links[line.split()[0].lower()] = found.group(1)
        if "Stop with Ctrl-C" in line:
            running.seconds_to_start = time.monotonic() - started
            return running
    process.wait(10)
    log = data / "logs" / "hub.log"
    words = log.read_text(errors="replace")[-3000:] if log.exists() else ""
    pytest.fail(f"bootcamp up did not start:\n{running.printed}\n{words}")


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bootcamp]:
    """A bootcamp with the demo cohort, for all tests that do not stop it."""
    running = start_bootcamp(tmp_path_factory.mktemp("bootcamp") / "data")
    yield running
    running.stop()


def processes_of(data: Path) -> list[psutil.Process]:
    """Give every process that works on this data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("BOOTCAMP_DATA") == str(data):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database: the one that BOOTCAMP_TEST_POSTGRES names, or our own."""
    from tests import postgres

    named, folder = os.environ.get("BOOTCAMP_TEST_POSTGRES", ""), postgres.programs()
    if named:
        yield named
    elif folder is None:
        pytest.skip("PostgreSQL is not installed: `make setup-dev` as root does it")
    else:
        with postgres.cluster(folder) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store of each kind, empty."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path / 'any.sqlite'}")
        yield opened
        opened.close()
        return
    url: str = request.getfixturevalue("postgres_url")
    schema = f"test_{uuid.uuid4().hex}"
    server = create_engine(url)
    with server.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    joint = "&" if "?" in url else "?"
    opened = open_store(f"{url}{joint}options=-csearch_path%3D{schema}")
    yield opened
    opened.close()
    with server.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    server.dispose()
