"""How fast a citizen may call: so many requests, and so many tokens, a minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from bootcamp.cohort import Budgets
from bootcamp.gateway.wire import GatewayProblem

__all__ = ["Rates"]

_MINUTE = 60.0
_MOST_KEPT = 10_000


class _Meter:
    """A rate for each citizen by the generic cell rate algorithm: one moment a citizen.

    The moment says when everything taken so far is given back; nobody may take so much that it
    lies more than a minute ahead.
    """

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        self.limit = limit
        self._clock = clock
        self._full: dict[str, float] = {}

    def wait(self, login: str, amount: int) -> float:
        """Give the seconds until so much may be taken; 0 for now."""
        ahead = self._ahead(login)
        # More than a minute's worth at once passes when nothing else has been taken.
        share = min(amount / self.limit, 1.0) * _MINUTE
        return max(0.0, ahead + share - _MINUTE)

    def take(self, login: str, amount: int) -> None:
        if len(self._full) > _MOST_KEPT:
            now = self._clock()
            self._full = {who: moment for who, moment in self._full.items() if moment > now}
        self._full[login] = self._clock() + self._ahead(login) + amount / self.limit * _MINUTE

    def headers(self, login: str, what: str) -> dict[str, str]:
        ahead = self._ahead(login)
        left = max(0, int(self.limit * (1 - ahead / _MINUTE) + 1e-9))
        return {
            f"x-ratelimit-limit-{what}": str(self.limit),
            f"x-ratelimit-remaining-{what}": str(left),
            f"x-ratelimit-reset-{what}": _duration(ahead),
        }

    def _ahead(self, login: str) -> float:
        return max(0.0, self._full.get(login, 0.0) - self._clock())


class Rates:
    """Keeps each citizen's rate, in memory: it starts anew with the gateway."""

    def __init__(
        self,
        *,
        requests_per_minute: int | None = None,
        tokens_per_minute: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests = _Meter(requests_per_minute, clock) if requests_per_minute else None
        self._tokens = _Meter(tokens_per_minute, clock) if tokens_per_minute else None

    @classmethod
    def of_cohort(cls, given: Budgets) -> Rates:
        """Give the rates of a cohort file, which hold for each citizen."""
        return cls(
            requests_per_minute=given.requests_per_minute,
            tokens_per_minute=given.tokens_per_minute,
        )

    def take(self, login: str, tokens: int) -> Mapping[str, str]:
        """Count a call; give the headers that tell the caller what is left.

        Raises:
            GatewayProblem: the citizen calls too fast; nothing is counted.
        """
        waits = {
            "requests": self._requests.wait(login, 1) if self._requests else 0.0,
            "tokens": self._tokens.wait(login, tokens) if self._tokens else 0.0,
        }
        what = max(waits, key=lambda name: waits[name])
        if waits[what] > 0:
            meter = self._tokens if what == "tokens" else self._requests
            limit = meter.limit if meter else 0
            raise _too_fast(what, limit, waits[what], self.headers(login))
        if self._requests:
            self._requests.take(login, 1)
        if self._tokens:
            self._tokens.take(login, tokens)
        return self.headers(login)

    def headers(self, login: str) -> dict[str, str]:
        """Tell what is left, in OpenAI's headers."""
        found: dict[str, str] = {}
        if self._requests:
            found |= self._requests.headers(login, "requests")
        if self._tokens:
            found |= self._tokens.headers(login, "tokens")
        return found


def _too_fast(what: str, limit: int, wait: float, headers: Mapping[str, str]) -> GatewayProblem:
    milliseconds = int(wait * 1000) + 1
    return GatewayProblem(
        429,
        f"That is faster than the {limit:,} {what} a minute that each person has. Try again in "
        f"{_duration(wait)}.",
        kind=what,
        code="rate_limit_exceeded",
        headers={
            **headers,
            "retry-after": str(-(-milliseconds // 1000)),
            "retry-after-ms": str(milliseconds),
        },
    )


def _duration(seconds: float) -> str:
    """Give a duration as OpenAI's headers do: '12ms', '1.5s', '1m2s'."""
    if seconds < 1:
        return f"{int(seconds * 1000)}ms"
    if seconds < _MINUTE:
        return f"{seconds:.3g}s"
    return f"{int(seconds // _MINUTE)}m{int(seconds % _MINUTE)}s"
