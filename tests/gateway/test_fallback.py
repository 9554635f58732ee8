"""Several upstreams: the next one is asked as long as nobody has answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import openai
import pytest

from bootcamp.gateway.app import EMBEDDING, LARGE, SMALL
from bootcamp.gateway.upstream import Upstream

from .conftest import Gateway, Opener
from .fakes import FakeUpstream

ASK: Any = [{"role": "user", "content": "Hello"}]
AUTH = {"Authorization": "Bearer token-ann"}


@pytest.fixture
def first() -> FakeUpstream:
    return FakeUpstream()


@pytest.fixture
def second() -> FakeUpstream:
    return FakeUpstream()


@pytest.fixture
def upstreams(first: FakeUpstream, second: FakeUpstream) -> Iterator[list[Upstream]]:
    with ExitStack() as stack:
        yield [
            Upstream(
                stack.enter_context(fake.serve()),
                f"key-of-{name}",
                {SMALL: f"{name}-small"},
                name=name,
                idle_seconds=0.5,
                rest_seconds=rest,
            )
            for name, fake, rest in (("first", first, 0.0), ("second", second, 0.0))
        ]


@pytest.fixture
def both(open_gateway: Opener, upstreams: list[Upstream]) -> Gateway:
    return open_gateway(upstreams=upstreams)


def ask(gateway: Gateway, **more: object) -> httpx.Response:
    body = {"model": SMALL, "messages": ASK, **more}
    return httpx.post(f"{gateway.base_url}/chat/completions", json=body, headers=AUTH)


def test_asks_the_first_alone_while_it_works(
    both: Gateway, first: FakeUpstream, second: FakeUpstream
) -> None:
    assert ask(both).headers["x-bootcamp-upstream"] == "first"
    assert (len(first.requests), len(second.requests)) == (1, 0)


FAILURES = ["broken", "out_of_service", "busy", "refuses_key", "garbage", "html", "nothing", "empty", "hangs"]  # fmt: skip # noqa: E501


@pytest.mark.parametrize("mode", FAILURES)
@pytest.mark.parametrize("stream", [False, True])
def test_asks_the_second_when_the_first_fails_before_it_answers(
    both: Gateway, first: FakeUpstream, second: FakeUpstream, mode: str, stream: bool
) -> None:
    first.mode = mode
    answer = ask(both, stream=stream)
    assert answer.status_code == 200
    assert answer.headers["x-bootcamp-upstream"] == "second"
    assert second.requests[0]["model"] == "second-small"
    assert second.headers[0]["authorization"] == "Bearer key-of-second"
    (call,) = both.calls()
    assert (call.outcome, call.answered_by, call.tokens) == ("answered", "second-small", 12)


@pytest.mark.parametrize("mode", ["empty_stream", "busy_in_stream", "garbage_in_stream"])
def test_asks_the_second_when_a_stream_breaks_before_its_first_event(
    both: Gateway, first: FakeUpstream, mode: str
) -> None:
    first.mode = mode
    chunks = list(both.client().chat.completions.create(model=SMALL, messages=ASK, stream=True))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "Bonjour à tous"


def test_asks_nobody_else_once_a_stream_has_begun(
    both: Gateway, first: FakeUpstream, second: FakeUpstream
) -> None:
    first.mode = "cut"
    with pytest.raises(openai.APIError):
        list(both.client().chat.completions.create(model=SMALL, messages=ASK, stream=True))
    assert second.requests == []


def test_passes_a_wrong_request_on_without_asking_elsewhere(
    both: Gateway, first: FakeUpstream, second: FakeUpstream
) -> None:
    first.mode = "refuses_request"
    answer = ask(both)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "unsupported_parameter"
    assert second.requests == []


def test_says_what_went_wrong_when_all_fail(
    both: Gateway, first: FakeUpstream, second: FakeUpstream
) -> None:
    first.mode, second.mode = "broken", "busy"
    answer = ask(both)
    assert answer.status_code == 429
    assert answer.headers["retry-after-ms"] == "10"
    (call,) = both.calls()
    assert (call.outcome, call.tokens) == ("refused", 0)


def test_a_dead_upstream_is_not_asked_first_for_a_while(
    open_gateway: Opener, second: FakeUpstream
) -> None:
    with second.serve() as url:
        dead = Upstream("http://127.0.0.1:9/v1", "k", {SMALL: "a"}, name="dead", rest_seconds=60)
        alive = Upstream(url, "k", {SMALL: "b"}, name="alive")
        gateway = open_gateway(upstreams=[dead, alive])
        assert ask(gateway).headers["x-bootcamp-upstream"] == "alive"
        ready = httpx.get(gateway.base_url.removesuffix("/v1") + "/ready").json()
        assert ready["upstreams"] == {"dead": "resting", "alive": "in use"}
        assert ask(gateway).status_code == 200


def test_a_resting_upstream_is_asked_when_the_others_fail(
    open_gateway: Opener, upstreams: list[Upstream], first: FakeUpstream, second: FakeUpstream
) -> None:
    rested = [Upstream(u.base_url, u.key, u.models, u.name, rest_seconds=60) for u in upstreams]
    gateway = open_gateway(upstreams=rested)
    first.mode = "broken"
    assert ask(gateway).headers["x-bootcamp-upstream"] == "second"
    first.mode, second.mode = "well", "broken"
    assert ask(gateway).headers["x-bootcamp-upstream"] == "first"


def test_each_name_leads_to_who_has_it(open_gateway: Opener, first: FakeUpstream) -> None:
    with first.serve() as url:
        chat = Upstream(url, "k", {SMALL: "s", LARGE: "l"}, name="chat")
        vectors = Upstream(url, "k", {EMBEDDING: "e"}, name="vectors")
        gateway = open_gateway(upstreams=[vectors, chat])
        client = gateway.client()
        for name in (SMALL, LARGE, "s", "l"):
            client.chat.completions.create(model=name, messages=ASK)
        client.embeddings.create(model=EMBEDDING, input="x")
        assert [r["model"] for r in first.requests] == ["s", "l", "s", "l", "e"]
        names = {model.id for model in client.models.list()}
    assert names == {SMALL, LARGE, EMBEDDING, "s", "l", "e", "practice-1"}


def test_the_large_model_is_the_small_one_where_there_is_no_other(
    both: Gateway, first: FakeUpstream
) -> None:
    ask(both, model=LARGE)
    assert first.requests[0]["model"] == "first-small"


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("nothing", "upstream_lost"),
        ("empty", "upstream_invalid"),
        ("html", "upstream_invalid"),
        ("huge", "upstream_invalid"),
        ("hangs", "upstream_timeout"),
    ],
)
def test_nonsense_from_an_upstream_is_an_error_of_ours(
    open_gateway: Opener, first: FakeUpstream, mode: str, code: str
) -> None:
    first.mode = mode
    with first.serve() as url:
        gateway = open_gateway(upstream_url=url, idle_seconds=0.5)
        answer = ask(gateway)
    assert answer.status_code in {502, 504}
    assert answer.json()["error"]["code"] == code


def test_one_byte_at_a_time_ends_with_the_whole_answers_deadline(
    open_gateway: Opener, first: FakeUpstream
) -> None:
    first.mode = "trickles"
    with first.serve() as url:
        gateway = open_gateway(upstream_url=url, total_seconds=0.5)
        answer = ask(gateway)
        assert first.left.wait(10)
    assert answer.status_code == 504
    assert answer.json()["error"]["code"] == "upstream_timeout"
