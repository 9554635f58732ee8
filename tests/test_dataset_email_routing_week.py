"""The week of lab 5: as its sources give it, mixed like the other sets, and new to everybody."""

import email
import email.policy
import re
from collections import Counter
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pytest

from tests.datasets import DATASETS, rows, run_script

WEEK = DATASETS / "email_routing_week"
QUEUES = {"orders", "delivery", "invoices", "returns", "quotes", "hr_other"}


@cache
def mails(folder: Path) -> dict[str, EmailMessage]:
    return {
        path.stem: email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("*.eml"))
    }


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def five_grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[start : start + 5]) for start in range(max(1, len(words) - 4))}


def test_files_are_what_the_sources_give() -> None:
    checked = run_script(WEEK, "generate.py", "--check")
    assert checked.returncode == 0, checked.stderr


def test_forty_mails_each_with_its_labels() -> None:
    labels = rows(WEEK / "dev/labels.csv")
    assert [row["id"] for row in labels] == [f"mail-{number}" for number in range(401, 441)]
    assert list(mails(WEEK / "dev")) == [row["id"] for row in labels]
    assert list(labels[0]) == ["id", "queue", "urgency"]


def test_the_mix_is_that_of_the_other_sets() -> None:
    labels, index = rows(WEEK / "dev/labels.csv"), rows(WEEK / "index.csv")
    queues = Counter(row["queue"] for row in labels)
    assert set(queues) == QUEUES
    assert all(4 <= count <= 10 for count in queues.values())
    urgent = [row["queue"] for row in labels if row["urgency"] == "urgent"]
    assert set(urgent) == QUEUES
    assert 8 <= len(urgent) <= 10
    assert Counter(row["language"] for row in index) == {"en": 22, "fr": 18}
    assert 6 <= sum(row["hard"] == "yes" for row in index) <= 9


@pytest.mark.parametrize("item", sorted(mails(WEEK / "dev")))
def test_every_mail_is_a_well_formed_one_of_that_week(item: str) -> None:
    message = mails(WEEK / "dev")[item]
    assert [part.defects for part in message.walk() if part.defects] == []
    assert message["From"].addresses[0].domain.endswith(".example")
    assert (message["Date"].datetime.year, message["Date"].datetime.month) == (2026, 4)
    assert 13 <= message["Date"].datetime.day <= 17
    assert not re.search(r"[{}]", f"{message['Subject']} {text_of(message)}")
    assert "hr_other" not in text_of(message)


@pytest.mark.parametrize("other", ["dev", "hidden", "hostile"])
def test_no_mail_was_seen_before(other: str) -> None:
    """Signatures and footers may be shared; the prose is not."""
    seen = {}
    for name, message in mails(DATASETS / "email_routing" / other).items():
        body = message.get_body(("plain",))
        try:
            seen[name] = five_grams(str(body.get_content()) if body else "")
        except LookupError:  # one hostile mail names a character set that does not exist
            continue
    for item, message in mails(WEEK / "dev").items():
        mine = five_grams(text_of(message))
        close = [name for name, grams in seen.items() if len(mine & grams) > 0.4 * len(mine)]
        assert close == [], item


def test_the_word_urgent_does_not_decide() -> None:
    urgency = {row["id"]: row["urgency"] for row in rows(WEEK / "dev/labels.csv")}
    shouting = [
        item
        for item, message in mails(WEEK / "dev").items()
        if "urgent" in f"{message['Subject']} {text_of(message)}".lower()
    ]
    assert [urgency[item] for item in shouting] == ["normal"]
