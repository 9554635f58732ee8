"""The machine part of homework 4: ten points, each given in bands.

The learner's functions run on the twelve files that came with the homework; which status each of
them deserves stands here alone. Nothing asks a model.
"""

import json
from typing import Any

from bootcamp.grading.checks import Learner, Verdict, check, number_of

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
        return Verdict(3, "Twelve files, twelve rows, each with the right status.")
    points = 2 if right >= 10 else 1 if right >= _HALF else 0
    return Verdict(points, f"{right} of 12 rows are right. {advice[0]}")


def _about_row(name: str, status: str, given: Any) -> str:
    if not isinstance(given, dict):
        stopped = isinstance(given, str) and given.startswith("row_for stopped")
        return f"row_for {'stops at' if stopped else 'gives no dict for'} {name}."
    if given.get("id") != name.partition(".")[0]:
        return f"The row of {name} has lost its id."
    if given.get("status") != status:
        return {
            "error": f"{name} has no text to read, and its status does not say so.",
            "unsure": f"For {name} the answer was unsure, and its status does not say so.",
            "ok": f"{name} had a sure answer, and its status does not say ok.",
        }[status]
    if status == "ok" and not _text(given.get("label")):
        return f"The row of {name} has no label: take the one that solve gives."
    if status != "ok" and not _text(given.get("reason")):
        return f"The row of {name} has no reason: a person must learn why to look."
    return ""


@check("hw4-run", points=3)
def run(learner: Learner) -> Verdict:
    """One row for each of the twelve files: 3 points. Ten: 2. Half of them: 1."""
    given, _ = _tried(learner, 0)
    if not given:
        return Verdict(0, "run_all leaves no row in the diary: write each row as one line.")
    ids = [row.get("id") for row in given if row.get("status") in ("ok", "unsure", "error")]
    there = sum(name in ids for name in _IDS)
    if there == len(_IDS) and len(given) == there:
        return Verdict(3, "One run, twelve files, twelve rows in the diary.")
    points = 2 if there >= 10 else 1 if there >= _HALF else 0
    if there == len(_IDS):
        return Verdict(2, f"The diary has {len(given)} rows for twelve files: one each, please.")
    kept = " Only the last row is kept: open the diary to append to it." if len(given) == 1 else ""
    return Verdict(points, f"{there} of 12 files have a row with a status.{kept}")


@check("hw4-resume", points=2)
def resume(learner: Learner) -> Verdict:
    """Stopped after five files and started again: no file twice (1 point), none asked twice (1)."""
    whole, asked_once = _tried(learner, 0)
    parted, asked_twice = _tried(learner, 5)
    if not whole or not parted:
        return Verdict(0, "run_all leaves no row in the diary, so it cannot be resumed.")
    ids = [str(row.get("id")) for row in parted]
    if len(set(ids)) < len({str(row.get("id")) for row in whole}):
        return Verdict(0, "Started again, run_all leaves files out: skip only what is done.")
    if len(ids) > len(set(ids)):
        return Verdict(0, "Started again, run_all does files twice: look into the diary first.")
    if not asked_once or asked_twice > asked_once:
        return Verdict(1, "No row is double, but solve is asked again about what was done.")
    return Verdict(2, "Stopped and started again, it does nothing twice.")


@check("hw4-bill", points=2)
def bill(learner: Learner) -> Verdict:
    """The euros of a month for three trial runs: 2 points. Off by one step of the formula: 1."""
    slips: dict[str, int] = {}
    for tokens, files, month, price in _TRIALS:
        value = number_of(learner.call("bill", tokens, files, month, price))
        said = "bill gives no number." if value is None else ""
        if value is not None:
            said = _about_bill(value, tokens, files, month, price)
        slips[said] = slips.get(said, 0) + 1
    slips.pop("", None)
    if not slips:
        return Verdict(2, "The bill of a month is right for any trial run.")
    said, times = next(iter(slips.items()))
    near = times == len(_TRIALS) and said.startswith("One step")
    return Verdict(1 if near else 0, said)


def _about_bill(value: float, tokens: float, files: float, month: float, price: float) -> str:
    right = tokens / files * month / 1e6 * price
    steps = {
        right * files: "One step is missing in bill: tokens of one file, not of the whole trial.",
        right * 1e6: "One step is missing in bill: the price is for a million tokens.",
        right / price: "One step is missing in bill: the price itself.",
        right / month: "One step is missing in bill: the files of a month.",
    }
    if _close(value, right):
        return ""
    if value == 0:
        return "bill still gives 0: write the formula of lab 4 with its four names."
    if _close(value, tokens * month / files / 1e6 * 0.60) or _close(value, 0.342):
        return "bill gives the same price whatever the model costs: use its four names."
    return next(
        (said for slip, said in steps.items() if _close(value, slip)),
        "bill is not right for other trial runs: use its four names, and no numbers of the lab.",
    )


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
