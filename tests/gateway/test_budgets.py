"""Budgets hold for every caller, at the same moment too, and survive a stop."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from bootcamp.gateway.prices import OTHERS, Price, Prices
from bootcamp.store import Store, open_store
from bootcamp.store.usage import (
    BILLION,
    UNLIMITED,
    Books,
    BooksBusy,
    Budgets,
    set_limit,
    settle_open,
)

from .books import reservation, settlement, standing, write
from .conftest import Gateway, Opener
from .fakes import FakeUpstream

ASK = [{"role": "user", "content": "Hello"}]
LONG: dict[str, Any] = {"model": "bootcamp-small", "messages": ASK, "max_tokens": 2_000}
PRICES = Prices({"vendor-mini": Price(Decimal("0.15"), Decimal("0.60"))})


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
        gateway.client("token-ann").chat.completions.create(**LONG)
    with pytest.raises(openai.RateLimitError, match="team 'orange'"):
        gateway.client("token-ben").chat.completions.create(**LONG)
    gateway.client("token-cleo").chat.completions.create(**LONG)
    gateway.client("token-fay").chat.completions.create(**LONG)


def test_cohort_budget_holds_for_everyone(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    gateway = open_gateway(budgets=Budgets(cohort_tokens=2_040), upstream_url=upstream_url)
    gateway.client("token-ann").chat.completions.create(**LONG)
    with pytest.raises(openai.RateLimitError, match="The whole cohort's budget"):
        gateway.client("token-fay").chat.completions.create(**LONG)


def test_parallel_callers_never_pass_a_budget(open_gateway: Opener) -> None:
    words = "Summarise in one sentence: the boxes of paper came late again."
    first = open_gateway()
    first.client().chat.completions.create(
        model="practice-1", messages=[{"role": "user", "content": words}]
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
                        "messages": [{"role": "user", "content": words}],
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
    assert standing(gateway.store, "citizen", "ann").tokens == spent
    assert standing(gateway.store, "team", "orange").tokens == spent
    assert standing(gateway.store, "cohort", "cohort").tokens == spent


@pytest.mark.parametrize("holder", ["citizen", "team", "cohort"])
def test_two_gateways_on_one_store_spend_exactly_the_budget(any_store: Store, holder: str) -> None:
    """200 calls at once, through two gateways, on a budget of 50: to the last billionth."""
    budgets = Budgets(**{f"{holder}_money": 50 * 7})
    gateways = [Books(any_store, budgets), Books(any_store, budgets)]
    start = threading.Barrier(2)

    def enter(number: int) -> int:
        start.wait(10)
        taken = 0
        for at in range(0, 100, 5):
            batch = [
                reservation(f"{number}-{n}", 3, "ann" if n % 2 else "ben", money=7)
                if holder != "citizen"
                else reservation(f"{number}-{n}", 3, money=7)
                for n in range(at, at + 5)
            ]
            while True:
                try:
                    refusals = gateways[number].write(batch)
                    break
                except BooksBusy:
                    continue
            taken += sum(refused is None for refused in refusals)
        return taken

    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(enter, range(2)))
    for gateway in gateways:
        gateway.close()
    assert sum(taken) == 50
    name = {"citizen": "ann", "team": "orange", "cohort": "cohort"}[holder]
    assert standing(any_store, holder, name).money == 350
    assert standing(any_store, "cohort", "cohort").tokens == 150


def test_reservations_count_until_they_are_settled(any_store: Store) -> None:
    budgets = Budgets(citizen_tokens=100)
    assert write(any_store, reservation("a", 80), budgets) is None
    assert "20 left" in str(write(any_store, reservation("b", 30), budgets))
    write(any_store, settlement("a", 10), budgets)
    assert write(any_store, reservation("c", 90), budgets) is None
    assert "used up" in str(write(any_store, reservation("d", 1), budgets))


def test_what_is_given_back_serves_the_next_caller_at_once(store: Store) -> None:
    budgets = Budgets(citizen_tokens=100)
    write(store, reservation("a", 100), budgets)
    books = Books(store, budgets)
    assert books.write([reservation("b", 90), settlement("a", 10)]) == [None, None]
    books.close()


def test_second_settlement_changes_nothing(any_store: Store) -> None:
    write(any_store, reservation("a", 80, money=9))
    write(any_store, settlement("a", 10, 2))
    write(any_store, settlement("a", 70, 8))
    found = standing(any_store, "citizen", "ann")
    assert (found.tokens, found.money) == (10, 2)


def test_settlement_without_a_price_stays_at_what_was_reserved(store: Store) -> None:
    write(store, reservation("a", 80, money=9))
    write(store, settlement("a", 10, None))
    assert standing(store, "citizen", "ann").money == 9


def test_refused_reservation_leaves_the_other_budgets_alone(any_store: Store) -> None:
    budgets = Budgets(citizen_tokens=100, team_tokens=10)
    assert "team 'orange'" in str(write(any_store, reservation("a", 50), budgets))
    for holder, name in (("citizen", "ann"), ("cohort", "cohort")):
        assert standing(any_store, holder, name).tokens == 0


def test_open_reservations_of_a_killed_gateway_are_settled_at_its_next_start(
    store: Store, open_gateway: Opener
) -> None:
    write(store, reservation("killed", 500, money=40))
    write(store, reservation("other", 7, served_by="finals"))
    gateway: Gateway = open_gateway()
    calls = {call.id: (call.outcome, call.tokens, call.money) for call in gateway.calls()}
    assert calls == {"killed": ("interrupted", 500, 40), "other": ("open", 7, 0)}
    with store.session() as session:
        assert settle_open(session, "gateway") == 0
    found = standing(store, "citizen", "ann")
    assert (found.tokens, found.money) == (507, 40)


def test_days_have_budgets_of_their_own(store: Store) -> None:
    daily = Budgets(citizen_tokens=100, per="day")
    assert write(store, reservation("a", 100), daily) is None
    assert "today" in str(write(store, reservation("b", 1), daily))
    assert write(store, reservation("c", 1), Budgets(citizen_tokens=100)) is None


def test_limit_of_its_own_holds_from_the_next_call_on(any_store: Store) -> None:
    budgets = Budgets(citizen_tokens=100, citizen_money=100)
    assert write(any_store, reservation("a", 150), budgets) is not None
    with any_store.session() as session:
        set_limit(session, "citizen", "ann", {"tokens": 200})
    assert write(any_store, reservation("b", 150), budgets) is None
    assert write(any_store, reservation("c", 150, "ben"), budgets) is not None
    assert write(any_store, reservation("d", 1, money=101), budgets) is not None
    with any_store.session() as session:
        set_limit(session, "citizen", "ann", {"money": UNLIMITED})
    found = standing(any_store, "citizen", "ann", budgets)
    assert (found.token_limit, found.money_limit, found.own_limit) == (200, None, True)
    assert write(any_store, reservation("e", 1, money=10**12), budgets) is None
    with any_store.session() as session:
        set_limit(session, "citizen", "ann", {"tokens": None, "money": None})
    found = standing(any_store, "citizen", "ann", budgets)
    assert (found.token_limit, found.money_limit, found.own_limit) == (100, 100, False)


def test_call_costs_what_the_price_table_says(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    gateway = open_gateway(upstream_url=upstream_url, parts={"prices": PRICES})
    gateway.client().chat.completions.create(model="bootcamp-small", messages=ASK)
    (call,) = gateway.calls()
    assert call.money == 7 * 150 + 5 * 600  # billionths: 7 tokens in, 5 out
    assert standing(gateway.store, "cohort", "cohort").money == call.money


def test_budget_in_money_holds(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    gateway = open_gateway(
        upstream_url=upstream_url,
        budgets=Budgets(team_money=BILLION // 1000, currency="EUR"),
        parts={"prices": PRICES},
    )
    with pytest.raises(openai.RateLimitError, match=r"0\.001 EUR.*has 0\.001 EUR left") as caught:
        gateway.client().chat.completions.create(
            model="bootcamp-small", messages=ASK, max_tokens=5_000
        )
    assert caught.value.code == "insufficient_quota"
    gateway.client().chat.completions.create(model="bootcamp-small", messages=ASK, max_tokens=500)


def test_practice_model_costs_nothing_and_is_marked(open_gateway: Opener) -> None:
    gateway = open_gateway(
        budgets=Budgets(citizen_money=1), parts={"prices": Prices({}, required=True)}
    )
    gateway.client().chat.completions.create(model="bootcamp-small", messages=ASK)
    (call,) = gateway.calls()
    assert (call.money, call.simulated, call.outcome) == (0, True, "answered")


def test_model_without_a_price_is_refused_before_it_is_asked(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    gateway = open_gateway(upstream_url=upstream_url, parts={"prices": PRICES})
    with pytest.raises(openai.BadRequestError, match=r"'vendor-max' has no price.*\[\[prices]]"):
        gateway.client().chat.completions.create(model="bootcamp-large", messages=ASK)
    assert upstream.requests == []
    assert gateway.calls() == []


def test_price_for_all_others_is_taken_for_a_model_that_has_none() -> None:
    prices = Prices({"a": Price(Decimal(1), Decimal(2)), OTHERS: Price(Decimal(3), Decimal(4))})
    assert prices.cost("a", 10, 10) == 30_000
    assert prices.cost("b", 10, 10) == 70_000
    assert prices.most(["a", "b"], 10) == 40_000


def test_cost_is_rounded_up() -> None:
    assert Price(Decimal("0.000001"), Decimal(0)).cost(1, 0) == 1


def test_other_writers_are_waited_for(store: Store, open_gateway: Opener, tmp_path: Path) -> None:
    gateway = open_gateway()
    other = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            gateway.client().chat.completions.create, model="practice-1", messages=ASK
        )
        # The gateway itself is not held up meanwhile.
        assert httpx.get(f"{gateway.base_url.removesuffix('/v1')}/health").status_code == 200
        assert not asked.done()
        other.execute("ROLLBACK")
        other.close()
        asked.result(30)
    assert [call.outcome for call in gateway.calls()] == ["answered"]


def test_store_of_an_earlier_version_gets_the_new_columns(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        old.execute(
            "CREATE TABLE usage_totals (holder VARCHAR(10), name VARCHAR(255), period VARCHAR(20),"
            " tokens INTEGER NOT NULL, PRIMARY KEY (holder, name, period))"
        )
        old.execute("INSERT INTO usage_totals VALUES ('citizen', 'ann', 'bootcamp', 60)")
    old.close()
    store = open_store(f"sqlite:///{path}")
    assert standing(store, "citizen", "ann").tokens == 60
    assert write(store, reservation("a", 41), Budgets(citizen_tokens=100)) is not None
    assert write(store, reservation("b", 40, money=5), Budgets(citizen_tokens=100)) is None
    store.close()
