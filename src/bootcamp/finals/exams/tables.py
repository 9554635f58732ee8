"""Reads a predictions table into rows by item, and says in words what is odd about it.

Nothing in such a table is trusted, and nothing in it stops an exam: what cannot be used counts as
left to a person.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from bootcamp.spoken import texts
from bootcamp.tables import rows_by_name

__all__ = ["Given", "Row", "Rows", "amount", "read_predictions", "tidy"]

_ = texts("finals")
_n = _.count

Row: TypeAlias = Mapping[str, str]
"""One row of a labels or predictions table: column to text."""
Rows: TypeAlias = Mapping[str, Sequence[Row]]
"""The rows of each item, by its id."""

_MOST_ROWS = 20_000
_LONGEST_CELL = 4_000
_NAMED_IDS = 3
_LEFT_TO_A_PERSON = frozenset({"unsure", "review", "error"})


@dataclass
class Given:
    """What a solution said: its usable rows by item; what is not in `rows` is left to a person."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    seen: dict[str, Row] = field(default_factory=dict)
    """The first row of each item whose rows agree, also of those that are left to a person."""
    named: frozenset[str] = frozenset()
    """The items that have a row at all."""
    problems: list[str] = field(default_factory=list)
    files: Mapping[str, Path] = field(default_factory=dict)
    """The items' files by id, for an exam that looks a quotation up."""
    _odd: dict[str, list[str]] = field(default_factory=dict)

    def leave(self, item: str, why: str) -> None:
        """Count an item as left to a person, for a reason such as “queue 'sales', …”."""
        self.rows.pop(item, None)
        self._odd.setdefault(why, []).append(item)

    def sentences(self) -> tuple[str, ...]:
        """What was odd, the commonest first."""
        commonest = sorted(self._odd.items(), key=lambda pair: -len(pair[1]))[:5]
        odd = [
            _n(
                "{n:,} row says {why} ({items}): counted as unsure.",
                "{n:,} rows say {why} ({items}): counted as unsure.",
                len(items),
                why=why,
                items=_some(items),
            )
            for why, items in commonest
        ]
        return (*self.problems, *odd)


def read_predictions(
    table: bytes | None,
    ids: Collection[str],
    columns: Sequence[str],
    *,
    several: bool = False,
    beside: Collection[str] = (),
) -> Given:
    """Give the rows that are there for each of `ids`, with `columns` and nothing else in them.

    An item counts as left to a person when it has no row, a status other than `ok`, or `unsure` in
    its first column; unless `several` rows an item are meant, also when its rows contradict each
    other. Rows for unknown ids are ignored, and those for ids that lie `beside` without a word.
    """
    given = Given()
    rows = _rows(table, ("id", *columns, "status"), given)
    found: dict[str, list[dict[str, str]]] = {}
    surplus = []
    for row in rows:
        item = _without_ending(row["id"], ids)
        if item in ids:
            found.setdefault(item, []).append(row)
        elif _without_ending(row["id"], beside) not in beside:
            surplus.append(item)
    missing = [item for item in ids if item not in found]
    if missing and rows:
        given.problems.append(
            _n(
                "{n:,} item has no row ({items}): counted as unsure.",
                "{n:,} items have no row ({items}): counted as unsure.",
                len(missing),
                items=_some(missing),
            )
        )
    if surplus:
        given.problems.append(
            _n(
                "{n:,} row is for no item of the exam ({items}).",
                "{n:,} rows are for no item of the exam ({items}).",
                len(surplus),
                items=_some(surplus),
            )
        )
    given.named = frozenset(found)
    repeated: list[str] = []
    contradicting = 0
    for item, own in found.items():
        kept = [{name: row[name] for name in columns} for row in own]
        given.rows[item], given.seen[item] = list(kept), kept[0]
        for row in own:
            if row["status"].casefold() != "ok" or row[columns[0]].casefold() == "unsure":
                _leave(given, item, row["status"].casefold())
                break
        if not several and len(own) > 1:
            repeated.append(item)
            if any(row != kept[0] for row in kept):
                contradicting += 1
                given.rows.pop(item, None)
                given.seen.pop(item)
            elif item in given.rows:
                given.rows[item] = list(kept[:1])
    if repeated:
        contradicted = _n(
            "{n:,} contradicts itself and counts as unsure",
            "{n:,} contradict themselves and count as unsure",
            contradicting,
        )
        given.problems.append(
            _n(
                "{n:,} item has more than one row ({items}); of these, {contradicted}.",
                "{n:,} items have more than one row ({items}); of these, {contradicted}.",
                len(repeated),
                items=_some(repeated),
                contradicted=contradicted,
            )
        )
    return given


def _leave(given: Given, item: str, status: str) -> None:
    known = status == "ok" or status.split(":", maxsplit=1)[0] in _LEFT_TO_A_PERSON
    if known:
        given.rows.pop(item, None)
    else:
        given.leave(item, _("status '{status}'", status=status[:40]))


def tidy(text: str) -> str:
    """Give a text for comparing: small letters, single blanks, no marks at its ends."""
    return " ".join(text.casefold().split()).strip(" .,;:!?\"'“”«»()[]")


def amount(text: str) -> float | None:
    """Give an amount written in an English or a French way, or None: `1 234,56 €`, `1,234.56`.

    Three digits after the only mark are thousands: `1,234` is more than a thousand.
    """
    kept = "".join(c for c in text if c in "0123456789.,-")
    whole, mark, cents = kept.rpartition("," if kept.rfind(",") > kept.rfind(".") else ".")
    digits = "".join(c for c in whole if c.isdigit())
    number = f"{digits}.{cents}" if mark and len(cents) != 3 else digits + cents
    try:
        return float(number.replace("-", "")) * (-1 if kept.startswith("-") else 1)
    except ValueError:
        return None


def _rows(table: bytes | None, columns: Sequence[str], given: Given) -> list[dict[str, str]]:
    if table is None:
        given.problems.append(_("There is no predictions.csv in the output folder."))
        return []
    try:
        text = table.decode("utf-8-sig")
        header = text.partition("\n")[0]
        # As a file would be read: other separators of lines may stand within a cell.
        lines = io.StringIO(text, newline="")
        reader = csv.reader(lines, delimiter=max(",;\t", key=header.count))
        names = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in columns if name not in names]
        if missing:
            given.problems.append(
                _("predictions.csv has no column '{column}' in its first line.", column=missing[0])
            )
            return []
        rows = [
            {name: (row.get(name) or "").strip()[:_LONGEST_CELL] for name in columns}
            for row in islice(rows_by_name(names, reader), _MOST_ROWS + 1)
        ]
    except (UnicodeDecodeError, csv.Error):
        given.problems.append(
            _("predictions.csv is not a readable table; write it with pandas' to_csv.")
        )
        return []
    if len(rows) > _MOST_ROWS:
        given.problems.append(
            _(
                "predictions.csv has more than {most:,} rows; write one for each item.",
                most=_MOST_ROWS,
            )
        )
        return []
    if not rows:
        given.problems.append(_("predictions.csv has no rows."))
    return rows


def _without_ending(name: str, ids: Collection[str]) -> str:
    return name if name in ids else name.rpartition(".")[0] or name


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(item[:40] for item in ids[:_NAMED_IDS])
    return f"{shown} …" if len(ids) > _NAMED_IDS else shown
