"""Where nbgrader keeps a course: its folders and its gradebook, under the data folder.

The exchange fills the folders and grading reads them, so both take nbgrader's settings from here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bootcamp.settings import DataFolder

__all__ = [
    "COURSE",
    "TIMESTAMP_FORMAT",
    "course_config",
    "course_folder",
    "gradebook_url",
    "note_deadline",
    "note_lateness",
]

COURSE = "bootcamp"
"""The course's name in nbgrader; a data folder holds one course."""

TIMESTAMP_FORMAT = "%Y-%m-%d %H:%M:%S.%f %Z"
"""How nbgrader writes the moment of a submission into `timestamp.txt`."""


def gradebook_url(data: DataFolder) -> str:
    """Give the SQLAlchemy URL of nbgrader's gradebook."""
    return f"sqlite:///{data.course / 'gradebook.db'}"


def course_folder(data: DataFolder, step: str, login: str, assignment: str) -> Path:
    """Give nbgrader's folder of one step: `submitted`, `autograded` or `feedback`."""
    return data.course / step / login / assignment


def course_config(data: DataFolder) -> Any:
    """Give nbgrader's traitlets configuration for this course."""
    from traitlets.config import Config  # noqa: PLC0415

    config = Config()
    config.CourseDirectory.root = str(data.course)
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.db_url = gradebook_url(data)
    return config


def note_deadline(gradebook: Any, assignment: str, due: datetime | None) -> None:
    """Give an assignment of nbgrader's gradebook its deadline; nbgrader keeps it in UTC."""
    gradebook.update_or_create_assignment(assignment, duedate=_naive(due))


def note_lateness(
    gradebook: Any, assignment: str, login: str, due: datetime | None, penalty_percent: float
) -> None:
    """Give a submission its extension and its penalty, as nbgrader's own late rule would."""
    submission = gradebook.find_submission(assignment, login)
    usual, own = submission.assignment.duedate, _naive(due)
    extra = own - usual if own and usual else timedelta(0)
    submission.extension = extra if extra > timedelta(0) else None
    for notebook in submission.notebooks:
        penalty = notebook.max_score * penalty_percent / 100
        notebook.late_submission_penalty = penalty or None
    gradebook.db.commit()


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None
