"""Tries a function that a citizen wrote, with a model that is a few lines of Python.

The function and its helpers are copied into names of their own, in which every way to a model leads
to the prepared one: a check changes nothing in the notebook, and never asks a real model.
"""

import contextlib
import inspect
import io
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from bootcamp.kit.asking import ask
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.texts import texts

__all__ = ["Model", "a_function", "of_file", "tried"]

_ = texts("kit")
_n = _.count

Model = Callable[[str], str]
"""Answers a prompt."""

_MOST_BYTES = 1_000_000


def a_function(names: Names, name: str, inputs: int) -> FunctionType:
    """The function `name` of the notebook, which can take so many inputs.

    Raises:
        NotYet: it is none, or takes others.
    """
    try:
        value = names.get(name)
    except NotYet as advice:
        raise NotYet(str(advice).replace(f"`{name} =`", f"`def {name}`")) from None
    if not isinstance(value, FunctionType):
        raise NotYet(
            _(
                "`{name}` is no function any more. Run the cell with “def {name}” in it once more.",
                name=name,
            )
        )
    try:
        inspect.signature(value).bind(*[""] * inputs)
    except TypeError:
        taken = ", ".join(inspect.signature(value).parameters)
        raise NotYet(
            _n(
                "`{name}` takes ({taken}), and should work with {n} input. Put its first line back "
                "as it was.",
                "`{name}` takes ({taken}), and should work with {n} inputs. Put its first line "
                "back as it was.",
                inputs,
                name=name,
                taken=taken,
            )
        ) from None
    return value


def tried(
    function: FunctionType,
    *inputs: Any,
    model: Model | None = None,
    helpers: Mapping[str, Any] | None = None,
    returns: bool = True,
) -> Any:
    """What `function` returns for `inputs`, when `model` answers every prompt.

    `helpers` stand in for other functions of the notebook, so that a mistake there is not found
    here once more. Where it need not hand anything back, `returns` is false.

    Raises:
        NotYet: it failed, or returned nothing; the sentence says what to do.
    """
    name, printed = function.__name__, io.StringIO()
    room = _copied(function.__globals__, model or _silent)
    room.update(helpers or {})
    copy = _copy(function, room)
    try:
        with contextlib.redirect_stdout(printed):
            result = copy(*inputs)
    except NotYet:
        raise
    except UnboundLocalError:
        raise NotYet(
            _("`{name}` uses a name before it is filled. Give it a value above the if.", name=name)
        ) from None
    except NameError as error:
        raise NotYet(
            _(
                "`{name}` uses the name `{missing}`, which it does not know. Is it spelled as "
                "in the brackets of “def {name}(…)”, or above it?",
                name=name,
                missing=error.name,
            )
        ) from None
    except (Exception, SystemExit) as error:  # a citizen's function may fail in any way
        raise NotYet(
            _(
                "`{name}` stopped with {kind}: {reason}. Read its lines from the top, as the "
                "computer does.",
                name=name,
                kind=type(error).__name__,
                reason=str(error)[:100] or _("no reason"),
            )
        ) from None
    if returns and result is None and printed.getvalue().strip():
        raise NotYet(
            _(
                "`{name}` prints its answer and hands nothing back. Write return in place of "
                "print.",
                name=name,
            )
        )
    if returns and result is None:
        raise NotYet(
            _(
                "`{name}` hands nothing back. Does each way through it end with a line that begins "
                "with return?",
                name=name,
            )
        )
    return result


def of_file(path: Path) -> dict[str, Any]:
    """The names that the Python file `path` defines, run in an empty room.

    Raises:
        NotYet: it is no Python that runs; the sentence says what to do.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise NotYet(
            _("{file} is far too long. Write it again with the cell above.", file=path.name)
        )
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return runpy.run_path(str(path), run_name=f"{path.stem}_looked_at")
    except NameError as error:
        raise NotYet(
            _(
                "{file} uses `{missing}`, which is not in it. Add that piece before the others, "
                "and write the file again.",
                file=path.name,
                missing=error.name,
            )
        ) from None
    except (Exception, SystemExit) as error:
        raise NotYet(
            _(
                "{file} stops with {kind} when Python opens it. Write it again with the cell "
                "above.",
                file=path.name,
                kind=type(error).__name__,
            )
        ) from None


def _silent(prompt: str) -> str:
    return ""


def _copied(room: Mapping[str, Any], model: Model) -> dict[str, Any]:
    copied = dict(room)
    for name, value in room.items():
        if isinstance(value, FunctionType) and value.__globals__ is room:
            copied[name] = _copy(value, copied)
        elif name == "ask" or value is ask:
            copied[name] = lambda prompt, **_options: model(prompt)
        elif name == "OpenAI" or _is_client(value):
            copied[name] = _Client(model)
    return copied


def _copy(function: FunctionType, room: dict[str, Any]) -> FunctionType:
    made = FunctionType(
        function.__code__, room, function.__name__, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _is_client(value: object) -> bool:
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0] == "openai"
    kind = value if isinstance(value, type) else type(value)
    return kind.__module__.partition(".")[0] == "openai"


class _Client:
    """Stands for `openai`, for its class and for a client at once, and knows one thing to do."""

    def __init__(self, model: Model):
        self._model = model

    def __call__(self, *_: Any, **__: Any) -> "_Client":
        return self

    def __enter__(self) -> "_Client":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was opened."""

    def __getattr__(self, name: str) -> "_Client":
        return self

    def create(self, *, messages: list[dict[str, str]], **_: Any) -> SimpleNamespace:
        """A reply with one choice, in the client's own shape."""
        text = self._model("\n".join(str(message["content"]) for message in messages))
        choice = SimpleNamespace(message=SimpleNamespace(content=text))
        return SimpleNamespace(choices=[choice], model="prepared", usage=None)
