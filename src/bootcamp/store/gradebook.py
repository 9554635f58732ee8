"""Where nbgrader keeps a course: its folders and its gradebook, under the data folder.

The exchange fills the folders and grading reads them, so both take nbgrader's settings from here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bootcamp.settings import DataFolder

__all__ = ["COURSE", "TIMESTAMP_FORMAT", "course_config", "course_folder", "gradebook_url"]

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
