"""`check("final")`: whether the final notebook keeps to what the final run expects of it.

It reads files: the saved notebook `solution.ipynb`, and the four that its last run has left.
"""

import ast
import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bootcamp.kit.checking import exercise, listed
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.picking_up import decoded, team_folder
from bootcamp.kit.texts import texts

__all__: list[str] = []

_ = texts("kit")
_n = _.count

_PARAMETERS = ("input_folder", "output_folder", "model")
_MOST_BYTES = 20_000_000
_STATUSES = {"ok", "unsure", "error"}
_KEY = re.compile(r"\bsk-[A-Za-z0-9_-]{16,}")
_COUNTS = ("items", "handled", "to_review", "tokens")
_OWN = ("solution", "batch")


@exercise("final")
def _final(names: Names) -> str:
    folder = _folder()
    cells = _cells(folder / "solution.ipynb")
    given = _parameters(cells)
    _nothing_but_parameters(cells, given)
    _own_files(folder, cells)
    output = _place(folder, names, given, "output_folder")
    rows = _table(output / "predictions.csv", ("id", "status"), _("a row for each case"))
    if not rows:
        raise NotYet(_("predictions.csv has no rows. Is there a case in the input folder?"))
    _predictions(rows, _place(folder, names, given, "input_folder"))
    left = [row for row in rows if row["status"] != "ok"]
    if len(left) == len(rows):
        raise NotYet(
            _(
                "Not one case is ok: everything waits for a person. Look at the reasons in "
                "review_queue.csv; is a prompt still empty?"
            )
        )
    queue = _table(
        output / "review_queue.csv", ("id", "status", "reason"), _("what a person must see")
    )
    unlisted = {row["id"] for row in left} - {row["id"] for row in queue}
    if unlisted:
        raise NotYet(
            _n(
                "{n} case is not ok and not in review_queue.csv, {case}: nobody would ever look at "
                "it.",
                "{n} cases are not ok and not in review_queue.csv, {case} among them: nobody would "
                "ever look at them.",
                len(unlisted),
                case=min(unlisted),
            )
        )
    if any(not row["reason"].strip() for row in queue):
        raise NotYet(
            _("A row of review_queue.csv has no reason. What should the reviewer look for?")
        )
    _table(output / "cost_log.csv", ("id", "tokens", "seconds"), _("what each case cost"))
    _result(output / "result.json", len(rows))
    return _(
        "It is ready: parameters, {count} predictions, {waiting} for a person, costs and totals. "
        "Nothing names a folder of its own.",
        count=len(rows),
        waiting=len(queue),
    )


def _folder() -> Path:
    here = Path.cwd()
    final = team_folder() / "final"
    return here if (here / "solution.ipynb").is_file() or not final.is_dir() else final


def _cells(path: Path) -> list[tuple[list[str], str]]:
    """The tags and the source of each code cell of the saved notebook."""
    try:
        notebook = json.loads(path.read_bytes()[:_MOST_BYTES].decode("utf-8-sig"))
        return [
            (list(cell.get("metadata", {}).get("tags", [])), "".join(cell["source"]))
            for cell in notebook["cells"]
            if cell["cell_type"] == "code"
        ]
    except OSError:
        raise NotYet(
            _("There is no solution.ipynb in the folder {folder}.", folder=path.parent.name)
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotYet(
            _("solution.ipynb cannot be read. Open it in JupyterLab and save it.")
        ) from None


def _parameters(cells: list[tuple[list[str], str]]) -> dict[str, Any]:
    tagged = [source for tags, source in cells if "parameters" in tags]
    if not tagged:
        raise NotYet(
            _(
                "No cell carries the tag parameters. Click the cell with input_folder =, open the "
                "gears at the top right, write parameters under Cell Tags, and save."
            )
        )
    given: dict[str, Any] = {}
    for node in _parsed(tagged[0]):
        if isinstance(node, ast.Assign):
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            given |= {t.id: value for t in node.targets if isinstance(t, ast.Name)}
    missing = [name for name in _PARAMETERS if name not in given]
    if missing:
        raise NotYet(
            _(
                "The parameters cell does not set {missing}. Add the line there.",
                missing=listed(missing),
            )
        )
    return given


def _nothing_but_parameters(cells: list[tuple[list[str], str]], given: dict[str, Any]) -> None:
    for tags, source in cells:
        if "parameters" in tags:
            continue
        if _KEY.search(source):
            raise NotYet(_("There is a key in a cell. Take it out: OpenAI() finds its own."))
        for node in _parsed(source):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "input":
                raise NotYet(
                    _("A cell waits for somebody to type: input(…). Nobody will be there.")
                )
            if isinstance(node, ast.Constant) and _names_a_folder(node.value, given):
                raise NotYet(
                    _(
                        "A cell below names the folder “{value}”. Use the name input_folder there, "
                        "or the final run reads your practice cases.",
                        value=str(node.value)[:60],
                    )
                )


def _names_a_folder(value: Any, given: dict[str, Any]) -> bool:
    folder = given["input_folder"]
    own = isinstance(folder, str) and len(folder) > 3 and value == folder
    return isinstance(value, str) and (own or re.match(r"(~|/home)/", value) is not None)


def _parsed(source: str) -> Iterator[ast.AST]:
    lines = [line for line in source.split("\n") if not line.lstrip().startswith(("%", "!"))]
    try:
        yield from ast.walk(ast.parse("\n".join(lines)))
    except (SyntaxError, ValueError, RecursionError):
        return


def _own_files(folder: Path, cells: list[tuple[list[str], str]]) -> None:
    """Refuse a notebook that needs `solution.py` or `batch.py` where there is none."""
    for _tags, source in cells:
        guarded = "except ModuleNotFoundError" in source or "except ImportError" in source
        for node in _parsed(source):
            wanted = node.module if isinstance(node, ast.ImportFrom) else None
            if wanted in _OWN and not guarded and not (folder / f"{wanted}.py").is_file():
                raise NotYet(
                    _(
                        "{wanted}.py does not lie beside the notebook. Copy it from your team's "
                        "folder into final.",
                        wanted=wanted,
                    )
                )


def _place(folder: Path, names: Names, given: dict[str, Any], name: str) -> Path:
    try:
        value = names.get(name)
    except NotYet:  # another notebook asks
        value = given[name]
    if not isinstance(value, str | Path):
        raise NotYet(_("`{name}` should be text: the name of a folder, between quotes.", name=name))
    return folder / Path(value).expanduser()


def _table(path: Path, columns: Sequence[str], what: str) -> list[dict[str, str]]:
    try:
        lines = decoded(path.read_bytes()[:_MOST_BYTES]).splitlines()
    except OSError:
        raise NotYet(
            _(
                "{file} is missing in the folder {folder}: {what}. Run all cells first.",
                file=path.name,
                folder=path.parent.name,
                what=what,
            )
        ) from None
    reader = csv.DictReader(lines)
    try:
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        rows = [{str(k): str(v or "") for k, v in row.items()} for row in reader]
    except csv.Error:
        raise NotYet(
            _("{file} is no readable table. Write it with pandas' to_csv.", file=path.name)
        ) from None
    if missing:
        raise NotYet(_("{file} has no column {missing}.", file=path.name, missing=listed(missing)))
    return rows


def _predictions(rows: list[dict[str, str]], cases: Path) -> None:
    odd = sorted({row["status"] for row in rows} - _STATUSES)
    if odd:
        raise NotYet(
            _("“{status}” is no status. There are three: ok, unsure, error.", status=odd[0][:40])
        )
    if any(not row["id"].strip() for row in rows):
        raise NotYet(
            _("A row of predictions.csv has no id. The id is the file's name without ending.")
        )
    labels = cases / "labels.csv"
    if not labels.is_file():
        return
    known = _table(labels, ("id",), _("the right answers"))
    wanted = [column for column in (known[0] if known else {}) if column != "id"]
    missing = [column for column in wanted if column not in rows[0]]
    if missing:
        raise NotYet(
            _(
                "predictions.csv has no column {missing}, and the exam asks for it: labels.csv "
                "shows the names.",
                missing=listed(missing),
            )
        )
    without = {row["id"] for row in known} - {row["id"] for row in rows}
    if without:
        raise NotYet(
            _n(
                "{n} case has no row, {case}. It needs one.",
                "{n} cases have no row, {case} among them. Each needs one.",
                len(without),
                case=min(without),
            )
        )


def _result(path: Path, items: int) -> None:
    try:
        found = json.loads(path.read_bytes()[:_MOST_BYTES].decode("utf-8-sig"))
    except OSError:
        raise NotYet(_("result.json is missing: the totals. Run all cells first.")) from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotYet(_("result.json cannot be read. Write it with json.dumps."))
    for name in _COUNTS:
        if name not in found:
            raise NotYet(_("result.json has no {name}.", name=name))
        if not isinstance(found[name], int) or isinstance(found[name], bool):
            raise NotYet(
                _("{name} in result.json should be a whole number, without quotes.", name=name)
            )
    if found["handled"] + found["to_review"] != found["items"] or found["items"] > items:
        raise NotYet(_("In result.json, handled and to_review should add up to the items."))
