"""Friendly advice on homework 4 while it is being written. The marks are given elsewhere."""

import json
from pathlib import Path
from typing import Any

from bootcamp.kit.checking import exercise
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.session_4 import slip_of, try_out
from bootcamp.kit.texts import texts

__all__: list[str] = []

_ = texts("session-4")
_n = _.count

_COUNT = 12
_KEYS = ("id", "label", "status", "reason")
_STATUS = {"ok", "unsure", "error"}
_RIGHT = {"ok": 5, "unsure": 2, "error": 5}


@exercise("hw4-row")
def _row(names: Names) -> str:
    rows = [try_out(names, "row_for", path) for path in _files()]
    for path, row in zip(_files(), rows, strict=True):
        if not isinstance(row, dict):
            raise NotYet(
                _(
                    "For {file} `row_for` hands back no dict. Does each way end there?",
                    file=path.name,
                )
            )
        missing = [key for key in _KEYS if key not in row]
        if missing:
            raise NotYet(
                _(
                    "The row of {file} has no “{key}” yet.",
                    file=path.name,
                    key=missing[0],
                )
            )
        if row["id"] != path.stem:
            raise NotYet(
                _(
                    "The id of {file} should stay {stem}.",
                    file=path.name,
                    stem=path.stem,
                )
            )
        if row["status"] not in _STATUS:
            raise NotYet(
                _(
                    "“{status}” is no status. There are three: ok, unsure, error.",
                    status=row["status"],
                )
            )
        if row["status"] != "ok" and not row["reason"]:
            raise NotYet(
                _(
                    "{file} has no reason. A person must learn why they should look.",
                    file=path.name,
                )
            )
    for status, count in _RIGHT.items():
        mine = sum(row["status"] == status for row in rows)
        if mine < count:
            raise NotYet(
                _n(
                    "{n} row says {status}, and I expect more. Read the twelve rows.",
                    "{n} rows say {status}, and I expect more. Read the twelve rows.",
                    mine,
                    status=status,
                )
            )
    return _("Twelve files, twelve rows, each with its status.")


@exercise("hw4-run")
def _run(names: Names) -> str:
    ids = [row.get("id") for row in _rows(_tried(names, 0))]
    if not ids:
        raise NotYet(_("The diary stays empty. Make the row, and write it into the diary."))
    if len(ids) < _COUNT:
        raise NotYet(
            _n(
                "The diary has {n} row for {wanted} files. The “a” in open means: write to the "
                "end, and keep what is there.",
                "The diary has {n} rows for {wanted} files. The “a” in open means: write to the "
                "end, and keep what is there.",
                len(ids),
                wanted=_COUNT,
            )
        )
    if len(set(ids)) < _COUNT:
        raise NotYet(_("One file stands in the diary twice, and another is missing."))
    return _("A row for each file, written at once.")


@exercise("hw4-resume")
def _resume(names: Names) -> str:
    whole, parted = _tried(names, 0), _tried(names, 5)
    once, twice = len(_rows(whole)), len(_rows(parted))
    if not once:
        raise NotYet(_("First let the loop write its rows. Then skip what is done."))
    if twice > once:
        raise NotYet(_("What was done is done again. Skip a file whose name is in done(diary)."))
    if parted["asked"] > whole["asked"]:
        raise NotYet(
            _(
                "Files that are done are asked about again. Look into the diary before you make a "
                "row."
            )
        )
    if twice < once:
        raise NotYet(_("After a stop, files are left out. Take the next one with continue."))
    return _("Stopped and started again, it asks nothing twice.")


@exercise("hw4-bill")
def _bill(names: Names) -> str:
    euros = try_out(names, "bill", 15_600, 52, 1900, 0.60)
    if isinstance(euros, bool) or not isinstance(euros, int | float):
        raise NotYet(_("`bill` should hand back a number."))
    if euros == 0:
        raise NotYet(_("`bill` still gives 0. The formula stands in lab 4, above exercise 4.8."))
    if slip_of(euros, 342_000):
        raise NotYet(_("That is as if each token had this price. It is the price of a million."))
    if euros > 5 or euros < 0.01:
        raise NotYet(
            _(
                "{euros:,.4g} euros a month cannot be. Is every name in the formula?",
                euros=euros,
            )
        )
    return _("{euros:.2f} euros for the month of the example.", euros=euros)


def _files() -> list[Path]:
    found = sorted(Path("files").glob("file-*"))
    if len(found) < _COUNT:
        raise NotYet(
            _(
                "The folder files is not beside this notebook. Open the homework from your home "
                "page."
            )
        )
    return found


def _tried(names: Names, first: int) -> dict[str, Any]:
    given = try_out(names, "try_run", first)
    return given if isinstance(given, dict) else {}


def _rows(given: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for line in str(given.get("diary", "")).splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            raise NotYet(_("A line of the diary is no row. Write json.dumps of the row.")) from None
        if isinstance(row, dict):
            rows.append(row)
    return rows
