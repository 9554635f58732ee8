"""The folder `final` as a team leaves it after lab 5 is fit for the final run."""

from __future__ import annotations

from collections.abc import Callable

from bootcamp.content import content_root
from bootcamp.finals import run
from tests.finals.conftest import Room, cohort_of, keys_of

TWO_ANSWERS = """

only_the_queue = solve

def solve(text, model="bootcamp-small"):
    answer = only_the_queue(text, model)
    return {**answer, "queue": answer["label"], "urgency": "normal"}
"""


def test_the_notebook_runs_on_the_hidden_mails_with_the_files_beside_it(
    room_of: Callable[..., Room],
) -> None:
    room = room_of("heron")
    content, session = content_root(), content_root() / "session-05"
    room.team(
        "heron",
        {
            "solution.ipynb": (content / "solutions/session-05/solution.ipynb").read_bytes(),
            "solution.py": (session / "solution.py").read_text() + TWO_ANSWERS,
            "batch.py": (session / "batch.py").read_text(),
            "timing.csv": (session / "catch_up/timing.csv").read_text(),
        },
    )
    cohort = cohort_of("heron")

    (result,) = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort))

    about_the_solution = [p for p in result.problems if p.notebook == "solution.ipynb"]
    assert about_the_solution == []
    assert result.quality is not None
    assert result.quality.items == 120
    assert result.quality.headline.estimate.value > 0.4
