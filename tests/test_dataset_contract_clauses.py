"""The contract clauses set: what is on disk is what its sources give, and it is fit for an exam."""

import re
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import docx
import pypdf
import pytest

from bootcamp.finals.exams.contract_clauses import CLAUSES, UNREADABLE, overlap
from tests.datasets import DATASETS, SETS, copied, rows, run_script

DATASET = DATASETS / "contract_clauses"
FRENCH = re.compile(r"\b(le|la|les|des|une|est|nous|vous|du|pas|que|pour|dans|et|sur|il)\b", re.I)
ENGLISH = re.compile(r"\b(the|and|is|we|you|it|to|of|for|have|that|can|in|on|by|with)\b", re.I)


@cache
def texts(set_name: str) -> dict[str, str]:
    paths = sorted((DATASET / set_name).iterdir())
    return {path.stem: text_of(path) for path in paths if path.suffix != ".csv"}


def text_of(path: Path) -> str:
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    if path.suffix == ".docx":
        return "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    return path.read_text(encoding="utf-8")


def labels(set_name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows(DATASET / f"{set_name}/labels.csv"):
        assert row["clause"] not in found.setdefault(row["id"], {}), row
        found[row["id"]][row["clause"]] = row["span"]
    return found


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str, size: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + size]) for start in range(len(found) - size + 1)}


def test_files_are_what_the_sources_give():
    checked = run_script(DATASET, "generate.py", "--check")
    assert checked.returncode == 0, checked.stderr


def test_check_reports_a_changed_page_and_a_stray_file(tmp_path):
    copy = copied(DATASET, tmp_path)
    (copy / "dev" / "labels.csv").write_bytes(b"id,clause,span\n")
    (copy / "hidden" / "con-999.txt").write_bytes(b"stray\n")
    checked = run_script(copy, "generate.py", "--check")
    assert checked.returncode == 1
    assert "dev/labels.csv differs" in checked.stderr
    assert "hidden/con-999.txt is not generated" in checked.stderr


@pytest.mark.parametrize("set_name", SETS)
def test_every_page_has_labels_and_every_label_a_page(set_name):
    first, count = SETS[set_name]
    expected = [f"con-{number:03d}" for number in range(first, first + count)]
    assert list(labels(set_name)) == expected
    assert list(texts(set_name)) == expected
    for item, found in labels(set_name).items():
        assert set(found) <= set(CLAUSES) or list(found.items()) in (
            [("", "")],
            [(UNREADABLE, "")],
        ), item
        assert len(found) <= 5, item


@pytest.mark.parametrize("set_name", SETS)
def test_every_span_stands_on_its_page_and_is_far_less_than_the_page(set_name):
    for item, found in labels(set_name).items():
        page = " ".join(texts(set_name)[item].split())
        for clause, span in found.items():
            assert (span == "") == (clause in {"", UNREADABLE}), item
            assert span in page, (item, clause)
            assert overlap(span, page) < 0.5, f"{item}: the whole page would count as {clause}"


@pytest.mark.parametrize("set_name", SETS)
def test_unreadable_is_what_has_no_text(set_name):
    for item, found in labels(set_name).items():
        assert (UNREADABLE in found) == (not texts(set_name)[item].strip()), item


@pytest.mark.parametrize("set_name", SETS)
def test_the_mix_suits_the_measure(set_name):
    found = labels(set_name)
    count = len(found)
    clauses = Counter(clause for own in found.values() for clause in own if clause in CLAUSES)
    assert all(clauses[clause] >= count // 6 for clause in CLAUSES), clauses
    assert max(clauses.values()) <= 0.22 * clauses.total()
    assert 2 <= clauses.total() / count <= 3
    endings = Counter(path.suffix for path in (DATASET / set_name).iterdir())
    assert endings[".txt"] > endings[".pdf"] >= count // 4
    assert count // 12 <= endings[".docx"] <= count // 8
    assert count // 24 <= sum(UNREADABLE in own for own in found.values()) <= count // 12
    index = [row for row in rows(DATASET / "index.csv") if row["set"] == set_name]
    assert 0.2 <= sum(row["language"] == "fr" for row in index) / count <= 0.3
    assert 0.15 <= sum(row["hard"] == "yes" for row in index) / count <= 0.22


@pytest.mark.parametrize("set_name", SETS)
def test_language_is_what_the_index_says(set_name):
    index = {row["id"]: row["language"] for row in rows(DATASET / "index.csv")}
    for item, text in texts(set_name).items():
        if text.strip():
            french = len(FRENCH.findall(text)) > len(ENGLISH.findall(text))
            assert index[item] == ("fr" if french else "en"), item


def test_no_wording_of_a_hidden_page_stands_in_a_development_page():
    dev = set().union(*(runs(text, 8) for text in texts("dev").values()))
    for item, text in texts("hidden").items():
        assert not runs(text, 8) & dev, item


def test_no_clause_is_worded_twice():
    spans = [
        (f"{item} {clause}", runs(span, 3))
        for set_name in SETS
        for item, own in labels(set_name).items()
        for clause, span in own.items()
    ]
    close = [
        (one, other)
        for (one, a), (other, b) in combinations(spans, 2)
        if a and b and len(a & b) / min(len(a), len(b)) >= 0.6
    ]
    assert close == []


def test_pages_are_as_long_as_pages_of_this_kind():
    lengths = sorted(
        len(words(text)) for name in SETS for text in texts(name).values() if text.strip()
    )
    assert lengths[0] >= 90
    assert lengths[-1] <= 250


@pytest.mark.parametrize("set_name", SETS)
def test_no_page_gives_its_labels_away(set_name):
    for item, text in texts(set_name).items():
        assert not re.search(r"_|</?[A-Z]{0,3}>|===", text.replace("____", "")), item
        assert not any(clause in text for clause in CLAUSES if "_" in clause), item


def test_a_heading_does_not_decide():
    """Some hidden pages name in a heading a clause that they do not have."""
    heading = re.compile(
        r"^\W*(?:\w{1,4}\W+)?(exclusiv|renewal|price increase|notice|limitation of|reconduction)",
        re.I | re.M,
    )
    clause_of = {
        "exclusiv": "exclusivity",
        "renewal": "automatic_renewal",
        "price increase": "price_increase",
        "notice": "notice_period",
        "limitation of": "liability_cap",
        "reconduction": "automatic_renewal",
    }
    misled = [
        item
        for item, text in texts("hidden").items()
        for name in heading.findall(text)
        if clause_of[name.lower()] not in labels("hidden")[item]
    ]
    assert len(set(misled)) >= 4


def test_hostile_files_are_as_hostile_as_their_notes_say():
    notes = rows(DATASET / "hostile/notes.csv")
    paths = sorted(p for p in (DATASET / "hostile").iterdir() if p.suffix != ".csv")
    assert [row["id"] for row in notes] == [path.stem for path in paths]
    assert len(paths) == 12
    for row in notes:
        assert row["what"]
        assert row["expected_status"] in {"ok", "review"}
        assert set(row["expected_clauses"].split()) <= set(CLAUSES)
        assert not row["expected_clauses"] or row["expected_status"] == "ok"
    assert {path.suffix for path in paths} == {".txt", ".pdf", ".docx"}
    by = {path.stem: path for path in paths}
    assert by["hostile-01"].read_bytes() == b""
    assert by["hostile-02"].stat().st_size > 300_000
    with pytest.raises(UnicodeDecodeError):
        by["hostile-03"].read_text(encoding="utf-8")
    assert "révisable" in by["hostile-03"].read_text(encoding="cp1252")
    for name in ("hostile-04", "hostile-12"):
        with pytest.raises(pypdf.errors.PyPdfError):
            text_of(by[name])
    assert not text_of(by["hostile-05"]).strip()
    assert "Ignore all earlier" in text_of(by["hostile-06"])
    assert text_of(by["hostile-08"]).count("\n") == 0
    assert "\n" not in text_of(by["hostile-10"])
    assert not re.search(r"[a-z]", text_of(by["hostile-11"]))


def test_second_reading_matches_the_readme_and_names_pages_of_the_hidden_set():
    readings = rows(DATASET / "second_reading.csv")
    assert len({row["id"] for row in readings}) >= 30
    for row in readings:
        page = " ".join(texts("hidden")[row["id"]].split())
        assert row["clause"] in {"", *CLAUSES}
        assert row["span"] in page, row["id"]
    scored = run_script(DATASET, "second_reading.py", "score")
    assert scored.returncode == 0, scored.stderr
    readme = (DATASET / "README.md").read_text(encoding="utf-8")
    for line in scored.stdout.splitlines():
        assert f"- {line}\n" in readme


def test_second_reading_shows_no_label():
    shown = run_script(DATASET, "second_reading.py", "read").stdout
    read = re.findall(r"^##### (con-\d+)", shown, re.M)
    assert set(read) == {row["id"] for row in rows(DATASET / "second_reading.csv")}
    assert not any(f"<{mark}>" in shown for mark in ("REN", "CAP", "LAW"))
    assert not any(clause in shown for clause in CLAUSES if "_" in clause)


def test_brief_defines_every_clause():
    brief = (DATASET / "brief.md").read_text(encoding="utf-8")
    assert [name for name in CLAUSES if f"| `{name}` |" in brief] == list(CLAUSES)
    assert f"`{UNREADABLE}`" in brief
