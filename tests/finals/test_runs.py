"""Final runs end to end: real papermill, real sandboxes, real notebooks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from markupsafe import escape

from bootcamp import roi
from bootcamp.cohort import Cohort
from bootcamp.content import content_root, dataset
from bootcamp.errors import FinalsError, UnknownName
from bootcamp.finals import FinalLimits, Progress, TeamResult, as_table, latest_run, run
from bootcamp.finals.notebooks import load_notebook
from bootcamp.finals.words import demo_of
from bootcamp.gateway.finals import model_for_teams
from tests.finals.conftest import DEMO, Room, cohort_of, keys_of

PARAMETERS = """
# %% tags=["parameters"]
input_folder = "x"
output_folder = "y"
model = "z"
"""

# Quick, and wrong on purpose: every mail goes to one queue, one row is missing, one is made up.
GUESSING = (
    PARAMETERS
    + """
# %%
from pathlib import Path
ids = sorted(path.stem for path in Path(input_folder).glob("*.eml"))
rows = [f"{name},orders,normal,ok" for name in ids[:-1]] + ["mail-999,orders,normal,ok"]
table = "\\n".join(["id,queue,urgency,status", *rows])
written = (Path(output_folder) / "predictions.csv").write_text(table)
"""
)

BOASTING_ROI = """
# %% tags=["parameters"]
inputs_file = "x"
quality_file = "y"
output_folder = "z"

# %%
import json
from pathlib import Path
claim = {"hours_a_year": {"p5": 9000, "p50": 9999, "p95": 11000}}
written = (Path(output_folder) / "roi.json").write_text(json.dumps(claim))
"""

SPYING = (
    PARAMETERS
    + """
# %%
import json, os, pathlib, socket
def attempt(what):
    try:
        return str(what())[:200]
    except BaseException as error:
        return "refused: " + type(error).__name__
seen = {path: attempt(lambda: pathlib.Path(path).read_text()) for path in PATHS}
seen["network"] = attempt(lambda: socket.create_connection(("1.1.1.1", 53), 2))
seen["host"] = attempt(lambda: socket.create_connection(("127.0.0.1", 22), 2))
seen["labels near the mails"] = str(list(pathlib.Path(input_folder).rglob("*.csv")))
seen["mails"] = len(list(pathlib.Path(input_folder).rglob("*.eml")))
seen["writing there"] = attempt(lambda: (pathlib.Path(input_folder) / "x").write_text("x"))
seen["hub secrets"] = [name for name in os.environ if "HUB" in name or "DATA" in name]

# %%
out = pathlib.Path(output_folder)
written = (out / "result.json").write_text(json.dumps(seen))
(out / "predictions.csv").symlink_to("/etc/passwd")
print(os.environ["OPENAI_API_KEY"])
"""
)

PRINTING = "# %%\nprint('x' * 50_000_000)\n\n# %%\nprint('after')\n\n# %%\nname = input('Name? ')\n"

# What the notebook does after its parameters, the cell and the words of its report.
STOPPING = {
    "error": ("# %%\nfigures = {}\n\n# %%\n# the total\ntotal = figures['sum']\n", 3, "KeyError"),
    "killed": ("# %%\nimport os; os.kill(os.getpid(), 9)\n", 2, "ended here"),
    "printing": (PRINTING, 4, "waits for somebody to type"),
    "greedy": ("# %%\nblock = b'x' * 50_000_000_000\n", 2, "more memory"),
}


@pytest.fixture(scope="module")
def demo(room_of: Callable[..., Room]) -> tuple[Room, list[TeamResult], list[Progress]]:
    room, steps = room_of(*DEMO), []
    for slug in DEMO:
        room.team(slug, room.demo_files(slug))
    cohort = cohort_of(*DEMO)
    with model_for_teams(room.data, cohort, DEMO, environ={}) as model:
        results = run(
            room.data, cohort, gateway_socket=model.socket, keys=model.keys, progress=steps.append
        )
    return room, results, steps


@pytest.fixture(scope="module")
def troubled(room_of: Callable[..., Room]) -> dict[str, TeamResult]:
    slugs = ("guessing", "spying", "absent", "untagged", "damaged", *STOPPING)
    room = room_of(*slugs)
    inputs = room.demo_files("teal")["roi_inputs.csv"]
    paths = [
        str(dataset("email-routing") / "hidden" / "labels.csv"),
        str(room.data.finals),
        str(room.data.teams / "guessing" / "final" / "roi_inputs.csv"),
        str(content_root() / "pyproject.toml"),
        "/proc/1/environ",
        "/etc/shadow",
    ]
    spying = SPYING.replace("in PATHS", f"in {paths!r}")
    room.team(
        "guessing",
        {"solution.ipynb": GUESSING, "roi.ipynb": BOASTING_ROI, "roi_inputs.csv": inputs},
    )
    room.team("spying", {"solution.ipynb": spying})
    room.team("untagged", {"solution.ipynb": "# %%\ninput_folder = 'x'\n"})
    room.team("damaged", {"solution.ipynb": b'{"cells": [1, 2]}'})
    for slug, (source, _, _) in STOPPING.items():
        room.team(slug, {"solution.ipynb": PARAMETERS + source})
    cohort = cohort_of(*slugs)
    results = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort))
    assert [result.team for result in results] == list(slugs)
    return {result.team: result for result in results}


def words_of(result: TeamResult) -> str:
    return " | ".join(str(problem) for problem in result.problems)


def test_demo_teams_reach_quality_and_hours(
    demo: tuple[Room, list[TeamResult], list[Progress]],
) -> None:
    _, results, _ = demo
    for result in results:
        assert result.succeeded, words_of(result)
        assert result.problems == ()
        assert result.quality is not None
        assert result.roi is not None
        assert result.quality.headline.estimate.low > 0.4
        assert 0 < result.roi.hours.p50 < result.roi.naive
    teal, amber = (result.quality for result in results)
    assert teal is not None
    assert amber is not None
    assert teal.handled == 120
    assert amber.unsure > 0


def test_demo_runs_keep_everything_and_point_to_the_latest(
    demo: tuple[Room, list[TeamResult], list[Progress]],
) -> None:
    room, results, _ = demo
    for result in results:
        kept = {path.name for path in result.folder.iterdir()}
        assert kept >= {
            "submitted", "solution.executed.ipynb", "solution.html", "roi.executed.ipynb",
            "roi.html", "predictions.csv", "review_queue.csv", "cost_log.csv", "result.json",
            "quality.json", "roi.json", "report.html", "summary.json", "check-in-90-days.ics",
            "slides-team.html",
        }  # fmt: skip
        assert not {"home", "mails"} & kept
        summary = json.loads((result.folder / "summary.json").read_text())
        assert summary["succeeded"] is True
        shown = demo_of(load_notebook(result.folder / "solution.executed.ipynb"))
        assert shown is not None
        # What a cell printed may quote a hidden case: it is not for the team.
        line = str(escape(max(shown.printed.splitlines(), key=len).strip()))
        assert line in (result.folder / "slides.html").read_text()
        assert line not in (result.folder / "slides-team.html").read_text()
        assert 'href="check-in-90-days.ics"' in (result.folder / "report.html").read_text()
        assert len(summary["code_sha256"]) == len(summary["data_sha256"]) == 64
    assert latest_run(room.data) == results[0].folder.parent


def test_demo_pages_read_as_a_business_case(
    demo: tuple[Room, list[TeamResult], list[Progress]],
) -> None:
    _, results, _ = demo
    for result in results:
        page = (result.folder / "roi.html").read_text()
        assert "import matplotlib" not in page
        assert page.count("alt=") == page.count("<img") == 3
        assert f"final run <b>{result.run}</b>" in page
        assert result.roi is not None
        assert f"{result.roi.hours.p50:,.0f}" in page
        assert (
            "import pandas" in (result.folder / "solution.html").read_text()
            or "pandas" in (result.folder / "solution.html").read_text()
        )


def test_notebook_report_and_slides_say_the_same(
    demo: tuple[Room, list[TeamResult], list[Progress]],
) -> None:
    _, results, _ = demo
    for result in results:
        assert result.roi is not None
        money = result.roi.cash
        assert money is not None
        assert money.missed_a_year is not None
        numbers = [result.roi.hours, money.year, money.build, money.missed_a_year]
        said = [f"{result.roi.naive:,.0f}", money.payback, money.payback_range]
        said += [roi.chance(result.roi.chance_positive)]
        for one in numbers:
            write = "{:,.0f}".format if one is result.roi.hours else roi.euros
            said += [write(one.p5), write(one.p50), write(one.p95)]
        for name in ("roi.html", "report.html", "slides.html"):
            page = (result.folder / name).read_text()
            assert [text for text in said if text not in page] == [], name


def test_progress_tells_each_cell_of_each_team(
    demo: tuple[Room, list[TeamResult], list[Progress]],
) -> None:
    _, _, steps = demo
    for slug in DEMO:
        for name in ("solution.ipynb", "roi.ipynb"):
            cells = [s.cell for s in steps if s.team == slug and s.notebook == name and s.cells]
            assert cells == sorted(cells)
            assert cells[-1] == next(s.cells for s in steps if s.notebook == name and s.cells
                                     and s.team == slug)  # fmt: skip
    assert str(steps[-1]).endswith("done")


def test_the_printed_table_has_a_line_a_team(
    demo: tuple[Room, list[TeamResult], list[Progress]],
) -> None:
    lines = as_table(demo[1]).splitlines()
    assert [line.split("  ")[0] for line in lines[2:]] == ["Team Teal", "Team Amber"]
    assert " to " in lines[2]


def test_quality_and_hours_are_ours_not_the_notebooks(troubled: dict[str, TeamResult]) -> None:
    result = troubled["guessing"]
    assert result.succeeded
    assert result.quality is not None
    assert result.roi is not None
    assert result.quality.headline.estimate.value < 0.1
    assert result.roi.hours.p50 < 1_000
    words = words_of(result)
    assert "1 item has no row" in words
    assert "no item of the exam (mail-999)" in words
    assert "It reports 9,999 hours a year" in words


def test_nothing_secret_is_readable_from_inside(troubled: dict[str, TeamResult]) -> None:
    result = troubled["spying"]
    seen = json.loads((result.folder / "result.json").read_text())
    assert seen.pop("mails") == 132
    assert seen.pop("labels near the mails") == "[]"
    assert seen.pop("hub secrets") == []
    for what, answer in seen.items():
        assert answer.startswith("refused"), f"{what}: {answer}"


def test_links_are_not_followed_and_the_key_is_kept_nowhere(
    troubled: dict[str, TeamResult],
) -> None:
    result = troubled["spying"]
    assert "no predictions.csv" in words_of(result)
    assert not (result.folder / "predictions.csv").exists()
    for path in result.folder.rglob("*"):
        if path.is_file():
            assert b"key-of-spying" not in path.read_bytes(), path.name
    assert "[key]" in (result.folder / "solution.html").read_text()


@pytest.mark.parametrize("slug", STOPPING)
def test_says_which_cell_stopped_a_run(troubled: dict[str, TeamResult], slug: str) -> None:
    result = troubled[slug]
    source, cell, words = STOPPING[slug]
    problem = result.problems[0]
    assert result.failed
    assert problem.notebook == "solution.ipynb"
    assert words in str(problem)
    assert problem.cell == cell
    assert problem.first_line == source.splitlines()[-1]
    report = (result.folder / "report.html").read_text()
    assert "What stopped the run" in report
    assert f"code cell {problem.cell}" in report


def test_fifty_megabytes_of_printing_are_cut_and_the_run_goes_on(
    troubled: dict[str, TeamResult],
) -> None:
    executed = (troubled["printing"].folder / "solution.executed.ipynb").read_text()
    assert len(executed) < 2_200_000
    assert "too long" in executed
    assert "after" in executed


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("absent", "no folder 'final'"),
        ("untagged", "No cell is tagged 'parameters'"),
        ("damaged", "damaged, or no notebook"),
    ],
)
def test_says_what_is_missing(troubled: dict[str, TeamResult], slug: str, words: str) -> None:
    assert words in words_of(troubled[slug])
    assert (troubled[slug].folder / "report.html").exists()


def test_ends_a_loop_with_all_that_it_started(room_of: Callable[..., Room]) -> None:
    room = room_of("looping")
    mark = f"9{os.getpid()}.25"
    loop = f"""
# %%
import subprocess
started = subprocess.Popen(["sleep", "{mark}"], start_new_session=True)
while True:
    pass
"""
    room.team("looping", {"solution.ipynb": PARAMETERS + loop})
    cohort = cohort_of("looping")
    (result,) = run(
        room.data,
        cohort,
        gateway_socket=room.socket,
        keys=keys_of(cohort),
        # Of which a busy machine takes some to start the sandbox.
        limits=FinalLimits(seconds=15),
    )
    assert "still running when its time was up" in words_of(result)
    assert result.problems[0].cell == 2
    assert result.seconds < 25
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _there(path)]
    assert not any(mark.encode() in command for command in commands)


def _there(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_refuses_to_start_without_a_gateway_a_key_or_a_team(
    room_of: Callable[..., Room], tmp_path: Path
) -> None:
    room, cohort = room_of("teal"), cohort_of("teal")
    with pytest.raises(FinalsError, match="gateway"):
        run(room.data, cohort, gateway_socket=tmp_path / "no", keys=keys_of(cohort))
    with pytest.raises(FinalsError, match="no key"):
        run(room.data, cohort, gateway_socket=room.socket, keys={})
    with pytest.raises(UnknownName, match="no team called 'blue'"):
        run(room.data, cohort, gateway_socket=room.socket, keys={}, teams=["blue"])
    assert latest_run(room.data) is None


def test_a_team_without_a_use_case_is_told(room_of: Callable[..., Room]) -> None:
    room = room_of("teal")
    cohort: Cohort = cohort_of("teal", use_case=None)
    (result,) = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort))
    assert "no hidden data" in words_of(result)
