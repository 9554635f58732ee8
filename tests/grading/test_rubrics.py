"""The rubrics that people mark by."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootcamp.content import content_root, homework_names, session_folder
from bootcamp.errors import GradingError
from bootcamp.grading.rubrics import load_rubrics
from bootcamp.language import LANGUAGES, speaking
from tests.grading.small_course import named

PART = "## The sponsor (`hw9-sponsor`, 3 points)\n\n| points | read |\n| --- | --- |\n"


def write(folder: Path, text: str) -> Path:
    rubrics = folder / "graders" / "rubrics"
    rubrics.mkdir(parents=True)
    (rubrics / "homework-9.md").write_text(text)
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("assignment", homework_names())
def test_every_written_exercise_of_the_course_has_bands_up_to_its_points(
    assignment: str, language: str
) -> None:
    import nbformat

    number = int(assignment.rpartition("-")[2])
    notebook = nbformat.read(
        content_root() / "solutions" / session_folder(number).name / f"{assignment}.ipynb", 4
    )
    written = {
        named(cell): float(cell.metadata["nbgrader"]["points"])
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "markdown"
    }
    with speaking(language):
        rubrics = load_rubrics(assignment)
    assert {name: rubric.points for name, rubric in rubrics.items()} == written
    for rubric in rubrics.values():
        assert [band.points for band in rubric.bands][-1] == 0
        assert rubric.ask.endswith(("”", "»"))


def test_points_lead_to_their_band_and_to_the_next(tmp_path: Path) -> None:
    text = (
        PART + "| 1 | Somebody. |\n| 3 | A role and a reason. |\n| 0 | Empty. |\n\nAsk: *“Who?”*\n"
    )
    rubric = load_rubrics("homework-9", content=write(tmp_path, text))["hw9-sponsor"]
    assert [band.points for band in rubric.bands] == [3, 1, 0]
    reached, above = rubric.reached(2.5), rubric.above(2.5)
    assert reached is not None
    assert reached.text == "Somebody."
    assert above is not None
    assert above.points == 3
    assert rubric.above(3) is None
    assert rubric.ask == "“Who?”"


@pytest.mark.parametrize("rows", ["", "| 2 | Not the best. |\n", "| 3 | A. |\n| 3 | B. |\n"])
def test_a_rubric_that_cannot_be_used_is_named(tmp_path: Path, rows: str) -> None:
    with pytest.raises(GradingError, match="hw9-sponsor"):
        load_rubrics("homework-9", content=write(tmp_path, PART + rows))


def test_a_rubric_is_read_in_the_language_that_is_spoken(tmp_path: Path) -> None:
    content = write(tmp_path, PART + "| 3 | A role. |\n| 0 | Empty. |\n\nAsk: *“Who?”*\n")
    locale = content / "graders" / "locale" / "fr"
    locale.mkdir(parents=True)
    (locale / "rubrics.po").write_text(
        'msgid "## The sponsor (`hw9-sponsor`, 3 points)"\n'
        'msgstr "## Le commanditaire (`hw9-sponsor`, 3 points)"\n\n'
        'msgid "Ask: *“Who?”*"\n'
        'msgstr "Demandez\u00a0: *«\u00a0Qui\u00a0?\u00a0»*"\n'
    )
    with speaking("fr"):
        rubric = load_rubrics("homework-9", content=content)["hw9-sponsor"]
    assert rubric.title == "Le commanditaire"
    assert rubric.ask == "«\u00a0Qui\u00a0?\u00a0»"
    assert [band.text for band in rubric.bands] == ["A role.", "Empty."]


def test_a_course_without_a_rubric_is_marked_without_bands(tmp_path: Path) -> None:
    assert load_rubrics("homework-9", content=tmp_path) == {}
