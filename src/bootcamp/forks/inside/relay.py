"""The way from a sandbox without a network to the model: its own loopback, passed on to a socket.

Started by the warm parent as a process of its own, without any privilege. It copies bytes, and
knows nothing of them; every notebook brings its own key.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable

from bootcamp.forks.inside import walls

__all__ = ["MODEL_PORT", "MODEL_SOCKET", "main", "pass_on"]

MODEL_SOCKET = "/run/model.sock"
MODEL_PORT = 8765
_BLOCK = 65_536
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _serve() -> None:
    server = await asyncio.start_server(_passed_on, "127.0.0.1", MODEL_PORT)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


async def _passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await pass_on(reader, writer, asyncio.open_unix_connection(MODEL_SOCKET))


async def pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connecting: Awaitable[_Streams]
) -> None:
    """Copy bytes both ways between a caller and whom it wants, until one of them hangs up."""
    try:
        there, back = await connecting
    except OSError:
        writer.close()
        return
    await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while block := await reader.read(_BLOCK):
            writer.write(block)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def main() -> None:
    """Serve until the parent ends."""
    walls.die_with_parent()
    walls.drop_capabilities()
    asyncio.run(_serve())


if __name__ == "__main__":
    main()
