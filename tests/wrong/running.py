"""Runs an answered notebook with a mistake in it, and collects what every check says."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import json
import linecache
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jupytext
import nbformat
import openai
import pandas as pd
import papermill
import pytest

import bootcamp.kit as kit
from bootcamp.forks.inside import probe
from bootcamp.grading.checks import ProbeFailed, Verdict, load_checks
from bootcamp.kit import cases
from bootcamp.kit.asking import Answer
from bootcamp.kit.checking import outcome

ROOT = Path(__file__).parents[2]
LATER_CELLS = "later cells"
_SOURCE = re.compile(r"session-(\d\d)-(lab|homework|solution)\.py")
_ANSWER = re.compile(r"([ \t]*)### BEGIN SOLUTION\n.*?### END SOLUTION\n?", re.DOTALL)
_CALLED = re.compile(r"""^check\(["']([\w.-]+)["']\)""", re.MULTILINE)
_ANSWERED_WITH = 20
"""Tokens that each of the fake model's answers is said to have cost."""


@dataclass(frozen=True)
class Wrong:
    """One mistake."""

    exercise: str
    mistake: str
    says: str
    cell: str = ""
    source: str | None = None
    answer: str | None = None
    before: str = ""
    also: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True)
class Cell:
    """One code cell of the source."""

    grade_id: str
    source: str


@dataclass(frozen=True)
class Notebook:
    """A lab or homework source that has checks."""

    name: str
    session: int
    cells: tuple[Cell, ...]

    @property
    def exercises(self) -> tuple[str, ...]:
        """The checks that it calls, in order."""
        called = [name for cell in self.cells for name in _CALLED.findall(cell.source)]
        return tuple(dict.fromkeys(called))

    @property
    def graded(self) -> bool:
        """Whether the graders' checks judge it too."""
        return self.name.startswith("homework")

    @property
    def mistakes(self) -> tuple[Wrong, ...]:
        """What is stored for it."""
        path = Path(__file__).with_name(f"{self.name}.toml")
        stored = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return tuple(
            Wrong(**{**entry, "also": tuple(entry.get("also", ()))})
            for entry in stored.get("wrong", ())
        )


@dataclass
class Ran:
    """What a run led to."""

    said: dict[str, tuple[bool, str]] = field(default_factory=dict)
    """For each check, whether it was content, and its last sentence."""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    stopped: dict[str, str] = field(default_factory=dict)
    """The unchanged cells that stopped with an error, and which."""
    names: dict[str, Any] = field(default_factory=dict)


@cache
def graders() -> Mapping[str, Any]:
    """The graders' checks, by name."""
    return load_checks(ROOT / "graders" / "checks")


@cache
def notebooks() -> tuple[Notebook, ...]:
    """Every notebook with checks in it."""
    found = []
    for path in sorted((ROOT / "labs").glob("session-*.py")):
        match = _SOURCE.fullmatch(path.name)
        if match is None:
            continue
        number, kind = int(match.group(1)), match.group(2)
        cells = tuple(
            Cell(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
            for cell in jupytext.read(path).cells
            if cell.cell_type == "code"
        )
        notebook = Notebook(f"{kind}-{number}", number, cells)
        if notebook.exercises:
            found.append(notebook)
    return tuple(found)


def notebook(name: str) -> Notebook:
    """The notebook called `name`, such as `lab-2`."""
    return next(found for found in notebooks() if found.name == name)


def patched(notebook: Notebook, wrong: Wrong | None) -> Iterator[tuple[str, str]]:
    """The source that each cell is run with, and the one that citizens would run."""
    places = [] if wrong is None or not wrong.cell else _places(notebook, wrong.cell)
    assert wrong is None or not wrong.cell or len(places) == 1, f"no single cell: {wrong}"
    for place, cell in enumerate(notebook.cells):
        if wrong is None or place not in places:
            yield cell.source, cell.source
        elif wrong.source is not None:
            yield wrong.source, cell.source
        else:
            assert wrong.answer is not None, f"neither source nor answer: {wrong}"
            yield _answered(cell.source, wrong.answer), cell.source


def _places(notebook: Notebook, wanted: str) -> list[int]:
    cells = list(enumerate(notebook.cells))
    return [place for place, cell in cells if cell.grade_id == wanted] or [
        place for place, cell in cells if cell.source.startswith(wanted)
    ]


def _answered(source: str, answer: str) -> str:
    match = _ANSWER.search(source)
    assert match is not None, f"there is no solution in: {source[:60]}"
    lines = [match.group(1) + line if line else "" for line in answer.strip("\n").split("\n")]
    return source[: match.start()] + "\n".join(lines) + "\n" + source[match.end() :]


def run(notebook: Notebook, home: Path, wrong: Wrong | None = None) -> Ran:
    """Run all cells in one namespace below `home`, with the fake model, as a citizen would."""
    extras = _extras(notebook.session)
    folder = _prepared(notebook, home, extras)
    ran = Ran(names={"__name__": "__main__", "display": lambda *_, **__: None})
    with _at_home(home, folder, ran, getattr(extras, "answer", lambda _: "unsure")):
        if wrong is not None and wrong.before:
            exec(wrong.before, {"Path": Path, "json": json, "pd": pd})  # our own source
        for place, (source, original) in enumerate(patched(notebook, wrong)):
            asked = _CALLED.findall(original)
            for name in asked:
                ran.said.pop(name, None)
            error = _execute(source, f"<cell {place} of {notebook.name} in {home.name}>", ran)
            if error and source == original:
                ran.stopped[source[:60]] = error
            for name in asked:  # also where the cell stopped before its check
                ran.said.setdefault(name, outcome(name, ran.names))
        if notebook.graded:
            learner = _Learner(ran.names, folder)
            for name in notebook.exercises:
                ran.verdicts[name] = graders()[name].verdict(learner)
    return ran


def _extras(session: int) -> Any:
    name = f"{__package__}.session_{session}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _prepared(notebook: Notebook, home: Path, extras: Any) -> Path:
    """The folder that a citizen opens, with what their team has by the end of the notebook."""
    name = f"session-{notebook.session:02d}"
    folder = home / name
    shutil.copytree(ROOT / name, folder)
    for path in (ROOT / "solutions" / name).glob("*.*"):
        if notebook.graded and path.suffix in {".csv", ".json"}:
            shutil.copyfile(path, folder / path.name)
    if hasattr(extras, "prepare"):
        extras.prepare(folder, notebook.name)
    return folder


def _execute(source: str, name: str, ran: Ran) -> str:
    """Run one cell; give the error that stopped it, if one did."""
    written = re.match(r"%%writefile +(\S+)\n", source)
    if written:
        Path(written.group(1)).write_text(source[written.end() :], encoding="utf-8")
        return ""
    lines = [line + "\n" for line in source.split("\n")]
    linecache.cache[name] = (len(source), None, lines, name)  # for inspect.getsource
    try:
        exec(compile(source, name, "exec"), ran.names)  # our own source
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


@contextmanager
def _at_home(home: Path, folder: Path, ran: Ran, answer: Callable[[str], str]) -> Iterator[None]:
    """The process as a notebook's: at home, with the fake model, its checks listened to."""
    modules = set(sys.modules)
    listening = redirect_stdout(StringIO()), redirect_stderr(StringIO())
    with pytest.MonkeyPatch.context() as patch, listening[0], listening[1]:
        patch.setenv("HOME", str(home))
        patch.setenv("OPENAI_API_KEY", "nobody's")
        patch.chdir(folder)
        patch.syspath_prepend(str(folder))
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.setattr(os, "fsync", lambda _: None)  # these files need not outlive a power cut
        patch.setattr(cases, "_read_mail", _remembered_mail)
        patch.setattr(kit, "check", lambda name: ran.said.update({name: outcome(name, ran.names)}))
        patch.setattr(kit, "ask", lambda prompt, **_: Answer(answer(prompt), "fake"))
        for chart in ("bars", "confusion", "ranges"):  # half of the time, and nothing checks them
            patch.setattr(kit, chart, lambda *_: None)
        patch.setattr(openai, "OpenAI", lambda **_: _client(answer))
        patch.setattr(papermill, "execute_notebook", _papermill)
        yield
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "") or "").startswith(str(home)):
            del sys.modules[name]


_read_mail = cases._read_mail
_mails: dict[tuple[str, bytes], cases.Case] = {}


def _remembered_mail(path: Path) -> cases.Case:
    """Read a mail once for all notebooks: parsing them is a sixth of the time."""
    if not path.is_file():
        return _read_mail(path)
    name = path.name, path.read_bytes()
    if name not in _mails:
        _mails[name] = _read_mail(path)
    return copy.copy(_mails[name])


def _papermill(
    notebook: Path | str,
    executed: Path | str,
    parameters: Mapping[str, Any],
    cwd: Path | str = ".",
    **_: Any,
) -> None:
    """As papermill does, but in this process: its cells in turn, with these parameters."""
    found = nbformat.read(str(notebook), as_version=4)
    names: dict[str, Any] = {"__name__": "__main__"}
    beside = [path.stem for path in Path(cwd).glob("*.py")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.syspath_prepend(str(Path.cwd()))
        for name in beside:  # another folder's module of that name may be loaded
            patch.delitem(sys.modules, name, raising=False)
        for cell in found.cells:
            if cell.cell_type == "code":
                exec(cell.source, names)  # our own source
                if "parameters" in cell.metadata.get("tags", []):
                    names.update(parameters)
        for name in beside:
            sys.modules.pop(name, None)
    nbformat.write(found, str(executed))


def _client(answer: Callable[[str], str]) -> Any:
    """As much of the client as notebooks use."""

    def create(messages: list[dict[str, str]], **_: Any) -> Any:
        text = answer("\n".join(message["content"] for message in messages))
        usage = SimpleNamespace(
            prompt_tokens=0, completion_tokens=_ANSWERED_WITH, total_tokens=_ANSWERED_WITH
        )
        message = SimpleNamespace(content=text, refusal=None)
        choice = SimpleNamespace(message=message, finish_reason="stop")
        return SimpleNamespace(choices=[choice], usage=usage, model="fake")

    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))


class _Learner:
    """A learner's process that is this one: the same questions, and the same plain answers."""

    def __init__(self, names: Mapping[str, Any], folder: Path) -> None:
        self._names, self._folder = names, folder

    def value(self, name: str) -> Any:
        return self._asked({"name": name})

    def call(self, function: str, *args: Any, **kwargs: Any) -> Any:
        return self._asked({"name": function, "args": args, "kwargs": kwargs})

    def _asked(self, question: dict[str, Any]) -> Any:
        found = json.loads(probe.answer(self._names, {**question, "most": 1_000_000}))
        if "value" not in found:
            raise ProbeFailed(f"{question['name']} gave no usable answer: {found}")
        return found["value"]

    def file(self, path: str) -> str:
        try:
            return (self._folder / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ProbeFailed(f"There is no readable file {path}.") from None

    def json(self, path: str) -> Any:
        try:
            return json.loads(self.file(path))
        except ValueError:
            raise ProbeFailed(f"{path} is not JSON.") from None
