"""The check after 90 days: read back as RFC 5545 says, whatever a team writes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bootcamp import roi
from bootcamp.finals.calendar_entry import check_in, day_of_check

AT = datetime(2027, 1, 28, 15, 4, 5, tzinfo=timezone(timedelta(hours=1)))
HOURS = roi.Interval(-1.4, 1234.4, 2000.6)


def entry(**changes: object) -> str:
    values: dict[str, object] = {
        "company": "Alder & Finch",
        "team": "Team Teal",
        "title": "Route the inbox",
        "last_session": date(2027, 1, 28),
        "hours": HOURS,
        "check": "Elena counts one week of the log.",
        "run": "2027-01-28-140405",
        "at": AT,
    }
    return check_in(**(values | changes))  # type: ignore[arg-type]


def read(text: str) -> dict[str, str]:
    """Unfold and unescape by hand, as section 3.1 and 3.3.11 say."""
    found = {}
    for line in text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n"):
        name, _, value = line.partition(":")
        plain, letters = "", iter(value)
        for letter in letters:
            if letter == "\\":
                following = next(letters)
                plain += "\n" if following in "nN" else following
            else:
                plain += letter
        found[name] = plain
    return found


def test_it_is_an_all_day_entry_90_days_after_the_last_session() -> None:
    found = read(entry())
    assert day_of_check(date(2027, 1, 28)) == date(2027, 4, 28)  # 3 + 28 + 31 + 28 days
    assert found["DTSTART;VALUE=DATE"] == "20270428"
    assert found["DTEND;VALUE=DATE"] == "20270429"
    assert found["DTSTAMP"] == f"{AT.astimezone(UTC):%Y%m%d}T140405Z"
    assert found["VERSION"] == "2.0"
    assert found["SUMMARY"] == "90-day check: Route the inbox (Team Teal)"
    assert entry().count("BEGIN:VEVENT\r\n") == entry().count("END:VEVENT\r\n") == 1
    assert entry().endswith("END:VCALENDAR\r\n")


def test_it_says_the_number_to_compare_with_and_the_teams_words() -> None:
    said = read(entry())["DESCRIPTION"]
    assert "1,234 hours saved a year [−1 to 2,001" in said
    assert "Elena counts one week of the log." in said
    assert "final run 2027-01-28-140405" in said
    assert "wrote no words" in read(entry(check=" \n "))["DESCRIPTION"]


@pytest.mark.parametrize(
    "words",
    [
        'a; b, c \\n d\\ «é» : "q"',
        "x" * 500,
        "é" * 300,
        "🙂" * 200,
        "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:taken",
        "a\x00b\x1b[31m \ud800 \u2028 c",
    ],
)
def test_no_words_break_out_of_their_line(words: str) -> None:
    text = entry(check=words, title=words, team=words)
    lines = text.encode().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode()  # no letter is cut in two
    assert [line for line in lines if line.startswith(b"BEGIN:")] == [
        b"BEGIN:VCALENDAR",
        b"BEGIN:VEVENT",
    ]
    assert len(lines[-1]) == 0
    if words.isprintable():
        assert " ".join(words.split()) in read(text)["DESCRIPTION"]
        assert words in read(text)["SUMMARY"]


def test_a_later_run_takes_the_place_of_an_earlier_one_and_no_other_teams() -> None:
    first = read(entry())["UID"]
    assert first == read(entry(run="2027-01-29-090000", hours=roi.Interval(1, 2, 3)))["UID"]
    assert first != read(entry(team="Team Amber"))["UID"]
    assert first != read(entry(company="Birch & Co"))["UID"]
