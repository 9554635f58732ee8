"""Runs the web service; the hub starts it as `python -m bootcamp.web`."""

from __future__ import annotations

import sys

from bootcamp.errors import BootcampError
from bootcamp.settings import DataFolder
from bootcamp.web.settings import WebSettings


def main() -> int:
    """Serve until told to stop; give the exit status."""
    import uvicorn  # noqa: PLC0415

    from bootcamp.web.app import create_app  # noqa: PLC0415

    try:
        settings = WebSettings.from_environment()
        app = create_app(settings, DataFolder.from_environment())
    except BootcampError as error:
        print(f"bootcamp.web: {error}", file=sys.stderr)
        return error.exit_status
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
