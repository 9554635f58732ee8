"""The machine part of homework 2: ten points, each given in bands.

The labels and both figures are judged from the table that was handed in: agreement and kappa are
computed again from its two columns, and nothing here calls a model.
"""

from collections import Counter
from typing import Any

from bootcamp.grading.checks import Learner, Verdict, check, number_of, texts
from bootcamp.language import N_

_ = texts(__file__)
_n = _.count

_MOST_ROWS = 5_000
_LONGEST = 20_000
_LEAST_PER_LABEL = 3
_COLUMNS = ("id", "text", "label_a", "label_b", "label")
_CATCH_UP = "catch-up"
_EMPTY = N_(
    "There are no labelled cases: fill eval_dev.csv, run the notebook, save, hand in again."
)
_BORROWED = N_("These are cases of the catch-up piece: label thirty cases of your own.")
_FULL, _MOST, _SOME = 30, 20, 10


@check("hw2-labels", points=3)
def labels(learner: Learner) -> Verdict:
    """Thirty cases with three labels each: 3 points. Twenty: 2. Ten: 1. Twins count once."""
    rows = _rows(learner)
    if not rows:
        return Verdict(0, _(_EMPTY))
    if _borrowed(rows):
        return Verdict(0, _(_BORROWED))
    full = [row for row in rows if all(row[c] for c in ("label_a", "label_b", "label"))]
    count = len(full)
    points = 3 if count >= _FULL else 2 if count >= _MOST else 1 if count >= _SOME else 0
    if points == 3:
        return Verdict(3, _("{count} cases, each labelled by two people and decided.", count=count))
    said = _n(
        "{n} complete case: go on until you have thirty.",
        "{n} complete cases: go on until you have thirty.",
        count,
    )
    if half := len(rows) - count:
        gaps = _n("{n} more has an empty label.", "{n} more have an empty label.", half)
        said = f"{said} {gaps}"
    return Verdict(points, said)


@check("hw2-classes", points=2)
def classes(learner: Learner) -> Verdict:
    """Each named label on three cases or more, and no other: 2 points. With one slip: 1."""
    rows = _rows(learner)
    if not rows:
        return Verdict(0, _(_EMPTY))
    if _borrowed(rows):
        return Verdict(0, _(_BORROWED))
    named = learner.value("labels")
    wanted = (
        {_tidy(label) for label in named[:100] if isinstance(label, str) and _tidy(label)}
        if isinstance(named, list)
        else set()
    )
    if len(wanted) < 2:
        return Verdict(0, _("labels names fewer than two: write all of them, in quotes."))
    counts = Counter(row["label"] for row in rows if row["label"])
    rare = sorted(label for label in wanted if counts[label] < _LEAST_PER_LABEL)
    strange = sorted(set(counts) - wanted)
    points = max(0, 2 - len(rare) - len(strange))
    if rare:
        return Verdict(
            points,
            _n(
                "“{label}” stands on {n} case: find {least} or more of each label.",
                "“{label}” stands on {n} cases: find {least} or more of each label.",
                counts[rare[0]],
                label=rare[0][:40],
                least=_LEAST_PER_LABEL,
            ),
        )
    if strange:
        return Verdict(
            points,
            _(
                "“{label}” is in the column label, but you did not name it.",
                label=strange[0][:40],
            ),
        )
    return Verdict(2, _("Every label has its cases."))


@check("hw2-duplicates", points=2)
def duplicates(learner: Learner) -> Verdict:
    """No case twice among ten or more: 2 points. One pair of twins: 1."""
    rows = _rows(learner)
    if not rows:
        return Verdict(0, _(_EMPTY))
    if _borrowed(rows):
        return Verdict(0, _(_BORROWED))
    if len(rows) < _SOME:
        few = _n(
            "{n} case is too few to look for twins: ten or more.",
            "{n} cases are too few to look for twins: ten or more.",
            len(rows),
        )
        return Verdict(0, few)
    alike = len(rows) - len({row["text"].casefold() for row in rows})
    ids = len(rows) - len({row["id"].casefold() for row in rows})
    twins = max(alike, ids)
    if not twins:
        return Verdict(2, _("No case is there twice."))
    if alike >= ids:
        said = _n(
            "{n} case has the same text as another: replace it by a new case.",
            "{n} cases have the same text as another: replace them by new cases.",
            twins,
        )
    else:
        said = _n(
            "{n} case has the same id as another: replace it by a new case.",
            "{n} cases have the same id as another: replace them by new cases.",
            twins,
        )
    return Verdict(1 if twins == 1 else 0, said)


@check("hw2-agreement", points=1)
def agreement(learner: Learner) -> Verdict:
    """The share on which both labellers agree, computed again from their columns."""
    pairs = _pairs(learner)
    value = number_of(learner.value("agreement"))
    if len(pairs) < _SOME:
        return Verdict(0, _("Fill label_a and label_b first, on ten cases or more."))
    if value is None:
        return Verdict(0, _("agreement is not a number: divide the agreed cases by all cases."))
    right = _agreed(pairs)
    if _close(value, right):
        return Verdict(1, _("An agreement of {share:.2f} is right.", share=right))
    return Verdict(0, _about_agreement(value, right, len(pairs)))


def _about_agreement(value: float, right: float, cases: int) -> str:
    if value == 0:
        return _("agreement is still 0: divide the agreed cases by all cases.")
    if _close(value, right * cases):
        return _("agreement is a count of cases: divide it by the number of cases.")
    if _close(value / 100, right):
        return _("agreement is in per cent: leave it as a share between 0 and 1.")
    if _close(value, 1 - right):
        return _("agreement is the share on which they differ: take the other part.")
    return _("agreement does not fit your columns: run the cells from the top, then save.")


@check("hw2-kappa", points=2)
def own_kappa(learner: Learner) -> Verdict:
    """Cohen's kappa of the two columns, computed again."""
    pairs = _pairs(learner)
    value = number_of(learner.value("own_kappa"))
    if len(pairs) < _SOME:
        return Verdict(0, _("Fill label_a and label_b first, on ten cases or more."))
    if value is None:
        return Verdict(0, _("own_kappa is not a number: compute it in one line, from the formula."))
    seen, chance = _agreed(pairs), _chance(pairs)
    if chance >= 1:
        return Verdict(0, _("Both columns hold one single label: kappa needs two at least."))
    if _close(value, (seen - chance) / (1 - chance)):
        return Verdict(2, _("A kappa of {value:.2f} is right.", value=value))
    return Verdict(0, _about_kappa(value, seen, chance))


def _about_kappa(value: float, seen: float, chance: float) -> str:
    if value == 0:
        return _("own_kappa is still 0: write the formula of lab 2 with your names.")
    if _close(value, seen):
        return _("own_kappa is the agreement: take chance away from it, then divide.")
    if _close(value, seen - chance / 1 - chance):
        return _("own_kappa lacks its brackets: Python divides before it subtracts.")
    if _close(value, seen - chance):
        return _("own_kappa is not divided yet: divide by the way from chance to 1.")
    if chance and _close(value, (seen - chance) / chance):
        return _("own_kappa is divided by chance: divide by the way from chance to 1.")
    return _("own_kappa does not fit your columns: run the cells from the top, then save.")


def _rows(learner: Learner) -> list[dict[str, str]]:
    """The handed-in rows that have a text, as plain texts of bounded size."""
    table = learner.value("items")
    if not isinstance(table, list):
        return []
    rows = []
    for item in table[:_MOST_ROWS]:
        if isinstance(item, dict):
            row = {column: _tidy(item.get(column)) for column in _COLUMNS}
            if row["text"]:
                rows.append(row)
    return rows


def _borrowed(rows: list[dict[str, str]]) -> bool:
    return any(row["id"].startswith(_CATCH_UP) for row in rows)


def _pairs(learner: Learner) -> list[tuple[str, str]]:
    rows = _rows(learner)
    if _borrowed(rows):
        return []
    return [(row["label_a"], row["label_b"]) for row in rows]


def _agreed(pairs: list[tuple[str, str]]) -> float:
    return sum(one == other for one, other in pairs) / len(pairs)


def _chance(pairs: list[tuple[str, str]]) -> float:
    """How often two labellers with these habits agree by chance (Cohen 1960)."""
    ones, others = Counter(one for one, _other in pairs), Counter(other for _one, other in pairs)
    return sum(n * others[label] for label, n in ones.items()) / len(pairs) ** 2


def _tidy(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return " ".join(value[:_LONGEST].strip(" \t\r\n.\"'“”«»*`").casefold().split())


def _close(value: float, right: float) -> bool:
    """Equal up to rounding to two decimals."""
    return abs(value - right) <= 0.0051
