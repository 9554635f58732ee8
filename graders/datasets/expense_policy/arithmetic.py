"""Check by calculation what can be calculated: rules 2, 3, 6, 8, 9 and 12, and the bare parts of 1 and 7.

The labels were derived by hand. Where this module and the hand disagree, `generate.py` stops.
"""

import re
from datetime import timedelta

from authored_claims import Claim, Line

CALCULATED = frozenset({2, 3, 6, 8, 9, 12})
_AT_MOST = {
    "breakfast": {"GBP": 10, "EUR": 12},
    "lunch": {"GBP": 18, "EUR": 20},
    "dinner": {"GBP": 28, "EUR": 32},
    "guests": {"GBP": 52, "EUR": 60},
}
_NIGHT = {"GBP": 125, "EUR": 140}
_NIGHT_CAPITAL = {"GBP": 170, "EUR": 190}
_RECEIPT_ABOVE = {"GBP": 12, "EUR": 15}
_RATE = {"miles": 0.45, "km": 0.42}
_SLACK = 0.05 + 1e-9


def disagreements(claim: Claim) -> list[str]:
    """Return one line for each rule on which the hand's label and the calculation differ."""
    found = broken(claim)
    lines = [
        f"{claim.key}: rule {rule} is {'broken' if rule in found else 'kept'} by calculation"
        for rule in sorted(CALCULATED)
        if (rule in found) != (rule in claim.broken)
    ]
    lines += [
        f"{claim.key}: rule {rule} is broken by calculation, and not in the label"
        for rule in (1, 7)
        if rule in found and rule not in claim.broken
    ]
    return lines


def broken(claim: Claim) -> set[int]:
    """Return the rules that a claim breaks, as far as figures, days and empty cells tell."""
    found = {rule for line in claim.lines for rule in _of_line(claim, line)}
    if not claim.lines:
        return {1}
    if 1 in found and not any(line.amount for line in claim.lines):
        return {1}
    if _twice(claim):
        found.add(3)
    stated = sum(line.amount or 0 for line in claim.lines)
    if abs(stated - claim.total) > _SLACK:
        found.add(12)
    return found


def _of_line(claim: Claim, line: Line) -> set[int]:
    found = set()
    if not (line.day and line.kind and line.amount and line.supplier):
        found.add(1)
    if line.currency not in _RECEIPT_ABOVE:
        return {*found, 1}
    if line.day and claim.sent and claim.sent - line.day > timedelta(days=60):
        found.add(2)
    amount = line.amount or 0
    if amount > _RECEIPT_ABOVE[line.currency] and line.receipt == "n":
        found.add(6)
    if line.kind == "guests" and not line.guests:
        found.add(7)
    if line.kind in _AT_MOST and amount / line.count > _AT_MOST[line.kind][line.currency]:
        found.add(8)
    if line.kind == "hotel" and _too_dear(line):
        found.add(9)
    if line.kind == "km" and not _mileage_is_right(line):
        found.add(12)
    return found


def _too_dear(line: Line) -> bool:
    limits = _NIGHT_CAPITAL if re.search("London|Paris", line.supplier) else _NIGHT
    allowed = re.search(r"allowed by [A-Z]|accord de [A-Z]", line.comment)
    return (line.amount or 0) / line.count > limits[line.currency] and not allowed


def _mileage_is_right(line: Line) -> bool:
    distances = re.findall(r"(\d+) (miles|km)\b", line.comment)
    return any(
        abs(int(number) * _RATE[unit] - (line.amount or 0)) <= _SLACK for number, unit in distances
    )


def _twice(claim: Claim) -> bool:
    """Tell whether a line repeats another and its comment does not say why."""
    seen = set()
    for line in claim.lines:
        key = (line.day, line.supplier, line.amount)
        if key in seen and not line.comment:
            return True
        seen.add(key)
    return False
