"""Pictures for slides and pages, each with its words: what a reader who cannot see it is told."""

from __future__ import annotations

import base64
import io
import threading
from dataclasses import dataclass
from typing import Any

from bootcamp import roi
from bootcamp.spoken import texts
from bootcamp.wording import whole

__all__ = ["Figure", "Figures", "figures_of"]

_ = texts("finals")

_INK, _ACCENT, _WARN = "#1d2b36", "#0b6b74", "#8a4b00"
_BARS_SHOWN = 6
_LETTERS = 15
"""In points: read from the last row of a meeting room."""
# Matplotlib draws one picture at a time, whoever asks.
_drawing = threading.Lock()


@dataclass(frozen=True)
class Figure:
    """A PNG picture as a `data:` address, and what it shows in words."""

    address: str
    words: str


@dataclass(frozen=True)
class Figures:
    """The pictures of a team's slides."""

    histogram: Figure
    tornado: Figure


def figures_of(result: roi.Result) -> Figures:
    """Draw the pictures, once for all forms of the slides."""
    return Figures(_histogram(result), _tornado(result))


def _histogram(result: roi.Result) -> Figure:
    """Show the simulated years, with the naive number beside them."""
    hours = result.hours
    words = _(
        "Histogram of 10,000 simulated years: most lie between {low} and {high} hours, the middle"
        " is {middle}; naive {naive}.",
        low=whole(hours.p5),
        high=whole(hours.p95),
        middle=whole(hours.p50),
        naive=whole(result.naive),
    )
    with _drawing:
        figure, axes = _new((7, 4.4))
        axes.hist(result.draws, bins=60, color=_ACCENT)
        middle = _("adjusted, middle: {hours}", hours=whole(hours.p50))
        axes.axvline(hours.p50, color=_INK, label=middle)
        naive = _("naive: {hours}", hours=whole(result.naive))
        axes.axvline(result.naive, color=_WARN, linestyle="--", label=naive)
        axes.set(xlabel=_("hours saved a year"), yticks=[])
        figure.legend(loc="outside upper left", frameon=False, fontsize=_LETTERS)
        return Figure(_address(figure), words)


def _tornado(result: roi.Result) -> Figure:
    """Show what the hours hang on, the longest bar on top."""
    bars = result.tornado[:_BARS_SHOWN]
    moves = _("; ").join(
        _(
            "{value}: {low} to {high}",
            value=bar.label,
            low=whole(bar.at_p10),
            high=whole(bar.at_p90),
        )
        for bar in bars
    )
    with _drawing:
        figure, axes = _new((11, 4))
        axes.use_sticky_edges = False  # a bar that begins at the edge looks cut off
        names = [bar.label for bar in bars][::-1]
        widths = [bar.at_p90 - bar.at_p10 for bar in bars][::-1]
        axes.barh(names, widths, left=[bar.at_p10 for bar in bars][::-1], color=_ACCENT)
        axes.axvline(result.hours.p50, color=_INK)
        axes.set(xlabel=_("hours saved a year"))
        words = _("Bars, hours a year as one value moves: {moves}.", moves=moves)
        return Figure(_address(figure), words)


def _new(size: tuple[float, float]) -> tuple[Any, Any]:
    # Imported here: it takes a second, and most commands draw nothing.
    from matplotlib.figure import Figure as Canvas  # noqa: PLC0415

    figure = Canvas(figsize=size, layout="constrained", dpi=160)
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=_LETTERS)
    axes.xaxis.label.set_fontsize(_LETTERS)
    return figure, axes


def _address(figure: Any) -> str:
    content = io.BytesIO()
    # Without the library's version in it, the same numbers give the same picture.
    figure.savefig(content, format="png", metadata={"Software": None})
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode("ascii")
