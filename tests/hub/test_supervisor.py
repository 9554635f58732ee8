"""Starting and stopping a bootcamp, with real processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from bootcamp.hub import supervisor
from tests.conftest import (
    PASSWORD,
    Bootcamp,
    bootcamp,
    eventually,
    free_port,
    processes_of,
    start_bootcamp,
    xsrf_of,
)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Bootcamp]:
    """A bootcamp of one's own, to stop and kill."""
    running = start_bootcamp(tmp_path / "data")
    yield running
    running.stop()


def all_below(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def test_prints_address_and_an_invitation_for_each_person(hub: Bootcamp) -> None:
    assert hub.url in hub.printed
    assert len(hub.links) == 7
    assert httpx.get(f"{hub.url}/hub/login").status_code == 200


def test_login_lands_on_the_home_page(hub: Bootcamp) -> None:
    client = hub.visitor("felix")
    assert client.get("/").url.path == "/services/bootcamp/"


def test_status_shows_what_runs(hub: Bootcamp) -> None:
    shown = hub.cli("status").stdout
    assert hub.url in shown
    assert "NOT RUNNING" not in shown
    assert "practice-1" in shown


def test_second_up_on_the_same_folder_says_that_one_runs(hub: Bootcamp) -> None:
    second = bootcamp("up", "--port", str(free_port()), data=hub.data)
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "already runs" in second.stderr
    assert hub.url in second.stderr


def test_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = bootcamp("up", "--port", str(port), data=tmp_path / "data")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert f"Port {port}" in answer.stderr


def test_missing_bubblewrap_is_refused_with_what_to_install(tmp_path: Path) -> None:
    # A PATH with everything but bubblewrap.
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("setpriv", "prlimit"):
        (tools / name).symlink_to(str(shutil.which(name)))
    answer = bootcamp("up", data=tmp_path / "data", PATH=str(tools))
    assert answer.returncode == 1
    assert "bubblewrap" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_stop_returns_when_every_process_is_gone(own: Bootcamp) -> None:
    client = own.visitor("amina")
    page = client.get("/hub/spawn")
    assert page.status_code == 200
    eventually(lambda: "Servers running: 1" in own.cli("status").stdout)
    below = all_below(own.process.pid)
    assert len(below) > 5
    stopped = own.cli("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert [p for p in below if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []
    assert processes_of(own.data) == []
    again = own.cli("stop")
    assert again.returncode == 1
    assert "No bootcamp runs" in again.stderr


def test_all_ends_with_a_killed_supervisor_and_starts_again_until_ctrl_c(own: Bootcamp) -> None:
    client = own.visitor("amina")
    below = all_below(own.process.pid)
    own.process.kill()
    own.process.wait()
    eventually(lambda: not any(p.is_running() for p in below), within=30)
    restarted = start_bootcamp(own.data)
    try:
        # Links that were printed before still work, and Amina's password was kept.
        assert "6 people have an invitation link that still works" in restarted.printed
        fresh = httpx.Client(base_url=restarted.url, follow_redirects=True)
        assert fresh.get(own.links["felix"].replace(own.url, restarted.url)).status_code == 200
        form = {"username": "amina", "password": PASSWORD}
        form["_xsrf"] = xsrf_of(fresh.get("/hub/login").text)
        assert fresh.post("/hub/login", data=form).url.path == "/services/bootcamp/"
        restarted.process.send_signal(signal.SIGINT)
        assert restarted.process.wait(40) == 0
        assert processes_of(own.data) == []
    finally:
        client.close()
        fresh.close()
        restarted.stop()


def test_a_dead_hub_ends_the_command_with_a_word(own: Bootcamp) -> None:
    hub_process = next(p for p in psutil.Process(own.process.pid).children() if p.is_running())
    os.kill(hub_process.pid, signal.SIGKILL)
    assert own.process.wait(40) == 1
    assert processes_of(own.data) == []


def test_a_wrong_cohort_file_stops_the_start_with_one_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "cohort.toml").write_text("name = \n")
    answer = bootcamp("up", "--port", str(free_port()), data=data)
    assert answer.returncode == 1
    assert "line 1" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_another_programs_redirect_is_not_taken_for_a_service_of_ours(hub: Bootcamp) -> None:
    """The hub's own port sends `/health` on to a page that answers."""
    assert httpx.get(f"{hub.url}/health", follow_redirects=True).status_code == 200
    assert not supervisor._answers(f"{hub.url}/health")
    assert supervisor._answers(f"{hub.url}/hub/login")
