"""Hands the company's keys from `bootcamp up` to the gateway, past everyone in between.

JupyterHub writes its services' environment into its database, and every process inherits the
environment of the one that started it. So the keys travel in a file that exists in memory only:
it has no name in any folder, is open in the supervisor alone, and is gone with it. Processes of
the same user outside the sandboxes can read it through `/proc`, others cannot.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from bootcamp.errors import UsageError

__all__ = ["KEYS_FILE", "Handover", "hand_over", "take_over"]

KEYS_FILE = "BOOTCAMP_KEYS_FILE"
"""The variable that says where the keys wait: a JSON object of variables and their values.

Where no supervisor runs (a container's own start, say) it may name a mounted secret.
"""


@dataclass(frozen=True)
class Handover:
    """Keys that wait to be taken for as long as this process has them open."""

    descriptor: int

    @property
    def path(self) -> str:
        """Where the process that needs them finds them."""
        return f"/proc/{os.getpid()}/fd/{self.descriptor}"

    def close(self) -> None:
        """Let the keys go; from now on nobody finds them."""
        os.close(self.descriptor)


def hand_over(variables: Mapping[str, str]) -> Handover:
    """Put variables where `take_over` finds them."""
    descriptor = os.memfd_create("bootcamp-keys")  # closed in every program that is started
    with os.fdopen(os.dup(descriptor), "w", encoding="utf-8") as waiting:
        json.dump(dict(variables), waiting)
    return Handover(descriptor)


def take_over(environ: MutableMapping[str, str]) -> None:
    """Add to the environment what waits where `BOOTCAMP_KEYS_FILE` says, if it says so.

    Unlike what a process is started with, this stands in no `/proc/<pid>/environ`.

    Raises:
        UsageError: nothing can be read there.
    """
    path = environ.get(KEYS_FILE, "")
    if not path:
        return
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{KEYS_FILE} names {path}, which cannot be read ({reason}).") from None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise UsageError(f"{KEYS_FILE} names {path}; it must hold a JSON object of texts.")
    environ.update(found)
