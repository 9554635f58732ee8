import csv
import json
import shutil

import pytest

from bootcamp.content import content_root, dataset
from bootcamp.kit import load_cases
from bootcamp.kit.errors import KitError

USE_CASES = sorted(
    folder.name.replace("_", "-")
    for folder in (content_root() / "graders" / "datasets").iterdir()
    if (folder / "hidden" / "labels.csv").exists()
)
PLAIN = """Subject: =?utf-8?q?Remboursement_trop_per=C3=A7u?=
From: Noémie <n@example.example>
Date: Fri, 06 Mar 2026 16:30:10 +0100
Content-Type: text/plain; charset="utf-8"

J'ai réglé 64,30 €.
"""
HTML = """Subject: hello
Content-Type: text/html; charset="utf-8"

<html><style>p {}</style><p>Two &amp; two<br>lines</p></html>
"""
UNKNOWN_CHARSET = b'Subject: x\nContent-Type: text/plain; charset="klingon"\n\ncaf\xe9\n'
DAMAGED = b"\xff\xfe\x00Subject\nContent-Type: multipart/mixed; boundary\n\n--\x00"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    data = tmp_path / "data" / "email-routing"
    data.mkdir(parents=True)
    (data / "mail-001.eml").write_text(PLAIN, encoding="utf-8")
    (data / "mail-002.eml").write_text(HTML, encoding="utf-8")
    (data / "labels.csv").write_text(
        "id,queue,urgency\nmail-001,invoices,normal\nmail-002,hr_other,urgent\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return data


def test_gives_plain_records_with_their_labels(folder):
    cases = load_cases("email-routing")

    assert cases[0] == {
        "id": "mail-001",
        "subject": "Remboursement trop perçu",
        "sender": "Noémie <n@example.example>",
        "date": "2026-03-06",
        "text": "J'ai réglé 64,30 €.",
        "queue": "invoices",
        "urgency": "normal",
    }
    assert json.loads(json.dumps(cases)) == cases


def test_reads_a_mail_in_html_as_text(folder):
    assert load_cases()[1]["text"] == "Two & two\nlines"


def test_needs_no_labels(folder):
    (folder / "labels.csv").unlink()

    assert "queue" not in load_cases()[0]


def test_a_damaged_mail_is_still_a_case(folder):
    (folder / "mail-003.eml").write_bytes(UNKNOWN_CHARSET)
    (folder / "mail-004.eml").write_bytes(DAMAGED)
    (folder / "mail-005.eml").write_bytes(b"")

    cases = load_cases()

    assert [case["id"] for case in cases][2:] == ["mail-003", "mail-004", "mail-005"]
    assert cases[2]["text"] == "café"
    assert cases[4]["text"] == ""
    assert set(cases[4]) == {"id", "subject", "sender", "date", "text"}


def test_finds_the_cases_of_session_1_from_elsewhere(folder, tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / "session-01").mkdir(parents=True)
    (tmp_path / "data").rename(home / "session-01" / "data")
    (tmp_path / "deep" / "a" / "b" / "c").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "a" / "b" / "c")

    assert len(load_cases("email-routing")) == 2


def test_names_what_is_there_when_a_case_is_not(folder):
    with pytest.raises(KitError, match="email-routing"):
        load_cases("invoices")


@pytest.mark.parametrize("name", ["../data", "/etc", "", 3, None])
def test_takes_no_path_for_a_name(folder, name):
    with pytest.raises(KitError):
        load_cases(name)


def test_an_empty_folder_is_said(folder):
    for mail in folder.glob("*.eml"):
        mail.unlink()
    with pytest.raises(KitError, match="holds no cases"):
        load_cases()


def test_a_number_that_is_too_high_names_the_range(folder):
    with pytest.raises(KitError, match="from 0 to 1"):
        load_cases()[40]


def test_shows_as_a_table_and_a_slice_does_too(folder):
    table = load_cases()[:1]._repr_html_()

    assert table.count("<tr>") == 2
    assert '<th scope="col">subject</th>' in table


def test_a_page_of_a_case_escapes_what_the_mail_says(folder):
    (folder / "mail-001.eml").write_text("Subject: <script>\n\n<img src=x>", encoding="utf-8")
    cases = load_cases()

    assert "<script>" not in cases._repr_html_() + cases[0]._repr_html_()
    assert "<img" not in cases[0]._repr_html_()


@pytest.mark.parametrize("name", USE_CASES)
def test_every_use_case_of_the_course_can_be_looked_at(name, tmp_path, monkeypatch):
    source = dataset(name)
    target = tmp_path / "team" / "data" / name
    shutil.copytree(source / "dev", target / "items")
    shutil.copyfile(source / "brief.md", target / "brief.md")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    cases = load_cases(name)

    table = (source / "dev" / "labels.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(table.splitlines(keepends=True))
    assert len(cases) == 40
    assert {case["id"] for case in cases} == {row[0] for row in rows}
    assert all(set(header) <= set(case) for case in cases)
    assert sum(bool(case["text"]) for case in cases) >= 30, "some are scans or empty"
    shown = cases._repr_html_()
    assert shown.count("<tr>") == 41
    assert len(shown) < 100_000


def test_several_answers_stand_beside_one_another(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "minutes"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("Ann orders. Bob rings.")
    (folder / "notes.docx").write_bytes(b"PK damaged")
    (folder / "labels.csv").write_text("id,who,what\na,Ann,order\na,Bob,ring\nnotes,,\n")
    monkeypatch.chdir(tmp_path)

    first, damaged = load_cases("minutes")

    assert (first["who"], first["what"]) == ("Ann | Bob", "order | ring")
    assert damaged["text"] == ""
