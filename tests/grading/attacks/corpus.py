"""What an attack is, and how it becomes a notebook; the attacks stand in the modules beside this.

An attack prints TRIED when it has done its worst, so that none passes by failing early, and
REACHED when it got hold of what it should not. Every notebook also looks for what an attack
before it may have left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any

from tests.grading.small_course import answered, code, files, raw, released_notebook

__all__ = ["NOTEBOOK", "Attack", "look_back", "notebook_of"]

NOTEBOOK = "homework-1.ipynb"

Change = Callable[[Any], None]


@dataclass(frozen=True)
class Attack:
    """One hostile notebook: `cells` come after the answers, or before them.

    `deserves` is what the honest content is worth (0 when `answered` is false); an attack that
    does not `survive` ends its own process. `most` bounds what is kept of its outputs.
    """

    name: str
    goal: str
    cells: tuple[str, ...] = ()
    answered: bool = False
    first: bool = False
    survives: bool = True
    change: Change | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)
    most: int = 300_000

    @property
    def deserves(self) -> float:
        """The most points that the machine may give."""
        return 4 if self.answered else 0


# Marks of an earlier notebook, wherever a process or a file of it could have left one.
_LOOK_BACK = """
def _look_back():
    import builtins, ctypes, os, sys
    found = [n for n in ("builtins", "json", "sys", "os", "IPython", "pandas", "ipykernel")
             if hasattr(sys.modules.get(n), "_poisoned")]
    found += [n for n in os.environ if n.startswith("POISON")]
    for place in (".", "..", "~", "/tmp", "/dev/shm", "/var/tmp", "/run", "/dev/mqueue", "/home"):
        place = os.path.expanduser(place)
        if os.path.isdir(place):
            found += [f"{place}/{n}" for n in os.listdir(place) if n.startswith("poison")]
    libc = ctypes.CDLL(None)
    if libc.shmget(987654, 0, 0) >= 0:
        found.append("shared memory")
    if libc.semget(987654, 0, 0) >= 0:
        found.append("semaphores")
    if "poison" in open("/proc/net/unix").read():
        found.append("socket")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if b"98765" in open(f"/proc/{pid}/cmdline", "rb").read():
                found.append(f"process {pid}")
        except OSError:
            pass
    return found
_left = _look_back()
if _left:
    print("REACHED", _left)
"""


def look_back(notebook: Any) -> Any:
    """Let this notebook look for traces of others before its own cells run."""
    notebook.cells.insert(0, code(_LOOK_BACK))
    return notebook


def notebook_of(attack: Attack, **places: str) -> dict[str, bytes]:
    """Give the files of this hand-in; `%NAME%` in a cell stands for `places["NAME"]`."""
    notebook = answered() if attack.answered else released_notebook()
    cells = []
    for number, source in enumerate(attack.cells):
        text = dedent(source).strip()
        for name, place in places.items():
            text = text.replace(f"%{name}%", place)
        cells.append(code(f"{text}\nprint('TRIED', {number})"))
    notebook.cells = cells + notebook.cells if attack.first else notebook.cells + cells
    if not attack.first:
        look_back(notebook)
    if attack.change is not None:
        attack.change(notebook)
    notes = files(notebook) if attack.answered else {}
    return {**notes, NOTEBOOK: raw(notebook), **attack.beside}
