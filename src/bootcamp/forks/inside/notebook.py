"""A notebook's kernel without its network: IPython's own shell, spoken to over one socket.

Cells behave as they do in a notebook: magics, top-level await, displays, figures, tracebacks.
The shell is made once, in the warm parent; `serve` runs in a fork, which belongs to the learner.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import getpass
import io
import os
import signal
import socket
import sys
import time
from types import SimpleNamespace
from typing import Any

from ipykernel import zmqshell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session
from traitlets.config import Config

from bootcamp.forks.inside import walls
from bootcamp.forks.inside.frames import packed, receive
from bootcamp.forks.inside.probe import answer

__all__ = ["make_shell", "serve"]

_MOST_OUTPUT_BYTES = 4_000_000
_FLUSH_BYTES = 64_000
_FLUSH_SECONDS = 0.2


class _Outlet(Session):
    """Stands where a notebook's messages go out: keeps them in bounds and frames them."""

    channel: socket.socket | None = None
    wanted = False
    lost = False

    def begin(self, *, wanted: bool) -> None:
        """Start anew for one cell; what is not wanted is dropped."""
        self.wanted, self.lost, self._room, self._pid = wanted, False, _MOST_OUTPUT_BYTES, _pid()

    def msg(self, msg_type: str, content: Any = None, *_: Any, **__: Any) -> dict[str, Any]:
        return {"header": {"msg_type": msg_type}, "content": content or {}}

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> None:
        message = msg_or_type
        if isinstance(message, str):
            message = self.msg(message, content)
        # A process that the cell has started would mix its bytes with ours.
        if self.channel is None or not self.wanted or _pid() != self._pid:
            return
        frame = packed({"output": message})
        self._room -= len(frame)
        if self._room < 0:
            self.lost = True
        else:
            self.channel.sendall(frame)


class _Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of the cells."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, number: int, outlet: _Outlet) -> None:
        self.name = name
        self._number = number
        self._outlet = outlet
        self._waiting: list[str] = []
        self._size = 0
        self._sent_at = 0.0
        self._owner = _pid()

    def own(self) -> None:
        """Belong to this process from now on."""
        self._owner = _pid()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._number

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if _pid() != self._owner:
            os.write(self._number, text.encode(errors="replace"))
            return len(text)
        if self._size > _MOST_OUTPUT_BYTES:
            self._outlet.lost = True
            return len(text)
        if len(text) > _MOST_OUTPUT_BYTES:
            self._outlet.lost = True
        self._waiting.append(text[:_MOST_OUTPUT_BYTES])
        self._size += len(text)
        now = time.monotonic()
        if self._size > _FLUSH_BYTES or now - self._sent_at > _FLUSH_SECONDS:
            self._sent_at = now
            self.flush()
        return len(text)

    def flush(self) -> None:
        if _pid() != self._owner or not self._waiting:
            return
        text, self._waiting, self._size = "".join(self._waiting), [], 0
        for start in range(0, len(text), _FLUSH_BYTES):
            piece = text[start : start + _FLUSH_BYTES]
            self._outlet.send(None, "stream", {"name": self.name, "text": piece})


class ZMQInteractiveShell(zmqshell.ZMQInteractiveShell):
    """The shell of a notebook; under its usual name, which libraries look for."""

    def enable_gui(self, gui: Any = None) -> None:
        """There are no windows in here."""


def make_shell() -> Any:
    """Make the one shell of this process; no thread and no socket comes with it."""
    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = ZMQInteractiveShell.instance(config=config, kernel=SimpleNamespace(eventloop=None))
    outlet = _Outlet()
    senders: list[Any] = [shell.displayhook, shell.display_pub]
    for sender in senders:
        sender.session, sender.pub_socket = outlet, True
    sys.displayhook = shell.displayhook
    return shell


def serve(channel: socket.socket, shell: Any) -> None:
    """Run cells and answer questions until the channel is closed."""
    outlet: _Outlet = shell.displayhook.session
    outlet.channel = channel
    outlet.begin(wanted=False)
    printed = _Printed()
    with contextlib.suppress(OSError):  # a system without seccomp(2) still grades
        walls.forbid_memory_of_nobody()
    streams = _Stream("stdout", 1, outlet), _Stream("stderr", 2, outlet)
    sys.stdout, sys.stderr = streams
    builtins.input = getpass.getpass = _no_input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(channel, _Cells(shell, outlet, printed)))


class _Printed:
    """What processes print past Python, from descriptors 1 and 2: kept in memory for each cell."""

    def __init__(self) -> None:
        self._file = os.memfd_create("printed")
        os.set_inheritable(self._file, True)
        os.dup2(self._file, 1)
        os.dup2(self._file, 2)

    def take(self) -> str:
        """Give the text since the last time, and forget it."""
        size = os.fstat(self._file).st_size
        if not size:
            return ""
        content = os.pread(self._file, min(size, _MOST_OUTPUT_BYTES), 0)
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        return content.decode(errors="replace")


class _Cells:
    """Does what the other side asks for."""

    def __init__(self, shell: Any, outlet: _Outlet, printed: _Printed) -> None:
        self._shell = shell
        self._outlet = outlet
        self._printed = printed

    async def run(self, code: str) -> dict[str, Any]:
        """Run one cell; its outputs go out as they come."""
        shell = self._shell
        self._outlet.begin(wanted=True)
        await self._interruptible(code)
        sys.stdout.write(self._printed.take())
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        return {"execution_count": shell.execution_count - 1, "output_lost": self._outlet.lost}

    async def _interruptible(self, code: str) -> None:
        shell, problem = self._shell, None
        try:
            transformed = shell.transform_cell(code)
        except Exception:  # the shell shows it as the cell's own error
            transformed, problem = code, sys.exc_info()
        given = {"transformed_cell": transformed, "preprocessing_exc_tuple": problem}
        if not shell.should_run_async(code, **given):
            signal.signal(signal.SIGINT, signal.default_int_handler)
            shell.run_cell(code, store_history=True)
            return
        task = asyncio.ensure_future(shell.run_cell_async(code, store_history=True, **given))
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(task.cancel))
        result = await task
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answer a check's question with plain values; what its code prints is dropped."""
        self._outlet.begin(wanted=False)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        text = answer(self._shell.user_ns, question)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        return {"answer": text}


async def _serve(channel: socket.socket, cells: _Cells) -> None:
    loop = asyncio.get_running_loop()
    while True:
        arrived = asyncio.Event()
        loop.add_reader(channel, arrived.set)
        await arrived.wait()
        loop.remove_reader(channel)
        request = receive(channel)
        if request is None:
            return
        done: dict[str, Any] = {}
        try:
            if "environ" in request:
                os.environ.update(request["environ"])
            else:
                done = await (
                    cells.run(request["run"]) if "run" in request else cells.ask(request["ask"])
                )
        except (Exception, asyncio.CancelledError, KeyboardInterrupt, SystemExit):  # noqa: S110
            pass  # a learner's code that breaks the shell has no answer
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        channel.sendall(packed({"done": done, "number": request["number"]}))


def _no_input(*_: Any, **__: Any) -> str:
    raise StdinNotImplementedError("Nobody is here to type an answer: input() cannot be used.")


_pid = os.getpid
