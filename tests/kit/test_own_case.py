"""A team's own case: whatever folder is given, the report says what is missing."""

import csv

import pytest

from bootcamp.finals.exam import read_exam
from bootcamp.kit import check_case
from bootcamp.kit.errors import KitError
from bootcamp.kit.own_case import as_files

BRIEF = """# Notes to the caretakers

## Today
Six hundred people write about ninety notes a week to one address. A caretaker reads each of them,
walks over to the right desk and explains it there. On Mondays the pile takes until noon, and a leak
waits below a request for sandwiches.

## Labels
- repair: something is broken, leaks or does not work
- food: food and drink for meetings and kitchens

## Rule
A machine that leaks is a repair, whatever it makes. When in doubt, repair.

## When it is wrong
A leak that is read an hour late costs a carpet.

## Who reviews
The head caretaker looks at every note before it goes on.
"""
THINGS = ["tap", "lamp", "door", "lift", "blind", "radiator", "window", "socket", "chair", "gate"]


def rows(count=40, first=1):
    made = []
    for number in range(first, first + count):
        thing = THINGS[number % len(THINGS)]
        text = f"Note {number}: the {thing} on floor {number} does not work any more"
        if number % 2:
            text = f"Note {number}: lunch for {number} people in room {number}, please"
        made.append(
            {"id": f"note-{number:03d}", "text": text, "label": ["repair", "food"][number % 2]}
        )
    return made


def save(folder, table, name="labels.csv", encoding="utf-8", delimiter=","):
    folder.mkdir(exist_ok=True)
    with (folder / name).open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(table[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(table)


@pytest.fixture
def case(tmp_path):
    folder = tmp_path / "caretakers"
    save(folder, rows())
    (folder / "brief.md").write_text(BRIEF, encoding="utf-8")
    return folder


def test_a_complete_case_is_ready(case):
    report = check_case(case)

    assert report.ready, report
    assert report.missing == report.notes == ()
    assert "40 cases with 2 labels: food and repair." in str(report)
    assert str(report).endswith("The case is ready.")


def test_a_french_sheet_with_semicolons_in_latin_1_is_read(case):
    table = [{**row, "text": f"{row['text']}, réglé à l'été"} for row in rows()]
    save(case, table, encoding="cp1252", delimiter=";")

    assert check_case(case).ready


def test_cases_in_files_are_read_too(case, tmp_path):
    assert as_files(case, tmp_path / "files") == 40
    (tmp_path / "files" / "brief.md").write_text(BRIEF, encoding="utf-8")

    assert check_case(tmp_path / "files").ready


CHANGES = {
    "nothing at all": (lambda table: [], "no labelled table"),
    "no label column": (lambda table: [{"id": "a", "text": "b"}], "no column label"),
    "neither text nor files": (lambda table: [{"id": "a", "label": "b"}], "no column text"),
    "twelve cases": (lambda table: table[:12], "12 cases, and 30 are the least"),
    "one label": (
        lambda table: [{**row, "label": "repair"} for row in table], "There is 1 label"),
    "a rare label": (
        lambda table: [{**table[0], "label": "keys"}, *table[1:]], "keys: fewer than 3 cases"),
    "unsure as an answer": (
        lambda table: [{**row, "label": "unsure"} for row in table[:3]] + table[3:],
        "“unsure” is what a tool says"),
    "an id twice": (
        lambda table: [{**table[0], "id": "note-002"}, *table[1:]], "note-002: is there more than"),
    "no id": (lambda table: [{**table[0], "id": ""}, *table[1:]], "row 2: has no id"),
    "a path as id": (
        lambda table: [{**table[0], "id": "../x"}, *table[1:]], "may not hold a slash"),
    "an empty text": (lambda table: [{**table[0], "text": ""}, *table[1:]], "has no text"),
    "an empty label": (lambda table: [{**table[0], "label": " "}, *table[1:]], "has no label"),
    "a case copied": (
        lambda table: [{**table[0], "text": table[4]["text"].upper()}, *table[1:]],
        "says the same as another"),
    "an address": (
        lambda table: [{**table[0], "text": "Write to j.ferrier@alder-finch.com"}, *table[1:]],
        "note-001: there is an e-mail address"),
    "an account": (
        lambda table: [{**table[0], "text": "To FR76 3000 6000 0112 3456 7890 189"}, *table[1:]],
        "an account number"),
    "a telephone": (
        lambda table: [{**table[0], "text": "Ring me on +33 6 12 34 56 78"}, *table[1:]],
        "a phone number"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_names_what_is_missing_in_the_table(change, case):
    make, says = CHANGES[change]
    table = make(rows())
    (case / "labels.csv").unlink()
    if table:
        save(case, table)

    report = check_case(case)

    assert not report.ready
    assert says in str(report)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: None, "There is no brief.md"),
        (lambda text: text.replace("## Rule", "Rule"), "no heading Rule"),
        (lambda text: text.replace("food", "meals"), "does not say what food means"),
        (lambda text: "# Rule, labels, today, error, review: repair, food", "A stranger needs 80"),
    ],
)
def test_names_what_is_missing_in_the_brief(change, says, case):
    text = change(BRIEF)
    (case / "brief.md").unlink()
    if text:
        (case / "brief.md").write_text(text, encoding="utf-8")

    assert says in str(check_case(case))


def test_names_files_without_a_row_and_rows_without_a_file(case, tmp_path):
    folder = tmp_path / "files"
    as_files(case, folder)
    (folder / "brief.md").write_text(BRIEF, encoding="utf-8")
    (folder / "note-001.txt").rename(folder / "note-999.txt")
    (folder / "picture.webp").write_bytes(b"RIFF")

    report = str(check_case(folder))

    assert "note-001: in the table, but there is no file" in report
    assert "note-999, picture: a file, but no row" in report
    assert "picture.webp: of a kind that cannot be read" in report


class TestHiddenSet:
    def test_is_compared_with_the_cases_that_the_team_has(self, case, tmp_path):
        save(tmp_path / "hidden", rows(120, first=201))

        report = check_case(case, tmp_path / "hidden")

        assert report.ready, report
        assert "120 cases, none of them known to the team" in str(report)

    def test_with_known_cases_is_refused(self, case, tmp_path):
        save(tmp_path / "hidden", [*rows(100, first=201), *rows(3)])

        report = str(check_case(case, tmp_path / "hidden"))

        assert "note-001, note-002, note-003 can be seen by the team" in report
        assert "have an id that the team's cases have too" in report

    def test_with_another_label_is_refused_and_a_small_one_noted(self, case, tmp_path):
        save(tmp_path / "hidden", [{**row, "label": "keys"} for row in rows(20, first=201)])

        report = str(check_case(case, tmp_path / "hidden"))

        assert "“keys” is a label that the team has never seen" in report
        assert "20 cases. With 120" in report

    def test_as_files_is_what_the_final_exam_reads(self, case, tmp_path):
        save(tmp_path / "hidden", rows(120, first=201))
        as_files(tmp_path / "hidden", tmp_path / "exam")

        exam = read_exam("caretakers", tmp_path / "exam")
        truth = "\n".join(f"{row['id']},{row['label']},ok" for row in rows(120, first=201))
        result = exam.score(f"id,label,status\n{truth}\n".encode())

        assert result.items == 120
        assert result.headline.estimate.value == 1


def test_a_text_of_two_megabytes_is_named(case):
    save(case, [{**rows()[0], "text": "x " * 1_000_000}, *rows()[1:]])

    assert "too long for a table" in str(check_case(case))


def test_refuses_what_is_no_folder(tmp_path):
    with pytest.raises(KitError, match="There is no folder"):
        check_case(tmp_path / "nowhere")


def test_writes_over_nothing(case):
    with pytest.raises(KitError, match="is not empty"):
        as_files(case, case)
