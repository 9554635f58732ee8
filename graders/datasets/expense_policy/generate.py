"""Write the expense policy set: development, hidden and hostile claims with their labels.

    python graders/datasets/expense_policy/generate.py           writes the files
    python graders/datasets/expense_policy/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import argparse
import csv
import hashlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from arithmetic import disagreements
from authored_claims import Claim, policy, read_authored
from compose import SEED, compose
from hostile_claims import hostile_claims

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
    claims = read_authored()
    wrong = [line for claim in claims for line in disagreements(claim)]
    if wrong:
        raise ValueError("labels and calculation differ: " + "; ".join(wrong))
    files = {f"{folder}/policy.md": policy() for folder in GENERATED_FOLDERS}
    index: list[tuple[str, ...]] = []
    for set_name, own in split(claims).items():
        labels = []
        for number, claim in enumerate(own, start=FIRST_NUMBER[set_name]):
            item = f"exp-{number:03d}"
            files[f"{set_name}/{item}.xlsx"] = compose(claim)
            labels.append((item, claim.rule, claim.decision))
            hard, broken = "yes" if claim.hard else "no", " ".join(map(str, claim.broken))
            index.append((item, set_name, claim.key, claim.language, hard, claim.layout, broken))
        files[f"{set_name}/labels.csv"] = _as_csv(("id", "rule", "decision"), labels)
    columns = ("id", "set", "key", "language", "hard", "layout", "broken")
    files["index.csv"] = _as_csv(columns, index)
    notes, answers = [], []
    for number, hostile in enumerate(hostile_claims(), start=1):
        item = f"hostile-{number:02d}"
        files[f"hostile/{item}.xlsx"] = hostile.content
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, hostile.rule, hostile.decision, attack))
        answers.append((item, hostile.rule, hostile.decision))
    files["hostile/labels.csv"] = _as_csv(("id", "rule", "decision"), answers)
    columns = ("id", "what", "expected_rule", "expected_decision", "attack")
    files["hostile/notes.csv"] = _as_csv(columns, notes)
    return files


def split(claims: list[Claim]) -> dict[str, list[Claim]]:
    """Deal the claims into dev and hidden, each with the same mix.

    Every fourth claim of the list sorted by rule, difficulty and language goes to dev.
    """
    if len(claims) != DEV_COUNT + HIDDEN_COUNT:
        raise ValueError(f"{len(claims)} authored claims, not {DEV_COUNT + HIDDEN_COUNT}")
    ordered = sorted(claims, key=lambda c: (c.rule, c.hard, c.language, _shuffled(c)))
    step = len(claims) // DEV_COUNT
    dev = ordered[1::step]
    hidden = [claim for place, claim in enumerate(ordered) if place % step != 1]
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


def _shuffled(claim: Claim) -> str:
    return hashlib.sha256(f"{SEED}:split:{claim.key}".encode()).hexdigest()


def _as_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
