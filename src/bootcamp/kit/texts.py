"""What the kit says to a citizen, in the language of the cohort."""

from pathlib import Path

from bootcamp.language import Texts

__all__ = ["texts"]

_LOCALE = Path(__file__).parent / "locale"


def texts(catalogue: str) -> Texts:
    """Give a catalogue of the kit; use as `_`, and its `count` as `_n`."""
    return Texts(_LOCALE, catalogue)
