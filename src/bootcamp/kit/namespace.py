"""What a check may see: the names of the notebook, read with kind sentences when they are off."""

import difflib
import math
import numbers
import re
import sys
from collections.abc import Mapping
from typing import Any

from bootcamp.kit.texts import texts

__all__ = ["Names", "NotYet", "notebook_names"]

_ = texts("kit")

_QUOTES = "“”„«»‘’\"' \u00a0\u202f\t\n"


class NotYet(Exception):
    """The exercise is not finished; the text is one sentence that says what to do next."""


def notebook_names() -> dict[str, Any]:
    """The variables of the running notebook, or of the main program outside one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        hidden = getattr(shell, "user_ns_hidden", {})  # IPython's own, such as quit and exit
        return {name: value for name, value in shell.user_ns.items() if name not in hidden}
    return dict(vars(sys.modules["__main__"]))


class Names:
    """Typed access to a notebook's variables: a value that is usable, or `NotYet` with advice."""

    def __init__(self, values: Mapping[str, Any]):
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str) -> Any:
        """The value of `name`, whatever it is."""
        if name not in self._values:
            raise NotYet(self._missing(name))
        value = self._values[name]
        if value is Ellipsis:
            raise NotYet(
                _(
                    "Replace the three dots after `{name} =` with your own, then run again.",
                    name=name,
                )
            )
        return value

    def text(self, name: str, what: str, *, words: int = 1) -> str:
        """The text in `name`, without blanks and stray quotes at its ends, of so many words."""
        value = self.get(name)
        if not isinstance(value, str):
            raise NotYet(
                _(
                    "`{name}` should be text: write {what} between straight quotes, for example "
                    '{name} = "...".',
                    name=name,
                    what=what,
                )
            )
        text = value.strip(_QUOTES)
        if not text:
            raise NotYet(
                _(
                    "`{name}` is still empty. Between the quotes, write {what}.",
                    name=name,
                    what=what,
                )
            )
        if len(text.split()) < words:
            raise NotYet(
                _(
                    "`{name}` is very short. Write {what} in {words} words or more.",
                    name=name,
                    what=what,
                    words=words,
                )
            )
        return text

    def number(self, name: str, what: str, low: float, high: float) -> float:
        """The number in `name`, between `low` and `high`, both included."""
        return self._number(f"`{name}`", self.get(name), what, low, high)

    def numbers(self, name: str, what: str, low: float, high: float) -> list[float]:
        """The numbers of the list in `name`, each between `low` and `high`."""
        value = self.get(name)
        if not isinstance(value, list | tuple):
            raise NotYet(
                _(
                    "`{name}` should be a list: numbers between square brackets, with commas, for "
                    "example {name} = [41, 65, 38].",
                    name=name,
                )
            )
        return [
            self._number(
                _("Number {place} of `{name}`", place=place, name=name), item, what, low, high
            )
            for place, item in enumerate(value, start=1)
        ]

    def _number(self, label: str, value: Any, what: str, low: float, high: float) -> float:
        if isinstance(value, str):
            raise NotYet(_about_text(label, value))
        if isinstance(value, tuple):
            raise NotYet(
                _(
                    "{label} became two numbers, because Python reads a comma as “and”. Write a "
                    "decimal with a point: 2.5, and thousands without any sign: 1500.",
                    label=label,
                )
            )
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise NotYet(
                _(
                    "{label} should be a number: type {what}, in digits only.",
                    label=label,
                    what=what,
                )
            )
        try:
            number = float(value)
        except OverflowError:  # more than three hundred digits
            number = math.inf
        if number == 0 and low > 0:
            raise NotYet(_("{label} is still 0. In its place, put {what}.", label=label, what=what))
        if not low <= number <= high:
            raise NotYet(
                _(
                    "{label} is {number:g}. I expected {what}, between {low:g} and {high:g}: check "
                    "the unit and the digits.",
                    label=label,
                    number=number,
                    what=what,
                    low=low,
                    high=high,
                )
            )
        return number

    def _missing(self, name: str) -> str:
        # candidate_1 is no misspelling of candidate_2, nor is candidates.
        numbered = name[-1].isdigit()
        mine = [n for n in self._values if not (numbered or n.startswith("_") or n[-1].isdigit())]
        near = difflib.get_close_matches(name, mine, n=1, cutoff=0.85)
        if near:
            return _(
                "I cannot find `{name}`, but I do see `{near}`. Give it back the name `{name}`, "
                "then run its cell again.",
                name=name,
                near=near[0],
            )
        return _(
            "I cannot find `{name}` yet. Run the cell that has `{name} =` in it first (Shift + "
            "Enter), then this one.",
            name=name,
        )


def _about_text(label: str, value: str) -> str:
    if re.fullmatch(r"[\d\s.,\u00a0\u202f]+", value.strip() or "x"):
        return _(
            "{label} is between quotes, so Python takes it for text. Take the quotes away.",
            label=label,
        )
    return _(
        "{label} should be a number, and I find text there. Type digits, without quotes.",
        label=label,
    )
