"""The exam of contract clauses: which were found, how many are real, how well they were marked.

The rule, by hand: a row is right when the page has a clause of this type and the two spans overlap
by at least a half. Overlap is the F1 of their words: twice the words that both have, over the words
of the one and the words of the other; small and capital letters, marks and line breaks do not
count, and a word that stands twice counts twice. An empty span has no words, and a whole page has
so many that it stays below a half. A page has one span a type: of several, the first counts, and
the others are false.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from bootcamp.finals.exams.examiner import Breakdown, Examiner, Scored
from bootcamp.finals.exams.measures import Measure, ratio
from bootcamp.finals.exams.tables import Given, Row, Rows, tidy
from bootcamp.goals import headline_of
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["CLAUSES", "CONTRACT_CLAUSES", "UNREADABLE", "overlap"]

_ = texts("finals")

CLAUSES = (
    "automatic_renewal",
    "notice_period",
    "price_increase",
    "liability_cap",
    "exclusivity",
    "late_payment",
    "governing_law",
    "data_protection",
)
UNREADABLE = "unreadable"
"""What the labels say of a page without text; nothing can be found on it, and a person has it."""
_ENOUGH = 0.5
_WORD = re.compile(r"\w+")


def overlap(one: str, other: str) -> float:
    """Give the F1 of the words of two spans, from 0 (nothing in common) to 1 (the same words)."""
    first, second = _words(one), _words(other)
    both = (first & second).total()
    return 2 * both / (first.total() + second.total()) if both else 0.0


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _score(answers: Rows, given: Given) -> Scored:
    """A clause on a page that was left to a person counts as missed; a false row does no harm."""
    ids = sorted(answers)
    said = _said(given)
    truth = {item: dict(_pairs(answers[item])) for item in ids}
    unreadable = {item for item in ids if UNREADABLE in truth[item]}
    for item in unreadable:
        truth[item] = {}
    found = {item: _found(truth[item], said.get(item, ())) for item in ids}
    rows = [len(said.get(item, ())) for item in ids]
    hits = [len(found[item]) for item in ids]
    there = [len(truth[item]) for item in ids]
    marked = [sum(found[item].values()) for item in ids]
    missed = {item for item in said if len(found[item]) < len(truth[item])}
    wrong = missed | (unreadable & said.keys())
    raised = {item for item, own in said.items() if len(own) > len(found[item])}
    by_type = tuple(
        (
            clause.replace("_", " "),
            _(
                "{found} of {total}",
                found=sum(clause in own for own in found.values()),
                total=total,
            ),
        )
        for clause in CLAUSES
        if (total := sum(clause in own for own in truth.values()))
    )
    return Scored(
        measures=(
            Measure.of(headline_of("contract-clauses"), ratio(hits, there)),
            Measure(
                "precision", N_("of the rows are right"), ratio(hits, rows), goal=0.7, unit="%"
            ),
            Measure(
                "span_overlap", N_("overlap of the spans found (F1)"), ratio(marked, hits), 0.75
            ),
        ),
        wrong=frozenset(wrong),
        counts={
            N_("clauses found"): sum(hits),
            N_("clauses missed on pages that were handled"): sum(
                len(truth[item]) - len(found[item]) for item in missed
            ),
            N_("rows that mark no such clause"): sum(rows) - sum(hits),
            N_("unreadable pages passed as read"): len(unreadable & said.keys()),
        },
        breakdowns=(
            Breakdown(N_("Found of each clause type"), (N_("clause"), N_("found")), by_type),
        ),
        missed=len(wrong),
        false_alarms=len(raised),
    )


def _said(given: Given) -> dict[str, list[tuple[str, str]]]:
    """Give type and span of each row, once; what names no type of ours is left to a person."""
    for item, rows in list(given.rows.items()):
        names = {name for name, _ in _pairs(rows)}
        if odd := sorted(names - {*CLAUSES, UNREADABLE}):
            given.leave(
                item,
                _("{column} '{value}', which does not exist", column="clause", value=odd[0][:40]),
            )
        elif UNREADABLE in names:
            given.rows.pop(item)
    return {item: list(dict.fromkeys(_pairs(rows))) for item, rows in given.rows.items()}


def _pairs(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Give type and span; a row with two empty cells says that there is nothing, and is none."""
    pairs = [(re.sub(r"[\s-]+", "_", tidy(row["clause"])), row["span"]) for row in rows]
    return [(name, span) for name, span in pairs if name or span.strip()]


def _found(truth: Mapping[str, str], said: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Give the overlap of each clause that was found; the first row of a type is the one asked."""
    first = dict(reversed(said))
    shares = {name: overlap(span, first.get(name, "")) for name, span in truth.items()}
    return {name: share for name, share in shares.items() if share >= _ENOUGH}


CONTRACT_CLAUSES = Examiner(
    "contract-clauses", N_("pages"), ("clause", "span"), _score, several=True
)
"""Wrong is a page that was handled and on which a clause was missed, or that nobody could read."""
