"""Frames on a stream socket: four bytes of length, then JSON. Both sides of the wall use it."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

__all__ = ["HEADER", "packed", "receive"]

HEADER = struct.Struct("!I")


def packed(message: Any) -> bytes:
    """Give the frame of a JSON-like message."""
    content = json.dumps(message).encode()
    return HEADER.pack(len(content)) + content


def receive(channel: socket.socket) -> Any | None:
    """Wait for one message of a trusted sender; None when the channel is closed."""
    header = _exactly(channel, HEADER.size)
    content = _exactly(channel, HEADER.unpack(header)[0]) if header else None
    return None if content is None else json.loads(content)


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    content = bytearray()
    while len(content) < size:
        piece = channel.recv(size - len(content))
        if not piece:
            return None
        content += piece
    return bytes(content)
