"""Starts a warm parent behind the outer wall, and asks it for a fork a notebook.

A fork begins in walls of its own (see `bootcamp.forks.inside.parent`); its home is in memory and
is filled through a handle from here, so that nothing of it ever lies on this machine's disks.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootcamp.errors import ForkFailed
from bootcamp.forks.inside import parent, relay
from bootcamp.forks.inside.frames import receive
from bootcamp.sandbox import HOME, IN_MEMORY, Bind, Sandbox, readable_places

__all__ = ["MODEL_URL", "Fork", "WarmParent"]

MODEL_URL = f"http://127.0.0.1:{relay.MODEL_PORT}/v1"

_WARM_SECONDS = 60.0
_FORK_SECONDS = 20.0
_CAPABILITIES = tuple(
    f"CAP_{name}" for name in ("SYS_ADMIN", "SETUID", "SETGID", "KILL", "CHOWN", "DAC_OVERRIDE")
)


@dataclass(frozen=True)
class Fork:
    """One submission's process: nothing runs in it before it is told to go."""

    channel: socket.socket
    """To the notebook's process, which is the learner's."""
    keeper: socket.socket
    """To the process that keeps it: `i` interrupts, closing it ends all."""
    home: int
    """A handle of its home's folder."""

    def close(self) -> None:
        """End every process of it."""
        self.keeper.close()
        self.channel.close()
        os.close(self.home)


class WarmParent:
    """A process that has imported what labs use; a context manager.

    `shared` are folders that every notebook sees in its home, by name. With a `model_socket` the
    model, and nothing else, answers at `MODEL_URL` on the sandbox's own loopback. The thread that
    starts it must live as long as it does.
    """

    def __init__(self, shared: Mapping[str, Path], model_socket: Path | None = None) -> None:
        self.shared = dict(shared)
        self._model_socket = model_socket
        self._forked = False

    def __enter__(self) -> WarmParent:
        self._errors = tempfile.TemporaryFile()
        self._control, theirs = socket.socketpair()
        binds = [Bind(at, Path(parent.SHARED) / name) for name, at in self.shared.items()]
        if self._model_socket is not None:
            binds.append(Bind(self._model_socket, Path(relay.MODEL_SOCKET)))
        sandbox = Sandbox(
            home=IN_MEMORY,
            binds=tuple(binds),
            capabilities=_CAPABILITIES,
            environment={
                "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
                "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            },
        )
        argv = [sys.executable, "-m", parent.__name__, str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                sandbox.command(argv),
                env=sandbox.environ(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
                umask=sandbox.umask,
                start_new_session=True,
            )
        try:
            self._hear(_WARM_SECONDS)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fork(self, order: Mapping[str, Any]) -> Fork:
        """Give a fresh fork with an empty home; the one before must be closed.

        Raises:
            ForkFailed: the parent or the fork has a fault of ours; start a new parent.
        """
        if self._forked:
            self._hear(_FORK_SECONDS)  # until the last process of the one before is gone
            self._forked = False
        channel, their_channel = socket.socketpair()
        keeper, their_keeper = socket.socketpair()
        about = {**order, "home": str(HOME), "shared": list(self.shared), "python": _covered()}
        try:
            with their_channel, their_keeper:
                handles = [their_channel.fileno(), their_keeper.fileno()]
                socket.send_fds(self._control, [json.dumps(about).encode()], handles)
            self._forked = True
            keeper.settimeout(_FORK_SECONDS)
            said, homes, _, _ = socket.recv_fds(keeper, 500, 1)
        except OSError as error:
            said, homes = str(error).encode(), []
        if not homes:
            channel.close()
            keeper.close()
            raise self._fault(said.decode(errors="replace").removeprefix("!"))
        return Fork(channel, keeper, homes[0])

    def close(self) -> None:
        """End it, and every fork with it."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()

    def _hear(self, seconds: float) -> None:
        self._control.settimeout(seconds)
        try:
            heard = receive(self._control)
        except OSError:
            heard = None
        if heard is None:
            raise self._fault("")

    def _fault(self, reason: str) -> ForkFailed:
        # Read without moving the place at which the others go on writing.
        said = os.pread(self._errors.fileno(), 100_000, 0).decode(errors="replace")
        lines = said.strip().splitlines()
        why = reason or (lines[-1] if lines else "no answer in time")
        return ForkFailed(
            f"The sandbox of a notebook did not start ({why:.200}). Look at the machine's load and "
            "free memory, then try again."
        )


def _covered() -> list[str]:
    """Give the places of Python's that lie below what a fork has anew."""
    covers = (Path("/tmp"), Path("/dev/shm"), HOME)  # noqa: S108
    return [str(at) for at in readable_places() if any(at.is_relative_to(c) for c in covers)]
