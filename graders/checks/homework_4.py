"""The machine part of homework 4: ten points, each given in bands.

The learner's functions run on the twelve files that came with the homework; which status each of
them deserves stands here alone. Nothing asks a model.
"""

import json
from typing import Any

from bootcamp.grading.checks import Learner, Verdict, check, number_of, texts

_ = texts(__file__)
_n = _.count

_STATUS = {
    "file-01.eml": "ok",
    "file-02.txt": "error",
    "file-03.pdf": "error",
    "file-04.eml": "unsure",
    "file-05.txt": "error",
    "file-06.pdf": "ok",
    "file-07.docx": "ok",
    "file-08.xlsx": "ok",
    "file-09.pdf": "error",
    "file-10.docx": "error",
    "file-11.eml": "unsure",
    "file-12.txt": "ok",
}
_IDS = [name.partition(".")[0] for name in _STATUS]
_HALF = 6
_TRIALS = (
    # tokens, files, files a month, euros for a million tokens
    (15_600, 52, 1_900, 0.60),
    (830_000, 40, 12_000, 3.0),
    (9_100, 13, 400, 15.0),
)


@check("hw4-row", points=3)
def row(learner: Learner) -> Verdict:
    """All twelve rows right: 3 points. Ten: 2. Half of them: 1."""
    advice: list[str] = []
    for name, status in _STATUS.items():
        said = _about_row(name, status, learner.call("try_row", name))
        if said:
            advice.append(said)
    right = len(_STATUS) - len(advice)
    if not advice:
        return Verdict(3, _("Twelve files, twelve rows, each with the right status."))
    points = 2 if right >= 10 else 1 if right >= _HALF else 0
    said = _n(
        "{n} of 12 rows is right. {advice}",
        "{n} of 12 rows are right. {advice}",
        right,
        advice=advice[0],
    )
    return Verdict(points, said)


def _about_row(name: str, status: str, given: Any) -> str:
    if isinstance(given, str) and given.startswith("row_for stopped"):
        return _("row_for stops at {file}.", file=name)
    if not isinstance(given, dict):
        return _("row_for gives no dict for {file}.", file=name)
    if given.get("id") != name.partition(".")[0]:
        return _("The row of {file} has lost its id.", file=name)
    return _about_status(name, status, given)


def _about_status(name: str, status: str, given: dict[str, Any]) -> str:
    if given.get("status") != status:
        return {
            "error": _("{file} has no text to read, and its status does not say so.", file=name),
            "unsure": _(
                "For {file} the answer was unsure, and its status does not say so.", file=name
            ),
            "ok": _("{file} had a sure answer, and its status does not say ok.", file=name),
        }[status]
    if status == "ok" and not _text(given.get("label")):
        return _("The row of {file} has no label: take the one that solve gives.", file=name)
    if status != "ok" and not _text(given.get("reason")):
        return _("The row of {file} has no reason: a person must learn why to look.", file=name)
    return ""


@check("hw4-run", points=3)
def run(learner: Learner) -> Verdict:
    """One row for each of the twelve files: 3 points. Ten: 2. Half of them: 1."""
    given, _asked = _tried(learner, 0)
    if not given:
        return Verdict(0, _("run_all leaves no row in the diary: write each row as one line."))
    ids = [row.get("id") for row in given if row.get("status") in ("ok", "unsure", "error")]
    there = sum(name in ids for name in _IDS)
    if there == len(_IDS) and len(given) == there:
        return Verdict(3, _("One run, twelve files, twelve rows in the diary."))
    points = 2 if there >= 10 else 1 if there >= _HALF else 0
    if there == len(_IDS):
        extra = _(
            "The diary has {count} rows for twelve files: one each, please.", count=len(given)
        )
        return Verdict(2, extra)
    said = _n(
        "{n} of 12 files has a row with a status.",
        "{n} of 12 files have a row with a status.",
        there,
    )
    if len(given) == 1:
        kept = _("Only the last row is kept: open the diary to append to it.")
        said = f"{said} {kept}"
    return Verdict(points, said)


@check("hw4-resume", points=2)
def resume(learner: Learner) -> Verdict:
    """Stopped after five files and started again: no file twice (1 point), none asked twice (1)."""
    whole, asked_once = _tried(learner, 0)
    parted, asked_twice = _tried(learner, 5)
    if not whole or not parted:
        return Verdict(0, _("run_all leaves no row in the diary, so it cannot be resumed."))
    ids = [str(row.get("id")) for row in parted]
    if len(set(ids)) < len({str(row.get("id")) for row in whole}):
        return Verdict(0, _("Started again, run_all leaves files out: skip only what is done."))
    if len(ids) > len(set(ids)):
        return Verdict(0, _("Started again, run_all does files twice: look into the diary first."))
    if not asked_once or asked_twice > asked_once:
        return Verdict(1, _("No row is double, but solve is asked again about what was done."))
    return Verdict(2, _("Stopped and started again, it does nothing twice."))


@check("hw4-bill", points=2)
def bill(learner: Learner) -> Verdict:
    """The euros of a month for three trial runs: 2 points. Off by one step of the formula: 1."""
    slips: list[tuple[str, bool]] = []
    for tokens, files, month, price in _TRIALS:
        value = number_of(learner.call("bill", tokens, files, month, price))
        if value is None:
            slips.append((_("bill gives no number."), False))
        elif not _close(value, tokens / files * month / 1e6 * price):
            slips.append(_about_bill(value, tokens, files, month, price))
    if not slips:
        return Verdict(2, _("The bill of a month is right for any trial run."))
    said, near = slips[0]
    always = near and slips == [slips[0]] * len(_TRIALS)
    return Verdict(1 if always else 0, said)


def _about_bill(
    value: float, tokens: float, files: float, month: float, price: float
) -> tuple[str, bool]:
    """What is wrong with the value, and whether it is off by one step of the formula only."""
    right = tokens / files * month / 1e6 * price
    if value == 0:
        return _("bill still gives 0: write the formula of lab 4 with its four names."), False
    if _close(value, tokens * month / files / 1e6 * 0.60) or _close(value, 0.342):
        said = _("bill gives the same price whatever the model costs: use its four names.")
        return said, False
    steps = {
        right * files: _(
            "One step is missing in bill: tokens of one file, not of the whole trial."
        ),
        right * 1e6: _("One step is missing in bill: the price is for a million tokens."),
        right / price: _("One step is missing in bill: the price itself."),
        right / month: _("One step is missing in bill: the files of a month."),
    }
    for slip, said in steps.items():
        if _close(value, slip):
            return said, True
    otherwise = _(
        "bill is not right for other trial runs: use its four names, and no numbers of the lab."
    )
    return otherwise, False


def _tried(learner: Learner, first: int) -> tuple[list[dict[str, Any]], float]:
    """The rows in the diary of a run that was stopped after `first` files, and how often asked."""
    given = learner.call("try_run", first)
    text = given.get("diary") if isinstance(given, dict) else ""
    rows = []
    for line in str(text or "")[:1_000_000].splitlines():
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            rows.append(found)
    asked = number_of(given.get("asked")) if isinstance(given, dict) else None
    return rows, asked or 0


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _close(value: float, right: float) -> bool:
    return abs(value - right) <= max(abs(right) * 0.02, 0.0051 if right >= 1 else 0)
