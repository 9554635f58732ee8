"""Reads out of a team's notebooks what it says in words; nothing of theirs is executed for it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from bootcamp.finals.notebooks import statements_of

__all__ = ["Demo", "Words", "demo_of", "words_of"]

_NAMES = ("problem", "change", "risk", "check")
_LONGEST = 600
_DEMO_TAG = "demo"
_LONGEST_DEMO = 1_500


@dataclass(frozen=True)
class Words:
    """The four sentences of a business case; empty where the team has written none."""

    problem: str = ""
    change: str = ""
    risk: str = ""
    check: str = ""


@dataclass(frozen=True)
class Demo:
    """The code of the cell that a team shows live, and what it printed in the final run."""

    code: str
    printed: str


def words_of(notebook: Any | None) -> Words:
    """Give what the ROI notebook sets `problem`, `change`, `risk` and `check` to, as texts."""
    found: dict[str, str] = {}
    for cell in notebook.cells if notebook is not None else ():
        if cell.cell_type != "code":
            continue
        for statement in statements_of(cell.source):
            if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
                value = statement.value.value
                names = {t.id for t in statement.targets if isinstance(t, ast.Name)}
                if isinstance(value, str) and value.strip():
                    found |= {name: _short(value) for name in names & set(_NAMES)}
    return Words(**found)


def demo_of(notebook: Any | None) -> Demo | None:
    """Give the first cell tagged `demo` of an executed notebook, None when there is none."""
    for cell in notebook.cells if notebook is not None else ():
        if cell.cell_type == "code" and _DEMO_TAG in (cell.metadata.get("tags") or []):
            printed = "".join(
                output.get("text", "") or output.get("data", {}).get("text/plain", "")
                for output in cell.get("outputs", [])
            )
            return Demo(cell.source[:_LONGEST_DEMO], str(printed)[:_LONGEST_DEMO])
    return None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 2].rsplit(" ", 1)[0] + " …"
