"""The exam of each use case: what is compared, and which number counts.

A new case is a module with an `Examiner`, and its name in `_EXAMINERS`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bootcamp.finals.exams.contract_clauses import CONTRACT_CLAUSES
from bootcamp.finals.exams.email_routing import EMAIL_ROUTING
from bootcamp.finals.exams.examiner import Breakdown, Examiner, Scored
from bootcamp.finals.exams.expense_policy import EXPENSE_POLICY
from bootcamp.finals.exams.hr_questions import HR_QUESTIONS
from bootcamp.finals.exams.invoice_exceptions import INVOICE_EXCEPTIONS
from bootcamp.finals.exams.labels import own_case
from bootcamp.finals.exams.measures import Estimate, Measure
from bootcamp.finals.exams.minutes_to_actions import MINUTES_TO_ACTIONS
from bootcamp.finals.exams.tables import Given, Row, Rows, read_predictions

__all__ = [
    "Breakdown",
    "Estimate",
    "Examiner",
    "Given",
    "Measure",
    "Row",
    "Rows",
    "Scored",
    "examiner_of",
    "read_predictions",
]

_EXAMINERS: tuple[Examiner, ...] = (
    CONTRACT_CLAUSES,
    EMAIL_ROUTING,
    EXPENSE_POLICY,
    HR_QUESTIONS,
    INVOICE_EXCEPTIONS,
    MINUTES_TO_ACTIONS,
)


def examiner_of(use_case: str, columns: Sequence[str]) -> Examiner | None:
    """Give the examiner of a use case; one that we do not know is examined by its `label`."""
    known = {examiner.use_case: examiner for examiner in _EXAMINERS}
    if use_case in known:
        return known[use_case]
    return own_case(use_case) if "label" in columns else None
