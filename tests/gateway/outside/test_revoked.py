"""A token that is revoked at the hub dies at the gateway within a minute."""

from __future__ import annotations

import time
from types import SimpleNamespace

import httpx
import pytest

from bootcamp.gateway import callers
from bootcamp.gateway.callers import HubCallers
from tests.conftest import Bootcamp, eventually, xsrf_of
from tests.gateway.conftest import Opener
from tests.gateway.fakes import FakeHub

from .conftest import PEOPLE, gateway_port

ASK = {"model": "practice-1", "messages": [{"role": "user", "content": "Hello"}]}
AUTH = {"Authorization": "Bearer token-ann"}


def test_dies_within_a_minute_of_the_clock(
    open_gateway: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway's clock is moved by hand; nothing else of it is changed."""
    moved = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + moved)
    monkeypatch.setattr(callers, "time", clock)
    hub = FakeHub(dict(PEOPLE))
    with hub.serve() as hub_url:
        gateway = open_gateway(callers=HubCallers(hub_url))

        def status() -> int:
            return httpx.post(
                f"{gateway.base_url}/chat/completions", json=ASK, headers=AUTH, timeout=60
            ).status_code

        assert status() == 200
        del hub.users["token-ann"]
        assert status() == 200  # known for a while, so that the hub is not asked for every call
        assert hub.asked == 1
        moved = 60.5
        assert status() == 401
        assert hub.asked == 2
        hub.users["token-ann"] = PEOPLE["token-ann"]
        moved = 121.0  # and who gets it back is let in again
        assert status() == 200
        assert [call.outcome for call in gateway.calls()] == ["answered"] * 3


@pytest.mark.slow
def test_dies_within_a_minute_at_a_real_hub(hub: Bootcamp) -> None:
    port = gateway_port(hub)
    visitor = hub.visitor("felix")
    xsrf = xsrf_of(visitor.get("/hub/token").text)
    answer = visitor.post(
        "/hub/api/users/felix/tokens",
        json={"note": "to be revoked", "expires_in": 600},
        headers={"X-XSRFToken": xsrf, "Referer": f"{hub.url}/hub/token"},
    )
    assert answer.status_code == 201, answer.text
    token = answer.json()

    def status() -> int:
        return httpx.post(
            f"http://127.0.0.1:{port}/v1/chat/completions",
            json=ASK,
            headers={"Authorization": f"Bearer {token['token']}"},
            timeout=60,
        ).status_code

    assert status() == 200
    gone = visitor.delete(
        f"/hub/api/users/felix/tokens/{token['id']}",
        headers={"X-XSRFToken": xsrf, "Referer": f"{hub.url}/hub/token"},
    )
    assert gone.status_code == 204, gone.text
    visitor.close()
    eventually(lambda: status() == 401, within=62, every=1.0)
