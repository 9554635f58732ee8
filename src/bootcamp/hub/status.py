"""What runs on a data folder: the hub, its proxy and services, and how many servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from bootcamp.cohort import load_cohort
from bootcamp.errors import CohortError
from bootcamp.hub.supervisor import running
from bootcamp.settings import WEIGHTS_FILE, DataFolder, model_folder

__all__ = ["Part", "Status", "describe"]

# What the command line of each part contains, in the order in which they are shown.
_PARTS = (
    ("hub", ("jupyterhub",)),
    ("proxy", ("configurable-http-proxy", "bootcamp.hub.python_proxy")),
    ("web pages", ("bootcamp.web",)),
    ("model gateway", ("bootcamp.gateway",)),
    ("idle culler", ("jupyterhub_idle_culler",)),
)


@dataclass(frozen=True)
class Part:
    """One process; `memory_mb` is its resident memory in megabytes."""

    name: str
    state: str
    pid: int | None
    memory_mb: float


@dataclass(frozen=True)
class Status:
    """Everything `bootcamp status` shows; `url` is None when nothing runs."""

    url: str | None = None
    since: datetime | None = None
    parts: tuple[Part, ...] = ()
    servers: int = 0
    model: str = ""


def describe(data: DataFolder) -> Status:
    """Look at the processes of the bootcamp on this data folder."""
    state = running(data)
    if state is None:
        return Status()
    try:
        processes = [(p, _command(p)) for p in psutil.Process(state.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return Status()
    parts = []
    for name, marks in _PARTS:
        found = next(
            (p for p, command in processes if any(word.endswith(marks) for word in command)), None
        )
        parts.append(
            Part(name, "running", found.pid, _memory_mb(found))
            if found
            else Part(name, "NOT RUNNING", None, 0.0)
        )
    # The sandbox's first process is bubblewrap's; one a server has the hub as its parent.
    servers = sum(
        1 for p, command in processes if command[:1] == ["bwrap"] and _parent(p) == state.hub_pid
    )
    return Status(
        url=state.url,
        since=datetime.fromtimestamp(state.started, tz=UTC).astimezone(),
        parts=tuple(parts),
        servers=servers,
        model=_model(data, state.started),
    )


def _model(data: DataFolder, started: float) -> str:
    try:
        services = load_cohort(data.cohort_file).model_services
    except CohortError as error:
        return f"unknown, for the cohort file cannot be used: {error}"
    if services:
        return ", then ".join(f"{s.small or s.embedding} at {s.url.host}" for s in services)
    weights = model_folder() / WEIGHTS_FILE
    try:
        waits = weights.stat().st_mtime > started
        engine = "on words alone until the next `bootcamp up`" if waits else "with MiniLM"
    except OSError:
        engine = "on words alone; `bootcamp model fetch` brings its weights"
    return f"practice-1, the embedded practice model, {engine}"


def _memory_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / 1e6)
    except psutil.Error:  # it has just ended
        return 0.0


def _parent(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.Error:
        return 0


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
