"""The final runs' pages: begin them, follow them, open what they left; a team sees its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bootcamp.cohort import Cohort, Team
from bootcamp.goals import read_goal
from bootcamp.settings import DataFolder, moment_of_run
from bootcamp.spoken import texts
from bootcamp.store import Store
from bootcamp.web import final_runs
from bootcamp.web.current import Current
from bootcamp.web.final_goals import agree, goals_of
from bootcamp.web.identity import Session, Visitor
from bootcamp.web.security import DOCUMENT_POLICY, SLIDES_POLICY

__all__ = ["FinalsDesk", "own_final"]

_ = texts("desk", "pages")

Wrap = Callable[..., Callable[[Request], Awaitable[Response]]]

_WITH_SCRIPTS = {"slides.html", "speaker.html", "slides-team.html"}
_SHOWN_RUNS = 5


@dataclass(frozen=True)
class Row:
    """One team in the table."""

    team: Team
    title: str
    """Its use case in words."""
    left: final_runs.Left | None
    before: final_runs.Left | None
    """Of the run before: what is shown when today's fails."""


class FinalsDesk:
    """The pages below `/finals`, and a team's own below `/our-final`."""

    def __init__(
        self,
        *,
        prefix: str,
        data: DataFolder,
        store: Store,
        current: Current,
        render: Callable[..., Response],
    ) -> None:
        self._prefix = prefix
        self._data = data
        self._store = store
        self._current = current
        self._render = render

    def routes(self, page: Wrap, action: Wrap) -> list[Route]:
        """Give the routes; all but a team's own are for facilitators only."""
        return [
            Route("/finals", page(self._finals)),
            Route("/finals/status", page(self._status, for_script=True)),
            Route("/finals/begin", action(self._run), methods=["POST"]),
            Route("/finals/goal", action(self._agree), methods=["POST"]),
            Route("/finals/{run}/{team}/{name}", page(self._file)),
            Route("/our-final/{name}", page(self._own_file)),
        ]

    async def _finals(self, request: Request, session: Session, visitor: Visitor) -> Response:
        _only_facilitators(visitor)
        wanted = request.query_params.get("run", "")

        def gather() -> dict[str, Any]:
            cohort, names = self._current.cohort, final_runs.runs(self._data)
            if wanted and wanted not in names:
                raise HTTPException(404, _("There is no such run."))
            begun = names[names.index(wanted) :] if wanted else names
            rows = [_row(self._data, cohort, team, begun) for team in cohort.teams]
            moments = [(name, moment_of_run(name)) for name in names[:_SHOWN_RUNS]]
            people = {person.login: person.name for person in cohort.people}
            state = final_runs.look(self._data)
            return {
                "rows": rows,
                "state": state,
                "by": people.get(state.by, state.by) if state else "",
                "moments": moments,
                "goals": goals_of(self._data, self._store, cohort),
            }

        found = await asyncio.to_thread(gather)
        return self._render(
            "finals.html",
            session=session,
            visitor=visitor,
            wanted=wanted,
            names=final_runs.FILES,
            **found,
        )

    async def _status(self, _request: Request, _session: Session, visitor: Visitor) -> Response:
        _only_facilitators(visitor)
        state = await asyncio.to_thread(final_runs.look, self._data)
        if state is None or state.state != "working":
            return JSONResponse({"state": state.state if state else "gone", "step": ""})
        done, total = len(state.ended), len(state.teams)
        through = _("{done} of {total} teams are through", done=done, total=total)
        step = through if total else _("Getting ready…")
        return JSONResponse(
            {"state": "working", "step": step, "done": done, "total": total, "live": state.teams}
        )

    async def _run(self, _request: Request, _session: Session, visitor: Visitor) -> Response:
        _only_facilitators(visitor)
        # False: somebody's run is going on; its progress is what the page shows.
        await asyncio.to_thread(final_runs.begin, self._data, visitor.login)
        return RedirectResponse(f"{self._prefix}finals", status_code=303)

    async def _agree(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        _only_facilitators(visitor)
        form = await request.form()
        team = self._current.cohort.team(str(form.get("team", "")))
        goal = read_goal(f"{form.get('goal', '')}%")
        await asyncio.to_thread(agree, self._store, team, goal, visitor.login)
        return RedirectResponse(f"{self._prefix}finals#goals", status_code=303)

    async def _file(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        _only_facilitators(visitor)
        run, team = str(request.path_params["run"]), str(request.path_params["team"])
        known = {team.slug for team in self._current.cohort.teams}
        return await asyncio.to_thread(
            self._answer, run, team if team in known else "", request, tuple(final_runs.FILES)
        )

    async def _own_file(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        def answer() -> Response:
            team = self._current.cohort.team_of(visitor.login)
            own = own_final(self._data, team)
            run, slug = (own.shown.run, team.slug) if own and team else ("", "")
            return self._answer(run, slug, request, tuple(final_runs.TEAM_FILES))

        return await asyncio.to_thread(answer)

    def _answer(self, run: str, team: str, request: Request, allowed: tuple[str, ...]) -> Response:
        """Give a file of a run: each part of its path is one that we know, not what was asked."""
        asked = request.path_params["name"]
        name = next((name for name in allowed if name == asked), "")
        known = next((known for known in final_runs.runs(self._data) if known == run), "")
        path = self._data.finals / known / team / name
        if not (known and team and name) or path.is_symlink() or not path.is_file():
            raise HTTPException(404, _("This run has left no such page."))
        if name.endswith(".ics"):
            return FileResponse(path, media_type="text/calendar", filename=f"{team}-{name}")
        policy = SLIDES_POLICY if name in _WITH_SCRIPTS else f"{DOCUMENT_POLICY} allow-downloads"
        return FileResponse(
            path, media_type="text/html", headers={"Content-Security-Policy": policy}
        )


@dataclass(frozen=True)
class OwnFinal:
    """What a team's own final runs have left, as the team sees it."""

    shown: final_runs.Left
    stopped: final_runs.Left | None
    """The newest run, where that stopped and an earlier one is shown."""


def own_final(data: DataFolder, team: Team | None) -> OwnFinal | None:
    """Give a team's newest run that succeeded; where none has, the newest."""
    if team is None:
        return None
    found = (final_runs.left_by(data, run, team.slug) for run in final_runs.runs(data))
    left = [run for run in found if run]
    if not left:
        return None
    shown = next((run for run in left if run.succeeded), left[0])
    return OwnFinal(shown, None if shown is left[0] else left[0])


def _row(data: DataFolder, cohort: Cohort, team: Team, names: list[str]) -> Row:
    titles = {case.slug: case.title for case in cohort.use_cases}
    found = (final_runs.left_by(data, run, team.slug) for run in names)
    newest = [left for left in found if left][:2]
    return Row(
        team=team,
        title=titles.get(team.use_case or "", _("No use case yet")),
        left=newest[0] if newest else None,
        before=newest[1] if len(newest) > 1 else None,
    )


def _only_facilitators(visitor: Visitor) -> None:
    if not visitor.is_facilitator:
        raise HTTPException(403, _("Only facilitators see the final runs."))
