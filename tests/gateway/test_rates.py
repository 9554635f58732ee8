"""Rates: OpenAI's headers and codes, so that the official client waits as it should."""

from __future__ import annotations

import openai
import pytest

from bootcamp.gateway.rates import Rates
from bootcamp.gateway.wire import GatewayProblem

from .conftest import Opener

ASK = [{"role": "user", "content": "Hello"}]


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_too_fast_is_told_with_the_time_to_wait(open_gateway: Opener) -> None:
    gateway = open_gateway(parts={"rates": Rates(requests_per_minute=2)})
    client = gateway.client(max_retries=0)
    for left in ("1", "0"):
        raw = client.chat.completions.with_raw_response.create(model="practice-1", messages=ASK)
        assert raw.headers["x-ratelimit-limit-requests"] == "2"
        assert raw.headers["x-ratelimit-remaining-requests"] == left
        assert raw.headers["x-ratelimit-reset-requests"].endswith("s")
    with pytest.raises(openai.RateLimitError, match="2 requests a minute") as caught:
        client.chat.completions.create(model="practice-1", messages=ASK)
    assert caught.value.code == "rate_limit_exceeded"
    headers = caught.value.response.headers
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert 0 < int(headers["retry-after"]) <= 30
    assert 0 < int(headers["retry-after-ms"]) <= 30_000
    assert "x-should-retry" not in headers
    assert len(gateway.calls()) == 2
    gateway.client("token-ben", max_retries=0).chat.completions.create(
        model="practice-1", messages=ASK
    )


def test_official_client_waits_and_gets_its_answer(open_gateway: Opener) -> None:
    gateway = open_gateway(parts={"rates": Rates(requests_per_minute=120)})
    client = gateway.client(max_retries=3)
    for _ in range(122):
        client.models.list()  # not a call of a model: free
    for _ in range(121):
        client.chat.completions.create(model="practice-1", messages=ASK)
    assert len(gateway.calls()) == 121


def test_no_rate_means_no_headers(open_gateway: Opener) -> None:
    raw = (
        open_gateway()
        .client()
        .chat.completions.with_raw_response.create(model="practice-1", messages=ASK)
    )
    assert not [name for name in raw.headers if name.startswith("x-ratelimit")]


def test_rate_is_given_back_evenly() -> None:
    clock = Clock()
    rates = Rates(requests_per_minute=60, clock=clock)
    for _ in range(60):
        rates.take("ann", 1)
    with pytest.raises(GatewayProblem):
        rates.take("ann", 1)
    clock.now += 1.001
    assert rates.take("ann", 1)["x-ratelimit-remaining-requests"] == "0"
    with pytest.raises(GatewayProblem):
        rates.take("ann", 1)
    clock.now += 60
    assert rates.take("ann", 1)["x-ratelimit-remaining-requests"] == "59"


def test_tokens_have_a_rate_too() -> None:
    clock = Clock()
    rates = Rates(tokens_per_minute=1_000, clock=clock)
    headers = rates.take("ann", 600)
    assert headers["x-ratelimit-remaining-tokens"] == "400"
    assert headers["x-ratelimit-reset-tokens"] == "36s"
    with pytest.raises(GatewayProblem) as caught:
        rates.take("ann", 500)
    assert caught.value.body["error"]["type"] == "tokens"
    assert caught.value.headers["retry-after"] == "7"  # 6 s and a millisecond
    clock.now += 6.01
    rates.take("ann", 500)


def test_call_larger_than_a_minutes_tokens_passes_alone() -> None:
    clock = Clock()
    rates = Rates(tokens_per_minute=100, clock=clock)
    rates.take("ann", 200)
    with pytest.raises(GatewayProblem):
        rates.take("ann", 1)
    clock.now += 121
    rates.take("ann", 1)
