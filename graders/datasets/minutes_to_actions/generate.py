"""Write the minutes set: development, hidden and hostile files with their labels.

    python graders/datasets/minutes_to_actions/generate.py           writes the files
    python graders/datasets/minutes_to_actions/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from authored_minutes import AUTHORED, NO_ACTION, Action, AuthoredMinutes, read_authored
from hostile_minutes import hostile_minutes
from word_files import picture_file, scan, shuffled, word_file

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from generating import FIRST_NUMBER, as_csv, deal, generate  # noqa: E402  (lies beside the sets)

COLUMNS = ("id", "who", "what", "when", "evidence")


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
        files[f"{set_name}/labels.csv"] = as_csv(COLUMNS, labels)
    files["index.csv"] = as_csv(("id", "set", "key", "language", "hard"), index)
    notes = []
    answers: list[tuple[str, ...]] = []
    for number, hostile in enumerate(hostile_minutes(), start=1):
        item = f"hostile-{number:02d}"
        files[f"hostile/{item}.{hostile.ending}"] = hostile.content
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, hostile.expected, attack))
        answers += rows_of(item, (hostile.action,))
    files["hostile/labels.csv"] = as_csv(COLUMNS, answers)
    files["hostile/notes.csv"] = as_csv(("id", "what", "expected", "attack"), notes)
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
    return deal(
        minutes,
        mix=lambda m: (m.kind, m.language, m.hard, len(m.actions), shuffled(m.key)),
        order=lambda m: shuffled(m.key),
    )


if __name__ == "__main__":
    sys.exit(generate(HERE, build_files))
