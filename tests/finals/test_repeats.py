"""A model that answers otherwise each time: three runs, of which the middle one counts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bootcamp.finals import run
from bootcamp.finals.exam import open_exam
from bootcamp.finals.spending import RECORD, TEAM_LOG, spending_in_log, spending_on_record
from bootcamp.gateway.finals import model_for_teams
from bootcamp.store import Store
from tests.finals.conftest import Room, cohort_of, keys_of
from tests.finals.fakes import model_on_socket
from tests.finals.test_runs import BOASTING_ROI, PARAMETERS
from tests.gateway.books import reservation, settlement, write

ASKING = (
    PARAMETERS
    + """
# %%
import pathlib
from openai import OpenAI
hello = [{"role": "user", "content": "Which queue?"}]
queue = OpenAI().chat.completions.create(model=model, messages=hello).choices[0].message.content
ids = sorted(path.stem for path in pathlib.Path(input_folder).glob("*.eml"))
out = pathlib.Path(output_folder)
rows = ["id,queue,urgency,status", *(f"{name},{queue},normal,ok" for name in ids)]
written = (out / "predictions.csv").write_text("\\n".join(rows))
log = ["id,tokens,seconds,model", *(f"{name},10,0.5,m" for name in ids)]
written = (out / "cost_log.csv").write_text("\\n".join(log))
"""
)


def test_three_runs_give_mean_spread_and_the_worst_and_the_middle_counts(
    room_of: Callable[..., Room], tmp_path: Path
) -> None:
    room = room_of("teal")
    inputs = room.demo_files("teal")["roi_inputs.csv"]
    room.team(
        "teal", {"solution.ipynb": ASKING, "roi.ipynb": BOASTING_ROI, "roi_inputs.csv": inputs}
    )
    cohort = cohort_of("teal")
    # Nothing is called "spam", a fifth of the mails are orders or so, and fewer are quotes.
    answers = iter(("spam", "orders", "hr_other"))
    socket = room.data.root / "three.sock"
    with model_on_socket(socket, *keys_of(cohort).values(), answer=lambda _: next(answers)):
        (result,) = run(room.data, cohort, gateway_socket=socket, keys=keys_of(cohort), repeats=3)
    assert result.quality is not None
    assert result.roi is not None
    values = dict(result.quality.repeats)
    assert list(values) == [1, 2, 3]
    assert values[1] == 0
    assert result.quality.headline.estimate.value == sorted(values.values())[1]
    words = result.quality.repeats_in_words
    assert f": {sum(values.values()) / 3:.2f} on average, from 0.00" in words
    assert "is of the middle run" in words
    assert result.quality.spread == f"3 runs: 0.00 to {max(values.values()):.2f}"
    assert "the worst was run 1 with 0.00" in words
    assert words in (result.folder / "report.html").read_text()
    assert words in (result.folder / "slides.html").read_text()
    kept = [(result.folder / f"repeat-{n}" / "predictions.csv").read_text() for n in (1, 2, 3)]
    middle = sorted(values, key=lambda number: values[number])[1]
    assert (result.folder / "predictions.csv").read_text() == kept[middle - 1]
    assert len(set(kept)) == 3
    recorded = json.loads((result.folder / "quality.json").read_text())
    assert [value for _, value in recorded["repeats"]] == list(values.values())

    # Done is done: the same is read again, and nothing asked.
    (result.folder.parent / "run.json").write_text("{}")
    (again,) = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort), repeats=3)
    assert again.quality is not None
    assert again.quality.repeats == result.quality.repeats
    assert again.spending == result.spending
    assert room.asked == {}


def test_runs_that_agree_are_said_to_agree() -> None:
    exam = open_exam("email-routing")
    lines = [f"{item},{rows[0]['queue']},normal,ok" for item, rows in exam.answers.items()]
    quality = exam.score("\n".join(["id,queue,urgency,status", *lines]).encode())
    assert quality.repeats_in_words == ""
    same = replace(quality, repeats=((1, 1.0), (2, 1.0), (3, 1.0)))
    assert same.repeats_in_words == "Run 3 times, each with the same 1.00."
    assert same.spread == "3 runs: 1.00"
    cut = replace(quality, repeats=((1, 1.0), (2, 0.5)))
    assert "is of the worse run" in cut.repeats_in_words
    one = replace(quality, repeats=((1, 1.0),))
    assert "one came to its end" in one.repeats_in_words
    assert one.spread == ""


def test_cost_is_the_gateways_record_where_there_is_one(room_of: Callable[..., Room]) -> None:
    room = room_of("teal")
    inputs = room.demo_files("teal")["roi_inputs.csv"]
    files = {"solution.ipynb": ASKING, "roi.ipynb": BOASTING_ROI, "roi_inputs.csv": inputs}
    room.team("teal", files)
    cohort = cohort_of("teal")
    with model_for_teams(room.data, cohort, ("teal",), environ={}) as model:
        (result,) = run(room.data, cohort, gateway_socket=model.socket, keys=model.keys)
    assert result.spending is not None
    assert (result.spending.source, result.spending.items) == (RECORD, 132)
    assert 0 < result.spending.tokens < 1320
    assert "from the gateway&#39;s record" in (result.folder / "report.html").read_text()
    # The same with a model beside the gateway: only the team's own log is left.
    (other,) = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort), again=True)
    assert other.spending is not None
    assert other.spending.source == TEAM_LOG
    assert (other.spending.tokens_an_item, other.spending.seconds_an_item) == (10, 0.5)
    assert other.spending.cost_in_words == "no price"


def test_money_is_counted_from_the_run_on(any_store: Store) -> None:
    """On each kind of database, of calls as a gateway writes them down."""
    began = datetime.now(UTC)
    for number, (login, minutes) in enumerate(
        (("final-teal", 0), ("final-teal", 2), ("final-teal", -5), ("ana", 1))
    ):
        at = began + timedelta(minutes=minutes)
        write(any_store, reservation(str(number), 900, login, at=at, money=300_000_000))
        write(any_store, settlement(str(number), 500, money=None))
    found = spending_on_record(any_store, "final-teal", began, 10, "EUR")
    assert found is not None
    assert (found.tokens, found.seconds, found.money) == (1000, 0.002, 0.6)
    assert found.cost_in_words == "0.0600 EUR"
    elsewhere = began.astimezone(timezone(timedelta(hours=9)))
    assert spending_on_record(any_store, "final-teal", elsewhere, 10, "EUR") == found
    assert spending_on_record(any_store, "final-amber", began, 10, "EUR") is None
    # What is still open counts with what it has set aside.
    write(any_store, reservation("open", 900, "final-teal"))
    assert spending_on_record(any_store, "final-teal", began, 10, "EUR") == replace(
        found, tokens=1900
    )


@pytest.mark.parametrize(
    "log",
    [None, b"", b"id,tokens\na,1\n", b"id,tokens,seconds\na,many,1\n",
     b"id,tokens,seconds\na,1,nan\n", b"id,tokens,seconds\na,-1,1\n", b"\xff\xfe",
     b"id,tokens,seconds\na\n"],
)  # fmt: skip
def test_a_log_that_says_nothing_is_none(log: bytes | None) -> None:
    assert spending_in_log(log, 10) is None


def test_a_log_is_summed_up() -> None:
    found = spending_in_log(b"id,tokens,seconds\na,10,1\nb,30,2\n", 2)
    assert found is not None
    assert (found.tokens_an_item, found.source) == (20, TEAM_LOG)
    assert math.isclose(found.seconds_an_item, 1.5)
