"""Labels a text by how close it is to the labels' names, descriptions and examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bootcamp.gateway.practice.embed import Embedder, Vectors
from bootcamp.gateway.practice.fields import Field, Label, is_unsure
from bootcamp.gateway.practice.text import fold, sentences, terms, words
from bootcamp.gateway.practice.urgency import evidence

__all__ = ["Choice", "choose"]

# What a label that names no subject of its own stands for.
_REST = terms(
    """
    other others autre autres misc miscellaneous divers none aucun else rest
    """
)

# Names on a scale say nothing about a text by themselves: these glosses do.
_SCALE_GLOSSES = {
    "urgent immediately today asap emergency blocked critical deadline": terms(
        """
    high urgent critical immediate haute elevee eleve forte critique top p1 hoch
    """
    ),
    "whenever no rush not urgent for information next month at your convenience": terms(
        "low faible basse bas minor mineure p3 p4"
    ),
    "": terms(
        """
    normal medium moderate standard average moyenne moyen normale p2 routine regular
    """
    ),
}

_LIKENESS_ON_A_SCALE = 0.3
_EVIDENCE_WEIGHT = 0.3
_ENOUGH_EVIDENCE = 0.6
_NAME_WEIGHT = 0.8
_DESCRIPTION_WEIGHT = 1.0
# Learning from examples: steps of gradient descent, their size, and the softmax's sharpness.
_STEPS = 20
_STEP = 0.01
_SHARPNESS = 8.0
_VOTE_WEIGHT = 0.1
_MOST_VOTES = 2
"""A label's nearest examples that speak for it: more examples alone give it no advantage."""
_SENTENCE_SHARE = 0.45
_MOST_SENTENCES = 40
# Below this likeness no named subject is recognised, and 'other' is the better answer.
_RECOGNISED = 0.06
# A lead smaller than this is a guess.
_SURE_MARGIN = 0.025
_LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class Choice:
    """A chosen label, its score, and how far it was ahead of the next (0: a guess)."""

    label: str
    margin: float
    score: float


def choose(
    text: str,
    field: Field,
    examples: Sequence[tuple[str, str]],
    embedder: Embedder,
    unsure: str = "",
) -> Choice:
    """Choose one of the field's labels for *text*.

    Args:
        text: what to label.
        field: the labels with their descriptions.
        examples: texts with the label that is right for each.
        embedder: gives the vectors that are compared.
        unsure: answered when the lead is small; '' when the prompt does not allow it.
    """
    text = text[:_LONGEST_TEXT]
    labels = [label for label in field.labels if not is_unsure(label.name)]
    glosses = _glosses([label.name for label in labels])
    documents = [f"{label.name} {glosses.get(label.name, '')}".strip() for label in labels]
    descriptions = [label.description for label in labels]
    parts = [text, *sentences(text)[:_MOST_SENTENCES]]
    meant = [" ".join(pair) for pair in zip(documents, descriptions, strict=True)]
    vectors = embedder.embed([*parts, *documents, *descriptions], meant)
    asked, by_name, by_description = np.split(vectors, np.cumsum([len(parts), len(documents)]))
    prototypes = _NAME_WEIGHT * by_name + _DESCRIPTION_WEIGHT * by_description
    names = [label.name for label in labels]
    if examples:
        shown = embedder.embed([example for example, _ in examples], meant)
        answers = [names.index(name) for _, name in examples]
        prototypes = _learn(prototypes, shown, answers)
    scores = _likeness(asked, prototypes)
    if examples:
        scores += _VOTE_WEIGHT * _votes(_likeness(asked, shown), answers, len(names))
    if glosses:
        scores = _LIKENESS_ON_A_SCALE * scores + _urgency(text, labels, glosses)
    return _decide(scores, names, glosses, unsure)


def _likeness(asked: Vectors, documents: Vectors) -> Vectors:
    """Blend the whole text's cosine with that of its closest sentence, for each document."""
    cosines = asked @ documents.T
    best_sentence = cosines[1:].max(axis=0) if len(cosines) > 1 else cosines[0]
    blended: Vectors = (1 - _SENTENCE_SHARE) * cosines[0] + _SENTENCE_SHARE * best_sentence
    return blended


def _learn(prototypes: Vectors, examples: Vectors, answers: Sequence[int]) -> Vectors:
    """Move the labels' vectors so that the examples come out right, but no further than that.

    Softmax regression by gradient descent, started at what names and descriptions say and stopped
    early: a handful of examples corrects the descriptions and does not replace them.
    """
    learned = prototypes.copy()
    wanted = np.zeros((len(examples), len(prototypes)), dtype=np.float32)
    wanted[np.arange(len(examples)), list(answers)] = 1.0
    for _ in range(_STEPS):
        logits = _SHARPNESS * (examples @ learned.T)
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        chances /= chances.sum(axis=1, keepdims=True)
        learned += _STEP * (wanted - chances).T @ examples
    return learned


def _votes(likeness: Vectors, answers: Sequence[int], count: int) -> Vectors:
    """Let each label's nearest examples speak for it; 0 is the mean, and what has no example."""
    votes = np.zeros(count, dtype=np.float32)
    shown = sorted(set(answers))
    for label in shown:
        near = np.sort(likeness[np.array(answers) == label])[::-1]
        votes[label] = near[:_MOST_VOTES].mean()
    votes[shown] -= votes[shown].mean()
    return votes


def _glosses(names: Sequence[str]) -> Mapping[str, str]:
    """Spell out what the steps of a scale such as low, normal, high mean."""
    found: dict[str, str] = {}
    for name in names:
        named = words(fold(name))
        negated = bool(named) and named[0] in {"not", "non", "pas"}
        for gloss, steps in _SCALE_GLOSSES.items():
            if named and (named[-1] in steps) and len(named) <= 3:
                found[name] = "" if negated else gloss
    return found if len(found) >= 2 else {}


def _urgency(text: str, labels: Sequence[Label], glosses: Mapping[str, str]) -> Vectors:
    """Score the steps of a scale by the reasons for urgency that the descriptions name."""
    steps = [glosses.get(label.name, "").partition(" ")[0] for label in labels]
    urgent_means = " ".join(
        label.description for label, step in zip(labels, steps, strict=True) if step == "urgent"
    )
    calm_means = " ".join(
        label.description for label, step in zip(labels, steps, strict=True) if step != "urgent"
    )
    found = evidence(text, urgent_means, calm_means)
    by_step = {
        "urgent": found - _ENOUGH_EVIDENCE,
        "whenever": -found - _ENOUGH_EVIDENCE if "" in steps else _ENOUGH_EVIDENCE - found,
        "": 0.0,
    }
    return np.array([_EVIDENCE_WEIGHT * by_step[step] for step in steps], dtype=np.float32)


def _decide(
    scores: Vectors, names: Sequence[str], glosses: Mapping[str, str], unsure: str
) -> Choice:
    order = sorted(range(len(names)), key=lambda at: (-round(float(scores[at]), 6), at))
    best = order[0]
    margin = float(scores[best] - scores[order[1]]) if len(order) > 1 else 1.0
    score = float(scores[best])
    fallback = next(
        (
            name
            for name in names
            if glosses.get(name) == "" or set(re.split(r"\W+|_", fold(name))) & _REST
        ),
        None,
    )
    if score < _RECOGNISED and fallback is not None:
        return Choice(fallback, margin, score)
    if unsure and (margin < _SURE_MARGIN or score < _RECOGNISED):
        return Choice(unsure, margin, score)
    return Choice(names[best], margin, score)
