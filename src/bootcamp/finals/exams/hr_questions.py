"""The exam of HR questions: the right article cited, and what the handbook does not answer left."""

from __future__ import annotations

import re

from bootcamp.finals.exams.examiner import Examiner, Scored
from bootcamp.finals.exams.labels import chosen
from bootcamp.finals.exams.measures import Measure, share
from bootcamp.finals.exams.tables import Given, Rows
from bootcamp.goals import headline_of
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["HR_QUESTIONS"]

_ = texts("finals")

# `12`, `art. 12`, and `12.0`, which pandas writes where other rows have no article.
_NUMBER = re.compile(r"\d{1,6}")


def _score(answers: Rows, given: Given) -> Scored:
    """An answer of `no` sends the question to a person: it is neither handled nor an error."""
    truth = {item: rows[0]["article"] for item, rows in answers.items()}
    for item, answer in chosen(given, "answerable", ("yes", "no")).items():
        if answer == "no":
            del given.rows[item]
    cited: dict[str, str] = {}
    for item, rows in list(given.rows.items()):
        number = _NUMBER.search(rows[0]["article"])
        if number:
            cited[item] = str(int(number.group()))
        else:
            why = _("article '{value}', which is no number", value=rows[0]["article"][:40])
            given.leave(item, why)
    known = [item for item, article in sorted(truth.items()) if article]
    unknown = [item for item, article in sorted(truth.items()) if not article]
    invented = sum(item in cited for item in unknown)
    found = share([cited.get(item) == truth[item] for item in known])
    refused = share([item not in cited for item in unknown])
    return Scored(
        measures=(
            Measure.of(headline_of("hr-questions"), found),
            Measure(
                "refusal_accuracy",
                N_("of the questions that it does not answer, left to a person"),
                refused,
                goal=0.85,
                unit="%",
            ),
        ),
        wrong=frozenset(item for item, article in cited.items() if article != truth[item]),
        counts={
            N_("wrong article"): sum(
                item in cited and cited[item] != truth[item] for item in known
            ),
            N_("answered, where a person must"): invented,
            N_("left to a person without need"): sum(item not in cited for item in known),
        },
        missed=invented,
    )


HR_QUESTIONS = Examiner("hr-questions", N_("questions"), ("answerable", "article"), _score)
"""A wrong article is an error, and so is any article where the handbook has no answer."""
