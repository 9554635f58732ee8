"""Runs one submission in a fresh sandbox and judges it with checks that stay outside.

The sandbox has no network, an empty environment and its own copy of the files. It holds no test,
no expected answer and no score; it is gone, with all its processes, when the judging is done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bootcamp.errors import ForkFailed, GradingError
from bootcamp.forks.home import ForkLimits, put_files
from bootcamp.forks.kernel import Kernel, KernelDied, KernelHangs
from bootcamp.forks.warm import Fork, WarmParent
from bootcamp.grading.checks import Check, Verdict
from bootcamp.grading.learner import ExecutedLearner
from bootcamp.grading.mending import PUT_BACK
from bootcamp.grading.outputs import MOST_OF_A_NOTEBOOK, CellOutputs
from bootcamp.spoken import texts

__all__ = ["GradingLimits", "Judge", "Judged", "Submission"]

_ = texts("homework")
_FIRST_UID = 63_000
"""User ids of the sandboxes when root grades: one for each that runs at the same time."""
_MOST_NOTES = 10


@dataclass(frozen=True)
class GradingLimits:
    """What one submission may take: seconds of wall time, bytes, processes."""

    cell_seconds: float = 30.0
    notebook_seconds: float = 120.0
    probe_seconds: float = 10.0
    probes_seconds: float = 60.0
    fork: ForkLimits = field(default_factory=ForkLimits)


@dataclass(frozen=True)
class Submission:
    """A mended notebook and the files beside it; `shared` are folders that all citizens have."""

    assignment: str
    notebook: Any
    files: Mapping[str, bytes]
    shared: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """What came out: the executed notebook, a verdict a check, and what there is to say."""

    notebook: Any
    verdicts: Mapping[str, Verdict]
    faults: Mapping[str, str]
    """By check: what is wrong with the check itself; such an exercise is marked by hand."""
    notes: tuple[str, ...]


class Judge:
    """One long-lived worker that judges submissions one after another; a context manager.

    It holds a warm parent, each submission is a fork of it, and a parent that dies is replaced.
    Hold one for each processor, each used by one thread; `slot` must differ between judges that
    live at the same time.
    """

    def __init__(self, limits: GradingLimits, *, slot: int = 0) -> None:
        self._limits = limits
        self._uid = _FIRST_UID + slot if os.geteuid() == 0 else os.geteuid()
        self._parent: WarmParent | None = None

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self._cool()

    def judge(self, submission: Submission, checks: Mapping[str, Check]) -> Judged:
        """Execute the notebook (its cells are given their outputs) and ask what the checks ask.

        Raises:
            GradingError: no sandbox could be started; the submission was not judged.
        """
        with ExitStack() as ending:
            fork = self._forked(submission)
            ending.callback(fork.close)
            folder = put_files(fork.home, submission.assignment, submission.files, self._uid)
            ending.callback(os.close, folder)
            fork.keeper.send(b"g")
            kernel = Kernel(fork)
            notes = _run_cells(kernel, submission.notebook, self._limits)
            learner = ExecutedLearner(
                kernel,
                folder,
                seconds=self._limits.probe_seconds,
                total_seconds=self._limits.probes_seconds,
            )
            verdicts, faults = _verdicts(checks, learner)
        return Judged(submission.notebook, verdicts, faults, notes)

    def _forked(self, submission: Submission) -> Fork:
        """Give a fork, from a new parent when the one there is cannot give any."""
        order = self._limits.fork.order(self._uid, submission.assignment)
        if self._parent is not None and self._parent.shared == submission.shared:
            with suppress(ForkFailed):
                return self._parent.fork(order)
        self._cool()
        try:
            self._parent = WarmParent(submission.shared).__enter__()
            return self._parent.fork(order)
        except ForkFailed as error:
            raise GradingError(str(error)) from error

    def _cool(self) -> None:
        if self._parent is not None:
            self._parent.close()
            self._parent = None


def _verdicts(
    checks: Mapping[str, Check], learner: ExecutedLearner
) -> tuple[dict[str, Verdict], dict[str, str]]:
    """Give the verdicts, and what is wrong with checks that cannot give one."""
    verdicts: dict[str, Verdict] = {}
    faults: dict[str, str] = {}
    for name, check in checks.items():
        try:
            verdicts[name] = check.verdict(learner)
        except GradingError as error:
            faults[name] = str(error)
    return verdicts, faults


def _run_cells(kernel: Kernel, notebook: Any, limits: GradingLimits) -> tuple[str, ...]:
    """Run the code cells in order, keep their outputs, and say what stopped them."""
    notes: list[str] = []
    ends, room = time.monotonic() + limits.notebook_seconds, MOST_OF_A_NOTEBOOK
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        cell.outputs, cell.execution_count = [], None
        if cell.metadata.get(PUT_BACK) or not cell.source.strip():
            continue
        left = ends - time.monotonic()
        if left <= 0:
            notes.append(
                _(
                    "The notebook took longer than {seconds:g} seconds; from code cell {number} on "
                    "it was not run.",
                    seconds=limits.notebook_seconds,
                    number=number,
                )
            )
            break
        outputs = CellOutputs(room)
        seconds = min(limits.cell_seconds, left)
        try:
            done = kernel.run(cell.source, seconds=seconds, on_output=outputs.take)
        except KernelHangs:
            notes.append(
                _(
                    "Code cell {number} ran longer than {seconds:.0f} seconds: stopped.",
                    number=number,
                    seconds=seconds,
                )
            )
        except KernelDied:
            notes.append(
                _(
                    "The notebook's process ended in code cell {number}; what follows was not run.",
                    number=number,
                )
            )
            break
        else:
            cell.execution_count = _count(done)
            if done.get("output_lost") and len(notes) < _MOST_NOTES:
                notes.append(_("Code cell {number} printed more than can be kept.", number=number))
        finally:
            cell.outputs, room = outputs.kept, room - outputs.size
    return tuple(notes)


def _count(done: Mapping[str, Any]) -> int | None:
    count = done.get("execution_count")
    return count if isinstance(count, int) and 0 <= count < 1_000_000 else None
