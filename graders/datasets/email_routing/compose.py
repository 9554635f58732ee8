"""Turn an authored mail into the bytes of an .eml file, the same bytes every time.

Numbers, signatures, footers, encodings and multipart are drawn from a generator seeded by the
mail's key, so one mail can be reworded without disturbing any other.
"""

import hashlib
import html
import random
import re
from collections.abc import Callable
from datetime import timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from authored_mails import AuthoredMail

SEED = "alder-and-finch-2026"
RECIPIENTS = (
    "contact@alderfinch.example",
    "Alder & Finch <contact@alderfinch.example>",
    "<contact@alderfinch.example>",
    "Contact <contact@alderfinch.example>",
)
TRANSFER_ENCODINGS = ("quoted-printable", "8bit", "base64")
TRANSFER_SHARES = (45, 35, 20)
MULTIPART_SHARE = 0.2
PHONE_FOOTER_SHARE = 0.3
DISCLAIMER_SHARE = 0.5
SHORT_WORDS = 45

PHONE_FOOTERS = {
    "en": ("Sent from my phone", "Sent from my mobile, excuse the typing", "sent on the move"),
    "fr": ("Envoyé de mon téléphone", "Envoyé depuis mon mobile", "Envoyé depuis mon portable"),
}
DISCLAIMERS = {
    "en": (
        "This message is meant for the person it is addressed to. If it reached you by mistake, "
        "please delete it and let us know.",
        "Please think before you print.",
        "Registered in England and Wales. Views expressed are the sender's own.",
        "We process personal data as set out in the privacy notice on our website.",
    ),
    "fr": (
        "Ce message et ses pièces jointes sont confidentiels et établis à l'intention exclusive "
        "de leurs destinataires.",
        "Pensez à l'environnement : n'imprimez ce courriel que si nécessaire.",
        "Nos bureaux sont ouverts du lundi au vendredi, 8 h 30 - 12 h et 14 h - 17 h 30.",
    ),
}


def compose(mail: AuthoredMail) -> bytes:
    """Return the mail as RFC 5322 bytes with line feeds, as a mail store on disk keeps it."""
    draw = random.Random(f"{SEED}:{mail.key}")
    fill = _number_filler(draw)
    body = _with_footer(mail, fill(mail.body), draw)
    message = EmailMessage()
    if mail.subject is not None:
        message["Subject"] = fill(mail.subject)
    message["From"] = mail.sender
    message["To"] = draw.choice(RECIPIENTS)
    offset = 1 if mail.language == "fr" else 0
    sent = mail.sent.replace(second=draw.randrange(60), tzinfo=timezone(timedelta(hours=offset)))
    message["Date"] = format_datetime(sent)
    digest = hashlib.sha256(f"{SEED}:{mail.key}".encode()).hexdigest()
    domain = parseaddr(mail.sender)[1].partition("@")[2]
    message["Message-ID"] = f"<{digest[:20]}@{domain}>"
    encoding = draw.choices(TRANSFER_ENCODINGS, TRANSFER_SHARES)[0]
    message.set_content(body + "\n", charset="utf-8", cte=encoding)
    if draw.random() < MULTIPART_SHARE:
        message.add_alternative(_as_html(body), subtype="html", charset="utf-8", cte=encoding)
        message.set_boundary(f"=_{digest[20:44]}")
    return message.as_bytes()


def _number_filler(draw: random.Random) -> Callable[[str], str]:
    """Return a function that replaces {order}, {invoice} …, one number for each name."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name == "orderno":
            return number_of("order").removeprefix("AF-")
        return number_of(name)

    def number_of(name: str) -> str:
        if name not in numbers:
            numbers[name] = _number(name.rstrip("2"), draw)
        return numbers[name]

    return lambda text: re.sub(r"\{(\w+)\}", number, text)


def _number(kind: str, draw: random.Random) -> str:
    if kind == "order":
        return f"AF-{draw.randrange(41200, 49900)}"
    if kind == "invoice":
        return f"F26-{draw.randrange(1100, 3900):05d}"
    if kind == "quote":
        return f"D26-{draw.randrange(200, 990)}"
    if kind == "cust":
        return f"C{draw.randrange(10400, 28900)}"
    if kind == "po":
        return str(draw.randrange(4500100000, 4500900000))
    raise ValueError(f"no number is known by the name {{{kind}}}")


def _with_footer(mail: AuthoredMail, body: str, draw: random.Random) -> str:
    """Add what a mail program adds, above any quoted mail."""
    own_text, quoted = _split_quoted(body)
    if mail.signature is not None:
        own_text += "\n\n" + _signature(mail, mail.signature, draw)
    elif len(own_text.split()) < SHORT_WORDS and draw.random() < PHONE_FOOTER_SHARE:
        own_text += "\n\n" + draw.choice(PHONE_FOOTERS[mail.language])
    return own_text + (f"\n\n{quoted}" if quoted else "")


def _split_quoted(body: str) -> tuple[str, str]:
    lines = body.split("\n")
    for number, line in enumerate(lines):
        if line.startswith((">", "-----")):
            return "\n".join(lines[:number]).rstrip(), "\n".join(lines[number:])
    return body, ""


def _signature(mail: AuthoredMail, signature: str, draw: random.Random) -> str:
    role, company, country = (part.strip() for part in signature.split("|"))
    name, address = parseaddr(mail.sender)
    phone = _phone(country, draw)
    block = draw.choice(
        (
            f"-- \n{name}\n{role}\n{company}\n{phone}",
            f"{name} | {role}\n{company}\nT {phone}",
            f"{company.upper()}\n{role}\n{phone} / {address}",
            f"-- \n{role}, {company}\n{phone}",
        )
    )
    if draw.random() < DISCLAIMER_SHARE:
        block += "\n\n" + draw.choice(DISCLAIMERS[mail.language])
    return block


def _phone(country: str, draw: random.Random) -> str:
    """Return a number from the ranges that Ofcom, ComReg and ARCEP keep for fiction."""
    if country == "uk":
        return f"01632 960{draw.randrange(1000):03d}"
    if country == "ie":
        return f"020 91{draw.randrange(10)} {draw.randrange(10000):04d}"
    return f"01 99 00 {draw.randrange(100):02d} {draw.randrange(100):02d}"


def _as_html(body: str) -> str:
    paragraphs = html.escape(body, quote=False).split("\n\n")
    inner = "\n".join(f"<p>{text.replace(chr(10), '<br>' + chr(10))}</p>" for text in paragraphs)
    return f"<html>\n<body>\n{inner}\n</body>\n</html>\n"
