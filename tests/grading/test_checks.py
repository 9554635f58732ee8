"""What a check's author and a learner's side can get wrong."""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import Any

import pytest

from bootcamp.content import content_root
from bootcamp.errors import GradingError
from bootcamp.grading.checks import Check, ProbeFailed, Verdict, load_checks
from bootcamp.grading.learner import ExecutedLearner


def learner(folder: Path) -> ExecutedLearner:
    """Give a learner whose process has ended: files can still be read."""
    return ExecutedLearner(None, os.open(folder, os.O_RDONLY), seconds=1, total_seconds=1)


def test_loads_the_courses_own_checks() -> None:
    names = set(load_checks(content_root() / "graders" / "checks"))
    assert {"hw1-charter", "hw1-volume", "hw1-timing", "hw1-median", "hw1-hours"} <= names


def test_refuses_two_checks_of_one_name(tmp_path: Path) -> None:
    text = "from bootcamp.grading.checks import check\n@check('a', points=1)\ndef judge(x): ...\n"
    (tmp_path / "one.py").write_text(text)
    (tmp_path / "two.py").write_text(text)
    with pytest.raises(GradingError, match="two checks called 'a'"):
        load_checks(tmp_path)


def test_names_the_module_that_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("1 / 0\n")
    with pytest.raises(GradingError, match=r"broken\.py cannot be loaded: ZeroDivisionError"):
        load_checks(tmp_path)


@pytest.mark.parametrize("given", [Verdict(3, ""), Verdict(-1, ""), Verdict(math.nan, ""), None, 2])
def test_refuses_points_that_do_not_exist(tmp_path: Path, given: Any) -> None:
    with pytest.raises(GradingError, match="'a' gave"):
        Check("a", 2, lambda _: given).verdict(learner(tmp_path))


def test_a_check_that_fails_is_named(tmp_path: Path) -> None:
    def judge(_learner: Any) -> Verdict:
        raise KeyError("x")

    with pytest.raises(GradingError, match="'a' failed with KeyError"):
        Check("a", 2, judge).verdict(learner(tmp_path))


def test_no_answer_is_no_points_and_its_reason(tmp_path: Path) -> None:
    verdict = Check("a", 2, lambda asked: Verdict(asked.value("x"), "")).verdict(learner(tmp_path))
    assert verdict.points == 0
    assert "ended" in verdict.message


def test_reads_an_ordinary_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "été.json").write_text('{"a": [1, "é"]}', encoding="utf-8")
    assert learner(tmp_path).json("data/été.json") == {"a": [1, "é"]}


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/hostname", "link.txt", "folder/hostname", "pipe", "folder", ""]
)
def test_reads_nothing_outside_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    work = tmp_path / "work"
    work.mkdir()
    (work / "link.txt").symlink_to(tmp_path / "secret.txt")
    (work / "folder").symlink_to("/etc")
    os.mkfifo(work / "pipe")
    with pytest.raises(ProbeFailed):
        learner(work).file(path)


def test_reads_no_file_without_end(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ProbeFailed, match="at most 5 MB"):
        learner(tmp_path).file("big.txt")


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff\xfe", b""])
def test_says_when_a_file_is_not_json(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ProbeFailed):
        learner(tmp_path).json("a.json")


def test_files_that_take_long_to_read_hold_no_check_up(tmp_path: Path) -> None:
    own = load_checks(content_root() / "graders" / "checks")
    cell = {"cell_type": "code", "source": "x = f'" + "{a}" * 600_000 + "'"}
    tagged = {**cell, "metadata": {"tags": ["parameters"]}}
    (tmp_path / "solution.ipynb").write_text(json.dumps({"cells": [tagged, cell]}))
    columns = ",".join(f"{number:x}" for number in range(200_000))
    (tmp_path / "predictions.csv").write_text(f"id,label,status,{columns}\n" + "a\n" * 300_000)
    (tmp_path / "labels.csv").write_text(f"id,label,{columns}\n" + "a\n" * 300_000)
    began = time.perf_counter()
    for name in ("hw5-parameters", "hw5-artefacts", "hw5-inputs"):
        assert own[name].verdict(learner(tmp_path)).points == 0
    assert time.perf_counter() - began < 20


def test_an_errors_name_is_told_only_where_python_gave_it() -> None:
    class Process:
        alive = True

        def __init__(self, kind: object) -> None:
            self.kind = kind

        def ask(self, _question: object, *, seconds: float) -> dict[str, Any]:
            return {"answer": json.dumps({"raised": self.kind})}

    def said(kind: object) -> str:
        kernel: Any = Process(kind)
        with pytest.raises(ProbeFailed) as failure:
            ExecutedLearner(kernel, 0, seconds=1, total_seconds=1).call("solve", "a hidden text")
        return str(failure.value)

    assert "KeyError" in said("KeyError")
    assert "JSONDecodeError" in said("JSONDecodeError")
    for kind in ("a_hidden_text", "None_", 5, None, ["KeyError"]):
        assert "an error" in said(kind)
