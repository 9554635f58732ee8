"""What a run of the solution took of the model: the gateway's own record, else the team's log."""

from __future__ import annotations

import csv
import math
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bootcamp.language import N_
from bootcamp.spoken import fixed, texts
from bootcamp.store import Store
from bootcamp.store.usage import in_currency, used_since
from bootcamp.tables import rows_by_name

__all__ = ["RECORD", "TEAM_LOG", "Spending", "spending_in_log", "spending_on_record"]

_ = texts("finals")

RECORD = N_("the gateway's record")
TEAM_LOG = N_("the team's cost_log.csv")
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Spending:
    """What `items` took; `money` is in `currency`, None where nothing has a price."""

    items: int
    tokens: int
    seconds: float
    """Of waiting for the model."""
    source: str
    money: float | None = None
    currency: str = ""

    @property
    def tokens_an_item(self) -> float:
        """How many tokens one item took."""
        return self.tokens / self.items

    @property
    def seconds_an_item(self) -> float:
        """How long one item waited for the model."""
        return self.seconds / self.items

    @property
    def cost_in_words(self) -> str:
        """What one item costs, or that it has no price."""
        if self.money is None:
            return _("no price")
        return f"{fixed(self.money / self.items, 4)} {self.currency}"

    def as_dict(self) -> dict[str, Any]:
        """Give all of it, ready for a JSON file."""
        return asdict(self)


def spending_on_record(
    store: Store, login: str, since: datetime, items: int, currency: str
) -> Spending | None:
    """Give what the gateway has written down of `login`'s calls; None when there are none."""
    with store.session() as session:
        used = used_since(session, login, since)
    if not used.calls:
        return None
    money = float(in_currency(used.money)) if used.money else None
    return Spending(items, used.tokens, used.milliseconds / 1000, RECORD, money, currency)


def spending_in_log(table: bytes | None, items: int) -> Spending | None:
    """Give what a `cost_log.csv` says; None when it is missing, or holds no such numbers."""
    try:
        lines = (table or b"").decode("utf-8-sig").splitlines()[:_MOST_ROWS]
        reader = csv.reader(lines)
        rows = list(rows_by_name(next(reader, []), reader))
        tokens = sum(_number(row["tokens"]) for row in rows)
        seconds = sum(_number(row["seconds"]) for row in rows)
    except (KeyError, TypeError, ValueError, csv.Error):
        return None
    return Spending(items, round(tokens), seconds, TEAM_LOG) if rows else None


def _number(cell: str) -> float:
    """Give a cell's number.

    Raises:
        ValueError: it is none that can be summed up.
    """
    number = float(cell)
    if not math.isfinite(number) or number < 0:
        raise ValueError(cell)
    return number
