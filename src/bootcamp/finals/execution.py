"""Runs a team's notebooks behind walls, one after another, and ends what takes too much."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bootcamp.errors import FinalsError, ForkFailed
from bootcamp.finals.engine import ENGINE, Following
from bootcamp.finals.notebooks import Problem, describe_failure, fit_to_run, load_notebook
from bootcamp.forks.home import ForkLimits, put_files, read_file
from bootcamp.forks.kernel import Kernel, KernelDied, KernelHangs
from bootcamp.forks.warm import MODEL_URL, Fork, WarmParent
from bootcamp.sandbox import HOME
from bootcamp.spoken import texts

__all__ = ["FinalLimits", "Job", "Outcome", "Stage"]

_ = texts("finals")

_FIRST_UID = 64_000
"""User ids of the sandboxes when root runs the finals: one for each that runs at a time."""
_FOLDER = "final"
_OUTPUT = "output"


@dataclass(frozen=True)
class FinalLimits:
    """What one notebook may take: seconds for all of it, bytes a cell puts out, and the fork's."""

    seconds: float = 900.0
    cell_output_bytes: int = 2_000_000
    fork: ForkLimits = field(
        default_factory=lambda: ForkLimits(
            memory_bytes=4_000_000_000, file_bytes=100_000_000, disk_bytes=300_000_000, files=5_000
        )
    )


@dataclass(frozen=True)
class Job:
    """One notebook to run.

    `folders` are put into its home by name: `final`, with the notebook in it, and others read-only;
    `environment` is for its process only. `executed` is where papermill keeps it as it goes, and
    `wanted` are the files of its output folder that are kept, in bytes at most.
    """

    notebook: str
    folders: Mapping[str, Mapping[str, bytes]]
    executed: Path
    parameters: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def at(folder: str) -> Path:
        """Give where a folder of the job is seen by its notebook."""
        return HOME / folder


@dataclass(frozen=True)
class Outcome:
    """How it went: `problem` is None when every cell ran; `files` are those that were wanted."""

    problem: Problem | None
    seconds: float
    files: Mapping[str, bytes] = field(default_factory=dict)


class Stage:
    """Where notebooks run, one at a time: a warm process, and a fork of it for each.

    A context manager, used by the thread that made it; `slot` must differ between stages that are
    there at the same time. There is no network; with a `model_socket` the model, and only it,
    answers on the notebook's own loopback.
    """

    def __init__(self, limits: FinalLimits, model_socket: Path | None, *, slot: int = 0) -> None:
        self._limits = limits
        self._model_socket = model_socket
        self._uid = _FIRST_UID + slot if os.geteuid() == 0 else os.geteuid()
        self._parent: WarmParent | None = None

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self._cool()

    def run(
        self, job: Job, on_cell: Callable[[int, int], None], cancelled: threading.Event
    ) -> Outcome:
        """Run the job's notebook; `on_cell(number, cells)` is called as each cell begins.

        Everything that it started ends with it; setting `cancelled` ends it at once.

        Raises:
            FinalsError: no sandbox could be started; nothing was run.
        """
        started = time.monotonic()
        with ExitStack() as ending:
            fork = self._forked()
            ending.callback(fork.close)
            for name, files in job.folders.items():
                read_only = name != _FOLDER
                os.close(put_files(fork.home, name, files, self._uid, read_only=read_only))
            output = put_files(fork.home, _OUTPUT, {}, self._uid)
            ending.callback(os.close, output)
            fork.keeper.send(b"g")
            kernel = Kernel(fork)
            following = Following(
                kernel, started + self._limits.seconds, self._limits.cell_output_bytes, on_cell
            )
            with _ended_when(cancelled, kernel):
                problem = _executed(job, following)
            if cancelled.is_set():
                problem = _stopped(job, following, _("The run was cancelled."))
            found = {name: read_file(output, name, most) for name, most in job.wanted.items()}
        files = {name: content for name, content in found.items() if content is not None}
        return Outcome(problem, time.monotonic() - started, files)

    def _forked(self) -> Fork:
        order = self._limits.fork.order(self._uid, _FOLDER)
        try:
            if self._parent is not None:
                try:
                    return self._parent.fork(order)
                except ForkFailed:
                    self._cool()
            self._parent = WarmParent({}, self._model_socket).__enter__()
            return self._parent.fork(order)
        except ForkFailed as error:
            raise FinalsError(str(error)) from error

    def _cool(self) -> None:
        if self._parent is not None:
            self._parent.close()
            self._parent = None


@contextmanager
def _ended_when(cancelled: threading.Event, kernel: Kernel) -> Iterator[None]:
    """End the kernel as soon as `cancelled` is set, while the context lasts."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if cancelled.wait(0.2):
                kernel.end()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _executed(job: Job, following: Following) -> Problem | None:
    """Let papermill run it; give what stopped it."""
    from papermill import execute_notebook  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    source = job.executed.with_name(f".{job.notebook}")
    source.write_bytes(fit_to_run(job.folders[_FOLDER][job.notebook]))
    environment = {"OPENAI_BASE_URL": MODEL_URL, **job.environment}
    try:
        following.kernel.set_environment(environment)
        execute_notebook(
            source,
            job.executed,
            parameters=dict(job.parameters),
            engine_name=ENGINE,
            # Whatever the notebook says of itself: these are Python notebooks.
            kernel_name="python3",
            language="python",
            progress_bar=False,
            following=following,
        )
    except (KernelDied, KernelHangs):
        following.failure = following.failure or ("DeadKernelError", "")
    except PapermillExecutionError as error:
        following.failure = following.failure or (str(error.ename), str(error.evalue))
    finally:
        source.unlink()
    if following.out_of_time:
        words = _("It was still running when its time was up; look for a loop without an end.")
        return _stopped(job, following, words)
    if following.failure is None:
        return None
    notebook = load_notebook(job.executed)
    return describe_failure(job.notebook, notebook, *following.failure, following.cell)


def _stopped(job: Job, following: Following, words: str) -> Problem:
    found = describe_failure(job.notebook, load_notebook(job.executed), "", "", following.cell)
    return Problem(job.notebook, words, found.cell, found.first_line)
