"""Words and meaning together: the lexical engine beside MiniLM."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from bootcamp.gateway.practice.embed import LexicalEmbedder, Vectors, unit
from bootcamp.gateway.practice.french import gloss
from bootcamp.gateway.practice.minilm import MiniLM
from bootcamp.gateway.practice.text import is_courtesy, language, sentences, words

__all__ = ["MeaningEmbedder", "SentenceVectors"]

# Chosen on the labelled sets of the repository; see docs/practice-model.md.
_MEANING_SHARE = 0.4
_COMMON_SHARE = 0.7
_LONGEST_SENTENCE = 40
"""Tokens of one sentence that are read."""
_OPENING_WORDS = 32
_CLOSING_WORDS = 14
_MOST_KEPT = 4_000

# What every business letter says: its mean is taken out, so that only the subject is compared.
_COMMONPLACE = (
    "Hello, I am writing to you about our last message.",
    "Thank you for your help, I look forward to hearing from you.",
    "Please find attached the document that we spoke about.",
    "Could you let me know what you think about this?",
    "I have a question about something that I received from you.",
    "We would like to hear from you as soon as you can.",
    "Good morning, can somebody call me back about this, please?",
    "As agreed on the phone, here is what we need.",
    "I am not sure who to write to, so I am sending this to you.",
    "This is the third time that I write to you about this matter.",
    "We have been a customer of yours for many years.",
    "Kind regards from all the team, and have a nice day.",
)


class SentenceVectors:
    """MiniLM over sentences, each calculated once; French ones go through the glossary."""

    dimensions = MiniLM.dimensions

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def of(self, texts: Sequence[str]) -> Vectors:
        """Give a row for each text: the mean of its sentences, of length 1, or 0 for no words."""
        parts = [telling_sentences(text) for text in texts]
        known = self._each([part for found in parts for part in found])
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, found in zip(rows, parts, strict=True):
            if found:
                row[:] = np.mean([known[part] for part in found], axis=0)
        return unit(rows)

    def _each(self, parts: Sequence[str]) -> dict[str, Vectors]:
        wanted = list(dict.fromkeys(parts))
        with self._lock:
            known = {part: self._kept[part] for part in wanted if part in self._kept}
            missing = [part for part in wanted if part not in known]
            if missing:
                read = [gloss(part) if language(part) == "fr" else part for part in missing]
                rows = self._model.embed(read, _LONGEST_SENTENCE)
                for part, row in zip(missing, rows, strict=True):
                    known[part] = self._kept[part] = row
            for part in wanted:
                self._kept.move_to_end(part)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return known


class MeaningEmbedder:
    """The lexical engine's features and MiniLM's, side by side in one row."""

    def __init__(self, model: MiniLM, weights: str) -> None:
        """Join the engines; *weights* names the weights in the fingerprint."""
        self.fingerprint = f"practice-minilm-1-{weights[:8]}"
        self.sentences = SentenceVectors(model)
        self._lexical = LexicalEmbedder()
        self._common: Vectors | None = None

    def embed(self, texts: Sequence[str], background: Sequence[str] = ()) -> Vectors:
        """Embed *texts*; the lexical half weighs what *background* has in common less."""
        literal = self._lexical.embed(texts, background)
        if self._common is None:
            self._common = self.sentences.of(_COMMONPLACE).mean(axis=0)
        # The middle of a long text is left to the words: reading it would take too long.
        skipped = {part for text in texts for part in _unread(text)}
        meant = self.sentences.of(["" if text in skipped else text for text in texts])
        spoken = np.any(meant, axis=1)
        meant[spoken] -= _COMMON_SHARE * self._common
        both: Vectors = np.hstack(
            [(1 - _MEANING_SHARE) ** 0.5 * literal, _MEANING_SHARE**0.5 * unit(meant)]
        )
        return both

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Give MiniLM's rows alone."""
        return self.sentences.of(texts)


def _unread(text: str) -> set[str]:
    found = sentences(text)
    return set(found) - set(telling_sentences(text)) if len(found) > 1 else set()


def telling_sentences(text: str) -> list[str]:
    """Give the sentences that say what *text* is about; the middle of a long text is left out."""
    found = [part for part in sentences(text) if words(part)]
    if len(found) < 2:
        return found
    found = [part for part in found if not is_courtesy(part)] or found
    opening, closing = [found[0]], list[str]()
    rest = found[1:]
    used = len(words(found[0]))
    while rest and used + len(words(rest[0])) <= _OPENING_WORDS:
        opening.append(rest.pop(0))
        used += len(words(opening[-1]))
    used = 0
    while rest and used < _CLOSING_WORDS:
        closing.insert(0, rest.pop())
        used += len(words(closing[0]))
    return opening + closing
