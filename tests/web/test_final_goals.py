"""The goals on the page of the final runs: read from charters, written down by facilitators."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from bootcamp.store.goals import AgreedGoal
from tests.web.conftest import PREFIX, Browser, Service
from tests.web.test_finals import leave


def send(browser: Browser, **fields: str) -> Any:
    found = re.search(r'name="csrf" value="([^"]+)"', browser.get().text)
    assert found is not None
    return browser.client.post(f"{PREFIX}finals/goal", data={"csrf": found.group(1), **fields})


def words(browser: Browser) -> str:
    text = re.sub(r"<[^>]+>", " ", browser.get("finals").text.partition('id="goals"')[2])
    return " ".join(unescape(text).split())


def kept(service: Service) -> list[tuple[str, float, str]]:
    with service.store.session() as session:
        rows = session.query(AgreedGoal).order_by(AgreedGoal.id)
        return [(row.team, row.value, row.agreed_by) for row in rows]


@pytest.fixture
def browser(service: Service) -> Browser:
    (service.data.teams / "teal").mkdir()
    (service.data.teams / "teal" / "charter.json").write_text('{"right_of_ten": 8}')
    return service.browser("frances")


def test_a_facilitator_agrees_and_changes_and_the_page_tells_all_of_it(
    service: Service, browser: Browser
) -> None:
    before = words(browser)
    assert "Team Teal quality (macro-F1) The charter wants 8 of 10 answers right" in before
    assert "at least 0.85 the usual goal of this case: nothing is agreed on yet" in before
    assert "Team Amber The charter names no number No use case yet" in before
    assert 'value="80"' in browser.get("finals").text
    answer = send(browser, team="teal", goal="80")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PREFIX}finals#goals")
    assert ", by Frances Field" in words(browser)
    assert "after the run" not in words(browser)
    leave(service, "2020-01-28-090000", "teal", "0.71")
    send(browser, team="teal", goal="60")
    said = words(browser)
    assert "at least 0.60 agreed on" in said
    assert said.count("after the run of 28 January 2020") == 2
    assert "before: at least 0.80, agreed on" in said
    assert kept(service) == [("teal", 0.8, "frances"), ("teal", 0.6, "frances")]


def test_goals_in_french(
    service: Service, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOTCAMP_LANGUAGE", "fr")
    before = words(browser)
    assert "qualité (macro-F1) La charte demande 8 réponses justes sur 10 au moins 0,85" in before
    leave(service, "2020-03-01-090000", "teal", "0.71")
    send(browser, team="teal", goal="80")
    said = words(browser)
    assert "au moins 0,80 convenu le " in said
    assert ", après l’exécution du 1er mars 2020, par Frances Field" in said


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"team": "teal", "goal": "0"}, "is no goal"),
        ({"team": "teal", "goal": "85%"}, "is no goal"),
        ({"team": "teal", "goal": "<script>"}, "is no goal"),
        ({"team": "teal"}, "is no goal"),
        ({"team": "amber", "goal": "80"}, "has no use case yet"),
        ({"team": "../teal", "goal": "80"}, "../teal"),
    ],
)
def test_nonsense_is_refused_in_plain_words(
    service: Service, browser: Browser, fields: dict[str, str], says: str
) -> None:
    answer = send(browser, **fields)
    assert 400 <= answer.status_code < 500
    assert says in answer.text
    assert "<script>" not in answer.text
    assert kept(service) == []


def test_only_facilitators_and_only_from_our_own_pages(service: Service, browser: Browser) -> None:
    assert send(service.browser("amina"), team="teal", goal="1").status_code == 403
    forged = browser.client.post(f"{PREFIX}finals/goal", data={"team": "teal", "goal": "1"})
    assert forged.status_code == 403
    assert kept(service) == []
