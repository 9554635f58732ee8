"""What a fork is given before anything of the citizen's runs in it: limits, and files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

__all__ = ["ForkLimits", "put_files", "read_file", "read_regular"]

_READ_SAFELY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class ForkLimits:
    """What one fork may take; `memory_bytes` of address space a process and of memory for all."""

    memory_bytes: int = 3 << 30
    file_bytes: int = 50_000_000
    disk_bytes: int = 256 << 20
    """All files in its home and in each of its scratch folders; they are kept in memory."""
    files: int = 20_000
    processes: int = 96

    def order(self, uid: int, folder: str) -> dict[str, Any]:
        """Give all that the warm parent is told: nothing in it is secret.

        The notebook runs in `folder`, below its home.
        """
        return {
            "uid": uid,
            "folder": folder,
            "memory_bytes": self.memory_bytes,
            "disk_bytes": self.disk_bytes,
            "files": self.files,
            "limits": {
                "AS": self.memory_bytes,
                "FSIZE": self.file_bytes,
                "NPROC": self.processes,
                "NOFILE": 512,
                "CORE": 0,
            },
        }


def put_files(
    home: int, name: str, files: Mapping[str, bytes], uid: int, *, read_only: bool = False
) -> int:
    """Put files into the folder `name` of a home, before anything runs there.

    They belong to `uid`, or with `read_only` to us. Gives a handle of the folder, for the caller
    to close.
    """
    owner = -1 if read_only else uid
    folder = _subfolder(home, name, owner)
    try:
        for path, content in files.items():
            *parents, last = PurePosixPath(path).parts
            with _descended(folder, parents, owner) as place:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
                with os.fdopen(os.open(last, flags, 0o644, dir_fd=place), "wb") as file:
                    file.write(content)
                    if read_only:
                        os.fchmod(file.fileno(), 0o444)
                    os.fchown(file.fileno(), owner, -1)
        if read_only:
            os.fchmod(folder, 0o555)
    except BaseException:
        os.close(folder)
        raise
    return folder


def read_file(folder: int, name: str, limit: int) -> bytes | None:
    """Give a regular file of at most `limit` bytes out of a folder that is the citizen's.

    None when it is none, or larger; links are not followed, and a pipe stops nobody.
    """
    try:
        return read_regular(Path(name), folder, limit)
    except OSError:
        return None


def read_regular(path: Path, folder: int | None, limit: int) -> bytes | None:
    """Give the content, None when it is above `limit` bytes; `path` is below `folder` if given.

    Raises:
        OSError: it is no regular file, or a link, or cannot be read.
    """
    handle = os.open(path, _READ_SAFELY, dir_fd=folder)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise FileNotFoundError(path)
        content = file.read(limit + 1)
    return content if len(content) <= limit else None


@contextmanager
def _descended(folder: int, parents: Sequence[str], uid: int) -> Iterator[int]:
    place = os.dup(folder)
    try:
        for name in parents:
            inner = _subfolder(place, name, uid)
            os.close(place)
            place = inner
        yield place
    finally:
        os.close(place)


def _subfolder(folder: int, name: str, uid: int) -> int:
    with suppress(FileExistsError):
        os.mkdir(name, 0o755, dir_fd=folder)
        os.chown(name, uid, -1, dir_fd=folder, follow_symlinks=False)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
