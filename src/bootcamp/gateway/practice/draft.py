"""Drafts a reply from the facts of a mail, with gaps where only a person can decide."""

from __future__ import annotations

import re

from bootcamp.gateway.practice.embed import Embedder
from bootcamp.gateway.practice.summary import summarise
from bootcamp.gateway.practice.text import language
from bootcamp.gateway.practice.values import find

__all__ = ["draft", "wants_draft"]

_WANTED = re.compile(
    r"\b(?:draft|write|compose|prepare|suggest|propose|r[ée]dige\w*|[ée]cri[st]\w*|pr[ée]pare\w*"
    r"|propose\w*)\b[^.\n?]{0,60}?\b(?:reply|replies|answer|response|acknowledge?ment|r[ée]ponse"
    r"|accus[ée] de r[ée]ception)\b"
    r"|\b(?:reply|respond) (?:politely )?to (?:this|the) (?:\w+ )?(?:mail|e-?mail|message|customer"
    r"|client|letter)\b|\br[ée]pond\w* (?:poliment )?(?:à|a|au) (?:ce|cet|cette)? ?(?:mail|courriel"
    r"|message|client|lettre)\b",
    re.IGNORECASE,
)
_TEXTS = {
    "en": {
        "hello": "Dear {name},", "nobody": "Hello,", "thanks": "Thank you for your message.",
        "wrote": "You wrote: “{quote}”", "noted": "We have noted:", "reference": "reference",
        "date": "date", "amount": "amount",
        "next": "[What we will do, and by when: to be filled in by you]",
        "regards": "Kind regards,\n[Your name]",
    },
    "fr": {
        "hello": "Bonjour {name},", "nobody": "Bonjour,",
        "thanks": "Nous vous remercions de votre message.",
        "wrote": "Vous nous écrivez : « {quote} »", "noted": "Nous avons noté :",
        "reference": "référence", "date": "date", "amount": "montant",
        "next": "[Ce que nous ferons, et pour quand : à compléter]",
        "regards": "Cordialement,\n[Votre nom]",
    },
}  # fmt: skip
_MOST_FACTS = 3


def wants_draft(instructions: str) -> bool:
    """Tell whether a prompt asks for a reply to be drafted."""
    return bool(_WANTED.search(instructions))


def draft(text: str, embedder: Embedder) -> str:
    """Draft a reply in the mail's language; every fact in it is a quotation."""
    says = _TEXTS[language(text)]
    names = find("name", text)
    lines = [says["hello"].format(name=names[0].value) if names else says["nobody"], ""]
    quote = summarise(text, 1, embedder)
    lines.append(says["thanks"] + (" " + says["wrote"].format(quote=quote) if quote else ""))
    facts = [
        f"- {says[kind]}: {written}" if language(text) == "en" else f"- {says[kind]} : {written}"
        for kind in ("reference", "date", "amount")
        for written in _written(kind, text)
    ]
    if facts:
        lines += ["", says["noted"], *facts]
    return "\n".join([*lines, "", says["next"], "", says["regards"]])


def _written(kind: str, text: str) -> list[str]:
    ordered = sorted(find(kind, text), key=lambda found: found.start)
    return list(dict.fromkeys(found.written for found in ordered))[:_MOST_FACTS]
