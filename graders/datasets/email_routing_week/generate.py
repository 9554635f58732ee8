"""Write one more week of mail to Alder & Finch: forty mails that nobody has practised with.

    python graders/datasets/email_routing_week/generate.py           writes the files
    python graders/datasets/email_routing_week/generate.py --check   compares, changes nothing

The mails are read and composed as those of `email_routing`, so the two sets differ in their prose
alone. The same sources give the same bytes on every run.
"""

import argparse
import csv
import io
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "email_routing"))

from authored_mails import read_authored  # noqa: E402  (lies beside the set that was first)
from compose import compose  # noqa: E402

FIRST_NUMBER = 401
COUNT = 40


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the week of mail for session 5.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk")
    options = parser.parse_args(arguments)
    files = build_files()
    if options.check:
        differences = compare(files)
        for difference in differences:
            print(difference, file=sys.stderr)
        return 1 if differences else 0
    (HERE / "dev").mkdir(exist_ok=True)
    for path in (HERE / "dev").iterdir():
        if f"dev/{path.name}" not in files:
            path.unlink()
    for name, content in files.items():
        (HERE / name).write_bytes(content)
    print(f"{len(files)} files")
    return 0


def build_files() -> dict[str, bytes]:
    """Return every generated file by its path relative to this folder, mails in order of arrival."""
    mails = sorted(read_authored(HERE / "authored"), key=lambda mail: (mail.sent, mail.key))
    if len(mails) != COUNT:
        raise ValueError(f"{len(mails)} authored mails, not {COUNT}")
    files: dict[str, bytes] = {}
    labels, index = [], []
    for number, mail in enumerate(mails, start=FIRST_NUMBER):
        item = f"mail-{number}"
        files[f"dev/{item}.eml"] = compose(mail)
        labels.append((item, mail.queue, mail.urgency))
        index.append((item, "week", mail.key, mail.language, "yes" if mail.hard else "no"))
    files["dev/labels.csv"] = _as_csv(("id", "queue", "urgency"), labels)
    files["index.csv"] = _as_csv(("id", "set", "key", "language", "hard"), index)
    return files


def compare(files: dict[str, bytes]) -> list[str]:
    """Return one line for each file on disk that differs, is missing or should not be there."""
    present = {f"dev/{path.name}" for path in (HERE / "dev").glob("*")} | {"index.csv"}
    lines = [f"{name} is not generated from any source" for name in sorted(present - set(files))]
    for name, content in files.items():
        path = HERE / name
        if not path.is_file() or path.read_bytes() != content:
            lines.append(f"{name} differs from what its source gives")
    return lines


def _as_csv(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
