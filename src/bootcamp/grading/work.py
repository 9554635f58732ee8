"""What one submission is graded with, and whether that was done before.

A submission is done when its results rest on exactly what there is now: the same hand-in, the same
released homework, the same checks and limits. All of it goes into one digest, which is kept with
the results; so an interrupted run goes on where it was, and a corrected check grades again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from hashlib import sha256
from pathlib import Path

from bootcamp import __version__
from bootcamp.cohort import language_of
from bootcamp.content import session_folder, session_numbers
from bootcamp.errors import GradingError
from bootcamp.grading.adapter import Released, folder_files, read_released
from bootcamp.grading.checks import Check, load_checks
from bootcamp.grading.execution import GradingLimits, Judge, Judged, Submission
from bootcamp.grading.mending import mend, read_notebook
from bootcamp.language import ENGLISH, speaking
from bootcamp.settings import DataFolder
from bootcamp.store import Store
from bootcamp.store.gradebook import course_folder
from bootcamp.store.handins import collected_handin

__all__ = ["Work", "Yardstick", "collected", "judge_with", "load", "yardstick"]


@dataclass(frozen=True)
class Yardstick:
    """What every submission of a homework is measured with."""

    released: Released
    checks: Mapping[str, Check]
    limits: GradingLimits
    folder: Path
    """Where the checks are."""
    language: str = ENGLISH
    """In which citizens are told what was found."""

    @property
    def assignment(self) -> str:
        """The homework's name."""
        return self.released.assignment


@dataclass(frozen=True)
class Work:
    """One collected submission, read from the disk; `digest` names it and its yardstick."""

    login: str
    handin_id: int | None
    files: Mapping[str, bytes]
    digest: str


def yardstick(
    data: DataFolder, assignment: str, checks: Path, limits: GradingLimits | None = None
) -> Yardstick:
    """Give what `assignment` is graded with; `checks` is the folder of the checks.

    Raises:
        GradingError: it is not released, or the checks do not fit it.
    """
    released = read_released(data, assignment)
    fitting, spoken = _fitting_checks(released, checks), language_of(data.cohort_file)
    return Yardstick(released, fitting, limits or GradingLimits(), checks, spoken)


def collected(data: DataFolder, assignment: str) -> list[str]:
    """Give the logins of whom something was collected.

    Raises:
        GradingError: of nobody.
    """
    found = {
        path.parent.name
        for path in (data.course / "submitted").glob(f"*/{assignment}")
        if path.is_dir() and not path.parent.name.startswith(".")
    }
    if not found:
        number = assignment.rpartition("-")[2]
        raise GradingError(
            f"Nothing is collected for {assignment} yet: run `bootcamp collect {number}` first."
        )
    return sorted(found)


def load(data: DataFolder, store: Store, measure: Yardstick, login: str) -> Work:
    """Read what was collected from one citizen."""
    with store.session() as session:
        # Before the files: when it is collected anew in between, the digest fits neither.
        handin_id = collected_handin(session, measure.assignment, login)
    files = folder_files(course_folder(data, "submitted", login, measure.assignment))
    return Work(login, handin_id, files, _digest(measure, handin_id, files))


def judge_with(judge: Judge, measure: Yardstick, files: Mapping[str, bytes]) -> Judged:
    """Mend one submission from the released homework, run it, and ask it what the checks ask."""
    released, handed = measure.released, dict(files)
    handed.pop("timestamp.txt", None)
    notebook = read_notebook(handed.pop(f"{released.assignment}.ipynb", b""))
    # What came with the homework is there again where the citizen left it out.
    given = {
        name: content for name, content in released.files.items() if not name.endswith(".ipynb")
    }
    shared = {session_folder(n).name: session_folder(n) for n in session_numbers()}
    with speaking(measure.language):
        mended = mend(notebook, released.notebook)
        submission = Submission(released.assignment, mended.notebook, {**given, **handed}, shared)
        judged = judge.judge(submission, measure.checks)
    return replace(judged, notes=(*mended.notes, *judged.notes))


def _digest(measure: Yardstick, handin_id: int | None, files: Mapping[str, bytes]) -> str:
    rests_on = {
        "bootcamp": __version__,
        "handin": handin_id,
        "files": _digests(files),
        "released": _digests(measure.released.files),
        "checks": {name: [c.points, c.digest] for name, c in measure.checks.items()},
        "limits": astuple(measure.limits),
        "language": measure.language,
    }
    return sha256(json.dumps(rests_on, sort_keys=True).encode()).hexdigest()


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: sha256(content).hexdigest() for name, content in files.items()}


def _fitting_checks(released: Released, folder: Path) -> dict[str, Check]:
    """Give the check of every cell that is graded by machine.

    Raises:
        GradingError: a cell has no check, or they do not agree about its points.
    """
    known = load_checks(folder)
    for name, points in released.automatic.items():
        if name not in known:
            raise GradingError(
                f"The graded cell '{name}' of {released.assignment} has no check: write one in "
                f"{folder} (see `bootcamp.grading.checks`)."
            )
        if known[name].points != points:
            raise GradingError(
                f"'{name}' is worth {points:g} points in {released.assignment} and "
                f"{known[name].points:g} in its check: make them equal."
            )
    return {name: known[name] for name in released.automatic}
