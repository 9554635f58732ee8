"""Teams whose files break careless programs: each gets a sentence, and keeps what it has earned."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from bootcamp.errors import FinalsError
from bootcamp.finals import TeamResult, as_table, run
from bootcamp.finals.exams import read_predictions
from bootcamp.finals.files import CopyLimits, copy_folder, folder_hash
from bootcamp.finals.notebooks import Problem, check_notebook, fit_to_run, statements_of
from bootcamp.finals.spending import spending_in_log
from tests.finals.conftest import Room, cohort_of, keys_of, notebook_from
from tests.finals.test_odd_input import GUESS
from tests.finals.test_runs import BOASTING_ROI, PARAMETERS

PLAIN = PARAMETERS + GUESS.replace("CHANGE", "")

FORGED = """
import json, struct
channel = get_ipython().displayhook.session.channel
def forge(kind, content):
    frame = json.dumps({"output": {"header": {"msg_type": kind}, "content": content}}).encode()
    channel.sendall(struct.pack("!I", len(frame)) + frame)
display(1)
forge("update_display_data", {"data": "text/html", "transient": {"display_id": "None"}})
forge("update_display_data", {"data": ["x"], "transient": 5})
forge("display_data", {"data": {"text/html": ["<b>", 5]}, "metadata": {}})
forge("stream", {"name": "stdout", "text": "half \\ud800 a character"})
deep = b'{"output": {"header": {"msg_type": "display_data"}, "content": {"metadata": {}, "data": '
deep += b'{"application/json": ' + b"[" * 960 + b"]" * 960 + b"}}}}"
channel.sendall(struct.pack("!I", len(deep)) + deep)
"""
# What a solution does beside its work, without harm to its own result.
HARMLESS = {
    "forged": FORGED,
    "halves": "print('caf\\udce9.csv')",
    "outputs": "for number in range(5000): display(number)",
}
CLAIM = "(Path(output_folder) / 'roi.json').write_text('''CLAIM''')"
CLAIMS = {
    "toolarge": '{"hours_a_year": {"p5": 1, "p50": 1' + "0" * 400 + ', "p95": 3}}',
    "nonumber": '{"hours_a_year": {"p5": NaN, "p50": 1, "p95": 3}}',
    "absurd": '{"hours_a_year": {"p5": 1, "p50": 1e300, "p95": 3}}',
}


def with_metadata(**changes: Any) -> bytes:
    notebook = json.loads(notebook_from(PLAIN))
    notebook["metadata"].update(changes)
    notebook["cells"][0]["metadata"]["papermill"] = "of an earlier run"
    return json.dumps(notebook).encode()


def with_text(text: str) -> bytes:
    notebook = json.loads(notebook_from(PLAIN))
    notebook["cells"].insert(
        0, {"cell_type": "markdown", "id": "a", "metadata": {}, "source": text}
    )
    return json.dumps(notebook).encode()


@pytest.fixture(scope="module")
def results(room_of: Callable[..., Room]) -> dict[str, TeamResult]:
    solutions: dict[str, str | bytes] = {
        slug: PARAMETERS + GUESS.replace("CHANGE", change) for slug, change in HARMLESS.items()
    }
    solutions |= {
        "papermilled": with_metadata(papermill="of an earlier run"),
        "halftext": with_text("bad \ud800 text"),
        "deepcode": PARAMETERS.replace('"z"', '"z"\nx = ' + "-" * 20_000 + "1"),
        "pipe": PLAIN
        + "\n# %%\nimport os\nos.remove(pathlib.Path(output_folder) / 'predictions.csv')"
        "\nos.mkfifo(pathlib.Path(output_folder) / 'predictions.csv')\n",
        "telling": PARAMETERS
        + "\n# %%\nimport os\nraise ValueError('\\x1b[2J' + os.environ['OPENAI_API_KEY'])\n",
    }
    slugs = (*solutions, *CLAIMS, "latin")
    room = room_of(*slugs)
    inputs = room.demo_files("teal")["roi_inputs.csv"]
    for slug in slugs:
        roi = BOASTING_ROI
        if slug in CLAIMS:
            roi += "\n" + CLAIM.replace("CLAIM", CLAIMS[slug])
        files = {"roi.ipynb": roi, "roi_inputs.csv": inputs}
        room.team(slug, {"solution.ipynb": solutions.get(slug, PLAIN), **files})
    named = room.data.teams / "latin" / "final" / os.fsdecode(b"caf\xe9.csv")
    named.write_text("x")
    cohort = cohort_of(*slugs)
    found = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort))
    return {result.team: result for result in found}


@pytest.mark.parametrize("slug", [*HARMLESS, "papermilled", "halftext", "latin", *CLAIMS], ids=str)
def test_it_keeps_what_it_has_earned(results: dict[str, TeamResult], slug: str) -> None:
    result = results[slug]
    assert result.succeeded, as_table([result])
    assert (result.folder / "solution.html").is_file()
    assert (result.folder / "slides.html").is_file()


def test_nobody_is_told_that_the_run_broke_down(results: dict[str, TeamResult]) -> None:
    assert "broke down" not in as_table(list(results.values()))


def test_only_so_many_outputs_are_kept(results: dict[str, TeamResult]) -> None:
    executed = json.loads((results["outputs"].folder / "solution.executed.ipynb").read_text())
    assert max(len(cell.get("outputs", ())) for cell in executed["cells"]) == 1_001


@pytest.mark.parametrize("slug", ["toolarge", "nonumber"])
def test_a_claim_that_is_no_number_is_said_to_be_none(
    results: dict[str, TeamResult], slug: str
) -> None:
    assert "Its roi.json has no hours_a_year" in as_table([results[slug]])


def test_an_absurd_claim_is_not_written_out(results: dict[str, TeamResult]) -> None:
    assert "It reports 1.0e+300 hours a year" in as_table([results["absurd"]])


def test_a_pipe_is_no_table_and_the_sentence_says_what_is(results: dict[str, TeamResult]) -> None:
    assert "write a plain file of that name, at most 20 MB" in as_table([results["pipe"]])


def test_a_key_in_an_error_reaches_no_terminal(results: dict[str, TeamResult]) -> None:
    said = as_table([results["telling"]])
    assert "key-of-telling" not in said
    assert "[key]" in said
    assert "\x1b" not in said


def test_a_problem_is_one_short_line() -> None:
    problem = Problem("x", "a\nb", error="\x1b]0;title\x07\u202e" + "y" * 10_000)
    assert problem.message == "a b"
    assert problem.error.isprintable()
    assert len(problem.error) < 1_000


def test_a_table_of_millions_of_rows_is_not_read_to_its_end() -> None:
    table = b"id,queue,status\n" + b"a\n" * 5_000_000
    given = read_predictions(table, ["mail-1"], ("queue",))
    assert given.problems == ["predictions.csv has more than 20,000 rows; write one for each item."]


def test_a_first_line_of_a_million_columns_costs_its_rows_nothing() -> None:
    columns = ",".join(f"{number:x}" for number in range(1_000_000))
    began = time.perf_counter()
    table = f"id,queue,status,{columns}\n" + "mail-1,a,ok\n" * 10_000
    assert read_predictions(table.encode(), ["mail-1"], ("queue",)).rows["mail-1"]
    log = f"tokens,seconds,{columns}\n" + "1,2\n" * 10_000
    spending = spending_in_log(log.encode(), 120)
    assert spending is not None
    assert (spending.tokens, spending.seconds) == (10_000, 20_000)
    assert time.perf_counter() - began < 20


def test_a_cell_that_python_reads_for_hours_is_not_read() -> None:
    assert statements_of("a = 1")
    assert not statements_of("a = f'" + "{a}" * 1_000_000 + "'")


def test_odd_separators_of_lines_stay_within_a_cell() -> None:
    table = "id,queue,status\nmail-1,a\u2028b,ok\n".encode()
    assert read_predictions(table, ["mail-1"], ("queue",)).rows["mail-1"] == [{"queue": "a\u2028b"}]


def test_a_notebook_that_is_too_large_is_said_to_be_so(tmp_path: Any) -> None:
    path = tmp_path / "solution.ipynb"
    path.write_bytes(b" " * 20_000_001)
    problem = check_notebook(path, ("model",))
    assert problem is not None
    assert "larger than 20 MB" in problem.message


def test_what_is_no_notebook_stays_as_it_is() -> None:
    for content in (b"", b"[" * 100_000, b"[]", b'{"cells": 5, "metadata": {}}'):
        assert fit_to_run(content) == content


def test_a_folder_of_folders_is_too_large(tmp_path: Any) -> None:
    source = tmp_path / "final"
    for number in range(20):
        (source / f"{number}").mkdir(parents=True)
    with pytest.raises(FinalsError, match="too large"):
        copy_folder(source, tmp_path / "taken", CopyLimits(files=10))
    copy_folder(source, tmp_path / "again", CopyLimits(files=20))
    assert folder_hash(tmp_path / "again") == folder_hash(tmp_path / "none")
