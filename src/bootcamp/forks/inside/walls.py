"""The system calls that make a fork's own walls (Python 3.11 has none of these).

Names and numbers are those of the manual pages unshare(2), mount(2), prctl(2), capset(2) and
seccomp(2).
"""

from __future__ import annotations

import ctypes
import os
import struct

__all__ = [
    "CAP_KILL",
    "bind",
    "bind_all",
    "die_with_parent",
    "drop_capabilities",
    "forbid_memory_of_nobody",
    "hide_memory",
    "make_private",
    "mount",
    "new_spaces",
]

_NEW_MOUNTS, _NEW_HOSTNAME, _NEW_IPC, _NEW_PIDS = 0x20000, 0x4000000, 0x8000000, 0x20000000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _REMOUNT, _BIND = 1, 2, 4, 32, 4096
_RECURSIVE, _PRIVATE = 1 << 14, 1 << 18
_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 1, 4, 38
_CAPABILITY_VERSION_3 = 0x20080522
CAP_KILL = 5

# By machine: its number among architectures, of seccomp(2), and of memfd_create(2),
# memfd_secret(2) and shmget(2).
_SYSTEM_CALLS = {
    "x86_64": (0xC000003E, 317, (319, 447, 29)),
    "aarch64": (0xC00000B7, 277, (279, 447, 194)),
}
_LOAD, _IS, _AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_ALLOWED, _NOT_THERE = 0x7FFF0000, 0x00050026
_OTHER_NUMBERS = 0x40000000
_SET_FILTER, _AS_FAST_AS_EVER = 1, 4

_libc = ctypes.CDLL(None, use_errno=True)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilityData(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


def new_spaces() -> None:
    """Give this process mounts, a hostname and IPC of its own, and its children a pid space.

    Its next child is pid 1 there, and everything in there dies with it.

    Raises:
        OSError: the system forbids it.
    """
    _call(_libc.unshare, _NEW_MOUNTS | _NEW_HOSTNAME | _NEW_IPC | _NEW_PIDS)


def make_private() -> None:
    """Keep all that is mounted from now on from being seen outside.

    Raises:
        OSError: the system forbids it.
    """
    _call(_libc.mount, None, b"/", None, _PRIVATE | _RECURSIVE, None)


def mount(kind: str, target: str, options: str = "") -> None:
    """Mount a file system of this kind over `target`.

    Raises:
        OSError: the system forbids it.
    """
    flags = _NO_SUID | _NO_DEVICES
    _call(_libc.mount, kind.encode(), target.encode(), kind.encode(), flags, options.encode())


def bind(source: str, target: str) -> None:
    """Show the read-only folder `source` at `target`, too.

    Raises:
        OSError: the system forbids it.
    """
    _call(_libc.mount, source.encode(), target.encode(), None, _BIND, None)
    flags = _BIND | _REMOUNT | _READ_ONLY | _NO_SUID | _NO_DEVICES
    _call(_libc.mount, None, target.encode(), None, flags, None)


def bind_all(source: str, target: str) -> None:
    """Show `source` with all that is mounted below it at `target`, as read-only as it was.

    Raises:
        OSError: the system forbids it.
    """
    _call(_libc.mount, source.encode(), target.encode(), None, _BIND | _RECURSIVE, None)


def drop_capabilities(*kept: int) -> None:
    """Give up every capability but `kept`, for good.

    Raises:
        OSError: the system forbids it.
    """
    bits = sum(1 << number for number in kept)
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    data = (_CapabilityData * 2)()
    data[0].effective = data[0].permitted = bits
    _call(_libc.capset, ctypes.byref(header), ctypes.byref(data))
    _call(_libc.prctl, _SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def hide_memory(*, hidden: bool = True) -> None:
    """Say whether others of the same user are kept from tracing this process (PR_SET_DUMPABLE)."""
    _call(_libc.prctl, _SET_DUMPABLE, int(not hidden), 0, 0, 0)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def forbid_memory_of_nobody() -> None:
    """Take away, for good, the calls that give memory which counts for no process and no disk.

    It could be filled without end, since only what a process has mapped is watched.

    Raises:
        OSError: the system forbids it.
    """
    if os.uname().machine not in _SYSTEM_CALLS:
        return
    architecture, seccomp, forbidden = _SYSTEM_CALLS[os.uname().machine]
    refused = len(forbidden) + 1  # steps from the first question on to the refusal
    steps = [
        (_LOAD, 0, 0, 4),
        (_IS, 0, refused + 2, architecture),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, refused, 0, _OTHER_NUMBERS),
        *((_IS, refused - 1 - place, 0, call) for place, call in enumerate(forbidden)),
        (_ANSWER, 0, 0, _ALLOWED),
        (_ANSWER, 0, 0, _NOT_THERE),
    ]
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    given = _Filter(len(steps), program)
    _call(_libc.syscall, seccomp, _SET_FILTER, _AS_FAST_AS_EVER, ctypes.byref(given))


def die_with_parent() -> None:
    """Make sure that this process is killed when its parent ends."""
    _call(_libc.prctl, _SET_PARENT_DEATH_SIGNAL, 9, 0, 0, 0)


def _call(function: ctypes._NamedFuncPointer, *arguments: object) -> None:
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function.__name__}: {os.strerror(number)}")
