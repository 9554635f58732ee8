"""Runs one notebook in a sandbox of its own, and ends it when it takes too much."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib

from bootcamp.errors import FinalsError
from bootcamp.finals import _inside
from bootcamp.finals.files import folder_size, read_bounded
from bootcamp.finals.notebooks import Problem, describe_failure, load_notebook
from bootcamp.sandbox import HOME, Bind, Limits, Sandbox

__all__ = ["FinalLimits", "Job", "Outcome", "execute"]

_SOCKET = Path("/run/model.sock")
_MODEL_PORT = 8765
_POLL_SECONDS = 0.2
_SIZE_EVERY_SECONDS = 1.0
_LONGEST_EVENT = 20_000
_KEPT_LOG = 20_000
_MOST_EXECUTED = 100_000_000


@dataclass(frozen=True)
class FinalLimits:
    """What one notebook may take: seconds for all of it, memory and file sizes in bytes."""

    seconds: float = 900.0
    memory_bytes: int = 4_000_000_000
    file_bytes: int = 100_000_000
    folder_bytes: int = 300_000_000
    folder_files: int = 5_000
    cell_output_bytes: int = 2_000_000
    processes: int = 128


@dataclass(frozen=True)
class Job:
    """One notebook to run: `folder` holds what is copied beside it, `home` is its own and new."""

    notebook: str
    folder: Path
    home: Path
    parameters: Mapping[str, str]
    uid: int
    binds: tuple[Bind, ...] = ()
    gateway_socket: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How it went: `problem` is None when every cell ran. Files stay in the job's home."""

    problem: Problem | None
    seconds: float
    executed: bytes | None
    log: str


class _Watch:
    """What the process inside said so far; none of it is trusted beyond being shown."""

    def __init__(self, on_cell: Callable[[int, int], None]) -> None:
        self._on_cell = on_cell
        self._pending = b""
        self.cell: int | None = None
        self.failure: tuple[str, str] | None = None
        self.done = False

    def hear(self, block: bytes) -> None:
        *lines, self._pending = (self._pending + block)[-4 * _LONGEST_EVENT :].split(b"\n")
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                self._take(event)

    def _take(self, event: Mapping[str, Any]) -> None:
        cell, cells = event.get("cell"), event.get("cells")
        if isinstance(cell, int):
            self.cell = cell
        if event.get("event") == "cell" and isinstance(cell, int) and isinstance(cells, int):
            self._on_cell(cell, cells)
        elif event.get("event") == "failed":
            self.failure = str(event.get("kind"))[:100], str(event.get("text"))[:2000]
        elif event.get("event") == "done":
            self.done = True


def execute(
    job: Job,
    limits: FinalLimits,
    on_cell: Callable[[int, int], None],
    cancelled: threading.Event,
) -> Outcome:
    """Run the job's notebook; `on_cell(number, cells)` is called as each cell begins.

    The sandbox has no network; with a `gateway_socket` the model, and only it, answers on the
    sandbox's own loopback. Everything inside ends with the run, whatever it started; setting
    `cancelled` ends it at once.
    """
    _prepare_home(job)
    watch = _Watch(on_cell)
    started = time.monotonic()
    process = subprocess.Popen(
        _sandbox(job, limits).command(_argv(job, limits)),
        env=_sandbox(job, limits).environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        umask=0o077,
    )
    try:
        stopped, log = _follow(process, job, limits, watch, cancelled)
    finally:
        _end(process)
    executed = read_bounded(job.home / "executed.ipynb", _MOST_EXECUTED)
    problem = _problem(job, watch, stopped, log)
    return Outcome(problem, time.monotonic() - started, executed, log)


def _prepare_home(job: Job) -> None:
    job.home.mkdir(mode=0o700)
    shutil.copytree(job.folder, job.home / "final")
    for name in ("output", "tmp", "shm", ".matplotlib"):
        (job.home / name).mkdir()
    # Without this cache each new home would look at all fonts of the machine again.
    for cache in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(cache, job.home / ".matplotlib")
    if os.geteuid() == 0:
        for folder, _, files in os.walk(job.home):
            os.chown(folder, job.uid, job.uid)
            for name in files:
                os.chown(Path(folder) / name, job.uid, job.uid)


def _sandbox(job: Job, limits: FinalLimits) -> Sandbox:
    binds = [
        # On disk and so within the bound on the home, where a tmpfs would eat memory.
        Bind(job.home / "tmp", Path("/tmp"), writable=True),  # noqa: S108
        Bind(job.home / "shm", Path("/dev/shm"), writable=True),  # noqa: S108
        *job.binds,
    ]
    environment = dict(job.environment)
    environment["MPLCONFIGDIR"] = str(HOME / ".matplotlib")
    if job.gateway_socket is not None:
        binds.append(Bind(job.gateway_socket, _SOCKET))
        environment["OPENAI_BASE_URL"] = f"http://127.0.0.1:{_MODEL_PORT}/v1"
    return Sandbox(
        home=job.home,
        binds=tuple(binds),
        uid=job.uid,
        gid=job.uid,
        limits=Limits(
            memory_bytes=limits.memory_bytes,
            file_bytes=limits.file_bytes,
            # The count is of all processes of a user id, which only root can give us alone.
            processes=limits.processes if os.geteuid() == 0 else None,
        ),
        environment=environment,
    )


def _argv(job: Job, limits: FinalLimits) -> list[str]:
    settings = {
        "notebook": str(HOME / "final" / job.notebook),
        "executed": str(HOME / "executed.ipynb"),
        "folder": str(HOME / "final"),
        "parameters": dict(job.parameters),
        "output_bytes": limits.cell_output_bytes,
    }
    if job.gateway_socket is not None:
        settings |= {"model_socket": str(_SOCKET), "model_port": _MODEL_PORT}
    runner = Path(_inside.__file__).resolve()
    return [str(Path(sys.prefix) / "bin" / "python"), "-I", str(runner), json.dumps(settings)]


def _follow(
    process: subprocess.Popen[bytes],
    job: Job,
    limits: FinalLimits,
    watch: _Watch,
    cancelled: threading.Event,
) -> tuple[str, str]:
    """Listen until the process ends or must be ended; give the reason, if any, and its log."""
    if process.stdout is None or process.stderr is None:
        raise FinalsError("The final run could not be followed; run it again.")
    log = b""
    deadline = time.monotonic() + limits.seconds
    size_due = 0.0
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        selector.register(process.stderr, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select(_POLL_SECONDS):
                block = os.read(key.fd, 65_536)
                if not block:
                    selector.unregister(key.fileobj)
                elif key.fileobj is process.stdout:
                    watch.hear(block)
                else:
                    log = (log + block)[-_KEPT_LOG:]
            now = time.monotonic()
            if cancelled.is_set():
                return "cancelled", log.decode(errors="replace")
            if now > deadline:
                return "time", log.decode(errors="replace")
            if now > size_due:
                size, files = folder_size(job.home, most_files=limits.folder_files)
                if size > limits.folder_bytes or files > limits.folder_files:
                    return "size", log.decode(errors="replace")
                size_due = now + _SIZE_EVERY_SECONDS
    return "", log.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group; the sandbox's own process namespace ends with its first process."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _problem(job: Job, watch: _Watch, stopped: str, log: str) -> Problem | None:
    notebook = load_notebook(job.home / "executed.ipynb")
    if stopped:
        found = describe_failure(job.notebook, notebook, "", "", watch.cell)
        words = {
            "time": "It was still running when its time was up; look for a loop without an end.",
            "cancelled": "The run was cancelled.",
            "size": "It writes more files or larger ones than a final run keeps.",
        }
        return Problem(job.notebook, words[stopped], found.cell, found.first_line)
    if watch.failure is not None:
        return describe_failure(job.notebook, notebook, *watch.failure, watch.cell)
    if not watch.done:
        last = next(iter(reversed(log.strip().splitlines())), "")[:200]
        found = describe_failure(job.notebook, notebook, "", "", watch.cell)
        return Problem(
            job.notebook, "The run was ended from inside.", found.cell, found.first_line, last
        )
    return None
