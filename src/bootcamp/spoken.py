"""Days, durations, numbers and templates' texts, as the language of the cohort has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from babel.units import format_unit
from markupsafe import Markup, escape

from bootcamp.language import Texts, language

__all__ = [
    "day_and_month",
    "fixed",
    "for_templates",
    "how_long",
    "moment",
    "number",
    "short_day",
    "texts",
    "whole_day",
]

_LOCALE = Path(__file__).parent / "locale"
# In the letters of Unicode's date patterns.
_DAY = {"en": "dd MMMM y", "fr": "d MMMM y"}
_MOMENT = {"en": "{day}, HH:mm", "fr": "{day} 'à' HH:mm"}
_FIRST_OF_MONTH = re.compile(r"\b1 (?=[^\W\d])")


def texts(*catalogues: str) -> Texts:
    """Give a catalogue of what our pages and services say; others say what it does not."""
    return Texts(_LOCALE, *catalogues)


def for_templates(said: Texts) -> dict[str, Any]:
    """Give what a template needs to speak: `_`, `_n`, and the `language` for `<html lang>`.

    The texts may hold HTML, for they are ours; what is filled into them is escaped.
    """
    return {
        "_": partial(_marked, said),
        "_n": partial(_marked, said.count),
        "language": language,
    }


def short_day(day: date) -> str:
    """Give `Mon 11 Jan`."""
    return _first(format_date(day, "EEE d MMM", locale=language()))


def whole_day(day: date) -> str:
    """Give `11 January 2027`."""
    return _first(format_date(day, _DAY[language()], locale=language()))


def day_and_month(day: date, *, year: bool = False) -> str:
    """Give `11 January`, with its year where that is wanted."""
    return _first(format_date(day, "d MMMM y" if year else "d MMMM", locale=language()))


def moment(at: datetime, day: str = "d MMMM y") -> str:
    """Give `11 January 2027, 14:05`, in the time zone that `at` has."""
    pattern = _MOMENT[language()].format(day=day)
    return _first(format_datetime(at, pattern, locale=language()))


def how_long(duration: timedelta) -> str:
    """Give `2 hours`: the largest unit that fits, rounded down, at least a minute."""
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(duration.total_seconds() // seconds)
        if count:
            return _kept_together(format_unit(count, unit, locale=language()))
    return _kept_together(format_unit(1, "minute", locale=language()))


def number(value: float | Decimal, pattern: str = "#,##0.##") -> str:
    """Give a number, `1,234.5`; the pattern says how many decimals."""
    return _kept_together(format_decimal(value, pattern, locale=language()))


def fixed(value: float, decimals: int) -> str:
    """Give a number with so many decimals, rounded as Python does: `0.71`."""
    said = f"{value:.{decimals}f}"
    return said.replace(".", ",") if language() == "fr" else said


def _marked(say: Any, *words: Any, **fields: object) -> Markup:
    plain: Mapping[str, object] = {
        name: value if isinstance(value, int | float) else escape(value)
        for name, value in fields.items()
    }
    return Markup(say(*words, **plain))  # noqa: S704 - our own words; what is filled in is escaped


def _first(said: str) -> str:
    return _FIRST_OF_MONTH.sub("1er ", said) if language() == "fr" else said


def _kept_together(said: str) -> str:
    """Use the minus that is as wide as a digit and, in French, the space that does not break."""
    spaced = re.sub(r"\s", "\u00a0", said) if language() == "fr" else said
    return spaced.replace("-", "−")
