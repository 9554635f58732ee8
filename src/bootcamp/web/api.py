"""The exchange over HTTP: what notebooks, nbgrader's plug-ins and the facilitator's tools call."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message

from bootcamp.errors import BootcampError, HandInRefused, UnknownName
from bootcamp.exchange.rules import MOST_ARRIVING_BYTES, MOST_FILES
from bootcamp.exchange.service import Exchange
from bootcamp.spoken import texts
from bootcamp.web.identity import Visitor
from bootcamp.web.security import DOCUMENT_POLICY

__all__ = ["exchange_routes"]

_ = texts("pages")

# What multipart adds around the files.
_MOST_BODY_BYTES = MOST_ARRIVING_BYTES + 1_000_000
_MOST_JSON_BYTES = 5_000_000


class KnowsVisitors(Protocol):
    """The part of `bootcamp.web.identity.Identity` that is needed here."""

    async def visitor(self, request: Request) -> Visitor | None:
        """Give who asks."""


Handler = Callable[[Request, Visitor], Awaitable[Response]]


def exchange_routes(exchange: Exchange, identity: KnowsVisitors) -> list[Route]:
    """Give the routes below `/api`; every error is `{"error": "one sentence"}`."""
    api = _Api(exchange)
    one = "/api/homework/{name}"
    table: list[tuple[str, str, Handler, bool]] = [
        ("GET", "/api/homework", api.listing, False),
        ("GET", f"{one}/files", api.files, False),
        ("POST", f"{one}/hand-in", api.hand_in, False),
        ("GET", f"{one}/handins", api.handins, False),
        ("GET", f"{one}/handins/{{receipt}}", api.handin_files, False),
        ("GET", f"{one}/feedback", api.feedback, False),
        ("POST", f"{one}/release", api.release, True),
        ("POST", f"{one}/collect", api.collect, True),
        ("POST", f"{one}/feedback/{{login}}", api.publish_feedback, True),
    ]
    return [
        Route(path, _guarded(handler, identity, facilitators_only), methods=[method])
        for method, path, handler, facilitators_only in table
    ]


class _Api:
    """The handlers; the exchange's work is done in threads, since it reads and writes files."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def listing(self, _request: Request, visitor: Visitor) -> Response:
        states = await run_in_threadpool(self._exchange.state, visitor.login)
        return _json({"homework": [asdict(state) for state in states]})

    async def files(self, request: Request, _visitor: Visitor) -> Response:
        files = await run_in_threadpool(self._exchange.files, _name(request))
        return _json({"files": _encoded(files)})

    async def hand_in(self, request: Request, visitor: Visitor) -> Response:
        files = await _uploaded(request)
        receipt = await run_in_threadpool(
            self._exchange.hand_in, _name(request), visitor.login, files
        )
        return _json(asdict(receipt), status=201)

    async def handins(self, request: Request, visitor: Visitor) -> Response:
        whose = None if visitor.role == "facilitator" else visitor.login
        found = await run_in_threadpool(self._exchange.handins, _name(request), whose)
        return _json({"handins": [asdict(item) for item in found]})

    async def handin_files(self, request: Request, visitor: Visitor) -> Response:
        receipt = request.path_params["receipt"]
        whose = None if visitor.role == "facilitator" else visitor.login
        allowed = await run_in_threadpool(self._exchange.handins, _name(request), whose)
        if receipt not in {item.receipt for item in allowed}:
            raise UnknownName(
                _("Nothing was handed in under the receipt '{receipt}'.", receipt=receipt[:40])
            )
        files = await run_in_threadpool(self._exchange.handin_files, receipt)
        return _json({"files": _encoded(files)})

    async def feedback(self, request: Request, visitor: Visitor) -> Response:
        name = _name(request)
        html = await run_in_threadpool(self._exchange.feedback_html, name, visitor.login)
        if "text/html" in request.headers.get("accept", ""):
            if html is None:
                raise UnknownName(_("There is no feedback on {name} yet.", name=name))
            return HTMLResponse(html, headers={"Content-Security-Policy": DOCUMENT_POLICY})
        if html is None:
            return _json({"feedback": None})
        states = await run_in_threadpool(self._exchange.state, visitor.login)
        state = next(item for item in states if item.assignment == name)
        received = await run_in_threadpool(self._exchange.handins, name, visitor.login)
        about = asdict(state.feedback) if state.feedback else {}
        moments = {item.receipt: item.received_at for item in received}
        moment = moments.get(str(about.get("receipt"))) or about.get("released_at")
        return _json({"feedback": {**about, "received_at": moment, "html": html}})

    async def release(self, request: Request, _visitor: Visitor) -> Response:
        released_at = await run_in_threadpool(self._exchange.release, _name(request))
        return _json({"assignment": _name(request), "released_at": released_at})

    async def collect(self, request: Request, _visitor: Visitor) -> Response:
        collected = await run_in_threadpool(self._exchange.collect, _name(request))
        return _json({"collected": collected})

    async def publish_feedback(self, request: Request, _visitor: Visitor) -> Response:
        _bound(request, _MOST_JSON_BYTES, "The feedback is too big (at most 5 MB).")
        name, login = _name(request), request.path_params["login"]
        try:
            given = await request.json()
            score, max_score = float(given["score"]), float(given["max_score"])
            awaits_marking, html = bool(given["awaits_marking"]), str(given["html"])
        except (ValueError, KeyError, TypeError):
            needed = "Feedback needs score, max_score, awaits_marking and html."
            raise HTTPException(400, needed) from None
        latest = await run_in_threadpool(self._exchange.collected_id, name, login)
        await run_in_threadpool(
            lambda: self._exchange.publish_feedback(
                name,
                login,
                score=score,
                max_score=max_score,
                awaits_marking=awaits_marking,
                html=html,
                handin_id=latest,
            )
        )
        return _json({"published": True})


def _guarded(
    handler: Handler, identity: KnowsVisitors, facilitators_only: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            visitor = await identity.visitor(request)
            if visitor is None:
                return _error(401, _("Sign in first: the bootcamp does not know who is asking."))
            if facilitators_only and visitor.role != "facilitator":
                return _error(403, _("Only facilitators can do this."))
            return await handler(request, visitor)
        except HTTPException as error:
            return _error(error.status_code, error.detail)
        except BootcampError as error:
            return _error(_STATUS.get(type(error), 503), str(error))

    return endpoint


_STATUS: dict[type[BootcampError], int] = {HandInRefused: 422, UnknownName: 404}


async def _uploaded(request: Request) -> dict[str, bytes]:
    """Read the files of a multipart request, never more than a hand-in may hold.

    Raises:
        HandInRefused: too many, too big, or no files at all.
    """
    too_big = _(
        "That is more than {most} MB, most often because of what cells printed. In JupyterLab"
        " choose Edit, then Clear Outputs of All Cells, save and hand in again.",
        most=MOST_ARRIVING_BYTES // 1_000_000,
    )
    _bound(request, _MOST_BODY_BYTES, too_big)
    try:
        async with request.form(max_files=MOST_FILES, max_fields=10) as form:
            uploads = [item for item in form.getlist("files") if isinstance(item, UploadFile)]
            names = [item.filename or "" for item in uploads]
            if len(set(names)) < len(names):
                raise HandInRefused(_("There are two files of the same name. Hand in each once."))
            files = {item.filename or "": await item.read() for item in uploads}
    except (MultiPartException, HTTPException) as error:
        said = str(getattr(error, "message", None) or getattr(error, "detail", ""))
        if said == too_big:
            raise
        if said.startswith("Too many files"):
            raise HandInRefused(
                _("At most {most} files can be handed in at once.", most=MOST_FILES)
            ) from None
        raise HandInRefused(_("The files did not arrive whole. Hand in again.")) from None
    if not files:
        raise HandInRefused(_("No file arrived. Choose your notebook and hand in again."))
    return files


def _bound(request: Request, most_bytes: int, message: str) -> None:
    """Stop reading the body after `most_bytes`, whatever its headers promise."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most_bytes:
        raise HTTPException(413, message)
    receive, seen = request.receive, 0

    async def counted() -> Message:
        nonlocal seen
        event = await receive()
        seen += len(event.get("body", b""))
        if seen > most_bytes:
            raise HTTPException(413, message)
        return event

    request._receive = counted


def _name(request: Request) -> str:
    return str(request.path_params["name"])


def _encoded(files: dict[str, bytes]) -> dict[str, str]:
    return {path: base64.b64encode(content).decode() for path, content in files.items()}


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(_plain(content), status_code=status)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status_code=status)
