"""Small stand-ins: a hub with citizens' servers behind its proxy, and an exchange in memory."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bootcamp.errors import HandInRefused, UnknownName

WEB_SCOPE = "access:services!service=bootcamp"
AT = datetime(2027, 1, 12, 9, 30, tzinfo=UTC)


@dataclass
class FakeServer:
    """A citizen's server: its files, and what was asked of it."""

    files: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    tokens_seen: set[str] = field(default_factory=set)
    reads: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    """What the listing claims, where it is not the truth."""


@dataclass
class FakeHub:
    """The hub's API and, on the same address, the servers."""

    owners: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By token: the answer of `/user`."""
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By OAuth code: the token, and the PKCE challenge."""
    servers: dict[str, FakeServer] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)
    """By login: `ready`, `pending`, or missing when nothing runs."""
    looks_until_ready: int = 1
    starts: list[str] = field(default_factory=list)
    start_answers: list[int] = field(default_factory=list)
    """Statuses for the next starts; then 202."""
    fails_to_start: bool = False
    is_down: bool = False
    form: dict[str, str] = field(default_factory=dict)

    def add_person(self, login: str, *, session: str = "", scopes: tuple[str, ...] = ()) -> str:
        token = f"token-{login}-{session}"
        self.owners[token] = {
            "kind": "user",
            "name": login,
            "groups": [],
            "scopes": [WEB_SCOPE, *scopes],
            "session_id": session or None,
        }
        return token

    def app(self) -> Starlette:
        contents = "/user/{login}/api/contents/{path:path}"
        return Starlette(
            routes=[
                Route("/hub/api/user", self._whoami),
                Route("/hub/api/oauth2/token", self._token, methods=["POST"]),
                Route("/hub/api/users/{login}", self._user),
                Route("/hub/api/users/{login}/server", self._start, methods=["POST"]),
                Route(contents, self._get, methods=["GET"]),
                Route(contents, self._put, methods=["PUT"]),
            ]
        )

    async def _whoami(self, request: Request) -> Response:
        if self.is_down:
            return Response(status_code=502)
        owner = self.owners.get(_token(request))
        return JSONResponse(owner) if owner else JSONResponse({}, status_code=403)

    async def _token(self, request: Request) -> Response:
        async with request.form() as form:
            self.form = {key: str(value) for key, value in form.items()}
        token, challenge = self.codes.pop(self.form["code"], ("", ""))
        digest = hashlib.sha256(self.form["code_verifier"].encode()).digest()
        if not token or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        return JSONResponse({"access_token": token, "token_type": "Bearer"})

    async def _user(self, request: Request) -> Response:
        login = request.path_params["login"]
        if self._of(request) != login:
            return JSONResponse({}, status_code=404)
        if self.state.get(login) == "pending":
            self.looks_until_ready -= 1
            if self.looks_until_ready <= 0:
                self.state[login] = "ready"
                if self.fails_to_start:
                    del self.state[login]
        state = self.state.get(login)
        server = {"ready": state == "ready", "pending": "spawn" if state == "pending" else None}
        return JSONResponse({"name": login, "servers": {"": server} if state else {}})

    async def _start(self, request: Request) -> Response:
        login = request.path_params["login"]
        if self._of(request) != login:
            return JSONResponse({}, status_code=404)
        self.starts.append(login)
        status = self.start_answers.pop(0) if self.start_answers else 202
        if status < 300:
            self.state[login] = "pending"
        return Response(status_code=status)

    async def _get(self, request: Request) -> Response:
        login, path = request.path_params["login"], request.path_params["path"]
        server = self._server(request)
        if server is None:
            return JSONResponse({}, status_code=403)
        if path in server.files:
            if request.query_params.get("type") == "directory":
                return JSONResponse({}, status_code=400)
            server.reads += [path] if request.query_params["content"] == "1" else []
            text = base64.b64encode(server.files[path]).decode()
            return JSONResponse({"type": "file", "format": "base64", "content": text})
        if path in server.folders:
            entries = [
                {
                    "name": name.removeprefix(f"{path}/"),
                    "type": "notebook" if name.endswith(".ipynb") else "file",
                    "size": server.sizes.get(name, len(content)),
                }
                for name, content in server.files.items()
                if name.startswith(f"{path}/") and "/" not in name.removeprefix(f"{path}/")
            ]
            return JSONResponse({"type": "directory", "content": entries, "name": login})
        return JSONResponse({"message": "not there"}, status_code=404)

    async def _put(self, request: Request) -> Response:
        path = request.path_params["path"]
        server = self._server(request)
        if server is None:
            return JSONResponse({}, status_code=403)
        model = await request.json()
        if model["type"] == "directory":
            server.folders.add(path)
        else:
            assert path.rpartition("/")[0] in server.folders, "its folder must be there first"
            server.files[path] = base64.b64decode(model["content"])
        return JSONResponse({"path": path}, status_code=201)

    def _of(self, request: Request) -> str:
        return str(self.owners.get(_token(request), {}).get("name", ""))

    def _server(self, request: Request) -> FakeServer | None:
        login = request.path_params["login"]
        server = self.servers.setdefault(login, FakeServer())
        server.tokens_seen.add(_token(request))
        allowed = self._of(request) == login and self.state.get(login) == "ready"
        return server if allowed else None


@dataclass(frozen=True)
class HandIn:
    receipt: str
    received_at: datetime
    message: str = "Handed in."
    late: str = ""
    by: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feedback:
    score: float
    max_score: float
    awaits_marking: bool = False


@dataclass(frozen=True)
class State:
    assignment: str
    title: str
    session: int
    released_at: datetime | None
    last_handin: HandIn | None = None
    feedback: Feedback | None = None
    due: str = "Monday 18 January, 09:00"


@dataclass
class FakeExchange:
    """One homework, kept in memory."""

    released_at: datetime | None = AT
    given: dict[str, bytes] = field(default_factory=lambda: {"homework-1.ipynb": b"{}"})
    received: list[tuple[str, dict[str, bytes]]] = field(default_factory=list)
    handins: dict[str, HandIn] = field(default_factory=dict)
    feedback: dict[str, tuple[Feedback, str]] = field(default_factory=dict)
    refusal: str = ""
    warnings: tuple[str, ...] = ()

    def release(self, assignment: str) -> datetime:
        if assignment != "homework-1":
            raise UnknownName(f"There is no homework called '{assignment}'.")
        self.released_at = AT
        return AT

    def files(self, _assignment: str) -> Mapping[str, bytes]:
        return self.given

    def hand_in(self, _assignment: str, login: str, files: Mapping[str, bytes]) -> HandIn:
        if self.refusal:
            raise HandInRefused(self.refusal)
        self.received.append((login, dict(files)))
        receipt = HandIn(f"H1-{login}-{len(self.received)}", AT, warnings=self.warnings)
        self.handins[login] = receipt
        return receipt

    def state(self, login: str) -> list[State]:
        state = State("homework-1", "Homework 1: is it worth it?", 1, self.released_at)
        given = self.feedback.get(login)
        return [
            replace(
                state,
                last_handin=self.handins.get(login),
                feedback=given[0] if given else None,
            )
        ]

    def feedback_html(self, _assignment: str, login: str) -> str | None:
        given = self.feedback.get(login)
        return given[1] if given else None


def _token(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("token ")
