"""Attacks that want to exhaust: memory, disk, processes, output, time."""

from __future__ import annotations

from typing import Any

from tests.grading.attacks.corpus import Attack
from tests.grading.small_course import code

__all__ = ["ATTACKS"]

MEMORY, DISK, PIDS, OUTPUT, TIME = (
    f"exhaust {what}" for what in ("memory", "disk", "pids", "output", "time")
)

CHILDREN = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        held = bytearray(400 << 20)
        for n in range(0, len(held), 4096): held[n] = 1
        time.sleep(600)
time.sleep(2)
"""

BOMB = """
import os, time
started = 0
end = time.monotonic() + 1
while time.monotonic() < end:
    try:
        if os.fork() == 0: time.sleep(600); os._exit(0)
        started += 1
    except OSError: break
if started > 3000: print("REACHED", started)
"""

SPAWNING = """
import os, time
if os.fork() == 0:
    os.setsid()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if os.fork(): os._exit(0)
        except OSError: time.sleep(0.01)
"""

DEEP_FOLDERS = """
import os
here = os.getcwd()
try:
    for _ in range(3000):
        os.mkdir("d" * 50); os.chdir("d" * 50)
    open("leaf", "w"); os.chmod(".", 0)
except OSError: pass
os.chdir(here)
"""

MANY_FILES = """
import os
os.mkdir("many")
try:
    for n in range(30_000): open(f"many/{n}", "w").close()
except OSError: pass
os.chmod("many", 0)
"""

BIG_FILES = """
import os
written = 0
try:
    for place in (".", "/tmp", "/dev/shm"):
        for n in range(100):
            with open(f"{place}/big-{n}", "wb") as file:
                for _ in range(40): file.write(bytes(1 << 20)); written += 1
except OSError: pass
"""

OUTPUTS = """
import os, sys
from IPython.display import display, clear_output, HTML
for n in range(400): display(n)
for n in range(2000): print(n, file=sys.stderr)
h = display(0, display_id=True)
for n in range(1000): h.update("x" * 1000)
display({"image/png": "A" * 3_000_000, "text/plain": "x" * 1_000_000}, raw=True)
display({"text/plain": {"a": [1] * 100}, "image/png": ["x"]}, raw=True, metadata={"x": ["y" * 1000] * 1000})
for n in range(1000): os.write(1, b"past python\\n" * 100)
get_ipython().payload_manager.write_payload({"source": "set_next_input", "text": "x" * 1_000_000})
"""

MEMORY_OF_NOBODY = """
import ctypes, os
held = 0
try:
    for number in range(6):
        handle = os.memfd_create(f"big-{number}")
        for _ in range(40): held += os.write(handle, bytes(1 << 20))
except OSError: pass
libc = ctypes.CDLL(None)
libc.shmat.restype, libc.shmdt.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
for number in range(6):
    segment = libc.shmget(1000 + number, 40 << 20, 0o1666)
    if segment < 0: break
    place = libc.shmat(segment, None, 0)
    ctypes.memset(place, 1, 40 << 20)
    libc.shmdt(place)
    held += 40 << 20
if held > 200 << 20: print("REACHED", held)
"""

PICTURES = """
from IPython.display import display
picture = "iVBORw0KGgo" + "A" * 399_985
"""


def _many_cells(notebook: Any) -> None:
    notebook.cells += [code("1") for _ in range(60_000)]


ATTACKS = (
    Attack("one-big-array", MEMORY, ("try: hog = bytearray(40 << 30)\nexcept MemoryError: pass",)),
    Attack("children-with-memory", MEMORY, (CHILDREN,), survives=False),
    Attack("growing-list", MEMORY, ("hog = []\nwhile True: hog.append(b'x' * (50 << 20))",), survives=False),
    Attack("memory-of-nobody", MEMORY, (MEMORY_OF_NOBODY,)),
    Attack("fork-bomb", PIDS, (BOMB,)),
    Attack("fleeing-process", PIDS, (SPAWNING,)),
    Attack(
        "threads-without-end",
        PIDS,
        ("import threading, time\ntry:\n    for _ in range(2000): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\nexcept RuntimeError: pass",),
    ),
    Attack("handles-without-end", PIDS, ("import os\ntry:\n    while True: os.dup(0)\nexcept OSError: os.closerange(400, 4096)",), survives=False),
    Attack("deep-folders", DISK, (DEEP_FOLDERS,)),
    Attack("many-files", DISK, (MANY_FILES,), survives=False),
    Attack("big-files", DISK, (BIG_FILES,), survives=False),
    Attack("one-long-line", OUTPUT, ("print('x' * 50_000_000)",), survives=False),
    Attack("many-outputs", OUTPUT, (OUTPUTS,), survives=False),
    Attack(
        "a-picture-a-cell",
        OUTPUT,
        (PICTURES, *("display({'image/png': picture}, raw=True)",) * 300),
        answered=True,
        survives=False,
        most=10_000_000,
    ),
    Attack("many-cells", TIME, change=_many_cells, answered=True),
    Attack("past-python", OUTPUT, ("import os\nos.system('timeout 1 yes')",), survives=False),
    Attack("long-errors", OUTPUT, ("class E(Exception): pass\nE.__name__ = 'E' * 5_000_000\nraise E('x' * 5_000_000)",), survives=False),
    Attack("loops", TIME, ("while True: pass",), survives=False),
    Attack("deaf-loop", TIME, ("import signal\nfor n in (2, 15, 14): signal.signal(n, signal.SIG_IGN)\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",), survives=False),
    Attack("one-long-instruction", TIME, ("x = 7 ** (10 ** 9)",), survives=False),
    Attack("many-slow-cells", TIME, ("import time; time.sleep(1.5)",) * 9, survives=False),
    Attack("slow-answers", TIME, ("import time\ndef double(x): time.sleep(1.8); return 0\nclass L(list):\n    def __iter__(self): time.sleep(1.8); return iter(())\nlabels = L()",)),
    Attack("loop-of-events", TIME, ("import asyncio\nasync def busy():\n    while True: pass\nasyncio.ensure_future(busy())\nasyncio.get_event_loop().call_soon(lambda: exec('while True: pass'))",), survives=False),
    Attack("hooks-that-sleep", TIME, ("def nap(*_):\n    import time; time.sleep(600)\nget_ipython().events.register('post_execute', nap)",), survives=False),
    Attack("exits", TIME, ("import os\nos._exit(3)",), survives=False),
    Attack("leaves", TIME, ("import sys\nsys.exit(0)",), survives=False),
    Attack("crashes", TIME, ("import ctypes\nctypes.string_at(0)",), survives=False),
    Attack("forgets-everything", TIME, ("import sys\nsys.modules.clear()\ndel get_ipython\n__builtins__ = None",), survives=False),
    Attack("asks-for-input", TIME, ("try: input('name?')\nexcept BaseException: pass\nimport getpass\ntry: getpass.getpass()\nexcept BaseException: pass",)),
    Attack("endless-recursion", MEMORY, ("import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",), survives=False),
)  # fmt: skip
