"""The homework that the course brings, and how nbgrader's course folder is made from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bootcamp.content import content_root, translations
from bootcamp.errors import BuildError, UnknownName
from bootcamp.language import ENGLISH
from bootcamp.settings import DataFolder
from bootcamp.store.gradebook import (
    COURSE,
    course_config,
    gradebook_url,
    note_deadline,
    note_lateness,
)
from bootcamp.store.handins import HandIn

__all__ = ["Homework", "generate", "homeworks", "note_deadlines"]

_NAME = re.compile(r"homework-\d$")
_HEADING = re.compile(r"^#\s+(.+)$", re.MULTILINE)
_ERROR = re.compile(r"[\w.]+(?:Error|Exception|Entry): (.+)$")
# nbgrader changes the process' folder while it generates, and we what it calls.
_generating = threading.Lock()


@dataclass(frozen=True)
class Homework:
    """One homework as the course brings it: the answer-free notebook, and what goes with it."""

    name: str
    session: int
    notebook: Path
    companions: Path | None = None
    """A folder beside the notebook, named like it, whose files citizens receive too."""

    @property
    def title(self) -> str:
        """The notebook's first heading, or its name when it has none."""
        return _title(self.notebook, self.notebook.stat().st_mtime_ns)

    def sources(self) -> dict[str, Path]:
        """Give every file that a citizen receives, by its path in the homework's folder."""
        found = {self.notebook.name: self.notebook}
        if self.companions:
            for path in sorted(self.companions.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    found[path.relative_to(self.companions).as_posix()] = path
        return found


@lru_cache(maxsize=32)
def _title(notebook: Path, _version: int) -> str:
    for cell in json.loads(notebook.read_bytes())["cells"]:
        heading = _HEADING.search("".join(cell["source"]))
        if cell["cell_type"] == "markdown" and heading:
            return heading.group(1).strip()
    return notebook.stem


def homeworks(root: Path | None = None, language: str = ENGLISH) -> dict[str, Homework]:
    """Give every homework below the content root, by name, in the order of the sessions.

    Its notebook is the one in `language`, if there is one; the files beside it are the same.
    """
    found = {}
    translated = translations(language, root)
    for notebook in sorted((root or content_root()).glob("session-[0-9][0-9]/homework-*.ipynb")):
        if not _NAME.match(notebook.stem):
            continue
        beside = notebook.with_suffix("")
        found[notebook.stem] = Homework(
            name=notebook.stem,
            session=int(notebook.parent.name.rpartition("-")[2]),
            notebook=translated.get(f"{notebook.parent.name}/{notebook.name}", notebook),
            companions=beside if beside.is_dir() else None,
        )
    return found


def find(known: dict[str, Homework], name: str) -> Homework:
    """Give the homework of this name.

    Raises:
        UnknownName: the course has none of this name.
    """
    if name not in known:
        names = ", ".join(known) or "none yet; build the notebooks first with `bootcamp build`"
        raise UnknownName(f"There is no homework called '{name}'; there is {names}.")
    return known[name]


def generate(data: DataFolder, homework: Homework, *, due: datetime | None = None) -> None:
    """Put the homework through nbgrader: course/source, course/release and the gradebook.

    The source is the built, answer-free notebook, so nbgrader need not clear answers again: what
    citizens get, what the gradebook knows and what the build checked are the same by construction.

    Raises:
        BuildError: nbgrader refuses the notebook; the message says why.
    """
    source = data.course / "source" / homework.name
    release = data.course / "release" / homework.name
    with _generating, _kept(source), _kept(release):
        for relative, path in homework.sources().items():
            (source / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, source / relative)
        _run_nbgrader(data, homework.name)
        note_deadlines(data, homework.name, due, {})


def note_deadlines(
    data: DataFolder, assignment: str, due: datetime | None, graded: Mapping[str, HandIn]
) -> None:
    """Tell nbgrader's gradebook when a homework is due, and how late each graded hand-in was."""
    from nbgrader.api import Gradebook, MissingEntry  # noqa: PLC0415

    with Gradebook(gradebook_url(data), COURSE) as gradebook:
        note_deadline(gradebook, assignment, due)
        for login, handin in graded.items():
            with suppress(MissingEntry):  # a gradebook begun anew
                note_lateness(gradebook, assignment, login, handin.due_at, handin.penalty_percent)


@contextmanager
def _kept(folder: Path) -> Iterator[None]:
    """Let `folder` be made anew; when that fails, the old one is back."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _run_nbgrader(data: DataFolder, name: str) -> None:
    from nbgrader import api  # noqa: PLC0415
    from nbgrader.apps import NbGraderAPI  # noqa: PLC0415
    from traitlets.log import get_logger  # noqa: PLC0415

    config = course_config(data)
    config.ClearSolutions.enabled = False
    config.ExchangeFactory.list = "bootcamp.exchange.plugins.NoList"
    log: Any = get_logger()
    here, heard, stamp = Path.cwd(), log.propagate, api.get_alembic_version
    # Its log, with tracebacks, is in the result; it is not for the one who types the command.
    log.propagate = False
    api.get_alembic_version = _gradebook_version
    try:
        result = NbGraderAPI(config=config).generate_assignment(name)
    finally:
        os.chdir(here)
        api.get_alembic_version = stamp
        log.propagate = heard
    if not result["success"]:
        raise BuildError(f"nbgrader cannot prepare {name}: {_reason(result)}.")


@cache
def _gradebook_version() -> str:
    """Give the version that a new gradebook is stamped with.

    nbgrader starts the `alembic` program to ask for it: seconds, and the program has to be found.
    """
    import nbgrader  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    changes = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
    return str(changes.get_current_head())


def _reason(result: dict[str, str]) -> str:
    """Give the first error that nbgrader met; what follows it is only passed on."""
    lines = f"{result.get('log') or ''}\n{result.get('error') or ''}".splitlines()
    errors = [match[1] for line in lines if (match := _ERROR.match(line.strip()))]
    return (errors or ["it gives no reason"])[0].rstrip(".")
