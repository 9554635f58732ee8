"""A final run of a French cohort: what leadership reads is French, what programs read is not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bootcamp.content import dataset
from bootcamp.finals import run
from bootcamp.finals.exam import ExamResult, open_exam
from bootcamp.finals.hostile import Met
from bootcamp.finals.pages import report_page
from bootcamp.finals.slides import slides_page
from bootcamp.finals.spending import RECORD, Spending
from bootcamp.finals.words import Words
from bootcamp.language import speaking
from tests.finals.conftest import Room, cohort_of, keys_of
from tests.finals.test_slides import presentation

CATALOGUE = Path(__file__).parents[2] / "src" / "bootcamp" / "locale" / "fr" / "finals.po"


@pytest.fixture
def french() -> Iterator[None]:
    with speaking("fr"):
        yield


def examined(use_case: str = "email-routing") -> ExamResult:
    exam = open_exam(use_case)
    columns = exam.examiner.columns
    rows = [[i, *(r[0][c] for c in columns), "ok"] for i, r in exam.answers.items()]
    lines = [["id", *columns, "status"], *rows[4:], ["mail-none", *columns, "ok"]]
    return exam.score("\n".join(",".join(line) for line in lines).encode())


def said(page: str) -> str:
    body = page.partition("<body")[2]
    return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", body, flags=re.DOTALL).split())


def english() -> set[str]:
    """Give the texts of some length that say another thing in French."""
    with CATALOGUE.open("rb") as opened:
        catalogue = read_po(opened, locale="fr")
    pairs = [(m.id, m.string) for m in catalogue if isinstance(m.id, str) and m.id]
    return {one for one, other in pairs if one != other and "{" not in one and len(one) > 12}


def report(quality: ExamResult) -> str:
    shown = presentation(Words())
    return report_page(
        title="t", subtitle="s", failed=False, problems=(), quality=quality, result=shown.result,
        spending=Spending(120, 9000, 30.0, RECORD), pages=[], run="r", code_sha256="",
        data_sha256="",
    )  # fmt: skip


@pytest.mark.usefixtures("french")
def test_report_and_slides_are_french_from_end_to_end() -> None:
    quality = examined()
    shown = presentation(Words())
    for page in (report(quality), slides_page(shown, "speak")):
        assert '<html lang="fr">' in page
        assert not [text for text in english() if text in said(page)]
    assert "0,9" in said(report(quality))
    assert "Dites ici, en une phrase" in said(slides_page(shown))


def test_the_same_pages_are_english_for_everybody_else() -> None:
    page = said(report(examined()))
    assert "120 hidden mails that the solution had never seen" in page
    assert "What it did with odd files" in page


@pytest.mark.usefixtures("french")
def test_what_is_stored_keeps_the_names_that_programs_know() -> None:
    quality = examined()
    stored = quality.as_dict()
    assert stored["measures"][0]["title"] == "quality of the queues (macro-F1)"
    assert stored["measured_on"] == "120 hidden mails"
    assert "wrong queue" in stored["counts"]
    assert quality.counted_on == "120 mails du jeu caché"
    assert quality.problems[0].startswith("4 cas n’ont pas de ligne (mail-")


@pytest.mark.usefixtures("french")
def test_what_is_odd_about_a_file_is_said_in_french() -> None:
    notes = (dataset("email-routing") / "hostile" / "notes.csv").read_text("utf-8")
    assert "automatic reply" in notes
    met = Met("hostile-08", "automatic reply", attack=False, fate="left to a person")
    assert (met.oddity, met.became) == ("réponse automatique", "renvoi à une personne")


def test_a_run_speaks_its_cohorts_language(room_of: Callable[..., Room]) -> None:
    room = room_of("teal")
    room.team("teal", {"notes.txt": "nothing to run"})
    cohort = cohort_of("teal").model_copy(update={"language": "fr"})
    (result,) = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort))
    page = (result.folder / "report.html").read_text("utf-8")
    assert "Ce qui a arrêté l’exécution" in page
    assert "Il n’y a pas de fichier solution.ipynb" in page
    summary = json.loads((result.folder / "summary.json").read_text("utf-8"))
    assert summary["settings"]["language"] == "fr"
