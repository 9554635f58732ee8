"""Work that takes longer than a page should: it goes on while the browser shows how far it is."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from bootcamp.errors import BootcampError
from bootcamp.spoken import texts

__all__ = ["Job", "Jobs", "Work"]

_ = texts("pages")
_log = logging.getLogger(__name__)
_KEPT_SECONDS = 900


@dataclass
class Job:
    """One piece of work for one person."""

    login: str
    action: str
    """What is done, the same for a repeated click: `hand-in homework-1`."""
    title: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    step: str = field(default_factory=lambda: _("Starting…"))
    state: Literal["working", "done", "failed"] = "working"
    location: str = ""
    """Where to go when done."""
    warnings: tuple[str, ...] = ()
    problem: str = ""
    """One sentence when it failed."""
    began: float = field(default_factory=time.monotonic)
    task: asyncio.Task[None] | None = field(default=None, repr=False)


Work = Callable[[Job], Awaitable[None]]
"""Does the work; sets `step` on the way and `location` at the end."""


class Jobs:
    """All work in this process; a person's repeated click joins the work that is going on."""

    def __init__(self, *, deadline_seconds: float = 240.0) -> None:
        self._jobs: dict[str, Job] = {}
        self._deadline = deadline_seconds

    def start(self, login: str, action: str, title: str, work: Work) -> Job:
        """Begin `work`, or give the same work that is going on for this person."""
        self._forget_old()
        for job in self._jobs.values():
            if (job.login, job.action, job.state) == (login, action, "working"):
                return job
        job = Job(login=login, action=action, title=title)
        self._jobs[job.id] = job
        job.task = asyncio.create_task(self._run(job, work))
        return job

    def find(self, job_id: str, login: str) -> Job | None:
        """Give a person's own job."""
        job = self._jobs.get(job_id)
        return job if job and job.login == login else None

    async def wait(self, job: Job, *, at_most_seconds: float) -> None:
        """Wait until the job has ended, but not long."""
        if job.task:
            await asyncio.wait([job.task], timeout=at_most_seconds)

    async def close(self) -> None:
        """End what is going on."""
        tasks = [job.task for job in self._jobs.values() if job.task and not job.task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job: Job, work: Work) -> None:
        try:
            async with asyncio.timeout(self._deadline):
                await work(job)
        except BootcampError as error:
            job.problem = str(error)
        except TimeoutError:
            job.problem = _(
                "This takes too long. Try again in a minute; if it fails once more, tell your"
                " facilitator."
            )
        except Exception:
            _log.exception("%s failed for %s", job.action, job.login)
            job.problem = _(
                "Something went wrong on our side. Try again, or tell your facilitator."
            )
        job.state = "failed" if job.problem else "done"

    def _forget_old(self) -> None:
        oldest = time.monotonic() - _KEPT_SECONDS
        for job_id in [job.id for job in self._jobs.values() if job.began < oldest]:
            del self._jobs[job_id]
