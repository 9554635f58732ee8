"""Killed in the middle and run again: who was done is not run twice, and nothing is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bootcamp.cohort import Cohort
from bootcamp.errors import FinalsError
from bootcamp.finals import Progress, TeamResult, latest_run, run
from tests.conftest import eventually
from tests.finals.conftest import Room, cohort_of, keys_of
from tests.finals.test_runs import BOASTING_ROI, GUESSING

ROOT = Path(__file__).parents[2]
TEAMS = ("early", "late")
RUNNING = """
import sys
from pathlib import Path
from bootcamp.finals import run
from bootcamp.settings import DataFolder
from tests.finals.conftest import cohort_of, keys_of
cohort = cohort_of("early", "late")
run(DataFolder.at(sys.argv[1]), cohort, gateway_socket=Path(sys.argv[2]), keys=keys_of(cohort))
"""
# Goes on only when it finds a file that the team has put there in the meantime.
WAITING = GUESSING + "\nimport time\nwhile not Path('go.txt').exists():\n    time.sleep(0.1)\n"


def again(
    room: Room, cohort: Cohort | None = None, **options: object
) -> tuple[dict[str, TeamResult], list[Progress]]:
    cohort, steps = cohort or cohort_of(*TEAMS), []
    results = run(
        room.data,
        cohort,
        gateway_socket=room.socket,
        keys=keys_of(cohort),
        progress=steps.append,
        **options,
    )
    return {result.team: result for result in results}, steps


def ran(steps: list[Progress], team: str) -> bool:
    return any(step.team == team and step.cells for step in steps)


@pytest.fixture
def room(room_of: Callable[..., Room]) -> Room:
    made = room_of(*TEAMS)
    inputs = made.demo_files("teal")["roi_inputs.csv"]
    for slug, solution in (("early", GUESSING), ("late", WAITING)):
        made.team(
            slug, {"solution.ipynb": solution, "roi.ipynb": BOASTING_ROI, "roi_inputs.csv": inputs}
        )
    return made


def test_a_run_that_loses_its_model_is_ended_and_gone_on_with(room: Room) -> None:
    lost, cohort = threading.Event(), cohort_of(*TEAMS)

    def follow(step: Progress) -> None:
        if (step.team, step.message) == ("early", "done"):
            lost.set()

    with pytest.raises(FinalsError, match="did not come back"):
        run(
            room.data,
            cohort,
            gateway_socket=room.socket,
            keys=keys_of(cohort),
            progress=follow,
            lost=lost,
        )
    assert latest_run(room.data) is None
    (room.data.teams / "late" / "final" / "go.txt").touch()
    results, steps = again(room)
    assert not ran(steps, "early")
    assert ran(steps, "late")
    assert all(result.succeeded for result in results.values())


def test_a_killed_run_is_gone_on_with(room: Room) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", RUNNING, str(room.data.root), str(room.socket)], cwd=ROOT
    )
    try:

        def early_is_done() -> bool:
            return any(room.data.finals.glob("*/early/summary.json"))

        eventually(early_is_done, within=60)
        assert latest_run(room.data) is None
        with pytest.raises(FinalsError, match="going on already"):
            again(room)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait(30)
    (room.data.teams / "late" / "final" / "go.txt").touch()

    results, steps = again(room)

    assert not ran(steps, "early")
    assert ran(steps, "late")
    assert [path.name for path in room.data.finals.iterdir() if path.is_dir()] == [
        results["early"].run
    ]
    for result in results.values():
        assert result.succeeded, [str(problem) for problem in result.problems]
        assert result.quality is not None
        assert result.quality.items == 120
    assert latest_run(room.data) == results["late"].folder.parent
    problems = {slug: [str(p) for p in result.problems] for slug, result in results.items()}
    assert problems["early"] == problems["late"]

    _, once_more = again(room)  # the last one is finished: this is a new run
    assert ran(once_more, "early")


def unfinished(room: Room) -> Path:
    """Make the last run one that was interrupted after its teams were done."""
    last = latest_run(room.data)
    assert last is not None
    about = json.loads((last / "run.json").read_text())
    (last / "run.json").write_text(json.dumps({"started": about["started"]}))
    return last


def test_what_has_changed_is_run_again(room: Room) -> None:
    (room.data.teams / "late" / "final" / "go.txt").touch()
    first, _ = again(room)
    unfinished(room)
    inputs = room.data.teams / "early" / "final" / "roi_inputs.csv"
    inputs.write_text(inputs.read_text() + "\n")

    _, steps = again(room)
    assert ran(steps, "early")
    assert not ran(steps, "late")

    unfinished(room)
    second, steps = again(room, model="another model")
    assert ran(steps, "early")
    assert ran(steps, "late")
    assert second["late"].run == first["late"].run
    what_it_rests_on_is_kept(second["early"])

    unfinished(room)
    third, steps = again(room, model="another model", again=True)
    assert ran(steps, "late")
    assert third["late"].run != first["late"].run


def what_it_rests_on_is_kept(result: TeamResult) -> None:
    summary = json.loads((result.folder / "summary.json").read_text())
    assert summary["settings"]["model"] == "another model"
    assert summary["settings"]["limits"]["seconds"] == 900
    assert {"python", "openai", "pandas", "papermill"} <= set(summary["settings"])
    hashes = [summary[f"{what}_sha256"] for what in ("code", "data", "inputs")]
    assert all(len(value) == 64 for value in hashes)


def test_one_team_alone_does_not_finish_an_interrupted_run(room: Room) -> None:
    (room.data.teams / "late" / "final" / "go.txt").touch()
    again(room)
    last = latest_run(room.data)
    assert last is not None
    about = json.loads((last / "run.json").read_text())
    assert about["teams"] == list(TEAMS)
    for slug in TEAMS:
        (last / slug / "summary.json").unlink()
    del about["finished"]
    (last / "run.json").write_text(json.dumps(about))

    again(room, teams=["late"])
    _, steps = again(room)
    assert ran(steps, "early")
    assert not ran(steps, "late")
    assert [path.name for path in room.data.finals.iterdir() if path.is_dir()] == [last.name]

    _, steps = again(room)  # now it is finished: this is a new run
    assert ran(steps, "late")


def test_a_team_that_left_the_cohort_is_not_waited_for(room: Room) -> None:
    (room.data.teams / "late" / "final" / "go.txt").touch()
    again(room)
    last = unfinished(room)
    about = json.loads((last / "run.json").read_text())
    (last / "run.json").write_text(json.dumps(about | {"teams": [*TEAMS, "gone"]}))
    again(room)
    assert json.loads((last / "run.json").read_text())["teams"] == list(TEAMS)
    assert json.loads((last / "run.json").read_text())["finished"]
