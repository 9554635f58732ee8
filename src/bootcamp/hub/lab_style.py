"""A server extension: JupyterLab takes our few lines of style from `/etc/jupyter/custom`.

Jupyter Server knows the folder of `custom.css` as a setting of the application, which no
configuration file reaches. It is set before JupyterLab, a later extension, reads it.
"""

from __future__ import annotations

from typing import Any

__all__ = ["FOLDER"]

FOLDER = "/etc/jupyter/custom"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "bootcamp.hub.lab_style"}]


def _load_jupyter_server_extension(server: Any) -> None:
    server.web_app.settings["static_custom_path"] = [FOLDER]
