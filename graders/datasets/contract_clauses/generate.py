"""Write the contract clauses set: development, hidden and hostile pages with their labels.

    python graders/datasets/contract_clauses/generate.py           writes the files
    python graders/datasets/contract_clauses/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import argparse
import csv
import hashlib
import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from authored_pages import AuthoredPage, read_authored
from compose import compose
from hostile_pages import hostile_pages

HERE = Path(__file__).parent
DEAL = "deal-0"
"""Chosen among a hundred: both sets have nearly the same shares of all eight clauses."""
DEV_COUNT = 40
HIDDEN_COUNT = 120
FIRST_NUMBER = {"dev": 1, "hidden": 201}
WORD_COUNT = {"dev": 4, "hidden": 12}
PDF_COUNT = {"dev": 11, "hidden": 34}
GENERATED_FOLDERS = ("dev", "hidden", "hostile")
LABEL_COLUMNS = ("id", "clause", "span")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the contract clauses data set.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk")
    options = parser.parse_args(arguments)
    files = build_files()
    differences = compare(files)
    if options.check:
        for difference in differences:
            print(difference, file=sys.stderr)
        if differences:
            print("Run generate.py without --check and look at the changes.", file=sys.stderr)
        return 1 if differences else 0
    write(files)
    print(f"{len(files)} files, {len(differences)} changed")
    return 0


def build_files() -> dict[str, bytes]:
    """Return every generated file by its path relative to this folder."""
    files: dict[str, bytes] = {}
    index: list[tuple[str, ...]] = []
    for set_name, pages in split(read_authored()).items():
        labels = []
        kinds = _kinds(pages, set_name)
        for number, page in enumerate(pages, start=FIRST_NUMBER[set_name]):
            item, kind = f"con-{number:03d}", kinds[page.key]
            ending = "pdf" if kind == "scan" else kind.rpartition(".")[2]
            content = compose(page.key, page.language, page.text, kind)
            files[f"{set_name}/{item}.{ending}"] = content
            labels += [(item, clause, span) for clause, span in page.clauses]
            hard = "yes" if page.hard else "no"
            index.append((item, set_name, page.key, page.language, hard))
        files[f"{set_name}/labels.csv"] = _as_csv(LABEL_COLUMNS, labels)
    files["index.csv"] = _as_csv(("id", "set", "key", "language", "hard"), index)
    notes, answers = [], []
    for number, hostile in enumerate(hostile_pages(), start=1):
        item = f"hostile-{number:02d}"
        files[f"hostile/{item}.{hostile.ending}"] = hostile.content
        names = " ".join(clause for clause, _ in hostile.clauses)
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, hostile.status, names, attack))
        answers += [(item, clause, span) for clause, span in hostile.labels]
    files["hostile/labels.csv"] = _as_csv(LABEL_COLUMNS, answers)
    columns = ("id", "what", "expected_status", "expected_clauses", "attack")
    files["hostile/notes.csv"] = _as_csv(columns, notes)
    return files


def split(pages: list[AuthoredPage]) -> dict[str, list[AuthoredPage]]:
    """Deal the pages into dev and hidden, each with the same mix, each in an order of its own.

    Every fourth page of the list sorted by form, difficulty, language and number of clauses goes
    to dev.
    """
    if len(pages) != DEV_COUNT + HIDDEN_COUNT:
        raise ValueError(f"{len(pages)} authored pages, not {DEV_COUNT + HIDDEN_COUNT}")
    ordered = sorted(
        pages,
        key=lambda p: (not p.readable, p.form, p.hard, p.language, len(p.clauses), _drawn(p)),
    )
    step = len(pages) // DEV_COUNT
    dev = ordered[1::step]
    hidden = [page for place, page in enumerate(ordered) if place % step != 1]
    return {"dev": sorted(dev, key=_drawn), "hidden": sorted(hidden, key=_drawn)}


def compare(files: dict[str, bytes]) -> list[str]:
    """Return one line for each file on disk that differs, is missing or should not be there."""
    lines = []
    for name, content in files.items():
        path = HERE / name
        if not path.is_file():
            lines.append(f"{name} is missing")
        elif _inside(path.read_bytes()) != _inside(content):
            lines.append(f"{name} differs from what its source gives")
    for folder in GENERATED_FOLDERS:
        for path in sorted((HERE / folder).glob("*")):
            if f"{folder}/{path.name}" not in files:
                lines.append(f"{folder}/{path.name} is not generated from any source")
    return lines


def _inside(content: bytes) -> bytes | dict[str, bytes]:
    """Give the parts of a Word file, which libraries pack in different ways, or else the bytes."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def write(files: dict[str, bytes]) -> None:
    """Write the files and remove leftovers of an earlier run."""
    for folder in GENERATED_FOLDERS:
        (HERE / folder).mkdir(exist_ok=True)
        for path in (HERE / folder).glob("*"):
            if f"{folder}/{path.name}" not in files:
                path.unlink()
    for name, content in files.items():
        (HERE / name).write_bytes(content)


def _kinds(pages: Sequence[AuthoredPage], set_name: str) -> dict[str, str]:
    """Say of each page what kind of file it becomes: what is not fixed is drawn."""
    kinds = {page.key: page.form for page in pages if page.form}
    free = sorted((page for page in pages if not page.form), key=lambda p: _drawn(p, "kind"))
    word, pdf = WORD_COUNT[set_name], PDF_COUNT[set_name]
    for place, page in enumerate(free):
        kinds[page.key] = "docx" if place < word else "pdf" if place < word + pdf else "txt"
    return kinds


def _drawn(page: AuthoredPage, what: str = "split") -> str:
    return hashlib.sha256(f"{DEAL}:{what}:{page.key}".encode()).hexdigest()


def _as_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
