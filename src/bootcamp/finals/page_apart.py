"""Makes a notebook's page; a heavy one in a process of its own, ended when it takes too long.

What a cell puts out may be a table of a hundred thousand rows, or made to keep an HTML parser busy
for hours. The other teams' runs must not wait for it.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import nbformat

from bootcamp.finals.pages import notebook_page, plain_page
from bootcamp.language import N_, VARIABLE, language
from bootcamp.spoken import texts

__all__ = ["page_of", "serve"]

_ = texts("finals")

_SECONDS = 45
_MEMORY_BYTES = 2 << 30
_HEAVY_CHARACTERS = 200_000
_HEAVY_TEXT = 40_000
"""Of text cells: how long they take grows faster than they do."""
_HEAVY_MARKS = 6_000
_HEAVY_OUTPUTS = 300
_HEAVY_DEPTH = 50

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_WITHOUT_END = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "wbr"})
_TOO_HEAVY = N_(
    "This notebook has put out more than a page can show. Open the executed notebook in JupyterLab,"
    " or print and display less: a few rows in place of all."
)


def page_of(notebook: Any, *, title: str, subtitle: str, code: bool) -> str:
    """Give an executed notebook as a page; one that cannot be shown says so."""
    if not _is_heavy(notebook):
        return notebook_page(notebook, title=title, subtitle=subtitle, code=code)
    about = {"title": title, "subtitle": subtitle, "code": code}
    try:
        done = subprocess.run(
            [sys.executable, "-c", "from bootcamp.finals.page_apart import serve; serve()"],
            input=json.dumps({"notebook": notebook, "about": about}).encode(),
            env={**os.environ, VARIABLE: language()},
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, RecursionError):
        return plain_page(title=title, subtitle=subtitle, text=_(_TOO_HEAVY))
    return done.stdout.decode()


def serve() -> None:
    """Make the page of the notebook on standard input; this is the process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    given = json.load(sys.stdin.buffer)
    page = notebook_page(nbformat.from_dict(given["notebook"]), **given["about"])  # type: ignore[no-untyped-call]
    sys.stdout.buffer.write(page.encode())


def _is_heavy(notebook: Any) -> bool:
    """Say whether its page might take seconds; a wrong guess costs only a process."""
    if sum(len(cell.get("outputs", ())) for cell in notebook.cells) > _HEAVY_OUTPUTS:
        return True
    prose = [str(cell.source) for cell in notebook.cells if cell.cell_type != "code"]
    printed = [str(text) for cell in notebook.cells for text in _printed(cell)]
    code = sum(len(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    if code > _HEAVY_CHARACTERS or sum(map(len, prose)) > _HEAVY_TEXT:
        return True
    whole = "\n".join([*prose, *printed])
    marks = sum(whole.count(mark) for mark in "<&[\x1b")
    return len(whole) > _HEAVY_CHARACTERS or marks > _HEAVY_MARKS or _is_deep(whole)


def _printed(cell: Any) -> Iterator[object]:
    for output in cell.get("outputs", ()):
        yield output.get("text", "")
        yield from output.get("traceback", ())
        yield from (
            value for kind, value in output.get("data", {}).items() if kind.startswith("text/")
        )


def _is_deep(text: str) -> bool:
    """Say whether so many tags are open at one place that a parser labours."""
    depth = 0
    for end, name in _TAG.findall(text):
        if name.lower() not in _WITHOUT_END:
            depth = max(0, depth - 1) if end else depth + 1
        if depth > _HEAVY_DEPTH:
            return True
    return False
