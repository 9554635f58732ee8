"""Otter's own command beside the others, where the variable OTTER names it.

`otter run` grades one notebook without a container, in the learner's process; its tests here ask
less than our checks do. Otter lives in an environment of its own (with ipykernel and pandas).
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import bootcamp

__all__ = ["otter_command", "otter_seconds"]

_TESTS = {
    "charter": ">>> assert len(charter) == 6 and all(charter.values())",
    "volume": ">>> assert 1 <= times_a_month <= 1_000_000",
    "timing": ">>> assert len([s for s in seconds if 0 < s < 28800]) >= 20",
    "median": ">>> assert abs(median_minutes - sorted(seconds)[len(seconds) // 2] / 60) < 1",
    "hours": ">>> assert abs(hours_a_year - times_a_month * 12 * median_minutes / 60) < 1",
}


def otter_command() -> str | None:
    """Give the path of Otter's command, None when it is not to be measured."""
    return os.environ.get("OTTER")


def otter_seconds(command: str, hand_ins: Mapping[str, bytes], scratch: Path) -> float:
    """Grade every notebook, one after another; give wall seconds.

    Raises:
        subprocess.CalledProcessError: Otter failed.
    """
    tests = scratch / "tests"
    tests.mkdir(parents=True)
    for name, code in _TESTS.items():
        case = {"code": code, "hidden": False, "locked": False}
        suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        about = {"name": name, "points": 2, "suites": [suite]}
        (tests / f"{name}.py").write_text(f"OK_FORMAT = True\ntest = {about!r}\n")
    # The homework imports the kit, which stands apart from all else.
    environ = {**os.environ, "PYTHONPATH": str(Path(bootcamp.__file__).parents[1])}

    def run(*arguments: str) -> None:
        subprocess.run(
            [command, *arguments],
            cwd=scratch,
            env=environ,
            check=True,
            capture_output=True,
            timeout=120,
        )

    run("generate", "-t", "tests", "-o", "autograder.zip", "--no-environment")
    begun = time.perf_counter()
    for name, notebook in hand_ins.items():
        folder = scratch / name
        folder.mkdir()
        path = folder / "homework-1.ipynb"
        path.write_bytes(notebook)
        run("run", "-a", "autograder.zip", "--no-logo", "-o", str(folder), str(path))
        assert (folder / "results.json").stat().st_size > 0
    return time.perf_counter() - begun
