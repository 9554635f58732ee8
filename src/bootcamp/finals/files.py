"""Takes files out of folders that others can write to, without being led astray.

A link is never followed, a pipe never waited for, and nothing larger than its bound is read, even
while somebody changes the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootcamp.errors import FinalsError
from bootcamp.forks.home import read_regular
from bootcamp.spoken import texts

__all__ = [
    "CopyLimits",
    "copy_folder",
    "folder_content",
    "folder_hash",
    "json_bytes",
    "json_object",
    "read_below",
    "read_bounded",
    "read_json",
    "write_whole",
]

_ = texts("finals")

_OPEN_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_LEFT_OUT = frozenset({".ipynb_checkpoints", "__pycache__", ".git", "output"})


@dataclass(frozen=True)
class CopyLimits:
    """How much of a team's folder is taken."""

    files: int = 500
    bytes: int = 50_000_000


def read_bounded(path: Path, limit: int) -> bytes | None:
    """Give the content of a regular file of at most `limit` bytes, or None if it is no such."""
    try:
        return read_regular(path, None, limit)
    except OSError:
        return None


def read_below(root: Path, name: str, limit: int) -> bytes | None:
    """Give the content of `name` below `root`, as `read_bounded` does; no folder may be a link."""
    *folders, last = name.split("/")
    try:
        opened = os.open(root, _OPEN_FOLDER)
        try:
            for folder in folders:
                inner = os.open(folder, _OPEN_FOLDER, dir_fd=opened)
                os.close(opened)
                opened = inner
            return read_regular(Path(last), opened, limit)
        finally:
            os.close(opened)
    except OSError:
        return None


def copy_folder(source: Path, target: Path, limits: CopyLimits) -> list[str]:
    """Copy the regular files under `source` to the new folder `target`; give their names.

    Links, devices and the leftovers of notebooks (`.ipynb_checkpoints`, earlier output) stay out.

    Raises:
        FinalsError: the folder is missing, or holds more than `limits` allow.
    """
    if source.is_symlink() or not source.is_dir():
        raise FinalsError(
            _("There is no folder 'final' in the team's folder: put the notebooks there.")
        )
    target.mkdir(parents=True)
    names: list[str] = []
    left, entered = limits.bytes, 0
    for folder, folders, files, opened in os.fwalk(source, follow_symlinks=False):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        entered += len(folders)
        if entered > limits.files:
            raise _too_large(limits)
        relative = Path(folder).relative_to(source)
        for name in sorted(files):
            try:
                content = read_regular(Path(name), opened, left)
            except OSError:
                continue
            if content is None or len(names) >= limits.files:
                raise _too_large(limits)
            left -= len(content)
            (target / relative).mkdir(parents=True, exist_ok=True)
            (target / relative / name).write_bytes(content)
            names.append(str(relative / name))
    return names


def _too_large(limits: CopyLimits) -> FinalsError:
    return FinalsError(
        _(
            "The team's folder 'final' is too large: keep the notebooks and the few files they"
            " need, at most {files} and {megabytes} MB.",
            files=limits.files,
            megabytes=limits.bytes // 1_000_000,
        )
    )


def folder_content(folder: Path) -> dict[str, bytes]:
    """Give the files of a folder of our own by their names below it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def folder_hash(folder: Path) -> str:
    """Give a SHA-256 over the names and contents of the files in a folder of our own."""
    digest = hashlib.sha256()
    for name, content in folder_content(folder).items():
        digest.update(os.fsencode(name) + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` so that readers see the old file or the whole new one."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_bytes(content)
    draft.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Give what a file of ours holds; nothing when it is not there or was never whole."""
    try:
        return json_object(path.read_bytes())
    except OSError:
        return {}


def json_object(content: bytes | None) -> dict[str, Any]:
    """Give the JSON object that `content` holds, or an empty one when it holds none."""
    try:
        found = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Give the bytes of a file that `read_json` reads."""
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
