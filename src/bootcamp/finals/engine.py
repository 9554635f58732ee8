"""Papermill's engine for a notebook that runs behind walls: papermill outside, the cells inside.

Papermill injects the parameters, writes the executed notebook after each cell and says what
failed, here, where the team's code cannot reach it. The cells run in a fork of a warm process, and
all that comes from there is taken as text, of bounded length.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import nbformat
from papermill.engines import Engine, papermill_engines

from bootcamp.characters import whole_characters
from bootcamp.forks.kernel import Kernel, KernelDied, KernelHangs
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["ENGINE", "Following"]

_ = texts("finals")

ENGINE = "bootcamp"
_KINDS = frozenset({"stream", "display_data", "execute_result", "error"})
_LONGEST_ERROR = 2_000
_MOST_NOTEBOOK_BYTES = 12_000_000
_MOST_OUTPUTS = 1_000
"""Of one cell."""
_CUT = N_("[The rest of this cell's output is left out: it is too long.]\n")

_UNFIT = (KeyError, TypeError, ValueError, AttributeError, RecursionError, nbformat.ValidationError)
"""What a message that is no output may raise."""

_nbformat: Any = nbformat
_v4: Any = nbformat.v4


@dataclass
class Following:
    """One run as it goes: where it is, and why it ended early."""

    kernel: Kernel
    deadline: float
    """On the monotonic clock."""
    cell_output_bytes: int
    on_cell: Callable[[int, int], None]
    cell: int | None = None
    failure: tuple[str, str] | None = None
    """The name of the exception and its text, when a cell failed."""
    out_of_time: bool = False
    room: int = _MOST_NOTEBOOK_BYTES
    """What all cells may still put out: papermill writes the whole notebook after each."""


class _WalledEngine(Engine):  # type: ignore[misc]  # papermill is untyped
    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, following: Following, **_: Any
    ) -> None:
        """Run the code cells in order, until one fails."""
        cells = nb_man.nb.cells
        for index, cell in enumerate(cells):
            following.cell = index
            following.on_cell(index, len(cells))
            if cell.cell_type != "code":
                continue
            nb_man.cell_start(cell, index)
            try:
                if not _run(following, cell):
                    nb_man.cell_exception(cell, cell_index=index)
                    return
            finally:
                nb_man.cell_complete(cell, cell_index=index)


papermill_engines.register(ENGINE, _WalledEngine)


def _run(following: Following, cell: Any) -> bool:
    """Run one cell and give it its outputs; False when it failed."""
    outputs = _Outputs(min(following.cell_output_bytes, following.room))
    allowed = outputs.room
    cell.outputs, cell.execution_count = [], None
    left = max(0.0, following.deadline - time.monotonic())
    try:
        done = following.kernel.run(cell.source, seconds=left, on_output=outputs.take)
    except KernelHangs:
        following.out_of_time = True
        return False
    except KernelDied:
        following.failure = "DeadKernelError", ""
        return False
    finally:
        cell.outputs = outputs.kept
        following.room -= allowed - max(0, outputs.room)
    count = done.get("execution_count")
    cell.execution_count = count if isinstance(count, int) else None
    if done.get("output_lost"):
        outputs.cut()
    following.failure = outputs.error
    return outputs.error is None


@dataclass
class _Outputs:
    """The outputs of one cell, out of messages that may say anything."""

    room: int
    kept: list[Any] = field(default_factory=list)
    error: tuple[str, str] | None = None
    _displays: dict[str, Any] = field(default_factory=dict)

    def take(self, message: dict[str, Any]) -> None:
        """Keep what one message brings; what is no output is passed over."""
        try:
            kind, content = message["header"]["msg_type"], dict(message["content"])
            text = json.dumps(content)
            if "\\ud" in text:  # maybe half a character
                content = whole_characters(content)
            self.room -= len(text)
            if (self.room < 0 or len(self.kept) >= _MOST_OUTPUTS) and kind != "error":
                self.cut()
                return
            self._keep(kind, content)
        except _UNFIT:
            return

    def cut(self) -> None:
        """Say, once, that there was more."""
        cut = _(_CUT)
        if not any(output.get("text") == cut for output in self.kept):
            self.kept.append(_v4.new_output("stream", name="stdout", text=cut))
        self.room = -1

    def _keep(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "clear_output":
            self.kept.clear()
        elif kind == "update_display_data":
            shown = self._displays.get(str(content.get("transient", {}).get("display_id")))
            if shown is not None:
                changed = {**shown, "data": content["data"]}
                nbformat.validate(changed, ref="output", version=4)
                shown.data = _nbformat.from_dict(content["data"])
        elif kind == "stream":
            self._stream(str(content["name"]), str(content["text"]))
        elif kind in _KINDS:
            if kind == "execute_result":
                content.setdefault("execution_count", None)
            output = _v4.output_from_msg({"header": {"msg_type": kind}, "content": content})
            nbformat.validate(output, ref="output", version=4)
            self.kept.append(output)
            self._displays[str(content.get("transient", {}).get("display_id"))] = output
            if kind == "error":
                name, text = str(content["ename"]), str(content["evalue"])
                self.error = name[:100], text[:_LONGEST_ERROR]

    def _stream(self, name: str, text: str) -> None:
        name = "stderr" if name == "stderr" else "stdout"
        last = self.kept[-1] if self.kept else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        else:
            self.kept.append(_v4.new_output("stream", name=name, text=text))
