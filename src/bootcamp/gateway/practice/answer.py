"""Answers a question about a text by quoting the sentence that holds the answer."""

from __future__ import annotations

import re

from bootcamp.gateway.practice.embed import Embedder
from bootcamp.gateway.practice.text import COURTESY, STOPWORDS, fold, sentences, stem, words
from bootcamp.gateway.practice.thesaurus import thesaurus
from bootcamp.gateway.practice.values import find

__all__ = ["answer", "question_in"]

# What a question word asks for; the sentence quoted must hold such a value.
_ASKS_FOR = (
    (("date", "time"), r"when|what (?:date|day|time)|which day|by what date|quand|quelle (?:date|"
                       r"heure)|quel jour|a quelle heure|until when|jusqu'a quand"),
    (("amount",), r"how much|what (?:is|was) the (?:\w+ )?(?:price|amount|total|cost)|combien "
                  r"(?:coute|doit|faut-il payer|d'euros)|quel (?:est le )?(?:prix|montant|tarif)"),
    (("number", "amount"), r"how many|combien|what (?:quantity|number of)|quelle quantite"),
    (("email",), r"(?:what|which|quelle?)\b.*\b(?:e-?mail|courriel)"),
    (("phone",), r"(?:what|which|quel)\b.*\b(?:phone|telephone)"),
    (("name", "company"), r"who\b|qui\b|whose|what is the name|comment s'appelle"),
)  # fmt: skip
_NUMBER_WORDS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty"
    r"|fifty|hundred|deux|trois|quatre|cinq|sept|huit|neuf|dix|douzaine|vingt|trente|cent)\b"
)
_TIME_WORDS = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:today|tomorrow|yesterday|tonight|noon"
    r"|morning|afternoon|week|weeks|month|january|february|march|april|may|june|july|august"
    r"|september|october|november|december|days|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|demain|hier|aujourd'hui|matin|soir|midi|semaines?|mois|janvier|fevrier|mars|avril|mai|juin"
    r"|juillet|aout|septembre|octobre|novembre|decembre|jours)\b"
)
_QUESTION = re.compile(r"[^.!?\n:]*\?|(?:^|\n)\s*question\s*:\s*[^\n]+", re.IGNORECASE)
_QUESTION_WORDS = frozenset(
    stem(word)
    for word in (
        "what", "which", "who", "when", "where", "why", "how", "many", "much", "quel", "quelle",
        "qui", "quand", "combien", "pourquoi", "ou", "comment", "does", "did", "answer", "question",
        "according", "text", "selon", "texte", "mail", "say", "says", "quelles", "quels", "exactly",
        "writer", "sender", "est-ce", "told", "mentioned",
    )
)  # fmt: skip
_ASKS_FOR_WRITER = re.compile(
    r"^who (?:wrote|sent|signed|writes|is writing|is the (?:sender|writer|author))"
    r"|^qui (?:a (?:ecrit|envoye|signe)|ecrit|est l'(?:expediteur|auteur))"
)
_ENOUGH = 0.5
_LIKENESS_SHARE = 0.5
_MOST_SENTENCES = 200
_NOT_THERE = {
    "en": "The text does not say.",
    "fr": "Le texte ne le dit pas.",
}


def question_in(instructions: str) -> str:
    """Give the last question that a prompt asks, or ''."""
    found = [match.group().strip() for match in _QUESTION.finditer(instructions)]
    found = [re.sub(r"^question\s*:\s*", "", part, flags=re.IGNORECASE) for part in found]
    asked = [part for part in found if len(words(part)) > 1]
    return asked[-1] if asked else ""


def answer(question: str, text: str, embedder: Embedder, language: str) -> tuple[str, bool]:
    """Quote the sentence of *text* that answers *question*; gives it and whether one was found.

    A sentence answers when it shares enough of the question's own words or their meanings, and
    holds a value of the kind that is asked for.
    """
    parts = [part for part in sentences(text)[:_MOST_SENTENCES] if words(part)]
    asked = _content(question)
    if not parts or not asked:
        return _NOT_THERE[language], False
    if _ASKS_FOR_WRITER.search(fold(question)):
        names = find("name", text)
        return (str(names[0].value), True) if names else (_NOT_THERE[language], False)
    kinds = _kinds(question)
    rows = embedder.embed([question, *parts])
    cosines = rows[1:] @ rows[0]
    shares = [_share(asked, part) for part in parts]
    best, best_score = -1, 0.0
    for position, part in enumerate(parts):
        if kinds and not _holds(part, kinds):
            continue
        around = max(shares[max(0, position - 1) : position] or [0.0])
        score = max(shares[position], 0.7 * around if kinds else 0.0)
        score += _LIKENESS_SHARE * float(cosines[position]) + (0.1 if kinds else 0.0)
        if score > best_score + 1e-6:
            best, best_score = position, score
    if best < 0 or best_score < _ENOUGH:
        return _NOT_THERE[language], False
    return parts[best], True


def _content(text: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for word in words(text):
        root = stem(word)
        if word in STOPWORDS or word in COURTESY or root in _QUESTION_WORDS or len(word) < 2:
            continue
        found[root] = thesaurus().concepts([root])
    return found


def _share(asked: dict[str, dict[str, float]], part: str) -> float:
    """Tell how much of what is asked a sentence speaks of, by its words or by their meaning."""
    stems = [stem(word) for word in words(part)]
    spoken = set(stems)
    meant = {name for name, weight in thesaurus().concepts(stems).items() if weight >= 1.0}
    total = 0.0
    for root, concepts in asked.items():
        if root in spoken:
            total += 1.0
        elif any(weight >= 1.0 and name in meant for name, weight in concepts.items()):
            total += 0.7
    return total / len(asked)


def _kinds(question: str) -> tuple[str, ...]:
    plain = fold(question)
    return next(
        (kinds for kinds, pattern in _ASKS_FOR if re.search(rf"\b(?:{pattern})", plain)), ()
    )


def _holds(part: str, kinds: tuple[str, ...]) -> bool:
    plain = fold(part)
    if "number" in kinds and _NUMBER_WORDS.search(plain):
        return True
    if "date" in kinds and _TIME_WORDS.search(plain):
        return True
    return any(find(kind, part) for kind in kinds)
