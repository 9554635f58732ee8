"""What the headline of a use case's exam has to reach: how a goal is counted, read and said.

The headline is the one number by which a solution is known. Each case has a usual goal for it, for
teams that have agreed on none with their sponsor.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from bootcamp.errors import UsageError
from bootcamp.language import N_
from bootcamp.spoken import fixed, texts
from bootcamp.wording import euros, percent

__all__ = [
    "OWN_CASE",
    "USUAL",
    "Goal",
    "Headline",
    "Unit",
    "headline_of",
    "in_unit",
    "read_goal",
    "right_of_ten",
    "words_of_goal",
]

_ = texts("finals")

Unit: TypeAlias = Literal["", "%", "€"]
"""How a number is shown: from 0 to 1 as it is or in per cent, or an amount of money."""

USUAL = N_("the usual goal of this case")
"""Where a goal comes from that nobody has agreed on."""


@dataclass(frozen=True)
class Goal:
    """What the headline of one team has to reach."""

    value: float
    source: str
    """Where it comes from, in words: “agreed on 11 January 2027”."""


@dataclass(frozen=True)
class Headline:
    """What is counted, and how a goal for it is said."""

    name: str
    title: str
    usual: float
    """The goal where none is agreed on; with `fewer_is_better` the most that is allowed."""
    unit: Literal["", "%"] = ""
    fewer_is_better: bool = False

    def words(self, goal: float) -> str:
        """Give `at least 85 %`."""
        return words_of_goal(goal, self.unit, fewer_is_better=self.fewer_is_better)

    def from_right_of_ten(self, right: float) -> float:
        """Give the goal that a charter means which wants `right` of ten answers to be right."""
        share = right / 10
        return round(1 - share if self.fewer_is_better else share, 2)


_HEADLINES: Mapping[str, Headline] = {
    "contract-clauses": Headline("recall", N_("of the clauses found"), 0.85, "%"),
    "email-routing": Headline("macro_f1", N_("quality of the queues (macro-F1)"), 0.85),
    "expense-policy": Headline(
        "rule_recall", N_("of the claims that break a rule, with the right rule"), 0.85, "%"
    ),
    "hr-questions": Headline(
        "citation_accuracy",
        N_("of the questions that the handbook answers, with the right article"),
        0.8,
        "%",
    ),
    "invoice-exceptions": Headline("field_accuracy", N_("of the fields read right"), 0.9, "%"),
    "minutes-to-actions": Headline("action_f1", N_("quality of the actions (F1)"), 0.8),
}
OWN_CASE = Headline("macro_f1", N_("quality (macro-F1)"), 0.85)
"""Of a case that a team has brought itself."""


def headline_of(use_case: str) -> Headline:
    """Give the headline of a use case; one that is not the course's is a team's own."""
    return _HEADLINES.get(use_case, OWN_CASE)


def in_unit(number: float, unit: Unit) -> str:
    """Give a number as it is shown: `0.71`, `83 %` or `€1,250`."""
    if unit == "%":
        return percent(number)
    return euros(number) if unit == "€" else fixed(number, 2)


def words_of_goal(goal: float, unit: Unit, *, fewer_is_better: bool) -> str:
    """Give `at least 85 %`, or `at most` where fewer is better."""
    said = in_unit(goal, unit)
    return _("at most {goal}", goal=said) if fewer_is_better else _("at least {goal}", goal=said)


def read_goal(text: str) -> float:
    """Give the goal that somebody typed: `80%`, `80 %` or `0.8`, from 0 to 1.

    Raises:
        UsageError: it is none; says how one is written.
    """
    bare = text.strip().replace(",", ".")
    try:
        share = Decimal(bare.removesuffix("%").strip()) / (100 if bare.endswith("%") else 1)
    except ArithmeticError:
        share = Decimal(0)
    least, most = Decimal("0.01"), Decimal("0.99")
    if not share.is_finite() or not least <= share <= most or share != round(share, 2):
        raise UsageError(
            _(
                "'{text}' is no goal. Write whole per cents from 1% to 99%, such as 80% or 0.8.",
                text=text.strip()[:40],
            )
        )
    return float(share)


def right_of_ten(charter: bytes | None) -> float | None:
    """Give what a team's `charter.json` says about it, None when it has no usable number.

    Teams write that file, so nothing in it is expected.
    """
    try:
        found = json.loads(charter or b"{}")
        value = found.get("right_of_ten") if isinstance(found, dict) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        number = float(value)
    except (ValueError, RecursionError, OverflowError):
        return None
    return number if 0 < number < 10 else None
