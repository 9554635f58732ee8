"""What a hand-in may hold, and how it is told when it may not. Nothing here touches the disk."""

from __future__ import annotations

import hashlib
import json
import threading
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from bootcamp.errors import HandInRefused

__all__ = [
    "KINDS",
    "MOST_ARRIVING_BYTES",
    "MOST_BYTES",
    "MOST_FILES",
    "accepted_files",
    "digest",
    "for_grading",
    "worth_mentioning",
]

MOST_BYTES = 20_000_000
MOST_ARRIVING_BYTES = 80_000_000
"""Before outputs are cleared: what cells printed may be larger than all that anybody wrote."""
MOST_FILES = 100
KINDS = frozenset({".ipynb", ".csv", ".json", ".txt", ".md", ".py", ".xlsx"})
_LONGEST_NAME = 150
# A notebook takes many times its size while it is read: one big one at a time.
_clearing = threading.Lock()


def accepted_files(
    assignment: str, files: Mapping[str, bytes], released: Any = None
) -> dict[str, bytes]:
    """Give the files under clean relative names, the homework's own notebook among them.

    They are as they came, save that a notebook which alone is too big has lost its outputs. A
    notebook of another name is taken for the homework when it is the only one and has cells of
    the `released` one.

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
    notebook = _homework_among(assignment, clean, released)
    if len(clean[notebook]) > MOST_BYTES:
        clean[notebook] = _without_outputs(notebook, clean[notebook])
    _refuse_too_big(notebook, clean)
    parse_notebook(notebook, clean[notebook])
    return clean


def for_grading(
    assignment: str, kept: Mapping[str, bytes], released: Any
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Give accepted files as nbgrader needs them, and what had to be done for it.

    The notebook has the homework's name and is UTF-8; always the same for the same files.
    """
    files, name = dict(kept), f"{assignment}.ipynb"
    found = _homework_among(assignment, kept, released)
    told = []
    if found != name:
        told.append(f"'{found}' was taken for {name}, whose cells it has.")
        files[name] = files.pop(found)
    text, encoding = _decoded(files[name])
    if encoding != "utf-8":
        told.append(
            f"{found} was not saved as UTF-8 but as {_ENCODINGS[encoding]}: it was read as that. "
            "Look at its accents in JupyterLab, and save it there."
        )
        files[name] = text.encode("utf-8", errors="replace")
    return files, tuple(told)


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
        raw = json.loads(_decoded(content)[0])
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
    retyped = [n for n in given if n in expected and given[n].cell_type != expected[n].cell_type]
    if retyped:
        warnings.append(
            f"{_counted(len(retyped), 'exercise cell has', 'exercise cells have')} become one of "
            f"another type ({', '.join(retyped)}), such as text instead of code. What you wrote is "
            "read as the type that it had."
        )
    emptied = [
        name
        for name, cell in answers.items()
        if name in given and _source(cell).strip() and not _source(given[name]).strip()
    ]
    if emptied:
        warnings.append(
            f"{_counted(len(emptied), 'answer is', 'answers are')} empty ({', '.join(emptied)})."
        )
    if answers and all(_source(given.get(name, {})) == _source(answers[name]) for name in answers):
        warnings.append(
            "All answers are still as you received them. Save your notebook (Ctrl + S) and hand in "
            "again if you have worked on it."
        )
    return tuple(warnings)


_CELL_TYPES = {"code", "markdown", "raw"}
_ENCODINGS = {
    "utf-8-sig": "UTF-8 with a byte-order mark",
    "cp1252": "Windows' Western European text",
    **dict.fromkeys(("utf-16", "utf-16-le", "utf-16-be"), "UTF-16"),
    **dict.fromkeys(("utf-32", "utf-32-le", "utf-32-be"), "UTF-32"),
}


def _decoded(content: bytes) -> tuple[str, str]:
    """Give a JSON text and its encoding, where that leaves no doubt.

    Raises:
        UnicodeDecodeError: it does.
    """
    encoding = json.detect_encoding(content)
    try:
        return content.decode(encoding), encoding
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise
    # Its five bytes without a meaning, which other encodings use, are refused.
    return content.decode("cp1252"), "cp1252"


def _homework_among(assignment: str, files: Mapping[str, bytes], released: Any) -> str:
    name = f"{assignment}.ipynb"
    if name in files:
        return name
    others = [other for other in files if other.endswith(".ipynb")]
    if released is not None and len(others) == 1:
        expected = set(_graded(released.cells))
        try:
            small = files[others[0]]
            if len(small) > MOST_BYTES:
                small = _without_outputs(others[0], small)
            if expected & set(_graded(parse_notebook(others[0], small).cells)):
                return others[0]
        except HandInRefused:
            pass  # whatever it is, it is not the homework
    raise HandInRefused(_without_notebook(name, files))


def _without_outputs(name: str, content: bytes) -> bytes:
    """Give the notebook without what its cells printed; the same for the same notebook."""
    with _clearing:
        try:
            raw = json.loads(_decoded(content)[0])
            for cell in raw["cells"]:
                if cell.get("cell_type") == "code":
                    cell["outputs"], cell["execution_count"] = [], None
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            parse_notebook(name, content)  # says what it is instead
            return content
        return json.dumps(raw, ensure_ascii=False, indent=1).encode("utf-8", errors="replace")


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
