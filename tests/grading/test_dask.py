"""Grading by a Dask cluster: a real scheduler and two worker processes on the loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from distributed import Client

from bootcamp.errors import GradingError, UsageError
from bootcamp.grading import (
    GradeResult,
    GradingStopped,
    Watcher,
    cluster,
    preview_regrade,
    write_regrade,
)
from tests.conftest import eventually, free_port
from tests.grading.small_course import HOMEWORK, SmallCourse, answered, files
from tests.grading.test_resume import LOGINS, collected_once, course, run, states

__all__ = ["collected_once", "course"]  # fixtures

WORKERS = 2


@dataclass
class Cluster:
    """A scheduler's address, and its workers' processes by name."""

    address: str
    folder: Path
    stack: ExitStack
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        self.workers[name] = self.stack.enter_context(
            _process(
                self.folder / name,
                *("-m", "distributed.cli.dask_worker", self.address, "--name", name),
                *("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"),
                *("--local-directory", str(self.folder), "--memory-limit", "0"),
            )
        )

    def processing(self) -> dict[str, int]:
        """Give how many submissions each worker has, by name."""
        with Client(self.address, set_as_default=False) as client:
            names = {
                address: worker["name"]
                for address, worker in client.scheduler_info(n_workers=-1)["workers"].items()
            }
            # A worker may come between the two questions.
            found = client.processing().items()
            return {names[at]: len(keys) for at, keys in found if at in names}


@contextmanager
def _process(log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=output,
            stderr=output,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("dask")
    address = f"tcp://127.0.0.1:{(port := free_port())}"
    with ExitStack() as stack:
        scheduler = ("-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1")
        scheduler += ("--port", str(port), "--no-dashboard")
        stack.enter_context(_process(folder / "scheduler", *scheduler))
        made = Cluster(address, folder, stack)
        for number in range(WORKERS):
            made.start(f"worker-{number}")
        with Client(address, timeout=120, set_as_default=False) as client:
            client.wait_for_workers(WORKERS, timeout=120)
        yield made


def test_grades_as_this_machine_does(course: SmallCourse, dask: Cluster) -> None:
    course.exchange.hand_in(HOMEWORK, "ben", files(answered(double="def double(x): return 2 * 21")))
    course.exchange.collect(HOMEWORK)
    here = [(r.login, r.score, r.awaits_marking, r.notes) for r in run(course)]
    there = run(course, scheduler=dask.address, regrade=True)
    assert [(r.login, r.score, r.awaits_marking, r.notes) for r in there] == here
    assert [score for _, score, _, _ in here] == [4, 3, 4, 4]
    assert all(r.graded_now for r in there)
    assert [r.graded_now for r in run(course, scheduler=dask.address)] == [False] * 4


def test_a_dead_workers_submissions_are_tried_on_another(
    course: SmallCourse, dask: Cluster
) -> None:
    slow = files(answered(first="import time\ntime.sleep(2)"))
    for login in LOGINS:
        course.exchange.hand_in(HOMEWORK, login, slow)
    course.exchange.collect(HOMEWORK)
    killed: dict[str, int] = {}

    def kill_one(_result: GradeResult, done: int, _of: int) -> None:
        if done == 1:
            busy = {name: count for name, count in dask.processing().items() if count}
            name = max(busy, key=busy.__getitem__)
            killed[name] = busy[name]
            dask.workers[name].kill()

    results = run(course, scheduler=dask.address, progress=kill_one)
    assert sum(killed.values()) >= 1
    assert [(r.login, r.score, r.notes) for r in results] == [(name, 4, ()) for name in LOGINS]
    assert states(course) == dict.fromkeys(LOGINS, (4.0, True))
    (name,) = killed
    dask.start(f"{name}-again")
    eventually(lambda: len(dask.processing()) == WORKERS, within=120)


def test_can_be_stopped_and_leaves_nothing_behind(course: SmallCourse, dask: Cluster) -> None:
    watcher = Watcher()
    stopping = Watcher(progress=lambda *_: watcher.stop.set(), stop=watcher.stop)
    with pytest.raises(GradingStopped, match="of 4 are graded and kept"):
        run(course, scheduler=dask.address, watcher=stopping)
    eventually(lambda: not any(dask.processing().values()), within=120)
    results = run(course, scheduler=dask.address)
    assert [r.score for r in results] == [4] * 4
    assert False in [r.graded_now for r in results]

    def posts(dask_worker: object) -> list[str]:
        import sys

        module = sys.modules.get("bootcamp.grading.cluster")
        return list(module._posts) if module else []

    with Client(dask.address, set_as_default=False) as client:
        assert [*client.run(posts).values()] == [[]] * WORKERS


def test_regrades_there_too(course: SmallCourse, dask: Cluster) -> None:
    run(course, scheduler=dask.address)
    small = course.checks / "small.py"
    small.write_text(small.read_text().replace("return Verdict(2,", "return Verdict(1.5,"))
    seen = preview_regrade(
        course.data, HOMEWORK, checks=course.checks, scheduler=dask.address, logins=["ada"]
    )
    assert [(c.exercise, c.before, c.after) for c in seen.changes] == [("hw1-double", 2, 1.5)]
    (result,) = write_regrade(course.data, seen, checks=course.checks)
    assert result.score == 3.5


def test_what_is_wrong_with_a_cluster_is_one_line(
    course: SmallCourse, dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(address: str) -> str:
        with pytest.raises((GradingError, UsageError)) as caught:
            run(course, scheduler=address)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    assert "no scheduler's address" in refused("10.0.0.5")
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    nowhere = f"tcp://127.0.0.1:{free_port()}"
    assert f"No Dask scheduler answers at {nowhere}" in refused(nowhere)
    monkeypatch.setattr(
        cluster,
        "_versions",
        lambda: {"bootcamp": "9.9", "distributed": "1", "Python": "3.99"},
    )
    monkeypatch.setattr(cluster, "_ask_versions", lambda client: {"tcp://w": {"bootcamp": "0.1"}})
    said = refused(dask.address)
    assert said == (
        "The worker tcp://w has bootcamp 0.1, and here it is 9.9. Install the same version on both."
    )
    monkeypatch.setattr(cluster, "_ask_versions", lambda client: {})
    assert "has no workers. Start some: `dask worker" in refused(dask.address)


def test_says_what_to_install(course: SmallCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n == "bootcamp.grading.cluster"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'ai-bootcamp-lab\[dask\]'"):
        run(course, scheduler="tcp://127.0.0.1:1")


COMMAND = """
import sys
from pathlib import Path
from bootcamp.cli import main
from bootcamp.grading import runs
content = Path(sys.argv.pop(1))
runs.content_root = lambda: content
main(sys.argv[1:])
"""


def test_the_command_takes_a_scheduler(course: SmallCourse, dask: Cluster) -> None:
    from bootcamp.cohort import save_cohort
    from tests.grading.small_course import cohort

    save_cohort(cohort(LOGINS), course.data.cohort_file)
    where = ["--data", str(course.data.root), "--scheduler", dask.address, "--json"]
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(course.content), "grade", "1", *where],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [result["score"] for result in json.loads(done.stdout)] == [4] * 4
    assert len(done.stderr.splitlines()) == 4, done.stderr
