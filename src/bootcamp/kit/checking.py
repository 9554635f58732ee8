"""`check`: one plain sentence on an exercise, from what the notebook holds at that moment."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bootcamp.kit.namespace import Names, NotYet, notebook_names

__all__ = ["Exercise", "check", "check_quiz", "exercise", "listed", "outcome"]

Exercise = Callable[[Names], str]
"""Returns the sentence for finished work, raises `NotYet` with the sentence for open work."""

_exercises: dict[str, Exercise] = {}


def exercise(name: str) -> Callable[[Exercise], Exercise]:
    """Register the check of the exercise `name`."""

    def register(function: Exercise) -> Exercise:
        _exercises[name] = function
        return function

    return register


def check(name: str) -> None:
    """Print what is right in the exercise `name`, and what to do next. Never stops the notebook."""
    _, sentence = outcome(name, notebook_names())
    print(sentence)


def outcome(name: object, values: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether the exercise `name` is finished in a notebook with these `values`, and what to say.

    The message begins with a word, not a colour, so that everyone can read it.
    """
    if isinstance(name, float):  # 1.10 would be read as 1.1
        return False, f'Put the name between straight quotes: check("{name}").'
    wanted = str(name).strip()
    if wanted not in _exercises:
        return False, f"There is no check “{wanted}”. Use one of: {_names(_exercises)}."
    try:
        return True, f"✔ Good. {_exercises[wanted](Names(values))}"
    except NotYet as advice:
        return False, f"➜ Not yet. {advice}"
    except Exception:  # a citizen's values can be anything; a check never breaks
        return False, (
            "➜ Not yet. I cannot read your answer as it is. Choose Kernel, Restart Kernel and Run "
            "up to Selected Cell; if this stays, call your facilitator."
        )


def check_quiz(names: Names, number: str, answers: Sequence[str], advice: str) -> None:
    """Compare the letters in `quiz` to `answers`, which are digests, so that none is spoiled.

    Raises:
        NotYet: not three letters, or not the right ones; says which, and ends with `advice`.
    """
    letters = [c for c in names.text("quiz", "your three letters").lower() if c.isalpha()]
    if len(letters) != len(answers) or set(letters) - set("abc"):
        raise NotYet("Type exactly three letters, each a, b or c, one for each question.")
    wrong = [
        str(place)
        for place, (letter, digest) in enumerate(zip(letters, answers, strict=True), start=1)
        if hashlib.sha256(f"{number}/{place}/{letter}".encode()).hexdigest()[:8] != digest
    ]
    if wrong:
        questions = f"question {wrong[0]}" if len(wrong) == 1 else f"questions {listed(wrong)}"
        raise NotYet(f"Think again about {questions}{advice}")


def listed(words: Sequence[str]) -> str:
    """Give the words as one would say them: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
