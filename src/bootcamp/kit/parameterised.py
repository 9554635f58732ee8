"""Whether a notebook can be run on any folder: its parameters cell, and the run below it."""

import ast
import json
from pathlib import Path
from typing import Any

from bootcamp.kit.namespace import NotYet

__all__ = ["PARAMETERS", "parameters_of"]

PARAMETERS = ("input_folder", "output_folder", "model")
_MOST_BYTES = 20_000_000
_IMPORTS = {"solve": "solution", "run": "batch"}
_ORDER = ["input_folder", "output_folder", "solve", "model"]
_SAVE = "Open it, mend it, and save it with Ctrl + S."


def parameters_of(path: Path) -> dict[str, str]:
    """The values in the parameters cell of a notebook that imports, and uses them in its run.

    Raises:
        NotYet: it is not there, or something in it is still missing; says what to do.
    """
    cells = _code_cells(path)
    tagged = [source for source, tags in cells if "parameters" in tags]
    if not tagged:
        raise NotYet(
            f"No cell of {path.name} has the tag “parameters”. Click into the cell that sets them, "
            "then on the gears at the top right, and add the tag."
        )
    values = _values(path, tagged[0])
    _check_run(path, [_parsed(path, source) for source, tags in cells if "parameters" not in tags])
    return values


def _code_cells(path: Path) -> list[tuple[str, list[Any]]]:
    if not path.is_file():
        raise NotYet(
            f"I cannot find {path.name} in the folder {path.resolve().parent.name}. Give it back "
            "that name, or copy it there again."
        )
    try:
        content = path.read_bytes()
        found = json.loads(content)["cells"] if len(content) <= _MOST_BYTES else None
        cells = [cell for cell in found or [] if cell["cell_type"] == "code"]
        return [
            ("".join(cell["source"]), list(cell["metadata"].get("tags") or [])) for cell in cells
        ]
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError):
        raise NotYet(f"{path.name} cannot be read as a notebook. Open it and save it.") from None


def _parsed(path: Path, source: str) -> ast.Module:
    plain = "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
    try:
        return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError):
        first = next((line for line in source.split("\n") if line.strip()), "")[:60]
        raise NotYet(
            f"Python cannot read the cell “{first}” of {path.name}. Look for a missing quote or "
            f"bracket. {_SAVE}"
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
            raise NotYet(f"The parameters cell of {path.name} does not set `{name}`. {_SAVE}")
        value = set_here[name]
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            raise NotYet(f"`{name}` in {path.name} should be a text between quotes. {_SAVE}")
        if not value.value.strip():
            raise NotYet(
                f"`{name}` in {path.name} is still empty. Fill it in, and save with Ctrl + S: I "
                "read what is saved."
            )
        values[name] = value.value.strip()
    if values["input_folder"] == values["output_folder"]:
        raise NotYet(
            f"In {path.name} the tables go into the folder with the cases. Give the output a "
            f"folder of its own. {_SAVE}"
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
                f"{path.name} does not import `{name}` from the file {module}.py yet: "
                f"from … import …. {_SAVE}"
            )
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "run"
    ]
    if not calls:
        raise NotYet(
            f"{path.name} imports `run`, and does not use it yet: result = run(…). {_SAVE}"
        )
    _check_call(path, calls[0])


def _check_call(path: Path, call: ast.Call) -> None:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if any(isinstance(value, ast.Constant) for value in given):
        raise NotYet(
            f"The run in {path.name} names a folder or a model between quotes, so it would do the "
            f"same one always. Use the names of the parameters, without quotes. {_SAVE}"
        )
    names = [value.id for value in call.args if isinstance(value, ast.Name)]
    names += [keyword.arg or "" for keyword in call.keywords]
    missing = [name for name in _ORDER if name not in names]
    if missing:
        raise NotYet(f"The brackets of `run` in {path.name} do not hold `{missing[0]}`. {_SAVE}")
    in_place = [value.id for value in call.args if isinstance(value, ast.Name)]
    if in_place != _ORDER[: len(in_place)]:
        raise NotYet(
            f"The four names in the brackets of `run` in {path.name} stand in another order: "
            f"{', '.join(_ORDER)}. {_SAVE}"
        )
