"""The gateway as a process of its own, as the hub starts it, to be measured and killed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import psutil
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bootcamp.cohort import save_cohort
from bootcamp.store import open_store
from bootcamp.store.usage import UsageCall, UsageTotal
from tests.conftest import Bootcamp, eventually, free_port
from tests.gateway.fakes import KEY, FakeHub
from tests.gateway.test_service import cohort

from .upstreams import ScriptedUpstream

SCOPES = ["access:services!service=gateway"]
PEOPLE = {
    f"token-{name}": {"name": name, "groups": [f"team-{team}"], "scopes": SCOPES}
    for name, team in (("ann", "orange"), ("ben", "orange"), ("cleo", "violet"))
}
UNLIMITED = {"citizen_tokens": None, "team_tokens": None, "requests_per_minute": None}
ASK = [{"role": "user", "content": "Hello"}]


@dataclass
class GatewayProcess:
    """A gateway, its data folder and what it printed."""

    data: Path
    hub_url: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def printed(self) -> str:
        return (self.data / "gateway.log").read_text(errors="replace")

    def start(self, **environ: str) -> None:
        with (self.data / "gateway.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bootcamp.gateway"],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "BOOTCAMP_DATA": str(self.data),
                    "JUPYTERHUB_API_URL": self.hub_url,
                    "BOOTCAMP_GATEWAY_PORT": str(self.port),
                    "BOOTCAMP_UPSTREAM_KEY": KEY,
                    **environ,
                },
            )
        eventually(self._answers, within=60)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def megabytes(self) -> float:
        """Give the memory that the process holds now."""
        assert self.process
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def client(self, token: str = "token-ann", timeout: float = 60) -> httpx.Client:
        return httpx.Client(
            base_url=self.base_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=timeout,
            trust_env=False,
        )

    @contextmanager
    def books(self) -> Iterator[Session]:
        with (
            contextlib.closing(open_store(f"sqlite:///{self.data / 'store.sqlite'}")) as store,
            store.session() as session,
        ):
            yield session

    def calls(self) -> list[UsageCall]:
        with self.books() as session:
            return list(session.scalars(select(UsageCall).order_by(UsageCall.started_at)))

    def totals(self) -> list[UsageTotal]:
        with self.books() as session:
            return list(session.scalars(select(UsageTotal)))

    def assert_books_add_up(self) -> None:
        """Each citizen's and team's total is the sum of their calls, and no call is open."""
        calls = self.calls()
        assert [call.id for call in calls if call.outcome == "open"] == []
        for total in self.totals():
            own = [
                call
                for call in calls
                if total.period == call.period
                and total.name
                in {"citizen": [call.login], "team": [call.team]}.get(total.holder, [total.name])
            ]
            assert total.tokens == sum(call.tokens for call in own), (total.holder, total.name)
            assert total.money == sum(call.money for call in own), (total.holder, total.name)

    def _answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.printed
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{self.port}/health").status_code == 200
        return False


@contextmanager
def gateway_process(
    data: Path, upstream: ScriptedUpstream | None = None, **budgets: Any
) -> Iterator[GatewayProcess]:
    """Run a gateway; with an upstream it forwards to that, else the practice model answers."""
    with ExitStack() as stack:
        hub_url = stack.enter_context(FakeHub(dict(PEOPLE)).serve())
        made = cohort(stack.enter_context(upstream.serve()) if upstream else None)
        own = made.budgets.model_copy(update={**UNLIMITED, **budgets})
        made = made.model_copy(update={"budgets": own})
        save_cohort(made, data / "cohort.toml")
        running = GatewayProcess(data, hub_url)
        stack.callback(running.stop)
        running.start()
        yield running


class Runner(Protocol):
    def __call__(self, upstream: ScriptedUpstream | None = None, **budgets: Any) -> GatewayProcess:
        """Start a gateway that ends with the test."""


@pytest.fixture
def run_gateway(tmp_path: Path) -> Iterator[Runner]:
    with ExitStack() as stack:
        yield lambda upstream=None, **budgets: stack.enter_context(
            gateway_process(tmp_path, upstream, **budgets)
        )


@dataclass
class Watch:
    """What others saw of a gateway while something bad went on."""

    served: int = 0
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)
    most_megabytes: float = 0.0
    megabytes_before: float = 0.0

    @property
    def grown(self) -> float:
        """Megabytes that the gateway took at most beyond what it had before."""
        return self.most_megabytes - self.megabytes_before


@contextmanager
def others_unharmed(gateway: GatewayProcess, *, slowest: float = 5.0) -> Iterator[Watch]:
    """Let another caller work meanwhile, and watch the gateway's memory.

    At the end, that caller must have been served, always, and never have waited for longer than
    *slowest* seconds.
    """
    watch, over = Watch(), threading.Event()
    body = {"model": "practice-1", "messages": ASK}

    def call() -> None:
        with gateway.client("token-cleo") as client:
            while not over.is_set():
                began = time.monotonic()
                try:
                    status = client.post("/chat/completions", json=body).status_code
                except httpx.HTTPError as error:
                    watch.failures.append(repr(error))
                    return
                if status != 200:
                    watch.failures.append(str(status))
                watch.served += 1
                watch.slowest = max(watch.slowest, time.monotonic() - began)
                over.wait(0.02)

    def weigh() -> None:
        while not over.wait(0.01):
            with contextlib.suppress(psutil.Error):
                watch.most_megabytes = max(watch.most_megabytes, gateway.megabytes())

    with gateway.client("token-cleo") as client:
        assert client.post("/chat/completions", json=body).status_code == 200
    watch.megabytes_before = watch.most_megabytes = gateway.megabytes()
    threads = [threading.Thread(target=call), threading.Thread(target=weigh)]
    for thread in threads:
        thread.start()
    try:
        yield watch
        seen = watch.served
        eventually(lambda: watch.served > seen or watch.failures, within=20)
    finally:
        over.set()
        for thread in threads:
            thread.join(90)
    assert watch.failures == []
    assert watch.served > 0
    assert watch.slowest < slowest


def gateway_port(hub: Bootcamp) -> int:
    """Give the port of a real bootcamp's gateway, once that answers."""
    port = int(json.loads((hub.data / "run" / "state.json").read_text())["gateway_port"])

    def answers() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
        return False

    eventually(answers, within=60)
    return port
