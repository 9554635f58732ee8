"""Turn an authored question into the file that reached the HR desk: a mail or a chat message."""

import hashlib
import random
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from authored_questions import Question

SEED = "hr questions 1"
_FIRST_DAY = datetime(2026, 2, 2, 7, 0)
_CHATTERS = {
    "en": ("Kev", "Mo", "Bev T.", "Lizzie", "Stan", "Ade", "Ruby", "Col", "Niamh", "Jaz", "Pat W."),
    "fr": ("Karim", "Lulu", "Steph", "Mathis", "Nath", "Jo", "Inès B.", "Ophélie", "Seb", "Cathy"),
}
_FOOTERS = {
    "en": (
        "\n--\nQuarrington Scales, Penistone Mill, Sheffield",
        "\nSent from my phone",
        "",
        "",
        "",
    ),
    "fr": ("\n--\nQuarrington Scales, 3 chemin des Balances, Annecy", "\nEnvoyé de mon mobile", ""),
}


def compose(question: Question) -> bytes:
    """Return the bytes of the question's file, the same each time."""
    draw = random.Random(f"{SEED}:{question.key}")
    sent = _FIRST_DAY + timedelta(days=draw.randrange(30), minutes=draw.randrange(13 * 60))
    while sent.weekday() > 4:
        sent += timedelta(days=1)
    write = _mail if question.form == "eml" else _chat
    return write(question, question.sent or sent, draw)


def _chat(question: Question, sent: datetime, draw: random.Random) -> bytes:
    """The chat window saves what was typed, with or without a line that says who and at what time."""
    name = draw.choice(_CHATTERS[question.language])
    first = draw.choice(
        (
            "",
            "",
            f"{name}, {sent:%H:%M}\n",
            f"[{sent:%H:%M}] {name}: ",
            f"{sent:%Hh%M} <{name}>\n",
        )
    )
    text = f"{first}{question.body}\n"
    if draw.random() < 0.15:  # a few windows save as older computers did
        return text.replace("\n", "\r\n").encode("utf-8-sig")
    return text.encode()


def _mail(question: Question, sent: datetime, draw: random.Random) -> bytes:
    zone = timezone(timedelta(hours=1 if question.language == "fr" else 0))
    message = EmailMessage(policy=SMTP.clone(linesep="\n"))
    if question.subject:
        message["Subject"] = question.subject
    message["From"] = question.sender
    message["To"] = draw.choice(("hr@quarrington.example", "HR desk <hr@quarrington.example>"))
    message["Date"] = format_datetime(sent.replace(tzinfo=zone))
    digest = hashlib.sha256(f"{SEED}:id:{question.key}".encode()).hexdigest()[:18]
    message["Message-ID"] = f"<{digest}@quarrington.example>"
    encoding = draw.choice(("8bit", "8bit", "quoted-printable", "base64"))
    signs_itself = "mobile" in question.body or "phone" in question.body
    footer = "" if signs_itself else draw.choice(_FOOTERS[question.language])
    if not question.sender.rstrip(">").endswith("@quarrington.example"):
        footer = ""  # what comes from outside does not bear the company's address
    text = f"{question.body}\n{footer}".rstrip("\n") + "\n"
    message.set_content(text, cte=encoding)
    if draw.random() < 0.2:
        lines = "".join(f"<p>{line}</p>\n" for line in text.splitlines() if line.strip())
        message.add_alternative(
            f"<html><body>\n{lines}</body></html>\n", subtype="html", cte=encoding
        )
        message.set_boundary(f"----=_{digest}")
    return message.as_bytes()
