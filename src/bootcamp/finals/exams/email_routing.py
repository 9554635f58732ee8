"""The exam of e-mail routing: the queue by macro-F1, and how many urgent mails were found."""

from __future__ import annotations

from bootcamp.finals.exams.examiner import Examiner, Scored
from bootcamp.finals.exams.labels import chosen, label_scores
from bootcamp.finals.exams.measures import Measure, share
from bootcamp.finals.exams.tables import Given, Rows, tidy
from bootcamp.goals import headline_of
from bootcamp.language import N_

__all__ = ["EMAIL_ROUTING"]


def _score(answers: Rows, given: Given) -> Scored:
    """An urgent mail that is flagged counts as found even when its queue is left to a person."""
    truth = {item: rows[0]["queue"] for item, rows in answers.items()}
    urgent = {item for item, rows in answers.items() if rows[0]["urgency"] == "urgent"}
    flagged = {item for item, row in given.seen.items() if tidy(row["urgency"]) == "urgent"}
    chosen(given, "urgency", ("normal", "urgent"))
    said = chosen(given, "queue", sorted(set(truth.values())))
    wrong = {item for item, queue in said.items() if queue != truth[item]}
    missed = {item for item in said if item in urgent and item not in flagged}
    macro, by_queue = label_scores(truth, said, "queue")
    found = share([item in flagged for item in sorted(urgent)])
    return Scored(
        measures=(
            Measure.of(headline_of("email-routing"), macro),
            Measure("urgent_recall", N_("of the urgent mails found"), found, goal=0.9, unit="%"),
        ),
        wrong=frozenset(wrong | missed),
        counts={
            N_("wrong queue"): len(wrong),
            N_("urgent mail missed"): len(missed),
            N_("marked urgent without need"): len(flagged - urgent),
        },
        breakdowns=(by_queue,),
        missed=len(missed),
        false_alarms=len(flagged - urgent),
        alarms=frozenset((flagged - urgent) & said.keys()),
    )


EMAIL_ROUTING = Examiner("email-routing", N_("mails"), ("queue", "urgency"), _score)
"""A wrong queue is an error, and so is an urgent mail that was called normal."""
