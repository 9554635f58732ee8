"""Whether a notebook can be run on any folder: its parameters cell, and the run below it."""

import ast
import json
from pathlib import Path
from typing import Any

from bootcamp.kit.namespace import NotYet
from bootcamp.kit.texts import texts
from bootcamp.language import N_

__all__ = ["PARAMETERS", "parameters_of"]

_ = texts("kit")

PARAMETERS = ("input_folder", "output_folder", "model")
_MOST_BYTES = 20_000_000
_IMPORTS = {"solve": "solution", "run": "batch"}
_ORDER = ["input_folder", "output_folder", "solve", "model"]
_SAVE = N_("Open it, mend it, and save it with Ctrl + S.")


def parameters_of(path: Path) -> dict[str, str]:
    """The values in the parameters cell of a notebook that imports, and uses them in its run.

    Raises:
        NotYet: it is not there, or something in it is still missing; says what to do.
    """
    cells = _code_cells(path)
    tagged = [source for source, tags in cells if "parameters" in tags]
    if not tagged:
        raise NotYet(
            _(
                "No cell of {file} has the tag “parameters”. Click into the cell that sets them, "
                "then on the gears at the top right, and add the tag.",
                file=path.name,
            )
        )
    values = _values(path, tagged[0])
    _check_run(path, [_parsed(path, source) for source, tags in cells if "parameters" not in tags])
    return values


def _code_cells(path: Path) -> list[tuple[str, list[Any]]]:
    if not path.is_file():
        raise NotYet(
            _(
                "I cannot find {file} in the folder {folder}. Give it back that name, or copy it "
                "there again.",
                file=path.name,
                folder=path.resolve().parent.name,
            )
        )
    try:
        content = path.read_bytes()
        found = json.loads(content)["cells"] if len(content) <= _MOST_BYTES else None
        cells = [cell for cell in found or [] if cell["cell_type"] == "code"]
        return [
            ("".join(cell["source"]), list(cell["metadata"].get("tags") or [])) for cell in cells
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError):
        raise NotYet(
            _("{file} cannot be read as a notebook. Open it and save it.", file=path.name)
        ) from None


def _parsed(path: Path, source: str) -> ast.Module:
    plain = "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError):
        first = next((line for line in source.split("\n") if line.strip()), "")[:60]
        raise NotYet(
            _(
                "Python cannot read the cell “{first}” of {file}. Look for a missing quote or "
                "bracket. {save}",
                first=first,
                file=path.name,
                save=_(_SAVE),
            )
        ) from None


def _values(path: Path, source: str) -> dict[str, str]:
    set_here: dict[str, ast.expr] = {}
    for statement in _parsed(path, source).body:
        if isinstance(statement, ast.Assign):
            targets = [t for t in statement.targets if isinstance(t, ast.Name)]
            set_here.update({target.id: statement.value for target in targets})
    values = {}
    for name in PARAMETERS:
        if name not in set_here:
            raise NotYet(
                _(
                    "The parameters cell of {file} does not set `{name}`. {save}",
                    file=path.name,
                    name=name,
                    save=_(_SAVE),
                )
            )
        value = set_here[name]
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            raise NotYet(
                _(
                    "`{name}` in {file} should be a text between quotes. {save}",
                    name=name,
                    file=path.name,
                    save=_(_SAVE),
                )
            )
        if not value.value.strip():
            raise NotYet(
                _(
                    "`{name}` in {file} is still empty. Fill it in, and save with Ctrl + S: I read "
                    "what is saved.",
                    name=name,
                    file=path.name,
                )
            )
        values[name] = value.value.strip()
    if values["input_folder"] == values["output_folder"]:
        raise NotYet(
            _(
                "In {file} the tables go into the folder with the cases. Give the output a folder "
                "of its own. {save}",
                file=path.name,
                save=_(_SAVE),
            )
        )
    return values


def _check_run(path: Path, modules: list[ast.Module]) -> None:
    nodes = [node for module in modules for node in ast.walk(module)]
    imported = {
        name.asname or name.name: node.module
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    for name, module in _IMPORTS.items():
        if imported.get(name) != module:
            raise NotYet(
                _(
                    "{file} does not import `{name}` from the file {module}.py yet: from … import "
                    "…. {save}",
                    file=path.name,
                    name=name,
                    module=module,
                    save=_(_SAVE),
                )
            )
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "run"
    ]
    if not calls:
        raise NotYet(
            _(
                "{file} imports `run`, and does not use it yet: result = run(…). {save}",
                file=path.name,
                save=_(_SAVE),
            )
        )
    _check_call(path, calls[0])


def _check_call(path: Path, call: ast.Call) -> None:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if any(isinstance(value, ast.Constant) for value in given):
        raise NotYet(
            _(
                "The run in {file} names a folder or a model between quotes, so it would do the "
                "same one always. Use the names of the parameters, without quotes. {save}",
                file=path.name,
                save=_(_SAVE),
            )
        )
    names = [value.id for value in call.args if isinstance(value, ast.Name)]
    names += [keyword.arg or "" for keyword in call.keywords]
    missing = [name for name in _ORDER if name not in names]
    if missing:
        raise NotYet(
            _(
                "The brackets of `run` in {file} do not hold `{name}`. {save}",
                file=path.name,
                name=missing[0],
                save=_(_SAVE),
            )
        )
    in_place = [value.id for value in call.args if isinstance(value, ast.Name)]
    if in_place != _ORDER[: len(in_place)]:
        raise NotYet(
            _(
                "The four names in the brackets of `run` in {file} stand in another order: "
                "{order}. {save}",
                file=path.name,
                order=", ".join(_ORDER),
                save=_(_SAVE),
            )
        )
