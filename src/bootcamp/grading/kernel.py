"""A notebook kernel inside a sandbox, spoken to over private sockets.

The kernel's side belongs to the learner: every message from it is bounded in size and number,
and may be anything. Nothing here evaluates or unpickles what it sends.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.session import Session

from bootcamp.errors import GradingError
from bootcamp.sandbox import Bind, Sandbox

__all__ = ["Kernel", "KernelDied", "KernelHangs"]

# A message above this breaks its connection: what a cell prints is bounded on our side too.
_MOST_MESSAGE_BYTES = 4_000_000
_MOST_QUEUED_MESSAGES = 64
_READY_SECONDS = 60.0
_INTERRUPT_SECONDS = 3.0
# After the reply, output that is still on its way has this long to arrive.
_TRAILING_SECONDS = 1.0
_CHANNELS = ("shell", "iopub", "stdin", "control", "hb")

OnOutput = Callable[[dict[str, Any]], None]


class KernelDied(Exception):
    """The learner's process ended, by itself or because it had to be killed."""


class KernelHangs(Exception):
    """The code took longer than it may; the kernel was interrupted and still answers."""


class Kernel:
    """One kernel for one submission; use it as a context manager, in one thread.

    `sandbox` is where it runs; `folder` is the working folder inside.
    """

    def __init__(self, sandbox: Sandbox, folder: str = ".") -> None:
        self._sandbox = sandbox
        self._folder = folder
        self._sockets: dict[str, zmq.Socket[bytes]] = {}
        self._alive = False
        self._replied_at = 0.0
        self.output_lost = False

    def __enter__(self) -> Kernel:
        # Short: a socket's path may have 107 bytes at most.
        self._private = Path(tempfile.mkdtemp(prefix="bl-"))
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether code can still be run."""
        return self._alive and self._process.poll() is None

    def execute(
        self,
        code: str,
        *,
        seconds: float,
        on_output: OnOutput | None = None,
        expressions: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Run `code` for at most `seconds` and give the reply's content.

        `output_lost` tells afterwards whether output was too much to be taken.

        Raises:
            KernelHangs: it was interrupted after that time.
            KernelDied: the kernel is gone.
        """
        if not self.alive:
            raise KernelDied
        request = self._send(
            "shell",
            "execute_request",
            {
                "code": code,
                "silent": on_output is None,
                "store_history": on_output is not None,
                "user_expressions": expressions or {},
                "allow_stdin": False,
                "stop_on_error": False,
            },
        )
        deadline = time.monotonic() + seconds
        reply = self._reply(request, deadline, on_output)
        if reply is None:
            self._send("control", "interrupt_request", {})
            reply = self._reply(request, time.monotonic() + _INTERRUPT_SECONDS, on_output)
            if reply is None:
                self.kill()
                raise KernelDied
            raise KernelHangs
        return reply

    def kill(self) -> None:
        """End the sandbox and every process in it."""
        self._alive = False
        process = getattr(self, "_process", None)
        if process is not None:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End the kernel and remove its sockets."""
        self.kill()
        for socket in self._sockets.values():
            socket.close(linger=0)
        if hasattr(self, "_context"):
            self._context.term()
        shutil.rmtree(self._private, ignore_errors=True)

    # Starting

    def _start(self) -> None:
        as_root = os.geteuid() == 0
        key = secrets.token_hex(32)
        connection = self._private / "connection.json"
        ports = {f"{name}_port": number for number, name in enumerate(_CHANNELS, 1)}
        address = {"transport": "ipc", "ip": str(self._private / "s"), **ports}
        signed = {"key": key, "signature_scheme": "hmac-sha256"}
        connection.write_text(json.dumps({**address, **signed, "kernel_name": ""}))
        if as_root:
            for path in (self._private, connection):
                os.chown(path, self._sandbox.uid, self._sandbox.gid)
        self._session = Session(key=key.encode(), username="grading")
        self._launch(connection)
        self._connect()
        self._wait_ready()
        if as_root:
            # The sockets are there: from now on the learner's side can put nothing in their place.
            os.chown(self._private, 0, 0)
            self._private.chmod(0o755)

    def _launch(self, connection: Path) -> None:
        sandbox = self._sandbox
        bind = Bind(self._private, writable=True)
        inside = replace(sandbox, binds=(*sandbox.binds, bind))
        argv = ["/usr/bin/env", "-C", self._folder, sys.executable, "-m", "ipykernel_launcher"]
        argv += ["-f", str(connection), "--HistoryManager.enabled=False"]
        # Its own output is noise: what cells print comes as messages.
        self._process = subprocess.Popen(
            inside.command(argv),
            env=inside.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            umask=inside.umask,
            start_new_session=True,
        )
        self._alive = True

    def _connect(self) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        kinds = {"shell": zmq.DEALER, "control": zmq.DEALER, "iopub": zmq.SUB}
        for channel, kind in kinds.items():
            socket = self._context.socket(kind)
            socket.setsockopt(zmq.MAXMSGSIZE, _MOST_MESSAGE_BYTES)
            socket.setsockopt(zmq.RCVHWM, _MOST_QUEUED_MESSAGES)
            socket.setsockopt(zmq.LINGER, 0)
            if kind == zmq.SUB:
                socket.setsockopt(zmq.SUBSCRIBE, b"")
            number = _CHANNELS.index(channel) + 1
            socket.connect(f"ipc://{self._private / 's'}-{number}")
            self._sockets[channel] = socket

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        heard = False
        while time.monotonic() < deadline and self._process.poll() is None:
            request = self._send("shell", "kernel_info_request", {})

            def listen(_message: dict[str, Any]) -> None:
                nonlocal heard
                heard = True

            answered = self._reply(request, time.monotonic() + 1.0, listen, trailing=heard)
            # Output is only certain to arrive once the output channel has been heard.
            if answered is not None and heard:
                return
        raise GradingError(
            "A notebook kernel did not start in its sandbox. Look at the machine's load and free "
            "memory, then grade again."
        )

    # Talking

    def _send(self, channel: str, kind: str, content: dict[str, Any]) -> str:
        message = self._session.msg(kind, content)
        self._session.send(self._sockets[channel], message)
        return str(message["header"]["msg_id"])

    def _reply(
        self, request: str, deadline: float, on_output: OnOutput | None, *, trailing: bool = True
    ) -> dict[str, Any] | None:
        """Wait for the reply to `request`, handing its output on; None when time is up."""
        reply: dict[str, Any] | None = None
        idle = False
        while True:
            limit = deadline
            if reply is not None:
                limit = min(deadline + _TRAILING_SECONDS, self._replied_at + _TRAILING_SECONDS)
            left = limit - time.monotonic()
            self.output_lost = reply is not None and not idle
            if left <= 0 or (reply is not None and (idle or not trailing)):
                return reply
            for channel, message in self._arrived(min(left, 0.5)):
                if message.get("parent_header", {}).get("msg_id") != request:
                    continue
                if channel == "shell":
                    reply, self._replied_at = message["content"], time.monotonic()
                    continue
                state = message["content"].get("execution_state")
                idle = idle or (message["header"]["msg_type"] == "status" and state == "idle")
                if on_output is not None:
                    on_output(message)

    def _arrived(self, seconds: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the messages that wait on the shell and the output channel.

        Raises:
            KernelDied: none waits and the kernel's process is gone.
        """
        poller = zmq.Poller()
        names = {self._sockets[name]: name for name in ("shell", "iopub")}
        for socket in names:
            poller.register(socket, zmq.POLLIN)
        ready = poller.poll(max(1, int(seconds * 1000)))
        if not ready and self._process.poll() is not None:
            self._alive = False
            raise KernelDied
        for socket, _ in ready:
            message = self._read(socket)
            if message is not None:
                yield names[socket], message

    def _read(self, socket: Any) -> dict[str, Any] | None:
        # Whatever the learner's side sends, a message that is none is passed over.
        with suppress(Exception):
            message = self._session.recv(socket, mode=zmq.NOBLOCK, content=True, copy=True)[1]
            if isinstance(message, dict) and isinstance(message.get("content"), dict):
                return message
        return None
