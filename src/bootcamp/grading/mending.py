"""Makes a gradable notebook of whatever was handed in, from the released one.

Nothing in the learner's nbgrader metadata is believed but a cell's name: the rest, and the text of
every locked cell, comes from the released notebook. So copied, emptied, retyped, renamed and
deleted cells all end in a notebook that nbgrader can take, and no hand-in stops a class.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import nbformat

from bootcamp.characters import whole_text
from bootcamp.spoken import texts

__all__ = ["PUT_BACK", "Mended", "mend", "read_notebook"]

_ = texts("homework")
_n = _.count

PUT_BACK = "bootcamp_put_back"
"""Metadata of a cell that was missing: it is graded, and its code is not run."""

_MOST_CELLS = 2_000
"""Beyond them, only the exercises of a notebook count: a cell costs us more than its text."""

_nbformat: Any = nbformat


@dataclass(frozen=True)
class Mended:
    """A notebook that can be graded, and what had to be done for it, in plain words."""

    notebook: Any
    notes: tuple[str, ...]


def read_notebook(content: bytes) -> Any | None:
    """Give the notebook, or None when it cannot be read as one."""
    try:
        # Without validation: what is not valid is mended, and what cannot be is not believed.
        raw = json.loads(content.decode("utf-8"))
        notebook = _nbformat.convert(_nbformat.from_dict(raw), 4)
        list(notebook.cells)
    except Exception:  # hostile input: whatever goes wrong, it is no notebook
        return None
    return notebook


def mend(submitted: Any | None, released: Any) -> Mended:
    """Give the submitted notebook as nbgrader needs it; nothing submitted gives an empty one."""
    if submitted is None:
        note = _("The notebook could not be read, so it counts as not worked on.")
        return Mended(_put_all_back(released), (note,))
    known = {_name(cell): cell for cell in released.cells if _name(cell)}
    cells, left_out = _bounded([cell for cell in submitted.cells if _is_cell(cell)], known)
    cells = [_clean(cell) for cell in cells]
    last = {name: number for number, cell in enumerate(cells) if (name := _name(cell)) in known}
    for number, cell in enumerate(cells):
        name = _name(cell)
        if name is not None and last.get(name) == number:
            cells[number] = _restored(cell, known[name])
        else:
            cell.metadata.pop("nbgrader", None)
    missing = [name for name in known if name not in last]
    for name in missing:
        cells.insert(_place(name, list(known), cells), _put_back(known[name]))
    _give_ids(cells)
    notebook = copy.deepcopy(released)
    notebook.cells = cells
    notes = []
    if left_out:
        notes.append(
            _(
                "The notebook has {n:,} cells more than the {most:,} that are run; they were left "
                "out.",
                n=left_out,
                most=_MOST_CELLS,
            )
        )
    graded = [name for name in missing if name and _is_graded(known[name])]
    if graded:
        notes.append(
            _n(
                "{n} graded cell was missing and put back: {names}.",
                "{n} graded cells were missing and put back: {names}.",
                len(graded),
                names=", ".join(graded),
            )
        )
    return Mended(notebook, tuple(notes))


def _bounded(cells: list[Any], known: Collection[str | None]) -> tuple[list[Any], int]:
    """Give the first cells, with the exercises among those that follow, and how many are not."""
    first, rest = cells[:_MOST_CELLS], cells[_MOST_CELLS:]
    last = {name: cell for cell in rest if (name := _name(cell)) in known}
    return [*first, *last.values()], len(rest) - len(last)


def _clean(cell: Any) -> Any:
    """Copy a cell without its outputs and without what only we may write."""
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(map(str, source))
    metadata = {"nbgrader": {"grade_id": name}} if (name := _name(cell)) else {}
    make = {
        "code": _nbformat.v4.new_code_cell,
        "markdown": _nbformat.v4.new_markdown_cell,
        "raw": _nbformat.v4.new_raw_cell,
    }[cell.cell_type]
    fresh = make(source=whole_text(text))
    fresh.metadata = _nbformat.from_dict(metadata)
    return fresh


def _restored(cell: Any, released: Any) -> Any:
    """Give the released cell with the learner's text where text is the learner's to write."""
    whole = copy.deepcopy(released)
    if released.metadata.nbgrader.get("solution"):
        whole.source = cell.source
    return whole


def _put_back(released: Any) -> Any:
    cell = copy.deepcopy(released)
    cell.metadata[PUT_BACK] = True
    return cell


def _put_all_back(released: Any) -> Any:
    notebook = copy.deepcopy(released)
    notebook.cells = [_put_back(cell) if _name(cell) else cell for cell in notebook.cells]
    return notebook


def _place(name: str | None, order: list[str | None], cells: list[Any]) -> int:
    """Give where a missing cell belongs: after the nearest one that stood before it."""
    before = set(order[: order.index(name)])
    places = [number for number, cell in enumerate(cells) if _name(cell) in before]
    return max(places) + 1 if places else 0


def _give_ids(cells: list[Any]) -> None:
    """Number the cells: ids from a hand-in may be missing, doubled or of a wrong form."""
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:04d}"


def _is_cell(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") in {"code", "markdown", "raw"}


def _is_graded(cell: Any) -> bool:
    return bool(cell.metadata.nbgrader.get("grade") or cell.metadata.nbgrader.get("task"))


def _name(cell: Any) -> str | None:
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) and name else None
