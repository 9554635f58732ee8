"""Final runs as the pages see them: begun at a button, followed live, and what each has left.

`bootcamp finals` keeps a file of how far it is, whoever started it; the lock beside that file is
held as long as it lives, so nobody has to believe the file about that. A run that the pages begin
is a process of its own and outlives them.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from bootcamp.errors import BootcampError, FinalsError
from bootcamp.language import N_
from bootcamp.settings import DataFolder, moment_of_run, private_folder
from bootcamp.spoken import number, texts
from bootcamp.web import background
from bootcamp.web.final_words import headline, title_in_words

__all__ = [
    "FILES",
    "TEAM_FILES",
    "Board",
    "Left",
    "State",
    "begin",
    "left_by",
    "look",
    "runs",
]

_ = texts("pages")
_n = _.count

FILES = {
    "report.html": N_("Report"),
    "slides.html": N_("Slides"),
    "speaker.html": N_("Speaker copy"),
    "roi.html": N_("What it is worth"),
    "solution.html": N_("Executed solution"),
    "check-in-90-days.ics": N_("90-day check"),
}
"""What of a team's run is shown to facilitators, and how it is called."""
TEAM_FILES = {
    "slides-team.html": N_("Your slides"),
    "roi.html": N_("Your business case"),
    "check-in-90-days.ics": N_("The 90-day check, for your calendar"),
}
"""What a team itself may open: nothing in it was made where the hidden cases could be read."""

_RUN = re.compile(r"\d{4}-\d\d-\d\d-\d{6}(-\d{1,2})?")
_ENDS = {N_("done"), N_("done before"), N_("stopped")}
_MESSAGES = {*_ENDS, N_("started")}
_TAKEN = re.compile(r"(\d+) files taken")


class StepLike(Protocol):
    """One step of a team's run, as `bootcamp.finals` tells it."""

    @property
    def team(self) -> str:
        """The team's slug."""

    @property
    def notebook(self) -> str:
        """Which notebook runs; empty for a word on the whole."""

    @property
    def cell(self) -> int:
        """The cell that runs."""

    @property
    def cells(self) -> int:
        """Of how many."""

    @property
    def message(self) -> str:
        """A word in place of a cell."""


@dataclass(frozen=True)
class State:
    """How far the runs are, or how they ended."""

    began_at: str
    by: str = ""
    """The login of whoever pressed the button; empty when they were begun on the server."""
    state: Literal["working", "done", "failed", "stopped"] = "working"
    teams: dict[str, str] = field(default_factory=dict)
    """By team: where it is, in words."""
    ended: list[str] = field(default_factory=list)
    """The teams that are through."""
    problem: str = ""

    @property
    def began(self) -> datetime:
        """When they began."""
        return datetime.fromisoformat(self.began_at)


@dataclass(frozen=True)
class Left:
    """What a team's run has left."""

    run: str
    at: datetime
    succeeded: bool
    quality: str
    interval: str
    against_goal: str
    measured: str
    in_words: str
    spread: str
    """How far several runs of it lie apart."""
    odd_files: str
    """How many of the hostile files were handled as is expected, of how many."""
    attacks: str
    hours: str
    hours_range: str
    problem: str
    """What stopped it, or the first thing worth knowing; nothing that a notebook has printed."""
    files: tuple[str, ...]


class Board:
    """Keeps the file of how far the runs are; called with each step."""

    def __init__(self, data: DataFolder, state: State) -> None:
        self._data = data
        self._state = state

    @classmethod
    @contextmanager
    def held(
        cls, data: DataFolder, teams: Sequence[str], locked: int | None = None
    ) -> Iterator[Board]:
        """Say that these teams run, until the context ends, and how that went.

        `locked` is the descriptor of the lock where whoever started us has taken it already.

        Raises:
            FinalsError: other runs are going on.
        """
        folder = private_folder(data.run)
        descriptor = os.open(folder / "finals.lock", os.O_RDWR | os.O_CREAT, 0o600)
        state = State(began_at=_now())
        if locked is None:
            locked = descriptor
            try:
                fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise FinalsError(
                    _("Final runs are going on already; wait until they are done.")
                ) from None
        else:
            os.close(descriptor)
            os.set_inheritable(locked, False)
            state = _read(data) or state
        board = cls(data, replace(state, teams=dict.fromkeys(teams, _("waiting"))))
        board._say()
        try:
            yield board
        except BootcampError as error:
            board._say(state="failed", problem=str(error))
            raise
        except Exception:
            said = _("Something went wrong on our side; logs/finals.log says what.")
            board._say(state="failed", problem=said)
            raise
        else:
            board._say(state="done")
        finally:
            os.close(locked)

    def __call__(self, step: StepLike) -> None:
        """Take in one step; the runs call this one at a time."""
        where = step.notebook.replace(".ipynb", "")
        said = _said(step)
        ended = self._state.ended
        if not where and step.message in _ENDS and step.team not in ended:
            ended = [*ended, step.team]
        text = f"{where}, {said}" if where else said
        self._say(teams=self._state.teams | {step.team: text}, ended=ended)

    def _say(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        _write(self._data, self._state)


def _said(step: StepLike) -> str:
    if not step.message:
        return _("cell {cell} of {cells}", cell=step.cell, cells=step.cells)
    if taken := _TAKEN.fullmatch(step.message):
        return _n("{n} file taken", "{n} files taken", int(taken[1]))
    return _(step.message) if step.message in _MESSAGES else step.message


def begin(data: DataFolder, by: str) -> bool:
    """Start the runs of all teams; False when some are going on already."""
    lock = private_folder(data.run) / "finals.lock"

    def words(locked: int) -> list[str]:
        _write(data, State(began_at=_now(), by=by))
        return ["bootcamp", "finals", "--data", str(data.root), "--locked", str(locked)]

    return background.start(lock, private_folder(data.logs) / "finals.log", words)


def look(data: DataFolder) -> State | None:
    """Give how far the last runs are, None when there were none."""
    going_on = background.is_held(data.run / "finals.lock")
    state = _read(data)
    if state and state.state == "working" and not going_on:
        said = _("The runs ended before they were done. Press again to go on: nothing runs twice.")
        return replace(state, state="stopped", problem=said)
    return state


def runs(data: DataFolder) -> list[str]:
    """Give the names of all runs, the newest first."""
    found = (path.parent.name for path in data.finals.glob("*/run.json"))
    return sorted((name for name in found if _RUN.fullmatch(name)), reverse=True)


def left_by(data: DataFolder, run: str, team: str) -> Left | None:
    """Give what a team's run has left; None when it is not through, or never began."""
    folder = data.finals / run / team
    if not _RUN.fullmatch(run):
        return None
    summary = _json(folder / "summary.json")
    if not summary:
        return None
    quality, hours = summary.get("quality") or {}, (summary.get("roi") or {}).get("hours_a_year")
    head = (quality.get("measures") or [{}])[0]
    said = headline(head)
    problems, odd = summary.get("problems") or [], quality.get("robustness") or {}
    return Left(
        run=run,
        at=moment_of_run(run),
        succeeded=bool(summary.get("succeeded")),
        quality=said["text"],
        interval=said["interval"],
        against_goal=said["against_goal"],
        measured=title_in_words(head.get("title", "")),
        in_words=said["in_words"],
        spread=quality.get("spread", ""),
        odd_files=_("{well} of {files}", well=odd["well"], files=odd["files"]) if odd else "",
        attacks=_attacks(odd),
        hours=_whole(hours["p50"]) if hours else "",
        hours_range=_("{low} to {high}", low=_whole(hours["p5"]), high=_whole(hours["p95"]))
        if hours
        else "",
        problem=_sentence(problems[0]) if problems else "",
        files=tuple(name for name in {**FILES, **TEAM_FILES} if (folder / name).is_file()),
    )


def _whole(value: float) -> str:
    return number(round(value), "#,##0")


def _attacks(odd: Mapping[str, Any]) -> str:
    if not odd.get("attacks"):
        return ""
    if not odd["attacks_succeeded"]:
        return _("no attack succeeded")
    return _n(
        "{n} of {attacks} attacks succeeded",
        "{n} of {attacks} attacks succeeded",
        odd["attacks_succeeded"],
        attacks=odd["attacks"],
    )


def _sentence(problem: Mapping[str, Any]) -> str:
    cell = problem.get("cell")
    notebook, message = problem["notebook"], problem["message"]
    if cell is None:
        return _("{notebook}: {message}", notebook=notebook, message=message)
    return _("{notebook}, code cell {n}: {message}", notebook=notebook, n=cell, message=message)


def _read(data: DataFolder) -> State | None:
    try:
        return State(**_json(data.run / "finals.json"))
    except TypeError:
        return None


def _write(data: DataFolder, state: State) -> None:
    draft = data.run / "finals.json.new"
    draft.write_text(json.dumps(asdict(state)), encoding="utf-8")
    draft.replace(draft.with_suffix(""))


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
