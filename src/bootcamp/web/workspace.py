"""A person's own files, through the contents API of the person's own server.

The server belongs to its citizen, who may have changed anything in it. So it only ever gets that
citizen's own token, its answers are read up to a limit, and no redirect is followed.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import httpx

from bootcamp.errors import HandInRefused
from bootcamp.exchange.rules import KINDS, MOST_ARRIVING_BYTES, MOST_BYTES, MOST_FILES
from bootcamp.language import N_
from bootcamp.spoken import texts
from bootcamp.web.hub_api import WorkspaceUnavailable

__all__ = ["Workspace"]

_ = texts("pages")

# Forty such folders at once would not fit into memory; those of usual size never wait.
_one_large_at_a_time = asyncio.Lock()


class Workspace:
    """The home of one person, whose server runs."""

    def __init__(self, client: httpx.AsyncClient, server_url: str, token: str) -> None:
        self._client = client
        self._contents = f"{server_url.rstrip('/')}/api/contents"
        self._token = token

    async def put_missing(self, folder: str, files: Mapping[str, bytes]) -> list[str]:
        """Write the files that are not there yet into `folder`; what is there stays untouched.

        Returns the paths that were written.

        Raises:
            WorkspaceUnavailable: the server does not take them.
        """
        written = []
        for path, content in sorted(files.items()):
            target = PurePosixPath(folder) / path
            if await self._exists(str(target)):
                continue
            for parent in reversed(target.parents[:-1]):
                if not await self._exists(str(parent)):
                    await self._save(str(parent), {"type": "directory"})
            encoded = base64.b64encode(content).decode("ascii")
            await self._save(str(target), {"type": "file", "format": "base64", "content": encoded})
            written.append(str(target))
        return written

    async def read_folder(self, folder: str) -> dict[str, bytes]:
        """Give the files of known kinds that lie in `folder`, exactly as they are saved.

        Raises:
            HandInRefused: there is no such folder, or it is too big; nothing large is read.
            WorkspaceUnavailable: the server does not answer.
        """
        listing = await self._get(folder, {"type": "directory", "content": "1"})
        if listing is None or not isinstance(listing.get("content"), list):
            raise HandInRefused(
                _(
                    "There is no folder {folder} in your workspace. Choose “Open homework” first.",
                    folder=folder,
                )
            )
        chosen = [entry for entry in listing["content"] if _is_wanted(entry)]
        size = _moderate_size(folder, chosen)
        files: dict[str, bytes] = {}
        async with _turn(size) as most:
            for entry in chosen:
                name = str(entry["name"])
                content = await self._read(f"{folder}/{name}", most)
                if content is not None:  # None: removed since the listing
                    files[name] = content
        return files

    async def _read(self, path: str, most: int) -> bytes | None:
        # As a plain file in base64: also a damaged notebook arrives, byte for byte.
        query = {"type": "file", "format": "base64", "content": "1"}
        model = await self._get(path, query, most)
        if model is None:
            return None
        try:
            return base64.b64decode(str(model.get("content", "")))
        except binascii.Error:
            raise WorkspaceUnavailable(_(_NOT_UNDERSTOOD)) from None

    async def _exists(self, path: str) -> bool:
        return await self._get(path, {"content": "0"}) is not None

    async def _get(
        self, path: str, query: dict[str, str], most: int = MOST_BYTES
    ) -> dict[str, Any] | None:
        status, body = await self._ask("GET", path, most, params=query)
        if status == 404 or (status == 400 and query.get("type") == "directory"):
            return None
        return _model(status, body)

    async def _save(self, path: str, model: dict[str, str]) -> None:
        status, body = await self._ask("PUT", path, MOST_BYTES, json=model)
        if status in {403, 500}:
            raise WorkspaceUnavailable(
                _(
                    "Your workspace refused to write {path}. Is the disk full, or a file in the"
                    " way? Tell your facilitator.",
                    path=path,
                )
            )
        _model(status, body)

    async def _ask(self, method: str, path: str, most: int, **options: Any) -> tuple[int, bytes]:
        url = f"{self._contents}/{quote(path)}"
        headers = {"Authorization": f"token {self._token}"}
        try:
            async with self._client.stream(
                method, url, headers=headers, follow_redirects=False, **options
            ) as answer:
                return answer.status_code, await _limited(answer, most)
        except httpx.HTTPError:
            raise WorkspaceUnavailable(
                _("Your workspace does not answer. Wait a moment and try again.")
            ) from None


_NOT_UNDERSTOOD = N_(
    "Your workspace gave an answer that cannot be read. Stop and open the lab again, then retry."
)


@asynccontextmanager
async def _turn(size: int) -> AsyncIterator[int]:
    """Wait until there is room for `size` bytes; give the most that one file may then have."""
    if size <= MOST_BYTES:
        yield MOST_BYTES
        return
    async with _one_large_at_a_time:
        yield MOST_ARRIVING_BYTES


async def _limited(answer: httpx.Response, most: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        # Base64 takes four bytes for three; the rest of an answer is small.
        if len(body) > most * 4 // 3 + 1_000_000:
            raise HandInRefused(
                _(
                    "A file in this folder is larger than {most} MB. Clear its outputs, or move it"
                    " elsewhere.",
                    most=most // 1_000_000,
                )
            )
    return bytes(body)


def _model(status: int, body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not 200 <= status < 300 or not isinstance(content, dict):
        raise WorkspaceUnavailable(_(_NOT_UNDERSTOOD))
    return content


def _is_wanted(entry: Any) -> bool:
    if not isinstance(entry, dict) or entry.get("type") == "directory":
        return False
    name = str(entry.get("name", ""))
    return (
        PurePosixPath(name).suffix.lower() in KINDS and not name.startswith(".") and "/" not in name
    )


def _size(entry: dict[str, Any]) -> int:
    size = entry.get("size")
    return size if isinstance(size, int) else 0


def _moderate_size(folder: str, entries: list[dict[str, Any]]) -> int:
    """Give the bytes that the listing promises; what outputs take is cleared at hand-in."""
    if len(entries) > MOST_FILES:
        raise HandInRefused(
            _(
                "The folder {folder} holds {count} files; at most {most} can be handed in. Move"
                " what is not part of the homework elsewhere.",
                folder=folder,
                count=len(entries),
                most=MOST_FILES,
            )
        )
    size = sum(_size(entry) for entry in entries)
    if size > MOST_ARRIVING_BYTES:
        largest = max(entries, key=_size)
        raise HandInRefused(
            _(
                "The folder {folder} is too big to hand in ({size:.0f} MB of at most {most}). Its"
                " largest file is {name}: clear its outputs, or move it elsewhere.",
                folder=folder,
                size=size / 1e6,
                most=MOST_ARRIVING_BYTES // 1_000_000,
                name=largest["name"],
            )
        )
    return size
