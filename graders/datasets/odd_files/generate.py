"""Write the odd files: twelve for the lab, twelve for the homework, and what each of them is.

    python graders/datasets/odd_files/generate.py           writes the files
    python graders/datasets/odd_files/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import argparse
import csv
import io
import sys
from pathlib import Path

from odd import homework_files, lab_files

HERE = Path(__file__).parent
FOLDERS = ("dev", "homework")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the odd files.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk")
    options = parser.parse_args(arguments)
    files = build_files()
    differences = compare(files)
    if options.check:
        for difference in differences:
            print(difference, file=sys.stderr)
        return 1 if differences else 0
    for folder in FOLDERS:
        (HERE / folder).mkdir(exist_ok=True)
        for path in (HERE / folder).iterdir():
            if f"{folder}/{path.name}" not in files:
                path.unlink()
    for name, content in files.items():
        (HERE / name).write_bytes(content)
    print(f"{len(files)} files, {len(differences)} changed")
    return 0


def build_files() -> dict[str, bytes]:
    """Return every generated file by its path relative to this folder."""
    files: dict[str, bytes] = {}
    notes = io.StringIO()
    writer = csv.writer(notes, lineterminator="\n")
    writer.writerow(("set", "file", "what", "expected"))
    for folder, odd_files in zip(FOLDERS, (lab_files(), homework_files()), strict=True):
        for odd in odd_files:
            files[f"{folder}/{odd.name}"] = odd.content
            writer.writerow((folder, odd.name, odd.what, odd.expected))
    files["notes.csv"] = notes.getvalue().encode()
    return files


def compare(files: dict[str, bytes]) -> list[str]:
    """Return one line for each file on disk that differs, is missing or should not be there."""
    lines = []
    for name, content in files.items():
        path = HERE / name
        if not path.is_file():
            lines.append(f"{name} is missing")
        elif path.read_bytes() != content:
            lines.append(f"{name} differs from what its source gives")
    for folder in FOLDERS:
        for path in sorted((HERE / folder).glob("*")):
            if f"{folder}/{path.name}" not in files:
                lines.append(f"{folder}/{path.name} is not generated from any source")
    return lines


if __name__ == "__main__":
    sys.exit(main())
