"""What the exam of a use case has to bring, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bootcamp.finals.exams.measures import Measure
from bootcamp.finals.exams.tables import Given, Rows

__all__ = ["Breakdown", "Examiner", "Scored"]


@dataclass(frozen=True)
class Breakdown:
    """A small table below the measures, such as the F1 of each queue."""

    title: str
    columns: tuple[str, str]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Scored:
    """How the usable predictions did.

    `wrong` names the items that were handled and not handled well: they cost repair in the ROI.
    """

    measures: tuple[Measure, ...]
    """The headline first."""
    wrong: frozenset[str]
    counts: Mapping[str, int] = field(default_factory=dict)
    """What is worth knowing, in words, and how often: “urgent mail missed”."""
    breakdowns: tuple[Breakdown, ...] = ()
    missed: int | None = None
    """Items in which something was overlooked that costs; None where the case knows no such."""
    false_alarms: int | None = None
    """Items in which something was raised that was nothing."""
    alarms: frozenset[str] = frozenset()
    """Those of them that `wrong` does not name; among hostile files they count as wrong."""


@dataclass(frozen=True)
class Examiner:
    """Compares predictions with the right answers of one use case."""

    use_case: str
    items: str
    """What the items are called, in the plural: “mails”."""
    columns: tuple[str, ...]
    """The columns of `labels.csv` and of `predictions.csv`, without `id` and `status`."""
    score: Callable[[Rows, Given], Scored]
    """Takes the answers and what was given; what is not in `given.rows` was left to a person."""
    several: bool = False
    """Whether an item may have several rows, or one."""
