"""The warm parent: imports once what labs use, then forks for each notebook.

It runs in the outer wall (no network, nothing of the course in sight) and is told only limits and
a user id. A fork gets walls of its own before any of the learner's code runs:

- *first*, pid 1 of a new pid space, mounts what the learner may see, watches memory and time's
  signals, and takes every process with it when it ends;
- *second*, without any privilege, is the notebook's process.

Neither can reach the parent: it is in no list of processes of theirs, its memory is not theirs,
and the channel to it is closed.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from bootcamp.forks.inside import relay, walls
from bootcamp.forks.inside.frames import packed
from bootcamp.forks.inside.relay import MODEL_SOCKET

__all__ = ["main"]

SHARED = "/shared"
_WATCH_SECONDS = 0.25
_MOST_ORDER_BYTES = 60_000


def main() -> None:
    """Get warm, say so, and fork whenever the other side asks for it."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    walls.hide_memory()
    if Path(MODEL_SOCKET).exists():
        _open_way_to_the_model()
    shell = _warm()
    # Memory that is never looked at by the collector stays shared with the forks.
    gc.collect()
    gc.freeze()
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208 - a count
        raise SystemExit("a thread is running: this process cannot be forked")
    control.sendall(packed("warm"))
    while True:
        order, handles, _, _ = socket.recv_fds(control, _MOST_ORDER_BYTES, 2)
        if not order:
            return
        child = os.fork()
        if child == 0:
            control.close()
            _in_fork(order, handles, shell)
        for handle in handles:
            os.close(handle)
        os.waitpid(child, 0)
        control.sendall(packed("ended"))


def _open_way_to_the_model() -> None:
    """Start the relay; the forks share this sandbox's loopback, and nothing else of its network."""
    process = subprocess.Popen(
        [sys.executable, "-m", relay.__name__], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    if process.stdout is None or not process.stdout.readline():
        raise SystemExit("the way to the model could not be opened")
    process.stdout.close()


def _warm() -> Any:
    """Import what labs use, and make the shell; nothing here may start a thread."""
    import matplotlib.pyplot  # noqa: PLC0415
    import numpy  # noqa: PLC0415
    import openai.resources.chat  # noqa: PLC0415
    import openai.resources.embeddings  # noqa: PLC0415
    import pandas  # noqa: PLC0415

    from bootcamp.forks.inside.notebook import make_shell  # noqa: PLC0415

    del matplotlib, numpy, openai, pandas
    with suppress(ImportError):
        import bootcamp.kit  # noqa: PLC0415

        del bootcamp
    return make_shell()


def _in_fork(order: bytes, handles: list[int], shell: Any) -> None:
    """Become the ancestor of everything that one notebook starts; never returns."""
    try:
        import json  # noqa: PLC0415

        about = json.loads(order)
        walls.new_spaces()
        first = os.fork()
        if first == 0:
            walls.die_with_parent()
            _first(about, handles, shell)
        for handle in handles:
            os.close(handle)
        os.waitpid(first, 0)
    finally:
        os._exit(0)


def _first(about: dict[str, Any], handles: list[int], shell: Any) -> None:
    channel, keeper = (socket.socket(fileno=handle) for handle in handles)
    try:
        home = _furnish(about)
        socket.send_fds(keeper, [b"h"], [home])
        os.close(home)
        # The other side puts the files into the home, then lets us go on.
        if keeper.recv(1) != b"g":
            return
        second = os.fork()
        if second == 0:
            keeper.close()
            _second(about, channel, shell)
        channel.close()
        walls.drop_capabilities(walls.CAP_KILL)
        _watch(keeper, second, about["memory_bytes"])
    except OSError as error:
        with suppress(OSError):
            keeper.send(f"!{error}".encode())
    finally:
        os._exit(0)


def _furnish(about: dict[str, Any]) -> int:
    """Mount what this notebook may see, and give a handle of its empty home."""
    owner = f"uid={about['uid']},gid={about['uid']}"
    room = f"size={about['disk_bytes']},nr_inodes={about['files']}"
    walls.make_private()
    walls.mount("proc", "/proc")
    # A Python environment below a folder that is about to be covered has to be seen again.
    kept = {place: os.open(place, os.O_PATH | os.O_DIRECTORY) for place in about["python"]}
    for place in ("/tmp", "/dev/shm"):  # noqa: S108 - new and empty ones
        walls.mount("tmpfs", place, f"{room},mode=1777")
    home = about["home"]
    walls.mount("tmpfs", home, f"{room},mode=0700,{owner}")
    before = os.umask(0o022)
    for place, handle in kept.items():
        Path(place).mkdir(parents=True, exist_ok=True)
        walls.bind_all(f"/proc/self/fd/{handle}", place)
        os.close(handle)
    os.umask(before)
    for name in about["shared"]:
        place = Path(home) / name
        place.mkdir(mode=0o755)
        walls.bind(f"{SHARED}/{name}", str(place))
    return os.open(home, os.O_RDONLY | os.O_DIRECTORY)


def _watch(keeper: socket.socket, second: int, memory_bytes: int) -> None:
    """Wait until the notebook's process ends, is to be ended, or takes too much memory."""
    at_start = _memory(second)
    ended = os.pidfd_open(second)
    while True:
        ready, _, _ = select.select([keeper.fileno(), ended], [], [], _WATCH_SECONDS)
        if ended in ready:
            return
        if ready:
            if keeper.recv(1) != b"i":
                return
            os.kill(second, signal.SIGINT)
        _reap_orphans(second)
        processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
        # What is shared with the warm parent is not the learner's.
        taken = sum(max(0, _memory(pid) - at_start) for pid in processes if pid != 1)
        if taken > memory_bytes:
            return


def _reap_orphans(second: int) -> None:
    """Bury what the learner's processes have left behind, but leave the kernel's own end to see."""
    while True:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None or found.si_pid == second:
            return
        os.waitpid(found.si_pid, 0)


def _memory(pid: int) -> int:
    """Give the bytes that a process holds for itself."""
    kinds = (b"RssAnon:", b"RssShmem:")
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_bytes().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(kinds))
    return 0


def _second(about: dict[str, Any], channel: socket.socket, shell: Any) -> None:
    """Give up everything but the notebook, and serve it."""
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(about["uid"], about["uid"], about["uid"])
            os.setresuid(about["uid"], about["uid"], about["uid"])
        walls.drop_capabilities()
        # Its own again, so that its programs find what every program finds under /proc/self.
        walls.hide_memory(hidden=False)
        for name, value in about["limits"].items():
            number = getattr(resource, f"RLIMIT_{name}")
            resource.setrlimit(number, (value, value))
        with suppress(OSError):
            # If the machine's memory ends, this is what should go first.
            Path("/proc/self/oom_score_adj").write_text("1000")
        os.setsid()
        os.environ.pop("PYTHONPATH", None)
        os.chdir(f"{about['home']}/{about['folder']}")
        _forget_chance()
        from bootcamp.forks.inside.notebook import serve  # noqa: PLC0415

        sys.path.insert(0, "")  # as in JupyterLab: a notebook imports the modules beside it
        serve(channel, shell)
    finally:
        os._exit(1)


def _forget_chance() -> None:
    """Draw anew what chance depends on; `random` does so itself in a fork."""
    import numpy as np  # noqa: PLC0415

    np.random.seed()


if __name__ == "__main__":
    main()
