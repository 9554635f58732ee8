"""Texts as vectors: the seam between the practice model's abilities and what it knows of words."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bootcamp.gateway.practice.text import COURTESY, STOPWORDS, stem, words
from bootcamp.gateway.practice.thesaurus import thesaurus

__all__ = ["PUBLIC_DIMENSIONS", "Embedder", "LexicalEmbedder", "Vectors", "unit"]

PUBLIC_DIMENSIONS = 384

_STEM_WEIGHT = 1.0
_CONCEPT_WEIGHT = 1.0
_GRAM_WEIGHT = 0.12
_COURTESY_WEIGHT = 0.15
_NUMBER_WEIGHT = 0.2
_LONGEST_KEPT = 2_000

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into rows of unit length; the dot product of two rows says how close they are."""

    @property
    def fingerprint(self) -> str:
        """Names the engine and its weights; the same fingerprint gives the same answers."""

    def embed(self, texts: Sequence[str], background: Sequence[str] = ()) -> Vectors:
        """Embed *texts* as an array of shape (len(texts), dimensions), rows of length 1 or 0.

        What *background*, the texts of the same task, have in common may be given less weight.
        """

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Give what callers get who ask for embeddings: shape (len(texts), 384), rows as above."""


class LexicalEmbedder:
    """Hashed stems, thesaurus concepts and character 4-grams, weighted like tf-idf.

    It needs no weights and no network. Concepts carry meaning across English and French, stems
    carry what is said literally, and the 4-grams forgive typing mistakes and compounds.
    """

    dimensions = 4096
    fingerprint = "practice-lexical-1"

    def embed(self, texts: Sequence[str], background: Sequence[str] = ()) -> Vectors:
        """Embed *texts*; features found in much of *background* weigh less (idf)."""
        known = {text: _features(text) for text in {*texts, *background}}
        rarity = _rarity([known[text] for text in background])
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for feature, weight in known[text].items():
                row[_slot(feature, self.dimensions)] += weight * rarity.get(feature, 1.0)
        return unit(rows)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Fold the rows to as many dimensions as MiniLM's, so that a notebook runs with either."""
        folded = np.zeros((len(texts), PUBLIC_DIMENSIONS), dtype=np.float32)
        for at, column in enumerate(self.embed(texts).T):
            folded[:, at % PUBLIC_DIMENSIONS] += column
        return unit(folded)


def unit(rows: Vectors) -> Vectors:
    """Scale each row to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return scaled


def _rarity(background: Sequence[dict[str, float]]) -> dict[str, float]:
    """Weigh each feature by idf over *background*, 1 for what is found once."""
    if len(background) < 2:
        return {}
    seen = Counter(feature for features in background for feature in features)
    most = math.log(1 + len(background))
    return {
        feature: math.log(1 + len(background) / count) / most for feature, count in seen.items()
    }


@lru_cache(maxsize=500)
def _kept_features(text: str) -> dict[str, float]:
    return _weighed(text)


def _features(text: str) -> dict[str, float]:
    """Weigh the features of a text; labels and examples come again and again and are kept."""
    return _kept_features(text) if len(text) <= _LONGEST_KEPT else _weighed(text)


def _weighed(text: str) -> dict[str, float]:
    found = words(text)
    features: dict[str, float] = {}
    for word, count in sorted(Counter(found).items()):
        if word in STOPWORDS or len(word) < 2:
            continue
        often = 1.0 + math.log(count)
        if any(sign.isdigit() for sign in word):
            weight = _NUMBER_WEIGHT
        elif word in COURTESY:
            weight = _COURTESY_WEIGHT
        else:
            weight = _STEM_WEIGHT
            for gram in _grams(word):
                features[gram] = features.get(gram, 0.0) + _GRAM_WEIGHT * often
        key = "=" + stem(word)
        features[key] = features.get(key, 0.0) + weight * often
    # The phrases of the thesaurus hold small words too ('mot de passe', 'not working').
    for concept, strength in thesaurus().concepts([stem(word) for word in found]).items():
        often = strength if strength < 1 else 1.0 + math.log(strength)
        features["#" + concept] = _CONCEPT_WEIGHT * often
    return features


@lru_cache(maxsize=20_000)
def _grams(word: str) -> tuple[str, ...]:
    if len(word) < 5:
        return ()
    return tuple(dict.fromkeys(word[at : at + 4] for at in range(len(word) - 3)))


@lru_cache(maxsize=50_000)
def _slot(feature: str, dimensions: int) -> int:
    """The same place for the same feature in every process, unlike Python's own hash."""
    return zlib.crc32(feature.encode()) % dimensions
