"""Write the contract clauses set: development, hidden and hostile pages with their labels.

    python graders/datasets/contract_clauses/generate.py           writes the files
    python graders/datasets/contract_clauses/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

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
sys.path.append(str(HERE.parent))

from generating import FIRST_NUMBER, as_csv, deal, generate  # noqa: E402  (lies beside the sets)

DEAL = "deal-0"
"""Chosen among a hundred: both sets have nearly the same shares of all eight clauses."""
WORD_COUNT = {"dev": 4, "hidden": 12}
PDF_COUNT = {"dev": 11, "hidden": 34}
LABEL_COLUMNS = ("id", "clause", "span")


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
        files[f"{set_name}/labels.csv"] = as_csv(LABEL_COLUMNS, labels)
    files["index.csv"] = as_csv(("id", "set", "key", "language", "hard"), index)
    notes, answers = [], []
    for number, hostile in enumerate(hostile_pages(), start=1):
        item = f"hostile-{number:02d}"
        files[f"hostile/{item}.{hostile.ending}"] = hostile.content
        names = " ".join(clause for clause, _ in hostile.clauses)
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, hostile.status, names, attack))
        answers += [(item, clause, span) for clause, span in hostile.labels]
    files["hostile/labels.csv"] = as_csv(LABEL_COLUMNS, answers)
    columns = ("id", "what", "expected_status", "expected_clauses", "attack")
    files["hostile/notes.csv"] = as_csv(columns, notes)
    return files


def split(pages: list[AuthoredPage]) -> dict[str, list[AuthoredPage]]:
    """Deal the pages into dev and hidden, each with the same mix, each in an order of its own.

    Every fourth page of the list sorted by form, difficulty, language and number of clauses goes
    to dev.
    """
    return deal(
        pages,
        mix=lambda p: (not p.readable, p.form, p.hard, p.language, len(p.clauses), _drawn(p)),
        order=_drawn,
    )


def _inside(content: bytes) -> bytes | dict[str, bytes]:
    """Give the parts of a Word file, which libraries pack in different ways, or else the bytes."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


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


if __name__ == "__main__":
    sys.exit(generate(HERE, build_files, inside=_inside))
