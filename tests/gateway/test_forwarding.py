"""The gateway before an upstream that works, fails, lies or falls silent."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import openai
import pytest

from bootcamp.gateway.upstream import Upstream
from bootcamp.gateway.wire import EventSplitter
from tests.conftest import eventually

from .conftest import Gateway, Opener
from .fakes import KEY, FakeUpstream

ASK = [{"role": "user", "content": "Hello"}]
AUTH = {"Authorization": "Bearer token-ann"}


def create(gateway: Gateway, **options: Any) -> Any:
    return gateway.client().chat.completions.create(model="bootcamp-small", messages=ASK, **options)


def test_forwards_with_the_key_and_the_name_of_the_upstream(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    answer = forwarding.client().chat.completions.with_raw_response.create(
        model="bootcamp-large", messages=ASK, extra_body={"vendor_option": {"deep": [1]}}
    )
    assert answer.parse().choices[0].message.content == "Hello from the vendor."
    assert answer.headers["x-bootcamp-engine"] == "upstream"
    assert upstream.requests == [
        {
            "model": "vendor-max",
            "messages": ASK,
            "vendor_option": {"deep": [1]},
            "max_tokens": 4_000,  # what was set aside for the answer
        }
    ]
    assert upstream.headers[0]["authorization"] == f"Bearer {KEY}"
    assert "token-ann" not in json.dumps(upstream.headers)


def test_streams_and_keeps_the_usage_it_was_not_asked_for(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    chunks = list(create(forwarding, stream=True))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == "Bonjour à tous"
    assert all(c.usage is None for c in chunks)
    assert upstream.requests[0]["stream_options"] == {"include_usage": True}
    (call,) = forwarding.calls()
    assert (call.outcome, call.prompt_tokens, call.completion_tokens) == ("answered", 7, 5)


def test_streams_the_usage_that_it_was_asked_for(forwarding: Gateway) -> None:
    chunks = list(create(forwarding, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].usage
    assert chunks[-1].usage.total_tokens == 12


def test_practice_model_stays_there_beside_an_upstream(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    answer = forwarding.client().chat.completions.create(model="practice-1", messages=ASK)
    assert answer.model == "practice-1"
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("mode", "error", "code", "calls"),
    [
        ("broken", openai.InternalServerError, "upstream_error", 3),
        ("refuses_key", openai.InternalServerError, "upstream_refused_key", 1),
        ("refuses_request", openai.BadRequestError, "unsupported_parameter", 1),
        ("busy", openai.RateLimitError, "rate_limit_exceeded", 3),
        ("garbage", openai.InternalServerError, "upstream_lost", 3),
        ("html", openai.InternalServerError, "upstream_invalid", 1),
    ],
)
def test_tells_what_went_wrong_and_is_retried_only_where_that_helps(
    forwarding: Gateway,
    upstream: FakeUpstream,
    mode: str,
    error: type[openai.APIStatusError],
    code: str,
    calls: int,
) -> None:
    upstream.mode = mode
    with pytest.raises(error) as caught:
        create(forwarding)
    assert caught.value.code == code
    assert "\n" not in caught.value.message
    assert KEY not in str(caught.value.body)
    assert len(upstream.requests) == calls
    assert all(call.outcome in {"failed", "refused"} for call in forwarding.calls())


def test_tells_that_the_upstream_is_dead(open_gateway: Opener) -> None:
    gateway = open_gateway(upstream_url="http://127.0.0.1:9/v1")
    answer = httpx.post(
        f"{gateway.base_url}/chat/completions",
        json={"model": "bootcamp-small", "messages": ASK},
        headers=AUTH,
    )
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "upstream_unreachable"
    (call,) = gateway.calls()
    assert (call.outcome, call.tokens) == ("failed", 0)


def test_tells_that_the_upstream_is_silent(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    upstream.mode = "hangs"
    gateway = open_gateway(upstream_url=upstream_url, idle_seconds=0.3)
    with pytest.raises(openai.InternalServerError) as caught:
        create(gateway)
    assert caught.value.status_code == 504
    assert len(upstream.requests) == 1


def test_ends_an_answer_that_trickles_for_ever(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    upstream.mode = "endless"
    gateway = open_gateway(upstream_url=upstream_url, total_seconds=0.5)
    with pytest.raises(openai.APIError):
        list(create(gateway, stream=True))
    assert upstream.left.wait(10)


@pytest.mark.parametrize("mode", ["cut", "fails_in_stream", "garbage_in_stream"])
def test_lost_stream_is_an_error_and_never_a_success(
    forwarding: Gateway, upstream: FakeUpstream, mode: str
) -> None:
    upstream.mode = mode
    with pytest.raises(openai.APIError):
        list(create(forwarding, stream=True))
    call = eventually(lambda: next((c for c in forwarding.calls() if c.outcome != "open"), None))
    # What breaks before a first event has reached the caller is an HTTP error, not a lost stream.
    assert call.outcome == ("failed" if mode == "garbage_in_stream" else "lost")
    assert call.tokens > 0


def test_upstream_is_left_when_the_client_leaves_a_stream(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    upstream.mode = "endless"
    stream = create(forwarding, stream=True)
    for _, _chunk in zip(range(3), stream, strict=False):
        pass
    stream.close()
    assert upstream.left.wait(10)
    call = eventually(lambda: next((c for c in forwarding.calls() if c.outcome != "open"), None))
    assert call.outcome == "left"
    assert 0 < call.tokens < call.reserved_tokens


def test_upstream_is_left_when_the_client_gives_up_waiting(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    upstream.mode = "hangs"
    client = forwarding.client(max_retries=0, timeout=0.5)
    with pytest.raises(openai.APITimeoutError):
        client.chat.completions.create(model="bootcamp-small", messages=ASK)
    assert upstream.left.wait(10)
    call = eventually(lambda: next((c for c in forwarding.calls() if c.outcome != "open"), None))
    assert call.outcome == "left"


MODES = [
    "well", "broken", "refuses_key", "refuses_request", "busy", "echoes_key", "garbage", "html",
]  # fmt: skip
STREAM_MODES = [*MODES, "cut", "fails_in_stream", "garbage_in_stream"]


@pytest.mark.parametrize(
    ("mode", "stream"),
    [*((mode, False) for mode in MODES), *((mode, True) for mode in STREAM_MODES)],
)
def test_the_key_is_in_no_answer_and_no_log(
    forwarding: Gateway,
    upstream: FakeUpstream,
    caplog: pytest.LogCaptureFixture,
    mode: str,
    stream: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    # The HTTP libraries' own debugging is off unless a developer turns it on.
    for library in ("httpx", "httpcore", "openai"):
        caplog.set_level(logging.INFO, logger=library)
    upstream.mode = mode
    answer = httpx.post(
        f"{forwarding.base_url}/chat/completions",
        json={"model": "bootcamp-small", "messages": ASK, "stream": stream},
        headers=AUTH,
    )
    assert KEY not in answer.text
    assert KEY not in str(answer.headers)
    assert KEY not in caplog.text
    assert "Hello" not in caplog.text


def test_the_key_is_in_no_representation() -> None:
    assert KEY not in repr(Upstream("http://127.0.0.1:9/v1", KEY, {}))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_events_come_together_wherever_their_bytes_are_split(size: int) -> None:
    text = "data: é1\r\n\r\n: comment\n\ndata: a\ndata: b\n\nevent: x\rdata:c\r\rdata: [DONE]\n\n"
    raw = text.encode()
    splitter = EventSplitter()
    found = [data for at in range(0, len(raw), size) for data in splitter.feed(raw[at : at + size])]
    assert found == ["é1".encode(), b"a\nb", b"c", b"[DONE]"]
