"""A real gateway on loopback, with the official client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai
import pytest
from sqlalchemy import select

from bootcamp.gateway.app import EMBEDDING, LARGE, SMALL, create_app
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.serve import serve_in_thread
from bootcamp.gateway.upstream import Upstream
from bootcamp.store import Store, open_store
from bootcamp.store.usage import Budgets, UsageCall

from .fakes import KEY, FakeUpstream

CALLERS = {
    "token-ann": Caller("ann", "orange"),
    "token-ben": Caller("ben", "orange"),
    "token-cleo": Caller("cleo", "violet"),
    "token-fay": Caller("fay", None),
}


@dataclass
class Gateway:
    base_url: str
    store: Store
    clients: list[openai.OpenAI] = field(default_factory=list)

    def client(self, token: str = "token-ann", **options: Any) -> openai.OpenAI:
        made = openai.OpenAI(base_url=self.base_url, api_key=token, **options)
        self.clients.append(made)
        return made

    def calls(self) -> list[UsageCall]:
        with self.store.session() as session:
            return list(session.scalars(select(UsageCall).order_by(UsageCall.started_at)))


Opener = Callable[..., Gateway]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def open_gateway(store: Store) -> Iterator[Opener]:
    with ExitStack() as stack:

        def opener(
            *,
            budgets: Budgets | None = None,
            upstream_url: str | None = None,
            upstreams: Sequence[Upstream] = (),
            callers: Any = None,
            parts: dict[str, Any] | None = None,
            **deadlines: float,
        ) -> Gateway:
            if upstream_url:
                models = {SMALL: "vendor-mini", LARGE: "vendor-max", EMBEDDING: "vendor-embed"}
                upstreams = [Upstream(upstream_url, KEY, models, **deadlines)]
            app = create_app(
                callers=callers or StaticCallers(CALLERS),
                store=store,
                budgets=budgets or Budgets(),
                upstreams=upstreams,
                **(parts or {}),
            )
            served = stack.enter_context(serve_in_thread(app))
            gateway = Gateway(served.base_url, store)
            stack.callback(lambda: [client.close() for client in gateway.clients])
            return gateway

        yield opener


@pytest.fixture
def gateway(open_gateway: Opener) -> Gateway:
    """A gateway with the practice model."""
    return open_gateway()


@pytest.fixture
def upstream() -> FakeUpstream:
    return FakeUpstream()


@pytest.fixture
def upstream_url(upstream: FakeUpstream) -> Iterator[str]:
    with upstream.serve() as url:
        yield url


@pytest.fixture
def forwarding(open_gateway: Opener, upstream_url: str) -> Gateway:
    """A gateway before the fake upstream."""
    return open_gateway(upstream_url=upstream_url)
