"""The batch that session 4 leaves: odd files, kills, restarts, a silent model, and its tables."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import openai
import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "labs" / "session-04-files" / "batch.py"
ODD = ROOT / "graders" / "datasets" / "odd_files"

# A solution as a team leaves it, which keeps a list of every text it was asked about.
SOLUTION = """
from pathlib import Path

LABELS = ["question", "letter"]

def solve(text, model="bootcamp-small"):
    with Path("asked.txt").open("a") as file:
        file.write(text[:30].replace("\\n", " ") + "\\n")
    print("asked", flush=True)
    label = "letter" if "Dear" in text else "question"
    return {"label": label, "reason": "", "tokens": len(text) // 4}
"""
RUN = "from batch import run; from solution import solve; run('cases', 'output', solve)"
# The same, but the process is shot while half a line is on the disk.
RUN_AND_DIE_IN_A_LINE = """
import os, signal, batch
from solution import solve
whole = batch.append
def half(diary, row):
    if row["id"] == "odd-07":
        whole(diary, row)
        os.truncate(diary, diary.stat().st_size - 25)
        os.kill(os.getpid(), signal.SIGKILL)
    whole(diary, row)
batch.append = half
batch.run("cases", "output", solve)
"""
RUN_AND_DIE_IN_A_TABLE = """
import os, signal, batch
from pathlib import Path
from solution import solve
def die(self, target):
    os.kill(os.getpid(), signal.SIGKILL)
Path.replace = die
batch.run("cases", "output", solve)
"""


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("batch_of_session_4", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PAUSE", 0)
    return module


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A team's folder: the twelve odd files, batch.py and solution.py."""
    shutil.copytree(ODD / "dev", tmp_path / "cases")
    shutil.copyfile(PROGRAM, tmp_path / "batch.py")
    (tmp_path / "solution.py").write_text(SOLUTION)
    return tmp_path


def start(team: Path, program: str = RUN) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=team,
        env={**os.environ, "PYTHONPATH": str(team), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(team: Path, program: str = RUN) -> int:
    process = start(team, program)
    process.communicate(timeout=60)
    return process.returncode


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def notes(which: str) -> dict[str, str]:
    return {
        Path(n["file"]).stem: n["expected"] for n in table(ODD, "notes.csv") if n["set"] == which
    }


def asked(team: Path) -> list[str]:
    return (team / "asked.txt").read_text().splitlines()


def assert_complete(team: Path) -> None:
    rows = table(team / "output", "predictions.csv")
    assert {row["id"]: row["status"] for row in rows} == notes("dev")
    assert len(rows) == 12
    assert [row["id"] for row in table(team / "output", "cost_log.csv")] == sorted(notes("dev"))
    queue = table(team / "output", "review_queue.csv")
    assert {row["id"] for row in queue} == {i for i, s in notes("dev").items() if s != "ok"}
    assert all(row["reason"] for row in queue)
    result = json.loads((team / "output" / "result.json").read_text())
    assert (result["items"], result["handled"], result["to_review"]) == (12, 7, 5)
    assert list(result) == ["items", "handled", "to_review", "tokens", "seconds", "model"]


def test_twelve_odd_files_give_twelve_rows(team: Path) -> None:
    assert finish(team) == 0

    assert_complete(team)
    assert len(asked(team)) == 8  # four cannot be read or are there twice; the long one is asked


@pytest.mark.parametrize("kill_after", [[1], [2, 1], [4, 2], [7], [1, 1, 1, 1, 1]])
def test_killed_in_the_middle_it_goes_on_where_it_was(team: Path, kill_after: list[int]) -> None:
    for answers in kill_after:
        process = start(team)
        assert process.stdout is not None
        for _ in range(answers):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    assert finish(team) == 0

    assert_complete(team)
    # One file at most is asked about again for each kill: the one that was in the air.
    assert len(asked(team)) <= 8 + len(kill_after)
    assert len(set(asked(team))) == 8


@pytest.mark.parametrize("program", [RUN_AND_DIE_IN_A_LINE, RUN_AND_DIE_IN_A_TABLE])
def test_killed_in_half_a_line_or_half_a_table_it_mends_itself(team: Path, program: str) -> None:
    assert finish(team, program) == -signal.SIGKILL
    assert not (team / "output" / "predictions.csv").exists()
    done = len(asked(team))
    assert finish(team) == 0

    assert_complete(team)
    again = 1 if program == RUN_AND_DIE_IN_A_LINE else 0
    assert len(asked(team)) == 8 + again
    assert done <= 8
    for line in (team / "output" / "rows.jsonl").read_text(encoding="utf-8").splitlines():
        json.loads(line)


def test_run_twice_asks_nothing_twice_and_gives_the_same_tables(team: Path) -> None:
    finish(team)
    names = ("predictions.csv", "review_queue.csv", "cost_log.csv", "result.json")
    first = {name: (team / "output" / name).read_bytes() for name in names}
    (team / "asked.txt").unlink()
    finish(team)

    assert not (team / "asked.txt").exists()
    second = {name: (team / "output" / name).read_bytes() for name in names}
    assert second["predictions.csv"] == first["predictions.csv"]
    assert second["review_queue.csv"] == first["review_queue.csv"]


def test_a_changed_solution_makes_every_row_anew_and_a_changed_file_its_own(team: Path) -> None:
    finish(team)
    (team / "asked.txt").unlink()
    (team / "cases" / "odd-03.eml").write_bytes(b"Subject: hello\n\nSomething else.\n")
    finish(team)
    assert len(asked(team)) == 1

    (team / "solution.py").write_text(SOLUTION.replace('"letter" if', '"note" if'))
    finish(team)
    assert len(asked(team)) == 1 + 8
    labels = {row["label"] for row in table(team / "output", "predictions.csv")}
    assert labels == {"note", "question", ""}


def solver(answer: Any) -> Callable[..., Any]:
    def solve(text: str, model: str = "m") -> Any:
        return answer(text) if callable(answer) else answer

    return solve


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for number in range(1, 5):
        (tmp_path / "in" / f"note-{number}.txt").write_text(f"Note {number}: are you open?")
    return tmp_path


def run(batch: ModuleType, folder: Path, answer: Any, model: str = "m") -> list[dict[str, str]]:
    batch.run(folder / "in", folder / "out", solver(answer), model=model)
    return table(folder / "out", "predictions.csv")


@pytest.mark.parametrize("path", sorted((ODD / "homework").iterdir()), ids=lambda path: path.name)
def test_reads_each_file_of_the_homework_or_says_why_not(batch: ModuleType, path: Path) -> None:
    if notes("homework")[path.stem] == "ok":
        assert len(batch.read_case(path)) > 50
    else:
        with pytest.raises(ValueError, match=r"^(The|There|This) .+\.$"):
            batch.read_case(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old Word"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "picture"),
        ("a.zip", b"PK\x03\x04 but no zip", "damaged"),
        ("a.pdf", b"Hello, I am no PDF.", "ends in .pdf"),
        ("a.pages", b"something", "cannot be read here"),
        ("a.txt", b"\x00\x01\x02", "not a text"),
        ("a.eml", b"Subject: \n\n", "no text"),
    ],
)
def test_says_in_a_sentence_why_a_file_has_no_text(
    batch: ModuleType, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ValueError, match=words):
        batch.read_case(tmp_path / name)


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "graders/datasets/email_routing/hostile").glob("*.eml")),
    ids=lambda path: path.stem,
)
def test_hostile_mails_give_text_or_a_sentence(batch: ModuleType, path: Path) -> None:
    if path.stem in ("hostile-01", "hostile-05"):  # nothing to read, and only an attachment
        with pytest.raises(ValueError, match=r"\.$"):
            batch.read_case(path)
    else:
        assert len(batch.read_case(path)) > 50


@pytest.mark.parametrize(
    "cases",
    sorted((ROOT / "graders" / "datasets").glob("*/hostile")),
    ids=lambda path: path.parent.name,
)
def test_every_use_case_has_hostile_files_and_each_gets_a_row(
    batch: ModuleType, tmp_path: Path, cases: Path
) -> None:
    batch.run(cases, tmp_path, solver({"label": "yes", "reason": ""}))

    rows = table(tmp_path, "predictions.csv")
    wanted = {path.stem for path in cases.iterdir() if path.suffix not in (".csv", ".md")}
    assert {row["id"] for row in rows} == wanted
    assert len(rows) == 12
    assert all(row["reason"] for row in rows if row["status"] != "ok")
    assert not [row for row in rows if row["reason"].startswith("solve stopped")]


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ({"label": "unsure", "reason": "two queues fit"}, "unsure", "two queues fit"),
        ({"label": "unsure"}, "unsure", "not sure"),
        (None, "error", "not a dictionary"),
        ("orders", "error", "not a dictionary"),
        (lambda text: {}["total"], "error", "KeyError"),
        (lambda text: int("x"), "error", "ValueError"),
        ({(1, 2): "x"}, "error", "TypeError"),
    ],
)
def test_a_slip_in_solve_costs_a_row_and_not_the_night(
    batch: ModuleType, folder: Path, answer: Any, status: str, words: str
) -> None:
    rows = run(batch, folder, answer)

    assert [row["status"] for row in rows] == [status] * 4
    assert all(words in row["reason"] for row in rows)


def busy() -> openai.OpenAIError:
    return openai.APIConnectionError(request=httpx.Request("POST", "http://model.example"))


def refusal(status: int, code: str) -> openai.OpenAIError:
    answer = httpx.Response(status, request=httpx.Request("POST", "http://model.example"))
    kind = openai.RateLimitError if status == 429 else openai.AuthenticationError
    return kind("no", response=answer, body={"code": code})


def test_a_busy_model_is_asked_again_and_a_silent_one_not_for_ever(
    batch: ModuleType, folder: Path
) -> None:
    tries: list[str] = []

    def answer(text: str) -> dict[str, str]:
        tries.append(text)
        if len(tries) < 3:
            raise busy()
        return {"label": "yes", "reason": ""}

    assert {row["status"] for row in run(batch, folder, answer)} == {"ok"}
    assert len(tries) == 3 + 3

    tries.clear()

    def silent(text: str) -> dict[str, str]:
        tries.append(text)
        raise busy()

    rows = run(batch, folder, silent, model="other")
    assert {row["status"] for row in rows} == {"error"}
    assert len(tries) == 3 * 3 + 1  # after three files without an answer one try is enough
    assert {row["status"] for row in run(batch, folder, answer, model="other")} == {"ok"}


@pytest.mark.parametrize(("status", "code"), [(429, "insufficient_quota"), (401, "bad_key")])
def test_a_spent_budget_and_a_wrong_key_are_not_asked_again(
    batch: ModuleType, folder: Path, status: int, code: str
) -> None:
    tries: list[str] = []

    def answer(text: str) -> dict[str, str]:
        tries.append(text)
        raise refusal(status, code)

    rows = run(batch, folder, answer)
    assert len(tries) == 4
    assert all(row["reason"].startswith("The model did not answer.") for row in rows)


def test_several_answers_a_file_become_several_lines(batch: ModuleType, folder: Path) -> None:
    rows = run(batch, folder, {"label": "x", "rows": [{"who": "Ana"}, {"who": "Ben"}]})

    assert [row["who"] for row in rows] == ["Ana", "Ben"] * 4
    assert list(rows[0]) == ["id", "label", "who", "reason", "status"]
    assert json.loads((folder / "out" / "result.json").read_text())["items"] == 4


def test_a_formula_from_a_mail_stays_text_in_the_review_queue(
    batch: ModuleType, folder: Path
) -> None:
    run(batch, folder, {"label": "unsure", "reason": '=HYPERLINK("http://x.example")'})

    assert table(folder / "out", "review_queue.csv")[0]["reason"].startswith("'=")


def test_same_names_and_files_beside_the_cases(batch: ModuleType, folder: Path) -> None:
    for name in ("note-1.pdf", "brief.md", "labels.csv", ".hidden.txt", "~$note.docx"):
        (folder / "in" / name).write_bytes(b"beside")
    (folder / "in" / "march").mkdir()
    (folder / "in" / "march" / "letter.txt").write_text("Hello from March.")
    rows = run(batch, folder, {"label": "x", "reason": ""})

    found = {row["id"] for row in rows}
    assert found == {"note-1.pdf", "note-1.txt", "note-2", "note-3", "note-4", "letter"}


@pytest.mark.parametrize(
    ("given", "out", "error", "words"),
    [
        ("nowhere", "out", FileNotFoundError, "no folder"),
        ("empty", "out", FileNotFoundError, "no files"),
        ("in", "in", ValueError, "of its own"),
    ],
)
def test_says_what_is_wrong_with_a_folder(
    batch: ModuleType, folder: Path, given: str, out: str, error: type[Exception], words: str
) -> None:
    (folder / "empty").mkdir()

    with pytest.raises(error, match=words):
        batch.run(folder / given, folder / out, solver({"label": "x"}))


def test_says_so_when_the_cake_is_handed_over_and_not_the_recipe(
    batch: ModuleType, folder: Path
) -> None:
    with pytest.raises(TypeError, match="without brackets"):
        batch.run(folder / "in", folder / "out", {"label": "x"})


def test_the_odd_files_are_what_their_source_gives() -> None:
    checked = subprocess.run(
        [sys.executable, str(ODD / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
