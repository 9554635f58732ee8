"""Whatever a team hands in: a report in plain words, and the other teams' runs go on."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bootcamp.cohort import Budgets
from bootcamp.finals import TeamResult, run
from bootcamp.gateway.finals import model_for_teams
from tests.finals.conftest import Room, cohort_of, keys_of, notebook_from
from tests.finals.test_runs import BOASTING_ROI, PARAMETERS

GUESS = """
# %%
import pathlib
ids = sorted(path.stem for path in pathlib.Path(input_folder).glob("*.eml"))
rows = [f"{name},orders,normal,ok" for name in ids]

# %%
CHANGE
table = "\\n".join(["id,queue,urgency,status", *rows])
written = (pathlib.Path(output_folder) / "predictions.csv").write_text(table)
"""

FILL = """
# %%
block = b"0" * 20_000_000
for number in range(500):
    with open(f"copy-{number}.bin", "wb") as file: file.write(block)
"""

ONE_FILE = """
# %%
block = b"0" * 20_000_000
with open("copy.bin", "wb") as file:
    for _ in range(500): file.write(block)
"""

# What stops a solution: after the parameters, and the words of its report; always in cell 2.
STOPPING = {
    "filling": (FILL, "room for files is used up"),
    "onefile": (ONE_FILE, "one file that is too large"),
}
# What is done to the rows of a table, and what is said of it.
TABLES = {
    "twice": ("rows += ['mail-201,quotes,normal,ok']", "1 item has more than one row (mail-201)"),
    "short": ("rows = rows[:-1]", "1 item has no row (mail-332)"),
    "surplus": ("rows += ['mail-999,orders,normal,ok']", "no item of the exam (mail-999)"),
    "nan": ("rows[-1] = 'mail-332,nan,normal,ok'", "queue 'nan', which does not exist (mail-332)"),
}
# A line of the ROI inputs, what stands in its place, and what is said of it.
FIELDS = {
    "adoption": ("adoption,0.5,0.7,0.85", "adoption,1.1,1.4,1.6", "adoption"),
    "negative": ("review_minutes,0.5,0.8,1.3", "review_minutes,-1,0.8,1.3", "review_minutes"),
    "text": ("fix_minutes,4,6,9", "fix_minutes,4,a few,9", "fix_minutes"),
    "notnumber": ("upkeep_hours,30,45,80", "upkeep_hours,30,nan,80", "upkeep_hours"),
}
BLANKS = ("volume,21600,22800,24300", "volume,21 600,22 800,24 300")


@pytest.fixture(scope="module")
def results(room_of: Callable[..., Room]) -> dict[str, TeamResult]:
    slugs = (*STOPPING, *TABLES, *FIELDS, "blanks", "kernel", "neighbour")
    room = room_of(*slugs)
    inputs = str(room.demo_files("teal")["roi_inputs.csv"])

    def team(slug: str, solution: str | bytes, roi_inputs: str = inputs) -> None:
        files: dict[str, str | bytes] = {"solution.ipynb": solution, "roi.ipynb": BOASTING_ROI}
        room.team(slug, files | {"roi_inputs.csv": roi_inputs})

    def changed(before: str, after: str) -> str:
        assert before in inputs
        return inputs.replace(before, after)

    plain = PARAMETERS + GUESS.replace("CHANGE", "")
    for slug, (source, _) in STOPPING.items():
        team(slug, PARAMETERS + source)
    for slug, (change, _) in TABLES.items():
        team(slug, PARAMETERS + GUESS.replace("CHANGE", change))
    for slug, (before, after, _) in FIELDS.items():
        team(slug, plain, changed(before, after))
    team("blanks", plain, changed(*BLANKS))
    nameless = json.loads(notebook_from(plain))
    nameless["metadata"]["kernelspec"] = {"name": "julia-1.9", "display_name": "Julia"}
    team("kernel", json.dumps(nameless).encode())
    team("neighbour", plain)
    cohort = cohort_of(*slugs)
    found = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort))
    return {result.team: result for result in found}


def words_of(result: TeamResult) -> str:
    return " | ".join(str(problem) for problem in result.problems)


@pytest.mark.parametrize("slug", STOPPING)
def test_ten_gigabytes_end_in_a_plain_sentence(results: dict[str, TeamResult], slug: str) -> None:
    result = results[slug]
    assert result.failed
    assert STOPPING[slug][1] in words_of(result)
    assert result.problems[0].cell == 2
    assert STOPPING[slug][1] in (result.folder / "report.html").read_text()


@pytest.mark.parametrize("slug", TABLES)
def test_odd_rows_are_named_and_the_run_goes_on(results: dict[str, TeamResult], slug: str) -> None:
    result = results[slug]
    assert result.succeeded, words_of(result)
    assert TABLES[slug][1] in words_of(result)
    assert result.quality is not None
    assert result.quality.items == 120
    assert result.quality.unsure == (0 if slug == "surplus" else 1)


@pytest.mark.parametrize("slug", FIELDS)
def test_an_impossible_number_is_refused_by_its_field(
    results: dict[str, TeamResult], slug: str
) -> None:
    result = results[slug]
    assert result.quality is not None
    assert result.roi is None
    assert "roi_inputs.csv" in words_of(result)
    assert FIELDS[slug][2] in words_of(result)


def test_a_volume_with_blanks_is_refused_by_its_field(results: dict[str, TeamResult]) -> None:
    assert "volume, low is '21 600': write a plain number" in words_of(results["blanks"])


@pytest.mark.parametrize("slug", ["kernel", "neighbour"])
def test_a_kernel_that_does_not_exist_does_no_harm_nor_do_the_others(
    results: dict[str, TeamResult], slug: str
) -> None:
    assert results[slug].succeeded, words_of(results[slug])


ASK = """
# %%
from openai import OpenAI
client = OpenAI()

# %%
hello = [{"role": "user", "content": "Hello " * 200}]
for _ in range(200): client.chat.completions.create(model=model, messages=hello)
"""


def test_a_spent_budget_is_said_and_the_other_team_goes_on(room_of: Callable[..., Room]) -> None:
    room = room_of("spender", "neighbour")
    room.team("spender", {"solution.ipynb": PARAMETERS + ASK})
    inputs = room.demo_files("teal")["roi_inputs.csv"]
    plain = PARAMETERS + GUESS.replace("CHANGE", "")
    room.team(
        "neighbour",
        {"solution.ipynb": plain, "roi.ipynb": BOASTING_ROI, "roi_inputs.csv": inputs},
    )
    cohort = cohort_of("spender", "neighbour").model_copy(
        update={"budgets": Budgets(team_tokens=5_000)}
    )
    with model_for_teams(room.data, cohort, ("spender", "neighbour"), environ={}) as model:
        spender, neighbour = run(room.data, cohort, gateway_socket=model.socket, keys=model.keys)
    assert "budget for this run is used up" in words_of(spender)
    assert spender.problems[0].cell == 3
    assert neighbour.succeeded, words_of(neighbour)
