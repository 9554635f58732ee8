"""Runs a command as an ordinary user of this machine, for tests that themselves run as root."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import bootcamp

__all__ = ["UID", "as_ordinary_user"]

UID = 1000


def as_ordinary_user(argv: Sequence[str], *, owned: Path) -> list[str]:
    """Give the command that runs `argv` as the user `UID`, to whom `owned` is given.

    Folders of root's own, such as its home, are replaced by open ones that hold what Python needs.
    """
    for path in (owned, *owned.rglob("*")):
        os.chown(path, UID, UID, follow_symlinks=False)
    package = Path(bootcamp.__file__).resolve().parent
    needed = {Path(sys.prefix), Path(sys.base_prefix), package, Path(sys.executable).parent, owned}
    closed = {path: place for path in sorted(needed) if (place := _closed_above(path))}
    opened = ["bwrap", "--dev-bind", "/", "/"]
    for place in set(closed.values()):
        opened += ["--perms", "0755", "--tmpfs", str(place)]
    for path, place in closed.items():
        for parent in reversed(path.parents):
            if parent.is_relative_to(place) and parent != place:
                opened += ["--perms", "0755", "--dir", str(parent)]
        opened += ["--bind", str(path), str(path)]
    become = ["/usr/bin/setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
    return [*opened, *become, "--bounding-set=-all", "--inh-caps=-all", *argv]


def _closed_above(path: Path) -> Path | None:
    """Give the uppermost folder above `path` that others may not pass through."""
    return next((p for p in reversed(path.parents) if not p.stat().st_mode & 0o001), None)
