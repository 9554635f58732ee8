"""The Jupyter settings of a citizen's server: nbgrader over HTTP, and only what a citizen needs.

The folder that `write_citizen_config` fills is bound read-only into the sandbox and named by
`JUPYTER_CONFIG_PATH`, so it stands above the environment's own settings.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["NBGRADER_CONFIG", "PAGE_CONFIG", "SERVER_CONFIG", "write_citizen_config"]

_PLUGINS = "bootcamp.exchange.plugins"

NBGRADER_CONFIG: dict[str, Any] = {
    "CourseDirectory": {"course_id": "bootcamp"},
    "ExchangeFactory": {
        "exchange": f"{_PLUGINS}.HubExchange",
        "list": f"{_PLUGINS}.List",
        "fetch_assignment": f"{_PLUGINS}.FetchAssignment",
        "fetch_feedback": f"{_PLUGINS}.FetchFeedback",
        "submit": f"{_PLUGINS}.Submit",
        "release_assignment": f"{_PLUGINS}.ReleaseAssignment",
        "collect": f"{_PLUGINS}.Collect",
        "release_feedback": f"{_PLUGINS}.ReleaseFeedback",
    },
}
"""For nbgrader, in a server's assignment list and on its command line."""

SERVER_CONFIG: dict[str, Any] = {
    "ServerApp": {
        "jpserver_extensions": {
            "nbgrader.server_extensions.assignment_list": True,
            "nbgrader.server_extensions.validate_assignment": True,
            "nbgrader.server_extensions.course_list": False,
            "nbgrader.server_extensions.formgrader": False,
        }
    }
}
"""For the server: a citizen lists and validates, and does not grade."""

PAGE_CONFIG: dict[str, Any] = {
    "disabledExtensions": {
        "@jupyter/nbgrader:course-list": True,
        "@jupyter/nbgrader:create-assignment": True,
        "@jupyter/nbgrader:formgrader": True,
    }
}
"""For JupyterLab's page: what the server does not offer has no button either."""


def write_citizen_config(folder: Path) -> Path:
    """Write the settings below `folder`, readable by everyone, and give it back."""
    for name, content in (
        ("nbgrader_config.json", NBGRADER_CONFIG),
        ("jupyter_server_config.json", SERVER_CONFIG),
        ("labconfig/page_config.json", PAGE_CONFIG),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o755)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        path.chmod(0o644)
    return folder
