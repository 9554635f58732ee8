"""The page of the final runs: begun once, followed, fallen back on; files by name, and to whom."""

from __future__ import annotations

import fcntl
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bootcamp.errors import FinalsError
from bootcamp.finals import Progress
from bootcamp.finals.exams.measures import Estimate, Measure
from bootcamp.goals import headline_of
from bootcamp.language import speaking
from bootcamp.web import background, final_runs
from bootcamp.web.final_runs import Board
from bootcamp.web.final_words import headline
from tests.conftest import eventually
from tests.web.conftest import Service

OLD, NEW = "2027-01-27-160300", "2027-01-28-090000"
HIDDEN = "a hidden case, quoted"


def leave(service: Service, run: str, team: str, score: str, **changes: Any) -> Path:
    """Leave what a team's run leaves."""
    folder = service.data.finals / run / team
    (folder / "submitted").mkdir(parents=True)
    (folder.parent / "run.json").write_text("{}")
    (folder / "submitted" / "solution.py").write_text("secret = 1")
    (folder / "predictions.csv").write_text("id,queue")
    for name in {**final_runs.FILES, **final_runs.TEAM_FILES}:
        (folder / name).write_text(f"<p>{team} {run} {name}</p>")
    measure = {
        "title": "F1 of the queues",
        "text": score,
        "interval": "0.62 to 0.78",
        "against_goal": "",
    }
    summary = {
        "succeeded": True,
        "quality": {
            "measures": [measure],
            "spread": "3 runs: 0.70 to 0.74",
            "robustness": {"files": 12, "well": 11, "attacks": 2, "attacks_succeeded": 1},
        },
        "roi": {"hours_a_year": {"p5": 100.0, "p50": 1234.0, "p95": 2000.0}},
        "problems": [],
    }
    (folder / "summary.json").write_text(json.dumps(summary | changes))
    return folder


@pytest.fixture
def two_runs(service: Service) -> Service:
    for team in ("teal", "amber"):
        leave(service, OLD, team, "0.71")
    stopped = {
        "notebook": "solution.ipynb",
        "message": "It took too long.",
        "cell": 3,
        "error": HIDDEN,
    }
    leave(service, NEW, "teal", "", succeeded=False, quality=None, roi=None, problems=[stopped])
    return service


def test_a_failed_run_is_told_and_yesterdays_is_one_click_away(two_runs: Service) -> None:
    browser = two_runs.browser("frances")
    assert 'finals">Show final runs' in browser.get().text
    today = browser.get("finals").text
    assert "solution.ipynb, code cell 3: It took too long." in today
    assert HIDDEN not in today
    assert f"finals/{OLD}/teal/slides.html" in today
    # Amber was not in the newest run: its row shows the newest that it has.
    assert f"finals/{OLD}/amber/report.html" in today
    yesterday = browser.get(f"finals?run={OLD}").text
    assert "0.71" in yesterday
    assert "1,234 h" in yesterday
    assert "3 runs: 0.70 to 0.74" in yesterday
    assert "<strong>11 of 12</strong>" in yesterday
    assert "1 of 2 attacks succeeded" in yesterday
    assert "It took too long" not in yesterday
    assert browser.get("finals?run=2020-01-01-000000").status_code == 404


def test_pages_of_a_run_cannot_act_and_only_slides_turn(two_runs: Service) -> None:
    browser = two_runs.browser("frances")
    for name in final_runs.FILES:
        answer = browser.get(f"finals/{OLD}/teal/{name}")
        assert answer.text == f"<p>teal {OLD} {name}</p>"
        policy = answer.headers["content-security-policy"]
        assert "allow-same-origin" not in policy
        assert ("allow-scripts" in policy) == (name in {"slides.html", "speaker.html"})
        if name.endswith(".ics"):
            assert answer.headers["content-type"].startswith("text/calendar")
            assert "attachment" in answer.headers["content-disposition"]
        else:
            assert "default-src 'none'" in policy
            assert "; sandbox" in policy


@pytest.mark.parametrize(
    "path",
    [
        f"{OLD}/teal/predictions.csv",
        f"{OLD}/teal/summary.json",
        f"{OLD}/teal/submitted",
        f"{OLD}/teal/slides-team.html",
        f"{OLD}/nobody/report.html",
        f"{OLD}/../{OLD}/report.html",
        f"{OLD}/%2e%2e/report.html",
        f"{OLD}/teal%2Fsubmitted/solution.py",
        f"{OLD}/teal/..%2Fteal%2Freport.html",
        f"..%2F{OLD}/teal/report.html",
        "latest/teal/report.html",
        f"{OLD}/teal/link.html",
    ],
)
def test_nothing_but_the_named_pages_is_served(two_runs: Service, path: str) -> None:
    (two_runs.data.finals / "latest").write_text(OLD)
    assert two_runs.browser("frances").get(f"finals/{path}").status_code == 404


def test_a_link_in_the_place_of_a_page_is_not_followed(two_runs: Service) -> None:
    page = two_runs.data.finals / OLD / "teal" / "report.html"
    page.unlink()
    page.symlink_to(two_runs.data.cohort_file)
    assert two_runs.browser("frances").get(f"finals/{OLD}/teal/report.html").status_code == 404


def test_a_citizen_sees_the_own_teams_result_and_nothing_that_quotes_cases(
    two_runs: Service,
) -> None:
    browser = two_runs.browser("chloe")  # of Amber
    home = browser.get().text
    assert "F1 of the queues: 0.71" in home
    assert "our-final/slides-team.html" in home
    assert f"amber {OLD} roi.html" in browser.get("our-final/roi.html").text
    for name in ("solution.html", "report.html", "slides.html", "predictions.csv"):
        assert browser.get(f"our-final/{name}").status_code == 404
    for path in ("finals", "finals/status", f"finals/{OLD}/amber/report.html"):
        assert browser.get(path).status_code == 403
    assert browser.press("finals/begin").status_code == 403
    assert "stopped:" not in home
    # Teal's newest run stopped: that is said, and the one before is shown.
    teal = two_runs.browser("amina")
    stopped = teal.get().text
    assert "It took too long. What you see here is of the run before." in stopped
    assert "F1 of the queues: 0.71" in stopped
    assert f"teal {OLD} roi.html" in teal.get("our-final/roi.html").text
    assert HIDDEN not in stopped
    assert two_runs.browser("elena").get("our-final/roi.html").status_code == 404  # in no team


def test_steps_are_followed_by_team_and_cell(service: Service) -> None:
    browser = service.browser("frances")
    with Board.held(service.data, ["teal", "amber"]) as board:
        board(Progress("teal", "solution.ipynb", 3, 9, ""))
        board(Progress("amber", "", 0, 0, "stopped"))
        status = browser.get("finals/status").json()
        assert status["live"] == {"teal": "solution, cell 3 of 9", "amber": "stopped"}
        assert (status["state"], status["done"], status["total"]) == ("working", 1, 2)
        page = browser.get("finals").text
        assert "solution, cell 3 of 9" in page
        assert page.count('class="chip sent">Running') == 1  # amber is through
        with pytest.raises(FinalsError, match="going on already"), Board.held(service.data, []):
            pass
        assert not final_runs.begin(service.data, "frances")
    state = final_runs.look(service.data)
    assert state is not None
    assert state.state == "done"


def test_runs_that_were_killed_are_told_and_gone_on_with(service: Service) -> None:
    state = final_runs.State(began_at="2027-01-28T09:00:00+00:00", by="frances")
    with (service.data.run / "finals.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        final_runs._write(service.data, state)
        browser = service.browser("frances")
        page = browser.get("finals").text
        assert "Getting ready" in page
        assert "Frances Field pressed the button" in page
    page = browser.get("finals").text
    assert "Press again to go on" in page
    assert "Go on with the finals</button>" in page


def test_what_goes_wrong_on_the_way_is_one_sentence(service: Service) -> None:
    with pytest.raises(FinalsError), Board.held(service.data, ["teal"]):
        raise FinalsError("The gateway cannot start.")
    assert "The gateway cannot start." in service.browser("frances").get("finals").text
    with pytest.raises(ZeroDivisionError), Board.held(service.data, ["teal"]):
        raise ZeroDivisionError
    found = final_runs.look(service.data)
    assert found is not None
    assert "on our side" in found.problem


def test_the_button_runs_the_finals_of_all_teams(service: Service) -> None:
    browser = service.browser("frances")
    assert browser.press("finals/begin").status_code == 303

    def ended() -> final_runs.State | None:
        found = final_runs.look(service.data)
        return found if found and found.state != "working" else None

    found = eventually(ended, within=120)
    assert (found.state, found.by, found.problem) == ("done", "frances", "")
    assert sorted(found.ended) == ["amber", "teal"]
    page = browser.get("finals").text
    assert page.count('class="chip open">Stopped') == 2
    assert "There is no hidden data for the use case" in page
    eventually(lambda: all(child.poll() is not None for child in background.children))


@pytest.mark.parametrize(
    "case",
    [
        "contract-clauses",
        "email-routing",
        "expense-policy",
        "hr-questions",
        "invoice-exceptions",
        "minutes-to-actions",
        "a-case-of-their-own",
    ],
)
def test_a_headline_is_said_in_the_readers_language(case: str) -> None:
    measure = asdict(Measure.of(headline_of(case), Estimate(0.92, 0.8, 0.97)))
    measure |= {"verdict": "open", "text": "92 %", "interval": "0.80 to 0.97"}
    assert headline(measure)["interval"] == "0.80 to 0.97"
    with speaking("fr"):
        said = headline(measure)
    assert said["interval"] in ("de 0,80 à 0,97", "de 80\u00a0% à 97\u00a0%")
    assert said["in_words"].startswith(("qualité", "92\u00a0% de"))
    assert said["against_goal"].startswith("l’objectif habituel de ce cas\u00a0: au moins ")
