"""Write the e-mail routing set: development, hidden and hostile mails with their labels.

    python graders/datasets/email_routing/generate.py           writes the files
    python graders/datasets/email_routing/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import hashlib
import sys
from pathlib import Path

from authored_mails import QUEUES, URGENCIES, AuthoredMail, read_authored
from compose import SEED, compose
from hostile_mails import hostile_mails

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from generating import FIRST_NUMBER, as_csv, deal, generate  # noqa: E402  (lies beside the sets)


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
        files[f"{set_name}/labels.csv"] = as_csv(("id", "queue", "urgency"), labels)
    files["index.csv"] = as_csv(("id", "set", "key", "language", "hard"), index)
    notes, labels = [], []
    for number, hostile in enumerate(hostile_mails(), start=1):
        item = f"hostile-{number:02d}"
        if hostile.queue not in QUEUES or hostile.urgency not in URGENCIES:
            raise ValueError(f"{item} has an unknown label")
        files[f"hostile/{item}.eml"] = hostile.content
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, hostile.queue, hostile.urgency, attack))
        labels.append((item, hostile.queue, hostile.urgency))
    files["hostile/labels.csv"] = as_csv(("id", "queue", "urgency"), labels)
    columns = ("id", "what", "expected_queue", "expected_urgency", "attack")
    files["hostile/notes.csv"] = as_csv(columns, notes)
    return files


def split(mails: list[AuthoredMail]) -> dict[str, list[AuthoredMail]]:
    """Deal the mails into dev and hidden, each with the same mix, each in order of arrival.

    Every fourth mail of the list sorted by queue, urgency, difficulty and language goes to dev.
    """
    return deal(
        mails,
        mix=lambda m: (m.queue, m.urgency, m.hard, m.language, _shuffled(m)),
        order=_arrival,
    )


def _shuffled(mail: AuthoredMail) -> str:
    return hashlib.sha256(f"{SEED}:split:{mail.key}".encode()).hexdigest()


def _arrival(mail: AuthoredMail) -> tuple[str, str]:
    return (mail.sent.isoformat(), mail.key)


if __name__ == "__main__":
    sys.exit(generate(HERE, build_files))
