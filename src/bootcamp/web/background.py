"""Work that the pages start and that outlives them: a process of its own behind a lock.

The lock is inherited and held as long as the process lives, so nobody has to believe a file about
that. When the pages start again they find it, or what it left.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["children", "is_held", "start"]

# Nothing of the hub's goes into a process that starts sandboxes.
_HIDDEN = ("JUPYTERHUB_", "JPY_", "CONFIGPROXY_")

children: list[subprocess.Popen[bytes]] = []
"""Those of this process, looked at on the way, so that none stays behind as a zombie."""


def start(lock: Path, log: Path, command: Callable[[int], Sequence[str]]) -> bool:
    """Run a module of ours in the background; False when `lock` is held already.

    `command` is called once the lock is ours, with its descriptor, and gives the words that follow
    `python -m bootcamp.lean`.
    """
    with lock.open("a") as locked:
        try:
            fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        words = command(locked.fileno())
        with log.open("ab") as written:
            process = subprocess.Popen(
                [sys.executable, "-m", "bootcamp.lean", *words],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                env={k: v for k, v in os.environ.items() if not k.startswith(_HIDDEN)},
                pass_fds=[locked.fileno()],  # the lock goes on in the child, and ends with it
                start_new_session=True,
            )
    children[:] = [child for child in children if child.poll() is None]
    children.append(process)
    return True


def is_held(lock: Path) -> bool:
    """Whether somebody works behind `lock` at this moment."""
    for child in children:
        child.poll()
    try:
        with lock.open() as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
