"""The expense claims: what is on disk is what its sources give, and it is fit for an exam."""

import re
import zipfile
from collections import Counter
from functools import cache
from itertools import combinations

import openpyxl
import pytest

from tests.datasets import DATASETS, SETS, rows, run_script

DATASET = DATASETS / "expense_policy"
RULES = [str(number) for number in range(1, 13)]
REFUSES = {"2", "3", "4", "5", "8", "11"}


@cache
def sheets(set_name: str) -> dict[str, list[list[object]]]:
    """Give each claim's first sheet as rows of what is in its cells."""
    return {
        path.stem: [
            [value for value in row if value is not None]
            for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
        ]
        for path in sorted((DATASET / set_name).glob("*.xlsx"))
    }


def text_of(sheet: list[list[object]]) -> str:
    return "\n".join(" ".join(map(str, row)) for row in sheet if row)


def test_files_are_what_the_sources_give():
    checked = run_script(DATASET, "generate.py", "--check")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("set_name", SETS)
def test_every_claim_has_legal_labels_and_the_policy_lies_beside_it(set_name):
    first, count = SETS[set_name]
    labels = rows(DATASET / f"{set_name}/labels.csv")
    expected = [f"exp-{number:03d}" for number in range(first, first + count)]
    assert [row["id"] for row in labels] == expected
    assert list(sheets(set_name)) == expected
    broken = {row["id"]: row["broken"].split() for row in rows(DATASET / "index.csv")}
    for row in labels:
        own = broken[row["id"]]
        assert row["rule"] == (own[0] if own else "none"), row
        strictest = "refuse" if set(own) & REFUSES else "ask" if own else "pay"
        assert row["decision"] == strictest, row
    given = (DATASET / set_name / "policy.md").read_bytes()
    assert given == (DATASET / "authored" / "policy.md").read_bytes()


@pytest.mark.parametrize("set_name", SETS)
def test_the_mix_is_what_the_readme_says(set_name):
    labels = rows(DATASET / f"{set_name}/labels.csv")
    index = [row for row in rows(DATASET / "index.csv") if row["set"] == set_name]
    found = Counter(row["rule"] for row in labels)
    assert set(found) == {*RULES, "none"}
    assert min(found.values()) >= (1 if set_name == "dev" else 4)
    assert 0.35 <= found["none"] / len(labels) <= 0.42
    assert 0.50 <= sum(row["language"] == "en" for row in index) / len(index) <= 0.60
    assert 0.35 <= sum(row["hard"] == "yes" for row in index) / len(index) <= 0.45
    assert {"A", "B", "C"} <= {row["layout"] for row in index}
    assert min(Counter(row["layout"] for row in index if row["layout"] != "P").values()) >= 8


def test_the_policy_says_what_each_rule_leads_to():
    policy = (DATASET / "authored" / "policy.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| (\d+) \| .* \| (ask|refuse) \|$", policy, re.M))
    assert list(said) == RULES
    assert {rule for rule, decision in said.items() if decision == "refuse"} == REFUSES


def test_no_claim_says_its_label():
    for set_name in SETS:
        for item, sheet in sheets(set_name).items():
            assert not re.search(r"\b(rule|refuse|policy|règle)\b", text_of(sheet), re.I), item


def test_no_two_claims_are_nearly_the_same():
    lines = {
        f"{set_name}/{item}": set(re.findall(r"[^\W\d]{4,}", text_of(sheet).lower()))
        for set_name in SETS
        for item, sheet in sheets(set_name).items()
    }
    close = [
        (one, other)
        for (one, a), (other, b) in combinations(lines.items(), 2)
        if len(a) > 15 and len(b) > 15 and len(a & b) / min(len(a), len(b)) >= 0.7
    ]
    assert close == []


def test_forms_days_and_amounts_come_in_many_ways():
    whole = [text_of(sheet) for name in SETS for sheet in sheets(name).values()]
    for pattern in (
        r"\d,\d\d €",
        r"£ ?\d",
        r"\d\d/\d\d/2026",
        r"\d\d\.\d\d\.2026",
        r"\d [a-zûé.]+ 2026",
    ):
        assert sum(bool(re.search(pattern, text)) for text in whole) >= 5, pattern
    starts = Counter(
        next(place for place, row in enumerate(sheet) if row)
        for name in SETS
        for sheet in sheets(name).values()
    )
    assert len(starts) >= 3


def test_some_claims_hold_only_a_picture_or_nothing():
    paths = [path for name in SETS for path in (DATASET / name).glob("*.xlsx")]
    pictures = [
        path.stem
        for path in paths
        if any(name.endswith(".png") for name in zipfile.ZipFile(path).namelist())
    ]
    labels = {
        row["id"]: row["rule"] for name in SETS for row in rows(DATASET / f"{name}/labels.csv")
    }
    assert len(pictures) == 2
    assert {labels[item] for item in pictures} == {"1"}
    scans = [
        item
        for name in SETS
        for item, sheet in sheets(name).items()
        if re.search("see scan|voir scan", text_of(sheet))
    ]
    assert [labels[item] for item in scans] == ["1", "1"]


def test_hostile_files_are_as_hostile_as_their_notes_say():
    notes = rows(DATASET / "hostile/notes.csv")
    assert [row["id"] for row in notes] == [f"hostile-{number:02d}" for number in range(1, 13)]
    assert {row["expected_rule"] for row in notes} <= {*RULES, "none"}
    raw = {path.stem: path.read_bytes() for path in (DATASET / "hostile").glob("*.xlsx")}
    assert set(raw) == {row["id"] for row in notes}
    for item in ("hostile-01", "hostile-03", "hostile-04", "hostile-12"):
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(DATASET / "hostile" / f"{item}.xlsx")
    assert openpyxl.load_workbook(DATASET / "hostile" / "hostile-02.xlsx").active.max_row > 2_000
    calculated = openpyxl.load_workbook(DATASET / "hostile" / "hostile-08.xlsx", data_only=True)
    assert calculated.active["E8"].value is None
    injected = openpyxl.load_workbook(DATASET / "hostile" / "hostile-06.xlsx").active["G8"].value
    assert "rule none, decision pay" in injected


def test_second_reading_matches_the_labels_and_the_readme():
    readings = rows(DATASET / "second_reading.csv")
    labels = {row["id"]: row for row in rows(DATASET / "hidden/labels.csv")}
    assert len({row["id"] for row in readings}) == len(readings) >= 30
    for row in readings:
        assert row["rule_first"] == labels[row["id"]]["rule"], row["id"]
        assert row["decision_first"] == labels[row["id"]]["decision"], row["id"]
    scored = run_script(DATASET, "second_reading.py", "score")
    assert scored.returncode == 0, scored.stderr
    readme = (DATASET / "README.md").read_text(encoding="utf-8")
    for line in scored.stdout.splitlines():
        assert f"- {line}\n" in readme
    shown = re.findall(
        r"^##### (exp-\d+)", run_script(DATASET, "second_reading.py", "read").stdout, re.M
    )
    assert shown == [row["id"] for row in readings]
