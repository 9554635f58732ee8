"""Builds every notebook from its text source: what citizens open, and the answers.

Sources are py:percent texts in `labs/` (jupytext) with nbgrader's metadata and answers inside. The
answer-free notebook comes out of nbgrader's own generation steps, never by hand. A build gives the
same bytes each time: fixed cell ids, no outputs, no tool's version in the metadata.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootcamp.content import SANDBOX_CASE, content_root
from bootcamp.errors import BuildError
from bootcamp.language import ENGLISH, LANGUAGES, Texts, language, speaking
from bootcamp.prose import translated, translated_comments

__all__ = ["build", "drift"]

_SOURCE = re.compile(r"session-(\d\d)-(lab|homework|solution|roi)\.py$")
# The sessions whose labs work on a use case's development data, and which.
_DATA: dict[int, tuple[str, ...]] = {
    1: (SANDBOX_CASE,),
    2: (SANDBOX_CASE,),
    3: (SANDBOX_CASE,),
    4: (SANDBOX_CASE, "odd-files"),
    5: (SANDBOX_CASE, "email-routing-week"),
    6: (SANDBOX_CASE,),
}
# Files, or the files of a folder, that citizens find at a second place too.
_COPIES = {
    "session-04/catch_up.csv": "labs/session-02-catch_up.csv",
    "session-04/homework-4/batch.py": "labs/session-04-files/batch.py",
    "session-04/homework-4/files": "graders/datasets/odd_files/homework",
    "session-05/batch.py": "labs/session-04-files/batch.py",
    "session-05/catch_up/solution.py": "labs/session-04-files/catch_up_solution.py",
}
# nbgrader's marks as it writes them, and as a slip of the pen would: small, or without a partner.
_MARK = re.compile(r"(begin|end)\s+(solution|hidden\s+tests|mark\s+scheme)", re.IGNORECASE)
_ROI = Path("labs/session-06-roi.py")
_ROI_WORDS = "roi_words.txt"
_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class _Notebook:
    """One source and where its two notebooks go, relative to the content root."""

    source: Path
    answered: Path
    released: Path | None


def build(root: Path | None = None) -> list[Path]:
    """Build everything into the content folders; give the files written, in order.

    Raises:
        BuildError: a source is not a valid notebook, or answers are left in a released one.
    """
    root = root or content_root()
    if root.name == "_content":
        raise BuildError(
            "Notebooks are built in a checkout; an installed package brings them built."
        )
    with tempfile.TemporaryDirectory(prefix="bootcamp-build-") as scratch:
        fresh = Path(scratch)
        _build_into(fresh, root)
        built = _generated(fresh)
        for stale in _generated(root) - built:
            (root / stale).unlink()
        for path in sorted(built):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh / path, root / path)
    return sorted(built)


def drift(root: Path | None = None) -> list[str]:
    """Give one line for each generated file that differs from what its source gives now."""
    root = root or content_root()
    with tempfile.TemporaryDirectory(prefix="bootcamp-build-") as scratch:
        fresh = Path(scratch)
        _build_into(fresh, root)
        built, present = _generated(fresh), _generated(root)
        lines = [f"{path} is missing" for path in sorted(built - present)]
        lines += [f"{path} has no source any more" for path in sorted(present - built)]
        lines += [
            f"{path} differs from its source"
            for path in sorted(built & present)
            if (fresh / path).read_bytes() != (root / path).read_bytes()
        ]
    return lines


def _build_into(target: Path, root: Path) -> None:
    for item in _sources(root):
        answered = _read(root / item.source)
        if item.source == _ROI:
            _take_words(answered, (root / item.answered).with_name(_ROI_WORDS))
        _write(answered, target / item.answered)
        if item.released:
            _write(_without_answers(answered, item.source), target / item.released)
    for path in sorted((root / "labs").glob("session-[0-9][0-9]-*.csv")):
        # A form that a citizen fills in, beside the notebook that reads it.
        place = target / path.name[:10]
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place / path.name[11:])
    for folder in sorted((root / "labs").glob("session-[0-9][0-9]-files")):
        # Programs and the like that a citizen finds beside the notebooks.
        _copy_tree(folder, target / folder.name[:10])
    for copy, original in _COPIES.items():
        if (root / original).exists():
            _copy_tree(root / original, target / copy)
    for session, use_cases in _DATA.items():
        for use_case in use_cases:
            dataset = root / "graders" / "datasets" / use_case.replace("-", "_")
            if not (dataset / "dev").is_dir():
                raise BuildError(f"The data of '{use_case}' is missing: {dataset / 'dev'}.")
            folder = target / f"session-{session:02d}" / "data" / use_case
            folder.mkdir(parents=True)
            shutil.copyfile(dataset / "brief.md", folder / "brief.md")
            for path in sorted((dataset / "dev").iterdir()):
                shutil.copyfile(path, folder / path.name)
    for code in sorted(set(LANGUAGES) - {ENGLISH}):
        with speaking(code):
            _translate_into(target / "translations" / code, root)


def _translate_into(target: Path, root: Path) -> None:
    """Write what people read, in the language that is spoken; code cells stay as they are."""
    locale = root / "labs" / "locale"
    for item in _sources(root):
        if item.released:
            texts = Texts(locale, f"session-{int(item.released.parent.name[-2:])}")
            notebook = _without_answers(_read(root / item.source), item.source, texts)
            _write(notebook, target / item.released)
    briefs = Texts(locale, "briefs")
    for brief in sorted((root / "graders" / "datasets").glob("*/brief.md")):
        use_case, text = brief.parent.name.replace("_", "-"), brief.read_text(encoding="utf-8")
        _write_text(translated(text, briefs), target / "briefs" / f"{use_case}.md")
        for session, there in _DATA.items():
            if use_case in there:
                place = target / f"session-{session:02d}" / "data" / use_case / "brief.md"
                _write_text(translated(text, briefs), place)
    glossary = root / "labs" / "glossary.md"
    if glossary.exists():
        text = translated(glossary.read_text(encoding="utf-8"), Texts(locale, "glossary"))
        _write_text(text, target / "glossary.md")
    for guide in sorted((root / "labs").glob("session-[0-9][0-9]-guide.md")):
        name = f"guide-{int(guide.name[8:10])}"
        if (locale / language() / f"{name}.po").exists():  # all of a guide, or nothing
            text = translated(guide.read_text(encoding="utf-8"), Texts(locale, name))
            _write_text(text, target / "guides" / guide.name)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a file, or the files below a folder, without what Python leaves beside programs."""
    inside = [source] if source.is_file() else sorted(source.rglob("*"))
    for path in inside:
        if path.is_file() and "__pycache__" not in path.parts:
            place = target / path.relative_to(source) if source.is_dir() else target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def _sources(root: Path) -> Iterator[_Notebook]:
    for source in sorted((root / "labs").glob("session-*.py")):
        match = _SOURCE.search(source.name)
        if not match:
            raise BuildError(f"labs/{source.name} is not named like 'session-01-lab.py'.")
        number, kind = match.groups()
        name = f"{kind}-{int(number)}" if kind in {"lab", "homework"} else kind
        place = Path(f"session-{number}") / f"{name}.ipynb"
        yield _Notebook(source.relative_to(root), Path("solutions") / place, place)
    for source in sorted((root / "solutions").glob("*/*.py")):
        relative = source.relative_to(root)
        yield _Notebook(relative, relative.with_suffix(".ipynb"), None)
        if source.name == "solution.py" and not source.with_name("roi.py").exists():
            # A worked case has its numbers in `roi_inputs.csv`, and the course's notebook.
            yield _Notebook(_ROI, relative.with_name("roi.ipynb"), None)


def _take_words(notebook: Any, words: Path) -> None:
    """Let a worked case speak of itself in its ROI: four names with a sentence each."""
    if words.exists():
        (cell,) = (cell for cell in notebook.cells if cell.id == "roi-words")
        cell.source = words.read_text(encoding="utf-8").strip()


def _read(source: Path) -> Any:
    """Read a py:percent source as a notebook with fixed ids and nothing of the tools in it."""
    import jupytext  # noqa: PLC0415
    import nbformat  # noqa: PLC0415

    try:
        notebook = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    except Exception as error:
        raise BuildError(f"{source.name} is not a notebook source: {_line(error)}.") from error
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    )
    seen: set[str] = set()
    for number, cell in enumerate(notebook.cells):
        cell.metadata.pop("lines_to_next_cell", None)
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id") or f"cell-{number:03d}"
        if cell.id in seen:
            raise BuildError(f"{source.name}: two cells have the grade_id '{cell.id}'.")
        seen.add(cell.id)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise BuildError(f"{source.name} is no valid notebook: {_line(error)}.") from error
    return notebook


def _line(error: Exception) -> str:
    """Give the first line of what a tool complains about."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _without_answers(answered: Any, source: Path, texts: Texts | None = None) -> Any:
    """Put the notebook through nbgrader's generation steps that need no gradebook.

    With `texts`, its Markdown is translated before nbgrader takes its last checksums.
    """
    from nbgrader import preprocessors as steps  # noqa: PLC0415
    from traitlets.config import Config  # noqa: PLC0415

    config = Config()
    config.ClearSolutions.code_stub = {
        "python": "# Your turn: fill this in, then press Shift + Enter.\n"
    }
    config.ClearSolutions.text_stub = "*Write your answer here (double-click to edit).*"
    notebook, resources = _copy(answered), {"unique_key": source.stem}
    try:
        for step in (
            steps.LockCells,
            steps.ClearSolutions,
            steps.ClearOutput,
            steps.CheckCellMetadata,
            steps.ComputeChecksums,
            steps.ClearHiddenTests,
            steps.ClearMarkScheme,
            steps.ComputeChecksums,
            steps.CheckCellMetadata,
        ):
            notebook, resources = step(config=config).preprocess(notebook, resources)
            if texts and step is steps.ClearMarkScheme:  # nothing but released text is left
                _translate(notebook, texts)
    except Exception as error:
        raise BuildError(f"{source.name}: nbgrader refuses it: {_line(error)}.") from error
    left = [cell.id for cell in notebook.cells if _MARK.search(cell.source)]
    if left:
        raise BuildError(f"{source.name}: an answer is left in cell '{left[0]}'.")
    return notebook


def _translate(notebook: Any, texts: Texts) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = translated(cell.source, texts)
        elif cell.cell_type == "code":
            cell.source = translated_comments(cell.source, texts)


def _copy(notebook: Any) -> Any:
    import nbformat  # noqa: PLC0415

    return nbformat.reads(nbformat.writes(notebook), as_version=4)


def _write(notebook: Any, target: Path) -> None:
    import nbformat  # noqa: PLC0415

    _write_text(nbformat.writes(notebook, indent=1).rstrip("\n") + "\n", target)


def _write_text(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _generated(root: Path) -> set[Path]:
    """Give all generated files below `root`, relative to it."""
    found = {path for path in root.glob("session-[0-9][0-9]/**/*") if path.is_file()}
    found |= set(root.glob("solutions/**/*.ipynb"))
    found |= {path for path in root.glob("translations/**/*") if path.is_file()}
    hidden = (".ipynb_checkpoints", "__pycache__")
    return {path.relative_to(root) for path in found if not set(path.parts) & set(hidden)}
