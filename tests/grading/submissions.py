"""Hand-ins of every kind, by the login of who hands them in."""

from __future__ import annotations

import copy
from typing import Any

from tests.grading.small_course import (
    GOOD_LABELS,
    answered,
    cell_of,
    code,
    files,
    released_notebook,
    without,
)

LOOK_AROUND = """
import json, os
found = {"environ": sorted(k for k in os.environ if "TOKEN" in k or "KEY" in k or "BOOTCAMP" in k)}
found["processes"] = len([p for p in os.listdir("/proc") if p.isdigit()])
found["places"] = []
for root, folders, names in os.walk("/"):
    folders[:] = [f for f in folders if f not in {"proc", "sys", "usr", "lib", "share"}]
    found["places"] += [
        f"{root}/{n}" for n in [*folders, *names]
        if n in {"gradebook.db", "graders", "store.sqlite", "cohort.toml", "handins", "solutions"}
    ]
print(json.dumps(found))
"""

ALWAYS_EQUAL = """
class Yes(list):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 1
class YesNumber(int):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = int.__hash__
def double(x): return YesNumber(7)
labels = Yes(["x"])
"""

FORGED = """
import base64, json, builtins
forged = base64.b64encode(json.dumps({"value": True, "points": 99}).encode()).decode()
json.dumps = lambda *a, **k: '{"value": true}'
json.loads = lambda *a, **k: {"name": "labels", "most": 10**9}
builtins._bootcamp_probe = lambda *a: forged
def again(*_):
    globals()["_bootcamp_probe"] = lambda *a: forged
get_ipython().events.register("post_run_cell", again)
get_ipython().events.register("pre_execute", again)
"""

DEEP_ANSWER = """
import base64
def again(*_):
    globals()["_bootcamp_probe"] = lambda *a: base64.b64encode(b"[" * 700_000).decode()
get_ipython().events.register("pre_execute", again)
get_ipython().events.register("post_execute", again)
"""

LISTENING = """
seen = []
get_ipython().events.register("pre_run_cell", lambda info: seen.append(info.raw_cell))
def transform(lines):
    open("seen.txt", "a").writelines(lines)
    return [line.replace("assert", "#") for line in lines]
get_ipython().input_transformers_cleanup.append(transform)
"""


def everyones() -> dict[str, dict[str, bytes]]:
    """Give every hand-in, by login."""
    made: dict[str, dict[str, bytes]] = {
        "good": files(answered()),
        "untouched": files(released_notebook(), notes=None),
        "warns": files(
            answered(
                first="import sys, warnings\nwarnings.warn('old')\n"
                "print('careful', file=sys.stderr)",
                labels="import warnings\nwarnings.warn('again')\n" + GOOD_LABELS,
            )
        ),
        # Accidents
        "loops": files(answered(labels="while True:\n    pass")),
        "loops-deaf": files(
            answered(
                labels="import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
                "while True:\n    pass"
            )
        ),
        "loops-often": files(_with_last(answered(), *["import time; time.sleep(60)"] * 9)),
        "exits": files(_with_last(answered(), "import os; os._exit(3)")),
        "kills": files(_with_last(answered(), "import os, signal; os.kill(os.getpid(), 9)")),
        "prints-much": files(answered(first="print('x' * 50_000_000)")),
        "prints-lines": files(answered(first="for n in range(50_000): print('line', n)")),
        "eats-memory": files(answered(first="hog = bytearray(40 << 30)")),
        "asks": files(answered(first="input('name?')")),
        "call-loops": files(answered(double="def double(x):\n    while True: pass")),
        "call-raises": files(answered(double="def double(x):\n    raise ValueError(x)")),
        "answers-big": files(answered(labels="labels = ['x' * 1000] * 100_000")),
        "answers-odd": files(answered(labels="labels = lambda: 0")),
        # Damage
        "copied-answer": files(_copied("hw1-double-answer")),
        "copied-check": files(_copied("hw1-double")),
        "deleted-check": files(without(answered(), "hw1-double", "hw1-notes")),
        "deleted-answer": files(without(answered(), "hw1-double-answer")),
        "deleted-all": files(_emptied_of_cells()),
        "emptied-check": files(_changed("hw1-labels", source="")),
        "edited-check": files(_changed("hw1-labels", source="labels = None")),
        "nameless": files(_nameless()),
        "retyped": files(_changed("hw1-labels-answer", cell_type="raw")),
        "worth-more": files(_worth_more()),
        "oddly-cells": files(_odd_cells()),
        # Attacks
        "looks-around": files(answered(double=LOOK_AROUND, labels=""), notes=None),
        "always-equal": files(answered(double=ALWAYS_EQUAL, labels=""), notes=None),
        "forges": files(answered(double=FORGED, labels="labels = []"), notes=None),
        "answers-deep": files(answered(double=DEEP_ANSWER, labels="labels = []"), notes=None),
        "listens": files(answered(double=LISTENING, labels="labels = []"), notes=None),
        "links": files(_linking("os.symlink('/etc/hostname', 'notes.json')"), notes=None),
        "pipe": files(_linking("os.mkfifo('notes.json')"), notes=None),
        "locks": files(_linking("os.mkdir('d'); open('d/x', 'w'); os.chmod('d', 0)"), notes=None),
        "outlives": files(
            answered(
                first="import subprocess\nsubprocess.Popen(['sleep', '98765'], "
                "start_new_session=True)"
            )
        ),
        "calls-out": files(
            answered(
                double="import socket\ntry:\n"
                "    socket.create_connection(('127.0.0.1', %PORT%), 2)\n"
                "    print('REACHED')\nexcept OSError: pass",
                labels="",
            ),
            notes=None,
        ),
    }
    return made


def behind_the_exchange() -> dict[str, bytes]:
    """Give notebooks that no exchange would take, as they may still lie in the folder."""
    return {"no-json": b"{", "no-utf8": b'{"caf\xe9": 1}', "no-cells": b'{"nbformat": 4}'}


def _with_last(notebook: Any, *sources: str) -> Any:
    notebook.cells += [code(source) for source in sources]
    return notebook


def _copied(name: str) -> Any:
    notebook = answered()
    place = notebook.cells.index(cell_of(notebook, name))
    notebook.cells.insert(place + 1, copy.deepcopy(notebook.cells[place]))
    return notebook


def _changed(name: str, **fields: str) -> Any:
    notebook = answered()
    cell_of(notebook, name).update(fields)
    return notebook


def _emptied_of_cells() -> Any:
    notebook = answered()
    notebook.cells = []
    return notebook


def _nameless() -> Any:
    notebook = answered()
    del cell_of(notebook, "hw1-labels").metadata["nbgrader"]["grade_id"]
    del notebook.cells[0]["id"]
    notebook.cells[1].metadata["nbgrader"] = "what?"
    return notebook


def _worth_more() -> Any:
    notebook = answered(labels="labels = []")
    about = cell_of(notebook, "hw1-double").metadata["nbgrader"]
    about.update({"points": 2000, "solution": True, "schema_version": 99})
    cell_of(notebook, "hw1-labels-answer").metadata["nbgrader"].update({"grade": True, "points": 9})
    return notebook


def _odd_cells() -> Any:
    notebook = answered()
    notebook.cells[0]["source"] = ["# Title\n", "in pieces"]
    notebook.cells.append({"cell_type": "code", "source": "1 + 1", "metadata": {}})
    notebook.cells.append({"cell_type": "markdown", "source": [], "metadata": {"tags": 3}})
    notebook.cells.append({"cell_type": "raw", "source": "x", "metadata": {}, "outputs": 7})
    return notebook


def _linking(statement: str) -> Any:
    return answered(first=f"import os\n{statement}")
