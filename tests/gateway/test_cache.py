"""Answers given before: exact, within a team, free, and marked."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bootcamp.gateway.cache import Cache, Cached
from bootcamp.gateway.callers import Caller
from bootcamp.gateway.engines import Call
from bootcamp.store.usage import Budgets

from .conftest import Gateway, Opener
from .fakes import FakeUpstream

ASK: Any = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def caching(open_gateway: Opener, upstream_url: str) -> Gateway:
    return open_gateway(upstream_url=upstream_url, parts={"cache": Cache()})


def ask(
    gateway: Gateway,
    token: str = "token-ann",
    headers: dict[str, str] | None = None,
    **more: object,
) -> httpx.Response:
    return httpx.post(
        f"{gateway.base_url}/chat/completions",
        json={"model": "bootcamp-small", "messages": ASK, **more},
        headers={"Authorization": f"Bearer {token}", **(headers or {})},
    )


def test_the_same_question_of_a_team_is_answered_once(
    caching: Gateway, upstream: FakeUpstream
) -> None:
    first, again, mate = ask(caching), ask(caching), ask(caching, "token-ben")
    assert first.headers["x-bootcamp-cache"] == "miss"
    for answer in (again, mate):
        assert answer.headers["x-bootcamp-cache"] == "hit"
        assert answer.headers["x-bootcamp-cost"] == "0"
        assert answer.content == first.content
    assert len(upstream.requests) == 1
    assert [(c.engine, c.tokens) for c in caching.calls()] == [
        ("upstream", 12), ("cache", 0), ("cache", 0),
    ]  # fmt: skip


def test_a_team_never_gets_what_another_was_told(caching: Gateway, upstream: FakeUpstream) -> None:
    for token in ("token-ann", "token-cleo", "token-fay"):
        assert ask(caching, token).headers["x-bootcamp-cache"] == "miss"
    assert len(upstream.requests) == 3


@pytest.mark.parametrize(
    "other",
    [{"temperature": 0.5}, {"seed": 1}, {"model": "bootcamp-large"}, {"messages": [*ASK, *ASK]}],
)
def test_another_question_is_another_answer(
    caching: Gateway, upstream: FakeUpstream, other: dict[str, object]
) -> None:
    ask(caching)
    assert ask(caching, **other).headers["x-bootcamp-cache"] == "miss"
    assert len(upstream.requests) == 2


def test_a_caller_may_ask_for_a_fresh_answer(caching: Gateway, upstream: FakeUpstream) -> None:
    ask(caching)
    fresh = ask(caching, headers={"Cache-Control": "no-cache"})
    assert fresh.headers["x-bootcamp-cache"] == "miss"
    assert len(upstream.requests) == 2


def test_streams_are_given_again_event_by_event(caching: Gateway, upstream: FakeUpstream) -> None:
    first, again = ask(caching, stream=True), ask(caching, stream=True)
    assert again.headers["x-bootcamp-cache"] == "hit"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.content == first.content
    assert len(upstream.requests) == 1


def test_responses_come_from_the_cache_too(caching: Gateway, upstream: FakeUpstream) -> None:
    client = caching.client()
    texts = {
        client.responses.create(model="bootcamp-small", input="Hi").output_text for _ in range(2)
    }
    assert texts == {"Hello from the vendor."}
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("mode", ["broken", "cut", "refuses_request"])
def test_failures_are_not_kept(caching: Gateway, upstream: FakeUpstream, mode: str) -> None:
    upstream.mode = mode
    for _ in range(2):
        ask(caching, stream=True)
    assert len(upstream.requests) == 2


def test_an_answer_from_the_cache_needs_no_budget(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    gateway = open_gateway(
        upstream_url=upstream_url,
        budgets=Budgets(citizen_tokens=40),
        parts={"cache": Cache()},
    )
    assert ask(gateway, max_tokens=10).status_code == 200
    assert ask(gateway, max_tokens=10).headers["x-bootcamp-cache"] == "hit"
    assert ask(gateway, max_tokens=30).status_code == 429


def test_there_is_no_cache_unless_wanted(forwarding: Gateway, upstream: FakeUpstream) -> None:
    for _ in range(2):
        assert "x-bootcamp-cache" not in ask(forwarding).headers
    assert len(upstream.requests) == 2


def test_memory_is_bounded_and_the_least_used_goes_first() -> None:
    cache = Cache(most_bytes=3_000)
    for name in (b"a", b"b", b"c", b"d"):
        cache.get(b"a")
        cache.put(name, Cached({}, body=b"x" * 700))
    assert cache.get(b"a")
    assert cache.get(b"d")
    assert cache.get(b"b") is None
    cache.put(b"huge", Cached({}, body=b"x" * 10**6))
    assert cache.get(b"huge") is None


def test_answers_are_forgotten_after_a_day() -> None:
    hours = [0.0]
    cache = Cache(clock=lambda: hours[0] * 3600)
    cache.put(b"a", Cached({}, body=b"x"))
    hours[0] = 23
    assert cache.get(b"a")
    hours[0] = 25
    assert cache.get(b"a") is None


def test_a_team_and_a_person_of_the_same_name_are_two() -> None:
    call = Call("1", "chat", "m", {"messages": []})
    assert Cache.key(Caller("x", "orange"), call) != Cache.key(Caller("orange", None), call)


@pytest.mark.parametrize("depth", [400, 900, 960, 980, 990, 995])
def test_a_deeply_nested_request_is_refused_or_answered(caching: Gateway, depth: int) -> None:
    deep = '{"a":' * depth + "1" + "}" * depth
    messages = '[{"role": "user", "content": "x"}]'
    answer = httpx.post(
        f"{caching.base_url}/chat/completions",
        content=f'{{"model": "bootcamp-small", "messages": {messages}, "x": {deep}}}',
        headers={"Authorization": "Bearer token-ann"},
    )
    assert answer.status_code in {200, 400}
