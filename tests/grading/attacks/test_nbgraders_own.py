"""nbgrader's own tests pass where we run: its format, gradebook and exchange are as it means them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


def run_nbgraders(tmp_path: Path, modules: list[str], *options: str) -> tuple[int, int, str]:
    """Run these test modules of nbgrader's; give how many passed and failed, and what was said."""
    bin_folder = Path(sys.executable).parent
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=line"),
            *("--rootdir", str(tmp_path), "-c", os.devnull, *options),
            *("--pyargs", *(f"nbgrader.tests.{module}" for module in modules)),
        ],
        cwd=tmp_path,
        # A new gradebook is stamped by the `alembic` program, which lies beside our Python.
        env={**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    said = done.stdout[-6000:]
    counts = {
        kind: int(number) for number, kind in re.findall(r"(\d+) (passed|failed|error)", said)
    }
    return counts.get("passed", 0), counts.get("failed", 0) + counts.get("error", 0), said


@pytest.mark.slow
@pytest.mark.parametrize(("command", "tests"), [("autograde", 40), ("collect", 11), ("submit", 15)])
def test_nbgraders_own_tests_pass(tmp_path: Path, command: str, tests: int) -> None:
    # Two more of autograde's are skipped by nbgrader itself: they take very long.
    passed, failed, said = run_nbgraders(tmp_path, [f"apps.test_nbgrader_{command}"])
    assert (passed, failed) == (tests, 0), said
