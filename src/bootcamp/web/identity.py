"""Who is asking: the hub proves the login, the cohort file gives role and team.

A program sends its hub token in the `Authorization` header. A browser goes through the hub's
OAuth (code flow with state and PKCE) and then carries a signed cookie that scripts cannot read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bootcamp.cohort import Cohort
from bootcamp.errors import UnknownName
from bootcamp.web.hub_api import HubApi
from bootcamp.web.security import read_by_a_script
from bootcamp.web.settings import WebSettings
from bootcamp.web.signing import Signer

__all__ = ["Identity", "Session", "Visitor"]

_CACHE_SECONDS = 60.0
_CACHE_ENTRIES = 2_000
_SESSION_SECONDS = 7 * 24 * 3600
_LOGIN_SECONDS = 600
_HUB_SESSION_COOKIE = "jupyterhub-session-id"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Visitor:
    """Someone of the cohort."""

    login: str
    role: Literal["citizen", "facilitator"]
    team: str | None
    """The slug of the person's team."""

    @property
    def is_facilitator(self) -> bool:
        """Whether this person guides the bootcamp."""
        return self.role == "facilitator"


@dataclass(frozen=True)
class Session:
    """A visitor in a browser, with what pages need to act for the visitor."""

    login: str
    visitor: Visitor | None
    """None when the hub knows the login and the cohort does not (any more)."""
    token: str = field(repr=False)
    """The visitor's own hub token, good for this service and the visitor's own server."""
    csrf: str = field(repr=False)


class Identity:
    """Tells who sent a request."""

    def __init__(
        self,
        settings: WebSettings,
        hub: HubApi,
        signer: Signer,
        cohort: Callable[[], Cohort],
    ) -> None:
        self._settings = settings
        self._hub = hub
        self._signer = signer
        self._cohort = cohort
        self._cache: dict[str, tuple[float, dict[str, Any]]] = {}

    async def visitor(self, request: Request) -> Visitor | None:
        """Give who asks, from the `Authorization` header or else the browser's cookie.

        The cookie counts for reading only: what changes something from a browser goes through
        our pages, which check that the visitor meant it.

        Raises:
            HubUnavailable: the hub does not answer.
        """
        token = _header_token(request)
        if token is not None:
            owner = await self._owner(token, "")
            return self._member(owner) if owner else None
        if request.method not in _SAFE_METHODS or read_by_a_script(request):
            return None
        session = await self.session(request)
        return session.visitor if session else None

    async def session(self, request: Request) -> Session | None:
        """Give the browser's session, None when the browser has to sign in.

        Raises:
            HubUnavailable: the hub does not answer.
        """
        sealed = request.cookies.get(self._cookie_name)
        token = sealed and self._signer.open("session", sealed, max_age_seconds=_SESSION_SECONDS)
        if not isinstance(token, str):
            return None
        # The hub drops this cookie when the person signs out, and makes a new one at a login: a
        # token of another hub session is not used, whatever the cache remembers of it.
        hub_session = request.cookies.get(_HUB_SESSION_COOKIE, "")
        owner = await self._owner(token, hub_session)
        if owner is None or (owner.get("session_id") or "") != hub_session:
            return None
        return Session(
            login=str(owner["name"]),
            visitor=self._member(owner),
            token=token,
            csrf=self._signer.mac("csrf", _digest(token)),
        )

    def is_meant(self, request: Request, session: Session, csrf: str) -> bool:
        """Tell whether a form was sent by one of our own pages in this session."""
        return not _sent_by_a_foreign_page(request) and hmac.compare_digest(
            csrf.encode(), session.csrf.encode()
        )

    def begin_login(self, request: Request) -> Response:
        """Send the browser to the hub, remembering the page that it wanted."""
        state, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        challenge = hashlib.sha256(verifier.encode()).digest()
        query = urlencode(
            {
                "client_id": self._settings.client_id,
                "redirect_uri": self._settings.callback_path,
                "response_type": "code",
                "state": state,
                "code_challenge": _base64url(challenge),
                "code_challenge_method": "S256",
            }
        )
        authorize = f"{self._settings.hub_host}{self._settings.hub_prefix}api/oauth2/authorize"
        response = RedirectResponse(f"{authorize}?{query}", status_code=302)
        self._set_cookie(
            request,
            response,
            self._login_cookie(state),
            self._signer.seal("login", {"state": state, "verifier": verifier, "next": wanted}),
            _LOGIN_SECONDS,
        )
        return response

    async def finish_login(self, request: Request) -> Response | None:
        """Take the hub's answer and go to the page that was wanted; None when it is not valid.

        Raises:
            HubUnavailable: the hub does not answer.
        """
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        sealed = request.cookies.get(self._login_cookie(state), "")
        begun = self._signer.open("login", sealed, max_age_seconds=_LOGIN_SECONDS)
        if not code or not begun or not hmac.compare_digest(begun["state"], state):
            return None
        token = await self._hub.token_for_code(
            {
                "client_id": self._settings.client_id,
                "client_secret": self._settings.api_token,
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._settings.callback_path,
                "code_verifier": begun["verifier"],
            }
        )
        if token is None:
            return None
        response = RedirectResponse(self._own_path(begun["next"]), status_code=302)
        sealed_token = self._signer.seal("session", token)
        self._set_cookie(request, response, self._cookie_name, sealed_token, _SESSION_SECONDS)
        response.delete_cookie(self._login_cookie(state), path=self._settings.prefix)
        return response

    @property
    def _cookie_name(self) -> str:
        return f"{self._settings.client_id}-session"

    def _login_cookie(self, state: str) -> str:
        # One cookie a login: two tabs may sign in at the same time.
        return f"{self._settings.client_id}-login-{_digest(state)[:12]}"

    def _own_path(self, path: str) -> str:
        """Give `path` when it is one of our pages: no login ends on somebody else's."""
        parts = urlsplit(path)
        ours = path.startswith(self._settings.prefix) and not parts.scheme and not parts.netloc
        return path if ours and "\\" not in path else self._settings.prefix

    def _set_cookie(
        self, request: Request, response: Response, name: str, value: str, age_seconds: int
    ) -> None:
        forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
        response.set_cookie(
            name,
            value,
            max_age=age_seconds,
            path=self._settings.prefix,
            httponly=True,
            samesite="lax",
            secure=self._settings.https or forwarded == "https",
        )

    async def _owner(self, token: str, hub_session: str) -> dict[str, Any] | None:
        """Give the hub's picture of a token's owner who may use this service."""
        key = _digest(f"{hub_session}\0{token}")
        known = self._cache.get(key)
        if known and time.monotonic() - known[0] < _CACHE_SECONDS:
            return known[1]
        owner = await self._hub.whoami(token)
        self._cache.pop(key, None)
        if owner is None or owner.get("kind") != "user" or not self._may_enter(owner):
            return None
        if len(self._cache) >= _CACHE_ENTRIES:
            self._cache.pop(next(iter(self._cache)))
        self._cache[key] = (time.monotonic(), owner)
        return owner

    def _may_enter(self, owner: dict[str, Any]) -> bool:
        name = self._settings.service_name
        needed = {"access:services", f"access:services!service={name}"}
        return not needed.isdisjoint(owner.get("scopes", ()))

    def _member(self, owner: dict[str, Any]) -> Visitor | None:
        cohort = self._cohort()
        try:
            person = cohort.person(str(owner["name"]))
        except UnknownName:
            return None
        team = cohort.team_of(person.login)
        return Visitor(person.login, person.role, team.slug if team else None)


def _header_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() in {"token", "bearer"} and token.strip() else None


def _sent_by_a_foreign_page(request: Request) -> bool:
    """Tell whether the browser says that another site's page sent this request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
