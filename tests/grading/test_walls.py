"""What one submission can do to the next, to the parent of both, and to this machine: nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import nbformat
import psutil
import pytest

from bootcamp.forks.home import ForkLimits
from bootcamp.grading.execution import GradingLimits, Judge, Judged, Submission

LIMITS = GradingLimits(
    cell_seconds=6, fork=ForkLimits(disk_bytes=8 << 20, file_bytes=4 << 20, processes=40)
)

_v4: Any = nbformat.v4


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Give one judge for all: what a submission left behind would show in the next."""
    with Judge(LIMITS, slot=7) as judge:
        yield judge


def run(judge: Judge, *cells: str, **files: bytes) -> Judged:
    notebook = _v4.new_notebook()
    notebook.cells = [_v4.new_code_cell(cell) for cell in cells]
    return judge.judge(Submission("homework-1", notebook, files), {})


def printed(judged: Judged) -> Any:
    """Give what the last cell printed, as JSON."""
    outputs = judged.notebook.cells[-1].outputs
    text = "".join(output.get("text", "") for output in outputs)
    assert text, outputs
    return json.loads(text)


def test_a_patched_library_is_whole_again_for_the_next(judge: Judge) -> None:
    run(judge, "import pandas, builtins\npandas.DataFrame = builtins.len = None")
    seen = "import json, pandas\nprint(json.dumps([len('ab'), pandas.DataFrame({'a': [1]}).size]))"
    assert printed(run(judge, seen)) == [2, 1]


def test_nothing_is_left_for_the_next(judge: Judge) -> None:
    first = run(
        judge,
        "import os\nfor place in ('.', '/tmp', '/dev/shm', os.environ['HOME']):\n"
        "    open(place + '/left.txt', 'w').write('mine')\nos.environ['LEFT'] = 'mine'\nx = 1",
        notes=b"mine",
    )
    assert first.notes == ()
    assert first.notebook.cells[0].outputs == []
    seen = (
        "import json, os\nprint(json.dumps([['left.txt' in os.listdir(p) for p in "
        "('.', '/tmp', '/dev/shm', os.environ['HOME'])], 'LEFT' in os.environ, 'x' in globals()]))"
    )
    # Not empty: an environment below one of these folders is seen there.
    assert printed(run(judge, seen)) == [[False] * 4, False, False]


def test_only_its_own_processes_are_in_sight_and_it_has_no_privilege(judge: Judge) -> None:
    seen = """
import json, os
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
print(json.dumps({
    "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
    "privileges": [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")],
    "gains_none": status["NoNewPrivs"].strip(), "user": os.getuid(), "groups": os.getgroups(),
    "open": sorted(os.readlink(f"/proc/self/fd/{n}").split(":")[0]
        for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}")),
}))
"""
    found = printed(run(judge, seen))
    assert found["processes"] == [1, 2]
    assert found["privileges"] == [0, 0, 0, 0]
    assert found["gains_none"] == "1"
    assert found["user"] != 0
    if os.geteuid() == 0:
        assert found["user"] != os.geteuid()
        assert found["groups"] == []
    # One socket is the kernel's own; no other leads out.
    assert not [name for name in found["open"] if name.startswith("/home")]


@pytest.mark.parametrize(
    "attempt",
    [
        "os.kill(1, signal.SIGKILL); os.kill(1, 0); open('/proc/1/mem', 'rb')",
        "open('/proc/1/environ').read()",
        "os.listdir('/proc/1/fd')",
        "os.listdir('/proc/1/root')",
        "assert libc.ptrace(16, 1, 0, 0) == 0",
        "assert libc.mount(b'tmpfs', b'/mnt', b'tmpfs', 0, None) == 0",
        "assert libc.umount2(os.environ['HOME'].encode(), 2) == 0",
        "os.setuid(0)",
        "socket.create_connection(('1.1.1.1', 53), 1)",
        "open(os.path.dirname(pandas.__file__) + '/new.py', 'w')",
    ],
)
def test_reaches_nothing_outside(judge: Judge, attempt: str) -> None:
    code = (
        "import ctypes, json, os, signal, socket, pandas\nlibc = ctypes.CDLL(None)\n"
        f"try:\n    {attempt}\nexcept (OSError, AssertionError) as error:\n"
        "    print(json.dumps(type(error).__name__))\nelse:\n    print(json.dumps('DONE'))"
    )
    assert printed(run(judge, code)) != "DONE"


def test_a_full_disk_is_its_own(judge: Judge) -> None:
    fill = """
import errno, json
reason = None
for place in (".", "/tmp", "/dev/shm"):
    try:
        for n in range(40):
            open(f"{place}/{n}", "wb").write(b"x" * (1 << 20))
    except OSError as error:
        reason = errno.errorcode[error.errno]
print(json.dumps(reason))
"""
    assert printed(run(judge, fill)) == "ENOSPC"
    assert printed(run(judge, fill)) == "ENOSPC"


def test_no_process_stays_and_a_bomb_of_them_ends(judge: Judge) -> None:
    stay = "import subprocess\nsubprocess.Popen(['setsid', 'sleep', '87654'])"
    assert run(judge, stay).notes == ()
    run(judge, "import os\nwhile True:\n    os.fork()")
    assert printed(run(judge, "print(1)")) == 1
    lines = [p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if "87654" in line]


def test_chance_is_drawn_anew_for_each(judge: Judge) -> None:
    draw = (
        "import json, random, uuid\nimport numpy as np\n"
        "print(json.dumps([random.random(), float(np.random.rand()), str(uuid.uuid4())]))"
    )
    first, second = printed(run(judge, draw)), printed(run(judge, draw))
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_a_parent_that_dies_is_replaced(judge: Judge) -> None:
    assert printed(run(judge, "print(1)")) == 1
    parent = judge._parent
    assert parent is not None
    parent._process.kill()
    parent._process.wait()
    assert printed(run(judge, "print(2)")) == 2
    assert judge._parent is not parent


def test_cells_are_a_notebooks_own(judge: Judge) -> None:
    judged = run(
        judge,
        "import asyncio\nawait asyncio.sleep(0)\n7",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "%%capture said\nprint('kept')",
        "print(said.stdout)\n!echo shell",
        "import pandas as pd\npd.DataFrame({'a': [1]})",
        "1 / 0",
    )
    outputs = [cell.outputs for cell in judged.notebook.cells]
    assert outputs[0][0].data["text/plain"] == "7"
    assert "image/png" in outputs[1][0].data
    assert outputs[2] == []
    assert outputs[3][0].text.split() == ["kept", "shell"]
    assert "a" in outputs[4][0].data["text/plain"]
    assert outputs[5][0].ename == "ZeroDivisionError"
