"""Write the e-mail routing set: development, hidden and hostile mails with their labels.

    python graders/datasets/email_routing/generate.py           writes the files
    python graders/datasets/email_routing/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import argparse
import csv
import hashlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from authored_mails import QUEUES, URGENCIES, AuthoredMail, read_authored
from compose import SEED, compose
from hostile_mails import hostile_mails

HERE = Path(__file__).parent
DEV_COUNT = 40
HIDDEN_COUNT = 120
FIRST_NUMBER = {"dev": 1, "hidden": 201}
GENERATED_FOLDERS = ("dev", "hidden", "hostile")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the e-mail routing data set.")
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
    for set_name, mails in split(read_authored()).items():
        labels = []
        for number, mail in enumerate(mails, start=FIRST_NUMBER[set_name]):
            item = f"mail-{number:03d}"
            files[f"{set_name}/{item}.eml"] = compose(mail)
            labels.append((item, mail.queue, mail.urgency))
            index.append((item, set_name, mail.key, mail.language, "yes" if mail.hard else "no"))
        files[f"{set_name}/labels.csv"] = _as_csv(("id", "queue", "urgency"), labels)
    files["index.csv"] = _as_csv(("id", "set", "key", "language", "hard"), index)
    notes, labels = [], []
    for number, hostile in enumerate(hostile_mails(), start=1):
        item = f"hostile-{number:02d}"
        if hostile.queue not in QUEUES or hostile.urgency not in URGENCIES:
            raise ValueError(f"{item} has an unknown label")
        files[f"hostile/{item}.eml"] = hostile.content
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, hostile.queue, hostile.urgency, attack))
        labels.append((item, hostile.queue, hostile.urgency))
    files["hostile/labels.csv"] = _as_csv(("id", "queue", "urgency"), labels)
    columns = ("id", "what", "expected_queue", "expected_urgency", "attack")
    files["hostile/notes.csv"] = _as_csv(columns, notes)
    return files


def split(mails: list[AuthoredMail]) -> dict[str, list[AuthoredMail]]:
    """Deal the mails into dev and hidden, each with the same mix, each in order of arrival.

    Every fourth mail of the list sorted by queue, urgency, difficulty and language goes to dev.
    """
    if len(mails) != DEV_COUNT + HIDDEN_COUNT:
        raise ValueError(f"{len(mails)} authored mails, not {DEV_COUNT + HIDDEN_COUNT}")
    ordered = sorted(mails, key=lambda m: (m.queue, m.urgency, m.hard, m.language, _shuffled(m)))
    step = len(mails) // DEV_COUNT
    dev = ordered[1::step]
    hidden = [mail for place, mail in enumerate(ordered) if place % step != 1]
    return {"dev": sorted(dev, key=_arrival), "hidden": sorted(hidden, key=_arrival)}


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
        for path in (HERE / folder).glob("*.eml"):
            if f"{folder}/{path.name}" not in files:
                path.unlink()
    for name, content in files.items():
        (HERE / name).write_bytes(content)


def _shuffled(mail: AuthoredMail) -> str:
    return hashlib.sha256(f"{SEED}:split:{mail.key}".encode()).hexdigest()


def _arrival(mail: AuthoredMail) -> tuple[str, str]:
    return (mail.sent.isoformat(), mail.key)


def _as_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
