"""Serves a gateway: in the foreground as a hub service, or in a thread for runs and tests."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from bootcamp.errors import BootcampError, PortInUse

__all__ = ["Served", "listen", "serve", "serve_in_thread", "short_way"]

_START_SECONDS = 15.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.005


@dataclass(frozen=True)
class Served:
    """Where a gateway answers; with a socket file, `base_url` is for a client bound to it."""

    base_url: str
    port: int | None = None
    uds: Path | None = None


def listen(
    *, uds: Path | None = None, port: int | None = None, uds_mode: int = 0o600
) -> socket.socket:
    """Bind a socket file, or a port of the loopback interface (0 or None: any free one).

    Raises:
        PortInUse: another program has the port.
    """
    if uds is not None:
        with contextlib.suppress(FileNotFoundError):
            uds.unlink()
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with short_way(uds) as way:
            bound.bind(way)
        uds.chmod(uds_mode)
        return bound
    # asyncio turns Nagle's delay (40 ms an answer) off only where the protocol is named.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port or 0))
    except OSError as error:
        bound.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortInUse(
            f"The gateway's port {port} is in use by another program. Stop that, or set "
            "BOOTCAMP_GATEWAY_PORT to a free one."
        ) from None
    return bound


@contextlib.contextmanager
def short_way(uds: Path) -> Iterator[str]:
    """Give a path to a socket file that fits into the 107 bytes allowed, however deep it lies."""
    folder = os.open(uds.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{uds.name}"
    finally:
        os.close(folder)


def serve(app: ASGIApp, *bound: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    _server(app).run(sockets=list(bound))


@contextlib.contextmanager
def serve_in_thread(
    app: ASGIApp, *, uds: Path | None = None, port: int | None = None, uds_mode: int = 0o600
) -> Iterator[Served]:
    """Serve while the context lasts; it is entered when the gateway answers.

    Raises:
        PortInUse: another program has the port.
        BootcampError: the gateway did not start in time.
    """
    bound = listen(uds=uds, port=port, uds_mode=uds_mode)
    server = _server(app)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [bound]}, name="gateway", daemon=True
    )
    thread.start()
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise BootcampError("The gateway did not start; the log above says why.")
            time.sleep(_POLL_SECONDS)
        taken = None if uds is not None else int(bound.getsockname()[1])
        yield Served(f"http://127.0.0.1:{taken}/v1" if taken else "http://gateway/v1", taken, uds)
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        bound.close()
        if uds is not None:
            with contextlib.suppress(FileNotFoundError):
                uds.unlink()


def _server(app: ASGIApp) -> uvicorn.Server:
    # No access log: its lines would hold nothing that the usage records lack.
    return uvicorn.Server(
        uvicorn.Config(
            app,
            # Named, so that a missing one is an error at the start and not a slow gateway.
            loop="uvloop",
            http="httptools",
            access_log=False,
            proxy_headers=False,
            log_config=None,
            server_header=False,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=5,
            timeout_keep_alive=75,
        )
    )
