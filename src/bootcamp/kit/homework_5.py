"""Friendly advice on homework 5 while it is being written. The marks are given elsewhere."""

import csv
import json
import re
from pathlib import Path
from typing import Any

from bootcamp.kit.checking import exercise
from bootcamp.kit.labelling import tidy
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.parameterised import parameters_of
from bootcamp.kit.picking_up import CATCH_UP, decoded
from bootcamp.kit.scoring import wilson
from bootcamp.kit.session_5 import about_errors, records, verdict_for
from bootcamp.kit.texts import texts

__all__: list[str] = []

_ = texts("session-5")
_n = _.count

_WANTED_CASES = 40
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_COLUMNS = {"predictions.csv": ("id", "label", "status"), "labels.csv": ("id", "label")}


@exercise("hw5-parameters")
def _parameters(names: Names) -> str:
    parameters_of(Path("solution.ipynb"))
    return _("Your notebook runs on any folder that its parameters name.")


@exercise("hw5-artefacts")
def _artefacts(names: Names) -> str:
    answers, truth = _ids("predictions.csv"), _ids("labels.csv")
    if any(name.startswith(CATCH_UP) for name in answers):
        raise NotYet(_("These are cases of the catch-up piece. Homework needs forty of your own."))
    missing = [name for name in truth if name not in answers]
    if missing:
        raise NotYet(
            _(
                "“{name}” stands in labels.csv, and has no row in predictions.csv. Run the cell "
                "with papermill again.",
                name=missing[0][:40],
            )
        )
    both = len(set(answers) & set(truth))
    if both < _WANTED_CASES:
        raise NotYet(
            _n(
                "{n} case has an answer and a label; {wanted} are wanted. Add more to the folder "
                "test and to labels.csv, and run again.",
                "{n} cases have an answer and a label; {wanted} are wanted. Add more to the folder "
                "test and to labels.csv, and run again.",
                both,
                wanted=_WANTED_CASES,
            )
        )
    return _("{count} cases, each with its answer and its label.", count=both)


@exercise("hw5-inputs")
def _inputs(names: Names) -> str:
    try:
        found = json.loads(decoded(Path("inputs.json").read_bytes()))
    except (OSError, ValueError):
        found = None
    prints = found.get("cases") if isinstance(found, dict) else None
    if not isinstance(prints, dict) or not prints:
        raise NotYet(_("inputs.json is not there yet. Run the cell that takes the fingerprints."))
    values = list(prints.values())
    if not all(isinstance(value, str) and _FINGERPRINT.fullmatch(value) for value in values):
        raise NotYet(
            _("inputs.json does not hold fingerprints. Run the cell again as it was given.")
        )
    if len(set(values)) < len(values):
        raise NotYet(_("Two of your cases are the same, letter for letter. Replace one of them."))
    known = {tidy(name) for name in prints}
    missing = [name for name in _ids("predictions.csv") if name not in known]
    if missing:
        raise NotYet(
            _(
                "“{name}” has an answer, and no fingerprint. Run this cell again after the run.",
                name=missing[0][:40],
            )
        )
    return _n(
        "{n} fingerprint: anybody can see later which case this was.",
        "{n} fingerprints: anybody can see later which cases these were.",
        len(prints),
    )


@exercise("hw5-metric")
def _metric(names: Names) -> str:
    rows = records(names, "done", "label", "truth")
    if not rows:
        raise NotYet(_("`done` has no rows yet. Finish part 1, and run the cell that loads both."))
    wrong = sum(row["label"] != row["truth"] for row in rows)
    handled = names.number("handled", _("how many cases the tool handled"), 0, 1_000_000)
    if handled != len(rows):
        if handled == len(records(names, "both")):
            raise NotYet(
                _(
                    "`handled` should be the number of rows in `done`: len( ). You counted those "
                    "for a person too: take `done`."
                )
            )
        raise NotYet(_("`handled` should be the number of rows in `done`: len( )."))
    if names.get("errors") is None:
        raise NotYet(_("`errors` is still None. Compare label and truth of `done`, and count."))
    errors = names.number("errors", _("how many handled cases are wrong"), 0, 1_000_000)
    if errors != wrong:
        raise NotYet(
            about_errors(errors, wrong, rows, records(names, "both", "label", "truth"), "done")
        )
    share = names.number("share_right", _("the share of the handled ones that are right"), 0, 100)
    right = (len(rows) - wrong) / len(rows)
    if abs(share - right) > 0.0051:
        if abs(share - wrong / len(rows)) <= 0.0051:
            raise NotYet(_("`share_right` is the share of wrong ones. Take them away first."))
        if abs(share / 100 - right) <= 0.0051:
            raise NotYet(_("`share_right` is in per cent. Leave it as a share between 0 and 1."))
        raise NotYet(_("`share_right` should be handled minus errors, divided by handled."))
    return _(
        "{handled} handled, {wrong} wrong: a share of {right:.2f} is right.",
        handled=len(rows),
        wrong=wrong,
        right=right,
    )


@exercise("hw5-interval")
def _interval(names: Names) -> str:
    rows = records(names, "done", "label", "truth")
    if not rows:
        raise NotYet(_("`done` has no rows yet. Finish part 1, and run the cells of part 2."))
    right = sum(row["label"] == row["truth"] for row in rows)
    low = names.number("low", _("the low end of the range"), -1, 100)
    high = names.number("high", _("the high end of the range"), -1, 100)
    expected = wilson(right, len(rows))
    if abs(low - expected[0]) <= 0.0061 and abs(high - expected[1]) <= 0.0061:
        return _(
            "From {low:.2f} to {high:.2f}: that is how far forty cases can carry you.",
            low=low,
            high=high,
        )
    if (low, high) == (0, 0):
        raise NotYet(_("`low, high` are still 0. Put in what interval gives."))
    if abs(low - expected[1]) <= 0.0061:
        raise NotYet(_("`low` and `high` have changed places: the smaller one comes first."))
    turned = wilson(len(rows) - right, len(rows))
    if abs(low - turned[0]) <= 0.0061:
        raise NotYet(_("This is the range of the wrong ones. The first number is: how many right."))
    raise NotYet(
        _("`low, high` do not fit your tables: interval(how many right, how many handled).")
    )


@exercise("hw5-verdict")
def _verdict(names: Names) -> str:
    threshold = names.number("threshold", _("the share that you agreed on"), 0.3, 0.999)
    rows = records(names, "done", "label", "truth")
    if not rows:
        raise NotYet(_("`done` has no rows yet. Finish part 1, and run the cells of part 2."))
    low, high = wilson(sum(row["label"] == row["truth"] for row in rows), len(rows))
    said = tidy(names.text("verdict", _("yes, no or open")))
    if said not in {"yes", "no", "open"}:
        raise NotYet(
            _(
                "`verdict` is “{said}”. Write one of three words: yes, no or open.",
                said=said[:40],
            )
        )
    wanted = verdict_for((low, high), threshold)
    if said != wanted:
        raise NotYet(
            _(
                "Your range goes from {low:.2f} to {high:.2f}, and you agreed on {threshold:g}. "
                "Look again at the table of lab 5: is that really “{said}”?",
                low=low,
                high=high,
                threshold=threshold,
                said=said,
            )
        )
    return _("“{said}”, and everybody can see why.", said=said)


def _ids(name: str) -> list[str]:
    path = Path(name)
    if not path.is_file():
        raise NotYet(
            _(
                "{name} is not beside this notebook yet. Run the cell with papermill first.",
                name=name,
            )
        )
    lines = decoded(path.read_bytes()).splitlines()
    rows: list[dict[str, Any]] = []
    if lines:
        delimiter = ";" if lines[0].count(";") > lines[0].count(",") else ","
        rows = list(csv.DictReader(lines, delimiter=delimiter))
    missing = [column for column in _COLUMNS[name] if not rows or column not in rows[0]]
    if missing:
        raise NotYet(
            _(
                "{name} has no rows, or no column called {column}.",
                name=name,
                column=missing[0],
            )
        )
    return [tidy(row["id"]) for row in rows if row["id"]]
