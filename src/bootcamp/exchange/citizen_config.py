"""The Jupyter settings of a citizen's server: nbgrader over HTTP, and only what a citizen needs.

The hub writes them into the folder that sandboxes see as `JUPYTER_CONFIG_PATH`, so that they stand
above the environment's own settings.
"""

from __future__ import annotations

from typing import Any

__all__ = ["NBGRADER_CONFIG", "PAGE_CONFIG", "SERVER_CONFIG"]

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
