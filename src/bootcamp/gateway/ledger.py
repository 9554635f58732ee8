"""Writes usage to the store without making callers wait for each other."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

import anyio
from sqlalchemy.orm import Session

from bootcamp.gateway.wire import GatewayProblem
from bootcamp.store import Store
from bootcamp.store.usage import (
    Budgets,
    BudgetSpent,
    Reservation,
    Settlement,
    reserve,
    settle,
    settle_open,
)

__all__ = ["Ledger"]

_Work = Callable[[Session], object]
_MOST_AT_ONCE = 64


@dataclass(frozen=True)
class _Job:
    work: _Work
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class Ledger:
    """The books of one gateway: a writer thread that commits what waits in one transaction.

    A caller goes on only after the commit, so what was answered is never forgotten; sharing
    commits keeps that affordable with many callers at once.
    """

    def __init__(self, store: Store, budgets: Budgets, *, served_by: str = "gateway") -> None:
        self._store = store
        self._budgets = budgets
        self.served_by = served_by
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None

    def start(self) -> None:
        """Settle what an earlier run left open, at the reserved amount, and begin to write."""
        with self._store.session() as session:
            settle_open(session, self.served_by)
        self._writer = threading.Thread(target=self._write, name="usage-ledger", daemon=True)
        self._writer.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        if self._writer is not None:
            self._jobs.put(None)
            self._writer.join(timeout=30)
            self._writer = None

    async def reserve(self, wanted: Reservation) -> None:
        """Set tokens aside for a call; done to the end even when the caller leaves meanwhile.

        Raises:
            GatewayProblem: the budget is gone, or the books cannot be written.
        """
        try:
            await self._do(lambda session: reserve(session, wanted, self._budgets))
        except BudgetSpent as spent:
            raise GatewayProblem(
                429, str(spent), kind="insufficient_quota", code="insufficient_quota", retry=False
            ) from None

    async def settle(self, done: Settlement) -> None:
        """Record what a call really took.

        Raises:
            GatewayProblem: the books cannot be written; the reservation then stands.
        """
        await self._do(lambda session: settle(session, done))

    async def _do(self, work: _Work) -> None:
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._jobs.put(job)
        with anyio.CancelScope(shield=True):
            try:
                await job.done
            except BudgetSpent:
                raise
            except Exception:
                raise GatewayProblem(
                    503,
                    "The usage records cannot be written at the moment. Tell your facilitator.",
                    kind="server_error",
                    code="usage_unavailable",
                ) from None

    def _write(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            ends = False
            while len(batch) < _MOST_AT_ONCE and not ends:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    ends = True
                else:
                    batch.append(following)
            self._commit(batch)
            if ends:
                return

    def _commit(self, batch: list[_Job]) -> None:
        outcomes: list[BaseException | None] = []
        try:
            with self._store.session() as session:
                outcomes = [_outcome(job, session) for job in batch]
        except Exception as error:
            if len(batch) > 1:  # let nobody pay for another's failure
                for job in batch:
                    self._commit([job])
                return
            outcomes = [error]
        for job, outcome in zip(batch, outcomes, strict=True):
            job.loop.call_soon_threadsafe(_tell, job.done, outcome)


def _outcome(job: _Job, session: Session) -> BaseException | None:
    try:
        job.work(session)
    except BudgetSpent as refused:
        return refused
    return None


def _tell(done: asyncio.Future[None], outcome: BaseException | None) -> None:
    if done.done():
        return
    if outcome is None:
        done.set_result(None)
    else:
        done.set_exception(outcome)
