"""The floor of grading: the processor time of a notebook's own cells in a process that is warm.

`python -m benchmarks.grading_floor NOTEBOOK FOLDER` prints seconds, the median of some runs.
"""

from __future__ import annotations

import contextlib
import io
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.interactiveshell import InteractiveShell

_RUNS = 9


def main() -> None:
    """Run the cells once to get warm, then measure."""
    library: Any = nbformat
    cells = [c.source for c in library.read(sys.argv[1], as_version=4).cells]
    kinds = [c.cell_type for c in library.read(sys.argv[1], as_version=4).cells]
    code = [source for source, kind in zip(cells, kinds, strict=True) if kind == "code"]
    os.chdir(Path(sys.argv[2]))
    taken = []
    for _ in range(_RUNS + 1):
        InteractiveShell.clear_instance()
        shell: Any = InteractiveShell.instance()
        shell.history_manager.enabled = False
        before = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            for source in code:
                shell.run_cell(source)
        taken.append(time.process_time() - before)
    sys.stdout.write(f"{statistics.median(taken[1:]):.6f}\n")


if __name__ == "__main__":
    main()
