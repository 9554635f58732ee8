"""One citizen's click to a ready JupyterLab server, beside a stock JupyterHub in the same run.

Stock is JupyterHub as its documentation starts it without system users: `SimpleLocalProcessSpawner`
(no isolation at all), the same proxy, the same Python environment. Ours is `bootcamp up`: sandbox,
own user id, materials laid out. Both are asked by the hub's API for one server after another and
are ready when JupyterLab's page answers. Times are in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.conftest import eventually, free_port

from bootcamp.hub.demo import create_demo
from bootcamp.hub.settings import HubSettings
from bootcamp.hub.supervisor import Supervisor
from bootcamp.settings import DataFolder

_SERVICE = """
c.JupyterHub.services.append({{"name": "bench", "api_token": "{token}"}})
c.JupyterHub.load_roles.append({{"name": "bench", "services": ["bench"],
    "scopes": ["admin:users", "admin:servers", "access:servers"]}})
"""
_STOCK = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.SimpleLocalProcessSpawner.home_dir_template = "{home}/{{username}}"
c.Spawner.env_keep = ["PATH"]
c.Spawner.args = ["--allow-root"]
c.JupyterHub.db_url = "sqlite:///{home}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret = b"0" * 32
c.JupyterHub.cleanup_servers = True
"""


def time_starts(base: str, token: str, logins: list[str]) -> list[float]:
    """Start a server for each login, one after another; give seconds to a ready page."""
    seconds = []
    headers = {"Authorization": f"token {token}"}
    with httpx.Client(base_url=base, headers=headers, timeout=120) as client:
        for login in logins:
            client.post(f"/hub/api/users/{login}")
            started = time.perf_counter()
            client.post(f"/hub/api/users/{login}/server").raise_for_status()
            eventually(
                lambda path=f"/user/{login}/api/status": client.get(path).status_code == 200,
                within=120,
                every=0.02,
            )
            client.get(f"/user/{login}/lab").raise_for_status()
            seconds.append(time.perf_counter() - started)
            client.delete(f"/hub/api/users/{login}/server")
    return seconds


@contextmanager
def stock_hub(folder: Path, token: str) -> Iterator[str]:
    """Run a stock JupyterHub; give its address."""
    port = free_port()
    config = folder / "jupyterhub_config.py"
    text = _STOCK.format(port=port, hub_port=free_port(), proxy_port=free_port(), home=folder)
    config.write_text(text + _SERVICE.format(token=token))
    with (folder / "hub.log").open("wb") as log:
        hub = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=folder,
            stdout=log,
            stderr=log,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        )
    try:
        base = f"http://localhost:{port}"
        eventually(lambda: _up(f"{base}/hub/health"), within=60)
        yield base
    finally:
        hub.terminate()
        hub.wait(60)


@contextmanager
def our_hub(folder: Path, token: str) -> Iterator[str]:
    """Run our hub on a demo cohort; give its address."""
    data = DataFolder.at(folder / "data")
    create_demo(data)
    extra = data.root / "jupyterhub_config.d" / "bench.py"
    extra.parent.mkdir()
    extra.write_text(_SERVICE.format(token=token))
    supervisor = Supervisor(HubSettings(data, port=free_port()))
    try:
        yield supervisor.start().url
    finally:
        supervisor.stop()


def measure(starts: int) -> dict[str, Any]:
    """Measure both, the same number of starts each."""
    token = secrets.token_hex(16)
    logins = ["amina", "bruno", "chloe", "daniel", "elena", "felix"][:starts]
    figures: dict[str, Any] = {"starts": len(logins), "unit": "seconds"}
    with tempfile.TemporaryDirectory() as scratch:
        for name, hub in (("stock", stock_hub), ("ours", our_hub)):
            folder = Path(scratch) / name
            folder.mkdir()
            with hub(folder, token) as base:
                seconds = time_starts(base, token, logins)
            figures[name] = {
                "median": round(statistics.median(seconds), 3),
                "slowest": round(max(seconds), 3),
                "all": [round(s, 3) for s in seconds],
            }
    figures["ratio"] = round(figures["stock"]["median"] / figures["ours"]["median"], 2)
    figures["not_measured"] = ["forty starts at once", "memory a server"]
    return figures


def _up(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="for programs (always JSON)")
    parser.add_argument("--quick", action="store_true", help="one start each")
    arguments = parser.parse_args()
    print(json.dumps(measure(1 if arguments.quick else 6), indent=2))


if __name__ == "__main__":
    main()
