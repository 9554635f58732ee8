"""Figures, health and readiness."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bootcamp.store import Store

from .conftest import Gateway, Opener
from .fakes import FakeUpstream

ASK: Any = [{"role": "user", "content": "Hello"}]
TOKEN = {"Authorization": "Bearer prometheus"}


@pytest.fixture
def measured(open_gateway: Opener, upstream_url: str) -> Gateway:
    return open_gateway(upstream_url=upstream_url, parts={"metrics_token": "prometheus"})


def root(gateway: Gateway) -> str:
    return gateway.base_url.removesuffix("/v1")


def figures(gateway: Gateway) -> dict[frozenset[str], float]:
    """Give each figure by its name and its labels' values."""
    text = httpx.get(f"{root(gateway)}/metrics", headers=TOKEN).text
    return {
        frozenset({sample.name, *sample.labels.values()}): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_counts_calls_tokens_and_time(measured: Gateway) -> None:
    client = measured.client()
    client.chat.completions.create(model="bootcamp-small", messages=ASK)
    list(client.chat.completions.create(model="bootcamp-small", messages=ASK, stream=True))
    found = figures(measured)
    calls = {"bootcamp_gateway_calls_total", "chat", "upstream", "bootcamp-small", "answered"}
    assert found[frozenset(calls)] == 2
    tokens = frozenset({"bootcamp_gateway_tokens_total", "upstream", "bootcamp-small"})
    assert (found[tokens | {"in"}], found[tokens | {"out"}]) == (14, 10)
    assert found[frozenset({"bootcamp_gateway_call_seconds_count", "chat", "upstream"})] == 2
    assert found[frozenset({"bootcamp_gateway_open_requests"})] == 1  # this very one


def test_counts_problems_and_failures_of_upstreams(
    measured: Gateway, upstream: FakeUpstream
) -> None:
    upstream.mode = "broken"
    body = {"model": "bootcamp-small", "messages": ASK}
    auth = {"Authorization": "Bearer token-ann"}
    httpx.post(f"{measured.base_url}/chat/completions", json=body, headers=auth)
    httpx.get(f"{measured.base_url}/nowhere")
    found = figures(measured)
    assert found[frozenset({"bootcamp_gateway_problems_total", "502", "upstream_error"})] == 1
    assert found[frozenset({"bootcamp_gateway_problems_total", "404", "not_found"})] == 1
    troubles = {"bootcamp_gateway_upstream_troubles_total", "upstream", "upstream_error"}
    assert found[frozenset(troubles)] == 1


def test_figures_name_nobody(measured: Gateway) -> None:
    measured.client().chat.completions.create(model="bootcamp-small", messages=ASK)
    text = httpx.get(f"{root(measured)}/metrics", headers=TOKEN).text
    assert "ann" not in text.replace("answered", "")
    assert "orange" not in text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer token-ann"}])
def test_citizens_cannot_read_them(measured: Gateway, headers: dict[str, str]) -> None:
    assert httpx.get(f"{root(measured)}/metrics", headers=headers).status_code == 401


def test_nobody_reads_them_where_no_token_is_set(gateway: Gateway) -> None:
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x"}):
        assert httpx.get(f"{root(gateway)}/metrics", headers=headers).status_code == 401


def test_is_ready_while_its_books_can_be_read(gateway: Gateway, store: Store) -> None:
    found = httpx.get(f"{root(gateway)}/ready").json()
    assert (found["status"], found["upstreams"]) == ("ready", {})
    assert found["model"].startswith("practice-1 (")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE usage_totals RENAME TO gone")
    answer = httpx.get(f"{root(gateway)}/ready")
    assert answer.status_code == 503
    assert httpx.get(f"{root(gateway)}/health").status_code == 200
