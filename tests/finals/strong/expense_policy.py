"""What a strong model would say to the worked solution's question about a line of a hidden claim.

It knows which rule the claim breaks; the question's own labels say which rules it asks about.
"""

from __future__ import annotations

from tests.finals.strong import Items, recognise

# A label that only one kind of question has, the harmless answer, and the others by their rule.
_QUESTIONS = (
    ("- alcohol:", "work", {"4": "private", "5": "alcohol"}),
    ("- nameless:", "named", {"7": "nameless"}),
    ("- excuse:", "reason", {"10": "excuse"}),
    ("- first:", "second", {"4": "family", "11": "first"}),
)


def answer(prompt: str, items: Items) -> str:
    rows = recognise(prompt, items)
    if rows is None:
        return "unsure"
    harmless, by_rule = next(
        (harmless, by_rule) for mark, harmless, by_rule in _QUESTIONS if mark in prompt
    )
    return by_rule.get(rows[0]["rule"], harmless)
