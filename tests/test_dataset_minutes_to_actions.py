"""The minutes set: what is on disk is what its sources give, and it is fit for an exam."""

import re
import zipfile
from collections import Counter
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path

import docx
import docx.table
import pytest
from docx.opc.exceptions import PackageNotFoundError

from tests.datasets import DATASETS, SETS, copied, rows, run_script

DATASET = DATASETS / "minutes_to_actions"
WEEKDAYS = {
    name: number
    for names in (
        "monday tuesday wednesday thursday friday saturday sunday",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "montag dienstag mittwoch donnerstag freitag",
    )
    for number, name in enumerate(names.split())
}


def text_of(path: Path) -> str:
    """Read a file as a careful solution would: paragraphs and tables in their order."""
    if path.suffix == ".txt":
        return path.read_text(encoding="utf-8")
    parts = []
    for block in docx.Document(str(path)).iter_inner_content():
        if isinstance(block, docx.table.Table):
            parts += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            parts.append(block.text)
    return "\n".join(parts)


@cache
def texts(set_name: str) -> dict[str, str]:
    paths = [path for path in sorted((DATASET / set_name).iterdir()) if path.suffix != ".csv"]
    return {path.stem: text_of(path) for path in paths}


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def five_grams(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[start : start + 5]) for start in range(len(said) - 4)}


def test_files_are_what_the_sources_give():
    checked = run_script(DATASET, "generate.py", "--check")
    assert checked.returncode == 0, checked.stderr


def test_check_reports_a_changed_file_and_a_stray_one(tmp_path):
    copy = copied(DATASET, tmp_path)
    first = sorted((copy / "dev").glob("min-*"))[0]
    first.write_bytes(b"changed")
    (copy / "hidden" / "min-999.txt").write_text("stray")
    checked = run_script(copy, "generate.py", "--check")
    assert checked.returncode == 1
    assert f"dev/{first.name} differs" in checked.stderr
    assert "hidden/min-999.txt is not generated" in checked.stderr


@pytest.mark.parametrize("set_name", SETS)
def test_every_file_has_labels_and_every_label_a_file(set_name):
    first, count = SETS[set_name]
    expected = [f"min-{number:03d}" for number in range(first, first + count)]
    assert list(texts(set_name)) == expected
    assert (
        list(dict.fromkeys(row["id"] for row in rows(DATASET / f"{set_name}/labels.csv")))
        == expected
    )


@pytest.mark.parametrize("set_name", SETS)
def test_labels_are_actions_or_one_empty_row(set_name):
    by_item: dict[str, list[dict[str, str]]] = {}
    for row in rows(DATASET / f"{set_name}/labels.csv"):
        by_item.setdefault(row["id"], []).append(row)
    for item, own in by_item.items():
        if any(not row["what"] for row in own):
            assert [list(row.values())[1:] for row in own] == [["", "", "", ""]], item
        for row in own:
            if row["when"]:
                assert date.fromisoformat(row["when"]).year == 2026, item
        assert len({(row["who"], row["what"]) for row in own}) == len(own), item


@pytest.mark.parametrize("set_name", SETS)
def test_who_and_evidence_stand_in_the_text(set_name):
    for row in rows(DATASET / f"{set_name}/labels.csv"):
        said = " ".join(words(texts(set_name)[row["id"]]))
        assert " ".join(words(row["evidence"])) in said, row
        for name in re.split(r" and |, ", row["who"]):
            assert name.casefold() in texts(set_name)[row["id"]].casefold(), row


@pytest.mark.parametrize("set_name", SETS)
def test_a_weekday_in_the_evidence_is_the_day_of_the_date(set_name):
    """Where evidence names one weekday and no other date, `when` falls on it."""
    for row in rows(DATASET / f"{set_name}/labels.csv"):
        days = {WEEKDAYS[word] for word in words(row["evidence"]) if word in WEEKDAYS}
        plain = not re.search(r"\d|starting|chaque|le jeudi", row["evidence"])
        if len(days) == 1 and plain:
            assert row["when"], row
            assert date.fromisoformat(row["when"]).weekday() in days, row


@pytest.mark.parametrize("set_name", SETS)
def test_the_mix_is_the_same_in_both_sets(set_name):
    index = [row for row in rows(DATASET / "index.csv") if row["set"] == set_name]
    languages = Counter(row["language"] for row in index)
    assert 0.58 <= languages["en"] / len(index) <= 0.68
    assert languages["fr"] / len(index) >= 0.3
    assert languages["de"] >= 1
    assert 0.18 <= sum(row["hard"] == "yes" for row in index) / len(index) <= 0.25
    labels = rows(DATASET / f"{set_name}/labels.csv")
    actions = Counter(row["id"] for row in labels if row["what"])
    without = len(index) - len(actions)
    assert 0.05 <= without / len(index) <= 0.15
    assert 2 <= sum(actions.values()) / len(index) <= 3
    assert max(actions.values()) >= 4
    assert any(row["what"] and not row["who"] for row in labels)
    dated = sum(bool(row["when"]) for row in labels) / sum(actions.values())
    assert 0.7 <= dated <= 0.9


@pytest.mark.parametrize("set_name", SETS)
def test_files_are_of_several_kinds(set_name):
    endings = Counter(path.suffix for path in (DATASET / set_name).glob("min-*"))
    assert endings[".txt"] >= 4
    assert endings[".docx"] > 3 * endings[".txt"]
    pictures, tables = 0, 0
    for path in (DATASET / set_name).glob("*.docx"):
        with zipfile.ZipFile(path) as file:
            pictures += "word/media/scan.png" in file.namelist()
            assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        tables += bool(docx.Document(str(path)).tables)
    assert pictures >= 1
    assert tables >= 1


@pytest.mark.parametrize("set_name", SETS)
def test_no_mark_of_the_author_is_left_in_a_text(set_name):
    for item, text in texts(set_name).items():
        assert not re.search(r"[{}]|=>|^@ |^#|\*\*", text, re.MULTILINE), item


def test_lengths_vary_and_nobody_writes_a_novel():
    lengths = sorted(
        len(words(text)) for name in SETS for text in texts(name).values() if text.strip()
    )
    assert lengths[0] >= 45
    assert lengths[len(lengths) // 2] in range(85, 125)
    assert lengths[-1] <= 190


def test_no_two_minutes_are_nearly_the_same():
    grams = {
        item: five_grams(text)
        for name in SETS
        for item, text in texts(name).items()
        if text.strip()
    }
    close = [
        (one, other)
        for (one, a), (other, b) in combinations(grams.items(), 2)
        if len(a & b) / len(a | b) >= 0.1
    ]
    assert close == []


def test_a_list_of_cue_words_does_not_find_the_actions():
    """Lines with `will`, `action` or a dash and a name must neither find all nor only actions."""
    labels = rows(DATASET / "hidden/labels.csv")
    cue = re.compile(r"\bwill\b|\bto do\b|\baction", re.IGNORECASE)
    found = [bool(cue.search(row["evidence"])) for row in labels if row["what"]]
    assert sum(found) / len(found) < 0.3


def test_hostile_files_are_noted_and_as_hostile_as_their_notes_say():
    notes = rows(DATASET / "hostile/notes.csv")
    paths = sorted((DATASET / "hostile").glob("hostile-*"))
    assert [row["id"] for row in notes] == [path.stem for path in paths]
    assert len(notes) == 12
    assert all(row["what"] and row["expected"] for row in notes)
    raw = {path.stem: path.read_bytes() for path in paths}
    assert raw["hostile-01"] == b""
    for broken in ("hostile-01", "hostile-02", "hostile-11"):
        with pytest.raises((PackageNotFoundError, zipfile.BadZipFile)):
            docx.Document(str(DATASET / "hostile" / f"{broken}.docx"))
    assert not text_of(DATASET / "hostile" / "hostile-03.docx").strip()
    with pytest.raises(UnicodeDecodeError):
        raw["hostile-04"].decode("utf-8")
    assert "Hervé" in raw["hostile-04"].decode("cp1252")
    assert "ignore the rules" in text_of(DATASET / "hostile" / "hostile-05.docx")
    assert 300_000 < len(raw["hostile-06"]) < 310_000
    nested = docx.Document(str(DATASET / "hostile" / "hostile-07.docx")).tables[0].cell(1, 1)
    assert nested.tables[0].cell(0, 0).text == "Jo hangs up the new signs"
    tracked = zipfile.ZipFile(DATASET / "hostile" / "hostile-09.docx").read("word/document.xml")
    assert b"<w:delText>" in tracked
    assert b"<w:ins " in tracked
    assert b"\n" not in raw["hostile-10"]


def test_second_reading_is_of_hidden_files_and_in_the_readme():
    readings = rows(DATASET / "second_reading.csv")
    read = {row["id"] for row in readings}
    hidden = {row["id"] for row in rows(DATASET / "hidden/labels.csv")}
    assert read <= hidden
    assert len(read) >= 30
    scored = run_script(DATASET, "second_reading.py", "score")
    assert scored.returncode == 0, scored.stderr
    readme = (DATASET / "README.md").read_text(encoding="utf-8")
    for line in scored.stdout.splitlines():
        assert f"- {line}\n" in readme


def test_second_reading_shows_no_label():
    shown = run_script(DATASET, "second_reading.py", "read").stdout
    assert re.findall(r"^##### (min-\d+)", shown, re.M) == sorted(
        {row["id"] for row in rows(DATASET / "second_reading.csv")}
    )
    assert not re.search(r"\d{4}-\d\d-\d\d", shown)


def test_brief_defines_every_column():
    brief = (DATASET / "brief.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in brief for name in ("who", "what", "when", "evidence"))
