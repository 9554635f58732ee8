"""Small charts that can also be heard and read: alt text, and the same figures in a table."""

import base64
import html
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from bootcamp.kit.errors import KitError
from bootcamp.kit.labelling import tidy
from bootcamp.kit.texts import texts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Chart", "bars", "confusion", "ranges"]

_ = texts("kit")

_BLUE = "#2f6f8f"
_UNSURE = "unsure"


class Chart:
    """A picture with its alt text and its figures, as a notebook or an export shows it."""

    def __init__(self, page: str, spoken: str):
        self._page, self._spoken = page, spoken

    def _repr_html_(self) -> str:
        return self._page

    def __repr__(self) -> str:
        return self._spoken


def bars(values: Mapping[str, float], title: str) -> Chart:
    """Horizontal bars from 0 to 1, one for each name in `values`, with the same figures beside."""
    names, heights = list(values), [float(value) for value in values.values()]
    figure = _figure(5, 0.6 + 0.5 * len(names))
    axes = figure.subplots()
    drawn = axes.barh(names, heights, color=_BLUE, edgecolor="black")
    axes.bar_label(drawn, fmt="%.2f", padding=3)
    axes.set_xlim(0, 1.1)
    axes.invert_yaxis()
    axes.set_title(title)
    each = ", ".join(f"{n} {h:.2f}" for n, h in zip(names, heights, strict=True))
    spoken = _("{title}: {figures}", title=title, figures=each)
    rows = [(name, [f"{height:.2f}"]) for name, height in zip(names, heights, strict=True)]
    return _chart(figure, _("Bar chart"), spoken, _table(title, rows))


def ranges(values: Mapping[str, tuple[float, float]], title: str) -> Chart:
    """A line from low to high for each name in `values`, from 0 to 1, with the figures beside."""
    names = list(values)
    ends = [(float(low), float(high)) for low, high in values.values()]
    figure = _figure(5, 0.7 + 0.45 * len(names))
    axes = figure.subplots()
    for name, (low, high) in zip(names, ends, strict=True):
        axes.plot([low, high], [name, name], color=_BLUE, linewidth=6, solid_capstyle="butt")
        axes.annotate(
            _("{low:.2f} to {high:.2f}", low=low, high=high),
            (high, name),
            (6, -4),
            textcoords="offset points",
        )
    axes.set_xlim(0, 1.3)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.margins(y=0.3)
    axes.invert_yaxis()
    axes.set_title(title)
    each = ", ".join(
        _("{name} {low:.2f} to {high:.2f}", name=name, low=low, high=high)
        for name, (low, high) in zip(names, ends, strict=True)
    )
    spoken = _("{title}: {figures}", title=title, figures=each)
    rows = [(name, [f"{a:.2f}", f"{b:.2f}"]) for name, (a, b) in zip(names, ends, strict=True)]
    return _chart(figure, _("Ranges"), spoken, _table(title, rows, ("", _("low"), _("high"))))


def confusion(truth: Iterable[object], said: Iterable[object], title: str = "") -> Chart:
    """How often each right answer was given each answer: rows are right, columns were said.

    Raises:
        KitError: there are not as many answers as right ones, or none.
    """
    right, given = [tidy(label) for label in truth], [tidy(label) for label in said]
    if not right or len(right) != len(given):
        raise KitError(
            _(
                "There are {right} right answers and {said} that were said: they must belong to "
                "the same cases. Run the cell that fills them again.",
                right=len(right),
                said=len(given),
            )
        )
    title = title or _("Right answer, and what was said")
    rows = sorted(set(right))
    columns = sorted(set(right) | set(given), key=lambda label: (label == _UNSURE, label))
    counts = Counter(zip(right, given, strict=True))
    grid = [[counts[row, column] for column in columns] for row in rows]
    figure = _grid(rows, columns, grid, title)
    wrong = [(n, pair) for pair, n in counts.most_common() if pair[0] != pair[1]]
    off = ", ".join(_("{right} as {said} {n}", right=a, said=b, n=n) for n, (a, b) in wrong)
    spoken = _(
        "{title}: {hits} of {cases} on the diagonal. Off it: {off}",
        title=title,
        hits=sum(counts[label, label] for label in rows),
        cases=len(right),
        off=off or _("none"),
    )
    table = [(row, [str(n or "") for n in line]) for row, line in zip(rows, grid, strict=True)]
    return _chart(figure, _("Grid"), spoken, _table(title, table, (_("right ↓ said →"), *columns)))


def _grid(
    rows: Sequence[str], columns: Sequence[str], grid: Sequence[Sequence[int]], title: str
) -> "Figure":
    figure = _figure(1.6 + 0.75 * len(columns), 1.4 + 0.45 * len(rows))
    axes = figure.subplots()
    most = max(max(line) for line in grid) or 1
    axes.imshow(grid, cmap="Blues", vmin=0, vmax=most * 1.3, aspect="auto")
    for y, line in enumerate(grid):
        for x, count in enumerate(line):
            if count:  # the diagonal is bold too: never by colour alone
                weight = "bold" if rows[y] == columns[x] else "normal"
                color = "white" if count > most * 0.8 else "black"
                axes.text(x, y, str(count), ha="center", va="center", weight=weight, color=color)
    axes.set_xticks(range(len(columns)), columns, rotation=30, ha="right")
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xlabel(_("said"))
    axes.set_ylabel(_("right"))
    axes.set_title(title)
    return figure


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure  # noqa: PLC0415  (slow to import, and seldom needed)

    return Figure(figsize=(width, height), layout="constrained")


def _table(title: str, rows: Sequence[tuple[str, Sequence[str]]], head: Sequence[str] = ()) -> str:
    top = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th>'
        + "".join(f"<td>{html.escape(value)}</td>" for value in values)
        + "</tr>"
        for name, values in rows
    )
    above = f"<thead><tr>{top}</tr></thead>" if top else ""
    return f"<table><caption>{html.escape(title)}</caption>{above}<tbody>{body}</tbody></table>"


def _chart(figure: "Figure", kind: str, spoken: str, table: str) -> Chart:
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": None})
    data = base64.b64encode(picture.getvalue()).decode()
    page = (
        '<div style="display:flex;gap:2rem;align-items:center;flex-wrap:wrap">'
        f'<img alt="{kind}. {html.escape(spoken)}." src="data:image/png;base64,{data}">'
        f"{table}</div>"
    )
    return Chart(page, spoken)
