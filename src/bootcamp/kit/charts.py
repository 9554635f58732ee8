"""`bars`: a small bar chart that can also be heard and read: alt text, and the table beside it."""

import base64
import html
import io
from collections.abc import Mapping

__all__ = ["Chart", "bars"]


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
    from matplotlib.figure import Figure  # noqa: PLC0415  (slow to import, and seldom needed)

    names, heights = list(values), [float(value) for value in values.values()]
    figure = Figure(figsize=(5, 0.6 + 0.5 * len(names)), layout="constrained")
    axes = figure.subplots()
    drawn = axes.barh(names, heights, color="#2f6f8f", edgecolor="black")
    axes.bar_label(drawn, fmt="%.2f", padding=3)
    axes.set_xlim(0, 1.1)
    axes.invert_yaxis()
    axes.set_title(title)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110, metadata={"Software": None})
    spoken = f"{title}: " + ", ".join(f"{n} {h:.2f}" for n, h in zip(names, heights, strict=True))
    rows = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{height:.2f}</td></tr>'
        for name, height in zip(names, heights, strict=True)
    )
    data = base64.b64encode(picture.getvalue()).decode()
    page = (
        f'<div style="display:flex;gap:2rem;align-items:center;flex-wrap:wrap">'
        f'<img alt="Bar chart. {html.escape(spoken)}." src="data:image/png;base64,{data}">'
        f"<table><caption>{html.escape(title)}</caption><tbody>{rows}</tbody></table></div>"
    )
    return Chart(page, spoken)
