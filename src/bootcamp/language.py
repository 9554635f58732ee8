"""Says what people read in the language of their cohort.

The sources speak English; a translation stands in a gettext catalogue, a `.po` file that a
translator can edit. A text without a translation is said in English.
"""

from __future__ import annotations

import contextlib
import gettext
import io
import os
import string
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal

__all__ = ["ENGLISH", "LANGUAGES", "N_", "VARIABLE", "Language", "Texts", "language", "speaking"]

Language = Literal["en", "fr"]
ENGLISH: Language = "en"
LANGUAGES: dict[str, str] = {"en": "English", "fr": "français"}
"""Every language that a cohort can have, by its code, and what its speakers call it."""
VARIABLE = "BOOTCAMP_LANGUAGE"
"""The environment variable that tells a process the language of its cohort."""

_speaking: ContextVar[str | None] = ContextVar("speaking", default=None)


def language() -> str:
    """Give the code of the language that is spoken here and now, such as `fr`."""
    told = _speaking.get() or os.environ.get(VARIABLE, ENGLISH)
    return told if told in LANGUAGES else ENGLISH


@contextlib.contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak the language with this code inside the block, whatever the environment says."""
    before = _speaking.set(code)
    try:
        yield
    finally:
        _speaking.reset(before)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text of a constant for the catalogue; it is translated where it is said."""
    return text


class Texts:
    """The texts of one catalogue, or of several: the first that has a text says it.

    After `_ = Texts(folder, "session-3")` one writes `_("Good, {name}.", name=name)`. The `folder`
    holds a folder for each language, `fr` say, with `session-3.po` in it.
    """

    def __init__(self, folder: Path, *names: str) -> None:
        self._folder = folder
        self._names = names

    def __call__(self, text: str, /, **fields: object) -> str:
        """Give the text in the language that is spoken, with its `{fields}` filled in.

        Without fields, braces in the text are only braces.
        """
        code = language()
        said = (
            text if code == ENGLISH else _catalogue(self._folder, code, self._names).gettext(text)
        )
        return _filled(said, text, fields)

    def count(self, one: str, many: str, number: int, /, **fields: object) -> str:
        """Give the text for one or for many; `{n}` in it is the number."""
        plain = one if number == 1 else many
        code = language()
        catalogue = _catalogue(self._folder, code, self._names) if code != ENGLISH else None
        said = catalogue.ngettext(one, many, int(number)) if catalogue else plain
        return _filled(said, plain, {"n": number, **fields})


class _FrenchFields(string.Formatter):
    """Groups thousands by a space and puts one before `%`, as French does.

    The decimal sign stays a point: it is what Python writes beside these texts, and takes.
    """

    def format_field(self, value: object, format_spec: str) -> str:
        """Give a field as its format says."""
        said = str(super().format_field(value, format_spec))
        if "," in format_spec:
            said = said.replace(",", "\u00a0")
        return f"{said[:-1]}\u00a0%" if format_spec.endswith("%") else said


_fields_of: dict[str, string.Formatter] = {"en": string.Formatter(), "fr": _FrenchFields()}


def _filled(said: str, original: str, fields: dict[str, object]) -> str:
    if not fields:
        return said
    try:
        return _fields_of[language()].vformat(said, (), fields)
    except (LookupError, ValueError, TypeError, AttributeError):  # a slip in a translation
        return original.format(**fields)


@cache
def _catalogue(folder: Path, code: str, names: tuple[str, ...]) -> gettext.NullTranslations:
    first, *others = names
    found = _read(folder / code / f"{first}.po", code)
    if others:
        found.add_fallback(_catalogue(folder, code, tuple(others)))
    return found


def _read(path: Path, code: str) -> gettext.NullTranslations:
    """Read a catalogue as it was written; translators need not compile it.

    Where it is missing or damaged, English is spoken: no check and no page breaks for it.
    """
    try:
        from babel.messages.mofile import write_mo  # noqa: PLC0415 - not in an English notebook
        from babel.messages.pofile import read_po  # noqa: PLC0415

        compiled = io.BytesIO()
        with path.open("rb") as written:
            write_mo(compiled, read_po(written, locale=code, abort_invalid=True))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)
    except Exception:  # what a damaged file raises depends on where it is damaged
        return gettext.NullTranslations()
