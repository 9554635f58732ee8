"""The cohort and the exchange as they are now: an edited cohort file counts without a restart."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from bootcamp.cohort import Cohort, load_cohort
from bootcamp.errors import CohortError
from bootcamp.web.contracts import ExchangeLike, ExchangeMaker

__all__ = ["Current", "CurrentExchange"]


class Current:
    """Reads the cohort file again when it has changed; a broken edit leaves the last good one."""

    def __init__(self, cohort_file: Path, make_exchange: ExchangeMaker) -> None:
        self._file = cohort_file
        self._make_exchange = make_exchange
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._cohort: Cohort | None = None
        self._exchange: ExchangeLike | None = None
        self._problem = ""

    @property
    def cohort(self) -> Cohort:
        """The cohort.

        Raises:
            CohortError: the file cannot be used and there was no good one before.
        """
        with self._lock:
            return self._refreshed()

    @property
    def problem(self) -> str:
        """What is wrong with the file as it is now; empty when nothing is."""
        with self._lock:
            self._refreshed()
            return self._problem

    @property
    def exchange(self) -> ExchangeLike:
        """The exchange for the present cohort, made when it is first needed."""
        with self._lock:
            cohort = self._refreshed()
            if self._exchange is None:
                self._exchange = self._make_exchange(cohort)
            return self._exchange

    def _refreshed(self) -> Cohort:
        seen = self._fingerprint()
        if self._cohort is None or seen != self._seen:
            try:
                self._cohort = load_cohort(self._file)
                self._exchange = None
                self._problem = ""
            except CohortError as error:
                if self._cohort is None:
                    raise
                self._problem = str(error)
            self._seen = seen
        return self._cohort

    def _fingerprint(self) -> tuple[int, int, int] | None:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino)


class CurrentExchange:
    """Stands for the present exchange where one object is wanted for the program's whole life."""

    def __init__(self, current: Current) -> None:
        self._current = current

    def __getattr__(self, name: str) -> Any:
        return getattr(self._current.exchange, name)
