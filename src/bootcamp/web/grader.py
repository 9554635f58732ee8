"""Collects and grades one homework in a process of its own: `python -m bootcamp.web.grader`.

The pages start it, and read how far it is from the file that it keeps. The lock that it inherits
is held as long as it lives, so nobody has to believe the file about that. It outlives the pages:
when they start again they find it, or what it left.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from bootcamp.errors import BootcampError
from bootcamp.settings import DataFolder, private_folder
from bootcamp.store import now

__all__ = ["Progress", "begin", "look"]

_log = logging.getLogger(__name__)
# Nothing of the hub's goes into the process that starts sandboxes.
_HIDDEN = ("JUPYTERHUB_", "JPY_", "CONFIGPROXY_")


@dataclass(frozen=True)
class Progress:
    """How far a run is, or how it ended."""

    by: str
    began_at: str
    step: str = "Taking in what was handed in…"
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
    folder = _folder(data)
    with (folder / f"{assignment}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        progress = Progress(by=by, began_at=now().isoformat())
        _write(data, assignment, progress)
        environ = {k: v for k, v in os.environ.items() if not k.startswith(_HIDDEN)}
        command = [sys.executable, "-m", "bootcamp.lean", __name__, str(data.root), assignment]
        with (private_folder(data.logs) / "grading.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, by, progress.began_at],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environ,
                pass_fds=[lock.fileno()],  # the lock goes on in the child, and ends with it
                start_new_session=True,
            )
    _children[:] = [child for child in _children if child.poll() is None]
    _children.append(process)
    return True


_children: list[subprocess.Popen[bytes]] = []
"""Looked at on the way, so that none stays behind as a zombie."""


def look(data: DataFolder, assignment: str) -> Progress | None:
    """Give the state of the last run, None when there was none."""
    for child in _children:
        child.poll()
    try:
        going_on = _is_held(data.run / "grading" / f"{assignment}.lock")
        text = (data.run / "grading" / f"{assignment}.json").read_text(encoding="utf-8")
        progress = Progress(**json.loads(text))
    except (OSError, ValueError, TypeError):
        return None
    if progress.state == "working" and not going_on:
        said = "The run ended before it was done; what was graded is kept. Press again to go on."
        return replace(progress, state="stopped", problem=said)
    return progress


def _is_held(lock: Path) -> bool:
    with lock.open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


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
            raise BootcampError("Nobody has handed this homework in yet.")

        def begun(_already: int, to_do: int) -> None:
            self.say(step="Grading…", total=to_do)

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
        problem = "Something went wrong on our side; logs/grading.log says what."
        run.say(state="failed", problem=problem, ended_at=now().isoformat())
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
