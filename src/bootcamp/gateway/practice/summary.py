"""Summarises by quoting the sentences that say most of what the others say."""

from __future__ import annotations

import re

from bootcamp.gateway.practice.embed import Embedder
from bootcamp.gateway.practice.text import is_courtesy, sentences, words

__all__ = ["quote_nearest", "summarise"]

_SHORTEST = 4
_MOST_SENTENCES = 300
_FIRST_BONUS = 0.12
_FIGURE_BONUS = 0.05


def summarise(text: str, length: int, embedder: Embedder) -> str:
    """Quote the *length* most central sentences of *text*, in their order; '' for an empty text.

    A sentence is central when it is like the others (the sum of its cosines). Greetings and
    closings are left out unless there is nothing else.
    """
    found = sentences(text)[:_MOST_SENTENCES]
    telling = [part for part in found if _is_telling(part)] or found
    if len(telling) <= length:
        return " ".join(telling)
    vectors = embedder.embed(telling)
    centrality = (vectors @ vectors.T).sum(axis=1) / len(telling)
    scores = [
        float(centrality[at])
        + _FIRST_BONUS / (1 + at)
        + _FIGURE_BONUS * bool(re.search(r"\d", part))
        for at, part in enumerate(telling)
    ]
    best = sorted(range(len(telling)), key=lambda at: (-round(scores[at], 6), at))[:length]
    return " ".join(telling[at] for at in sorted(best))


def quote_nearest(text: str, topic: str, embedder: Embedder) -> str:
    """Quote the sentence of *text* that is closest to *topic*; '' for an empty text."""
    found = sentences(text)[:_MOST_SENTENCES]
    if not found:
        return ""
    vectors = embedder.embed([topic, *found])
    cosines = vectors[1:] @ vectors[0]
    return found[max(range(len(found)), key=lambda at: (round(float(cosines[at]), 6), -at))]


def _is_telling(sentence: str) -> bool:
    return len(words(sentence)) >= _SHORTEST and not is_courtesy(sentence)
