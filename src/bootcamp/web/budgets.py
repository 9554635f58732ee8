"""What the pages say about the model's budgets; reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bootcamp.cohort import Cohort
from bootcamp.spoken import number, texts
from bootcamp.store import Store
from bootcamp.store.usage import Budgets, Pending, Standing, in_currency, pending, standings
from bootcamp.web.identity import Visitor

__all__ = ["BudgetLine", "BudgetPage", "Gauge", "budget_page", "own_budgets"]

_ = texts("pages")
_NEARLY = 80
_Said = Callable[[int], str]


@dataclass(frozen=True)
class Gauge:
    """How much of one budget is used, in words and as a share."""

    unit: str
    used: str
    reserved: str
    """Set aside for calls that are open just now, and a part of `used`; empty for nothing."""
    limit: str
    """Empty where there is none."""
    percent: int | None
    """From 0 to 100, rounded down; None without a limit."""
    left: str

    @property
    def state(self) -> str:
        """How it stands, in words."""
        if self.percent is None:
            return _("no limit")
        if self.percent >= 100:
            return _("used up")
        return _("nearly used up") if self.percent >= _NEARLY else ""


@dataclass(frozen=True)
class BudgetLine:
    """One holder of a budget."""

    kind: str
    name: str
    calls: int
    tokens: Gauge
    money: Gauge | None
    """None where nothing costs money."""
    simulated: str
    """Tokens that the practice model counted and nobody is billed for; empty for none."""
    own_limit: bool


@dataclass(frozen=True)
class BudgetPage:
    """The facilitator's page."""

    cohort: BudgetLine
    teams: list[BudgetLine]
    people: list[BudgetLine]
    others: list[BudgetLine]
    """Who used the model and is in no list of the cohort, such as final runs."""


def budget_page(cohort: Cohort, store: Store) -> BudgetPage:
    """Gather how everybody's budgets stand."""
    lines = _lines(cohort, store)
    teams = [team.slug for team in cohort.teams]
    people = [p.login for p in sorted(cohort.people, key=lambda p: p.name)]
    known = {("cohort", "cohort"), *(("team", t) for t in teams), *(("citizen", c) for c in people)}
    return BudgetPage(
        cohort=lines["cohort", "cohort"],
        teams=[lines["team", slug] for slug in teams],
        people=[lines["citizen", login] for login in people],
        others=[line for key, line in lines.items() if key not in known],
    )


def own_budgets(visitor: Visitor, cohort: Cohort, store: Store) -> list[BudgetLine]:
    """Gather a citizen's own budget and the team's, where there is a team."""
    lines = _lines(cohort, store)
    found = [lines["citizen", visitor.login]]
    return [*found, lines["team", visitor.team]] if ("team", visitor.team) in lines else found


def _lines(cohort: Cohort, store: Store) -> dict[tuple[str, str | None], BudgetLine]:
    budgets = Budgets.of_cohort(cohort.budgets)
    logins, teams = [p.login for p in cohort.people], [t.slug for t in cohort.teams]
    with store.session() as session:
        found = standings(session, budgets, logins, teams)
        waiting = pending(session, budgets)
    shown = {("team", team.slug): team.name for team in cohort.teams}
    shown |= {("citizen", person.login): person.name for person in cohort.people}
    shown["cohort", "cohort"] = _("Whole cohort")
    with_money = bool(cohort.prices) or cohort.budgets.limits_money or any(s.money for s in found)
    return {
        (one.holder, one.name): _line(
            one,
            shown.get((one.holder, one.name), one.name),
            waiting.get((one.holder, one.name), Pending()),
            budgets.currency if with_money else "",
        )
        for one in found
    }


def _line(one: Standing, name: str, waits: Pending, currency: str) -> BudgetLine:
    tokens = _gauge(_("tokens"), one.tokens, waits.tokens, one.token_limit, number)
    money = None
    if currency:
        money = _gauge(currency, one.money, waits.money, one.money_limit, _in_currency)
    simulated = number(waits.simulated) if waits.simulated else ""
    return BudgetLine(one.holder, name, one.calls, tokens, money, simulated, one.own_limit)


def _in_currency(millionths: int) -> str:
    return number(in_currency(millionths), "#,##0.00")


def _gauge(unit: str, used: int, reserved: int, limit: int | None, said: _Said) -> Gauge:
    percent = None
    if limit is not None:
        percent = min(100, used * 100 // limit) if limit > 0 else 100
    return Gauge(
        unit=unit,
        used=said(used),
        reserved=said(reserved) if reserved else "",
        limit="" if limit is None else said(limit),
        percent=percent,
        left="" if limit is None else said(max(limit - used, 0)),
    )
