"""What a finance director would ask of a business case first, as sentences.

None of it changes a number: a case may be right in all of this, and then it can say why.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bootcamp.language import Texts
from bootcamp.roi.inputs import Inputs
from bootcamp.wording import exact, rounded, whole

__all__ = ["doubts"]

_ = Texts(Path(__file__).parent / "locale", "roi")

_HOURS_OF_A_PERSON = 1_600
"""Of work in a year, less holidays."""
_MANY_PEOPLE = 100
_MOST_ERRORS = 0.5
_CLOCKED = ("baseline_minutes", "review_minutes")


def doubts(inputs: Inputs, clocked: Mapping[str, Sequence[float]]) -> tuple[str, ...]:
    """Give what to ask of these inputs; `clocked` are the minutes of the timing log, by input."""
    return (*_beside_the_log(inputs, clocked), *_too_good(inputs), *_too_sure(inputs, clocked))


def _beside_the_log(inputs: Inputs, clocked: Mapping[str, Sequence[float]]) -> Iterator[str]:
    for name, values in clocked.items():
        row, mean = inputs[name], math.fsum(values) / len(values)
        if not row.low <= mean <= row.high:
            yield _(
                "{name}: the {n} timings average {mean} minutes, outside the range {low} to"
                " {high} in the table; the timings are used.",
                name=name,
                n=len(values),
                mean=rounded(mean, 2),
                low=exact(row.low),
                high=exact(row.high),
            )


def _too_good(inputs: Inputs) -> Iterator[str]:
    people = inputs["volume"].mode * inputs["baseline_minutes"].mode / 60 / _HOURS_OF_A_PERSON
    if people > _MANY_PEOPLE:
        yield _(
            "volume and baseline_minutes say that this work takes {people} people all year"
            " today; check both.",
            people=whole(people),
        )
    if inputs["adoption"].mode == 1:
        yield _("adoption is 100 %: nobody would ever work around the tool; say why, or lower it.")
    if inputs["human_error_rate"].mode > _MOST_ERRORS:
        yield _(
            "human_error_rate says that more than half of today's work is wrong; check it with"
            " those who do the work."
        )
    if inputs["review_minutes"].high == 0:
        yield _("review_minutes is 0: nobody would look at what the tool proposes; clock it.")


def _too_sure(inputs: Inputs, clocked: Mapping[str, Sequence[float]]) -> Iterator[str]:
    fixed = [row.name for row in inputs.rows if row.low == row.high and row.name not in clocked]
    if fixed:
        yield _(
            "No range: {names}. The hours look surer than they are; give each a low and a high.",
            names=", ".join(fixed),
        )
    unseen = [
        name for name in _CLOCKED if inputs[name].evidence == "measured" and name not in clocked
    ]
    if unseen:
        yield _(
            "Called measured, and not in timing.csv: {names}. Add the timings, or say estimate.",
            names=", ".join(unseen),
        )
