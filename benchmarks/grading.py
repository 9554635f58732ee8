"""Grades the same hand-ins of homework 1 with stock nbgrader, one after another, and with ours.

Run as `python -m benchmarks.grading --json [--quick]`. Stock has no sandbox and runs its checks in
the learner's process; ours has both walls. Half of the hand-ins are answered, half untouched.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import psutil
from nbgrader.apps import NbGraderAPI

from benchmarks.otter import otter_command, otter_seconds
from bootcamp.cohort import Cohort, Person
from bootcamp.content import content_root
from bootcamp.exchange.service import Exchange
from bootcamp.grading import GradeResult, grade_assignment
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.store.gradebook import course_config

HOMEWORK = "homework-1"


def measure(number: int) -> dict[str, Any]:
    """Grade `number` hand-ins each way; times are wall seconds."""
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as scratch:
        ours = _course(Path(scratch) / "ours", number)
        stock = DataFolder.at(Path(scratch) / "stock")
        shutil.copytree(ours.root, stock.root)
        ours_seconds, results = _grade_with_ours(ours)
        # Another run, since looking at memory takes time; the marks are there already.
        again = _course(Path(scratch) / "memory", max(4, number // 10))
        with _PeakMemory() as peak:
            grade_assignment(again, HOMEWORK)
        tenfold_seconds, _ = _grade_with_ours(_course(Path(scratch) / "tenfold", 10 * number))
        begun = time.perf_counter()
        graded_by_stock = _grade_with_stock(stock, number)
        stock_seconds = time.perf_counter() - begun
        otter = otter_command()
        taken_by_otter = (
            otter_seconds(otter, _hand_ins(ours), Path(scratch) / "otter") if otter else None
        )
        floor = _floor_seconds(Path(scratch))
    workers = os.cpu_count() or 1
    return {
        "benchmark": "grading",
        "submissions": number,
        "processors": workers,
        "stock_nbgrader_seconds": round(stock_seconds, 2),
        "stock_nbgrader_seconds_each": round(stock_seconds / number, 3),
        "stock_nbgrader_graded": graded_by_stock,
        "ours_seconds": round(ours_seconds, 2),
        "ours_seconds_each": round(ours_seconds / number, 3),
        "ours_graded": sum(not result.notes for result in results),
        "ours_sandbox": True,
        "ratio": round(stock_seconds / ours_seconds, 2),
        "ours_tenfold_submissions": 10 * number,
        "ours_tenfold_seconds": round(tenfold_seconds, 2),
        "ours_tenfold_cost": round(tenfold_seconds / ours_seconds, 2),
        "ours_megabytes_each_worker": round(peak.bytes / workers / 1e6),
        "floor_processor_seconds_each": round(floor, 4),
        # The cells' own work is shared by all processors.
        "ours_times_the_floor": round(ours_seconds / number * workers / floor, 1),
        "otter_seconds": None if taken_by_otter is None else round(taken_by_otter, 2),
        "otter_ratio": None if taken_by_otter is None else round(taken_by_otter / ours_seconds, 2),
        "not_measured": [] if otter else ["Otter (its command in the variable OTTER)"],
    }


def _grade_with_ours(data: DataFolder) -> tuple[float, list[GradeResult]]:
    begun = time.perf_counter()
    results = grade_assignment(data, HOMEWORK)
    return time.perf_counter() - begun, results


def _hand_ins(data: DataFolder) -> dict[str, bytes]:
    found = (data.course / "submitted").glob(f"*/{HOMEWORK}/{HOMEWORK}.ipynb")
    return {path.parent.parent.name: path.read_bytes() for path in sorted(found)}


def _floor_seconds(scratch: Path) -> float:
    """Give the processor seconds of the answered homework's cells in a warm process."""
    folder = scratch / "floor"
    folder.mkdir()
    command = [sys.executable, "-m", "benchmarks.grading_floor", str(_answered()), str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return float(said.stdout)


def _answered() -> Path:
    return content_root() / "solutions" / "session-01" / f"{HOMEWORK}.ipynb"


class _PeakMemory:
    """The most proportional memory that this process and all below it held at one moment."""

    bytes = 0

    def __enter__(self) -> _PeakMemory:
        self._done = threading.Event()
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watching.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._done.wait(0.1):
            held = 0
            for process in (me, *me.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    held += process.memory_full_info().pss
            self.bytes = max(self.bytes, held)


def _course(root: Path, number: int) -> DataFolder:
    """Make a course with homework 1 released, and `number` hand-ins collected."""
    data = DataFolder.at(root)
    data.create()
    store = open_store(data.store_url)
    exchange = Exchange(data, store, _cohort(number))
    exchange.release(HOMEWORK)
    solution = _answered()
    answered, untouched = {solution.name: solution.read_bytes()}, exchange.files(HOMEWORK)
    for n in range(number):
        exchange.hand_in(HOMEWORK, f"citizen-{n:03d}", untouched if n % 2 else answered)
    exchange.collect(HOMEWORK)
    store.close()
    return data


def _cohort(number: int) -> Cohort:
    fay = {"name": "Fay", "email": "fay@alderfinch.example", "login": "fay", "role": "facilitator"}
    cohort = Cohort.model_validate(
        {
            "name": "Benchmark",
            "company": "Alder & Finch",
            "sessions": [date(2027, 1, day) for day in range(4, 10)],
            "use_cases": [{"slug": f"case-{n}", "title": f"Case {n}"} for n in range(4)],
            "people": [fay],
        }
    )
    logins = [f"citizen-{n:03d}" for n in range(number)]
    people = tuple(Person(name=i, email=f"{i}@alderfinch.example", login=i) for i in logins)
    # Past the number of people that a cohort file may have, to see what ten times as many cost.
    return cohort.model_copy(update={"people": (*cohort.people, *people)})


def _grade_with_stock(data: DataFolder, number: int) -> int:
    config = course_config(data)
    config.ExchangeFactory.list = "bootcamp.exchange.plugins.NoList"
    with contextlib.redirect_stderr(io.StringIO()):
        api = NbGraderAPI(config=config)
        answers = [api.autograde(HOMEWORK, f"citizen-{n:03d}") for n in range(number)]
    return sum(answer["success"] for answer in answers)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    figures = measure(4 if options.quick else 40)
    if options.json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        sys.stdout.writelines(f"{name}: {value}\n" for name, value in figures.items())


if __name__ == "__main__":
    main()
