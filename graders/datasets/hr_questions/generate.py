"""Write the HR questions set: development, hidden and hostile questions with their labels.

    python graders/datasets/hr_questions/generate.py           writes the files
    python graders/datasets/hr_questions/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import argparse
import csv
import hashlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from authored_questions import Question, handbook, read_authored
from compose import SEED, compose
from hostile_questions import hostile_questions

HERE = Path(__file__).parent
DEV_COUNT = 40
HIDDEN_COUNT = 120
FIRST_NUMBER = {"dev": 1, "hidden": 201}
GENERATED_FOLDERS = ("dev", "hidden", "hostile")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the HR questions data set.")
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
    files = {f"{folder}/handbook.md": handbook() for folder in GENERATED_FOLDERS}
    index: list[tuple[str, ...]] = []
    for set_name, questions in split(read_authored()).items():
        labels = []
        for number, question in enumerate(questions, start=FIRST_NUMBER[set_name]):
            item = f"ask-{number:03d}"
            files[f"{set_name}/{item}.{question.form}"] = compose(question)
            labels.append((item, question.answerable, question.article))
            hard = "yes" if question.hard else "no"
            index.append((item, set_name, question.key, question.language, hard, question.reason))
        files[f"{set_name}/labels.csv"] = _as_csv(("id", "answerable", "article"), labels)
    files["index.csv"] = _as_csv(("id", "set", "key", "language", "hard", "reason"), index)
    notes, answers = [], []
    for number, hostile in enumerate(hostile_questions(), start=1):
        item = f"hostile-{number:02d}"
        files[f"hostile/{item}.{hostile.form}"] = hostile.content
        answer = "yes" if hostile.article else "no"
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, answer, hostile.article, attack))
        answers.append((item, answer, hostile.article))
    files["hostile/labels.csv"] = _as_csv(("id", "answerable", "article"), answers)
    columns = ("id", "what", "expected_answerable", "expected_article", "attack")
    files["hostile/notes.csv"] = _as_csv(columns, notes)
    return files


def split(questions: list[Question]) -> dict[str, list[Question]]:
    """Deal the questions into dev and hidden, each with the same mix.

    Every fourth question of the list sorted by answer, difficulty and language goes to dev.
    """
    if len(questions) != DEV_COUNT + HIDDEN_COUNT:
        raise ValueError(f"{len(questions)} authored questions, not {DEV_COUNT + HIDDEN_COUNT}")
    ordered = sorted(
        questions, key=lambda q: (q.answerable, q.reason, q.hard, q.language, _shuffled(q))
    )
    step = len(questions) // DEV_COUNT
    dev = ordered[1::step]
    hidden = [question for place, question in enumerate(ordered) if place % step != 1]
    return {"dev": sorted(dev, key=_shuffled), "hidden": sorted(hidden, key=_shuffled)}


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


def _shuffled(question: Question) -> str:
    return hashlib.sha256(f"{SEED}:split:{question.key}".encode()).hexdigest()


def _as_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
