"""Judges on this machine: one a processor, each in a thread of its own, taking what is next.

Results are handed over as they come, and only a few are ever waiting: a class of four hundred
takes no more memory than one of ten.
"""

from __future__ import annotations

import logging
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from bootcamp.errors import GradingError, SandboxUnavailable
from bootcamp.grading.execution import GradingLimits, Judge

__all__ = ["Outcome", "Seat", "judge_here"]

T = TypeVar("T")
Outcome = tuple[str, T | Exception]
"""A login, and what came of its work or why nothing did."""

_SLOTS = 500

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

    def worker() -> None:
        with Seat(limits) as seat:
            while room.acquire() and not gone.is_set():
                try:
                    login = todo.get_nowait()
                except queue.Empty:
                    return
                outcomes.put((login, _attempt(seat, work, login)))

    # Daemons: whoever stops a run does not wait for a cell that has a minute left.
    threads = [
        threading.Thread(target=worker, name=f"judge-{number}", daemon=True)
        for number in range(min(at_once, len(logins)))
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


def _attempt(seat: Seat, work: Callable[[Judge, str], T], login: str) -> T | Exception:
    """Judge one submission; when the judge fails, as opposed to what it judges, with another."""
    try:
        return work(seat.judge(), login)
    except SandboxUnavailable as error:
        return error
    except Exception:
        _log.warning("Judging %s failed; a new judge tries again", login, exc_info=True)
    try:
        seat.leave()
        return work(seat.judge(), login)
    except Exception as error:
        return error


class Seat:
    """Holds one judge, warm, for as long as it is good; a context manager."""

    def __init__(self, limits: GradingLimits) -> None:
        self._limits = limits
        self._judge: Judge | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Seat:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def judge(self) -> Judge:
        """Give the judge that sits here, a new one when there is none."""
        if self._judge is None:
            slot = self._stack.enter_context(_slot())
            self._judge = self._stack.enter_context(Judge(self._limits, slot=slot))
        return self._judge

    def leave(self) -> None:
        """End the judge; the next one is new."""
        self._judge = None
        self._stack.close()


@contextmanager
def _slot() -> Iterator[int]:
    """Give a number that no other judge on this machine has, of whichever run.

    It is held as the name of a socket, which the system lets go when the process ends.
    """
    for number in range(_SLOTS):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as held:
            try:
                held.bind(f"\0bootcamp-judge-{number}")
            except OSError:
                continue
            yield number
            return
    raise GradingError(f"{_SLOTS} judges are at work on this machine already. Try again later.")
