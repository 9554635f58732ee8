"""Lab 2 and homework 2 answered, run with a model that is a few lines of Python."""

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import jupytext

import bootcamp.kit as kit

from .conftest import LABS

ROOT = LABS.parent


def code(source: str) -> list[str]:
    cells = jupytext.read(LABS / source).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def run(cells: list[str], names: dict[str, Any]) -> dict[str, Any]:
    """Run cells as a notebook would, without what only a notebook shows."""
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells:
            exec(cell, names)  # our own source
    return names


def prepare(folder: Path) -> None:
    """Put into `folder` what a citizen finds beside lab 2."""
    shutil.copytree(ROOT / "session-02" / "data", folder / "data")
    shutil.copyfile(LABS / "session-02-catch_up.csv", folder / "catch_up.csv")
    (folder / "charter.json").write_text(json.dumps({"use_case": "Check"}), encoding="utf-8")


def lab_2() -> dict[str, Any]:
    """The variables that the answered lab leaves behind in the present folder."""
    first, *others = code("session-02-lab.py")
    names = run([first], {})
    mails = {mail["text"]: mail["queue"] for mail in kit.load_cases("email-routing")}
    names["ask"] = lambda prompt: _answer(prompt, mails)
    return run(others, names)


def homework_2() -> dict[str, Any]:
    """The variables that the answered homework leaves behind in the present folder."""
    return run(code("session-02-homework.py"), {})


def _answer(prompt: str, mails: dict[str, str]) -> str:
    """Knows every queue, but without rules calls all goods that come back a delivery."""
    if "<case>" in prompt:
        return "Pay."
    asked = prompt.rpartition("<mail>\n")[2].removesuffix("\n</mail>").partition("\n")[2]
    queue = mails[asked]
    if queue == "returns" and "damaged" not in prompt:
        return "delivery"
    return "orders" if queue == "hr_other" and "Queue: hr_other" not in prompt else queue
