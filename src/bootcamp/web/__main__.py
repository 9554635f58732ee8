"""Runs the web service; the hub starts it as `python -m bootcamp.web`."""

from __future__ import annotations

import contextlib
import socket
import sys

from bootcamp.errors import BootcampError
from bootcamp.lean import without_slow_imports
from bootcamp.settings import DataFolder
from bootcamp.web.settings import WebSettings


def main() -> int:
    """Serve until told to stop; give the exit status."""
    without_slow_imports()
    try:
        settings = WebSettings.from_environment()
        # Listening comes before the slow imports: the hub waits for an answer before it goes on,
        # and early visitors wait in line for the second that the rest takes.
        listening = socket.create_server((settings.host, settings.port), backlog=256)

        import uvicorn  # noqa: PLC0415

        from bootcamp.web.app import create_app  # noqa: PLC0415

        app = create_app(settings, DataFolder.from_environment())
    except BootcampError as error:
        print(f"bootcamp.web: {error}", file=sys.stderr)
        return error.exit_status
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3)
    )
    with contextlib.suppress(KeyboardInterrupt):  # the hub's way to stop a service
        server.run(sockets=[listening])
    return 0


if __name__ == "__main__":
    sys.exit(main())
