"""The machine part of homework 5: ten points, each given in bands.

The counts, the range and the verdict are judged from the two tables that were handed in, and from
the saved notebook: nothing is run again, and nothing here calls a model.
"""

import ast
import csv
import re
from itertools import islice
from math import sqrt
from typing import Any

from bootcamp.grading.checks import Learner, ProbeFailed, Verdict, check, number_of, texts
from bootcamp.language import N_
from bootcamp.tables import rows_by_name

_ = texts(__file__)
_n = _.count

_MOST_ROWS = 5_000
_MOST_TEXT = 2_000_000
# Python takes time by the square of an f-string's length: so much of a cell, and of all, is read.
_MOST_SOURCE, _MOST_CODE = 20_000, 400_000
_CATCH_UP = "catch-up"
_PARAMETERS = ("input_folder", "output_folder", "model")
_WANTED, _HALF = 40, 20
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_BORROWED = N_("These are cases of the catch-up piece: test forty cases of your own.")
_EMPTY = N_("There is no table of answers with labels: run part 1, save, and hand in again.")


@check("hw5-parameters", points=2)
def parameters(learner: Learner) -> Verdict:
    """A tagged cell sets all three parameters: 1 point. The run below uses their names: 2."""
    cells = _code_cells(learner.json("solution.ipynb"))
    tagged = [source for source, tags in cells if "parameters" in tags]
    if not tagged:
        return Verdict(
            0, _("No cell of solution.ipynb has the tag parameters: add it, and run again.")
        )
    values = _texts_set_in(tagged[0])
    missing = [name for name in _PARAMETERS if not values.get(name)]
    if missing:
        return Verdict(0, _("The parameters cell does not set {name} to a text.", name=missing[0]))
    used = [_names_in_run(source) for source, tags in cells if "parameters" not in tags]
    if not any(set(_PARAMETERS) <= names for names in used):
        return Verdict(
            1, _("The run does not use all three parameters by name: it cannot be moved.")
        )
    return Verdict(2, _("The notebook runs on any folder that its parameters name."))


@check("hw5-artefacts", points=2)
def artefacts(learner: Learner) -> Verdict:
    """Forty labelled cases with one answer each: 2 points. Twenty: 1."""
    answers, truth = _answers(learner), _labels(learner)
    if not answers or not truth:
        return Verdict(0, _(_EMPTY))
    if _borrowed(answers):
        return Verdict(0, _(_BORROWED))
    both = len(set(answers) & set(truth))
    points = 2 if both >= _WANTED else 1 if both >= _HALF else 0
    if points == 2:
        return Verdict(2, _("{count} cases, each with an answer and a label.", count=both))
    return Verdict(
        points,
        _n(
            "{n} case has an answer and a label: go on until you have forty.",
            "{n} cases have an answer and a label: go on until you have forty.",
            both,
        ),
    )


@check("hw5-inputs", points=1)
def inputs(learner: Learner) -> Verdict:
    """A fingerprint for every case that has an answer, all of them different."""
    answers = _answers(learner)
    if not answers or _borrowed(answers):
        return Verdict(0, _(_BORROWED) if answers else _(_EMPTY))
    found = learner.json("inputs.json")
    cases = found.get("cases") if isinstance(found, dict) else None
    if not isinstance(cases, dict):
        return Verdict(0, _("inputs.json holds no fingerprints: run its cell after the run."))
    prints = {_tidy(name): value for name, value in list(cases.items())[:_MOST_ROWS]}
    if not all(isinstance(p, str) and _FINGERPRINT.fullmatch(p) for p in prints.values()):
        return Verdict(
            0, _("inputs.json holds something else than fingerprints: run its cell again.")
        )
    if len(set(prints.values())) < len(prints):
        return Verdict(0, _("Two cases are the same, letter for letter: replace one of them."))
    if set(answers) - set(prints):
        return Verdict(0, _("Some answers have no fingerprint: run the cell again, after the run."))
    return Verdict(1, _("Every case has its fingerprint."))


@check("hw5-metric", points=2)
def metric(learner: Learner) -> Verdict:
    """Handled, errors and the share of right ones, counted again: 2 points. One slip: 1."""
    handled, wrong = _counted(learner)
    if not handled:
        return Verdict(0, _(_EMPTY))
    share = number_of(learner.value("share_right"))
    right = {
        "handled": number_of(learner.value("handled")) == handled,
        "errors": number_of(learner.value("errors")) == wrong,
        "share_right": share is not None and abs(share - (handled - wrong) / handled) <= 0.0051,
    }
    slips = [name for name, good in right.items() if not good]
    if not slips:
        return Verdict(2, _("All three follow from your tables."))
    points = 1 if len(slips) == 1 else 0
    return Verdict(
        points,
        _("{name} does not follow from your tables: count it with its name.", name=slips[0]),
    )


@check("hw5-interval", points=1)
def interval(learner: Learner) -> Verdict:
    """The range of the share of right ones, worked out again (Wilson 1927)."""
    handled, wrong = _counted(learner)
    if not handled:
        return Verdict(0, _(_EMPTY))
    low, high = number_of(learner.value("low")), number_of(learner.value("high"))
    if low is None or high is None:
        return Verdict(0, _("low and high are not two numbers: put in what interval gives."))
    expected = _wilson(handled - wrong, handled)
    if _close(low, expected[0]) and _close(high, expected[1]):
        return Verdict(1, _("From {low:.2f} to {high:.2f} is right.", low=low, high=high))
    if _close(low, _wilson(wrong, handled)[0]):
        return Verdict(0, _("This is the range of the wrong ones: give interval the right ones."))
    return Verdict(
        0, _("low and high do not follow from your tables: how many right, of how many?")
    )


@check("hw5-verdict", points=2)
def verdict(learner: Learner) -> Verdict:
    """A threshold, and the verdict that follows from it and from the tables."""
    handled, wrong = _counted(learner)
    if not handled:
        return Verdict(0, _(_EMPTY))
    threshold = number_of(learner.value("threshold"))
    if threshold is None or not 0.3 <= threshold < 1:
        return Verdict(0, _("threshold is no share between 0.3 and 1: write what you agreed on."))
    low, high = _wilson(handled - wrong, handled)
    # Where the range ends on the threshold, rounding decides, and both words are right.
    fitting = {_word(low + d, high + d, threshold) for d in (-0.0061, 0, 0.0061)}
    said = _tidy(learner.value("verdict"))
    if said in fitting:
        return Verdict(2, _("“{said}” follows from your tables and your threshold.", said=said))
    if said not in {"yes", "no", "open"}:
        return Verdict(0, _("verdict is none of the three words: yes, no or open."))
    return Verdict(
        0,
        _("“{said}” does not follow: compare the range with your threshold.", said=said[:10]),
    )


def _word(low: float, high: float, threshold: float) -> str:
    return "yes" if low >= threshold else "no" if high < threshold else "open"


def _counted(learner: Learner) -> tuple[int, int]:
    """How many labelled cases were handled, and how many of these are wrong; 0, 0 if borrowed."""
    answers, truth = _answers(learner), _labels(learner)
    if _borrowed(answers):
        return 0, 0
    done = [
        answers[name]["label"] == truth[name]
        for name in answers
        if name in truth and answers[name]["status"] == "ok"
    ]
    return len(done), done.count(False)


def _answers(learner: Learner) -> dict[str, dict[str, str]]:
    rows = _rows(learner, "predictions.csv", ("id", "label", "status"))
    return {row["id"]: row for row in rows}


def _labels(learner: Learner) -> dict[str, str]:
    rows = _rows(learner, "labels.csv", ("id", "label"))
    return {row["id"]: row["label"] for row in rows if row["label"]}


def _rows(learner: Learner, name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        lines = learner.file(name)[:_MOST_TEXT].removeprefix("\ufeff").splitlines()
    except ProbeFailed:
        return []
    head = lines[0] if lines else ""
    try:
        reader = csv.reader(lines, delimiter=";" if ";" in head else ",")
        names = next(reader, [])
        found = list(islice(rows_by_name(names, reader), _MOST_ROWS))
    except csv.Error:
        return []
    rows = [{column: _tidy(row.get(column)) for column in columns} for row in found]
    return [row for row in rows if row["id"]]


def _borrowed(answers: dict[str, Any]) -> bool:
    return any(name.startswith(_CATCH_UP) for name in answers)


def _code_cells(notebook: Any) -> list[tuple[str, list[Any]]]:
    """Source and tags of each code cell, of whatever was handed in as a notebook."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    found, room = [], _MOST_CODE
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source, metadata = cell.get("source"), cell.get("metadata")
        parts = source if isinstance(source, list) else [source]
        tags = metadata.get("tags") if isinstance(metadata, dict) else None
        text = "".join(part for part in parts if isinstance(part, str))
        code = text[: min(_MOST_SOURCE, room)]
        room -= len(code)
        found.append((code, tags if isinstance(tags, list) else []))
    return found


def _parsed(source: str) -> list[ast.AST]:
    lines = ("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        return list(ast.walk(ast.parse("\n".join(lines))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _texts_set_in(source: str) -> dict[str, str]:
    values = {}
    for node in _parsed(source):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            text = node.value.value
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(text, str):
                    values[target.id] = text.strip()
    return values


def _names_in_run(source: str) -> set[str]:
    """The names that are handed to a call of `run`."""
    names = set()
    for node in _parsed(source):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "run":
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            names |= {value.id for value in given if isinstance(value, ast.Name)}
    return names


def _wilson(right: float, of: float) -> tuple[float, float]:
    z, share = 1.96, right / of
    middle = share + z * z / (2 * of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def _close(value: float, right: float) -> bool:
    """Equal up to rounding to two decimals, and to the steps of the notebook's own function."""
    return abs(value - right) <= 0.0061


def _tidy(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return " ".join(value[:2_000].strip(" \t\r\n.\"'“”«»*`").casefold().split())
