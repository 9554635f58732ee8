"""What final runs give, and how they are followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bootcamp import roi
from bootcamp.finals.exam import ExamResult
from bootcamp.finals.notebooks import Problem
from bootcamp.finals.spending import Spending

__all__ = ["Listener", "Progress", "TeamResult", "as_table"]


@dataclass(frozen=True)
class Progress:
    """Where a team's run is: at which cell of how many, or with a word on the whole."""

    team: str
    notebook: str
    """Its name, and which of its runs it is where there are several."""
    cell: int
    cells: int
    message: str

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.team, self.notebook) if part)
        return f"{where}: {self.message or f'cell {self.cell} of {self.cells}'}"


@dataclass(frozen=True)
class TeamResult:
    """What one team's run gave; what is None could not be found out, and `problems` say why."""

    team: str
    name: str
    run: str
    folder: Path
    quality: ExamResult | None = None
    roi: roi.Result | None = None
    spending: Spending | None = None
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether both notebooks led to a number."""
        return self.quality is not None and self.roi is not None

    @property
    def failed(self) -> bool:
        """Whether a number is missing; `problems` say why."""
        return not self.succeeded

    def as_dict(self) -> dict[str, Any]:
        """Give all of it, ready for a JSON file."""
        return {
            "team": self.team,
            "name": self.name,
            "run": self.run,
            "folder": str(self.folder),
            "succeeded": self.succeeded,
            "quality": self.quality.as_dict() if self.quality else None,
            "roi": self.roi.as_dict() if self.roi else None,
            "spending": self.spending.as_dict() if self.spending else None,
            "problems": [asdict(problem) for problem in self.problems],
            "seconds": round(self.seconds, 1),
        }


Listener = Callable[[Progress], None]


def as_table(results: Sequence[TeamResult]) -> str:
    """Give the results as a table of plain text, a team a line, and the problems below it."""
    rows = [("Team", "Quality on hidden data", "Hours a year, P50 [P5 to P95]")]
    for result in results:
        quality = str(result.quality.headline.estimate) if result.quality else "none"
        hours = str(result.roi.hours) if result.roi else "none"
        rows.append((result.name, quality, hours))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(text.ljust(w) for text, w in zip(r, widths, strict=True)) for r in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"{r.name}: {problem}" for r in results for problem in r.problems]
    return "\n".join(line.rstrip() for line in lines)
