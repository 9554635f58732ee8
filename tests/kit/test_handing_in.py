import json

import pytest

from bootcamp.kit import submit
from bootcamp.kit.errors import KitError


@pytest.fixture
def homework(tmp_path, monkeypatch):
    folder = tmp_path / "homework-1"
    folder.mkdir()
    (folder / "homework-1.ipynb").write_text(json.dumps({"cells": []}), encoding="utf-8")
    (folder / "timing.csv").write_text("step,minutes\nbaseline,1.5\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def bootcamp(server, monkeypatch):
    server.body = {"receipt": "a1b2", "message": "Homework 1 received at 10:42."}
    monkeypatch.setenv("BOOTCAMP_URL", f"{server.url}/services/bootcamp/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "token")
    return server


def test_sends_the_saved_files_and_prints_the_receipt(homework, bootcamp, printed):
    submit("homework-1")

    assert bootcamp.paths == ["/services/bootcamp/api/homework/homework-1/hand-in"]
    assert bootcamp.sent_headers[0]["authorization"] == "token token"
    body = bootcamp.sent[0]
    assert b'name="files"; filename="homework-1.ipynb"' in body
    assert b'name="files"; filename="timing.csv"' in body
    assert b"baseline,1.5" in body
    said = printed()
    assert "Homework 1 received at 10:42. Receipt: a1b2." in said
    assert "Save (Ctrl + S" in said


def test_prints_what_the_bootcamp_noticed(homework, bootcamp, printed):
    bootcamp.status = 201
    bootcamp.body["warnings"] = ["1 exercise cell is missing."]

    submit()

    assert "\nPlease look again: 1 exercise cell is missing.\n" in printed()


@pytest.mark.parametrize("name", [1, "1", "Homework-1", "homework 1", " homework-1 "])
def test_forgives_how_the_homework_is_named(name, homework, bootcamp):
    submit(name)

    assert len(bootcamp.sent) == 1


def test_leaves_hidden_files_links_and_strangers_at_home(homework, bootcamp):
    (homework / ".secret.csv").write_text("x")
    (homework / "photo.bin").write_text("x")
    (homework / "link.csv").symlink_to("/etc/hostname")
    (homework / ".ipynb_checkpoints").mkdir()

    submit()

    assert bootcamp.sent[0].count(b"filename=") == 2


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (
            409,
            {"error": "The deadline was yesterday."},
            "Not handed in: The deadline was yesterday",
        ),
        (403, {}, "did not recognise you"),
        (502, b"<html>", "no receipt"),
        (200, {"message": "fine"}, "no receipt"),
        (200, [], "no receipt"),
    ],
)
def test_says_plainly_that_nothing_was_handed_in(homework, bootcamp, status, body, says):
    bootcamp.status, bootcamp.body = status, body

    with pytest.raises(KitError, match=says):
        submit()


def test_says_that_the_bootcamp_cannot_be_reached(homework, bootcamp, monkeypatch):
    monkeypatch.setenv("BOOTCAMP_URL", "http://127.0.0.1:9")

    with pytest.raises(KitError, match="cannot be reached"):
        submit()


def test_outside_the_bootcamp_it_only_says_so(homework, monkeypatch, printed):
    monkeypatch.delenv("BOOTCAMP_URL", raising=False)

    submit()

    assert "does not run inside the bootcamp" in printed()


def test_refuses_a_damaged_notebook(homework, bootcamp):
    (homework / "homework-1.ipynb").write_bytes(b"\xff{")

    with pytest.raises(KitError, match="damaged"):
        submit()
    assert bootcamp.sent == []


def test_refuses_a_missing_notebook(homework, bootcamp):
    (homework / "homework-1.ipynb").unlink()

    with pytest.raises(KitError, match=r"cannot find homework-1\.ipynb"):
        submit()


def test_takes_the_only_notebook_under_another_name(homework, bootcamp):
    (homework / "homework-1.ipynb").rename(homework / "homework-1 (2).ipynb")

    submit()

    assert b'filename="homework-1 (2).ipynb"' in bootcamp.sent[0]


def test_does_not_guess_among_several_notebooks(homework, bootcamp):
    (homework / "homework-1.ipynb").rename(homework / "Untitled.ipynb")
    (homework / "Untitled1.ipynb").write_bytes((homework / "Untitled.ipynb").read_bytes())

    with pytest.raises(KitError, match=r"cannot find homework-1\.ipynb"):
        submit()


def test_refuses_a_folder_that_is_too_big_and_names_the_file(homework, bootcamp):
    (homework / "big.csv").write_bytes(b"x" * 20_000_001)

    with pytest.raises(KitError, match=r"largest file is big\.csv"):
        submit()


@pytest.mark.parametrize("name", ["homework-9", "../homework-1", "", None])
def test_refuses_an_unknown_homework(name, homework, bootcamp):
    with pytest.raises(KitError, match="no homework called"):
        submit(name)
