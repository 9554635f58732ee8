"""The real web service in front of a fake hub and a fake exchange."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from bootcamp.cohort import Cohort, Person, Team, UseCase, save_cohort
from bootcamp.content import content_root
from bootcamp.settings import DataFolder
from bootcamp.store import Store, open_store
from bootcamp.store.accounts import Account
from bootcamp.web.app import create_app
from bootcamp.web.settings import WebSettings
from tests.web.fakes import FakeExchange, FakeHub

PREFIX = "/services/bootcamp/"
SETTINGS = WebSettings(
    prefix=PREFIX,
    base_url="/",
    hub_api_url="http://hub.test/hub/api",
    proxy_url="http://hub.test",
    api_token="the-service's-own-token",
)


def cohort(**changes: Any) -> Cohort:
    """Give a cohort of two teams and a facilitator, with `changes`."""
    people = [("Amina Birch", "amina"), ("Bruno Clay", "bruno"), ("Chloé Dune", "chloe")]
    people += [("Daniel Ember", "daniel"), ("Elena Ford", "elena")]
    values: dict[str, Any] = {
        "name": "Spring cohort",
        "company": "Alder & Finch",
        "sessions": [date(2027, 1, day) for day in (11, 14, 18, 21, 25, 28)],
        "use_cases": [
            UseCase(slug=f"case-{n}", title=f"Use case {n}", summary="") for n in range(1, 5)
        ],
        "people": [
            Person(name="Frances Field", email="f@x.example", login="frances", role="facilitator"),
            *(Person(name=name, email=f"{who}@x.example", login=who) for name, who in people),
        ],
        "teams": [
            Team(slug="teal", name="Team Teal", members=("amina", "bruno"), use_case="case-2"),
            Team(slug="amber", name="Team Amber", members=("chloe", "daniel")),
        ],
    }
    return Cohort.model_validate(values | changes)


@dataclass
class Service:
    """The running service and what stands around it."""

    hub: FakeHub
    exchange: FakeExchange
    data: DataFolder
    store: Store
    client: TestClient

    def browser(self, login: str, session: str = "s1") -> Browser:
        """Give a browser in which `login` has signed in."""
        browser = Browser(self, TestClient(self.client.app, follow_redirects=False))
        browser.client.portal = self.client.portal  # one event loop for all of a test's browsers
        browser.sign_in(login, session)
        return browser


@dataclass
class Browser:
    """Somebody's browser."""

    service: Service
    client: TestClient
    csrf: str = ""

    def sign_in(self, login: str, session: str = "s1", page: str = PREFIX) -> httpx.Response:
        """Go through the hub's OAuth as a browser does; give the last answer."""
        token = self.service.hub.add_person(login, session=session)
        self.client.cookies.set("jupyterhub-session-id", session)
        asked = self.client.get(page)
        assert asked.status_code == 302, asked.text
        query = parse_qs(urlsplit(asked.headers["location"]).query)
        self.service.hub.codes["code"] = (token, query["code_challenge"][0])
        return self.client.get(
            query["redirect_uri"][0], params={"code": "code", "state": query["state"][0]}
        )

    def get(self, path: str = "", **options: Any) -> Any:
        """Open a page of the service."""
        return self.client.get(f"{PREFIX}{path}", **options)

    def press(self, path: str, **options: Any) -> Any:
        """Send a form of the home page."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get().text)
        csrf = found.group(1) if found else self.csrf
        return self.client.post(f"{PREFIX}{path}", data={"csrf": csrf}, **options)

    def follow(self, answer: Any) -> Any:
        """Go where an answer sends the browser, through the page that waits, to its end."""
        for _ in range(200):
            if answer.status_code != 303:
                return answer
            where = answer.headers["location"]
            if "/working/" not in where:
                return answer if where.startswith("/hub/") else self.client.get(where)
            state = self.client.get(f"{where}/status").json()["state"]
            if state != "working":
                answer = self.client.get(where)
            else:
                self.service.client.portal.call(_pause)
        raise AssertionError("the work does not end")


async def _pause() -> None:
    import anyio

    await anyio.sleep(0.05)


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with materials for sessions 1 and 6 only, and every guide."""
    real, root = content_root(), tmp_path / "content"
    root.mkdir()
    for name in ("labs", "translations"):
        (root / name).symlink_to(real / name)
    for name in (
        "session-01/lab-1",
        "session-01/homework-1",
        "session-06/solution",
        "session-06/roi",
    ):
        path = root / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    monkeypatch.setattr("bootcamp.content.content_root", lambda: root)
    return root


@pytest.fixture
def service(tmp_path: Path, course: Path) -> Iterator[Service]:
    """The service for the usual cohort."""
    yield from run_service(tmp_path, SETTINGS)


def run_service(tmp_path: Path, settings: WebSettings) -> Iterator[Service]:
    """Run the service on a data folder below `tmp_path`."""
    data = DataFolder.at(tmp_path / "data")
    data.create()
    save_cohort(cohort(), data.cohort_file)
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'store.sqlite'}")
    with store.session() as session:
        session.add(Account(login="amina", password_hash="x"))
    hub, exchange = FakeHub(), FakeExchange()
    app = create_app(
        settings,
        data,
        make_exchange=lambda *_: exchange,
        transport=httpx.ASGITransport(app=hub.app()),
    )
    with TestClient(app, follow_redirects=False) as client:
        yield Service(hub, exchange, data, store, client)
    store.close()
