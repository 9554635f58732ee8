"""The keys of final runs: each team has one that works while the run lives, and no longer.

They stand as hashes in a file that the run has locked. The system lets a lock go with the process
that holds it, however that ends, so a file that nobody has locked holds no key.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bootcamp.gateway.callers import Caller
from bootcamp.settings import DataFolder, private_folder

__all__ = ["FinalCallers", "lent_keys", "socket_of_finals"]


def socket_of_finals(data: DataFolder) -> Path:
    """Give the socket file where the running gateway waits for final runs."""
    return private_folder(data.run) / "finals.sock"


@contextmanager
def lent_keys(data: DataFolder, teams: Sequence[str]) -> Iterator[dict[str, str]]:
    """Give each team a key that the running gateway takes until the context ends.

    One run at a time may do so: the keys of an earlier one are no longer taken.
    """
    keys = {team: secrets.token_urlsafe(24) for team in teams}
    file = _file(data)
    # Locked before it has its name: at no moment is there an old file with a new lock.
    descriptor = os.open(draft := file.with_suffix(".new"), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate()
        json.dump({_hash(key): team for team, key in keys.items()}, held)
        held.flush()
        draft.replace(file)
        try:
            yield keys
        finally:
            file.unlink(missing_ok=True)


class FinalCallers:
    """Knows the teams of the final run that goes on, by their keys; nobody at other times."""

    def __init__(self, data: DataFolder) -> None:
        self._file = _file(data)

    async def identify(self, token: str) -> Caller | None:
        """Give the team with this key."""
        team = self._lent().get(_hash(token))
        return Caller.of_final_run(team) if team else None

    def _lent(self) -> dict[str, str]:
        with suppress(FileNotFoundError), self._file.open() as keys:
            try:
                fcntl.flock(keys, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found: dict[str, str] = json.load(keys)
                return found
        return {}


def _file(data: DataFolder) -> Path:
    return private_folder(data.run) / "finals.keys"


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
