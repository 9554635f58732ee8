"""Ports that are chosen are free, different, and not given to anyone's outgoing connection."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bootcamp.errors import BootcampError
from bootcamp.hub import ports, supervisor
from bootcamp.hub.settings import HubSettings
from bootcamp.settings import DataFolder

EPHEMERAL = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


def test_they_differ_and_lie_below_the_ephemeral_ones() -> None:
    chosen = ports.free_ports(50)
    assert len(set(chosen)) == 50
    assert max(chosen) < EPHEMERAL


def test_one_that_is_used_or_excluded_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    free = ports.free_ports(4)
    monkeypatch.setattr(ports, "_candidates", lambda: free)
    monkeypatch.setattr(ports, "_TRIES", 4)
    with socket.socket() as used:
        used.bind(("127.0.0.1", free[0]))
        used.listen()
        assert set(ports.free_ports(2, besides=[free[1]])) == {free[2], free[3]}
        with pytest.raises(BootcampError, match="3 free ports"):
            ports.free_ports(3, besides=[free[1]])


@pytest.mark.parametrize("said", ["1024 65535", "", "many"])
def test_a_machine_whose_ephemeral_range_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    told = tmp_path / "range"
    told.write_text(said)
    monkeypatch.setattr(ports, "_EPHEMERAL", told)
    assert 10_000 <= ports.free_ports(1)[0] < 32_768


def test_the_public_port_is_never_one_of_the_inner_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It once was the gateway's, which then never started, and no-one was told."""
    free = ports.free_ports(5)
    monkeypatch.setattr(ports, "_candidates", lambda: free)
    monkeypatch.setattr(ports, "_TRIES", 5)
    settings = supervisor._with_free_ports(HubSettings(DataFolder.at(tmp_path), port=free[0]))
    inner = {settings.hub_api_port, settings.proxy_api_port}
    inner |= {settings.web_port, settings.gateway_port}
    assert inner == set(free[1:])
