"""A notebook's process behind its walls, spoken to over one private socket.

The other side belongs to the learner: every message from it is bounded in size and number, and may
be anything. Nothing here evaluates or unpickles what it sends.
"""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from bootcamp.forks.inside.frames import HEADER, packed
from bootcamp.forks.warm import Fork

__all__ = ["Kernel", "KernelDied", "KernelHangs"]

# What cells put out is bounded inside already; whoever goes beyond this has changed that.
_MOST_FRAME_BYTES = 8_000_000
_MOST_ANSWER_BYTES = 32_000_000
_INTERRUPT_SECONDS = 3.0

OnOutput = Callable[[dict[str, Any]], None]


class KernelDied(Exception):
    """The learner's process ended, by itself or because it had to be killed."""


class KernelHangs(Exception):
    """The code took longer than it may; it was interrupted, and the process still answers."""


class Kernel:
    """One fork as a notebook kernel, used by one thread."""

    def __init__(self, fork: Fork) -> None:
        self._fork = fork
        self._number = 0
        self._buffer = bytearray()
        self._room = 0
        self.alive = True
        """Whether code can still be run, as far as is known."""
        fork.channel.setblocking(False)
        fork.keeper.setblocking(False)

    def run(self, code: str, *, seconds: float, on_output: OnOutput) -> dict[str, Any]:
        """Run a cell for at most `seconds`, hand its outputs on, and give what is said at its end.

        Raises:
            KernelHangs: it was interrupted after that time.
            KernelDied: the process is gone.
        """
        return self._asked({"run": code}, seconds, on_output)

    def ask(self, question: Mapping[str, Any], *, seconds: float) -> dict[str, Any]:
        """Ask a question (see `bootcamp.forks.inside.probe`) for at most `seconds`.

        Raises:
            KernelHangs: it was interrupted after that time.
            KernelDied: the process is gone.
        """
        return self._asked({"ask": question}, seconds, lambda _output: None)

    def set_environment(self, values: Mapping[str, str], *, seconds: float = 10.0) -> None:
        """Give the notebook's process variables that the warm parent must not see, such as a key.

        Raises:
            KernelHangs: it does not answer in time.
            KernelDied: the process is gone.
        """
        self._asked({"environ": dict(values)}, seconds, lambda _output: None)

    def end(self) -> None:
        """End it from another thread: whoever waits for it is told that it died."""
        for channel in (self._fork.channel, self._fork.keeper):
            with suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)

    def _asked(
        self, request: dict[str, Any], seconds: float, on_output: OnOutput
    ) -> dict[str, Any]:
        self._number += 1
        self._room = _MOST_ANSWER_BYTES
        deadline = time.monotonic() + seconds
        self._send(packed({**request, "number": self._number}), deadline)
        done = self._done(deadline, on_output)
        if done is not None:
            return done
        try:
            self._fork.keeper.send(b"i")
        except OSError:
            raise self._died() from None
        if self._done(time.monotonic() + _INTERRUPT_SECONDS, on_output) is None:
            raise self._died()
        raise KernelHangs

    def _send(self, frame: bytes, deadline: float) -> None:
        view = memoryview(frame)
        while view and self.alive:
            try:
                view = view[self._fork.channel.send(view) :]
            except BlockingIOError:
                _ready({self._fork.channel: select.POLLOUT}, 0.2)
                if time.monotonic() > deadline:
                    raise self._died() from None
            except OSError:
                raise self._died() from None
        if not self.alive:
            raise KernelDied

    def _done(self, deadline: float, on_output: OnOutput) -> dict[str, Any] | None:
        """Take what comes until the request is done; None when time is up."""
        while True:
            for message in self._messages():
                output, done = message.get("output"), message.get("done")
                if isinstance(output, dict):
                    on_output(output)
                elif isinstance(done, dict) and message.get("number") == self._number:
                    return done
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._wait(left)

    def _wait(self, seconds: float) -> None:
        """Wait for bytes.

        Raises:
            KernelDied: there are none and never will be.
        """
        channel, keeper = self._fork.channel, self._fork.keeper
        if not _ready({channel: select.POLLIN, keeper: select.POLLIN}, seconds):
            return
        try:
            piece = channel.recv(1 << 20)
        except OSError:  # nothing there: it was the keeper, who only ever speaks by ending
            piece = b""
        self._room -= len(piece)
        if not piece or self._room < 0:
            raise self._died()
        self._buffer += piece

    def _messages(self) -> Iterator[dict[str, Any]]:
        """Give the whole messages that have arrived; what is none is passed over."""
        while len(self._buffer) >= HEADER.size:
            (size,) = HEADER.unpack_from(self._buffer)
            if size > _MOST_FRAME_BYTES:
                raise self._died()
            end = HEADER.size + size
            if len(self._buffer) < end:
                return
            content = bytes(self._buffer[HEADER.size : end])
            del self._buffer[:end]
            try:
                message = json.loads(content)
            except (ValueError, RecursionError):
                continue
            if isinstance(message, dict):
                yield message

    def _died(self) -> KernelDied:
        self.alive = False
        return KernelDied()


def _ready(wanted: Mapping[socket.socket, int], seconds: float) -> bool:
    """Wait until one of these is ready; unlike select(2), for handles of any number."""
    poller = select.poll()
    for channel, event in wanted.items():
        poller.register(channel, event)
    return bool(poller.poll(max(1, int(seconds * 1000))))
