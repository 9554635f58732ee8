"""Checks judge what citizens hand in, from outside: write one in five lines.

    @check("hw1-volume", points=2)                      # the graded cell's grade_id and its points
    def volume(learner: Learner) -> Verdict:
        times = learner.value("times_a_month")          # or learner.call("solve", "a text"),
        good = isinstance(times, int) and times > 0     # or learner.json("charter.json")
        return Verdict(2, "There.") if good else Verdict(0, "Type how many cases come in a month.")

Put it into `graders/checks/`. A check runs in the trusted process: the learner's process never
sees it, nor what it expects. What comes back is plain (None, bool, int, float, str, list, dict),
may be of any type or size within bounds, and may be a lie: compare it, never call it. When the
learner's side gives no answer, `ProbeFailed` carries the sentence that becomes a verdict of 0
points; let it pass. The message is for the citizen: what is right, or what to do next, and never
the expected value or the hidden input. It is said in the cohort's language: begin the module with
`_ = texts(__file__)`, write `_("There.")`, and translate it in `graders/locale/`.
"""

from __future__ import annotations

import importlib.util
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from bootcamp.errors import GradingError
from bootcamp.language import Texts

__all__ = [
    "Check",
    "Learner",
    "Plain",
    "ProbeFailed",
    "Verdict",
    "check",
    "load_checks",
    "number_of",
    "texts",
]

Plain = Any
"""None, a truth value, a number, a text, or lists and text-keyed dictionaries of these."""


class ProbeFailed(Exception):
    """The learner's side gave no usable answer; the message is a sentence for the citizen."""


@dataclass(frozen=True)
class Verdict:
    """What a check found: points, and one sentence for the citizen."""

    points: float
    message: str


class Learner(Protocol):
    """A citizen's executed homework, asked from outside."""

    def value(self, name: str) -> Plain:
        """Give a variable's value as it stands after all cells ran.

        A table of pandas comes as a list of dictionaries, an array as a list.

        Raises:
            ProbeFailed: there is no such variable, or it is no plain value, or too big.
        """

    def call(self, function: str, *args: Plain, **kwargs: Plain) -> Plain:
        """Call a function that the citizen wrote, with plain arguments.

        Raises:
            ProbeFailed: there is none, it failed, took too long or gave no plain value.
        """

    def file(self, path: str) -> str:
        """Give the text of a file in the homework's folder.

        Raises:
            ProbeFailed: there is none, or it is no text of a reasonable size.
        """

    def json(self, path: str) -> Plain:
        """Give the content of a JSON file in the homework's folder.

        Raises:
            ProbeFailed: there is none, or it is not JSON.
        """


@dataclass(frozen=True)
class Check:
    """A registered check."""

    name: str
    points: float
    judge: Callable[[Learner], Verdict]
    digest: str = ""
    """SHA-256 of the module that it stands in: another one may judge differently."""

    def verdict(self, learner: Learner) -> Verdict:
        """Judge one learner's work.

        Raises:
            GradingError: the check itself is wrong: it fails, or gives points that do not exist.
        """
        try:
            verdict = self.judge(learner)
        except ProbeFailed as failure:
            return Verdict(0, str(failure))
        except Exception as error:
            raise GradingError(
                f"The check '{self.name}' failed with {type(error).__name__}: {error}. "
                "Correct it and grade again, or mark this exercise by hand."
            ) from error
        sound = isinstance(verdict, Verdict) and _is_points(verdict.points, self.points)
        if not sound:
            raise GradingError(
                f"The check '{self.name}' gave {verdict!r:.80}; it must give a Verdict of 0 to "
                f"{self.points:g} points. Correct it and grade again."
            )
        return verdict


def texts(module: str) -> Texts:
    """Give the texts of the module of checks with this file: its catalogue is named like it."""
    path = Path(module)
    return Texts(path.parent.parent / "locale", path.stem.replace("_", "-"))


_registry: ContextVar[dict[str, Check]] = ContextVar("checks being loaded")


def check(
    name: str, *, points: float
) -> Callable[[Callable[[Learner], Verdict]], Callable[[Learner], Verdict]]:
    """Register the decorated function as the check of the graded cell `name`."""

    def register(judge: Callable[[Learner], Verdict]) -> Callable[[Learner], Verdict]:
        registry = _registry.get(None)
        if registry is not None:  # None when a test imports the module by itself
            if name in registry:
                raise GradingError(f"There are two checks called '{name}'. Rename one of them.")
            registry[name] = Check(name, points, judge)
        return judge

    return register


def number_of(value: Plain) -> float | None:
    """Give a learner's value as a finite number; texts, truth values and lists are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def load_checks(folder: Path) -> dict[str, Check]:
    """Load every check below `folder`, by name; a module is run anew each time.

    Raises:
        GradingError: a module cannot be loaded, or two checks have one name.
    """
    registry: dict[str, Check] = {}
    token = _registry.set(registry)
    try:
        for path in sorted(folder.glob("*.py")):
            earlier, digest = set(registry), sha256(path.read_bytes()).hexdigest()
            _run_module(path)
            for name in registry.keys() - earlier:
                registry[name] = replace(registry[name], digest=digest)
    finally:
        _registry.reset(token)
    return registry


def _run_module(path: Path) -> None:
    name = f"_bootcamp_checks_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise GradingError(f"The checks in {path.name} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    with _importable(name, module):
        try:
            spec.loader.exec_module(module)
        except GradingError:
            raise
        except Exception as error:
            raise GradingError(
                f"The checks in {path.name} cannot be loaded: {type(error).__name__}: {error}."
            ) from error


@contextmanager
def _importable(name: str, module: Any) -> Iterator[None]:
    # Dataclasses in a checks module look their module up while it is being run.
    sys.modules[name] = module
    try:
        yield
    finally:
        del sys.modules[name]


def _is_points(value: object, most: float) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= most
