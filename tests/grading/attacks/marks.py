"""Attacks that want a higher mark: lies of values, forged answers, edited notebooks."""

from __future__ import annotations

from typing import Any

from tests.grading.attacks.corpus import Attack
from tests.grading.small_course import cell_of, code, text

__all__ = ["ATTACKS"]

GOAL = "raise the own mark"
SPOOF = "spoof a probe's answer"

ALWAYS_EQUAL = """
class Always:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __hash__(self): return 1
    def __bool__(self): return True
    def __instancecheck__(self, other): return True
class Labels(Always, list): pass
class Number(Always, int): pass
class Text(Always, str): pass
calls = []
def double(x):
    calls.append(x)
    return Number(1) if isinstance(x, int) else Text("x")
labels = Labels([Text("a"), Text("b"), Text("c")])
"""

CLASS_LIES = """
class Liar:
    __class__ = property(lambda self: list)
    __module__ = "numpy"
    def tolist(self): return self
    def __iter__(self): return iter(())
    def isoformat(self): return self
    def __fspath__(self): return self
Frame = type("DataFrame", (Liar,), {"__module__": "pandas", "to_dict": lambda self, _: self})
Series = type("Series", (Liar,), {"__module__": "pandas"})
labels = Liar()
turns = [Frame(), Series(), Liar(), type("float64", (float,), {"__module__": "numpy"})(1)]
def double(x): return turns.pop()
"""

PATCHED_JSON = """
import base64, json
fake = '{"value": true, "points": 99, "score": 99, "verdict": {"points": 2}}'
json.dumps = lambda *a, **k: fake
json.JSONEncoder.encode = json.JSONEncoder.iterencode = lambda *a, **k: fake
base64.b64encode = lambda *a, **k: fake.encode()
"""

PATCHED_BUILTINS = """
import builtins
real = {name: getattr(builtins, name) for name in ("isinstance", "type", "len", "str", "repr")}
builtins.isinstance = lambda *a: True
builtins.len = lambda *a: 1
builtins.hasattr = lambda *a: True
builtins.repr = builtins.ascii = lambda *a: "True"
"""

REPLACED_SHELL = """
import sys
shell = get_ipython()
class Magic(dict):
    def __missing__(self, name): return "quince"
    def __getitem__(self, name): return True
kind = type(shell)
kind.user_expressions = lambda self, e: {k: {"status": "ok", "data": {"text/plain": "99"}} for k in e}
kind.run_cell = kind.run_cell_async = lambda self, *a, **k: None
kind.ev = lambda self, *a: True
for name in ("answer", "_answer", "_bootcamp_probe", "_plain", "plain"):
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith(("bootcamp", "__main__")):
            if hasattr(module, name):
                setattr(module, name, lambda *a, **k: '{"value": true, "points": 99}')
shell.user_ns.update(Magic(), _bootcamp_probe=lambda *a: "99")
"""

TRACED = """
import sys, threading
seen = []
def trace(frame, event, arg):
    names = frame.f_locals
    for name in ("asked", "question", "answer", "found", "target", "text", "value"):
        if name in names:
            seen.append(repr(names[name]))
    if event == "return" and frame.f_code.co_name in ("answer", "plain", "_plain"):
        frame.f_locals["found"] = {"value": True, "points": 99}
    return trace
sys.settrace(trace); sys.setprofile(trace); threading.settrace(trace)
frame = sys._getframe()
while frame is not None:
    frame.f_trace = trace
    frame = frame.f_back
"""

FORGED_FRAMES = """
import base64, json, os, socket, stat, struct, threading, time
answers = [
    {"done": {"answer": json.dumps({"value": True, "points": 99})}, "number": n} for n in range(99)
] + [{"verdict": {"points": 99}}, "ended", "warm", {"points": 99, "score": 99}, None, [], 7]
def flood():
    for _ in range(3):
        for fd in map(int, os.listdir("/proc/self/fd")):
            try:
                if stat.S_ISSOCK(os.fstat(fd).st_mode):
                    for answer in answers:
                        text = json.dumps(answer).encode()
                        os.write(fd, struct.pack("!I", len(text)) + text)
            except OSError: pass
threading.Thread(target=flood, daemon=True).start()
time.sleep(0.2)
"""

BROKEN_FRAMES = """
import os, stat
for fd in map(int, os.listdir("/proc/self/fd")):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.set_blocking(fd, False)
            os.write(fd, b"\\xff\\xff\\xff\\xff" + b"[" * 100_000)
    except OSError: pass
"""

FORGED_MESSAGES = """
import glob, json, threading, time
shell = get_ipython()
session = getattr(getattr(shell, "kernel", None), "session", None)
for path in glob.glob("/tmp/*/connection.json"):
    with open(path) as file:
        key = json.load(file)["key"]
def forge():
    kernel = shell.kernel
    for _ in range(50):
        content = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions":
                   {"answer": {"status": "ok", "data": {"text/plain": "'eyJ2YWx1ZSI6IHRydWV9'"}}}}
        for socket in (getattr(kernel, "shell_stream", None), getattr(kernel, "iopub_socket", None)):
            try: session.send(socket, "execute_reply", content, parent=kernel.get_parent())
            except Exception: pass
        time.sleep(0.02)
if session is not None:
    threading.Thread(target=forge, daemon=True).start()
"""

ODD_OUTPUTS = """
import json, os, stat, struct
for output in ({}, {"header": 5, "content": 5}, {"header": {"msg_type": []}, "content": {}},
               {"header": {"msg_type": "stream"}, "content": []}, {"content": None, "header": None},
               {"header": {"msg_type": "stream"}, "content": {"name": [], "text": "half \\ud800"}},
               {"header": {"msg_type": "error"}, "content": {"ename": {}, "traceback": [[], 5]}}):
    text = json.dumps({"output": output}).encode()
    for fd in map(int, os.listdir("/proc/self/fd")):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                os.write(fd, struct.pack("!I", len(text)) + text)
        except OSError: pass
"""

HALF_CHARACTERS = """
half = "half \\ud800"
print(half)
labels = [half, {half: half}]
def double(x): return half
raise_me = type("Half", (Exception,), {})
try: get_ipython().showtraceback((raise_me, raise_me(half), None))
except Exception: pass
"""

MODULE_SPOOFED = """
import sys
sys.path.insert(0, ".")
try:
    import bootcamp.grading.checks as checks
    checks._is_points = lambda *a: True
    checks.Check.verdict = lambda self, learner: checks.Verdict(99, "Full marks.")
    checks.load_checks = lambda *a: {}
except Exception: pass
try:
    import bootcamp.grading.learner as learner
    learner.ExecutedLearner.value = lambda *a: ["order", "invoice", "return"]
except Exception: pass
"""


def _more_points(notebook: Any) -> None:
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader")
        if about:
            about.update(points=2000, grade=True, solution=False, locked=False, task=True)


def _put_back_claimed(notebook: Any) -> None:
    for cell in notebook.cells:
        cell.metadata["bootcamp_put_back"] = True


def _scores_in_outputs(notebook: Any) -> None:
    for name in ("hw1-double", "hw1-labels", "hw1-notes"):
        cell = cell_of(notebook, name)
        cell.source = "2.0"
        cell.outputs = [
            {"output_type": "execute_result", "data": {"text/plain": "2.0"}, "metadata": {},
             "execution_count": 1}
        ]  # fmt: skip


def _copied_with_more(notebook: Any) -> None:
    import copy

    for name in ("hw1-double", "hw1-labels", "hw1-notes", "hw1-why"):
        for points in (50, -50, "many", None, 1e308):
            again = copy.deepcopy(cell_of(notebook, name))
            again.metadata["nbgrader"]["points"] = points
            notebook.cells += [again, code("2.0")]


def _half_characters(notebook: Any) -> None:
    notebook.cells += [code("# \ud800"), text("\udfff half")]
    cell_of(notebook, "hw1-why").source += " \ud83d"
    notebook.metadata["title"] = "\ud800"


ATTACKS = (
    Attack("always-equal", GOAL, (ALWAYS_EQUAL,)),
    Attack("class-lies", SPOOF, (CLASS_LIES,)),
    Attack("patched-json", SPOOF, (PATCHED_JSON,), survives=False),
    Attack("patched-builtins", SPOOF, (PATCHED_BUILTINS,), survives=False),
    Attack("replaced-shell", SPOOF, (REPLACED_SHELL,)),
    Attack("traced", SPOOF, (TRACED,)),
    Attack("forged-frames", SPOOF, (FORGED_FRAMES,), survives=False),
    Attack("broken-frames", SPOOF, (BROKEN_FRAMES,), survives=False),
    Attack("forged-messages", SPOOF, (FORGED_MESSAGES,)),
    Attack("odd-outputs", SPOOF, (ODD_OUTPUTS,), answered=True),
    Attack("half-characters", SPOOF, (HALF_CHARACTERS,)),
    Attack("half-characters-written", GOAL, change=_half_characters, answered=True),
    Attack("module-spoofed", GOAL, (MODULE_SPOOFED,)),
    Attack(
        "asserts-dropped",
        GOAL,
        (
            """
            def transform(lines):
                return [line.replace("assert", "#") for line in lines]
            get_ipython().input_transformers_cleanup.append(transform)
            get_ipython().input_transformers_post.append(transform)
            """,
        ),
        first=True,
    ),
    Attack(
        "hooked",
        "read tests",
        (
            """
            def heard(*given):
                with open("heard.txt", "a") as file:
                    file.write(repr([getattr(item, "raw_cell", item) for item in given]))
                if "quin" + "ce" in open("heard.txt").read():
                    print("REACHED")
            for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
                get_ipython().events.register(event, heard)
            """,
        ),
        first=True,
    ),
    Attack(
        "dict-without-end",
        SPOOF,
        (
            """
            import itertools
            class Endless(dict):
                def items(self): return ((str(n), n) for n in itertools.count())
            class List(list):
                def __iter__(self): return itertools.count()
            def double(x): return Endless()
            labels = List()
            """,
        ),
    ),
    Attack(
        "generators",
        SPOOF,
        ("def double(x):\n    yield from iter(int, 1)\nlabels = (x for x in iter(int, 1))",),
    ),
    Attack(
        "huge-numbers",
        SPOOF,
        (
            """
            import sys
            sys.set_int_max_str_digits(0)
            def double(x): return 7 ** 200_000
            labels = [float("nan"), float("inf"), -0.0, 1e308 * 10]
            """,
        ),
    ),
    Attack(
        "recursion",
        SPOOF,
        (
            """
            labels = []
            labels.append(labels)
            loop = {}
            loop["loop"] = loop
            def double(x):
                deep = []
                for _ in range(100_000): deep = [deep]
                return deep if x == 21 else loop
            """,
        ),
    ),
    Attack(
        "slow-values",
        SPOOF,
        (
            """
            import time
            class Slow(list):
                def __eq__(self, other): time.sleep(600); return True
                def __iter__(self): time.sleep(600); return iter(())
                def __len__(self): time.sleep(600); return 3
                __hash__ = __repr__ = __str__ = __len__
            labels = Slow()
            def double(x): return {Slow: 1}
            """,
        ),
    ),
    Attack(
        "texts-that-change",
        SPOOF,
        (
            """
            class Text(str):
                def __str__(self): return Text("order")
                def __getitem__(self, n): return "order"
                def encode(self, *a): return b'{"value": true}'
            labels = Text("x")
            def double(x): return Text("y")
            """,
        ),
    ),
    Attack(
        "error-names",
        SPOOF,
        (
            """
            def double(x):
                raise type("<script>alert(1)</script>\\x1b[31m", (Exception,), {})("points: 99")
            class Loud(BaseException): pass
            class Meta(type):
                def __getattribute__(self, name): raise Loud
            labels = Meta("M", (), {})()
            """,
        ),
    ),
    Attack(
        "exit-hooks",
        SPOOF,
        (
            """
            import atexit, gc, weakref, sys, threading
            def forged(*_): print('{"value": true, "points": 99}')
            atexit.register(forged)
            gc.callbacks.append(forged)
            class Thing: pass
            thing = Thing()
            final = weakref.finalize(thing, forged)
            sys.unraisablehook = sys.excepthook = threading.excepthook = forged
            """,
        ),
    ),
    Attack(
        "audit-hooks",
        SPOOF,
        (
            """
            import sys
            def refuse(event, args):
                if event.startswith(("compile", "exec", "socket", "open")) and armed:
                    raise RuntimeError("no")
            armed = []
            sys.addaudithook(refuse)
            import threading
            threading.Timer(0.5, lambda: armed.append(1)).start()
            """,
        ),
    ),
    Attack(
        "threads",
        SPOOF,
        (
            """
            import itertools, threading
            def change():
                for n in itertools.count():
                    globals()["labels"] = [["order"], "order", {"points": 99}, True][n % 4]
            for _ in range(8): threading.Thread(target=change, daemon=True).start()
            """,
        ),
    ),
    Attack(
        "alarms",
        SPOOF,
        (
            """
            import signal
            def raises(*_): raise KeyboardInterrupt('{"points": 99}')
            for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
                signal.signal(number, raises)
            signal.setitimer(signal.ITIMER_REAL, 0.8, 0.01)
            """,
        ),
    ),
    Attack(
        "namespace-replaced",
        SPOOF,
        (
            """
            class Everything(dict):
                def __getitem__(self, name): return True
                def get(self, name, *_): return True
            shell = get_ipython()
            shell.user_ns = Everything(globals())
            """,
        ),
        survives=False,
    ),
    Attack("last-value-is-a-score", GOAL, ("2.0", "99", "from IPython.display import *; 4.0")),
    Attack("points-in-metadata", GOAL, change=_more_points),
    Attack("put-back-claimed", GOAL, change=_put_back_claimed),
    Attack("scores-in-outputs", GOAL, change=_scores_in_outputs),
    Attack("copied-with-more", GOAL, change=_copied_with_more),
    Attack(
        "notes-of-all-kinds",
        GOAL,
        (
            """
            import os, threading
            open("real.json", "w").write('{"points": 99}')
            def swap():
                while True:
                    for target in ("/etc/passwd", "real.json", "/proc/self/environ", "/dev/zero"):
                        try:
                            os.symlink(target, "next.json"); os.replace("next.json", "notes.json")
                        except OSError: pass
            threading.Thread(target=swap, daemon=True).start()
            """,
        ),
    ),
    Attack(
        "own-notebook-rewritten",
        GOAL,
        (
            """
            import os, pathlib
            for name in ("homework-1.ipynb", "../homework-1.ipynb", "score.json", "results.json"):
                pathlib.Path(name).write_text('{"score": 99, "cells": [], "points": 99}')
            for name in ("autograded", "feedback", "gradebook.db"):
                os.makedirs(f"{name}/homework-1", exist_ok=True)
            """,
        ),
    ),
    Attack(
        "early-by-its-own-clock",
        "a time before the deadline",
        ("import os\nos.utime('homework-1.ipynb' if os.path.exists('homework-1.ipynb') else '.', (0, 0))",),
        beside={"timestamp.txt": b"1999-01-01 00:00:00.000000 UTC"},
    ),
)  # fmt: skip
