"""What a hand-in may hold."""

from __future__ import annotations

import json

import pytest

from bootcamp.errors import HandInRefused
from bootcamp.exchange.rules import MOST_FILES, accepted_files, digest, worth_mentioning
from tests.grading.small_course import (
    HOMEWORK,
    NOTEBOOK,
    answered,
    files,
    raw,
    released_notebook,
    without,
)

GOOD = files(answered())


def refusal(handed: dict[str, bytes]) -> str:
    with pytest.raises(HandInRefused) as caught:
        accepted_files(HOMEWORK, handed)
    message = str(caught.value)
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def test_accepts_the_notebook_and_what_belongs_to_it() -> None:
    assert accepted_files(HOMEWORK, GOOD) == GOOD


@pytest.mark.parametrize(
    "name",
    [
        "../notes.txt",
        "/etc/passwd.txt",
        "data/../../notes.txt",
        "C:\\notes.txt",
        "a\\b.txt",
        "./notes.txt",
        "data//notes.txt",
        "notes\n.txt",
        "notes\0.txt",
        "C:notes.txt",
        "",
        f"{'n' * 200}.txt",
    ],
)
def test_refuses_names_that_lead_elsewhere(name: str) -> None:
    assert "cannot be accepted" in refusal({**GOOD, name: b"x"})


@pytest.mark.parametrize(
    "name", ["run.sh", "page.html", "notes", "photo.png", "homework.ipynb.exe"]
)
def test_refuses_kinds_that_nobody_needs(name: str) -> None:
    assert ".csv" in refusal({**GOOD, name: b"x"})


@pytest.mark.parametrize("name", ["josé 王.txt", "ملاحظات.txt", "d'été/notes (1).md"])
def test_accepts_names_in_any_script(name: str) -> None:
    assert name in accepted_files(HOMEWORK, {**GOOD, name: b"x"})


def test_leaves_checkpoints_behind() -> None:
    handed = {**GOOD, f".ipynb_checkpoints/{NOTEBOOK}": b"{}"}
    assert accepted_files(HOMEWORK, handed) == GOOD


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"{", "not a notebook"),
        (b"PK\x03\x04 a spreadsheet", "not a notebook"),
        (b"[1, 2]", "not a notebook"),
        (b'{"cells": []}', "not a notebook"),
        (b'{"nbformat": 4, "text": "\x81"}', "UTF-8"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"nbformat": 4, "nbformat_minor": 5}', "damaged"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [7]}', "damaged"),
        (
            b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {},'
            b' "cells": [{"cell_type": "code", "metadata": 3, "source": ""}]}',
            "damaged",
        ),
    ],
)
def test_says_what_is_wrong_with_a_notebook(content: bytes, says: str) -> None:
    message = refusal({NOTEBOOK: content})
    assert says in message
    assert NOTEBOOK in message


def test_names_the_right_name_of_a_renamed_notebook() -> None:
    message = refusal({"homework-1 (1).ipynb": GOOD[NOTEBOOK]})
    assert "homework-1 (1).ipynb" in message
    assert f"Rename it to {NOTEBOOK}" in message


def test_says_which_notebook_is_missing() -> None:
    assert NOTEBOOK in refusal({"notes.json": b"{}"})
    assert "folder of its own" in refusal({f"homework-1/{NOTEBOOK}": GOOD[NOTEBOOK]})


def test_a_notebook_that_printed_too_much_loses_its_outputs_and_nothing_else() -> None:
    big = answered()
    big.cells[2]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": "x" * 21_000_000}
    ]
    cleared = accepted_files(HOMEWORK, files(big))
    assert len(cleared[NOTEBOOK]) < 100_000
    assert [c["source"] for c in json.loads(cleared[NOTEBOOK])["cells"]] == [
        cell.source for cell in big.cells
    ]
    big.cells[2]["source"] = "x" * 21_000_000
    assert "Clear Outputs of All Cells" in refusal(files(big))
    assert "'data.csv'" in refusal({**GOOD, "data.csv": b"x" * 21_000_000})


def test_refuses_ten_thousand_files() -> None:
    many = {f"n{number}.txt": b"" for number in range(10_000)}
    assert str(MOST_FILES) in refusal({**GOOD, **many})


def test_refuses_a_file_that_is_also_a_folder() -> None:
    assert "a.txt" in refusal({**GOOD, "a.txt": b"", "a.txt/b.txt": b""})


def test_digest_knows_names_and_contents_and_no_order() -> None:
    assert digest({"a": b"1", "b": b"2"}) == digest({"b": b"2", "a": b"1"})
    assert digest({"a": b"12", "b": b""}) != digest({"a": b"1", "b": b"2"})
    assert digest({"a": b"1"}) != digest({"b": b"1"})


def test_mentions_nothing_about_good_work() -> None:
    assert worth_mentioning(answered(), released_notebook()) == ()


def test_mentions_missing_doubled_and_untouched_cells() -> None:
    missing = worth_mentioning(without(answered(), "hw1-labels"), released_notebook())
    assert "hw1-labels" in missing[0]
    doubled = answered()
    doubled.cells.append(json.loads(raw(doubled.cells[2])))
    doubled.cells[-1] = doubled.cells[2].copy()
    assert "twice (hw1-double-answer)" in worth_mentioning(doubled, released_notebook())[0]
    assert "as you received them" in worth_mentioning(released_notebook(), released_notebook())[0]
