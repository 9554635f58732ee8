"""What is damaged by accident is mended at hand-in, told at once, and kept as it came."""

from __future__ import annotations

import codecs
import json
from typing import Any

import pytest

from tests.grading.small_course import (
    HOMEWORK,
    NOTEBOOK,
    SmallCourse,
    answered,
    cell_of,
    files,
    raw,
    without,
)

WHY = "Because the café’s post is read every day – by hand."


def text(notebook: Any) -> str:
    return json.dumps(notebook, ensure_ascii=False)


def collected(course: SmallCourse) -> list[Any]:
    assert course.exchange.collect(HOMEWORK) == ["ada"]
    folder = course.data.course / "submitted" / "ada" / HOMEWORK
    return list(json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))["cells"])


@pytest.mark.parametrize(
    "content",
    [
        text(answered(why=WHY)).encode("utf-8-sig"),
        text(answered(why=WHY)).encode("cp1252"),
        text(answered(why=WHY)).encode("utf-16"),
        text(answered(why=WHY)).encode("utf-16-le"),
        codecs.BOM_UTF16_BE + text(answered(why=WHY)).encode("utf-16-be"),
    ],
    ids=["utf-8 with mark", "windows", "utf-16", "utf-16 little", "utf-16 big"],
)
def test_other_encodings_are_read_and_told(course: SmallCourse, content: bytes) -> None:
    receipt = course.exchange.hand_in(HOMEWORK, "ada", {NOTEBOOK: content})
    assert "not saved as UTF-8" in receipt.warnings[0]
    assert course.exchange.handin_files(receipt.receipt) == {NOTEBOOK: content}
    assert WHY in [cell["source"] for cell in collected(course)]


@pytest.mark.parametrize(
    "name", ["homework-1 (1).ipynb", "Kopie/homework-1.ipynb", "josé 王.ipynb"]
)
def test_the_homework_under_another_name_is_the_homework(course: SmallCourse, name: str) -> None:
    receipt = course.exchange.hand_in(HOMEWORK, "ada", {name: raw(answered(why=WHY))})
    assert f"'{name}' was taken for {NOTEBOOK}" in receipt.warnings[0]
    assert set(course.exchange.handin_files(receipt.receipt)) == {name}
    assert WHY in [cell["source"] for cell in collected(course)]


def test_fifty_megabytes_of_output_are_left_behind(course: SmallCourse) -> None:
    big = answered(why=WHY)
    big.cells[2]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 50_000_000}
    ]
    receipt = course.exchange.hand_in(HOMEWORK, "ada", files(big))
    assert "kept without those outputs" in receipt.warnings[0]
    assert course.exchange.handins(HOMEWORK)[0].size_bytes < 100_000
    assert course.exchange.hand_in(HOMEWORK, "ada", files(big)).receipt == receipt.receipt
    assert WHY in [cell["source"] for cell in collected(course)]


def damaged(kind: str) -> Any:
    notebook = answered(why=WHY)
    answer = cell_of(notebook, "hw1-double-answer")
    if kind == "twice":
        notebook.cells.append(answer)
    elif kind == "missing":
        return without(notebook, "hw1-labels")
    elif kind == "empty":
        answer.source = ""
    elif kind == "another type":
        answer.cell_type = "markdown"
        answer.pop("outputs"), answer.pop("execution_count")
    elif kind == "no ids":
        for cell in notebook.cells:
            cell.pop("id")
    return notebook


@pytest.mark.parametrize("kind", ["twice", "missing", "empty", "another type", "no ids"])
def test_damaged_cells_are_accepted_and_told(course: SmallCourse, kind: str) -> None:
    receipt = course.exchange.hand_in(HOMEWORK, "ada", {NOTEBOOK: raw(damaged(kind))})
    if kind == "no ids":
        assert receipt.warnings == ()
    else:
        assert kind in " ".join(receipt.warnings)
    assert course.exchange.collect(HOMEWORK) == ["ada"]
