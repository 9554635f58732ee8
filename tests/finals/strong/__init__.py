"""A second upstream: it knows every item's right answer, and says it as a strong model would.

It stands for what a company connects in place of the practice model. The worked solutions have to
run on it unchanged, and then only what they do themselves can keep them from full marks.
"""

from __future__ import annotations

import csv
import email
import email.policy
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import docx
import openpyxl
import pypdf

from bootcamp.content import dataset

Items = Mapping[str, list[dict[str, str]]]
"""An item's text, and the rows of `labels.csv` that belong to it."""

_WORD = re.compile(r"\w+")
_RUN = 3
_ENOUGH = 0.6


def strong_model(use_case: str) -> Callable[[str], str]:
    """Give what answers the prompts of a use case's worked solution."""
    module = importlib.import_module(f"tests.finals.strong.{use_case.replace('-', '_')}")
    items = _items(dataset(use_case) / "hidden")
    return lambda prompt: str(module.answer(prompt, items))


def recognise(prompt: str, items: Items) -> list[dict[str, str]] | None:
    """Give the rows of the item that the prompt carries: most of its runs of three words."""
    asked = _runs(prompt)
    best, rows = 0.0, None
    for text, own in items.items():
        runs = _runs(text)
        found = len(runs & asked) / len(runs) if runs else 0.0
        # Of two items one of which holds the other, the longer one is meant.
        if found >= _ENOUGH and found * len(runs) > best:
            best, rows = found * len(runs), own
    return rows


@cache
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    if len(words) < _RUN:
        return frozenset([tuple(words)] if words else [])
    return frozenset(zip(*(words[start:] for start in range(_RUN)), strict=False))


def _items(folder: Path) -> Items:
    rows: dict[str, list[dict[str, str]]] = {}
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row.pop("id"), []).append(row)
    files = {path.stem: path for path in folder.iterdir()}
    texts = {item: "\n".join(_text(files[item])).strip() for item in rows}
    return {text: rows[item] for item, text in texts.items() if text}


def _text(path: Path) -> Iterator[str]:
    if not path.stat().st_size:
        return
    if path.suffix == ".pdf":
        for page in pypdf.PdfReader(path).pages:
            yield page.extract_text()
    elif path.suffix == ".docx":
        for part in docx.Document(str(path)).iter_inner_content():
            if isinstance(part, docx.table.Table):
                yield from (cell.text for row in part.rows for cell in row.cells)
            else:
                yield part.text
    elif path.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(path, data_only=True):
            for line in sheet.iter_rows(values_only=True):
                yield " ".join(str(value) for value in line if value is not None)
    elif path.suffix == ".eml":
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(preferencelist=("plain", "html"))
        text = body.get_content() if body else ""
        own = [line for line in text.splitlines() if not line.startswith(">")]
        yield f"{message['subject'] or ''}\n" + re.sub(r"<[^>]+>", " ", "\n".join(own))
    else:
        yield path.read_text(encoding="utf-8", errors="replace")
