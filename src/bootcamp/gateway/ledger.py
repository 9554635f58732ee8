"""The books of one gateway: what waits to be written is written together, and then goes on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import anyio

from bootcamp.gateway.callers import FINAL_RUN
from bootcamp.gateway.prices import Prices
from bootcamp.gateway.rates import Rates
from bootcamp.gateway.wire import GatewayProblem
from bootcamp.store import Store
from bootcamp.store.usage import (
    Books,
    BooksBusy,
    Budgets,
    BudgetSpent,
    Lowered,
    Reservation,
    Settlement,
    settle_open,
)

__all__ = ["Granted", "Ledger"]

_MOST_AT_ONCE = 256
_BUSY_SECONDS = 15.0
_BUSY_POLL = 0.002
_SYNC_SECONDS = 1.0
_log = logging.getLogger("bootcamp.gateway")


_Outcome = BudgetSpent | Lowered | None


@dataclass(frozen=True)
class Granted:
    """What a call may take, and the headers about how many more the next minute has."""

    tokens: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class _Job:
    entry: Reservation | Settlement
    done: asyncio.Future[_Outcome]


class Ledger:
    """Reserves before a call and settles after it; a caller goes on only after the commit.

    All callers who come while others are written share the next transaction. SQLite's
    transactions take some ten microseconds, so they are done in the event loop itself: a thread
    would take longer to get its turn. PostgreSQL's, with a network in between, get a thread.
    """

    def __init__(
        self,
        store: Store,
        budgets: Budgets,
        *,
        prices: Prices | None = None,
        rates: Rates | None = None,
        served_by: str = "gateway",
    ) -> None:
        self._store = store
        self._books = Books(store, budgets)
        self._prices = prices or Prices()
        self._rates = rates or Rates()
        self.served_by = served_by
        self._waiting: list[_Job] = []
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._to_sync = threading.Event()
        self._ended = threading.Event()
        self._syncer: threading.Thread | None = None

    def start(self) -> None:
        """Settle what an earlier run left open, at the reserved amount, and begin to write."""
        with self._store.session() as session:
            settle_open(session, self.served_by)
        self._writer = asyncio.get_running_loop().create_task(self._write())
        if self._books.local:
            self._syncer = threading.Thread(target=self._sync, name="usage-sync", daemon=True)
            self._syncer.start()

    async def aclose(self) -> None:
        """Write what waits, and end."""
        if self._writer is None:
            return
        deadline = asyncio.get_running_loop().time() + _BUSY_SECONDS
        while self._waiting and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_BUSY_POLL)
        self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._writer
        self._writer = None
        self._ended.set()
        self._to_sync.set()
        if self._syncer is not None:
            await asyncio.to_thread(self._syncer.join, _BUSY_SECONDS)
        self._books.close()

    async def reserve(self, wanted: Reservation, models: Sequence[str]) -> Granted:
        """Set tokens and money aside for a call that one of *models* will answer.

        Done to the end even when the caller leaves meanwhile.

        Raises:
            GatewayProblem: too fast, no price, no budget left, or the books cannot be written.
        """
        wanted = replace(wanted, money=self._prices.most(models, wanted.tokens))
        rated = wanted.kind != FINAL_RUN  # which asks as fast as it can, and once
        headers = self._rates.take(wanted.login, wanted.tokens) if rated else {}
        outcome = await self._enter(wanted)
        if isinstance(outcome, BudgetSpent):
            raise GatewayProblem(
                429,
                str(outcome),
                kind="insufficient_quota",
                code="insufficient_quota",
                retry=False,
                headers=headers,
            )
        return Granted(outcome.tokens if outcome else wanted.tokens, headers)

    async def settle(self, done: Settlement) -> None:
        """Record what a call really took.

        Raises:
            GatewayProblem: the books cannot be written; the reservation then stands.
        """
        if not done.simulated:
            money = self._prices.cost(done.answered_by, done.prompt_tokens, done.completion_tokens)
            done = replace(done, money=money)
        await self._enter(done)

    async def _enter(self, entry: Reservation | Settlement) -> _Outcome:
        job = _Job(entry, asyncio.get_running_loop().create_future())
        self._waiting.append(job)
        self._wake.set()
        outcome: _Outcome = None
        problem: GatewayProblem | None = None
        with anyio.CancelScope(shield=True):
            try:
                outcome = await job.done
            except Exception:
                problem = GatewayProblem(
                    503,
                    "The usage records cannot be written at the moment. Tell your facilitator.",
                    kind="server_error",
                    code="usage_unavailable",
                )
        if problem is not None:
            raise problem
        return outcome

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = self._waiting[:_MOST_AT_ONCE]
                del self._waiting[:_MOST_AT_ONCE]
                await self._commit(batch)

    async def _commit(self, batch: list[_Job]) -> None:
        try:
            outcomes = await self._written([job.entry for job in batch])
        except Exception as error:
            if len(batch) > 1:  # let nobody pay for another's failure
                for job in batch:
                    await self._commit([job])
                return
            _log.error("the usage records cannot be written: %s", type(error).__name__)
            batch[0].done.set_exception(error)
            return
        self._to_sync.set()
        for job, outcome in zip(batch, outcomes, strict=True):
            if not job.done.done():
                job.done.set_result(outcome)

    async def _written(self, entries: Sequence[Reservation | Settlement]) -> list[_Outcome]:
        if not self._books.local:
            return await asyncio.to_thread(self._books.write, entries)
        deadline = asyncio.get_running_loop().time() + _BUSY_SECONDS
        while True:
            try:
                return self._books.write(entries)
            except BooksBusy:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(_BUSY_POLL)

    def _sync(self) -> None:
        """Bring commits to the disk itself, once a second at most, beside the event loop."""
        while not self._ended.wait(_SYNC_SECONDS):
            self._to_sync.wait()
            self._to_sync.clear()
            try:
                self._books.sync()
            except Exception as error:
                _log.error("the usage records cannot be synced: %s", type(error).__name__)
