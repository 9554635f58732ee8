"""Write the minutes set: development, hidden and hostile files with their labels.

    python graders/datasets/minutes_to_actions/generate.py           writes the files
    python graders/datasets/minutes_to_actions/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from authored_minutes import AUTHORED, NO_ACTION, Action, AuthoredMinutes, read_authored
from hostile_minutes import hostile_minutes
from word_files import picture_file, scan, shuffled, word_file

HERE = Path(__file__).parent
DEV_COUNT = 40
HIDDEN_COUNT = 120
FIRST_NUMBER = {"dev": 1, "hidden": 201}
GENERATED_FOLDERS = ("dev", "hidden", "hostile")
COLUMNS = ("id", "who", "what", "when", "evidence")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the minutes data set.")
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
    for set_name, minutes in split(read_authored()).items():
        labels: list[tuple[str, ...]] = []
        for number, one in enumerate(minutes, start=FIRST_NUMBER[set_name]):
            item = f"min-{number:03d}"
            ending, content = written(one)
            files[f"{set_name}/{item}.{ending}"] = content
            labels += rows_of(item, one.actions)
            index.append((item, set_name, one.key, one.language, "yes" if one.hard else "no"))
        files[f"{set_name}/labels.csv"] = _as_csv(COLUMNS, labels)
    files["index.csv"] = _as_csv(("id", "set", "key", "language", "hard"), index)
    notes = []
    answers: list[tuple[str, ...]] = []
    for number, hostile in enumerate(hostile_minutes(), start=1):
        item = f"hostile-{number:02d}"
        files[f"hostile/{item}.{hostile.ending}"] = hostile.content
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, hostile.expected, attack))
        answers += rows_of(item, (hostile.action,))
    files["hostile/labels.csv"] = _as_csv(COLUMNS, answers)
    files["hostile/notes.csv"] = _as_csv(("id", "what", "expected", "attack"), notes)
    return files


def written(one: AuthoredMinutes) -> tuple[str, bytes]:
    """Return the ending and the bytes of the file."""
    if one.kind == "scan":
        return "docx", picture_file(scan(AUTHORED, one.key))
    if one.kind == "txt":
        return "txt", ("\n".join(one.lines) + "\n").encode()
    return "docx", word_file(one.lines, one.key)


def rows_of(item: str, actions: Sequence[Action]) -> list[tuple[str, ...]]:
    """Return the rows of `labels.csv`: one an action, or one with empty fields."""
    return [(item, a.who, a.what, a.when, a.evidence) for a in actions or (NO_ACTION,)]


def split(minutes: list[AuthoredMinutes]) -> dict[str, list[AuthoredMinutes]]:
    """Deal the minutes into dev and hidden, each with the same mix, in an order that says nothing.

    Every fourth of the list sorted by language, kind, difficulty and number of actions goes to dev.
    """
    if len(minutes) != DEV_COUNT + HIDDEN_COUNT:
        raise ValueError(f"{len(minutes)} authored minutes, not {DEV_COUNT + HIDDEN_COUNT}")
    ordered = sorted(
        minutes, key=lambda m: (m.kind, m.language, m.hard, len(m.actions), shuffled(m.key))
    )
    step = len(minutes) // DEV_COUNT
    dev = ordered[1::step]
    hidden = [one for place, one in enumerate(ordered) if place % step != 1]
    return {
        "dev": sorted(dev, key=lambda m: shuffled(m.key)),
        "hidden": sorted(hidden, key=lambda m: shuffled(m.key)),
    }


def compare(files: dict[str, bytes]) -> list[str]:
    """Return one line for each file on disk that differs, is missing or should not be there."""
    lines = []
    for name, content in files.items():
        path = HERE / name
        if not path.is_file():
            lines.append(f"{name} is missing")
        elif path.read_bytes() != content:
            lines.append(f"{name} differs from what its source gives")
    for folder in GENERATED_FOLDERS:
        for path in sorted((HERE / folder).glob("*")):
            if f"{folder}/{path.name}" not in files:
                lines.append(f"{folder}/{path.name} is not generated from any source")
    return lines


def write(files: dict[str, bytes]) -> None:
    """Write the files and remove leftovers of an earlier run."""
    for folder in GENERATED_FOLDERS:
        (HERE / folder).mkdir(exist_ok=True)
        for path in (HERE / folder).glob("*"):
            if f"{folder}/{path.name}" not in files:
                path.unlink()
    for name, content in files.items():
        (HERE / name).write_bytes(content)


def _as_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
