"""The pages: who sees what, and what their buttons do."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route

from bootcamp import spoken
from bootcamp.errors import BootcampError
from bootcamp.settings import DataFolder
from bootcamp.store import Store
from bootcamp.web import budgets, final_runs, views
from bootcamp.web.contracts import HomeworkLike
from bootcamp.web.current import Current
from bootcamp.web.desk import Desk
from bootcamp.web.finals_desk import FinalsDesk, own_final
from bootcamp.web.hub_api import HubApi, HubUnavailable
from bootcamp.web.identity import Identity, Session, Visitor
from bootcamp.web.jobs import Job, Jobs, Work
from bootcamp.web.security import DOCUMENT_POLICY, read_by_a_script
from bootcamp.web.settings import WebSettings
from bootcamp.web.workspace import Workspace

__all__ = ["Pages"]

_ = spoken.texts("pages")
_desk = spoken.texts("desk", "pages")

_ASSETS = Path(__file__).parent
# A click whose work is done by then goes straight to its result.
_QUICK_SECONDS = 0.8

SignedInHandler = Callable[[Request, Session, Visitor], Awaitable[Response]]
ExceptionHandler = Callable[[Request, Exception], Awaitable[Response]]


class Pages:
    """All pages of the service."""

    def __init__(
        self,
        *,
        settings: WebSettings,
        data: DataFolder,
        store: Store,
        current: Current,
        identity: Identity,
        hub: HubApi,
        client: httpx.AsyncClient,
        jobs: Jobs,
    ) -> None:
        self._settings = settings
        self._data = data
        self._store = store
        self._current = current
        self._identity = identity
        self._hub = hub
        self._client = client
        self._jobs = jobs
        self._templates = _templates(settings)
        self._desk = Desk(
            prefix=settings.prefix,
            data=data,
            store=store,
            current=current,
            render=self._render,
            begin=self._begin,
        )

        self._finals_desk = FinalsDesk(
            prefix=settings.prefix, data=data, store=store, current=current, render=self._render
        )

    def routes(self) -> list[Route]:
        """Give the routes, relative to the service's prefix."""
        page, action = self._page, self._action
        homework, person = "/homework/{name}", "/people/{login}/homework/{name}"
        return [
            Route("/", page(self._home)),
            Route("/health", self._health),
            Route("/budgets", page(self._budgets)),
            Route("/oauth_callback", self._signed_in_at_hub),
            Route("/working/{job}", page(self._working)),
            Route("/working/{job}/status", page(self._status, for_script=True)),
            Route(f"{homework}/open", action(self._open), methods=["POST"]),
            Route(f"{homework}/hand-in", action(self._hand_in), methods=["POST"]),
            Route(f"{homework}/handed-in", page(self._handed_in)),
            Route(f"{homework}/feedback", page(self._feedback)),
            Route(f"{homework}/feedback/document", page(self._feedback_document)),
            Route(f"{person}/feedback", page(self._feedback)),
            Route(f"{person}/feedback/document", page(self._feedback_document)),
            Route(f"{homework}/release", action(self._release), methods=["POST"]),
            *self._desk.routes(page, action),
            *self._finals_desk.routes(page, action),
        ]

    def exception_handlers(self) -> Mapping[Any, ExceptionHandler]:
        """Give the handlers that turn any error into a page in plain words."""
        return {
            HTTPException: self._on_http_error,
            BootcampError: self._on_bootcamp_error,
            Exception: self._on_surprise,
        }

    # Pages

    async def _health(self, _request: Request) -> Response:
        return PlainTextResponse("ok")

    async def _home(self, _request: Request, session: Session, visitor: Visitor) -> Response:
        def gather() -> Any:
            cohort, exchange = self._current.cohort, self._current.exchange
            if visitor.is_facilitator:
                return views.facilitator_home(visitor, cohort, exchange, self._store, date.today())
            return views.citizen_home(visitor, cohort, exchange, self._data, date.today())

        def own_budgets() -> list[budgets.BudgetLine]:
            if visitor.is_facilitator:
                return []
            return budgets.own_budgets(visitor, self._current.cohort, self._store)

        def final() -> Any:
            own = self._current.cohort.team_of(visitor.login)
            return None if visitor.is_facilitator else own_final(self._data, own)

        home = await asyncio.to_thread(gather)
        own = await asyncio.to_thread(own_budgets)
        name = "facilitator.html" if visitor.is_facilitator else "home.html"
        return self._render(
            name,
            session=session,
            visitor=visitor,
            home=home,
            own_budgets=own,
            own_final=await asyncio.to_thread(final),
            final_files=final_runs.TEAM_FILES,
        )

    async def _budgets(self, _request: Request, session: Session, visitor: Visitor) -> Response:
        if not visitor.is_facilitator:
            raise HTTPException(403, _("The cohort's budgets are for facilitators."))
        found = await asyncio.to_thread(
            lambda: budgets.budget_page(self._current.cohort, self._store)
        )
        return self._render("budgets.html", session=session, visitor=visitor, budgets=found)

    async def _working(self, request: Request, session: Session, visitor: Visitor) -> Response:
        job = self._jobs.find(request.path_params["job"], visitor.login)
        if job is None:
            return RedirectResponse(self._settings.prefix, status_code=303)
        if job.state == "done":
            return RedirectResponse(job.location, status_code=303)
        return self._render("working.html", session=session, visitor=visitor, job=job)

    async def _status(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        job = self._jobs.find(request.path_params["job"], visitor.login)
        if job is None:
            return JSONResponse({"state": "gone"}, status_code=404)
        return JSONResponse({"state": job.state, "step": job.step})

    async def _handed_in(self, request: Request, session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor.login)
        if item.last_handin is None:
            return RedirectResponse(self._settings.prefix, status_code=303)
        job = self._jobs.find(request.query_params.get("job", ""), visitor.login)
        return self._render(
            "handed_in.html",
            session=session,
            visitor=visitor,
            item=item,
            warnings=job.warnings if job else (),
        )

    async def _feedback(self, request: Request, session: Session, visitor: Visitor) -> Response:
        login = self._whose(request, visitor)
        item = await self._homework(request, login)
        if item.feedback is None:
            raise HTTPException(404, _("There is no feedback on this homework yet."))
        return self._render(
            "feedback.html",
            session=session,
            visitor=visitor,
            item=item,
            whose=self._current.cohort.person(login),
            document=f"{request.url.path}/document",
        )

    async def _feedback_document(
        self, request: Request, _session: Session, visitor: Visitor
    ) -> Response:
        login = self._whose(request, visitor)
        item = await self._homework(request, login)
        exchange = self._current.exchange
        html = await asyncio.to_thread(exchange.feedback_html, item.assignment, login)
        if html is None:
            raise HTTPException(404, _("There is no feedback on this homework yet."))
        return HTMLResponse(html, headers={"Content-Security-Policy": DOCUMENT_POLICY})

    # Buttons

    async def _open(self, request: Request, session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor.login)
        name = item.assignment

        async def work(job: Job) -> None:
            workspace = await self._workspace(session, job)
            job.step = _("Putting the homework into your workspace…")
            files = await asyncio.to_thread(self._current.exchange.files, name)
            await workspace.put_missing(name, files)
            notebook = quote(f"{name}/{name}.ipynb")
            job.location = f"{self._settings.hub_prefix}user-redirect/lab/tree/{notebook}"

        title = _("Opening homework {n}", n=views.number(name))
        return await self._begin(visitor, f"open {name}", title, work)

    async def _hand_in(self, request: Request, session: Session, visitor: Visitor) -> Response:
        item = await self._homework(request, visitor.login)
        name = item.assignment

        async def work(job: Job) -> None:
            workspace = await self._workspace(session, job)
            job.step = _("Reading your saved files…")
            files = await workspace.read_folder(name)
            job.step = _("Handing in…")
            exchange = self._current.exchange
            receipt = await asyncio.to_thread(exchange.hand_in, name, visitor.login, files)
            job.warnings = tuple(receipt.warnings)
            job.location = f"{self._settings.prefix}homework/{name}/handed-in?job={job.id}"

        title = _("Handing in homework {n}", n=views.number(name))
        return await self._begin(visitor, f"hand-in {name}", title, work)

    async def _release(self, request: Request, _session: Session, visitor: Visitor) -> Response:
        if not visitor.is_facilitator:
            raise HTTPException(403, _("Only a facilitator can release a homework."))
        name = request.path_params["name"]

        # nbgrader takes its time: longer, on a busy machine, than a proxy waits for an answer.
        async def work(job: Job) -> None:
            job.step = _("Preparing the notebook without answers…")
            await asyncio.to_thread(self._current.exchange.release, name)
            job.location = self._settings.prefix

        title = _("Releasing homework {n}", n=views.number(name))
        return await self._begin(visitor, f"release {name}", title, work)

    async def _begin(self, visitor: Visitor, action: str, title: str, work: Work) -> Response:
        job = self._jobs.start(visitor.login, action, title, work)
        await self._jobs.wait(job, at_most_seconds=_QUICK_SECONDS)
        if job.state == "done":
            return RedirectResponse(job.location, status_code=303)
        return RedirectResponse(f"{self._settings.prefix}working/{job.id}", status_code=303)

    async def _workspace(self, session: Session, job: Job) -> Workspace:
        """Give the visitor's own files, once the visitor's server runs."""
        job.step = _("Your workspace is starting…")
        await self._hub.ensure_server(session.login, session.token)
        url = f"{self._settings.proxy_url}{self._settings.base_url}user/{quote(session.login)}"
        return Workspace(self._client, url, session.token)

    async def _homework(self, request: Request, login: str) -> HomeworkLike:
        """Give the released homework that the address names."""
        name = request.path_params["name"]
        states = await asyncio.to_thread(self._current.exchange.state, login)
        for item in states:
            if item.assignment == name and item.released_at:
                return item
        raise HTTPException(404, _("There is no such homework, or it is not released yet."))

    def _whose(self, request: Request, visitor: Visitor) -> str:
        login = str(request.path_params.get("login", visitor.login))
        if login != visitor.login and not visitor.is_facilitator:
            raise HTTPException(403, _("This feedback is for somebody else."))
        self._current.cohort.person(login)
        return login

    # Signing in

    async def _signed_in_at_hub(self, request: Request) -> Response:
        response = await self._identity.finish_login(request)
        if response is None:
            raise HTTPException(
                400, _("Signing in did not work: the page was open for too long. Try once more.")
            )
        return response

    def _page(
        self, handle: SignedInHandler, *, for_script: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        """Give an endpoint that shows `handle`'s page to a signed-in member of the cohort."""

        async def endpoint(request: Request) -> Response:
            if read_by_a_script(request) and not for_script:
                raise HTTPException(403, _("This page is for a browser window."))
            session = await self._identity.session(request)
            if session is None:
                if for_script:
                    return JSONResponse({"state": "gone"}, status_code=401)
                return self._identity.begin_login(request)
            return await self._for_member(handle, request, session)

        return endpoint

    def _action(self, handle: SignedInHandler) -> Callable[[Request], Awaitable[Response]]:
        """Give an endpoint for a form of ours, sent by a signed-in member of the cohort."""

        async def endpoint(request: Request) -> Response:
            session = await self._identity.session(request)
            if session is None:
                raise HTTPException(401, _("You were signed out meanwhile. Sign in and try again."))
            async with request.form(max_files=0, max_fields=5) as form:
                csrf = form.get("csrf", "")
            if not isinstance(csrf, str) or not self._identity.is_meant(request, session, csrf):
                raise HTTPException(
                    403,
                    _("This page was open for too long. Go back to your home page and try again."),
                )
            return await self._for_member(handle, request, session)

        return endpoint

    async def _for_member(
        self, handle: SignedInHandler, request: Request, session: Session
    ) -> Response:
        if session.visitor is None:
            raise HTTPException(
                403,
                _(
                    "You are signed in as {login}, who is not in this cohort."
                    " Ask your facilitator.",
                    login=session.login,
                ),
            )
        return await handle(request, session, session.visitor)

    # Rendering

    def _render(self, name: str, *, status: int = 200, **values: Any) -> Response:
        cohort = self._current.cohort
        values = {"session": None, "visitor": None, "problem": ""} | values
        visitor = values["visitor"]
        if visitor and visitor.is_facilitator:
            values["problem"] = self._current.problem
            values |= spoken.for_templates(_desk)
        html = self._templates.get_template(name).render(
            cohort=cohort,
            practice=not any(service.small for service in cohort.model_services),
            prompts_kept=cohort.model.keep_prompts,
            **values,
        )
        return HTMLResponse(html, status_code=status)

    def _message(self, status: int, sentence: str) -> Response:
        headlines = {401: _("Please sign in again"), 403: _("This is not for you to open")}
        headlines |= {404: _("Nothing here"), 503: _("A moment, please")}
        title = headlines.get(status, _("That did not work"))
        try:
            return self._render("message.html", status=status, title=title, sentence=sentence)
        except BootcampError:  # the cohort file itself is what is wrong
            return PlainTextResponse(sentence, status_code=status)

    async def _on_http_error(self, _request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        sentence = error.detail if isinstance(error, HTTPException) else ""
        if status == 404 and sentence == "Not Found":
            sentence = _("There is no page at this address.")
        if status == 405:
            sentence = _("This address is not for opening directly.")
        return self._message(status, sentence)

    async def _on_bootcamp_error(self, _request: Request, error: Exception) -> Response:
        status = 503 if isinstance(error, HubUnavailable) else 400
        return self._message(status, str(error))

    async def _on_surprise(self, _request: Request, _error: Exception) -> Response:
        # Starlette logs the error after this answer.
        sentence = _("Something went wrong on our side. Try again in a moment.")
        return self._message(500, sentence)


def _templates(settings: WebSettings) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_ASSETS / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(spoken.for_templates(_))
    environment.globals.update(
        prefix=settings.prefix,
        hub_prefix=f"{settings.hub_host}{settings.hub_prefix}",
        isolated=settings.isolated,
        static=partial(_static_url, settings.prefix, {}),
    )
    environment.filters.update(
        short_day=spoken.short_day,
        moment=spoken.moment,
        points=views.points,
        number=views.number,
        grouped=spoken.number,
    )
    return environment


def _static_url(prefix: str, known: dict[str, str], name: str) -> str:
    """Give a file's address with a mark of its content, so that browsers may keep it."""
    if name not in known:
        content = (_ASSETS / "static" / name).read_bytes()
        known[name] = hashlib.sha256(content).hexdigest()[:12]
    return f"{prefix}static/{name}?v={known[name]}"
