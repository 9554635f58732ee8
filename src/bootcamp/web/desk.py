"""The facilitator's desk: guides, grading at a button, what a person marks, and giving it back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bootcamp.cohort import Person
from bootcamp.errors import BootcampError, UnknownName
from bootcamp.settings import DataFolder
from bootcamp.spoken import texts
from bootcamp.store import Store
from bootcamp.store.handins import HandIn, counts_for
from bootcamp.web import grader, views
from bootcamp.web.contracts import HomeworkLike
from bootcamp.web.current import Current
from bootcamp.web.guides import read_guide
from bootcamp.web.identity import Session, Visitor
from bootcamp.web.jobs import Job, Work

__all__ = ["Desk"]

_ = texts("desk")

Handler = Callable[[Request, Session, Visitor], Awaitable[Response]]
Wrap = Callable[..., Callable[[Request], Awaitable[Response]]]
Begin = Callable[[Visitor, str, str, Work], Awaitable[Response]]


@dataclass(frozen=True)
class Row:
    """One citizen in the table of results; `standing` is None while nothing is graded."""

    person: Person
    item: HomeworkLike | None
    standing: Any
    newer: bool
    """A version came in that is not graded yet."""
    notes: tuple[str, ...]


class Desk:
    """The pages below `/guides`, `/grading`, `/marking`; grading is imported at the first use."""

    def __init__(
        self,
        *,
        prefix: str,
        data: DataFolder,
        store: Store,
        current: Current,
        render: Callable[..., Response],
        begin: Begin,
    ) -> None:
        self._prefix = prefix
        self._data = data
        self._store = store
        self._current = current
        self._render = render
        self._begin_job = begin

    def routes(self, page: Wrap, action: Wrap) -> list[Route]:
        """Give the routes, each for facilitators only."""
        one = "/marking/{name}/{login}/{exercise}"
        post = ["POST"]
        return [
            Route("/guides/{number:int}", page(_guard(self._guide))),
            Route("/grading/{name}", page(_guard(self._grading))),
            Route("/grading/{name}/status", page(_guard(self._status), for_script=True)),
            Route("/grading/{name}/begin", action(_guard(self._grade)), methods=post),
            Route("/grading/{name}/feedback", action(_guard(self._give_feedback)), methods=post),
            Route("/marking/{name}", page(_guard(self._first))),
            Route(one, page(_guard(self._part))),
            Route(one, action(_guard(self._mark)), methods=post),
            Route(f"{one}/comment", action(_guard(self._comment)), methods=post),
        ]

    async def _guide(self, request: Request, session: Session, visitor: Visitor) -> Response:
        try:
            guide = await asyncio.to_thread(read_guide, request.path_params["number"])
        except UnknownName:
            raise HTTPException(404, _("There is no such guide.")) from None
        return self._render("guide.html", session=session, visitor=visitor, guide=guide)

    # Collect and grade

    async def _grading(self, request: Request, session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor)

        def gather() -> tuple[grader.Progress | None, list[Row]]:
            progress = grader.look(self._data, item.assignment)
            return progress, self._rows(item.assignment, progress)

        progress, rows = await asyncio.to_thread(gather)
        return self._render(
            "grading.html",
            session=session,
            visitor=visitor,
            item=item,
            run=progress,
            rows=rows,
            handed_in=sum(bool(row.item and row.item.last_handin) for row in rows),
            graded=sum(row.standing is not None for row in rows),
            ungraded=sum(
                bool(row.newer or (row.item and row.item.last_handin and not row.standing))
                for row in rows
            ),
            waiting=sum(row.standing.waiting for row in rows if row.standing),
            returned=sum(bool(row.item and row.item.feedback) for row in rows),
            by=self._name(progress.by) if progress else "",
        )

    def _rows(self, assignment: str, progress: grader.Progress | None) -> list[Row]:
        from bootcamp.grading.marking import standings  # noqa: PLC0415

        found = standings(self._data, self._store, assignment)
        said = progress.notes if progress else {}
        rows = []
        for person in sorted(self._current.cohort.citizens, key=lambda person: person.name):
            states = self._current.exchange.state(person.login)
            item = next((state for state in states if state.assignment == assignment), None)
            standing = found.get(person.login)
            notes = said.get(person.login) or (standing.notes if standing else ())
            newer = standing is not None and self._is_newer(assignment, person.login)
            rows.append(Row(person, item, standing, newer, tuple(notes)))
        return rows

    def _is_newer(self, assignment: str, login: str) -> bool:
        """Whether the newest hand-in that counts for this person is not collected yet."""
        counting = select(HandIn.collected_at).where(
            HandIn.assignment == assignment, counts_for(login)
        )
        with self._store.session() as session:
            newest = session.execute(counting.order_by(HandIn.id.desc()).limit(1)).first()
        return newest is not None and newest.collected_at is None

    async def _status(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor)
        progress = await asyncio.to_thread(grader.look, self._data, item.assignment)
        if progress is None or progress.state != "working":
            return JSONResponse({"state": progress.state if progress else "gone", "step": ""})
        return JSONResponse({"state": "working", "step": _spoken(progress)} | _share(progress))

    async def _grade(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor)
        # False: somebody's run is going on; its progress is what the page shows.
        await asyncio.to_thread(grader.begin, self._data, item.assignment, visitor.login)
        # The results need nbgrader, which takes seconds to import: meanwhile, not when they show.
        asyncio.get_running_loop().run_in_executor(None, import_module, "nbgrader.api")
        return self._to(f"grading/{item.assignment}")

    async def _give_feedback(
        self, request: Request, _session: Session, visitor: Visitor
    ) -> Response:
        item = await self._homework(request, visitor)
        name = item.assignment

        def give() -> list[str]:
            from bootcamp.grading import feedback_for_assignment  # noqa: PLC0415

            publish: Any = self._current.exchange
            return feedback_for_assignment(self._data, name, publish=publish.publish_feedback)

        async def work(job: Job) -> None:
            job.step = _("Writing each person’s page…")
            await asyncio.to_thread(give)
            job.location = f"{self._prefix}grading/{name}#feedback"

        title = _("Giving feedback on homework {n} back", n=views.number(name))
        return await self._begin_job(visitor, f"feedback {name}", title, work)

    # Marking

    async def _first(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor)
        parts = await asyncio.to_thread(self._to_mark, item.assignment)
        chosen = [part for part in parts if part.state == "waiting"] or [
            part for part in parts if part.state == "marked"
        ]
        if not chosen:
            return self._to(f"grading/{item.assignment}")
        return self._to(self._address(item.assignment, chosen[0]))

    async def _part(self, request: Request, session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor)
        name, login, exercise = item.assignment, *_which(request)
        self._current.cohort.person(login)

        def gather() -> dict[str, Any]:
            from bootcamp.grading.marking import read_part  # noqa: PLC0415
            from bootcamp.grading.rubrics import load_rubrics  # noqa: PLC0415
            from bootcamp.store.marking import comments_for  # noqa: PLC0415
            from bootcamp.web.safe_text import safe_markdown  # noqa: PLC0415

            part = read_part(self._data, self._store, name, login, exercise)
            with self._store.session() as stored:
                comments = comments_for(stored, name, exercise)
            answer = part.answer if part.answer_is_code else safe_markdown(part.answer)
            return {
                "part": part,
                "rubric": load_rubrics(name).get(exercise),
                "comments": comments,
                "question": safe_markdown(part.question),
                "answer": answer,
                "parts": self._to_mark(name),
            }

        found = await asyncio.to_thread(gather)
        parts = found.pop("parts")
        place = next((n for n, p in enumerate(parts) if _same(p, login, exercise)), 0)
        around = {
            "previous": self._address(name, parts[place - 1]) if place else None,
            "next": self._address(name, parts[place + 1]) if place + 1 < len(parts) else None,
        }
        return self._render(
            "marking.html",
            session=session,
            visitor=visitor,
            item=item,
            person=self._current.cohort.person(login),
            others=[self._name(other) for other in found["part"].to_mark.shared_with],
            marked_by=self._name(found["part"].marked_by),
            place=place + 1,
            parts=parts,
            waiting=sum(p.state == "waiting" for p in parts),
            here=f"{self._prefix}{self._address(name, found['part'].to_mark)}",
            **found,
            **around,
        )

    async def _mark(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        """Save a mark; a script gets JSON, so that the page and its draft stay when it fails."""
        item = await self._homework(request, visitor)
        name, login, exercise = item.assignment, *_which(request)
        form = await request.form()

        def save() -> str:
            from bootcamp.grading.marking import mark_part  # noqa: PLC0415
            from bootcamp.store.marking import keep_comment  # noqa: PLC0415

            comment = str(form.get("comment", "")).replace("\r\n", "\n")
            mark_part(
                self._data,
                self._store,
                name,
                login,
                exercise,
                points=_points(str(form.get("points", ""))),
                comment=comment,
                version=str(form.get("version", "")),
                by=visitor.login,
            )
            if form.get("keep"):
                with self._store.session() as stored:
                    keep_comment(stored, name, exercise, comment, visitor.login)
            return self._after(name, login, exercise)

        for_script = "application/json" in request.headers.get("accept", "")
        try:
            after = await asyncio.to_thread(save)
        except BootcampError as error:
            if not for_script:
                raise
            status = 409 if error.code == "marked_meanwhile" else 422
            return JSONResponse(
                {"error": str(error).replace(visitor.login, _("You"), 1)}, status_code=status
            )
        if for_script:
            return JSONResponse({"next": f"{self._prefix}{after}"})
        return self._to(after)

    async def _comment(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor)
        name, login, exercise = item.assignment, *_which(request)
        form = await request.form()
        number = str(form.get("id", ""))

        def change() -> None:
            from bootcamp.store.marking import change_comment  # noqa: PLC0415

            with self._store.session() as stored:
                text = "" if form.get("remove") else str(form.get("text", ""))
                change_comment(
                    stored, name, exercise, int(number) if number.isdigit() else -1, text
                )

        await asyncio.to_thread(change)
        return self._to(f"marking/{name}/{login}/{exercise}")

    # How

    def _to_mark(self, assignment: str) -> list[Any]:
        from bootcamp.grading.marking import parts_to_mark  # noqa: PLC0415

        known = {person.login for person in self._current.cohort.citizens}
        parts = parts_to_mark(self._data, self._store, assignment, known)
        return [part for part in parts if part.state != "empty"]

    def _after(self, assignment: str, login: str, exercise: str) -> str:
        """Give where to go on: the next one that waits, from here round to the beginning."""
        parts = self._to_mark(assignment)
        place = next((n for n, p in enumerate(parts) if _same(p, login, exercise)), -1)
        for part in [*parts[place + 1 :], *parts[: place + 1]]:
            if part.state == "waiting":
                return self._address(assignment, part)
        return f"grading/{assignment}#marking"

    def _address(self, assignment: str, part: Any) -> str:
        return f"marking/{assignment}/{part.login}/{part.exercise}"

    def _to(self, where: str) -> Response:
        return RedirectResponse(f"{self._prefix}{where}", status_code=303)

    def _name(self, login: str | None) -> str:
        people = {person.login: person.name for person in self._current.cohort.people}
        return people.get(login or "", login or "")

    async def _homework(self, request: Request, visitor: Visitor) -> HomeworkLike:
        name = request.path_params["name"]
        states = await asyncio.to_thread(self._current.exchange.state, visitor.login)
        for item in states:
            if item.assignment == name and item.released_at:
                return item
        raise HTTPException(404, _("There is no such homework, or it is not released yet."))


def _guard(handle: Handler) -> Handler:
    async def guarded(request: Request, session: Session, visitor: Visitor) -> Response:
        if not visitor.is_facilitator:
            raise HTTPException(403, _("This page is for facilitators."))
        return await handle(request, session, visitor)

    return guarded


def _which(request: Request) -> tuple[str, str]:
    return str(request.path_params["login"]), str(request.path_params["exercise"])


def _same(part: Any, login: str, exercise: str) -> bool:
    return bool(part.login == login and part.exercise == exercise)


def _points(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise UnknownName(_("Give the points as a number, or choose a band.")) from None


def _spoken(progress: grader.Progress) -> str:
    if not progress.total:
        return progress.step
    return _("{done} of {total} graded", done=progress.done, total=progress.total)


def _share(progress: grader.Progress) -> dict[str, int]:
    return {"done": progress.done, "total": progress.total}
