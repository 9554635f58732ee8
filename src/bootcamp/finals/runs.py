"""The final runs of a cohort: each team's two notebooks, the exam between them, the reports."""

from __future__ import annotations

import fcntl
import platform
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bootcamp.cohort import Cohort, Team
from bootcamp.errors import FinalsError
from bootcamp.finals.execution import FinalLimits, Stage
from bootcamp.finals.files import json_bytes, read_bounded, read_json, write_whole
from bootcamp.finals.papers import About
from bootcamp.finals.results import Listener, Progress, TeamResult
from bootcamp.finals.team_run import MODEL, TeamRun
from bootcamp.language import ENGLISH, speaking
from bootcamp.sandbox import require_sandbox
from bootcamp.settings import DataFolder, private_folder
from bootcamp.store import open_store
from bootcamp.store.goals import goal_in_force

__all__ = ["latest_run", "run"]

_AT_ONCE = 6
"""Teams at a time: most of a run is waiting for the model. Each takes about 200 MB."""


def run(
    data: DataFolder,
    cohort: Cohort,
    *,
    gateway_socket: Path,
    keys: Mapping[str, str],
    teams: Sequence[str] | None = None,
    progress: Listener | None = None,
    limits: FinalLimits | None = None,
    at_once: int = _AT_ONCE,
    model: str = MODEL,
    repeats: int = 1,
    again: bool = False,
    lost: threading.Event | None = None,
) -> list[TeamResult]:
    """Run the final notebooks of `teams` (all by default) and keep everything in a folder.

    `keys` gives the key with which each team's solution asks the model at `gateway_socket`, and
    `model` says in words what answers there. `progress` is called from several threads, one call
    at a time. A solution is run `repeats` times: more than once where the model does not answer the
    same each time. A team's failure is its own: it stands in its result and report, and the other
    teams' runs go on.

    Where the model goes away for good, `lost` is set: what runs is ended, for its result would say
    nothing of the team.

    A run that was interrupted is gone on with, unless `again`: teams that were done stay so, if
    neither their files nor the data, the model or the limits have changed.

    Raises:
        FinalsError: the runs cannot start at all, others are going on, or the model was lost.
        UnknownName: a team that the cohort does not have.
    """
    chosen = [cohort.team(slug) for slug in dict.fromkeys(teams)] if teams else cohort.teams
    if not chosen:
        raise FinalsError("There are no teams yet; add them to the cohort file.")
    for team in chosen:
        if not keys.get(team.slug):
            raise FinalsError(f"The team '{team.slug}' has no key for the model; give it one.")
    if not gateway_socket.is_socket():
        raise FinalsError(f"The model gateway does not answer at {gateway_socket}; start it.")
    require_sandbox()
    limits = limits or FinalLimits()
    settings = {"model": model, "repeats": repeats, "limits": asdict(limits), **_versions()}
    if cohort.language != ENGLISH:  # what is kept of an earlier run would speak another
        settings["language"] = cohort.language
    listen = _one_at_a_time(progress)
    cancelled = lost or threading.Event()
    with _alone(data), closing(open_store(data.store_url)) as store:
        with store.session() as session, speaking(cohort.language):
            goals = {
                team.slug: goal_in_force(
                    session, team.slug, team.use_case, data.finals, cohort.time_zone
                )
                for team in chosen
            }
        folder = (None if again else _interrupted_run(data)) or _new_run(data, chosen)
        runs = [
            TeamRun(
                team=team,
                about=_about(cohort, team),
                folder=folder / team.slug,
                source=data.teams / team.slug / "final",
                cases=data.cases,
                goal=goals[team.slug],
                key=keys[team.slug],
                settings=settings,
                store=store,
                repeats=max(1, repeats),
                currency=cohort.budgets.currency,
                listen=listen,
                cancelled=cancelled,
            )
            for team in chosen
        ]
        stages = min(max(1, at_once), len(runs))
        results = _all_results(runs, limits, gateway_socket, stages, cancelled, cohort.language)
        if cancelled.is_set():
            raise FinalsError(
                "The model gateway went away and did not come back, so the runs were ended. Start"
                " the bootcamp, then run the finals again: they go on with what was not done."
            )
        _finish(folder, cohort, [result.team for result in results])
        write_whole(data.finals / "latest", f"{folder.name}\n".encode())
    return results


def _about(cohort: Cohort, team: Team) -> About:
    titles = {case.slug: case.title for case in cohort.use_cases}
    people = {person.login: person.name for person in cohort.people}
    return About(
        company=cohort.company,
        team=team.name,
        members=tuple(people.get(login, login) for login in team.members),
        title=titles.get(team.use_case or "", team.name),
        last_session=cohort.sessions[-1],
    )


def _all_results(
    runs: Sequence[TeamRun],
    limits: FinalLimits,
    gateway_socket: Path,
    stages: int,
    cancelled: threading.Event,
    spoken: str,
) -> list[TeamResult]:
    """Work through the teams on a few stages; each stage belongs to one thread."""
    waiting = deque(enumerate(runs))
    results: dict[int, TeamResult] = {}

    def work(slot: int) -> None:
        with speaking(spoken), Stage(limits, gateway_socket, slot=slot) as stage:
            while waiting and not cancelled.is_set():
                try:
                    number, team_run = waiting.popleft()
                except IndexError:
                    return
                results[number] = team_run.result(stage)

    with ThreadPoolExecutor(max_workers=stages) as pool:
        workers = [pool.submit(work, slot) for slot in range(stages)]
        try:
            for worker in workers:
                worker.result()
        except BaseException:  # Ctrl-C: end what runs now, start nothing more
            cancelled.set()
            raise
    return [results[number] for number in sorted(results)]


def latest_run(data: DataFolder) -> Path | None:
    """Give the folder of the last run that finished, if there is one."""
    content = read_bounded(data.finals / "latest", 200)
    folder = data.finals / content.decode().strip() if content else None
    return folder if folder and folder.is_dir() else None


def _finish(folder: Path, cohort: Cohort, ran: Sequence[str]) -> None:
    """Note that a run is finished, unless a team with which it began never came to its end."""
    begun = read_json(folder / "run.json")
    wanted = {*begun.get("teams", ()), *ran}
    names = [team.slug for team in cohort.teams if team.slug in wanted]
    if all((folder / name / "summary.json").is_file() for name in names):
        _write_json(folder / "run.json", begun | {"finished": _now(), "teams": names})


def _new_run(data: DataFolder, teams: Sequence[Team]) -> Path:
    private_folder(data.finals)
    name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    for attempt in range(100):
        folder = data.finals / (f"{name}-{attempt}" if attempt else name)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        names = [team.slug for team in teams]
        _write_json(folder / "run.json", {"started": _now(), "teams": names})
        return folder
    raise FinalsError("Too many final runs were started in this second; try again.")


def _one_at_a_time(progress: Listener | None) -> Listener:
    lock = threading.Lock()

    def listen(step: Progress) -> None:
        if progress is not None:
            with lock:
                progress(step)

    return listen


@contextmanager
def _alone(data: DataFolder) -> Iterator[None]:
    """Keep a second run away while this one goes on, or until this process ends."""
    private_folder(data.finals)
    with (data.finals / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FinalsError(
                "Final runs are going on already; wait until they are done."
            ) from None
        yield


def _interrupted_run(data: DataFolder) -> Path | None:
    """Give the newest run's folder if that run was never finished."""
    newest = max((path.parent for path in data.finals.glob("*/run.json")), default=None)
    if newest is None or read_json(newest / "run.json").get("finished"):
        return None
    return newest


def _versions() -> dict[str, str]:
    """Give the versions of what notebooks run on, so that a run can be repeated."""
    packages = ("ai-bootcamp-lab", "openai", "pandas", "papermill", "numpy")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    write_whole(path, json_bytes(value))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
