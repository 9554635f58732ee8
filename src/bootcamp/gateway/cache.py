"""Answers given before: exact matches only, and never from one team to another."""

from __future__ import annotations

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bootcamp.gateway.callers import Caller
from bootcamp.gateway.engines import Call
from bootcamp.gateway.wire import invalid

__all__ = ["Cache", "Cached"]

_MOST_BYTES = 32 * 1024 * 1024
_LARGEST = 512 * 1024
_LIFE_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Cached:
    """An engine's answer: a body, or the events of a whole stream."""

    headers: Mapping[str, str]
    body: bytes = b""
    events: tuple[bytes, ...] | None = None

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return 200 + len(self.body) + sum(len(piece) + 50 for piece in self.events or ())


class Cache:
    """Keeps answers in memory, for a day at most, the least used ones going first."""

    def __init__(
        self, *, most_bytes: int = _MOST_BYTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most_bytes = most_bytes
        self._clock = clock
        self._held: OrderedDict[bytes, tuple[float, Cached]] = OrderedDict()
        self._bytes = 0

    @staticmethod
    def key(caller: Caller, call: Call) -> bytes:
        """Give the key of a call: the team (without one, the person) and every word of it.

        Raises:
            GatewayProblem: the call is nested so deeply that it cannot be written down.
        """
        owner = ["team", caller.team] if caller.team else ["login", caller.login]
        try:
            whole = json.dumps([owner, caller.kind, call.endpoint, call.body], sort_keys=True)
        except RecursionError:
            raise invalid("The request's JSON is nested too deeply.") from None
        return hashlib.sha256(whole.encode()).digest()

    def get(self, key: bytes) -> Cached | None:
        """Give the answer to the same question of the same team, if there is one."""
        found = self._held.get(key)
        if found is None:
            return None
        if found[0] < self._clock():
            self._drop(key)
            return None
        self._held.move_to_end(key)
        return found[1]

    def put(self, key: bytes, answer: Cached) -> None:
        """Keep an answer; very large ones are not kept."""
        if answer.size > _LARGEST:
            return
        if key in self._held:
            self._drop(key)
        self._held[key] = (self._clock() + _LIFE_SECONDS, answer)
        self._bytes += answer.size
        while self._bytes > self._most_bytes:
            self._drop(next(iter(self._held)))

    def _drop(self, key: bytes) -> None:
        self._bytes -= self._held.pop(key)[1].size
