"""Judges on this machine: one a processor, each in a thread of its own, taking what is next.

Results are handed over as they come, and only a few are ever waiting: a class of four hundred
takes no more memory than one of ten.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TypeVar

from bootcamp.errors import SandboxUnavailable
from bootcamp.grading.execution import GradingLimits, Judge

__all__ = ["Outcome", "judge_here"]

T = TypeVar("T")
Outcome = tuple[str, T | Exception]
"""A login, and what came of its work or why nothing did."""

_log = logging.getLogger(__name__)


def judge_here(
    logins: Sequence[str],
    work: Callable[[Judge, str], T],
    *,
    limits: GradingLimits,
    at_once: int,
    stop: threading.Event,
) -> Iterator[Outcome[T]]:
    """Have every login's `work` done; give each outcome as soon as it is there.

    Ends early when `stop` is set; what is being judged then is given up.
    """
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    for login in logins:
        todo.put(login)
    outcomes: queue.SimpleQueue[Outcome[T]] = queue.SimpleQueue()
    room = threading.Semaphore(2 * at_once)
    gone = threading.Event()

    def worker(slot: int) -> None:
        with _Seat(limits, slot) as seat:
            while room.acquire() and not gone.is_set():
                try:
                    login = todo.get_nowait()
                except queue.Empty:
                    return
                outcomes.put((login, seat.attempt(work, login)))

    # Daemons: whoever stops a run does not wait for a cell that has a minute left.
    threads = [
        threading.Thread(target=worker, args=(slot,), name=f"judge-{slot}", daemon=True)
        for slot in range(min(at_once, len(logins)))
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in logins:
            outcome = _next(outcomes, stop)
            if outcome is None:
                return
            yield outcome
            del outcome
            room.release()
    finally:
        gone.set()
        room.release(2 * len(threads) + 1)
        if not stop.is_set():
            for thread in threads:
                thread.join()


def _next(outcomes: queue.SimpleQueue[Outcome[T]], stop: threading.Event) -> Outcome[T] | None:
    while not stop.is_set():
        try:
            return outcomes.get(timeout=0.2)
        except queue.Empty:
            continue
    return None


class _Seat:
    """One judge at a time; when it fails, as opposed to what it judges, a new one tries again."""

    def __init__(self, limits: GradingLimits, slot: int) -> None:
        self._limits = limits
        self._slot = slot
        self._judge: Judge | None = None
        self._stack = ExitStack()

    def __enter__(self) -> _Seat:
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def attempt(self, work: Callable[[Judge, str], T], login: str) -> T | Exception:
        """Judge one submission, a second time with another judge when that fails."""
        try:
            return work(self._sitting(), login)
        except SandboxUnavailable as error:
            return error
        except Exception:
            _log.warning("Judging %s failed; a new judge tries again", login, exc_info=True)
        try:
            self._leave()
            return work(self._sitting(), login)
        except Exception as error:
            return error

    def _sitting(self) -> Judge:
        if self._judge is None:
            self._judge = self._stack.enter_context(Judge(self._limits, slot=self._slot))
        return self._judge

    def _leave(self) -> None:
        self._judge = None
        self._stack.close()
