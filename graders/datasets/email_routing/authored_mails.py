"""Read the authored mails: every word of prose in this set was written by hand, in `authored/`.

A mail is a block of text::

    === key | urgency | language | 2026-03-03 09:14 [| hard]
    From: Name <address>
    Subject: optional
    Sig: optional, "role | company, town | uk, ie or fr"
    (blank line)
    body, in which {order}, {invoice} and the like stand for numbers

The queue is the name of the file. `hard` marks an item that two careful readers could read apart.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

AUTHORED = Path(__file__).parent / "authored"
QUEUES = ("orders", "delivery", "invoices", "returns", "quotes", "hr_other")
URGENCIES = ("urgent", "normal")
LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class AuthoredMail:
    """One mail as its author wrote it, with its labels."""

    key: str
    queue: str
    urgency: str
    language: str
    sent: datetime
    hard: bool
    sender: str
    subject: str | None
    signature: str | None
    body: str


def read_authored(folder: Path = AUTHORED) -> list[AuthoredMail]:
    """Return every authored mail in a fixed order; ValueError names the block that is wrong."""
    mails = [mail for queue in QUEUES for mail in _read_queue(folder / f"{queue}.txt", queue)]
    keys = [mail.key for mail in mails]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise ValueError(f"the same key is used twice: {', '.join(repeated)}")
    return mails


def _read_queue(path: Path, queue: str) -> list[AuthoredMail]:
    blocks = path.read_text(encoding="utf-8").split("\n=== ")
    blocks[0] = blocks[0].removeprefix("=== ")
    return [_read_block(block, queue) for block in blocks]


def _read_block(block: str, queue: str) -> AuthoredMail:
    first_line, _, rest = block.partition("\n")
    head, _, body = rest.partition("\n\n")
    key, urgency, language, sent, *flags = (part.strip() for part in first_line.split("|"))
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    unknown = set(headers) - {"From", "Subject", "Sig"}
    if urgency not in URGENCIES or language not in LANGUAGES or unknown or not body.strip():
        raise ValueError(f"{queue}.txt: the mail '{key}' has a wrong label, header or no body")
    return AuthoredMail(
        key=key,
        queue=queue,
        urgency=urgency,
        language=language,
        sent=datetime.strptime(sent, "%Y-%m-%d %H:%M"),
        hard="hard" in flags,
        sender=headers["From"],
        subject=headers.get("Subject"),
        signature=headers.get("Sig"),
        body=body.strip("\n"),
    )
