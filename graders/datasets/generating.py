"""What the generators of all data sets share: dealing, tables, comparing and writing.

Every set has 40 items for practice (`dev`), 120 for the exam (`hidden`) and a few hostile ones.
"""

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

Item = TypeVar("Item")
DEV_COUNT = 40
HIDDEN_COUNT = 120
FIRST_NUMBER = {"dev": 1, "hidden": 201}
FOLDERS = ("dev", "hidden", "hostile")


def generate(
    here: Path,
    build_files: Callable[[], dict[str, bytes]],
    *,
    folders: Sequence[str] = FOLDERS,
    inside: Callable[[bytes], object] = bytes,
) -> int:
    """Write the files below `here`, or with `--check` compare them; return the exit code.

    `folders` hold generated files alone. `inside` gives what counts of a file's bytes.
    """
    parser = argparse.ArgumentParser(description=f"Write the data set {here.name}.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk")
    options = parser.parse_args()
    files = build_files()
    stray = [
        path
        for folder in folders
        for path in sorted((here / folder).glob("*"))
        if f"{folder}/{path.name}" not in files
    ]
    differences = list(_differences(here, files, inside))
    differences += [f"{path.relative_to(here)} is not generated from any source" for path in stray]
    if options.check:
        for difference in differences:
            print(difference, file=sys.stderr)
        if differences:
            print("Run generate.py without --check and look at the changes.", file=sys.stderr)
        return 1 if differences else 0
    for path in stray:
        path.unlink()
    for name, content in files.items():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_bytes(content)
    print(f"{len(files)} files, {len(differences)} changed")
    return 0


def _differences(
    here: Path, files: dict[str, bytes], inside: Callable[[bytes], object]
) -> Iterator[str]:
    for name, content in files.items():
        path = here / name
        if not path.is_file():
            yield f"{name} is missing"
        elif inside(path.read_bytes()) != inside(content):
            yield f"{name} differs from what its source gives"


def deal(
    items: Sequence[Item],
    *,
    mix: Callable[[Item], Any],
    order: Callable[[Item], Any],
) -> dict[str, list[Item]]:
    """Deal the items into dev and hidden, each with the same mix, each in this order.

    Every fourth item of the list sorted by `mix` goes to dev.
    """
    if len(items) != DEV_COUNT + HIDDEN_COUNT:
        raise ValueError(f"{len(items)} authored items, not {DEV_COUNT + HIDDEN_COUNT}")
    mixed = sorted(items, key=mix)
    step = len(items) // DEV_COUNT
    hidden = [item for place, item in enumerate(mixed) if place % step != 1]
    return {"dev": sorted(mixed[1::step], key=order), "hidden": sorted(hidden, key=order)}


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return a table's bytes, its first line the columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
