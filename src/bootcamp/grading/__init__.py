"""Grading: runs hand-ins in sandboxes, asks them from outside, and tells their authors.

The names load when they are first used: a module of checks imports `bootcamp.grading.checks`
alone, and nbgrader takes a second to import.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bootcamp.grading.execution import GradingLimits
    from bootcamp.grading.feedback import feedback_for_assignment
    from bootcamp.grading.regrade import Change, Preview, preview_regrade, write_regrade
    from bootcamp.grading.runs import GradeResult, GradingStopped, Watcher, grade_assignment

__all__ = [
    "Change",
    "GradeResult",
    "GradingLimits",
    "GradingStopped",
    "Preview",
    "Watcher",
    "feedback_for_assignment",
    "grade_assignment",
    "preview_regrade",
    "write_regrade",
]

_PLACES = {
    "Change": "regrade",
    "GradeResult": "runs",
    "GradingLimits": "execution",
    "GradingStopped": "runs",
    "Preview": "regrade",
    "Watcher": "runs",
    "feedback_for_assignment": "feedback",
    "grade_assignment": "runs",
    "preview_regrade": "regrade",
    "write_regrade": "regrade",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
