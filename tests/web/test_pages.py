"""Who sees what, and what the buttons do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bootcamp.cohort import ModelSettings, Person, save_cohort
from bootcamp.web.course import session_cards
from tests.web.conftest import PREFIX, SETTINGS, Service, cohort, run_service
from tests.web.fakes import AT, FakeServer, Feedback, HandIn

OPEN, HAND_IN = "homework/homework-1/open", "homework/homework-1/hand-in"
FEEDBACK = "homework/homework-1/feedback"


@pytest.fixture
def ready(service: Service) -> Service:
    """Amina's server runs, with the homework in it."""
    service.hub.state["amina"] = "ready"
    service.hub.servers["amina"] = FakeServer(
        files={"homework-1/homework-1.ipynb": b"{worked on", "homework-1/times.csv": b"1,2"},
        folders={"homework-1"},
    )
    return service


# Who sees what


def test_a_citizen_sees_the_team_and_its_use_case(service: Service) -> None:
    page = service.browser("amina").get().text
    assert "Hello, Amina" in page
    for text in ("Team Teal", "Amina Birch (you)", "Bruno Clay", "Use case 2", "Alder &amp; Finch"):
        assert text in page
    assert "Team Amber" not in page
    assert "Release homework" not in page


def test_the_glossary_is_one_click_away(service: Service) -> None:
    page = service.browser("amina").get().text
    assert 'user-redirect/lab/tree/glossary.md?factory=Markdown%20Preview"' in page


def test_a_citizen_without_a_team_is_told_what_comes(service: Service) -> None:
    assert "You are not in a team yet" in service.browser("elena").get().text


def test_only_sessions_with_materials_open(service: Service) -> None:
    page = service.browser("amina").get().text
    assert '"/hub/user-redirect/lab/tree/session-01/lab-1.ipynb"' in page
    assert '"/hub/user-redirect/lab/tree/session-06/solution.ipynb"' in page
    assert "Prompt kit" in page
    assert "session-02" not in page
    assert "prompts that your team can rely on" not in page  # what is not there is only a date


def test_session_6_opens_the_teams_own_notebooks_once_they_are_there(service: Service) -> None:
    final = service.data.teams / "teal" / "final"
    final.mkdir(parents=True)
    (final / "roi.ipynb").write_text("{}")
    page = service.browser("amina").get().text
    assert '"/hub/user-redirect/lab/tree/team/final/roi.ipynb"' in page
    assert '"/hub/user-redirect/lab/tree/session-06/solution.ipynb"' in page


def test_today_and_next_are_marked(course: Path) -> None:
    days = cohort().sessions

    def marks(today: date) -> list[str]:
        return [card.when for card in session_cards(days, today)]

    assert marks(days[1]) == ["past", "today", "later", "later", "later", "later"]
    assert marks(days[1] + timedelta(days=1))[:3] == ["past", "past", "next"]
    assert marks(days[5] + timedelta(days=1)) == ["past"] * 6


def test_homework_that_is_not_released_is_not_there(service: Service) -> None:
    service.exchange.released_at = None
    browser = service.browser("amina")
    assert "Homework 1" not in browser.get().text
    assert browser.get(FEEDBACK).status_code == 404


def test_first_steps_go_once_something_was_handed_in(service: Service) -> None:
    browser = service.browser("amina")
    assert "Your first steps" in browser.get().text
    service.exchange.handins["amina"] = HandIn("H1-ABCDE", AT)
    page = browser.get().text
    assert "Your first steps" not in page
    assert "H1-ABCDE" in page
    assert "Hand in again" in page


def test_feedback_shows_the_score_and_what_is_still_to_come(service: Service) -> None:
    service.exchange.handins["amina"] = HandIn("H1-ABCDE", AT)
    service.exchange.feedback["amina"] = (Feedback(7.5, 10.0, awaits_marking=True), "<p>Well done")
    page = service.browser("amina").get().text
    assert "7.5 of 10 points" in page
    assert "your facilitator’s part is still to come" in page


def test_the_practice_model_is_named_as_long_as_it_answers(service: Service) -> None:
    browser = service.browser("amina")
    assert "The practice model answers" in browser.get().text
    model = ModelSettings.model_validate({"upstream": "https://ai.example/v1", "small": "m"})
    save_cohort(cohort(model=model), service.data.cohort_file)
    assert "The practice model answers" not in browser.get().text


def test_citizens_are_told_as_long_as_their_prompts_are_kept(service: Service) -> None:
    browser = service.browser("amina")
    assert "is kept in this cohort" not in browser.get().text
    save_cohort(cohort(model=ModelSettings(keep_prompts=True)), service.data.cohort_file)
    assert "What you ask the model and what it answers is kept" in browser.get().text
    save_cohort(cohort(), service.data.cohort_file)
    assert "is kept in this cohort" not in browser.get().text


def test_missing_isolation_is_said_on_every_page(tmp_path: Path, course: Path) -> None:
    services: Iterator[Service] = run_service(tmp_path, replace(SETTINGS, isolated=False))
    service = next(services)
    browser = service.browser("amina")
    for path in ("", "nothing-here"):
        assert "Demo without isolation" in browser.get(path).text
    services.close()


def test_the_facilitator_sees_the_whole_cohort(service: Service) -> None:
    service.exchange.handins["bruno"] = HandIn("H1-BRUNO", AT)
    service.exchange.feedback["amina"] = (Feedback(18, 20), "<p>")
    page = service.browser("frances").get().text
    for text in ("Chloé Dune", "Elena Ford", "No team yet", "18 of 20 points", "Handed in"):
        assert text in page
    assert "1 <small>of 5</small>" in page  # joined
    assert f"{PREFIX}grading/homework-1" in page


def test_the_facilitator_reads_each_sessions_guide(service: Service) -> None:
    frances = service.browser("frances")
    assert f'href="{PREFIX}guides/1"' in frances.get().text
    for number in range(1, 7):
        page = frances.get(f"guides/{number}")
        assert page.status_code == 200
        assert f"<h1>Session {number}, “" in page.text
        assert "<td>" in page.text
        assert "| ---" not in page.text


def test_a_guide_is_for_facilitators_and_there_are_six(service: Service) -> None:
    amina = service.browser("amina")
    assert "guides/" not in amina.get().text
    assert amina.get("guides/1").status_code == 403
    assert service.browser("frances", "s2").get("guides/7").status_code == 404


def test_a_name_is_shown_and_never_run(service: Service) -> None:
    evil = Person(name="<script>alert(1)</script>", email="e@x.example", login="elena")
    people = (*(p for p in cohort().people if p.login != "elena"), evil)
    save_cohort(cohort(people=people), service.data.cohort_file)
    page = service.browser("frances").get().text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_edited_cohort_file_counts_at_once_and_a_broken_one_does_not(service: Service) -> None:
    citizen, facilitator = service.browser("amina"), service.browser("frances")
    save_cohort(cohort(name="Autumn cohort"), service.data.cohort_file)
    assert "Autumn cohort" in citizen.get().text
    service.data.cohort_file.write_text("name = ")
    assert "Autumn cohort" in citizen.get().text
    assert "cohort.toml is not valid TOML" in facilitator.get().text
    assert "not valid TOML" not in citizen.get().text


# Protection


@pytest.mark.parametrize("path", [OPEN, HAND_IN, "homework/homework-1/release"])
def test_a_form_without_our_token_is_refused(ready: Service, path: str) -> None:
    browser = ready.browser("amina")
    for data in ({}, {"csrf": "guessed"}, {"csrf": "é"}):
        assert browser.client.post(f"{PREFIX}{path}", data=data).status_code == 403
    assert ready.exchange.received == []


def test_a_form_with_another_persons_token_is_refused(ready: Service) -> None:
    facilitator, citizen = ready.browser("frances", "s9"), ready.browser("amina")
    theirs = citizen.press(HAND_IN).request.content.decode().removeprefix("csrf=")
    answer = facilitator.client.post(f"{PREFIX}{HAND_IN}", data={"csrf": theirs})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_sent_by_another_sites_page_is_refused(
    ready: Service, headers: dict[str, str]
) -> None:
    assert ready.browser("amina").press(HAND_IN, headers=headers).status_code == 403
    assert ready.exchange.received == []


def test_a_script_cannot_read_our_pages(service: Service) -> None:
    """Citizens' servers share our origin: a page of theirs must not fetch ours."""
    browser = service.browser("frances")
    for mode in ("cors", "same-origin", "no-cors"):
        answer = browser.get(headers={"sec-fetch-mode": mode, "sec-fetch-site": "same-origin"})
        assert answer.status_code == 403
        assert "csrf" not in answer.text
        assert browser.get("api/homework", headers={"sec-fetch-mode": mode}).status_code == 401


def test_every_answer_carries_the_security_headers(service: Service) -> None:
    browser = service.browser("amina")
    for path in ("", "nothing-here", "health", "static/bootcamp.css", "api/homework"):
        headers = browser.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"


def test_pages_hold_no_inline_script_or_style_and_load_nothing_from_elsewhere(
    service: Service,
) -> None:
    service.exchange.feedback["amina"] = (Feedback(1, 2), "<p>")
    citizen, facilitator = service.browser("amina"), service.browser("frances")
    for page in (citizen.get(), citizen.get(FEEDBACK), facilitator.get()):
        for forbidden in ("<style", "style=", "onclick", "<script>", "http:", "https:"):
            assert forbidden not in page.text


def test_feedback_is_for_its_citizen_and_the_facilitator(service: Service) -> None:
    service.exchange.feedback["amina"] = (Feedback(18, 20), "<p>for amina only</p>")
    theirs = f"people/amina/{FEEDBACK}"
    for path in (theirs, f"{theirs}/document"):
        answer = service.browser("bruno").get(path)
        assert answer.status_code == 403
        assert "for amina only" not in answer.text
        assert service.browser("frances").get(path).status_code == 200
    assert "for amina only" in service.browser("amina").get(f"{FEEDBACK}/document").text
    assert service.browser("bruno").get(FEEDBACK).status_code == 404


def test_nothing_in_a_feedback_document_can_run(service: Service) -> None:
    service.exchange.feedback["amina"] = (Feedback(1, 2), "<script>steal()</script>")
    browser = service.browser("amina")
    policy = browser.get(f"{FEEDBACK}/document").headers["content-security-policy"]
    directives = [part.strip() for part in policy.split(";")]
    assert "sandbox" in directives  # with no allow-scripts
    assert "default-src 'none'" in directives
    assert not any(part.startswith("script-src") for part in directives)
    assert 'sandbox=""' in browser.get(FEEDBACK).text


# Opening homework


def test_opening_starts_the_server_and_brings_the_files(service: Service) -> None:
    service.exchange.given = {"homework-1.ipynb": b"{fresh", "data/mails.csv": b"a"}
    browser = service.browser("amina")
    answer = browser.follow(browser.press(OPEN))
    assert answer.headers["location"] == ("/hub/user-redirect/lab/tree/homework-1/homework-1.ipynb")
    assert service.hub.starts == ["amina"]
    assert service.hub.servers["amina"].files == {
        "homework-1/homework-1.ipynb": b"{fresh",
        "homework-1/data/mails.csv": b"a",
    }


def test_opening_again_never_touches_what_is_there(ready: Service) -> None:
    ready.exchange.given = {"homework-1.ipynb": b"{fresh", "notes.md": b"new"}
    browser = ready.browser("amina")
    browser.follow(browser.press(OPEN))
    files = ready.hub.servers["amina"].files
    assert files["homework-1/homework-1.ipynb"] == b"{worked on"
    assert files["homework-1/notes.md"] == b"new"
    assert ready.hub.starts == []


def test_a_slow_start_shows_a_page_that_waits(service: Service) -> None:
    service.hub.looks_until_ready = 8
    browser = service.browser("amina")
    answer = browser.press(OPEN)
    waiting = browser.client.get(answer.headers["location"])
    assert "Your workspace is starting…" in waiting.text
    assert f'data-status="{answer.headers["location"]}/status"' in waiting.text
    assert browser.follow(answer).headers["location"].startswith("/hub/user-redirect/")


def test_a_busy_hub_is_asked_again(service: Service) -> None:
    service.hub.start_answers = [429, 503]
    browser = service.browser("amina")
    assert browser.follow(browser.press(OPEN)).headers["location"].startswith("/hub/")
    assert service.hub.starts == ["amina"] * 3


@pytest.mark.parametrize("how", ["later", "at once"])
def test_a_start_that_fails_is_said_in_one_sentence(service: Service, how: str) -> None:
    service.hub.fails_to_start = how == "later"
    service.hub.start_answers = [500] if how == "at once" else []
    browser = service.browser("amina")
    page = browser.follow(browser.press(OPEN))
    assert page.status_code == 200
    assert "Your workspace did not start. Try again" in page.text


def test_nobody_else_sees_what_goes_on(service: Service) -> None:
    service.hub.looks_until_ready = 8
    where = service.browser("amina").press(OPEN).headers["location"]
    stranger = service.browser("bruno")
    assert stranger.client.get(f"{where}/status").status_code == 404
    assert stranger.client.get(where).headers["location"] == PREFIX


# Handing in


def test_handing_in_gives_a_receipt(ready: Service) -> None:
    browser = ready.browser("amina")
    page = browser.follow(browser.press(HAND_IN)).text
    assert "Homework 1 is handed in" in page
    assert "H1-amina-1" in page
    assert ready.exchange.received == [
        ("amina", {"homework-1.ipynb": b"{worked on", "times.csv": b"1,2"})
    ]


def test_a_damaged_notebook_reaches_the_exchange_byte_for_byte(ready: Service) -> None:
    damaged = b'{"cells": \xff\xfe\x00 oops\r\n'
    ready.hub.servers["amina"].files["homework-1/homework-1.ipynb"] = damaged
    browser = ready.browser("amina")
    browser.follow(browser.press(HAND_IN))
    assert ready.exchange.received[0][1]["homework-1.ipynb"] == damaged


def test_a_refused_hand_in_says_why(ready: Service) -> None:
    ready.exchange.refusal = "homework-1.ipynb is empty. Open it and save it."
    browser = ready.browser("amina")
    page = browser.follow(browser.press(HAND_IN)).text
    assert "homework-1.ipynb is empty. Open it and save it." in page


def test_warnings_are_shown_beside_the_receipt(ready: Service) -> None:
    ready.exchange.warnings = ("2 exercise cells are missing.",)
    browser = ready.browser("amina")
    page = browser.follow(browser.press(HAND_IN)).text
    assert "2 exercise cells are missing." in page
    assert "It counts." in page


def test_without_the_folder_the_citizen_is_told_to_open_the_homework(ready: Service) -> None:
    ready.hub.servers["amina"].folders.clear()
    ready.hub.servers["amina"].files.clear()
    browser = ready.browser("amina")
    assert "Choose “Open homework” first" in browser.follow(browser.press(HAND_IN)).text


def test_a_huge_file_is_refused_before_it_is_read(ready: Service) -> None:
    server = ready.hub.servers["amina"]
    server.sizes["homework-1/homework-1.ipynb"] = 90_000_000
    browser = ready.browser("amina")
    page = browser.follow(browser.press(HAND_IN)).text
    assert "90 MB of at most 80" in page
    assert "homework-1.ipynb" in page
    assert server.reads == []


def test_a_file_that_is_larger_than_it_says_is_read_no_further(ready: Service) -> None:
    server = ready.hub.servers["amina"]
    server.files["homework-1/homework-1.ipynb"] = b"x" * 25_000_000
    server.sizes["homework-1/homework-1.ipynb"] = 10
    browser = ready.browser("amina")
    assert "larger than 20 MB" in browser.follow(browser.press(HAND_IN)).text
    assert ready.exchange.received == []


def test_a_notebook_with_large_outputs_travels_whole_and_is_mended_at_hand_in(
    ready: Service,
) -> None:
    large = b"x" * 50_000_000
    server = ready.hub.servers["amina"]
    server.files["homework-1/homework-1.ipynb"] = large
    browser = ready.browser("amina")
    browser.follow(browser.press(HAND_IN))
    assert ready.exchange.received[0][1]["homework-1.ipynb"] == large


def test_only_known_kinds_travel(ready: Service) -> None:
    ready.hub.servers["amina"].files |= {
        "homework-1/.secret.json": b"",
        "homework-1/film.mp4": b"",
        "homework-1/photo.PNG": b"",
    }
    browser = ready.browser("amina")
    browser.follow(browser.press(HAND_IN))
    assert set(ready.exchange.received[0][1]) == {"homework-1.ipynb", "times.csv"}


def test_a_citizens_server_only_ever_sees_its_citizens_own_token(ready: Service) -> None:
    browser = ready.browser("amina")
    browser.follow(browser.press(OPEN))
    browser.follow(browser.press(HAND_IN))
    assert ready.hub.servers["amina"].tokens_seen == {"token-amina-s1"}


def test_a_double_click_hands_in_once(service: Service) -> None:
    service.hub.looks_until_ready = 8
    service.hub.servers["amina"] = FakeServer(
        files={"homework-1/homework-1.ipynb": b"{"}, folders={"homework-1"}
    )
    browser = service.browser("amina")
    first, second = browser.press(HAND_IN), browser.press(HAND_IN)
    assert first.headers["location"] == second.headers["location"]
    browser.follow(first)
    assert len(service.exchange.received) == 1


# The facilitator's buttons


def test_a_facilitator_releases_a_homework(service: Service) -> None:
    service.exchange.released_at = None
    browser = service.browser("frances")
    assert "Release homework 1" in browser.get().text
    page = browser.follow(browser.press("homework/homework-1/release")).text
    assert "Spring cohort" in page
    assert "Release homework 1" not in page


def test_a_citizen_cannot_release(service: Service) -> None:
    answer = service.browser("amina").press("homework/homework-1/release")
    assert answer.status_code == 403
    assert "Only a facilitator" in answer.text


def test_releasing_what_does_not_exist_is_one_sentence(service: Service) -> None:
    browser = service.browser("frances")
    page = browser.follow(browser.press("homework/homework-7/release")).text
    assert "There is no homework called &#39;homework-7&#39;." in page


def test_a_release_that_takes_long_shows_a_page_that_waits(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    monkeypatch.setattr(service.exchange, "release", lambda _name: done.wait(20))
    browser = service.browser("frances")
    answer = browser.press("homework/homework-1/release")
    page = browser.client.get(answer.headers["location"]).text
    done.set()
    assert "Preparing the notebook without answers…" in page
    assert "Spring cohort" in browser.follow(answer).text


def test_health_needs_no_login(service: Service) -> None:
    assert service.client.get(f"{PREFIX}health").text == "ok"


class TestInFrench:
    @pytest.fixture(autouse=True)
    def french(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BOOTCAMP_LANGUAGE", "fr")

    def test_a_citizen_reads_french(self, service: Service) -> None:
        amina = service.browser("amina")
        home = amina.get().text
        for said in ('lang="fr"', "Bonjour, Amina", "lun. 11 janv.", "Ouvrir l’atelier 1"):
            assert said in home
        assert "Rien ici" in amina.get("nowhere").text
        assert "réservés aux facilitateurs" in amina.get("budgets").text
        done = amina.follow(amina.press("homework/homework-1/hand-in"))
        assert "Choisissez d’abord «\u00a0Ouvrir le devoir\u00a0»" in done.text

    def test_a_facilitator_reads_french_too(self, service: Service) -> None:
        frances = service.browser("frances")
        home = frances.get().text
        for said in ('lang="fr"', "vous animez cette promotion", "lun. 11 janv.", "Prochaine"):
            assert said in home
        for page, said in {
            "budgets": "Toute la promotion",
            "finals": "Convenez de l’objectif avec chaque équipe",
            "grading/homework-1": "Relever et corriger",
            "grading/homework-9": "Ce devoir n’existe pas",
            "guides/2": "<h1>Séance 2",
            "guides/7": "Ce guide n’existe pas",
        }.items():
            assert said in frances.get(page).text
        released = frances.follow(frances.press("homework/homework-1/release"))
        assert "Publié le" in released.text
