"""A server extension: a server with a running cell is never idle.

JupyterHub's culler goes by the last activity, and a long silent cell shows none
(jupyterhub#1498); this reports activity for as long as a kernel is busy.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tornado.ioloop import PeriodicCallback

_EVERY_MILLISECONDS = 30_000


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "bootcamp.hub.busy_kernels"}]


def _load_jupyter_server_extension(server: Any) -> None:
    def report() -> None:
        kernels = server.kernel_manager
        states = (kernels.get_kernel(kernel_id) for kernel_id in kernels.list_kernel_ids())
        if any(getattr(kernel, "execution_state", None) == "busy" for kernel in states):
            server.web_app.settings["api_last_activity"] = datetime.now(UTC)

    PeriodicCallback(report, _EVERY_MILLISECONDS).start()
