"""Budgets hold for every caller, at the same moment too, and survive a stop."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import openai
import pytest

from bootcamp.store import Store
from bootcamp.store.usage import (
    Budgets,
    BudgetSpent,
    Reservation,
    Settlement,
    reserve,
    settle,
    settle_open,
    used_tokens,
)

from .conftest import Gateway, Opener
from .fakes import FakeUpstream

ASK = [{"role": "user", "content": "Hello"}]


def reservation(call_id: str, tokens: int, login: str = "ann") -> Reservation:
    return Reservation(call_id, "gateway", login, "orange", "user", "bootcamp-small", "x", tokens)


def settlement(call_id: str, tokens: int) -> Settlement:
    return Settlement(call_id, "answered", "practice-1", tokens, 0, 1)


def test_budget_gone_is_one_call_and_one_clear_sentence(open_gateway: Opener) -> None:
    gateway = open_gateway(budgets=Budgets(citizen_tokens=10))
    client = gateway.client()
    with pytest.raises(openai.RateLimitError, match="Your own budget") as caught:
        client.chat.completions.create(model="bootcamp-small", messages=ASK)
    assert caught.value.code == "insufficient_quota"
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert gateway.calls() == []


def test_team_budget_holds_for_members_who_used_nothing(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    gateway = open_gateway(
        budgets=Budgets(citizen_tokens=100_000, team_tokens=2_100), upstream_url=upstream_url
    )
    for _ in range(6):  # each takes 12 tokens and reserves some 2,030
        gateway.client("token-ann").chat.completions.create(model="bootcamp-small", messages=ASK)
    with pytest.raises(openai.RateLimitError, match="team 'orange'"):
        gateway.client("token-ben").chat.completions.create(model="bootcamp-small", messages=ASK)
    gateway.client("token-cleo").chat.completions.create(model="bootcamp-small", messages=ASK)
    gateway.client("token-fay").chat.completions.create(model="bootcamp-small", messages=ASK)


def test_parallel_callers_never_pass_a_budget(open_gateway: Opener) -> None:
    text = "Summarise in one sentence: the boxes of paper came late again."
    first = open_gateway()
    first.client().chat.completions.create(
        model="practice-1", messages=[{"role": "user", "content": text}]
    )
    (call,) = first.calls()
    budget = call.tokens * 10 + call.reserved_tokens
    gateway = open_gateway(budgets=Budgets(citizen_tokens=budget))
    start = threading.Barrier(16)

    def ask(_: int) -> list[int]:
        start.wait(10)
        with httpx.Client(timeout=60) as client:
            return [
                client.post(
                    f"{gateway.base_url}/chat/completions",
                    json={
                        "model": "practice-1",
                        "messages": [{"role": "user", "content": text}],
                    },
                    headers={"Authorization": "Bearer token-ann"},
                ).status_code
                for _ in range(5)
            ]

    with ThreadPoolExecutor(16) as pool:
        statuses = [status for found in pool.map(ask, range(16)) for status in found]
    assert set(statuses) == {200, 429}
    spent = sum(call.tokens for call in gateway.calls())
    assert spent <= budget
    assert all(call.outcome == "answered" for call in gateway.calls())
    with gateway.store.session() as session:
        assert used_tokens(session, "citizen", "ann", Budgets()) == spent
        assert used_tokens(session, "team", "orange", Budgets()) == spent


def test_reservations_count_until_they_are_settled(store: Store) -> None:
    budgets = Budgets(citizen_tokens=100)
    with store.session() as session:
        reserve(session, reservation("a", 80), budgets)
        with pytest.raises(BudgetSpent, match="20 left"):
            reserve(session, reservation("b", 30), budgets)
        settle(session, settlement("a", 10))
        reserve(session, reservation("c", 90), budgets)
        with pytest.raises(BudgetSpent, match="used up"):
            reserve(session, reservation("d", 1), budgets)


def test_second_settlement_changes_nothing(store: Store) -> None:
    with store.session() as session:
        reserve(session, reservation("a", 80), Budgets())
        settle(session, settlement("a", 10))
        settle(session, settlement("a", 70))
        assert used_tokens(session, "citizen", "ann", Budgets()) == 10


def test_refused_reservation_leaves_the_other_budget_alone(store: Store) -> None:
    budgets = Budgets(citizen_tokens=100, team_tokens=10)
    with store.session() as session:
        with pytest.raises(BudgetSpent, match="team 'orange'"):
            reserve(session, reservation("a", 50), budgets)
        assert used_tokens(session, "citizen", "ann", budgets) == 0


def test_open_reservations_of_a_killed_gateway_are_settled_at_its_next_start(
    store: Store, open_gateway: Opener
) -> None:
    with store.session() as session:
        reserve(session, reservation("killed", 500), Budgets())
        elsewhere = Reservation("other", "finals", "ann", None, "user", "m", "x", 7)
        reserve(session, elsewhere, Budgets())
    gateway: Gateway = open_gateway()
    calls = {call.id: (call.outcome, call.tokens) for call in gateway.calls()}
    assert calls == {"killed": ("interrupted", 500), "other": ("open", 7)}
    with store.session() as session:
        assert settle_open(session, "gateway") == 0
        assert used_tokens(session, "citizen", "ann", Budgets()) == 507


def test_days_have_budgets_of_their_own(store: Store) -> None:
    daily = Budgets(citizen_tokens=100, per="day")
    with store.session() as session:
        reserve(session, reservation("a", 100), daily)
        with pytest.raises(BudgetSpent, match="today"):
            reserve(session, reservation("b", 1), daily)
        reserve(session, reservation("c", 1), Budgets(citizen_tokens=100))
