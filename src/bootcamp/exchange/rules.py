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
from bootcamp.language import N_
from bootcamp.spoken import texts

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

_ = texts("homework")
_n = _.count
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
            _(
                "That is {count} files; at most {most} can be handed in. Hand in your "
                "{assignment}.ipynb and the few files that belong to it.",
                count=len(files),
                most=MOST_FILES,
                assignment=assignment,
            )
        )
    clean: dict[str, bytes] = {}
    for name, content in files.items():
        path = _clean_name(name)
        if path in clean:
            raise HandInRefused(
                _("There are two files called '{path}'. Hand in each file once.", path=path)
            )
        if ".ipynb_checkpoints" not in path.split("/"):
            clean[path] = bytes(content)
    for path in clean:
        inside = next((str(p) for p in PurePosixPath(path).parents if str(p) in clean), None)
        if inside:
            raise HandInRefused(
                _("'{name}' cannot be a file and a folder. Rename one of them.", name=inside)
            )
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
        told.append(
            _("'{found}' was taken for {name}, whose cells it has.", found=found, name=name)
        )
        files[name] = files.pop(found)
    text, encoding = _decoded(files[name])
    if encoding != "utf-8":
        told.append(
            _(
                "{name} was not saved as UTF-8 but as {encoding}: it was read as that. Look at its "
                "accents in JupyterLab, and save it there.",
                name=found,
                encoding=_(_ENCODINGS[encoding]),
            )
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
        raise HandInRefused(
            _("{name} is empty. Open it, save it (Ctrl + S) and hand in again.", name=name)
        )
    try:
        raw = json.loads(_decoded(content)[0])
    except UnicodeDecodeError:
        raise HandInRefused(
            _(
                "{name} is not saved as UTF-8, so it cannot be read. Open it in JupyterLab, save "
                "it there and hand in again.",
                name=name,
            )
        ) from None
    except (ValueError, RecursionError):
        raise HandInRefused(
            _(
                "{name} is not a notebook: it may be damaged or a renamed file of another kind. "
                "Hand in the notebook that you opened from your home page.",
                name=name,
            )
        ) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise HandInRefused(
            _(
                "{name} is not a notebook, though it has a notebook's name. Hand in the notebook "
                "that you opened from your home page.",
                name=name,
            )
        )
    library: Any = nbformat
    try:
        notebook = library.convert(library.from_dict(raw), 4)
        sound = all(map(_is_cell, notebook.cells))
    except Exception:
        sound = False
    if not sound:
        raise HandInRefused(
            _(
                "{name} is damaged: it looks like a notebook, but its cells cannot be read. Hand "
                "in an earlier copy, or ask your facilitator for the homework again.",
                name=name,
            )
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
            _n(
                "{n} exercise cell is missing from your notebook ({names}). It counts as left "
                "empty; get the homework again from your home page if that was not meant.",
                "{n} exercise cells are missing from your notebook ({names}). They count as left "
                "empty; get the homework again from your home page if that was not meant.",
                len(missing),
                names=", ".join(missing),
            )
        )
    twice = sorted({name for name in found if name in expected and found.count(name) > 1})
    if twice:
        warnings.append(
            _n(
                "{n} exercise cell stands there twice ({names}). The lower one counts.",
                "{n} exercise cells stand there twice ({names}). The lower one counts.",
                len(twice),
                names=", ".join(twice),
            )
        )
    answers = {name: cell for name, cell in expected.items() if _is_answer(cell)}
    given = _graded(notebook.cells)
    retyped = [n for n in given if n in expected and given[n].cell_type != expected[n].cell_type]
    if retyped:
        warnings.append(
            _n(
                "{n} exercise cell has become one of another type ({names}), such as text instead "
                "of code. What you wrote is read as the type that it had.",
                "{n} exercise cells have become one of another type ({names}), such as text "
                "instead of code. What you wrote is read as the type that it had.",
                len(retyped),
                names=", ".join(retyped),
            )
        )
    emptied = [
        name
        for name, cell in answers.items()
        if name in given and _source(cell).strip() and not _source(given[name]).strip()
    ]
    if emptied:
        warnings.append(
            _n(
                "{n} answer is empty ({names}).",
                "{n} answers are empty ({names}).",
                len(emptied),
                names=", ".join(emptied),
            )
        )
    if answers and all(_source(given.get(name, {})) == _source(answers[name]) for name in answers):
        warnings.append(
            _(
                "All answers are still as you received them. Save your notebook (Ctrl + S) and "
                "hand in again if you have worked on it."
            )
        )
    return tuple(warnings)


_CELL_TYPES = {"code", "markdown", "raw"}
_ENCODINGS = {
    "utf-8-sig": N_("UTF-8 with a byte-order mark"),
    "cp1252": N_("Windows' Western European text"),
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
            _(
                "The file name '{name}' cannot be accepted. Use names inside the homework's "
                "folder, such as notes.txt or data/times.csv.",
                name=shown,
            )
        )
    if path.suffix.lower() not in KINDS:
        raise HandInRefused(
            _(
                "'{name}' is of a kind that cannot be handed in. Accepted are {kinds}; leave the "
                "others out.",
                name=text,
                kinds=", ".join(sorted(KINDS)),
            )
        )
    return text


def _without_notebook(notebook: str, files: Mapping[str, bytes]) -> str:
    others = [name for name in files if name.endswith(".ipynb")]
    if not others:
        return _(
            "The notebook {name} is missing. Hand in that file, under this name.", name=notebook
        )
    if notebook in {PurePosixPath(name).name for name in others}:
        return _(
            "{name} must not be in a folder of its own. Hand in the file itself.", name=notebook
        )
    return _(
        "This homework's notebook is called {name}; yours is called '{other}'. Rename it to {name} "
        "(right-click it in JupyterLab, then Rename) and hand in again.",
        name=notebook,
        other=others[0],
    )


def _refuse_too_big(notebook: str, files: Mapping[str, bytes]) -> None:
    total = sum(map(len, files.values()))
    if total <= MOST_BYTES:
        return
    size = _("{size:.0f} MB of at most {most:.0f} MB", size=total / 1e6, most=MOST_BYTES / 1e6)
    largest = max(files, key=lambda name: len(files[name]))
    if largest == notebook:
        raise HandInRefused(
            _(
                "{name} is too big ({size}), most often because of what its cells printed. In "
                "JupyterLab choose Edit, then Clear Outputs of All Cells, save and hand in again.",
                name=notebook,
                size=size,
            )
        )
    raise HandInRefused(
        _(
            "The files are too big together ({size}). The largest is '{largest}': leave it out or "
            "hand in a smaller part of it.",
            size=size,
            largest=largest,
        )
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
