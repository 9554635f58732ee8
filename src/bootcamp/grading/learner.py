"""The learner as a check sees one: an executed notebook that is asked from outside."""

from __future__ import annotations

import builtins
import json
import os
import stat
import time
from pathlib import PurePosixPath
from typing import Any

from bootcamp.characters import whole_characters
from bootcamp.forks.kernel import Kernel, KernelDied, KernelHangs
from bootcamp.grading.checks import Plain, ProbeFailed
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["ExecutedLearner"]

_ = texts("homework")
_MOST_ANSWER_BYTES = 1_000_000
_MOST_FILE_BYTES = 5_000_000
# A name that the learner's code makes up could carry the hidden input as well as its text.
_ERRORS = frozenset({"JSONDecodeError", *(name for name in dir(builtins) if name[0].isupper())})
_ENDED = N_("Your notebook's process had ended before this could be looked at: see the note above.")


class ExecutedLearner:
    """Asks one submission's kernel and reads its folder; what comes back is plain and bounded.

    `folder` is a handle of its folder; `seconds` is for one question,
    `total_seconds` for all of them.
    """

    def __init__(
        self, kernel: Kernel | None, folder: int, *, seconds: float, total_seconds: float
    ) -> None:
        self._kernel = kernel
        self._folder = folder
        self._seconds = seconds
        self._left = total_seconds

    def value(self, name: str) -> Plain:
        """Give a variable's value; see `bootcamp.grading.checks.Learner`."""
        answer = self._ask({"name": name}, name)
        if "missing" in answer:
            raise ProbeFailed(
                _(
                    "There is no {name} in your notebook: fill its cell in, run everything from "
                    "the top, save and hand in again.",
                    name=name,
                )
            )
        return self._plain(answer, name)

    def call(self, function: str, *args: Plain, **kwargs: Plain) -> Plain:
        """Call a function; see `bootcamp.grading.checks.Learner`."""
        question = {"name": function, "args": list(args), "kwargs": kwargs}
        answer = self._ask(question, function)
        if "missing" in answer:
            raise ProbeFailed(
                _(
                    "There is no {name} in your notebook: write it, run everything from the top, "
                    "save and hand in again.",
                    name=function,
                )
            )
        if "raised" in answer:
            # Only the kind of error: its text could carry the hidden input.
            kind = answer["raised"]
            shown = kind if isinstance(kind, str) and kind in _ERRORS else _("an error")
            raise ProbeFailed(
                _(
                    "{name} stopped with {error}: try it on a few cases of yours.",
                    name=function,
                    error=shown,
                )
            )
        return self._plain(answer, function)

    def file(self, path: str) -> str:
        """Give a file's text; see `bootcamp.grading.checks.Learner`."""
        try:
            return _read_inside(self._folder, path).decode("utf-8-sig")
        except FileNotFoundError:
            raise ProbeFailed(
                _("There is no file {path} beside your notebook.", path=path)
            ) from None
        except UnicodeDecodeError:
            raise ProbeFailed(
                _("{path} is no text: save it as UTF-8 and hand in again.", path=path)
            ) from None
        except (OSError, ValueError):
            raise ProbeFailed(
                _(
                    "{path} cannot be read: hand in an ordinary file of at most {most} MB.",
                    path=path,
                    most=_MOST_FILE_BYTES // 1_000_000,
                )
            ) from None

    def json(self, path: str) -> Plain:
        """Give a JSON file's content; see `bootcamp.grading.checks.Learner`."""
        text = self.file(path)
        try:
            return _loaded(text)
        except (ValueError, RecursionError):
            raise ProbeFailed(
                _(
                    "{path} is not valid JSON: look for a missing comma or quotation mark.",
                    path=path,
                )
            ) from None

    def _plain(self, answer: dict[str, Any], name: str) -> Plain:
        if "value" in answer:
            return answer["value"]
        if "big" in answer:
            raise ProbeFailed(
                _("{name} is too big to be looked at: keep only what is asked for.", name=name)
            )
        raise ProbeFailed(_("{name} is not a plain number, text, list or dictionary.", name=name))

    def _ask(self, question: dict[str, Any], name: str) -> dict[str, Any]:
        if self._kernel is None or not self._kernel.alive:
            raise ProbeFailed(_(_ENDED))
        seconds = min(self._seconds, self._left)
        if seconds <= 0:
            raise ProbeFailed(_("Your functions took too long in all: make them quicker."))
        begun = time.monotonic()
        try:
            asked = {**question, "most": _MOST_ANSWER_BYTES}
            return _decoded(self._kernel.ask(asked, seconds=seconds))
        except KernelHangs:
            raise ProbeFailed(
                _("{name} took longer than {seconds:g} seconds.", name=name, seconds=self._seconds)
            ) from None
        except KernelDied:
            raise ProbeFailed(
                _("{name} ended your notebook's process, or hung for good.", name=name)
            ) from None
        finally:
            self._left -= time.monotonic() - begun


def _decoded(done: dict[str, Any]) -> dict[str, Any]:
    """Decode an answer that the learner's side may have forged."""
    try:
        text = done["answer"]
        answer = _loaded(text) if len(text) <= _MOST_ANSWER_BYTES else None
    except (KeyError, TypeError, ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise ProbeFailed(
            _("Your notebook gave no readable answer. Restart it, run it and hand in.")
        )
    return answer


def _loaded(text: str) -> Plain:
    """Give the value of a JSON text; no sentence made of it can break a page.

    Raises:
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.
    """
    value = json.loads(text)
    return whole_characters(value) if "\\ud" in text.lower() else value


def _read_inside(folder: int, path: str) -> bytes:
    """Read a regular file below `folder`, following no link on the way.

    Raises:
        FileNotFoundError: there is none.
        OSError: something on the way is a link or no folder, or it cannot be read.
        ValueError: it is no regular file, or too big.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise ValueError(path)
    handle = os.dup(folder)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        # Without waiting: a named pipe would keep us for ever.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with os.fdopen(os.open(parts[-1], flags, dir_fd=handle), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ValueError(path)
            content = file.read(_MOST_FILE_BYTES + 1)
    finally:
        os.close(handle)
    if len(content) > _MOST_FILE_BYTES:
        raise ValueError(path)
    return content
