"""A gateway of its own for a final run: each team has a key that lives as long as the run."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bootcamp.cohort import Cohort
from bootcamp.gateway.app import create_app
from bootcamp.gateway.budgets import budgets_of, prices_of
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.practice.model import PracticeModel
from bootcamp.gateway.serve import serve_in_thread
from bootcamp.gateway.service import upstreams_of
from bootcamp.settings import DataFolder
from bootcamp.store import open_store

__all__ = ["gateway_for_teams", "model_in_words"]


def model_in_words(cohort: Cohort) -> str:
    """Say what answers as the small model, exactly enough to tell one run from another."""
    services = [given for given in cohort.model_services if given.small]
    if not services:
        return f"practice-1 ({PracticeModel().fingerprint.removeprefix('fp_')})"
    return ", then ".join(f"{given.small} at {given.name}" for given in services)


@contextlib.contextmanager
def gateway_for_teams(
    data: DataFolder,
    cohort: Cohort,
    teams: Sequence[str],
    environ: Mapping[str, str] = os.environ,
) -> Iterator[tuple[Path, dict[str, str]]]:
    """Serve on a socket file while the context lasts; give the file, and a key for each team.

    The hub need not run. Calls count for the team and are recorded as those of its final run.

    Raises:
        BootcampError: the gateway cannot start; the message says what to do.
    """
    keys = {team: secrets.token_urlsafe(24) for team in teams}
    callers = {
        key: Caller(login=f"final-{team}", team=team, kind="final") for team, key in keys.items()
    }
    app = create_app(
        callers=StaticCallers(callers),
        store=open_store(data.store_url),
        budgets=budgets_of(cohort),
        prices=prices_of(cohort),
        upstreams=upstreams_of(cohort, environ),
        answer_tokens=cohort.model.answer_tokens,
        served_by="finals",  # the hub's gateway may be at work on the same store
    )
    # A socket's path may have 107 bytes at most, so it does not go below the data folder. Sandboxes
    # of other user ids connect to it: the folder is closed, the file in it is not.
    with (
        tempfile.TemporaryDirectory(prefix="bootcamp-") as folder,
        serve_in_thread(app, uds=Path(folder) / "gateway.sock", uds_mode=0o666) as served,
    ):
        if served.uds is None:
            raise AssertionError("a gateway on a socket file says where the file is")
        yield served.uds, keys
