"""Write one more week of mail to Alder & Finch: forty mails that nobody has practised with.

    python graders/datasets/email_routing_week/generate.py           writes the files
    python graders/datasets/email_routing_week/generate.py --check   compares, changes nothing

The mails are read and composed as those of `email_routing`, so the two sets differ in their prose
alone. The same sources give the same bytes on every run.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "email_routing")]

from authored_mails import read_authored  # noqa: E402  (lies beside the set that was first)
from compose import compose  # noqa: E402
from generating import as_csv, generate  # noqa: E402  (lies beside the sets)

FIRST_NUMBER = 401
COUNT = 40


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
    files["dev/labels.csv"] = as_csv(("id", "queue", "urgency"), labels)
    files["index.csv"] = as_csv(("id", "set", "key", "language", "hard"), index)
    return files


if __name__ == "__main__":
    sys.exit(generate(HERE, build_files, folders=("dev",)))
