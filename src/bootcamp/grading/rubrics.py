"""Rubrics: what a person marks by, read from `graders/rubrics/homework-N.md`.

A part of a rubric is a heading that names the exercise and its points, and a table of bands:

    ## The sponsor (`hw1-sponsor`, 3 points)

    | points | what you read |
    | --- | --- |
    | 3 | A role that can decide, and why they care. |
    | 0 | Empty. |

    Ask: *“Who would miss these hours least gladly?”*

A rubric is read in the cohort's language: its paragraphs are translated in `graders/locale/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bootcamp.content import content_root
from bootcamp.errors import GradingError
from bootcamp.language import Texts
from bootcamp.prose import translated

__all__ = ["Band", "Rubric", "load_rubrics"]

_PART = re.compile(r"^## (?P<title>.+?) \(`(?P<name>[\w.-]+)`, (?P<points>[\d.]+) points?\)\s*$")
_ROW = re.compile(r"^\|\s*(?P<points>[\d.]+)\s*\|\s*(?P<text>.+?)\s*\|\s*$")
_ASK = re.compile(r"^(?:Ask|Demandez)[^:]*:\s*\*?(?P<question>.+?)\*?\s*$")


@dataclass(frozen=True)
class Band:
    """What a reader finds, and the points for it."""

    points: float
    text: str


@dataclass(frozen=True)
class Rubric:
    """How one exercise is marked."""

    exercise: str
    title: str
    points: float
    bands: tuple[Band, ...]
    """Best first."""
    ask: str
    """A question that helps the citizen on; may be empty."""

    def reached(self, points: float) -> Band | None:
        """Give the best band that `points` reach, None when there is none."""
        return next((band for band in self.bands if band.points <= points), None)

    def above(self, points: float) -> Band | None:
        """Give the next better band, None at the top."""
        return next((band for band in reversed(self.bands) if band.points > points), None)


def load_rubrics(assignment: str, *, content: Path | None = None) -> dict[str, Rubric]:
    """Give the rubric of each exercise of `assignment`; none when the course has no rubric.

    Raises:
        GradingError: the file is there and a part of it cannot be used.
    """
    graders = (content or content_root()) / "graders"
    path = graders / "rubrics" / f"{assignment}.md"
    if not path.is_file():
        return {}
    text = translated(path.read_text(encoding="utf-8"), Texts(graders / "locale", "rubrics"))
    rubrics: dict[str, Rubric] = {}
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        lines = section.splitlines()
        heading = _PART.match(lines[0]) if lines else None
        if heading:
            rubric = _rubric(heading, lines[1:], path.name)
            rubrics[rubric.exercise] = rubric
    return rubrics


def _rubric(heading: re.Match[str], lines: list[str], where: str) -> Rubric:
    rows = [match for line in lines if (match := _ROW.match(line))]
    bands = [Band(float(row["points"]), row["text"]) for row in rows]
    bands.sort(key=lambda band: -band.points)
    most, values = float(heading["points"]), [band.points for band in bands]
    if not bands or values[0] != most or len(set(values)) < len(values):
        raise GradingError(
            f"The rubric of '{heading['name']}' in {where} needs one row for each band, the best"
            f" of them worth {most:g} points."
        )
    asked = [match["question"] for line in lines if (match := _ASK.match(line))]
    return Rubric(heading["name"], heading["title"], most, tuple(bands), asked[0] if asked else "")
