"""What every citizen's JupyterLab is set to: calm for novices, closed to the outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bootcamp.exchange.citizen_config import NBGRADER_CONFIG, PAGE_CONFIG, SERVER_CONFIG

__all__ = ["write_server_config"]

_JUPYTER_SERVER: dict[str, Any] = {
    "ServerApp": {
        # Novices need notebooks; a terminal only adds ways to get lost.
        "terminals_enabled": False,
        "jpserver_extensions": {"bootcamp.hub.busy_kernels": True, "bootcamp.hub.lab_style": True},
    },
    # Kernels listen on sockets in the home. On a TCP port of this machine, any other citizen could
    # subscribe to what a notebook prints: that channel is signed, not closed.
    "ConnectionFileMixin": {"transport": "ipc"},
    "LabApp": {"news_url": None, "extension_manager": "readonly", "custom_css": True},
    # A notebook in the file browser is never thrown away for good.
    "FileContentsManager": {"delete_to_trash": True},
}

# What a check says is read as prose: JupyterLab would break its lines in the middle of a word.
# Its own style sheets come later, so ours has to be the more exact one.
_STYLE = """body .jp-RenderedText pre { word-break: normal; overflow-wrap: anywhere; }
"""

_PAGE: dict[str, Any] = {
    "disabledExtensions": {
        # Asks for news from the internet at the first start.
        "@jupyterlab/apputils-extension:announcements": True,
        "@jupyterlab/extensionmanager-extension:plugin": True,
        # Text notebooks are how the course is written, not how it is taken.
        "jupyterlab-jupytext": True,
    },
}


def write_server_config(run_folder: Path) -> Path:
    """Write the folder that sandboxes see as /etc/jupyter, and give it."""
    folder = run_folder / "jupyter"
    settings = {
        "jupyter_server_config.json": _merged(_JUPYTER_SERVER, SERVER_CONFIG),
        "labconfig/page_config.json": _merged(_PAGE, PAGE_CONFIG),
        "nbgrader_config.json": NBGRADER_CONFIG,
    }
    files = {name: json.dumps(told, indent=2) + "\n" for name, told in settings.items()}
    for name, text in {**files, "custom/custom.css": _STYLE}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
        for place in (folder, path.parent):
            place.chmod(0o755)
    return folder


def _merged(ours: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Give both settings in one, section by section."""
    merged = {**ours, **more}
    for section in ours.keys() & more.keys():
        if isinstance(ours[section], dict):
            merged[section] = _merged(ours[section], more[section])
    return merged
