"""Runs one submission in a fresh sandbox and judges it with checks that stay outside.

The sandbox has no network, an empty environment and its own copy of the files. It holds no test,
no expected answer and no score; it is gone, with all its processes, when the judging is done.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bootcamp.errors import GradingError
from bootcamp.grading.checks import Check, Verdict
from bootcamp.grading.kernel import Kernel, KernelDied, KernelHangs
from bootcamp.grading.learner import ExecutedLearner
from bootcamp.grading.mending import PUT_BACK
from bootcamp.grading.outputs import CellOutputs
from bootcamp.sandbox import HOME, Bind, Limits, Sandbox

__all__ = ["GradingLimits", "Judge", "Judged", "Submission", "run_and_judge"]

_FIRST_UID = 63_000
"""User ids of the sandboxes when root grades: one for each that runs at the same time."""


@dataclass(frozen=True)
class GradingLimits:
    """What one submission may take: seconds of wall time, bytes, processes."""

    cell_seconds: float = 30.0
    notebook_seconds: float = 120.0
    probe_seconds: float = 10.0
    probes_seconds: float = 60.0
    memory_bytes: int = 3 << 30
    file_bytes: int = 50_000_000
    processes: int = 96


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

    Hold one for each processor, each used by one thread; `slot` must differ between judges that
    live at the same time.
    """

    def __init__(self, limits: GradingLimits, *, slot: int = 0) -> None:
        self._limits = limits
        self._slot = slot

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def judge(self, submission: Submission, checks: Mapping[str, Check]) -> Judged:
        """Execute the notebook (its cells are given their outputs) and ask what the checks ask.

        Raises:
            GradingError: no kernel could be started; the submission was not judged.
        """
        return run_and_judge(submission, checks, self._limits, slot=self._slot)


def run_and_judge(
    submission: Submission,
    checks: Mapping[str, Check],
    limits: GradingLimits,
    *,
    slot: int = 0,
) -> Judged:
    """Execute the notebook (its cells are given their outputs) and ask it what the checks ask.

    `slot` must differ between submissions that run at the same time.

    Raises:
        GradingError: no kernel could be started; the submission was not judged.
    """
    uid = _FIRST_UID + slot
    with _workspace(submission, uid) as home:
        sandbox = _sandbox(home, submission, limits, uid)
        with _started(sandbox, submission.assignment) as kernel:
            notes = _run_cells(kernel, submission.notebook, limits)
            learner = ExecutedLearner(
                kernel,
                home / submission.assignment,
                seconds=limits.probe_seconds,
                total_seconds=limits.probes_seconds,
            )
            verdicts: dict[str, Verdict] = {}
            faults: dict[str, str] = {}
            for name, check in checks.items():
                try:
                    verdicts[name] = check.verdict(learner)
                except GradingError as error:
                    faults[name] = str(error)
    return Judged(submission.notebook, verdicts, faults, notes)


@contextmanager
def _workspace(submission: Submission, uid: int) -> Iterator[Path]:
    """Give a home with a copy of the submission in it, removed afterwards."""
    base = Path(tempfile.mkdtemp(prefix="bootcamp-grading-"))
    home = base / "home"
    folder = home / submission.assignment
    try:
        folder.mkdir(parents=True)
        for name, content in submission.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if os.geteuid() == 0:
            for path in (home, *home.rglob("*")):
                os.chown(path, uid, uid, follow_symlinks=False)
            base.chmod(0o711)
        yield home
    finally:
        _remove(base)


def _sandbox(home: Path, submission: Submission, limits: GradingLimits, uid: int) -> Sandbox:
    as_root = os.geteuid() == 0
    return Sandbox(
        home=home,
        binds=tuple(Bind(path, HOME / name) for name, path in submission.shared.items()),
        network=False,
        uid=uid,
        gid=uid,
        limits=Limits(
            memory_bytes=limits.memory_bytes,
            file_bytes=limits.file_bytes,
            open_files=512,
            # The count is of all processes of a user id, which only root can give us alone.
            processes=limits.processes if as_root else None,
        ),
    )


@contextmanager
def _started(sandbox: Sandbox, folder: str) -> Iterator[Kernel]:
    """Start a kernel, a second time when the first does not come up on a busy machine."""
    kernel = Kernel(sandbox, folder)
    try:
        kernel.__enter__()
    except (GradingError, KernelDied):
        kernel = Kernel(sandbox, folder)
        try:
            kernel.__enter__()
        except KernelDied:
            raise GradingError(
                "A notebook kernel ended as soon as it was started. Look at the machine's free "
                "memory, then grade again."
            ) from None
    try:
        yield kernel
    finally:
        kernel.close()


def _run_cells(kernel: Kernel, notebook: Any, limits: GradingLimits) -> tuple[str, ...]:
    """Run the code cells in order, keep their outputs, and say what stopped them."""
    notes: list[str] = []
    ends = time.monotonic() + limits.notebook_seconds
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        cell.outputs, cell.execution_count = [], None
        if cell.metadata.get(PUT_BACK) or not cell.source.strip():
            continue
        left = ends - time.monotonic()
        if left <= 0:
            notes.append(
                f"The notebook took longer than {limits.notebook_seconds:g} seconds; from code "
                f"cell {number} on it was not run."
            )
            break
        outputs = CellOutputs()
        seconds = min(limits.cell_seconds, left)
        try:
            reply = kernel.execute(cell.source, seconds=seconds, on_output=outputs.take)
        except KernelHangs:
            notes.append(f"Code cell {number} ran longer than {seconds:.0f} seconds: stopped.")
        except KernelDied:
            notes.append(
                f"The notebook's process ended in code cell {number}; what follows was not run."
            )
            break
        else:
            cell.execution_count = _count(reply)
        finally:
            cell.outputs = outputs.kept
        if kernel.output_lost:
            notes.append(f"Code cell {number} printed more than can be kept.")
    return tuple(notes)


def _count(reply: Mapping[str, Any]) -> int | None:
    count = reply.get("execution_count")
    return count if isinstance(count, int) and 0 <= count < 1_000_000 else None


def _remove(folder: Path) -> None:
    """Remove everything, also folders that the learner has locked against us."""

    def unlock(_function: Any, path: str, _error: Any) -> None:
        parent = Path(path).parent
        for locked in (parent, Path(path)):
            if locked.is_dir() and not locked.is_symlink():
                locked.chmod(0o700)

    for _ in range(20):  # one level of locked folders a round
        shutil.rmtree(folder, onerror=unlock)
        if not folder.exists():
            return
