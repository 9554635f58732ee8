"""Ports of this machine that nobody uses, and that nobody is given while we start."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Collection
from pathlib import Path

from bootcamp.errors import BootcampError

__all__ = ["free_ports"]

_FIRST, _TRIES = 10_000, 1_000
# A port that is free when we look is taken a moment later by anyone's outgoing connection, if the
# system gives such connections ports from that range (RFC 6335: the ephemeral ones).
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_EPHEMERAL = 32_768


def free_ports(count: int, *, besides: Collection[int] = ()) -> list[int]:
    """Give `count` different loopback ports, none of them `besides`, below the ephemeral ones.

    Raises:
        BootcampError: there are not as many.
    """
    found: list[int] = []
    with contextlib.ExitStack() as held:
        for port in random.sample(_candidates(), _TRIES):
            if len(found) == count:
                break
            if port not in besides and _held(port, held):
                found.append(port)
    if len(found) < count:
        raise BootcampError(
            f"{count} free ports were not found on this machine; end what listens on so many."
        )
    return found


def _held(port: int, held: contextlib.ExitStack) -> bool:
    trial = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    try:
        trial.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def _candidates() -> range:
    try:
        ephemeral = int(_EPHEMERAL.read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        ephemeral = _USUAL_EPHEMERAL
    # A machine that gives nearly all ports to outgoing connections leaves no better choice.
    return range(_FIRST, ephemeral if ephemeral >= _FIRST + _TRIES else _USUAL_EPHEMERAL)
