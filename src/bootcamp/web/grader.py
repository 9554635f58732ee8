"""Collects and grades one homework in a process of its own: `python -m bootcamp.web.grader`.

The pages start it, and read how far it is from the file that it keeps. The lock that it inherits
is held as long as it lives, so nobody has to believe the file about that. It outlives the pages:
when they start again they find it, or what it left.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from bootcamp.errors import BootcampError
from bootcamp.settings import DataFolder, private_folder
from bootcamp.spoken import texts
from bootcamp.store import now
from bootcamp.web import background

__all__ = ["Progress", "begin", "look"]

_ = texts("desk")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How far a run is, or how it ended."""

    by: str
    began_at: str
    step: str = field(default_factory=lambda: _("Taking in what was handed in…"))
    state: Literal["working", "done", "failed", "stopped"] = "working"
    done: int = 0
    total: int = 0
    problem: str = ""
    notes: dict[str, list[str]] = field(default_factory=dict)
    """By login: what the facilitator should know of this run."""
    ended_at: str = ""

    @property
    def began(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.began_at)


def begin(data: DataFolder, assignment: str, by: str) -> bool:
    """Start a run; False when one is going on already."""
    lock = _folder(data) / f"{assignment}.lock"

    def words(_lock: int) -> list[str]:
        progress = Progress(by=by, began_at=now().isoformat())
        _write(data, assignment, progress)
        return [__name__, str(data.root), assignment, by, progress.began_at]

    return background.start(lock, private_folder(data.logs) / "grading.log", words)


def look(data: DataFolder, assignment: str) -> Progress | None:
    """Give the state of the last run, None when there was none."""
    try:
        going_on = background.is_held(data.run / "grading" / f"{assignment}.lock")
        text = (data.run / "grading" / f"{assignment}.json").read_text(encoding="utf-8")
        progress = Progress(**json.loads(text))
    except (OSError, ValueError, TypeError):
        return None
    if progress.state == "working" and not going_on:
        said = _("The run ended before it was done; what was graded is kept. Press again to go on.")
        return replace(progress, state="stopped", problem=said)
    return progress


def _folder(data: DataFolder) -> Path:
    return private_folder(private_folder(data.run) / "grading")


def _write(data: DataFolder, assignment: str, progress: Progress) -> None:
    draft = _folder(data) / f"{assignment}.json.new"
    draft.write_text(json.dumps(asdict(progress)), encoding="utf-8")
    draft.replace(draft.with_suffix(""))


class _Run:
    """One run: keeps the file up to date."""

    def __init__(self, data: DataFolder, assignment: str, progress: Progress) -> None:
        self._data = data
        self._assignment = assignment
        self._progress = progress

    def say(self, **changes: object) -> None:
        """Put what has changed into the file."""
        self._progress = replace(self._progress, **changes)  # type: ignore[arg-type]
        _write(self._data, self._assignment, self._progress)

    def work(self) -> None:
        """Collect and grade.

        Raises:
            BootcampError: it cannot be done; the message is for the facilitator.
        """
        from bootcamp.cohort import load_cohort  # noqa: PLC0415
        from bootcamp.exchange.service import Exchange  # noqa: PLC0415
        from bootcamp.grading import GradeResult, Watcher, grade_assignment  # noqa: PLC0415
        from bootcamp.store import open_store  # noqa: PLC0415

        store = open_store(self._data.store_url)
        try:
            exchange = Exchange(self._data, store, load_cohort(self._data.cohort_file))
            collected = exchange.collect(self._assignment)
        finally:
            store.close()
        if not collected:
            raise BootcampError(_("Nobody has handed this homework in yet."))

        def begun(_already: int, to_do: int) -> None:
            self.say(step=_("Grading…"), total=to_do)

        def progress(_result: GradeResult, done: int, of: int) -> None:
            self.say(done=done, total=of)

        watcher = Watcher(begun=begun, progress=progress)
        results = grade_assignment(self._data, self._assignment, watcher=watcher)
        notes = {result.login: list(result.notes) for result in results if result.notes}
        self.say(state="done", step="", notes=notes, ended_at=now().isoformat())


def main() -> int:
    """Run once; what goes wrong is in the file, and in the log."""
    parser = argparse.ArgumentParser(prog="bootcamp.web.grader")
    for name in ("data", "assignment", "by", "began"):
        parser.add_argument(name)
    given = parser.parse_args()
    data = DataFolder.at(given.data)
    run = _Run(data, given.assignment, Progress(by=given.by, began_at=given.began))
    try:
        run.work()
    except BootcampError as error:
        run.say(state="failed", problem=str(error), ended_at=now().isoformat())
        return error.exit_status
    except Exception:
        _log.exception("grading %s", given.assignment)
        problem = _("Something went wrong on our side; logs/grading.log says what.")
        run.say(state="failed", problem=problem, ended_at=now().isoformat())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
