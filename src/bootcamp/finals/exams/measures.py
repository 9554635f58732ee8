"""Numbers measured on a sample, with the interval that the sample allows.

Intervals are of 95 %: Wilson's for a plain share, which holds at 0 and 1 too, and the percentile
bootstrap over items for everything that is summed up over items first (Efron and Tibshirani, *An
Introduction to the Bootstrap*, chapter 13). The draws are the same each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bootcamp.goals import USUAL, Headline, Unit, in_unit, words_of_goal
from bootcamp.spoken import texts

__all__ = ["Estimate", "Measure", "Verdict", "ratio", "share", "total"]

_ = texts("finals")

Verdict: TypeAlias = Literal["reached", "open", "missed"]
Floats: TypeAlias = NDArray[np.float64]
Statistic: TypeAlias = Callable[[NDArray[np.int64]], Floats]
"""Takes picked items, of shape (draws, items), and gives a number a draw."""

_RESAMPLES = 2_000
_SEED = 20_270_111
_WILSON_Z = 1.96


@dataclass(frozen=True)
class Estimate:
    """A number measured on a sample, with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f} to {self.high:.2f}]"


@dataclass(frozen=True)
class Measure:
    """One number of an exam, as it is shown: `title` says in plain words what is counted.

    Title and source are kept in English, whatever language they are said in.
    """

    name: str
    title: str
    estimate: Estimate
    goal: float | None = None
    """What is wanted; for a `fewer_is_better` measure the most that is allowed."""
    fewer_is_better: bool = False
    unit: Unit = ""
    goal_source: str = USUAL
    """Where the goal comes from, in words."""

    @classmethod
    def of(cls, headline: Headline, estimate: Estimate) -> Measure:
        """Give the headline of an exam, with the case's usual goal."""
        return cls(
            headline.name,
            headline.title,
            estimate,
            headline.usual,
            headline.fewer_is_better,
            headline.unit,
        )

    @property
    def verdict(self) -> Verdict | None:
        """Whether the whole interval is on the good side of the goal, none of it, or a part."""
        if self.goal is None:
            return None
        low, high = self.estimate.low, self.estimate.high
        if self.fewer_is_better:
            return "reached" if high <= self.goal else "missed" if low > self.goal else "open"
        return "reached" if low >= self.goal else "missed" if high < self.goal else "open"

    @property
    def text(self) -> str:
        """The number, and nothing around it: `0.71`, `83 %` or `€1,250`."""
        return self.say(self.estimate.value)

    @property
    def interval(self) -> str:
        """The interval in words: `0.62 to 0.78`."""
        low, high = self.say(self.estimate.low), self.say(self.estimate.high)
        return _("{low} to {high}", low=low, high=high)

    @property
    def against_goal(self) -> str:
        """Whose goal it is and how the measure stands to it, in words; empty without a goal."""
        if self.goal is None:
            return ""
        fields = {"source": self.whose, "wanted": self.wanted, "judged": self.judged}
        if self.verdict == "open":
            return _("{source}: {wanted}, {judged}: the interval reaches across it", **fields)
        return _("{source}: {wanted}, {judged}", **fields)

    @property
    def whose(self) -> str:
        """Where the goal comes from, in the language of the cohort."""
        return _(self.goal_source)

    @property
    def what(self) -> str:
        """The title, in the language of the cohort."""
        return _(self.title)

    @property
    def wanted(self) -> str:
        """The goal, `at least 85 %`; empty without one."""
        if self.goal is None:
            return ""
        return words_of_goal(self.goal, self.unit, fewer_is_better=self.fewer_is_better)

    @property
    def judged(self) -> str:
        """The verdict in words; empty without a goal."""
        said = {"reached": _("reached"), "open": _("not shown yet"), "missed": _("not reached")}
        return said[self.verdict] if self.verdict else ""

    @property
    def in_words(self) -> str:
        """The number with what it counts: `83 % of the fields read right`."""
        counts = self.title.startswith(("of ", "worth "))
        if counts:
            return f"{self.text} {self.what}"
        return _("{what}: {text}", what=self.what, text=self.text)

    def say(self, number: float) -> str:
        """Give a number in this measure's unit."""
        return in_unit(number, self.unit)


def share(hits: ArrayLike) -> Estimate:
    """Give the share of true values in `hits`, of shape (n,), with Wilson's interval."""
    values = np.asarray(hits, dtype=bool)
    n, z = values.size, _WILSON_Z
    if n == 0:
        return Estimate(0.0, 0.0, 1.0)
    found = float(values.mean())
    middle = (found + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(found * (1 - found) / n + z * z / (4 * n * n)))
    return Estimate(found, max(0.0, middle - half), min(1.0, middle + half))


def ratio(numerators: ArrayLike, denominators: ArrayLike) -> Estimate:
    """Give sum(numerators) / sum(denominators), summed over items, and averaged over columns.

    Both are of shape (items,) or (items, columns). With twice the hits over what is there plus what
    was said this is an F1; with a column for each label it is the macro-F1. Nothing over nothing
    counts 0. The interval draws whole items.
    """
    top, bottom = _columns(numerators), _columns(denominators)

    def statistic(picks: NDArray[np.int64]) -> Floats:
        sums, wholes = top[picks].sum(axis=-2), bottom[picks].sum(axis=-2)
        shares = np.divide(sums, wholes, out=np.zeros_like(sums), where=wholes > 0)
        return np.asarray(shares.mean(axis=-1))

    return _resampled(top.shape[0], statistic)


def total(values: ArrayLike) -> Estimate:
    """Give the sum of `values`, of shape (items,), with an interval that draws whole items."""
    column = np.asarray(values, dtype=float)
    return _resampled(column.size, lambda picks: np.asarray(column[picks].sum(axis=-1)))


def _columns(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=float)
    return array[:, None] if array.ndim == 1 else array


def _resampled(items: int, statistic: Statistic) -> Estimate:
    if items == 0:
        return Estimate(0.0, 0.0, 0.0)
    value = float(statistic(np.arange(items)[None])[0])
    picks = np.random.default_rng(_SEED).integers(0, items, size=(_RESAMPLES, items))
    low, high = np.percentile(statistic(picks), [2.5, 97.5])
    return Estimate(value, float(low), float(high))
