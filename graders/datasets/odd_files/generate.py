"""Write the odd files: twelve for the lab, twelve for the homework, and what each of them is.

    python graders/datasets/odd_files/generate.py           writes the files
    python graders/datasets/odd_files/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import sys
from pathlib import Path

from odd import homework_files, lab_files

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from generating import as_csv, generate  # noqa: E402  (lies beside the sets)

FOLDERS = ("dev", "homework")


def build_files() -> dict[str, bytes]:
    """Return every generated file by its path relative to this folder."""
    files: dict[str, bytes] = {}
    notes = []
    for folder, odd_files in zip(FOLDERS, (lab_files(), homework_files()), strict=True):
        for odd in odd_files:
            files[f"{folder}/{odd.name}"] = odd.content
            notes.append((folder, odd.name, odd.what, odd.expected))
    files["notes.csv"] = as_csv(("set", "file", "what", "expected"), notes)
    return files


if __name__ == "__main__":
    sys.exit(generate(HERE, build_files, folders=FOLDERS))
