"""The slow import stays out, and nothing that we rely on goes with it."""

from __future__ import annotations

import subprocess
import sys


def run(code: str, *arguments: str) -> str:
    command = [sys.executable, *(arguments or ("-c", code))]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_jsonschema_and_nbformat_work_without_the_slow_import() -> None:
    printed = run(
        "import sys; from bootcamp.lean import without_slow_imports; without_slow_imports()\n"
        "import jsonschema, nbformat.v4 as v4, nbformat\n"
        "nbformat.validate(v4.new_notebook())\n"
        "jsonschema.validate('a@b', {'type': 'string', 'format': 'email'},\n"
        "    format_checker=jsonschema.FormatChecker())\n"
        "print('lark' in sys.modules)"
    )
    assert printed.strip() == "False"


def test_a_module_runs_with_its_own_arguments() -> None:
    printed = run("", "-m", "bootcamp.lean", "jupyterhub", "--version")
    assert printed.startswith("6.")
