"""Numbers and dates as pages, slides and workbooks write them: one style, whoever writes.

Each is written as the language that is spoken has it: `€1,234.50` or `1 234,50 €`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bootcamp.language import language

__all__ = [
    "amount",
    "chance",
    "counted",
    "day",
    "euros",
    "exact",
    "percent",
    "plain",
    "rounded",
    "whole",
]

_NEARLY_ALL, _NEARLY_NONE = 0.995, 0.005
_SIX_DIGITS = 100_000
_SIGNS = {"en": str.maketrans("-", "−"), "fr": str.maketrans("-,. ", "−\u00a0,\u00a0")}
_FRENCH_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_OVER, _UNDER = {"en": "over", "fr": "plus de"}, {"en": "under", "fr": "moins de"}


def whole(value: float) -> str:
    """Give a number without decimals: `1,234`, `−82`, and never `-0`."""
    text = f"{abs(value):,.0f}"
    return _signed(f"-{text}" if value < 0 and text != "0" else text)


def euros(value: float) -> str:
    """Give an amount of money: `€1,234`, `−€82`."""
    text = f"{abs(value):,.0f}"
    sign = "-" if value < 0 and text != "0" else ""
    return _signed(f"{sign}{_money(text)}")


def percent(share: float, decimals: int = 0) -> str:
    """Give a share: `34 %`; with `decimals` those that say something, as in `8.5 %`."""
    text = f"{100 * share:,.{decimals}f}"
    return _signed(f"{text.rstrip('0').rstrip('.') if '.' in text else text} %")


def chance(share: float) -> str:
    """Give a probability; of simulated years none is quite sure: `over 99 %`, `under 1 %`."""
    if share > _NEARLY_ALL:
        return f"{_OVER[language()]} {percent(0.99)}"
    return f"{_UNDER[language()]} {percent(0.01)}" if share < _NEARLY_NONE else percent(share)


def amount(value: float, unit: str) -> str:
    """Give the value of an input, whose label says of what: `4.5`, `8.5 %`, `€38`, `22,800`."""
    return f"{exact(100 * value)}{_signed(' %')}" if unit == "share" else exact(value, unit)


def counted(number: float, one: str, many: str = "") -> str:
    """Give a number with its noun: `1 team`, `3 teams`, `0.8 minutes`."""
    return f"{plain(number)} {one if number == 1 else many or f'{one}s'}"


def day(value: date) -> str:
    """Give a day as people write it: `4 March 2026`."""
    if language() == "fr":
        number = "1er" if value.day == 1 else str(value.day)
        return f"{number} {_FRENCH_MONTHS[value.month - 1]} {value.year}"
    return f"{value.day} {value:%B %Y}"


def plain(value: float) -> str:
    """Give a number with the decimals that say something, two at most: `4.4`, `12`."""
    text = f"{value:,.2f}"
    return _signed(text.rstrip("0").rstrip("."))


def exact(value: float, unit: str = "") -> str:
    """Give a number that somebody typed with its decimals: `0.125`, of euros `€1.50`.

    Six digits at least are there, and all those before the point.
    """
    text = f"{Decimal(f'{value:.6g}' if abs(value) < _SIX_DIGITS else f'{value:.0f}'):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return _signed(_money(text) if unit.startswith("euros") else text)


def rounded(value: float, decimals: int) -> str:
    """Give a number with so many decimals, whatever they say: `4.0`."""
    return _signed(f"{value:,.{decimals}f}")


def _money(text: str) -> str:
    if text[-2:-1] == ".":
        text += "0"
    return f"{text}\u00a0€" if language() == "fr" else f"€{text}"


def _signed(text: str) -> str:
    """Use the signs of the language, and the minus that is as wide as a digit."""
    return text.translate(_SIGNS[language()])
