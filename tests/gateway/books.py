"""Short words for what the books are told in tests."""

from __future__ import annotations

from typing import Any

from bootcamp.store import Store
from bootcamp.store.usage import (
    Books,
    Budgets,
    BudgetSpent,
    Reservation,
    Settlement,
    Standing,
    standings,
)


def reservation(call_id: str, tokens: int, login: str = "ann", **more: Any) -> Reservation:
    given = {
        "served_by": "gateway",
        "team": "orange",
        "kind": "user",
        "model": "bootcamp-small",
        "engine": "x",
    }
    return Reservation(call_id=call_id, login=login, tokens=tokens, **{**given, **more})


def settlement(call_id: str, tokens: int, money: int | None = 0) -> Settlement:
    return Settlement(call_id, "answered", "vendor-mini", tokens, 0, 1, money=money)


def write(
    store: Store, entry: Reservation | Settlement, budgets: Budgets | None = None
) -> BudgetSpent | None:
    books = Books(store, budgets or Budgets())
    try:
        (refused,) = books.write([entry])
    finally:
        books.close()
    return refused


def standing(store: Store, holder: str, name: str, budgets: Budgets | None = None) -> Standing:
    with store.session() as session:
        found = standings(session, budgets or Budgets(), ["ann", "ben"], ["orange"])
    return next(one for one in found if (one.holder, one.name) == (holder, name))
