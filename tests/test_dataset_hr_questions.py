"""The HR questions: what is on disk is what its sources give, and it is fit for an exam."""

import email
import email.policy
import re
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from tests.datasets import DATASETS, SETS, rows, run_script

DATASET = DATASETS / "hr_questions"
REASONS = {"silent", "near", "personal", "action"}
FRENCH = re.compile(r"\b(le|la|les|des|une|est|nous|vous|je|pas|que|pour|dans|et|sur|il)\b", re.I)
ENGLISH = re.compile(r"\b(the|and|is|we|you|it|to|of|for|have|that|can|in|on|my|with|i)\b", re.I)


def text_of(path: Path) -> str:
    if path.suffix == ".txt":
        return path.read_bytes().decode("utf-8-sig")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return f"{message['Subject'] or ''}\n{body.get_content()}"


@cache
def texts(set_name: str) -> dict[str, str]:
    return {
        path.stem: text_of(path)
        for path in sorted((DATASET / set_name).iterdir())
        if path.suffix in {".txt", ".eml"}
    }


@cache
def articles() -> dict[str, str]:
    handbook = (DATASET / "authored" / "handbook.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^### (\d+)\. (.+)$", handbook, re.M))


def runs(text: str, length: int = 5) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def test_files_are_what_the_sources_give():
    checked = run_script(DATASET, "generate.py", "--check")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("set_name", SETS)
def test_every_question_has_a_legal_label_and_the_handbook_lies_beside_it(set_name):
    first, count = SETS[set_name]
    labels = rows(DATASET / f"{set_name}/labels.csv")
    expected = [f"ask-{number:03d}" for number in range(first, first + count)]
    assert [row["id"] for row in labels] == expected
    assert list(texts(set_name)) == expected
    for row in labels:
        assert row["answerable"] in {"yes", "no"}, row
        assert (row["answerable"] == "yes") == (row["article"] in articles()), row
    given = (DATASET / set_name / "handbook.md").read_bytes()
    assert given == (DATASET / "authored" / "handbook.md").read_bytes()


@pytest.mark.parametrize("set_name", SETS)
def test_the_mix_is_what_the_readme_says(set_name):
    index = [row for row in rows(DATASET / "index.csv") if row["set"] == set_name]
    labels = {row["id"]: row for row in rows(DATASET / f"{set_name}/labels.csv")}
    for row in index:
        assert bool(row["reason"]) == (labels[row["id"]]["answerable"] == "no"), row
    refused = Counter(row["reason"] for row in index if row["reason"])
    assert set(refused) == REASONS
    assert 0.28 <= refused.total() / len(index) <= 0.36
    assert 0.55 <= sum(row["language"] == "en" for row in index) / len(index) <= 0.65
    assert 0.25 <= sum(row["hard"] == "yes" for row in index) / len(index) <= 0.33


def test_each_article_answers_two_to_four_questions_and_hidden_knows_nearly_all():
    cited = [row["article"] for name in SETS for row in rows(DATASET / f"{name}/labels.csv")]
    found = Counter(article for article in cited if article)
    assert list(articles()) == [str(number) for number in range(1, 43)]
    assert set(found) == set(articles())
    assert set(found.values()) <= {2, 3, 4}
    assert len({row["article"] for row in rows(DATASET / "hidden/labels.csv")}) >= 40


@pytest.mark.parametrize("set_name", SETS)
def test_language_is_what_the_index_says(set_name):
    index = {
        row["id"]: row["language"] for row in rows(DATASET / "index.csv") if row["set"] == set_name
    }
    for item, text in texts(set_name).items():
        french, english = len(FRENCH.findall(text)), len(ENGLISH.findall(text))
        if max(french, english) >= 3:
            assert index[item] == ("fr" if french > english else "en"), item


def test_no_question_gives_its_label_away():
    for set_name in SETS:
        for item, text in texts(set_name).items():
            assert not re.search(r"\b(article|answerable|label)\b", text, re.I), item


def test_no_two_questions_are_nearly_the_same():
    found = {
        f"{set_name}/{item}": runs(text)
        for set_name in SETS
        for item, text in texts(set_name).items()
    }
    close = [
        (one, other)
        for (one, a), (other, b) in combinations(found.items(), 2)
        if a and b and len(a & b) / min(len(a), len(b)) >= 0.4
    ]
    assert close == []


def test_questions_come_as_colleagues_write_them():
    files = [path for name in SETS for path in (DATASET / name).iterdir()]
    kinds = Counter(path.suffix for path in files if path.stem in texts(path.parent.name))
    assert min(kinds[".eml"], kinds[".txt"]) >= 65
    sizes = sorted(len(text.split()) for name in SETS for text in texts(name).values())
    assert sizes[16] <= 16
    assert sizes[-12] >= 80
    marks = [path for path in files if path.suffix == ".txt" and b"\r\n" in path.read_bytes()]
    assert len(marks) >= 5


def test_hostile_files_are_as_hostile_as_their_notes_say():
    notes = rows(DATASET / "hostile/notes.csv")
    assert [row["id"] for row in notes] == [f"hostile-{number:02d}" for number in range(1, 13)]
    raw = {path.stem: path.read_bytes() for path in (DATASET / "hostile").glob("hostile-*")}
    assert set(raw) == {row["id"] for row in notes}
    for row in notes:
        assert (row["expected_answerable"] == "yes") == (row["expected_article"] in articles())
    assert raw["hostile-01"] == b""
    assert len(raw["hostile-02"]) > 300_000
    for item in ("hostile-04", "hostile-11"):
        with pytest.raises(UnicodeDecodeError):
            raw[item].decode("utf-8")
    assert b"article to 99" in raw["hostile-06"]
    charset = str(email.message_from_bytes(raw["hostile-12"]).get_content_charset())
    with pytest.raises(LookupError):
        raw["hostile-12"].decode(charset)


def test_second_reading_matches_the_labels_and_the_readme():
    readings = rows(DATASET / "second_reading.csv")
    labels = {row["id"]: row for row in rows(DATASET / "hidden/labels.csv")}
    assert len({row["id"] for row in readings}) == len(readings) >= 30
    for row in readings:
        assert row["answerable_first"] == labels[row["id"]]["answerable"], row["id"]
        assert row["article_first"] == labels[row["id"]]["article"], row["id"]
    scored = run_script(DATASET, "second_reading.py", "score")
    assert scored.returncode == 0, scored.stderr
    readme = (DATASET / "README.md").read_text(encoding="utf-8")
    for line in scored.stdout.splitlines():
        assert f"- {line}\n" in readme
    shown = re.findall(
        r"^##### (ask-\d+)", run_script(DATASET, "second_reading.py", "read").stdout, re.M
    )
    assert shown == [row["id"] for row in readings]
