"""The text of a case's file: mails aside, what Word, Excel, PDF and plain text files hold."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["KINDS", "decoded", "text_of"]

_MOST_BYTES = 25_000_000


def text_of(path: Path) -> str:
    """The text in a file of a known kind; nothing when it is empty, a picture or damaged."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return ""
        return "\n".join(_READERS[path.suffix.lower()](path)).strip()
    except Exception:  # each library has errors of its own for damaged files
        return ""


def decoded(raw: bytes) -> str:
    """Text of a file saved in UTF-8, or else by an older Western program."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


# Imported where they are used: a lab on mails should not wait for them.


def _plain(path: Path) -> Iterator[str]:
    yield decoded(path.read_bytes())


def _pdf(path: Path) -> Iterator[str]:
    import pypdf  # noqa: PLC0415

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    for page in pypdf.PdfReader(path).pages:
        yield page.extract_text()


def _word(path: Path) -> Iterator[str]:
    import docx  # noqa: PLC0415

    for part in docx.Document(str(path)).iter_inner_content():
        if hasattr(part, "rows"):
            yield from ("\t".join(cell.text for cell in row.cells) for row in part.rows)
        else:
            yield part.text


def _excel(path: Path) -> Iterator[str]:
    import openpyxl  # noqa: PLC0415

    for sheet in openpyxl.load_workbook(path, data_only=True):
        for row in sheet.iter_rows(values_only=True):
            yield "\t".join("" if value is None else str(value) for value in row).rstrip()


_READERS: dict[str, Callable[[Path], Iterator[Any]]] = {
    ".txt": _plain,
    ".pdf": _pdf,
    ".docx": _word,
    ".xlsx": _excel,
}
KINDS = frozenset(_READERS)
"""The endings of the files that can be read."""
