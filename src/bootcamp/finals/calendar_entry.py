"""The check after 90 days as an entry for anybody's calendar (RFC 5545)."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bootcamp import roi
from bootcamp.language import language
from bootcamp.spoken import texts
from bootcamp.wording import whole

__all__ = ["CHECK_IN", "check_in", "day_of_check"]

_ = texts("finals")

CHECK_IN = "check-in-90-days.ics"
_DAYS = 90
_LONGEST_LINE = 75
"""In octets, without the line's end (RFC 5545, section 3.1)."""
_NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}
"""Control signs, halves of letters, and ends of lines that some readers take for such."""
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def day_of_check(last_session: date) -> date:
    """Give the day on which a team compares what it promised with what came."""
    return last_session + timedelta(days=_DAYS)


def check_in(
    *,
    company: str,
    team: str,
    title: str,
    last_session: date,
    hours: roi.Interval,
    check: str,
    run: str,
    at: datetime,
) -> str:
    """Give the entry: all day, with the number to compare with and the team's own words.

    `check` is what the team says is checked, by whom and how; `at` is the moment of making it.
    Another run's entry takes the place of this one in a calendar, as both have the same UID.
    """
    day = day_of_check(last_session)
    description = [
        _(
            "Compare with what was promised: {middle} hours saved a year [{low} to {high}, nine"
            " chances in ten], at full use.",
            middle=whole(hours.p50),
            low=whole(hours.p5),
            high=whole(hours.p95),
        ),
        _("What the team wrote: {words}", words=" ".join(check.split()))
        if check.strip()
        else _("The team wrote no words on this check."),
        _("Count one week: how many items went through the tool, how many minutes each took."),
        _("From the final run {run}.", run=run),
    ]
    whose = _text(f"bootcamp/{company}/{team}/{last_session.isoformat()}")
    uid = uuid.uuid5(uuid.NAMESPACE_URL, whose)
    lines = [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", f"-//AI Bootcamp Lab//Final runs//{language().upper()}"),
        ("METHOD", "PUBLISH"),
        ("BEGIN", "VEVENT"),
        ("UID", f"{uid}@ai-bootcamp-lab"),
        ("DTSTAMP", f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"),
        ("DTSTART;VALUE=DATE", f"{day:%Y%m%d}"),
        ("DTEND;VALUE=DATE", f"{day + timedelta(days=1):%Y%m%d}"),
        ("SUMMARY", _text(_("90-day check: {title} ({team})", title=title, team=team))),
        ("DESCRIPTION", _text("\n".join(description))),
        ("TRANSP", "TRANSPARENT"),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]
    return "".join(f"{part}\r\n" for name, value in lines for part in _folded(f"{name}:{value}"))


def _text(value: str) -> str:
    """Escape what has a meaning of its own, and leave out what no calendar may hold."""
    kept = (c for c in value if c == "\n" or unicodedata.category(c) not in _NO_TEXT)
    return "".join(kept).translate(_ESCAPED)


def _folded(line: str) -> Iterator[str]:
    """Give a long line in parts that begin with a space, and never cut a letter in two."""
    part, octets = "", 0
    for letter in line:
        size = len(letter.encode())
        if octets + size > _LONGEST_LINE:
            yield part
            part, octets = " ", 1
        part += letter
        octets += size
    yield part
