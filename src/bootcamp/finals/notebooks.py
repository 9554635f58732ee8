"""Reads notebooks that a team wrote: is one fit to run, and where did it stop."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from bootcamp.characters import whole_characters
from bootcamp.finals.files import read_bounded
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = [
    "Problem",
    "check_notebook",
    "describe_failure",
    "fit_to_run",
    "load_notebook",
    "statements_of",
]

_ = texts("finals")

_MOST_BYTES = 20_000_000
_MOST_SOURCE = 20_000  # an f-string takes Python time by the square of its length
_LONGEST_LINE = 100
_LONGEST_TEXT = 600
_ERROR_TAG = "papermill-error-cell-tag"

_PLAIN = {
    "DeadKernelError": N_("Python itself was ended here; it may have used up its memory."),
    "FileNotFoundError": N_("It opens a file that is not in the folder 'final'."),
    "MemoryError": N_("It needs more memory than a final run has."),
    "ModuleNotFoundError": N_("It imports a package that the bootcamp does not have."),
    "NameError": N_("It uses a name that no cell above has made; run the notebook from the top."),
    "RateLimitError": N_(
        "The model's budget for this run is used up, or it was asked too quickly."
    ),
    "StdinNotImplementedError": N_("It waits for somebody to type (input); nobody is there to."),
    "SyntaxError": N_("Python cannot read this cell; look for a missing quote or bracket."),
    "APIConnectionError": N_(
        "It could not reach the model. Use OpenAI() without an address; if"
        " it does, the model was away: run it again."
    ),
    "AuthenticationError": N_("The model did not accept the key; use OpenAI() without a key."),
}

# An OSError says more in its text than in its name.
_PLAIN_OS = {
    "No space left": N_("Its room for files is used up; write less, and nothing twice."),
    "File too large": N_("It writes one file that is too large; write less of it."),
    "Read-only file system": N_("It writes where only reading is allowed; write to output_folder."),
}


@dataclass(frozen=True)
class Problem:
    """One thing that went wrong, in words that the team can act on."""

    notebook: str
    message: str
    cell: int | None = None
    first_line: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        """Keep texts of a team's short, and free of what would steer a terminal."""
        for name in ("message", "first_line", "error"):
            object.__setattr__(self, name, _plain(getattr(self, name)))

    def without(self, secret: str) -> Problem:
        """Give the same, should a secret stand in its texts."""
        texts = (self.message, self.first_line, self.error)
        message, line, error = (text.replace(secret, "[key]") for text in texts)
        return Problem(self.notebook, message, self.cell, line, error)

    def __str__(self) -> str:
        where = self.notebook
        if self.cell is not None:
            where += f", code cell {self.cell}"
            where += f" (“{self.first_line}”)" if self.first_line else ""
        return f"{where}: {self.message}" + (f" [{self.error}]" if self.error else "")


def load_notebook(path: Path) -> Any | None:
    """Give the notebook in this file as nbformat 4, or None when it cannot be read as one."""
    content = read_bounded(path, _MOST_BYTES)
    if content is None:
        return None
    try:
        found = _parsed(content)
        if not isinstance(found, dict) or found.get("nbformat") != 4:
            return None
        notebook = nbformat.v4.to_notebook(found)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook, relax_add_props=True)
    except (ValueError, TypeError, AttributeError, RecursionError, nbformat.ValidationError):
        return None
    return notebook


def fit_to_run(content: bytes) -> bytes:
    """Give a notebook's content without what an earlier run of papermill has noted in it.

    What is no notebook stays as it is.
    """
    try:
        found = _parsed(content)
        for part in (found, *found["cells"]):
            part["metadata"].pop("papermill", None)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return content
    return json.dumps(found).encode()


def statements_of(source: str) -> Sequence[ast.stmt]:
    """Give the statements of a cell; none when Python cannot read it, or would need very long."""
    if len(source) > _MOST_SOURCE:
        return ()
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def check_notebook(path: Path, parameters: Sequence[str]) -> Problem | None:
    """Give what keeps this notebook from being run with `parameters`, or None."""
    name = path.name
    if not path.is_file():
        return Problem(name, _("There is no {name} in the team's folder 'final'.", name=name))
    notebook = load_notebook(path)
    if notebook is None and path.stat().st_size > _MOST_BYTES:
        return Problem(
            name,
            _(
                "It is larger than {megabytes} MB. In JupyterLab, clear the outputs of all cells"
                " (menu Edit), and save it.",
                megabytes=_MOST_BYTES // 1_000_000,
            ),
        )
    if notebook is None:
        return Problem(name, _("It is damaged, or no notebook. Open it in JupyterLab and save it."))
    tagged = [cell for cell in notebook.cells if "parameters" in _tags(cell)]
    if not tagged:
        return Problem(
            name,
            _(
                "No cell is tagged 'parameters'. Tag the one that sets {parameters}: click it, open"
                " the property inspector (the gears, top right), add the tag.",
                parameters=", ".join(parameters),
            ),
        )
    missing = [name for name in parameters if name not in _assigned(tagged[0].source)]
    if missing:
        number, line = _place(notebook, tagged[0])
        words = _("The parameters cell must set {name}, as a line of its own.", name=missing[0])
        return Problem(name, words, number, line)
    return None


def describe_failure(
    name: str, executed: Any | None, kind: str, text: str, index: int | None
) -> Problem:
    """Turn an exception at the cell `index` of an executed notebook into a problem."""
    number, line = None, ""
    # Papermill adds cells of its own to a notebook that failed, which shifts the others.
    cells = [] if executed is None else [c for c in executed.cells if _ERROR_TAG not in _tags(c)]
    if index is not None and 0 <= index < len(cells):
        number, line = _place(executed, cells[index])
    first = next(iter(text.strip().splitlines()), "")[:200]
    message = next(
        (words for sign, words in _PLAIN_OS.items() if kind == "OSError" and sign in first),
        _PLAIN.get(kind, N_("An error stopped it; the executed notebook shows it in full.")),
    )
    return Problem(name, _(message), number, line, f"{kind}: {first}" if first else kind)


def _parsed(content: bytes) -> Any:
    """Give what the JSON holds; half a character, which no file can take, becomes a mark."""
    found = json.loads(content)
    return whole_characters(found) if b"\\ud" in content.lower() else found


def _plain(text: str) -> str:
    shown = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 2]} …"
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in shown)


def _assigned(source: str) -> set[str]:
    statements = statements_of(source)
    targets = [t for s in statements if isinstance(s, ast.Assign) for t in s.targets]
    targets += [s.target for s in statements if isinstance(s, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _tags(cell: Any) -> Sequence[str]:
    tags = cell.metadata.get("tags")
    return tags if isinstance(tags, list) else ()


def _place(notebook: Any, wanted: Any) -> tuple[int | None, str]:
    """Give the number among the code cells that the team wrote, and the first line of code."""
    number = 0
    for cell in notebook.cells:
        ours = "injected-parameters" in _tags(cell)
        number += cell.cell_type == "code" and not ours
        if cell is wanted:
            lines = (line.strip() for line in cell.source.splitlines())
            code = next((line for line in lines if line and not line.startswith("#")), "")
            return number, code[:_LONGEST_LINE]
    return None, ""
