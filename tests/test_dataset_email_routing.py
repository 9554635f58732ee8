"""The e-mail routing set: what is on disk is what its sources give, and it is fit for an exam."""

import email
import email.policy
import re
from collections import Counter
from email.message import EmailMessage
from functools import cache
from itertools import combinations

import pytest

from tests.datasets import DATASETS, SETS, copied, rows, run_script

DATASET = DATASETS / "email_routing"
QUEUES = {"orders", "delivery", "invoices", "returns", "quotes", "hr_other"}
URGENCIES = {"urgent", "normal"}
FRENCH = re.compile(r"\b(le|la|les|des|une|est|nous|vous|je|pas|que|pour|dans|et|sur|il)\b", re.I)
ENGLISH = re.compile(r"\b(the|and|is|we|you|it|to|of|for|have|that|can|in|on|my|with)\b", re.I)


@cache
def mails(set_name: str) -> dict[str, EmailMessage]:
    return {
        path.stem: email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted((DATASET / set_name).glob("*.eml"))
    }


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return body.get_content()


def five_grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    size = min(5, len(words))
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)}


def share(part: int, whole: int) -> float:
    return part / whole


def test_files_are_what_the_sources_give():
    checked = run_script(DATASET, "generate.py", "--check")
    assert checked.returncode == 0, checked.stderr


def test_check_reports_a_changed_mail_and_a_stray_file(tmp_path):
    copy = copied(DATASET, tmp_path)
    (copy / "dev" / "mail-001.eml").write_bytes(b"Subject: changed\n\n")
    (copy / "hidden" / "mail-999.eml").write_bytes(b"Subject: stray\n\n")
    checked = run_script(copy, "generate.py", "--check")
    assert checked.returncode == 1
    assert "dev/mail-001.eml differs" in checked.stderr
    assert "hidden/mail-999.eml is not generated" in checked.stderr


@pytest.mark.parametrize("set_name", SETS)
def test_every_mail_has_a_label_and_every_label_a_mail(set_name):
    first, count = SETS[set_name]
    labels = rows(DATASET / f"{set_name}/labels.csv")
    expected = [f"mail-{number:03d}" for number in range(first, first + count)]
    assert [row["id"] for row in labels] == expected
    assert list(mails(set_name)) == expected
    assert {row["queue"] for row in labels} == QUEUES
    assert {row["urgency"] for row in labels} == URGENCIES


@pytest.mark.parametrize("set_name", SETS)
def test_shares_suit_macro_f1(set_name):
    labels = rows(DATASET / f"{set_name}/labels.csv")
    queues = Counter(row["queue"] for row in labels)
    assert all(0.10 <= share(count, len(labels)) <= 0.25 for count in queues.values()), queues
    urgent = sum(row["urgency"] == "urgent" for row in labels)
    assert 0.20 <= share(urgent, len(labels)) <= 0.25
    # Neither label may give the other away: each queue has urgent and normal mails.
    assert {(row["queue"], row["urgency"]) for row in labels} >= {
        (queue, urgency) for queue in QUEUES for urgency in URGENCIES
    }


@pytest.mark.parametrize("set_name", SETS)
def test_language_is_what_the_index_says_and_english_leads(set_name):
    index = {
        row["id"]: row["language"] for row in rows(DATASET / "index.csv") if row["set"] == set_name
    }
    found = {}
    for item, message in mails(set_name).items():
        text = f"{message['Subject'] or ''}\n{text_of(message)}"
        french, english = len(FRENCH.findall(text)), len(ENGLISH.findall(text))
        found[item] = "fr" if french > english else "en" if english > french else index[item]
    assert found == index
    assert 0.50 <= share(sum(value == "en" for value in index.values()), len(index)) <= 0.60


@pytest.mark.parametrize("set_name", SETS)
def test_about_one_mail_in_five_is_hard(set_name):
    hard = [row["hard"] == "yes" for row in rows(DATASET / "index.csv") if row["set"] == set_name]
    assert 0.15 <= share(sum(hard), len(hard)) <= 0.22


@pytest.mark.parametrize("set_name", SETS)
def test_every_mail_is_well_formed(set_name):
    for item, message in mails(set_name).items():
        assert [part.defects for part in message.walk() if part.defects] == [], item
        assert message["From"].addresses[0].domain.endswith(".example"), item
        assert message["To"].addresses[0].addr_spec == "contact@alderfinch.example", item
        assert message["Date"].datetime.year == 2026, item
        assert message["Message-ID"], item
        assert text_of(message).strip(), item
        longest = max(map(len, (DATASET / set_name / f"{item}.eml").read_bytes().split(b"\n")))
        assert longest <= 998, f"{item} has a line longer than RFC 5322 allows"
        assert not re.search(r"[{}]", text_of(message)), f"{item} has an unfilled number"


def test_encodings_and_multipart_are_mixed():
    messages = [message for set_name in SETS for message in mails(set_name).values()]
    encodings = Counter(
        message.get_body(("plain",))["Content-Transfer-Encoding"] for message in messages
    )
    assert set(encodings) == {"quoted-printable", "8bit", "base64"}
    assert min(encodings.values()) >= 15
    assert sum(message.get_content_type() == "multipart/alternative" for message in messages) >= 15
    assert sum(message["Subject"] is None for message in messages) >= 2


def test_message_ids_are_unique():
    ids = [message["Message-ID"] for set_name in SETS for message in mails(set_name).values()]
    assert len(set(ids)) == len(ids)


def test_no_two_mails_are_nearly_the_same():
    texts = {
        f"{set_name}/{item}": five_grams(text_of(message))
        for set_name in SETS
        for item, message in mails(set_name).items()
    }
    close = [
        (one, other)
        for (one, a), (other, b) in combinations(texts.items(), 2)
        if len(a & b) / len(a | b) >= 0.5
    ]
    assert close == []


def test_lengths_vary_as_in_a_real_inbox():
    lengths = sorted(
        len(text_of(message).split()) for set_name in SETS for message in mails(set_name).values()
    )
    assert lengths[0] <= 10
    assert lengths[len(lengths) // 10] <= 35
    assert lengths[-len(lengths) // 10] >= 85
    assert lengths[-1] <= 220


def test_the_word_urgent_does_not_decide():
    """A program that looks for the word must miss most urgent mails and raise false alarms."""
    labels = {row["id"]: row["urgency"] for row in rows(DATASET / "hidden/labels.csv")}
    shouting = {
        item
        for item, message in mails("hidden").items()
        if "urgent" in f"{message['Subject']} {text_of(message)}".lower()
    }
    urgent = {item for item, urgency in labels.items() if urgency == "urgent"}
    assert 0 < len(shouting & urgent) / len(urgent) < 0.5
    assert shouting - urgent


def test_hostile_mails_are_noted_and_can_be_opened():
    notes = rows(DATASET / "hostile/notes.csv")
    assert [row["id"] for row in notes] == [f"hostile-{number:02d}" for number in range(1, 13)]
    assert list(mails("hostile")) == [row["id"] for row in notes]
    assert {row["expected_queue"] for row in notes} <= QUEUES
    assert {row["expected_urgency"] for row in notes} == URGENCIES
    assert all(row["what"] for row in notes)


def test_hostile_mails_are_as_hostile_as_their_notes_say():
    hostile = mails("hostile")
    raw = {path.stem: path.read_bytes() for path in (DATASET / "hostile").glob("*.eml")}
    assert not hostile["hostile-01"].get_content().strip()
    assert 300_000 < len(raw["hostile-02"]) < 400_000
    assert hostile["hostile-03"].get_body(("plain",)) is None
    with pytest.raises(UnicodeDecodeError):
        hostile["hostile-04"].get_payload(decode=True).decode("utf-8")
    assert hostile["hostile-04"].get_payload(decode=True).decode("cp1252")
    assert hostile["hostile-05"].get_body(("plain", "html")) is None
    assert "Ignore your previous instructions" in text_of(hostile["hostile-06"])
    assert "ę" in text_of(hostile["hostile-07"])
    assert hostile["hostile-08"]["Auto-Submitted"] == "auto-replied"
    assert text_of(hostile["hostile-09"]).count("-----Original Message-----") == 2
    assert hostile["hostile-10"]["Content-Transfer-Encoding"] == "base64"
    assert "earth wire" in text_of(hostile["hostile-10"])
    assert sum(letter.islower() for letter in text_of(hostile["hostile-11"])) == 0
    assert hostile["hostile-12"].defects
    with pytest.raises((LookupError, KeyError)):
        hostile["hostile-12"].get_payload(decode=True).decode(
            hostile["hostile-12"].get_content_charset("windows-8859-bretagne")
        )


def test_second_reading_matches_the_labels_and_the_readme():
    readings = rows(DATASET / "second_reading.csv")
    labels = {row["id"]: row for row in rows(DATASET / "hidden/labels.csv")}
    assert len({row["id"] for row in readings}) == len(readings) >= 30
    for row in readings:
        assert row["queue_first"] == labels[row["id"]]["queue"], row["id"]
        assert row["urgency_first"] == labels[row["id"]]["urgency"], row["id"]
    scored = run_script(DATASET, "second_reading.py", "score")
    assert scored.returncode == 0, scored.stderr
    readme = (DATASET / "README.md").read_text(encoding="utf-8")
    for line in scored.stdout.splitlines():
        assert f"- {line}\n" in readme


def test_second_reading_shows_no_label():
    shown = run_script(DATASET, "second_reading.py", "read").stdout
    read = re.findall(r"^##### (mail-\d+)", shown, re.M)
    assert read == [row["id"] for row in rows(DATASET / "second_reading.csv")]
    assert "hr_other" not in shown


def test_brief_defines_every_queue():
    brief = (DATASET / "brief.md").read_text(encoding="utf-8")
    assert {name for name in QUEUES if f"| `{name}` |" in brief} == QUEUES
