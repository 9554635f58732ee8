"""The one way to run anything that a citizen wrote: inside bubblewrap.

The new root is built from nothing: the system and the Python environment read-only, and only the
folders that the caller binds. The package's own content (answers, checks, hidden data) is not in
it. As root the command runs as the given user id without any privilege; as an ordinary user,
bubblewrap's user namespace does the same work under the user's own id.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bootcamp.content import content_root
from bootcamp.errors import SandboxUnavailable

__all__ = [
    "HOME",
    "IN_MEMORY",
    "Bind",
    "Limits",
    "Sandbox",
    "is_readable_inside",
    "readable_places",
    "require_sandbox",
]

HOME = Path("/home/citizen")
"""The home inside every sandbox, the same for all: no login can lie over a path of the system's."""

IN_MEMORY = Path(os.devnull)
"""The home of a sandbox that needs none of its own on a disk."""

_INSTALL = "Install bubblewrap (on Debian and Ubuntu: `sudo apt-get install bubblewrap`)"
# Memory that scratch files may take; a sandbox without a bound could fill the machine's.
_TMP_BYTES = str(256 * 1024**2)
_SYSTEM_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
# What programs need of /etc: names, time, fonts, certificates. Nothing of the host's services.
_ETC = (
    "alternatives",
    "ca-certificates",
    "fonts",
    "group",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "resolv.conf",
    "ssl/certs",
    "ssl/openssl.cnf",
    "timezone",
)
# What /tmp may hold at most, since it is kept in memory.
_MEMORY_DISK_BYTES = 1024**3


@dataclass(frozen=True)
class Bind:
    """A folder or file that is visible inside, at `target` (the same path when not given)."""

    source: Path
    target: Path | None = None
    writable: bool = False


@dataclass(frozen=True)
class Limits:
    """What one process inside may take; None leaves the system's own limit.

    Memory is address space in bytes (`RLIMIT_AS`), files are bytes a file, `processes` counts all
    of the user's (so it only makes sense with a user id of its own).
    """

    memory_bytes: int | None = None
    file_bytes: int | None = None
    cpu_seconds: int | None = None
    processes: int | None = None
    open_files: int | None = None

    def command(self) -> list[str]:
        """Give the `prlimit` prefix that sets these limits, or nothing."""
        options = [
            f"--{name}={value}"
            for name, value in (
                ("as", self.memory_bytes),
                ("fsize", self.file_bytes),
                ("cpu", self.cpu_seconds),
                ("nproc", self.processes),
                ("nofile", self.open_files),
                ("core", 0),
            )
            if value is not None
        ]
        return ["/usr/bin/prlimit", *options, "--"]


@dataclass(frozen=True)
class Sandbox:
    """A place to run one command in.

    A `home` that is `IN_MEMORY` is empty at first and goes with the sandbox. `uid` and `gid` are
    used only when this process is root. `environment` is the whole environment inside; it is passed
    by the process' environment, never on a command line that others could read. `user_name` is what
    the command sees as its own name.
    """

    home: Path
    home_target: Path = HOME
    binds: tuple[Bind, ...] = ()
    network: bool = False
    uid: int = 65534
    gid: int = 65534
    user_name: str = "citizen"
    limits: Limits = Limits()
    environment: Mapping[str, str] = field(default_factory=dict)
    umask: int = 0o027
    capabilities: tuple[str, ...] = ()
    """What a parent of ours needs to make inner walls. It stays the user that it is, and runs no
    code of a citizen's itself."""

    def command(self, argv: Sequence[str]) -> list[str]:
        """Give the full command that runs `argv` inside, with the home as its folder."""
        require_sandbox()
        return [
            *self._walls(),
            *_readable_system(),
            *self._own_folders(),
            # Last, so that an environment below /tmp or /home stays in sight.
            *_readable_python(),
            # What is not a folder of its own belongs to nobody inside, not even as its owner.
            *("--remount-ro", "/", "--remount-ro", "/dev"),
            "--",
            *self._dropped_privileges(),
            *self.limits.command(),
            *argv,
        ]

    def environ(self) -> dict[str, str]:
        """Give the environment inside: only what programs need, and what the caller named."""
        return {
            "HOME": str(self.home_target),
            "USER": self.user_name,
            "LOGNAME": self.user_name,
            "SHELL": "/bin/bash",
            "LANG": "C.UTF-8",
            "PATH": f"{Path(sys.prefix) / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
            # One thread a process: forty people share the machine.
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            **self.environment,
        }

    def run(
        self, argv: Sequence[str], *, timeout: float, stdin: bytes | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `argv` inside and wait at most `timeout` seconds; everything in it ends then.

        Raises:
            subprocess.TimeoutExpired: it took longer.
        """
        return subprocess.run(
            self.command(argv),
            env=self.environ(),
            # Never our own standard input: it may be a facilitator's terminal.
            input=stdin or b"",
            capture_output=True,
            timeout=timeout,
            check=False,
            umask=self.umask,
        )

    def _walls(self) -> list[str]:
        # A session of its own: without it a program inside could type into the terminal of whoever
        # started it (CVE-2017-5226).
        walls = ["bwrap", "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc"]
        walls += ["--unshare-uts", "--unshare-cgroup-try"]
        if os.geteuid() != 0:
            walls.append("--unshare-user")
        if not self.network:
            walls.append("--unshare-net")
        if self.capabilities:
            walls += ["--cap-drop", "ALL"]
        for name in self.capabilities:
            walls += ["--cap-add", name]
        return [*walls, "--hostname", "bootcamp", "--proc", "/proc", "--dev", "/dev"]

    def _own_folders(self) -> list[str]:
        options = [
            *("--size", str(_MEMORY_DISK_BYTES), "--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108
            # Python's multiprocessing keeps its locks here; bubblewrap's own belongs to root.
            *("--size", str(_MEMORY_DISK_BYTES), "--perms", "1777", "--tmpfs", "/dev/shm"),  # noqa: S108
            *("--perms", "0755", "--dir", "/home"),
            *self._own_home(),
        ]
        for bind in self.binds:
            kind = "--bind" if bind.writable else "--ro-bind"
            target = bind.target or bind.source
            options += [*_readable_parents(target), kind, str(bind.source), str(target)]
        return [*options, "--chdir", str(self.home_target)]

    def _own_home(self) -> list[str]:
        if self.home != IN_MEMORY:
            return ["--bind", str(self.home), str(self.home_target)]
        return ["--size", _TMP_BYTES, "--perms", "0700", "--tmpfs", str(self.home_target)]

    def _dropped_privileges(self) -> list[str]:
        setpriv = ["/usr/bin/setpriv", "--no-new-privs"]
        if os.geteuid() == 0 and not self.capabilities:
            setpriv += [
                f"--reuid={self.uid}",
                f"--regid={self.gid}",
                "--clear-groups",
                "--bounding-set=-all",
                "--inh-caps=-all",
            ]
        return [*setpriv, "--"]


@lru_cache(maxsize=1)
def require_sandbox() -> None:
    """Make sure that this machine can run sandboxes.

    Raises:
        SandboxUnavailable: bubblewrap is missing, or the system forbids it; says what to do.
    """
    missing = [name for name in ("bwrap", "setpriv", "prlimit") if shutil.which(name) is None]
    if missing:
        raise SandboxUnavailable(
            f"'{missing[0]}' is missing, so citizens could not be kept apart. {_INSTALL}."
        )
    trial = subprocess.run(
        ["bwrap", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "true"],  # noqa: S607
        capture_output=True,
        check=False,
        timeout=20,
    )
    if trial.returncode != 0:
        reason = (trial.stderr.decode(errors="replace").strip().splitlines() or ["no reason"])[-1]
        raise SandboxUnavailable(
            f"bubblewrap cannot start here ({reason}). Allow unprivileged user namespaces,"
            " or start as root."
        )


def _readable_system() -> list[str]:
    options = ["--ro-bind", "/usr", "/usr"]
    for name in _SYSTEM_LINKS:
        path = Path("/") / name
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    options += ["--perms", "0755", "--dir", "/etc", "--perms", "0755", "--dir", "/etc/ssl"]
    for name in _ETC:
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return [*options, "--perms", "0755", "--dir", "/var", "--perms", "0755", "--dir", "/run"]


@lru_cache(maxsize=1)
def _readable_python() -> list[str]:
    """Bind the environment, the Python it was made from, and our code without its content."""
    options: list[str] = []
    for place in readable_places():
        if place.is_relative_to("/usr"):
            continue
        options += [*_readable_parents(place), "--ro-bind", str(place), str(place)]
    for hidden in _course_folders():
        if is_readable_inside(hidden):
            options += ["--tmpfs", str(hidden), "--remount-ro", str(hidden)]
    return options


def is_readable_inside(path: Path) -> bool:
    """Tell whether every sandbox sees what is at `path`: the system's and Python's folders."""
    return any(path.resolve().is_relative_to(place) for place in (Path("/usr"), *readable_places()))


def readable_places() -> list[Path]:
    """Give the folders of Python and of our code, which every sandbox sees."""
    package = Path(__file__).resolve().parent
    return sorted({Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve(), package})


def _course_folders() -> list[Path]:
    """Give the folders with answers, checks and hidden data, where they exist."""
    root = content_root()
    if root.name == "_content":
        return [root]
    names = ("labs", "translations", "solutions", "graders", "hub_config", "tests", ".git")
    return [root / name for name in names if (root / name).is_dir()]


def _readable_parents(path: Path) -> list[str]:
    """Make the folders above a mount point first: bubblewrap's own would be closed (0700)."""
    options: list[str] = []
    for parent in reversed(path.parents[:-1]):
        options += ["--perms", "0755", "--dir", str(parent)]
    return options
