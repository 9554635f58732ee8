"""The hub's HTTP API, as far as the pages need it."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from urllib.parse import quote

import httpx

from bootcamp.errors import BootcampError
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["HubApi", "HubUnavailable", "WorkspaceUnavailable"]

_ = texts("pages")
_FIRST_PAUSE_SECONDS = 0.15
_LONGEST_PAUSE_SECONDS = 1.5
_DID_NOT_START = N_(
    "Your workspace did not start. Try again; if it fails once more, tell your facilitator."
)


class HubUnavailable(BootcampError):
    """The hub does not answer."""

    code = "hub_unavailable"


class WorkspaceUnavailable(BootcampError):
    """A citizen's own server cannot be started or does not answer."""

    code = "workspace_unavailable"


class HubApi:
    """Asks the hub; every call carries the token of the person it is made for."""

    def __init__(self, client: httpx.AsyncClient, api_url: str) -> None:
        self._client = client
        self._url = api_url

    async def whoami(self, token: str) -> dict[str, Any] | None:
        """Give the hub's picture of a token's owner, None when the token is not valid.

        Raises:
            HubUnavailable: the hub does not answer.
        """
        answer = await self._ask("GET", "/user", token)
        if answer.status_code in {401, 403, 404}:
            return None
        return _json_object(answer)

    async def token_for_code(self, form: dict[str, str]) -> str | None:
        """Trade an OAuth code for the person's token, None when the hub refuses the code.

        Raises:
            HubUnavailable: the hub does not answer.
        """
        try:
            answer = await self._client.post(f"{self._url}/oauth2/token", data=form)
        except httpx.HTTPError:
            raise HubUnavailable(_("The hub does not answer. Try again in a minute.")) from None
        if 400 <= answer.status_code < 500:
            return None
        token = _json_object(answer).get("access_token")
        return token if isinstance(token, str) else None

    async def ensure_server(self, login: str, token: str) -> None:
        """Start the person's server unless it runs, and wait until it is ready.

        The caller sets the deadline (`asyncio.timeout`).

        Raises:
            WorkspaceUnavailable: the start failed.
            HubUnavailable: the hub does not answer.
        """
        asked = False
        pause = _FIRST_PAUSE_SECONDS
        while True:
            server = await self._server(login, token)
            if server.get("ready"):
                return
            if not server.get("pending"):
                if asked:
                    raise WorkspaceUnavailable(_(_DID_NOT_START))
                asked = await self._start(login, token)
            # Uneven pauses keep a class that clicks at once from asking in step.
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311
            pause = min(pause * 1.4, _LONGEST_PAUSE_SECONDS)

    async def _server(self, login: str, token: str) -> dict[str, Any]:
        answer = await self._ask("GET", f"/users/{quote(login)}", token)
        if answer.status_code in {401, 403, 404}:
            raise WorkspaceUnavailable(_("Your session has ended. Sign out and sign in again."))
        server = _json_object(answer).get("servers", {}).get("", {})
        return server if isinstance(server, dict) else {}

    async def _start(self, login: str, token: str) -> bool:
        """Ask for a start; False when the hub is too busy and wants to be asked again."""
        answer = await self._ask("POST", f"/users/{quote(login)}/server", token)
        # 400: it runs or is being stopped already, which the next look will show.
        if answer.status_code in {201, 202}:
            return True
        if answer.status_code in {400, 429, 503}:
            return False
        raise WorkspaceUnavailable(_(_DID_NOT_START))

    async def _ask(self, method: str, path: str, token: str) -> httpx.Response:
        try:
            answer = await self._client.request(
                method, self._url + path, headers={"Authorization": f"token {token}"}
            )
        except httpx.TimeoutException:
            if method == "POST":  # a slow start: the next look shows how far it is
                return httpx.Response(202)
            raise HubUnavailable(_("The hub does not answer. Try again in a minute.")) from None
        except httpx.HTTPError:
            raise HubUnavailable(_("The hub does not answer. Try again in a minute.")) from None
        if answer.status_code >= 500 and method == "GET":
            raise HubUnavailable(_("The hub does not answer properly. Try again in a minute."))
        return answer


def _json_object(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not answer.is_success or not isinstance(content, dict):
        raise HubUnavailable(_("The hub does not answer properly. Try again in a minute."))
    return content
