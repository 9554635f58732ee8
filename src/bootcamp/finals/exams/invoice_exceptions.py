"""The exam of invoice exceptions: the fields that were read, the route, and euros let through."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from bootcamp.finals.exams.examiner import Breakdown, Examiner, Scored
from bootcamp.finals.exams.labels import chosen, label_scores
from bootcamp.finals.exams.measures import Estimate, Measure, ratio, share, total
from bootcamp.finals.exams.tables import Given, Row, Rows, amount, tidy
from bootcamp.goals import headline_of, in_unit
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["INVOICE_EXCEPTIONS", "ROUTES"]

_ = texts("finals")

ROUTES = ("pay", "ask_supplier", "ask_buyer", "stop")

_NOTHING = frozenset({"", "none", "null", "nan", "nat", "n/a", "-"})
"""What programs write into a cell that is meant to be empty."""
_LEGAL_FORMS = frozenset(
    ("sarl", "sas", "sasu", "sa", "eurl", "sci", "snc", "scop", "gmbh", "ag", "kg", "ohg", "ek",
     "ug", "mbh", "co", "ltd", "limited", "plc", "dac", "llp", "bv", "nv", "srl", "spa")
)  # fmt: skip
_DAY_LAST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t]00:00.*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_CENT = 0.005


def _score(answers: Rows, given: Given) -> Scored:
    """An invoice is handled well when its route and all that is booked of it are right."""
    truth = {item: tidy(rows[0]["route"]) for item, rows in answers.items()}
    said = chosen(given, "route", ROUTES)
    ids = sorted(truth)
    right = {
        item: {field: same(answers[item][0][field], given.rows[item][0][field])
               for field, same in _SAME.items()}
        for item in said
    }  # fmt: skip
    hits = [sum(right[item].values()) if item in right else 0 for item in ids]
    macro, by_route = label_scores(truth, said, "route")
    let_through = {item for item in said if said[item] == "pay" != truth[item]}
    misread = {item for item in said if not all(right[item].values())}
    misrouted = {item for item in said if said[item] != truth[item]}
    held_up = {item for item in misrouted if truth[item] == "pay"}
    return Scored(
        measures=(
            Measure.of(headline_of("invoice-exceptions"), ratio(hits, [len(_SAME)] * len(ids))),
            Measure("route_f1", N_("quality of the routes (macro-F1)"), macro, goal=0.85),
            Measure(
                "euros_missed",
                N_("worth of invoices sent to payment that had to wait"),
                _missed(answers, {item for item in ids if truth[item] != "pay"}, let_through),
                goal=6_000,
                fewer_is_better=True,
                unit="€",
            ),
        ),
        wrong=frozenset(misread | misrouted),
        counts={
            N_("a field misread"): len(misread),
            N_("wrong route"): len(misrouted),
            N_("sent to payment, had to wait"): len(let_through),
            N_("held up without need"): len(held_up),
        },
        breakdowns=(_by_field(ids, right), by_route),
        missed=len(let_through),
        false_alarms=len(held_up),
    )


def _by_field(ids: list[str], right: Mapping[str, Mapping[str, bool]]) -> Breakdown:
    shares = [
        (
            _(_FIELDS[field]),
            in_unit(share([item in right and right[item][field] for item in ids]).value, "%"),
        )
        for field in _SAME
    ]
    return Breakdown(N_("Read right, by field"), (N_("field"), N_("right")), tuple(shares))


def _missed(answers: Rows, held: set[str], let_through: set[str]) -> Estimate:
    """Give the euros let through.

    Where nothing was, drawing items again cannot show that something might have been: then the
    upper end is the share that so many papers cannot rule out, of all the money that had to wait.
    """
    euros = {item: _euros(answers[item][0]) for item in sorted(held)}
    found = total([euros[item] if item in let_through else 0.0 for item in euros])
    if let_through or not held:
        return found
    return replace(found, high=share([False] * len(held)).high * sum(euros.values()))


def _euros(answer: Row) -> float:
    """What would have been paid; a credit note booked by mistake counts by its size."""
    return abs(amount(answer["total"]) or 0.0)


def _same_name(truth: str, said: str) -> bool:
    return _name(truth) == _name(said)


def _name(text: str) -> frozenset[str]:
    """Give the words of a company's name, without accents, signs and legal form."""
    if tidy(text) in _NOTHING:
        return frozenset()
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).replace(".", "")
    words = frozenset(re.findall(r"\w+", letters)) - {"and", "et", "und"}
    return words - _LEGAL_FORMS or words


def _same_date(truth: str, said: str) -> bool:
    return _date(truth) == _date(said)


def _date(text: str) -> date | str:
    """Give the day of `2026-03-31`, `31/03/2026` or `31.03.2026`; other words as they are."""
    bare = tidy(text)
    if match := _DAY_LAST.fullmatch(bare):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(bare):
        day, month, year = match.groups()
    else:
        return "" if bare in _NOTHING else bare
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return bare


def _same_amount(truth: str, said: str) -> bool:
    expected, found = amount(truth), amount(said)
    if expected is None or found is None:
        return expected is found
    return abs(expected - found) < _CENT


def _same_order(truth: str, said: str) -> bool:
    return _order(truth) == _order(said)


def _order(text: str) -> str:
    return "" if tidy(text) in _NOTHING else "".join(c for c in text.casefold() if c.isalnum())


_SAME: Mapping[str, Callable[[str, str], bool]] = {
    "supplier": _same_name,
    "date": _same_date,
    "net": _same_amount,
    "vat": _same_amount,
    "total": _same_amount,
    "order": _same_order,
}

_FIELDS: Mapping[str, str] = {
    "supplier": N_("supplier"),
    "date": N_("date"),
    "net": N_("net"),
    "vat": N_("VAT"),
    "total": N_("total"),
    "order": N_("order"),
}

INVOICE_EXCEPTIONS = Examiner("invoice-exceptions", N_("invoices"), (*_SAME, "route"), _score)
"""An item with a wrong route or a field that was misread is an error."""
