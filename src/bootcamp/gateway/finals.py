"""The model for final runs: each team asks it with a key that lives as long as the run.

While the bootcamp runs, its gateway answers, which has the company's key; else one of the run's
own does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal

from bootcamp.cohort import Cohort
from bootcamp.errors import FinalsError
from bootcamp.forks.inside.relay import pass_on
from bootcamp.gateway.app import create_app
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.final_keys import lent_keys, socket_of_finals
from bootcamp.gateway.prices import Prices
from bootcamp.gateway.serve import listen, serve_in_thread, short_way
from bootcamp.gateway.service import upstreams_of
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.store.usage import Budgets

__all__ = ["FinalModel", "model_for_teams"]

_PATIENCE_SECONDS = 60.0
"""How long a call waits for a gateway that is away: the hub starts it again within half that."""
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class FinalModel:
    """Where a final run's notebooks find the model."""

    socket: Path
    """A socket file that may be shown to sandboxes."""
    keys: Mapping[str, str]
    """Each team's key, by its slug."""
    words: str
    """What answers there, exactly enough to tell one run from another."""
    varies: bool
    """Whether the same question may get another answer: the practice model's is always the same."""
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when the gateway has been away for too long."""


@contextlib.contextmanager
def model_for_teams(
    data: DataFolder,
    cohort: Cohort,
    teams: Sequence[str],
    *,
    up: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Iterator[FinalModel]:
    """Give the model while the context lasts; `up` says that the bootcamp runs.

    Calls count for the team and are recorded as those of its final run.

    Raises:
        BootcampError: nothing can answer; the message says what to do.
    """
    # Sandboxes of other user ids connect to the socket: its folder is closed, the file is not.
    with tempfile.TemporaryDirectory(prefix="bootcamp-") as folder:
        at = Path(folder) / "gateway.sock"
        lost = threading.Event()
        served = _running(data, teams, at, lost) if up else _own(data, cohort, teams, at, environ)
        with served as keys:
            about = _about(at)
            yield FinalModel(at, keys, str(about["model"]), bool(about["upstreams"]), lost)


@contextlib.contextmanager
def _running(
    data: DataFolder, teams: Sequence[str], at: Path, lost: threading.Event
) -> Iterator[Mapping[str, str]]:
    """Pass on what comes to `at` to the running gateway.

    Sandboxes do not see the gateway's own file: a gateway that is started again has another.
    """
    with (
        lent_keys(data, teams) as keys,
        short_way(socket_of_finals(data)) as way,
        contextlib.closing(listen(uds=at, uds_mode=0o666)) as bound,
        start_blocking_portal() as portal,
    ):
        gateway = _Gateway(way, lost)

        async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await pass_on(reader, writer, gateway.connect())

        async def serve() -> asyncio.Server:
            return await asyncio.start_unix_server(passed_on, sock=bound)

        server = portal.call(serve)
        try:
            yield keys
        finally:
            portal.call(server.close)


@contextlib.contextmanager
def _own(
    data: DataFolder, cohort: Cohort, teams: Sequence[str], at: Path, environ: Mapping[str, str]
) -> Iterator[Mapping[str, str]]:
    """Serve at `at` with a gateway that lives as long as the context."""
    for service in cohort.model_services:
        if service.key_variable and not environ.get(service.key_variable, "").strip():
            raise FinalsError(
                f"The model needs a key, and {service.key_variable} is not set here. Start"
                " `bootcamp up` with it, then run the finals again; or set it for this command."
            )
    keys = {team: secrets.token_urlsafe(24) for team in teams}
    app = create_app(
        callers=StaticCallers({key: Caller.of_final_run(team) for team, key in keys.items()}),
        store=open_store(data.store_url),
        budgets=Budgets.of_cohort(cohort.budgets),
        prices=Prices.of_cohort(cohort),
        upstreams=upstreams_of(cohort, environ),
        answer_tokens=cohort.model.answer_tokens,
        served_by="finals",  # a gateway that was killed may have left calls of its own
    )
    with serve_in_thread(app, uds=at, uds_mode=0o666):
        yield keys


class _Gateway:
    """The running gateway, which may be away for a moment while the hub starts it again."""

    def __init__(self, way: str, lost: threading.Event) -> None:
        self._way = way
        self._lost = lost
        self._away_since: float | None = None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            try:
                streams = await asyncio.open_unix_connection(self._way)
            except OSError:
                self._away_since = self._away_since or time.monotonic()
                if time.monotonic() > self._away_since + _PATIENCE_SECONDS:
                    self._lost.set()
                    raise
                await asyncio.sleep(_POLL_SECONDS)
            else:
                self._away_since = None
                return streams


def _about(socket: Path) -> Mapping[str, Any]:
    """Ask the gateway what it is.

    Raises:
        FinalsError: it does not answer, or cannot take calls.
    """
    import httpx  # noqa: PLC0415 - not in the gateway's own process

    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket))) as client:
            answer = client.get("http://gateway/ready", timeout=_PATIENCE_SECONDS + 10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError):
        raise FinalsError(
            "The model gateway does not answer; logs/hub.log says why. Stop the bootcamp and start"
            " it again, then run the finals."
        ) from None
    return found
