"""Keeps what cells put out: little of it, and only what cannot act in a facilitator's browser."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import nbformat

from bootcamp.characters import whole_text

__all__ = ["MOST_OF_A_NOTEBOOK", "CellOutputs"]

MOST_OF_A_NOTEBOOK = 8_000_000
"""What the cells of one notebook may put out together, in characters."""

_MOST_TEXT = 20_000
_MOST_IMAGE = 400_000
_MOST_OUTPUTS = 50
_AN_OUTPUT = 1_000  # what one takes beside its text
_CUT = "\n[more was printed and is not kept]\n"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")

_v4: Any = nbformat.v4


class CellOutputs:
    """The outputs of one cell, taken from kernel messages that may say anything.

    `room` is what the notebook may put out yet.
    """

    def __init__(self, room: int = MOST_OF_A_NOTEBOOK) -> None:
        self.kept: list[Any] = []
        self._room = self._text_room = max(0, min(_MOST_TEXT, room))
        self._images = self._image_room = max(0, min(_MOST_IMAGE, room - self._room))
        self._most = min(_MOST_OUTPUTS, room // _AN_OUTPUT)

    @property
    def size(self) -> int:
        """How much of the notebook's room they take."""
        text, images = self._text_room - self._room, self._image_room - self._images
        return text + images + len(self.kept) * _AN_OUTPUT

    def take(self, message: Mapping[str, Any]) -> None:
        """Keep what one message of the kernel's output channel brings, if it is an output."""
        content, header = message.get("content"), message.get("header")
        if len(self.kept) >= self._most:
            return
        if not isinstance(content, dict) or not isinstance(header, dict):
            return
        kind = _text(header.get("msg_type"))
        if kind == "stream":
            self._stream("stderr" if content.get("name") == "stderr" else "stdout", content)
        elif kind in {"display_data", "execute_result"}:
            data = self._data(content.get("data"))
            if data:
                self.kept.append(_v4.new_output("display_data", data))
        elif kind == "error":
            traceback = content.get("traceback")
            lines = traceback if isinstance(traceback, list) else []
            self.kept.append(
                _v4.new_output(
                    "error",
                    ename=_text(content.get("ename"))[:100],
                    evalue=_text(content.get("evalue"))[:500],
                    traceback=[self._fitting(_ANSI.sub("", _text(line))) for line in lines[:50]],
                )
            )

    def _stream(self, name: str, content: dict[str, Any]) -> None:
        text = self._fitting(_text(content.get("text")))
        last = self.kept[-1] if self.kept else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        elif text:
            self.kept.append(_v4.new_output("stream", name=name, text=text))

    def _data(self, data: Any) -> dict[str, str]:
        """Keep plain text and PNG pictures: HTML and scripts would run where they are read."""
        if not isinstance(data, dict):
            return {}
        kept = {}
        if "text/plain" in data:
            kept["text/plain"] = self._fitting(_text(data["text/plain"]))
        picture = data.get("image/png")
        if isinstance(picture, str) and len(picture) <= self._images and _is_base64(picture):
            self._images -= len(picture)
            kept["image/png"] = picture
        return kept

    def _fitting(self, text: str) -> str:
        if not self._room:
            return ""
        if len(text) > self._room:
            text = text[: self._room] + _CUT
            self._room = 0
            return text
        self._room -= len(text)
        return text


def _text(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(item for item in value if isinstance(item, str))
    return whole_text(value) if isinstance(value, str) else ""


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("\n", ""), validate=True)
    except (ValueError, binascii.Error):
        return False
    return True
