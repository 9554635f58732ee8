"""`check`: one plain sentence on an exercise, from what the notebook holds at that moment."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bootcamp.kit.namespace import Names, NotYet, notebook_names
from bootcamp.kit.texts import texts

__all__ = ["Exercise", "check", "check_quiz", "exercise", "listed", "outcome"]

_ = texts("kit")
_n = _.count

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
    _finished, sentence = outcome(name, notebook_names())
    print(sentence)


def outcome(name: object, values: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether the exercise `name` is finished in a notebook with these `values`, and what to say.

    The message begins with a word, not a colour, so that everyone can read it.
    """
    if isinstance(name, float):  # 1.10 would be read as 1.1
        return False, _('Put the name between straight quotes: check("{name}").', name=name)
    wanted = str(name).strip()
    if wanted not in _exercises:
        known = ", ".join(sorted(_exercises))
        return False, _(
            "There is no check “{wanted}”. Use one of: {known}.", wanted=wanted, known=known
        )
    try:
        return True, _("✔ Good. {sentence}", sentence=_exercises[wanted](Names(values)))
    except NotYet as advice:
        return False, _("➜ Not yet. {advice}", advice=advice)
    except Exception:  # a citizen's values can be anything; a check never breaks
        return False, _(
            "➜ Not yet. I cannot read your answer as it is. Choose Kernel, Restart Kernel and Run "
            "up to Selected Cell; if this stays, call your facilitator."
        )


def check_quiz(names: Names, number: str, answers: Sequence[str], advice: str) -> None:
    """Compare the letters in `quiz` to `answers`, which are digests, so that none is spoiled.

    Raises:
        NotYet: not three letters, or not the right ones; says which, and ends with `advice`.
    """
    letters = [c for c in names.text("quiz", _("your three letters")).lower() if c.isalpha()]
    if len(letters) != len(answers) or set(letters) - set("abc"):
        raise NotYet(_("Type exactly three letters, each a, b or c, one for each question."))
    wrong = [
        str(place)
        for place, (letter, digest) in enumerate(zip(letters, answers, strict=True), start=1)
        if hashlib.sha256(f"{number}/{place}/{letter}".encode()).hexdigest()[:8] != digest
    ]
    if wrong:
        raise NotYet(
            _n(
                "Think again about question {which}{advice}",
                "Think again about questions {which}{advice}",
                len(wrong),
                which=listed(wrong),
                advice=advice,
            )
        )


def listed(words: Sequence[str]) -> str:
    """Give the words as one would say them: a, b and c."""
    if len(words) == 1:
        return words[0]
    return _("{words} and {last}", words=", ".join(words[:-1]), last=words[-1])
