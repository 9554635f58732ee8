"""Reads the rows of tables that others wrote: each takes no more than it is long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

__all__ = ["rows_by_name"]


def rows_by_name(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[dict[str, str]]:
    """Give each row that is not empty by the names of its columns; what it lacks is not there.

    `csv.DictReader` fills each short row up, for which a first line that names a million columns
    takes hours and all memory.
    """
    return (dict(zip(names, row, strict=False)) for row in rows if row)
