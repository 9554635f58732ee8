"""The exam of a case whose answer is one label: e-mail routing's queue, or a team's own case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bootcamp.finals.exams.examiner import Breakdown, Examiner, Scored
from bootcamp.finals.exams.measures import Estimate, Measure, ratio
from bootcamp.finals.exams.tables import Given, Rows, tidy
from bootcamp.goals import OWN_CASE, in_unit
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["chosen", "label_scores", "own_case"]

_ = texts("finals")

_F1_OF_EACH: Mapping[str, tuple[str, str]] = {
    "label": (N_("F1 of each label"), N_("label")),
    "queue": (N_("F1 of each queue"), N_("queue")),
    "route": (N_("F1 of each route"), N_("route")),
}


def own_case(use_case: str) -> Examiner:
    """Give the examiner of a case that a team brought itself: one `label` an item, macro-F1."""
    return Examiner(use_case, N_("cases"), ("label",), _score)


def _score(answers: Rows, given: Given) -> Scored:
    truth = {item: tidy(rows[0]["label"]) for item, rows in answers.items()}
    said = chosen(given, "label", sorted(set(truth.values())))
    macro, by_label = label_scores(truth, said)
    return Scored(
        measures=(Measure.of(OWN_CASE, macro),),
        wrong=frozenset(item for item, label in said.items() if label != truth[item]),
        breakdowns=(by_label,),
    )


def chosen(given: Given, column: str, allowed: Sequence[str]) -> dict[str, str]:
    """Give the label that was chosen for each item; whatever is not allowed is left to a person."""
    for item, rows in list(given.rows.items()):
        if (label := tidy(rows[0][column])) not in allowed:
            given.leave(
                item, _("{column} '{value}', which does not exist", column=column, value=label[:40])
            )
    return {item: tidy(rows[0][column]) for item, rows in given.rows.items()}


def label_scores(
    truth: Mapping[str, str], said: Mapping[str, str], column: str = "label"
) -> tuple[Estimate, Breakdown]:
    """Give the macro-F1 and each label's F1, 2·both / (cases + said).

    An item that is not in `said` counts as missed by its label, so that leaving out the hard ones
    does not raise the number.
    """
    ids, labels = sorted(truth), sorted(set(truth.values()))
    right = np.array([[truth[item] == label for label in labels] for item in ids])
    answer = np.array([[said.get(item) == label for label in labels] for item in ids])
    both, either = 2.0 * (right & answer), right * 1.0 + answer
    rows = [
        (label.replace("_", " "), in_unit(ratio(both[:, place], either[:, place]).value, ""))
        for place, label in enumerate(labels)
    ]
    title, heading = _F1_OF_EACH[column]
    return ratio(both, either), Breakdown(title, (heading, "F1"), tuple(rows))
