"""Read the authored questions: every one was written out by hand, in `authored/`.

A question is a block of text::

    === key | 12 | en | eml [| hard]
    From: Name <address>          (only for eml)
    Subject: a few words          (only for eml)
    Sent: 2026-04-02 08:51        (only where the text hangs on it; else drawn)
    (blank line)
    body

The second field is the number of the article that answers it, or why no article does: `silent` (the
handbook has nothing on it), `near` (an article is close and leaves it out), `personal` (for a
person by rule 5), `action` (no question, or a thing to be done).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

AUTHORED = Path(__file__).parent / "authored"
FILES = ("time", "leave", "money", "work", "person")
REASONS = ("silent", "near", "personal", "action")
ARTICLES = 42


@dataclass(frozen=True)
class Question:
    """One question as its author wrote it, with its labels."""

    key: str
    article: str
    reason: str
    language: str
    form: str
    hard: bool
    sender: str
    subject: str
    sent: datetime | None
    body: str

    @property
    def answerable(self) -> str:
        """Whether the handbook answers it: 'yes' or 'no'."""
        return "yes" if self.article else "no"


def read_authored(folder: Path = AUTHORED) -> list[Question]:
    """Return every authored question in a fixed order; ValueError names the block that is wrong."""
    questions = [_read(block) for name in FILES for block in _blocks(folder / f"{name}.txt")]
    keys = [question.key for question in questions]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise ValueError(f"the same key is used twice: {', '.join(repeated)}")
    return questions


def handbook() -> bytes:
    """Return the handbook, which lies beside the questions of each set."""
    return (AUTHORED / "handbook.md").read_bytes()


def _blocks(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removeprefix("=== ").split("\n=== ")


def _read(block: str) -> Question:
    first_line, _, rest = block.partition("\n")
    key, answer, language, form, *flags = (part.strip() for part in first_line.split("|"))
    head, _, body = rest.partition("\n\n") if form == "eml" else ("", "", rest)
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    known = answer in REASONS or (answer.isdecimal() and 1 <= int(answer) <= ARTICLES)
    if not known or language not in {"en", "fr"} or form not in {"txt", "eml"} or not body.strip():
        raise ValueError(f"the question '{key}' has a wrong answer, language, form or no body")
    return Question(
        key=key,
        article=answer if answer.isdecimal() else "",
        reason="" if answer.isdecimal() else answer,
        language=language,
        form=form,
        hard="hard" in flags,
        sender=headers.get("From", ""),
        subject=headers.get("Subject", ""),
        sent=datetime.fromisoformat(headers["Sent"]) if "Sent" in headers else None,
        body=body.strip("\n"),
    )
