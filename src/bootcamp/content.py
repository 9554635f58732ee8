"""Finds the course's own files: in a checkout beside `src`, in a wheel inside the package."""

from __future__ import annotations

import re
from pathlib import Path

from bootcamp.errors import UnknownName
from bootcamp.language import ENGLISH

__all__ = [
    "SANDBOX_CASE",
    "content_root",
    "dataset",
    "guide_file",
    "homework_names",
    "homework_session",
    "session_folder",
    "session_numbers",
    "translations",
]

SANDBOX_CASE = "email-routing"
"""The use case on which everyone practises before turning to the team's own."""

_SESSION = re.compile(r"session-(\d\d)$")
_HOMEWORK = re.compile(r"homework-(\d)\.ipynb$")


def content_root() -> Path:
    """Give the folder that holds labs/, session-0N/, solutions/, graders/ and hub_config/."""
    package = Path(__file__).resolve().parent
    packed = package / "_content"
    return packed if packed.is_dir() else package.parent.parent


def session_numbers() -> list[int]:
    """Give the numbers of the sessions whose materials exist, ascending."""
    folders = (_SESSION.search(path.name) for path in content_root().glob("session-*"))
    return sorted(int(match.group(1)) for match in folders if match)


def session_folder(number: int) -> Path:
    """Give the folder that citizens receive for session `number`.

    Raises:
        UnknownName: the course has no such session.
    """
    folder = content_root() / f"session-{number:02d}"
    if not folder.is_dir():
        known = ", ".join(str(n) for n in session_numbers())
        raise UnknownName(f"There are no materials for session {number}; there are for {known}.")
    return folder


def translations(language: str, root: Path | None = None) -> dict[str, Path]:
    """Give what the course has in this language beside its English text.

    Files by the path of what they stand for, such as `session-01/lab-1.ipynb`, `glossary.md`, or
    `briefs/email-routing.md`; nothing for English.
    """
    folder = (root or content_root()) / "translations" / language
    if language == ENGLISH or not folder.is_dir():
        return {}
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in found}


def guide_file(number: int, language: str = ENGLISH) -> Path:
    """Give the facilitator's guide of session `number`; in English where it is in no other.

    Raises:
        UnknownName: there is no such guide.
    """
    name = f"session-{number:02d}-guide.md"
    english = content_root() / "labs" / name
    if not english.is_file():
        raise UnknownName(f"There is no guide for session {number}.")
    return translations(language).get(f"guides/{name}", english)


def homework_names() -> list[str]:
    """Give the names of the homeworks that exist, as nbgrader's assignments are named."""
    found = content_root().glob("session-*/homework-*.ipynb")
    return sorted(path.stem for path in found if _HOMEWORK.search(path.name))


def homework_session(name: str) -> int:
    """Give the session after which homework `name` is done.

    Raises:
        UnknownName: the course has no such homework.
    """
    if name not in homework_names():
        known = ", ".join(homework_names())
        raise UnknownName(f"There is no homework called '{name}'; there is {known}.")
    return int(name.rsplit("-", 1)[1])


def dataset(use_case: str, own: Path | None = None) -> Path:
    """Give the folder of a use case's data: dev/, hidden/ and hostile/; such as `email-routing`.

    With `own`, a folder of cases that the facilitator has added, these come first.

    Raises:
        UnknownName: the course has no data for this use case.
    """
    folder = content_root() / "graders" / "datasets" / use_case.replace("-", "_")
    if own is not None and use_case.isascii() and use_case.replace("-", "").isalnum():
        folder = own / use_case if (own / use_case).is_dir() else folder
    if not folder.is_dir():
        raise UnknownName(f"There is no data for the use case '{use_case}'.")
    return folder
