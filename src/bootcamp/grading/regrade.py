"""After the fact: a check was corrected or added, and everyone is judged again.

It goes in two steps. The first judges everyone and shows whose marks would change; what came out
is kept in the data folder, under the digest of all that it rests on. The second writes exactly
that, without running anything again. Marks and comments by hand stay in either case.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bootcamp.errors import GradingError
from bootcamp.grading.adapter import Marks
from bootcamp.grading.execution import GradingLimits, Judged
from bootcamp.grading.plain import judged_as_text, judged_from_text
from bootcamp.grading.runs import (
    GradeResult,
    Run,
    Watcher,
    chosen,
    finish,
    judged_of,
    opened,
    refuse_stopped,
)
from bootcamp.grading.work import Work, load
from bootcamp.settings import DataFolder, private_folder

__all__ = ["Change", "Preview", "preview_regrade", "write_regrade"]


@dataclass(frozen=True)
class Change:
    """One exercise whose points would be others; None where there are none yet."""

    login: str
    exercise: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Preview:
    """What grading again would change; nothing of it is written yet."""

    assignment: str
    logins: tuple[str, ...]
    """Who was judged again."""
    changes: tuple[Change, ...]
    failed: Mapping[str, str]
    """By login: why one could not be judged; these marks stay as they are."""

    @property
    def affected(self) -> list[str]:
        """The logins of those whose marks would change."""
        return sorted({change.login for change in self.changes})


def preview_regrade(
    data: DataFolder,
    assignment: str,
    *,
    logins: Collection[str] | None = None,
    watcher: Watcher | None = None,
    checks: Path | None = None,
    limits: GradingLimits | None = None,
    at_once: int | None = None,
    scheduler: str | None = None,
) -> Preview:
    """Judge what was collected again, of everyone or of `logins`, and tell what would change.

    What an earlier preview found from the same things is not run again.

    Raises:
        GradingError: nothing can be graded; the message says what comes first.
        GradingStopped: the watcher stopped it; what was judged until then is kept.
    """
    watcher = watcher or Watcher()
    changes: list[Change] = []
    failed: dict[str, str] = {}
    with opened(data, assignment, checks, limits) as run:
        people = chosen(data, assignment, logins)
        kept = dict(_kept(run, people))
        for login, judged in kept.items():
            changes += _changes(run, login, judged())
        to_do = [login for login in people if login not in kept]
        watcher.begun(len(kept), len(to_do))
        done, most = 0, sum(run.measure.released.automatic.values())
        for login, outcome in judged_of(run, to_do, watcher, at_once, scheduler):
            done += 1
            points = 0.0
            if isinstance(outcome, Exception):
                failed[login] = str(outcome) or type(outcome).__name__
            else:
                work, found = outcome
                points = sum(verdict.points for verdict in found.verdicts.values())
                if found.faults:
                    failed[login] = " ".join(found.faults.values())
                else:
                    _keep(run, work, found)
                    changes += _changes(run, login, found)
            watcher.progress(GradeResult(login, points, most, True, ()), done, len(to_do))
        refuse_stopped(done, len(to_do), "judged", "regrade", assignment)
    order = list(run.measure.released.automatic)
    changes.sort(key=lambda change: (change.login, order.index(change.exercise)))
    judged_people = tuple(login for login in people if login not in failed)
    return Preview(assignment, judged_people, tuple(changes), failed)


def write_regrade(
    data: DataFolder,
    preview: Preview,
    *,
    watcher: Watcher | None = None,
    checks: Path | None = None,
    limits: GradingLimits | None = None,
) -> list[GradeResult]:
    """Write what the preview showed; give the results by login.

    Raises:
        GradingError: something that it rests on has changed meanwhile; nothing is written.
    """
    watcher = watcher or Watcher()
    results: list[GradeResult] = []
    with opened(data, preview.assignment, checks, limits) as run:
        kept = dict(_kept(run, preview.logins))
        changed = [login for login in preview.logins if login not in kept]
        if changed:
            number = preview.assignment.rpartition("-")[2]
            raise GradingError(
                f"A hand-in, a check or the homework has changed since this was shown "
                f"({', '.join(changed)}). Run `bootcamp regrade {number}` again."
            )
        for login in preview.logins:
            work = load(data, run.store, run.measure, login)
            results.append(finish(run, login, (work, kept[login]())))
            watcher.progress(results[-1], len(results), len(preview.logins))
        shutil.rmtree(_folder(run), ignore_errors=True)
    return results


def _changes(run: Run, login: str, judged: Judged) -> list[Change]:
    """Give what would be other in the gradebook; where there is a mark by hand, that counts."""
    marks = run.book.marks(run.measure.assignment, login) or Marks(0, 0, True, ())
    known = {mark.name: mark for mark in marks.cells}
    found = []
    for name in run.measure.released.automatic:
        mark = known.get(name)
        if mark is not None and mark.by_hand is not None:
            continue
        before = None if mark is None or mark.awaits_marking else mark.score
        verdict = judged.verdicts.get(name)
        after = None if verdict is None else float(verdict.points)
        if before != after:
            found.append(Change(login, name, before, after))
    return found


def _kept(run: Run, logins: Collection[str]) -> Iterator[tuple[str, _Reader]]:
    """Give who was judged already from what there is now; the results are read when wanted."""
    for login in logins:
        reader = _Reader(_folder(run) / f"{login}.json")
        if reader.digest == load(run.data, run.store, run.measure, login).digest:
            yield login, reader


@dataclass(frozen=True)
class _Reader:
    path: Path

    @property
    def digest(self) -> str | None:
        """Of what the kept result rests on; None when there is none."""
        try:
            with self.path.open(encoding="utf-8") as file:
                return str(json.loads(file.readline()))
        except (OSError, ValueError):
            return None

    def __call__(self) -> Judged:
        return judged_from_text(self.path.read_text(encoding="utf-8").partition("\n")[2])


def _keep(run: Run, work: Work, judged: Judged) -> None:
    folder = private_folder(_folder(run))
    draft = folder / f".{work.login}.new"
    draft.write_text(f"{json.dumps(work.digest)}\n{judged_as_text(judged)}", encoding="utf-8")
    draft.replace(folder / f"{work.login}.json")


def _folder(run: Run) -> Path:
    return run.data.run / "regrade" / run.measure.assignment
