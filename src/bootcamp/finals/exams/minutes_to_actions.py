"""The exam of minutes to actions: actions found, and actions that nobody agreed on.

A row of a solution is paired with a labelled action if it names the same people, quotes words that
are in the file, and points to the action: by the words it quotes, or by what it says is to be done.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

from bootcamp.finals.exams.examiner import Examiner, Scored
from bootcamp.finals.exams.measures import Measure, ratio, share
from bootcamp.finals.exams.tables import Given, Row, Rows, tidy
from bootcamp.goals import headline_of
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["MINUTES_TO_ACTIONS", "Paired", "pair", "same_date", "same_people"]

_ = texts("finals")
_n = _.count

_COLUMNS = ("who", "what", "when", "evidence")
_ENOUGH = 0.5
"""The share of a label's words that a row has to have."""
_LONGEST_QUOTATION = 40
"""More words than this point at nothing: else a copy of the whole file would find everything."""
_LONGEST_CELL = 1_000
"""Characters; a longer cell is no quotation, and is not read."""
_NOTHING = frozenset({"nan", "nat", "none", "null", "n/a", "-", "–"})
_TITLES = frozenset(
    ("mr", "mrs", "ms", "mme", "m", "mlle", "dr", "herr", "frau", "madame", "monsieur")
)
_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by for from in is it its of on or our that the this to us we will"
        " with au aux d de des du elle en est et il ils l la le les ou par pour que qui s"
        " se sur un une am bis das der die ein eine er im ist sie und von zu zum",
    )
)
_PEOPLE_CUT = re.compile(r"\s*[,;/&+]\s*|\s+(?:and|et|und)\s+", re.IGNORECASE)
_QUOTATION_CUT = re.compile(r"…|\.{3}|\||\n")
_PARAGRAPH = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"
_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"


@dataclass(frozen=True)
class Paired:
    """What became of one file's labels and rows; both are counted."""

    labels: int
    rows: int
    found: tuple[tuple[int, int], ...]
    """Label and row that belong together, by their places."""
    invented: int
    """Rows whose words are not in the file, or point to no action there."""


def _score(answers: Rows, given: Given) -> Scored:
    words = {item: _words(_text_of(given.files.get(item))) for item in answers}
    found, whole, dates, there = [], [], [], 0
    wrong: set[str] = set()
    inventing: set[str] = set()
    lacking: set[str] = set()
    unreadable = {item for item in given.rows if not words[item]}
    for item, rows in answers.items():
        labels = [row for row in rows if any(row[name] for name in _COLUMNS)]
        said = [row for row in map(_clean, given.rows.get(item, ())) if any(row.values())]
        paired = pair(labels, said, words[item])
        right = [same_date(labels[one]["when"], said[other]["when"]) for one, other in paired.found]
        found.append(2 * len(paired.found))
        whole.append(paired.labels + paired.rows)
        dates += right
        there += paired.labels
        if paired.invented:
            inventing.add(item)
        if item in given.rows and len(right) < paired.labels:
            lacking.add(item)
        if item in given.rows and not (len(right) == paired.labels == paired.rows and all(right)):
            wrong.add(item)
    given.problems.extend(_odd(given))
    invented = share([item in inventing for item in sorted(answers)])
    return Scored(
        measures=(
            Measure.of(headline_of("minutes-to-actions"), ratio(found, whole)),
            Measure(
                "invented_actions",
                N_("of the files hold an action that nobody agreed on"),
                invented,
                goal=0.05,
                fewer_is_better=True,
                unit="%",
            ),
            Measure(
                "dates", N_("of the actions found, with the right date"), share(dates), unit="%"
            ),
        ),
        wrong=frozenset(wrong | unreadable),
        counts={
            N_("actions in the files"): there,
            N_("actions that the tool listed"): sum(whole) - there,
            N_("actions found rightly"): sum(found) // 2,
            N_("files with an action that nobody agreed on"): len(inventing),
            N_("unreadable files, answered all the same"): len(unreadable),
        },
        missed=len(lacking),
        false_alarms=len(inventing),
    )


def _odd(given: Given) -> Iterator[str]:
    """Say what stands in the table and can hardly be meant; it counts as it stands."""
    undated, twice = {}, 0
    for item, rows in given.rows.items():
        for row in rows:
            if isinstance(written := _day(_clean(row)["when"]), str) and written:
                undated[item] = written
        twice += len({tuple(row.items()) for row in rows}) < len(rows)
    if undated:
        yield _n(
            "{n:,} file has a `when` that is no date, such as '{written}': write 2026-01-16, or"
            " leave it empty. It counts as a wrong date.",
            "{n:,} files have a `when` that is no date, such as '{written}': write 2026-01-16, or"
            " leave it empty. It counts as a wrong date.",
            len(undated),
            written=next(iter(undated.values()))[:40],
        )
    if twice:
        yield _n(
            "{n:,} file has the same row twice: the second finds nothing more, and counts against"
            " you.",
            "{n:,} files have the same row twice: the second finds nothing more, and counts"
            " against you.",
            twice,
        )


def pair(labels: Sequence[Row], rows: Sequence[Row], text: Sequence[str]) -> Paired:
    """Pair rows with labels so that as many as possible find a partner; `text` are the words."""
    whole = f" {' '.join(text)} "
    points: list[set[int]] = []
    for row in rows:
        quoted = _is_quoted(row["evidence"], whole)
        points.append({n for n, label in enumerate(labels) if quoted and _points(row, label)})
    fits = [
        [n for n in sorted(place) if same_people(labels[n]["who"], row["who"])]
        for place, row in zip(points, rows, strict=True)
    ]
    partner: dict[int, int] = {}
    for place in range(len(rows)):
        _find_partner(place, fits, partner, set())
    found = tuple(sorted(partner.items()))
    return Paired(len(labels), len(rows), found, sum(not place for place in points))


def same_people(one: str, other: str) -> bool:
    """Whether two cells name the same people: as many, each with a partner of the same name."""
    left, right = _people(one), _people(other)
    if len(left) != len(right):
        return False
    fits = [[n for n, name in enumerate(right) if _same_name(person, name)] for person in left]
    partner: dict[int, int] = {}
    for place in range(len(left)):
        _find_partner(place, fits, partner, set())
    return len(partner) == len(left)


def same_date(one: str, other: str) -> bool:
    """Whether two cells give the same day, or both none; `06/03/2026` is the sixth of March."""
    return _day(one) == _day(other)


def _find_partner(
    place: int, fits: Sequence[Sequence[int]], partner: dict[int, int], tried: set[int]
) -> bool:
    """Give `place` a partner, moving others to free one (Kuhn's augmenting paths)."""
    for other in fits[place]:
        if other in tried:
            continue
        tried.add(other)
        if other not in partner or _find_partner(partner[other], fits, partner, tried):
            partner[other] = place
            return True
    return False


def _points(row: Row, label: Row) -> bool:
    return any(_holds(row[name], label[name]) for name in ("evidence", "what"))


def _holds(said: str, label: str) -> bool:
    """Whether `said` has enough of the label's words, and is no more than a quotation."""
    wanted = _telling(label)
    if not wanted or len(said) > _LONGEST_CELL:
        return False
    have = _words(said)
    return len(have) <= _LONGEST_QUOTATION and len(wanted & set(have)) / len(wanted) >= _ENOUGH


def _is_quoted(said: str, whole: str) -> bool:
    """Whether the words stand in the text one after the other; parts around `…` may be apart."""
    if len(said) > _LONGEST_CELL:
        return False
    parts = [" ".join(words) for part in _QUOTATION_CUT.split(said) if (words := _words(part))]
    return bool(parts) and all(f" {part} " in whole for part in parts)


def _telling(text: str) -> set[str]:
    every = set(_words(text))
    return every - _SMALL_WORDS or every


def _words(text: str) -> list[str]:
    """Cut a text into words, small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))


def _people(cell: str) -> list[list[str]]:
    parts = (
        [word for word in _words(part) if word not in _TITLES] for part in _PEOPLE_CUT.split(cell)
    )
    return [words for words in parts if words]


def _same_name(one: Sequence[str], other: Sequence[str]) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(longer) > 1 and "".join(shorter) == "".join(word[0] for word in longer):
        return True
    return all(any(_same_word(word, there) for there in longer) for word in shorter)


def _same_word(one: str, other: str) -> bool:
    """Whether two words of a name are the same, or one is the first letter of the other."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _day(cell: str) -> date | str:
    written = tidy(cell)
    for form, length in (("%Y-%m-%d", 10), ("%d/%m/%Y", 10), ("%d.%m.%Y", 10)):
        try:
            return datetime.strptime(written[:length], form).date()  # a day, no time
        except ValueError:
            continue
    return written


def _clean(row: Row) -> dict[str, str]:
    """Give a row with nothing where a table's writer wrote that there is nothing."""
    return {
        name: "" if row[name].strip().casefold() in _NOTHING else row[name] for name in _COLUMNS
    }


def _text_of(path: Path | None) -> str:
    """Read minutes, a paragraph or a table's cell a line; what is damaged has no words."""
    if path is None:
        return ""
    if path.suffix != ".docx":
        content = path.read_bytes()
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return content.decode("cp1252", errors="replace")
    try:
        with zipfile.ZipFile(path) as file:
            root = ElementTree.fromstring(file.read("word/document.xml"))  # noqa: S314  # our own
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return ""
    paragraphs = (
        "".join(part.text or "" for part in paragraph.iter(_TEXT))
        for paragraph in root.iter(_PARAGRAPH)
    )
    return "\n".join(paragraphs)


MINUTES_TO_ACTIONS = Examiner(
    "minutes-to-actions", N_("sets of minutes"), _COLUMNS, _score, several=True
)
"""A missed action is an error, and so are one too many and a wrong date."""
