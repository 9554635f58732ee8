"""Keeps what was asked and answered, only while the cohort's `keep_prompts` is on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import anyio.to_thread

from bootcamp.gateway.callers import Caller
from bootcamp.gateway.engines import Call
from bootcamp.gateway.wire import encode
from bootcamp.store import Store
from bootcamp.store.prompts import KeptPrompt

__all__ = ["Keeper"]

_LOOKS_EVERY_SECONDS = 1.0
_log = logging.getLogger("bootcamp.gateway")


class Keeper:
    """Writes the text of calls to the store; asks again and again whether it still may."""

    def __init__(self, store: Store, allowed: Callable[[], bool]) -> None:
        self._store = store
        self._allowed = allowed
        self._looks_again_at = 0.0
        self._on = False

    @property
    def on(self) -> bool:
        """Whether the cohort keeps prompts now; a change counts within a second."""
        if time.monotonic() >= self._looks_again_at:
            self._on = self._allowed()
            self._looks_again_at = time.monotonic() + _LOOKS_EVERY_SECONDS
        return self._on

    async def keep(self, caller: Caller, call: Call, answer: str) -> None:
        """Keep a call's text; what cannot be written is given up, for the answer comes first."""
        try:
            kept = KeptPrompt(
                call_id=call.id,
                login=caller.login,
                team=caller.team,
                asked=encode({"messages": call.body["messages"]}).decode(),
                answered=answer.encode("utf-8", "replace").decode(),
            )
            await anyio.to_thread.run_sync(self._write, kept)
        except Exception as error:
            _log.error("%s was not kept: %s", call.id, type(error).__name__)

    def _write(self, kept: KeptPrompt) -> None:
        with self._store.session() as session:
            session.add(kept)
