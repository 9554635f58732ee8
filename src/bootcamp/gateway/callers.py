"""Who is calling: citizens by their hub token, others by a key of a fixed set."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bootcamp.gateway.http import Broken, Client
from bootcamp.gateway.wire import GatewayProblem

__all__ = ["FINAL_RUN", "Caller", "CallerSource", "HubCallers", "StaticCallers"]

_TOKEN = re.compile(r"^[\x21-\x7e]{1,512}$")
FINAL_RUN = "final"
"""The kind of callers whose calls are not a person's: no rate holds, nothing is kept of them."""
_TEAM_GROUP = "team-"
_KNOWN_SECONDS = 60.0
_UNKNOWN_SECONDS = 5.0
_MOST_CACHED = 2_000


@dataclass(frozen=True)
class Caller:
    """Someone who may use the model; `team` is the team's slug."""

    login: str
    team: str | None = None
    kind: str = "user"

    @classmethod
    def of_final_run(cls, team: str) -> Caller:
        """Give a team's solution in its final run."""
        return cls(login=f"final-{team}", team=team, kind=FINAL_RUN)


class CallerSource(Protocol):
    """Finds out whose a token is."""

    async def identify(self, token: str) -> Caller | None:
        """Give the caller with this token, or None when it gives no access.

        Raises:
            GatewayProblem: it cannot be found out now.
        """


class StaticCallers:
    """A fixed set of tokens, for a gateway that runs beside no hub."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        self._callers = tuple((token.encode(), caller) for token, caller in callers.items())

    async def identify(self, token: str) -> Caller | None:
        """Give the caller with this token, compared in constant time."""
        given = token.encode(errors="replace")
        return next(
            (caller for known, caller in self._callers if hmac.compare_digest(known, given)), None
        )


class HubCallers:
    """Asks JupyterHub whose a token is, with that very token.

    Answers are kept for a minute, so a revoked token dies within one; tokens themselves are kept
    as hashes only.
    """

    def __init__(
        self,
        hub_api_url: str,
        *,
        required_scope: str = "access:services!service=gateway",
    ) -> None:
        self._scopes = {required_scope, required_scope.partition("!")[0]}
        self._hub = Client(
            hub_api_url.rstrip("/"), {}, connect_seconds=3.0, idle_seconds=10.0, by_proxy=False
        )
        self._known: OrderedDict[bytes, tuple[float, Caller | None]] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Caller | None]] = {}

    async def identify(self, token: str) -> Caller | None:
        """Give the caller with this token; callers who come at once share one question."""
        if not _TOKEN.match(token):
            return None
        key = hashlib.sha256(token.encode()).digest()
        held = self._known.get(key)
        if held is not None and held[0] > time.monotonic():
            return held[1]
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(key, token))
            self._asking[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        # One caller who leaves must not take the answer from the others.
        return await asyncio.shield(task)

    async def aclose(self) -> None:
        """Close the connections to the hub."""
        await self._hub.aclose()

    def _forget(self, key: bytes, done: asyncio.Task[Caller | None]) -> None:
        self._asking.pop(key, None)
        if not done.cancelled():
            done.exception()  # marks it as seen, also when every caller has left

    async def _ask(self, key: bytes, token: str) -> Caller | None:
        try:
            status, body = await self._hub.get("/user", {"Authorization": f"Bearer {token}"})
        except Broken:
            raise _hub_unreachable() from None
        if status >= 500 or status == 429:
            raise _hub_unreachable()
        caller = self._read(body) if status == 200 else None
        lives = _KNOWN_SECONDS if caller else _UNKNOWN_SECONDS
        self._known[key] = (time.monotonic() + lives, caller)
        self._known.move_to_end(key)
        while len(self._known) > _MOST_CACHED:
            self._known.popitem(last=False)
        return caller

    def _read(self, body: bytes) -> Caller | None:
        try:
            found: Any = json.loads(body)
        except ValueError:
            return None
        if not isinstance(found, dict) or not isinstance(found.get("name"), str):
            return None
        if not self._scopes & set(found.get("scopes") or ()):
            return None
        teams = sorted(
            group.removeprefix(_TEAM_GROUP)
            for group in found.get("groups") or ()
            if isinstance(group, str) and group.startswith(_TEAM_GROUP)
        )
        return Caller(found["name"], teams[0] if teams else None, str(found.get("kind") or "user"))


def _hub_unreachable() -> GatewayProblem:
    return GatewayProblem(
        503,
        "The hub did not answer, so your access could not be checked. Try again in a moment; if it "
        "goes on, tell your facilitator.",
        kind="server_error",
        code="hub_unreachable",
    )
