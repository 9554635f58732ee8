"""What citizens' JupyterLab servers are set to."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from bootcamp.hub.server_config import write_server_config
from tests.conftest import Bootcamp
from tests.hub.kernels import RemoteKernel


def read(folder: Path, name: str = "jupyter_server_config.json") -> dict[str, dict[str, object]]:
    settings: dict[str, dict[str, object]] = json.loads((folder / name).read_text())
    return settings


def test_citizens_can_read_it_and_only_its_owner_can_write_it(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        folder = write_server_config(tmp_path / "run")
    finally:
        os.umask(before)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644), path


def test_writing_again_gives_the_same(tmp_path: Path) -> None:
    folder = write_server_config(tmp_path)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert write_server_config(tmp_path) == folder
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_novices_meet_no_terminal_and_no_news(tmp_path: Path) -> None:
    folder = write_server_config(tmp_path)
    assert read(folder)["ServerApp"]["terminals_enabled"] is False
    assert read(folder)["LabApp"]["news_url"] is None
    off = read(folder, "labconfig/page_config.json")["disabledExtensions"]
    assert isinstance(off, dict)
    assert off["@jupyterlab/apputils-extension:announcements"] is True


def test_a_running_cell_counts_as_activity(tmp_path: Path) -> None:
    extensions = read(write_server_config(tmp_path))["ServerApp"]["jpserver_extensions"]
    assert isinstance(extensions, dict)
    assert extensions["bootcamp.hub.busy_kernels"] is True


def test_what_a_notebook_prints_reaches_nobody_else_and_breaks_between_words(hub: Bootcamp) -> None:
    with RemoteKernel(hub, "elena") as kernel:
        printed = kernel.run(
            "import json; from ipykernel.connect import get_connection_info\n"
            "print(json.loads(get_connection_info())['transport'])"
        )
        style = kernel.http.get("/user/elena/custom/custom.css")
        page = kernel.http.get("/user/elena/lab").text
    assert printed.strip() == "ipc"
    # JupyterLab would break what a check says in the middle of a word.
    assert "word-break: normal" in style.text
    assert "custom/custom.css" in page
