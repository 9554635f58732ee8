"""The exam of the expense policy: broken rules found, claims stopped in vain, cost of errors."""

from __future__ import annotations

from collections.abc import Mapping

from bootcamp.finals.exams.examiner import Breakdown, Examiner, Scored
from bootcamp.finals.exams.labels import chosen
from bootcamp.finals.exams.measures import Measure, share, total
from bootcamp.finals.exams.tables import Given, Rows, tidy
from bootcamp.goals import headline_of
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["EXPENSE_POLICY"]

_ = texts("finals")

_DECISIONS = ("pay", "ask", "refuse")
_RULES = ("none", *map(str, range(1, 13)))
# Euros a claim, by the right decision and the tool's; the brief says where they come from.
_COST: Mapping[str, Mapping[str, float]] = {
    "pay": {"pay": 0, "ask": 12, "refuse": 25},
    "ask": {"pay": 30, "ask": 0, "refuse": 15},
    "refuse": {"pay": 60, "ask": 10, "refuse": 0},
}
_COST_OF_A_PERSON = 6.0


def _score(answers: Rows, given: Given) -> Scored:
    """A rule counts as found when it is the one that is broken first, not just any."""
    truth = {item: rows[0] for item, rows in answers.items()}
    ids = sorted(truth)
    decisions = chosen(given, "decision", _DECISIONS)
    rules = {item: _rule(rows[0]["rule"]) for item, rows in given.rows.items()}
    for item, rule in rules.items():
        if rule not in _RULES:
            given.leave(
                item, _("{column} '{value}', which does not exist", column="rule", value=rule[:40])
            )
    said = {item: (rule, decisions[item]) for item, rule in rules.items() if item in given.rows}
    right = {item: (row["rule"], row["decision"]) for item, row in truth.items()}
    broken = [item for item in ids if right[item][0] != "none"]
    clean = [item for item in ids if right[item][0] == "none"]
    stopped = [item in said and said[item][0] != "none" for item in clean]
    paid = [item for item in ids if item in said and said[item][1] == "pay" != right[item][1]]
    costs = {item: _cost(right[item][1], said.get(item)) for item in ids}
    return Scored(
        measures=(
            Measure.of(
                headline_of("expense-policy"),
                share([item in said and said[item][0] == right[item][0] for item in broken]),
            ),
            Measure(
                "false_positives",
                N_("of the claims in order, said to break a rule"),
                share(stopped),
                goal=0.1,
                fewer_is_better=True,
                unit="%",
            ),
            Measure(
                "cost",
                N_("what wrong decisions and the work left to people cost"),
                total([costs[item] for item in ids]),
                goal=_COST_OF_A_PERSON * len(ids) / 2,
                fewer_is_better=True,
                unit="€",
            ),
        ),
        wrong=frozenset(item for item, answer in said.items() if answer != right[item]),
        counts={
            N_("paid, and should not have been"): len(paid),
            N_("wrong rule"): sum(
                item in said and said[item][0] != right[item][0] for item in broken
            ),
            N_("stopped without need"): sum(stopped),
        },
        breakdowns=(_by_rule(right, said),),
        missed=len(paid),
        false_alarms=sum(stopped),
    )


def _rule(text: str) -> str:
    """Give a rule as the labels write it: `4` for `Rule 4` and for pandas' `4.0`."""
    return tidy(text).removeprefix("rule").strip().removesuffix(".0")


def _cost(right: str, answer: tuple[str, str] | None) -> float:
    return _COST[right][answer[1]] if answer else _COST_OF_A_PERSON


def _by_rule(
    right: Mapping[str, tuple[str, str]], said: Mapping[str, tuple[str, str]]
) -> Breakdown:
    rows = []
    for rule in _RULES:
        own = [item for item, (broken, _) in right.items() if broken == rule]
        if own:
            found = sum(item in said and said[item][0] == rule for item in own)
            rows.append((rule, _("{found} of {total}", found=found, total=len(own))))
    return Breakdown(
        N_("Claims found, by the rule that they break first"),
        (N_("rule"), N_("found")),
        tuple(rows),
    )


EXPENSE_POLICY = Examiner("expense-policy", N_("claims"), ("rule", "decision"), _score)
"""A wrong rule is an error, and so is a wrong decision."""
