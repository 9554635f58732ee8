#!/usr/bin/env python
"""Brings the catalogues of translations up to date with the sources, and says what is missing.

    python scripts/catalogues.py             adds new texts, drops those that are gone
    python scripts/catalogues.py --check     only says what is missing or wrong, and exits with 1
    python scripts/catalogues.py --only web  the catalogues whose path holds these letters

Texts come from `_("...")`, `_n("...", "...", n)` and `N_("...")` in Python and in templates, from
the hints, from the paragraphs and comments in what citizens open, and from the notes on hostile
files. A catalogue is a plain `.po` file: see docs/languages.md.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from bootcamp.language import ENGLISH, LANGUAGES
from bootcamp.prose import comments, paragraphs

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "N_": None, "_n": (1, 2)}
SESSIONS = range(1, 7)
_DESK_PAGES = ("facilitator", "grading", "marking", "finals", "final_goals", "budgets", "guide")
_TAG = re.compile(r"</?(\w+)")


@dataclass(frozen=True)
class Source:
    """One catalogue: where it lies in each language, and what its texts are taken from."""

    folder: str
    name: str
    files: tuple[str, ...]

    def path(self, language: str) -> Path:
        """Give where the catalogue lies."""
        return ROOT / self.folder / language / f"{self.name}.po"


def sources() -> list[Source]:
    """Give every catalogue; what a glob finds for one of the first is not asked of a later one."""
    kit, web, found = "src/bootcamp/kit", "src/bootcamp/web", []
    for n in SESSIONS:
        own = (f"{kit}/session_{n}.py", f"{kit}/homework_{n}.py")
        found.append(Source(f"{kit}/locale", f"session-{n}", own))
    found.append(Source(f"{kit}/locale", "hints", (f"{kit}/hint_texts.py", f"{kit}/hints_*.py")))
    found.append(Source(f"{kit}/locale", "kit", (f"{kit}/*.py",)))
    for n in SESSIONS:
        checks = (f"graders/checks/homework_{n}.py",)
        found.append(Source("graders/locale", f"homework-{n}", checks))
        notebooks = (f"session-{n:02}/*.ipynb",)
        found.append(Source("labs/locale", f"session-{n}", notebooks))
        found.append(Source("labs/locale", f"guide-{n}", (f"labs/session-{n:02}-guide.md",)))
    found.append(Source("labs/locale", "glossary", ("labs/glossary.md",)))
    found.append(Source("labs/locale", "briefs", ("graders/datasets/*/brief.md",)))
    found.append(Source("graders/locale", "rubrics", ("graders/rubrics/*.md",)))
    business_case = ("src/bootcamp/roi/*.py", "labs/session-06-roi.py")
    found.append(Source("src/bootcamp/roi/locale", "roi", business_case))
    door = ("hub_config/templates/*.html", "src/bootcamp/hub/*.py")
    found.append(Source("src/bootcamp/locale", "door", door))
    found.append(Source("src/bootcamp/locale", "cohort", ("src/bootcamp/cohort.py",)))
    desk = (
        *(f"{web}/templates/{page}.html" for page in _DESK_PAGES),
        *(f"{web}/{module}.py" for module in ("desk", "final_goals", "finals_desk", "grader")),
        "src/bootcamp/grading/marking.py",
        "src/bootcamp/store/*.py",
    )
    found.append(Source("src/bootcamp/locale", "desk", desk))
    pages = (f"{web}/templates/*.html", f"{web}/*.py")
    found.append(Source("src/bootcamp/locale", "pages", pages))
    finals = "src/bootcamp/finals"
    portfolio = ("portfolio*.py", "records.py", "templates/portfolio.html")
    found.append(
        Source("src/bootcamp/locale", "portfolio", tuple(f"{finals}/{p}" for p in portfolio))
    )
    homework = ("exchange/*.py", "grading/*.py", "grading/templates/*", "grading/inside/*.py")
    found.append(
        Source("src/bootcamp/locale", "homework", tuple(f"src/bootcamp/{h}" for h in homework))
    )
    papers = tuple(f"{finals}/{p}" for p in ("*.py", "exams/*.py", "templates/*.html"))
    found.append(Source("src/bootcamp/locale", "finals", ("src/bootcamp/goals.py", *papers)))
    notes = ("graders/datasets/*/hostile/notes.csv",)
    found.append(Source("graders/locale", "hostile", notes))
    return found


def wanted() -> Iterator[tuple[Source, Catalog]]:
    """Give each catalogue with the texts that it should hold, in English."""
    taken: set[Path] = set()
    for source in sources():
        texts = Catalog()
        files = [p for pattern in source.files for p in sorted(ROOT.glob(pattern))]
        for path in files:
            if path in taken or not path.is_file():
                continue
            taken.add(path)
            for text in _texts(path):
                texts.add(text)
        yield source, texts


def _texts(path: Path) -> Iterator[str | tuple[str, ...]]:
    if path.suffix == ".ipynb":
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                yield from paragraphs("".join(cell["source"]))
            elif cell["cell_type"] == "code":
                yield from comments("".join(cell["source"]))
    elif path.suffix == ".md":
        yield from paragraphs(path.read_text("utf-8"))
    elif path.suffix == ".csv":
        yield from (row["what"] for row in csv.DictReader(path.read_text("utf-8").splitlines()))
    elif path.name.startswith("hint_texts") or path.name.startswith("hints_"):
        yield from _hints(ast.parse(path.read_text("utf-8")))
    else:
        method = "python" if path.suffix == ".py" else "jinja2"
        with io.BytesIO(path.read_bytes()) as opened:
            for _line, text, _comments, _context in extract(method, opened, KEYWORDS):
                yield text


def _hints(module: ast.Module) -> Iterator[str]:
    """Give the texts of `HINTS`: a dictionary of three sentences each."""
    for node in ast.walk(module):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            for texts in node.value.values:
                yield from ast.literal_eval(texts)


def update(path: Path, texts: Catalog, language: str) -> None:
    """Add what is new, drop what is gone, keep every translation."""
    known = _read(path, language)
    fresh = Catalog(locale=language)
    for message in texts:
        if message.id:
            before = known.get(message.id)
            # A text that has become one with a plural, or no longer is one, is translated anew.
            kept = before is not None and isinstance(before.id, tuple) == isinstance(
                message.id, tuple
            )
            fresh.add(message.id, before.string if before and kept else "")
    if not len(fresh):
        path.unlink(missing_ok=True)
        return
    written = io.BytesIO()
    write_po(written, fresh, width=96, no_location=True, omit_header=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written.getvalue().strip() + b"\n")


def problems(path: Path, texts: Catalog, language: str) -> Iterator[str]:
    """Give a line for each text that is missing, gone, or does not hold what the English holds."""
    known, where = _read(path, language), path.relative_to(ROOT)
    for message in texts:
        if not message.id:
            continue
        found = known.get(message.id)
        alike = found is not None and isinstance(found.id, tuple) == isinstance(message.id, tuple)
        if found is None or not alike or not found.string or "" in _forms(found.string):
            yield f"{where}: not translated: {_shown(message)}"
        elif slip := _slip(message, found):
            yield f"{where}: {slip}: {_shown(message)}"
    for message in known:
        if message.id and texts.get(message.id) is None:
            yield f"{where}: nobody says this any more: {_shown(message)}"


def _read(path: Path, language: str) -> Catalog:
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as opened:
        return read_po(opened, locale=language)


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _slip(message: Message, found: Message) -> str:
    ids = _forms(message.id)
    for said in _forms(found.string):
        if _fields(said) - set().union(*map(_fields, ids)):
            return "has a {field} that the English has not"
        if len(ids) == 1 and _fields(ids[0]) != _fields(said):
            return "lacks a {field}"
        if len(ids) == 1 and sorted(_TAG.findall(ids[0])) != sorted(_TAG.findall(said)):
            return "has other HTML tags"
        if ids[0].count("`") != said.count("`"):
            return "has another number of `"
    return ""


def _fields(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # braces that are only braces
        return set()


def _shown(message: Message) -> str:
    return repr(_forms(message.id)[0][:90])


def main(arguments: list[str]) -> int:
    """Do what the arguments say; give the exit status."""
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    found: list[str] = []
    for source, texts in wanted():
        for code in LANGUAGES:
            path = source.path(code)
            if code == ENGLISH or only not in str(path.relative_to(ROOT)):
                continue
            if "--check" not in arguments:
                update(path, texts, code)
            found += problems(path, texts, code)
    print("\n".join(found) or "Every text is translated.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
