"""How big, how long and how hard to read each lab is, from its source.

    python scripts/labs.py

Code lines are those that a citizen sees: answers, blank lines and comments do not count. The
reading level is Flesch and Kincaid's grade (1975) with a simple count of syllables, over sentences
and list entries; tables, code and formulas are left out.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import jupytext

LABS = Path(__file__).resolve().parents[1] / "labs"


@dataclass(frozen=True)
class Lab:
    """The figures of one lab."""

    name: str
    cells: int
    code_lines: tuple[int, ...]
    words: tuple[int, ...]
    minutes: int
    grade: float

    @property
    def median_lines(self) -> float:
        """The median number of code lines in a code cell."""
        return median(self.code_lines)

    @property
    def ninth_tenth(self) -> int:
        """The 90th percentile of code lines: nine of ten cells are no longer."""
        return sorted(self.code_lines)[max(0, -(-9 * len(self.code_lines) // 10) - 1)]


def labs() -> list[Lab]:
    """Measure every lab, in order."""
    return [measure(path) for path in sorted(LABS.glob("session-*-lab.py"))]


def measure(path: Path) -> Lab:
    """Measure one source."""
    cells = jupytext.read(path).cells
    prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    rows = [
        (int(start), int(end))
        for start, end in re.findall(r"^\| (\d+)–(\d+) \|", prose[0], re.MULTILINE)
    ]
    follow = all(one[1] == other[0] for one, other in pairwise(rows))
    return Lab(
        name=path.stem,
        cells=len(cells),
        code_lines=tuple(map(code_lines, code)),
        words=tuple(len(text.split()) for text in prose),
        minutes=rows[-1][1] - rows[0][0] if rows and follow else 0,
        grade=reading_grade("\n\n".join(prose)),
    )


def code_lines(source: str) -> int:
    """Count the lines of code in a cell as citizens receive it."""
    released = re.sub(r"### BEGIN SOLUTION\n.*?### END SOLUTION\n?", "", source, flags=re.DOTALL)
    lines = (line.strip() for line in released.split("\n"))
    return sum(bool(line) and not line.startswith("#") for line in lines)


def reading_grade(text: str) -> float:
    """Give Flesch and Kincaid's grade: years of school that the prose asks for."""
    text = re.sub(r"^(?:\||#).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"`[^`]*`", "name", text)
    text = re.sub(r"^> \*\*.*[=÷].*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"[*_>]", "", text)
    text = re.sub(r"\n(?=\s*(?:[-–]|\d+\.)\s)", ".\n", text)
    sentences = [
        words
        for part in re.split(r"[.!?](?=\s|$)|\n\s*\n", text)
        if len(words := re.findall(r"[A-Za-zÀ-ÿ’']+", part)) > 1
    ]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    groups = re.findall(r"[aeiouyà-ÿ]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and len(groups) > 1
    return max(1, len(groups) - silent)


def main() -> int:
    """Print the table."""
    lines = [
        "| lab | cells | code lines: median | 90 % | most | words a text cell: median | most "
        "| minutes | reading grade |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {lab.name} | {lab.cells} | {lab.median_lines:g} | {lab.ninth_tenth} "
        f"| {max(lab.code_lines)} | {median(lab.words):g} | {max(lab.words)} | {lab.minutes} "
        f"| {lab.grade:.1f} |"
        for lab in labs()
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
