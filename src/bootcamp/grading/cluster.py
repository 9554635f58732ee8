"""Judges on other machines: the workers of a Dask cluster, each with sandboxes of its own.

Submissions go out and what came of them comes home; only the process that submits writes to the
gradebook. The workers belong to the trusted zone: the checks run in their processes, beside the
sandboxes and never in them. What a dying worker had in hand is given to another one.
"""

from __future__ import annotations

import logging
import queue
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from distributed import Client, Future, KilledWorker, WorkerPlugin

from bootcamp import __version__
from bootcamp.errors import GradingError, UsageError
from bootcamp.grading.checks import load_checks
from bootcamp.grading.crew import Outcome, Seat
from bootcamp.grading.execution import GradingLimits, Judged
from bootcamp.grading.plain import judged_as_text, judged_from_text
from bootcamp.grading.work import Work, Yardstick, judge_with
from bootcamp.sandbox import require_sandbox

__all__ = ["judge_there"]

_log = logging.getLogger(__name__)
_CONNECT_SECONDS = 15
_TRIES = 2


def judge_there(
    address: str,
    logins: Sequence[str],
    load: Callable[[str], Work],
    measure: Yardstick,
    *,
    stop: threading.Event,
) -> Iterator[Outcome[tuple[Work, Judged]]]:
    """Have every login's submission judged by the workers at `address`; give them as they come.

    Ends early when `stop` is set; what is being judged then is given up.

    Raises:
        UsageError: Dask is not installed, or the address is none.
        GradingError: the cluster cannot be reached, or its workers cannot do this.
    """
    with _connected(address) as client, _post(client, address, measure) as post:
        todo, done = list(reversed(logins)), queue.SimpleQueue[tuple[str, Future[str]]]()
        out: dict[str, tuple[Work, Future[str]]] = {}
        while (todo or out) and not stop.is_set():
            # A few more than can run at once: no worker waits, and little is held in memory.
            while todo and len(out) < 2 * max(1, sum(client.nthreads().values())):
                login = todo.pop()
                work = load(login)
                future = client.submit(
                    _judge_at_post, post, dict(work.files), pure=False, retries=_TRIES - 1
                )
                out[login] = work, future
                future.add_done_callback(lambda f, login=login: done.put((login, f)))
            with suppress(queue.Empty):
                login, future = done.get(timeout=0.2)
                work, _ = out.pop(login)
                yield login, _outcome(work, future)


def _outcome(work: Work, future: Future[str]) -> tuple[Work, Judged] | Exception:
    try:
        return work, judged_from_text(future.result())
    except KilledWorker:
        return GradingError("Every Dask worker that tried it ended. See the workers' logs.")
    except Exception as error:
        return error


@dataclass(frozen=True)
class _Parcel:
    """All that a worker needs, as plain as can be: a check travels as its module's text."""

    released: Any
    sources: Mapping[str, bytes]
    """The checks and what they say in the cohort's language, by path below `graders`."""
    limits: GradingLimits
    language: str

    @classmethod
    def of(cls, measure: Yardstick) -> _Parcel:
        folder = measure.folder
        sources = {f"checks/{path.name}": path.read_bytes() for path in folder.glob("*.py")}
        for path in folder.parent.glob(f"locale/{measure.language}/*.po"):
            sources[str(path.relative_to(folder.parent))] = path.read_bytes()
        return cls(measure.released, sources, measure.limits, measure.language)

    def open(self, folder: Path) -> Yardstick:
        """Unpack into `folder`, which stays for as long as anyone is judged."""
        for name, content in self.sources.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        place = folder / "checks"
        known = load_checks(place)
        checks = {name: known[name] for name in self.released.automatic}
        return Yardstick(self.released, checks, self.limits, place, self.language)


class _Post:
    """In a worker's process, for the time of a run: its judges, which wait warm between two."""

    def __init__(self, parcel: _Parcel) -> None:
        self._stack = ExitStack()
        folder = tempfile.TemporaryDirectory(prefix="bootcamp-checks-")
        self._measure = parcel.open(Path(self._stack.enter_context(folder)))
        self._free: queue.SimpleQueue[Seat] = queue.SimpleQueue()

    def judge(self, files: Mapping[str, bytes]) -> str:
        try:
            seat = self._free.get_nowait()
        except queue.Empty:
            seat = self._stack.enter_context(Seat(self._measure.limits))
        try:
            return judged_as_text(judge_with(seat.judge(), self._measure, files))
        except BaseException:
            seat.leave()  # the next one gets a new judge
            raise
        finally:
            self._free.put(seat)

    def close(self) -> None:
        self._stack.close()


_posts: dict[str, _Post] = {}


def _judge_at_post(post: str, files: Mapping[str, bytes]) -> str:
    return _posts[post].judge(files)


@contextmanager
def _post(client: Client, address: str, measure: Yardstick) -> Iterator[str]:
    """Set up a post in each worker, also in those that join later; gone when the run ends."""
    plugin = _Posts(_Parcel.of(measure))
    try:
        client.register_plugin(plugin)
    except Exception as error:
        raise GradingError(
            f"The workers at {address} cannot grade: {str(error) or type(error).__name__}"
        ) from error
    try:
        yield plugin.name
    finally:
        with suppress(Exception):  # a cluster that is gone has no posts
            client.unregister_worker_plugin(plugin.name)


class _Posts(WorkerPlugin):
    """Sets a post up in each worker's process."""

    def __init__(self, parcel: _Parcel) -> None:
        self.name = f"bootcamp-{secrets.token_hex(8)}"
        self._parcel = parcel

    def setup(self, worker: Any) -> None:
        require_sandbox()
        _posts[self.name] = _Post(self._parcel)

    def teardown(self, worker: Any) -> None:
        _posts.pop(self.name).close()


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    if not address.startswith(("tcp://", "tls://", "ucx://", "ws://", "wss://")):
        raise UsageError(
            f"'{address}' is no scheduler's address; one looks like tcp://10.0.0.5:8786."
        )
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".") or "no answer"
        raise GradingError(f"No Dask scheduler answers at {address} ({reason}).") from None
    with client:
        _refuse_unlike(client, address)
        yield client


def _refuse_unlike(client: Client, address: str) -> None:
    """Refuse a cluster without workers, or with other versions than ours.

    Raises:
        GradingError: names what differs.
    """
    ours = _versions()
    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    try:
        theirs = _ask_versions(client)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0].rstrip(".")
        raise GradingError(
            f"The workers at {address} cannot run this program ({reason}). Install "
            f"ai-bootcamp-lab[dask] {__version__} with distributed {ours['distributed']} there."
        ) from None
    if not theirs:
        raise GradingError(
            f"The Dask scheduler at {address} has no workers. Start some: `dask worker {address}`."
        )
    for worker, versions in theirs.items():
        for name, theirs_is in versions.items():
            if theirs_is != ours[name]:
                raise GradingError(
                    f"The worker {worker} has {name} {theirs_is}, and here it is {ours[name]}. "
                    "Install the same version on both."
                )


def _ask_versions(client: Client) -> dict[str, dict[str, str]]:
    return client.run(_versions)  # type: ignore[no-any-return]


def _versions() -> dict[str, str]:
    python = ".".join(map(str, sys.version_info[:2]))
    return {"bootcamp": __version__, "distributed": version("distributed"), "Python": python}
