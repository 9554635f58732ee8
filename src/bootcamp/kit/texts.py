"""What the kit says to a citizen, in the language of the cohort."""

import re
from datetime import date
from pathlib import Path

from bootcamp.language import ENGLISH, Texts, language

__all__ = ["day_in_words", "texts"]

_LOCALE = Path(__file__).parent / "locale"


def texts(catalogue: str) -> Texts:
    """Give a catalogue of the kit; use as `_`, and its `count` as `_n`."""
    return Texts(_LOCALE, catalogue)


def day_in_words(day: date, english: str, elsewhere: str) -> str:
    """Give a day with its names as the cohort writes them.

    `english` is a pattern of `strftime`; `elsewhere` one of Babel, such as `d MMMM y`.
    """
    if language() == ENGLISH:
        return f"{day:{english}}"
    from babel.dates import format_date  # noqa: PLC0415 - not in an English notebook

    said = format_date(day, elsewhere, locale=language())
    return re.sub(r"^1 ", "1er ", said) if language() == "fr" else said
