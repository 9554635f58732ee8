"""Turns ranges, counts and logs into draws, and draws into intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bootcamp.roi.inputs import Input

__all__ = ["DRAWS", "SEED", "Floats", "Interval", "bootstrap", "rate", "stream", "triangular"]

Floats: TypeAlias = NDArray[np.float64]

DRAWS = 10_000
SEED = 20_270_111
# A step of this size is far below the spread that any exam of up to a million items can have.
_RATE_GRID = np.linspace(0.0, 1.0, 20_001)


@dataclass(frozen=True)
class Interval:
    """The middle of the draws and the range that holds nine tenths of them."""

    p5: float
    p50: float
    p95: float

    @classmethod
    def of(cls, draws: Floats) -> Interval:
        """Summarise draws."""
        p5, p50, p95 = np.percentile(draws, [5, 50, 95])
        return cls(float(p5), float(p50), float(p95))

    def as_dict(self) -> dict[str, float]:
        """Give it ready for a JSON file."""
        return {"p5": self.p5, "p50": self.p50, "p95": self.p95}

    def __str__(self) -> str:
        return f"{self.p50:,.0f} [{self.p5:,.0f} to {self.p95:,.0f}]"


def stream(seed: int, place: int) -> np.random.Generator:
    """Give the random stream of one input, so that changing one leaves the others' as they were."""
    return np.random.default_rng([seed, place])


def triangular(uniform: Floats, row: Input) -> Floats:
    """Turn uniform draws into triangular ones by the inverse of the distribution function."""
    width = row.high - row.low
    if width == 0:
        return np.full(uniform.shape, row.mode)
    turn = (row.mode - row.low) / width
    rising = row.low + np.sqrt(uniform * width * (row.mode - row.low))
    falling = row.high - np.sqrt((1 - uniform) * width * (row.high - row.mode))
    return np.where(uniform < turn, rising, falling)


def rate(uniform: Floats, events: int, trials: int) -> Floats:
    """Turn uniform draws into draws of Beta(events + 1, trials - events + 1).

    By the inverse of the distribution function, on a grid: one more event moves every draw up,
    never down, which a rejection sampler would not promise.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.zeros_like(_RATE_GRID)
        if events:
            logs += events * np.log(_RATE_GRID)
        if trials > events:
            logs += (trials - events) * np.log1p(-_RATE_GRID)
    density = np.exp(logs - logs.max())
    steps = (density[1:] + density[:-1]) / 2
    cumulated = np.concatenate(([0.0], np.cumsum(steps)))
    return np.interp(uniform, cumulated / cumulated[-1], _RATE_GRID)


def bootstrap(rng: np.random.Generator, values: Sequence[float], draws: int) -> Floats:
    """Give `draws` means of samples drawn from the log with replacement, a block at a time."""
    log = np.asarray(values, dtype=np.float64)
    block = max(1, 2_000_000 // log.size)
    means = [
        log[rng.integers(0, log.size, size=(min(block, draws - start), log.size))].mean(axis=1)
        for start in range(0, draws, block)
    ]
    return np.concatenate(means)
