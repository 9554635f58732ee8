"""`python -m bootcamp.gateway`: the gateway as the hub starts it."""

from __future__ import annotations

import contextlib
import os
import sys

from bootcamp.errors import BootcampError
from bootcamp.gateway.service import run
from bootcamp.handover import take_over

if __name__ == "__main__":
    try:
        # The hub ends its services with SIGINT, which uvicorn passes on after it has shut down.
        with contextlib.suppress(KeyboardInterrupt):
            take_over(os.environ)
            run(os.environ)
    except BootcampError as error:
        sys.exit(f"bootcamp gateway: {error}")
