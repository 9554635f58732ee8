"""What a hand-in may hold, and how it is told when it may not. Nothing here touches the disk."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from bootcamp.errors import HandInRefused

__all__ = ["KINDS", "MOST_BYTES", "MOST_FILES", "accepted_files", "digest", "worth_mentioning"]

MOST_BYTES = 20_000_000
MOST_FILES = 100
KINDS = frozenset({".ipynb", ".csv", ".json", ".txt", ".md", ".py", ".xlsx"})
_LONGEST_NAME = 150


def accepted_files(assignment: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the files under clean relative names, the homework's own notebook among them.

    Raises:
        HandInRefused: something about them is wrong; the message says what to do.
    """
    if len(files) > MOST_FILES:
        raise HandInRefused(
            f"That is {len(files)} files; at most {MOST_FILES} can be handed in. Hand in your "
            f"{assignment}.ipynb and the few files that belong to it."
        )
    clean: dict[str, bytes] = {}
    for name, content in files.items():
        path = _clean_name(name)
        if path in clean:
            raise HandInRefused(f"There are two files called '{path}'. Hand in each file once.")
        if ".ipynb_checkpoints" not in path.split("/"):
            clean[path] = bytes(content)
    for path in clean:
        inside = next((str(p) for p in PurePosixPath(path).parents if str(p) in clean), None)
        if inside:
            raise HandInRefused(f"'{inside}' cannot be a file and a folder. Rename one of them.")
    notebook = f"{assignment}.ipynb"
    if notebook not in clean:
        raise HandInRefused(_without_notebook(notebook, clean))
    _refuse_too_big(notebook, clean)
    parse_notebook(notebook, clean[notebook])
    return clean


def digest(files: Mapping[str, bytes]) -> str:
    """Give one SHA-256 over all names and contents, whatever their order."""
    whole = hashlib.sha256()
    for name in sorted(files):
        content = hashlib.sha256(files[name]).hexdigest()
        whole.update(f"{len(name.encode())}:{name}:{content}\n".encode())
    return whole.hexdigest()


def parse_notebook(name: str, content: bytes) -> Any:
    """Give the notebook as nbformat reads it, in today's format.

    Raises:
        HandInRefused: it is none; the message says in plain words what it is instead.
    """
    import nbformat  # noqa: PLC0415

    if not content.strip():
        raise HandInRefused(f"{name} is empty. Open it, save it (Ctrl + S) and hand in again.")
    try:
        raw = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise HandInRefused(
            f"{name} is not saved as UTF-8, so it cannot be read. Open it in JupyterLab, save it "
            "there and hand in again."
        ) from None
    except (ValueError, RecursionError):
        raise HandInRefused(
            f"{name} is not a notebook: it may be damaged or a renamed file of another kind. "
            "Hand in the notebook that you opened from your home page."
        ) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise HandInRefused(
            f"{name} is not a notebook, though it has a notebook's name. Hand in the notebook "
            "that you opened from your home page."
        )
    library: Any = nbformat
    try:
        notebook = library.convert(library.from_dict(raw), 4)
        sound = all(map(_is_cell, notebook.cells))
    except Exception:
        sound = False
    if not sound:
        raise HandInRefused(
            f"{name} is damaged: it looks like a notebook, but its cells cannot be read. Hand in "
            "an earlier copy, or ask your facilitator for the homework again."
        )
    return notebook


def worth_mentioning(notebook: Any, released: Any) -> tuple[str, ...]:
    """Give what a citizen should know about an accepted notebook, compared to the released one."""
    expected = _graded(released.cells)
    found = [name for cell in notebook.cells if (name := _grade_id(cell))]
    warnings = []
    missing = [name for name in expected if name not in found]
    if missing:
        warnings.append(
            f"{_counted(len(missing), 'exercise cell is', 'exercise cells are')} missing from your "
            f"notebook ({', '.join(missing)}). It counts as left empty; get the homework again "
            "from your home page if that was not meant."
        )
    twice = sorted({name for name in found if name in expected and found.count(name) > 1})
    if twice:
        warnings.append(
            f"{_counted(len(twice), 'exercise cell stands', 'exercise cells stand')} there twice "
            f"({', '.join(twice)}). The lower one counts."
        )
    answers = {name: cell for name, cell in expected.items() if _is_answer(cell)}
    given = _graded(notebook.cells)
    if answers and all(_source(given.get(name, {})) == _source(answers[name]) for name in answers):
        warnings.append(
            "All answers are still as you received them. Save your notebook (Ctrl + S) and hand in "
            "again if you have worked on it."
        )
    return tuple(warnings)


_CELL_TYPES = {"code", "markdown", "raw"}


def _clean_name(name: str) -> str:
    text = unicodedata.normalize("NFC", name)
    path = PurePosixPath(text)
    unsafe = (
        not text
        or text.startswith("/")
        or "\\" in text
        or any(part in {"", ".", ".."} for part in text.split("/"))
        or any(unicodedata.category(character).startswith("C") for character in text)
        or len(text.encode("utf-8", errors="replace")) > _LONGEST_NAME
        or (len(text) > 1 and text[1] == ":")
    )
    if unsafe:
        shown = "".join(letter if letter.isprintable() else "?" for letter in text[:60])
        raise HandInRefused(
            f"The file name '{shown}' cannot be accepted. Use names inside the homework's folder, "
            "such as notes.txt or data/times.csv."
        )
    if path.suffix.lower() not in KINDS:
        raise HandInRefused(
            f"'{text}' is of a kind that cannot be handed in. Accepted are "
            f"{', '.join(sorted(KINDS))}; leave the others out."
        )
    return text


def _without_notebook(notebook: str, files: Mapping[str, bytes]) -> str:
    others = [name for name in files if name.endswith(".ipynb")]
    if not others:
        return f"The notebook {notebook} is missing. Hand in that file, under this name."
    if notebook in {PurePosixPath(name).name for name in others}:
        return f"{notebook} must not be in a folder of its own. Hand in the file itself."
    return (
        f"This homework's notebook is called {notebook}; yours is called '{others[0]}'. Rename "
        f"it to {notebook} (right-click it in JupyterLab, then Rename) and hand in again."
    )


def _refuse_too_big(notebook: str, files: Mapping[str, bytes]) -> None:
    total = sum(map(len, files.values()))
    if total <= MOST_BYTES:
        return
    size = f"{total / 1e6:.0f} MB of at most {MOST_BYTES / 1e6:.0f} MB"
    largest = max(files, key=lambda name: len(files[name]))
    if largest == notebook:
        raise HandInRefused(
            f"{notebook} is too big ({size}), most often because of what its cells printed. In "
            "JupyterLab choose Edit, then Clear Outputs of All Cells, save and hand in again."
        )
    raise HandInRefused(
        f"The files are too big together ({size}). The largest is '{largest}': leave it out or "
        "hand in a smaller part of it."
    )


def _grade_id(cell: Any) -> str | None:
    metadata = cell.get("metadata", {}).get("nbgrader")
    grade_id = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _graded(cells: Iterable[Any]) -> dict[str, Any]:
    return {name: cell for cell in cells if (name := _grade_id(cell))}


def _is_cell(cell: Any) -> bool:
    return (
        cell.cell_type in _CELL_TYPES
        and isinstance(cell.source, str | list)
        and isinstance(cell.get("metadata", {}), dict)
    )


def _is_answer(cell: Any) -> bool:
    return bool(cell.metadata.nbgrader.get("solution"))


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
