"""`hint`: help in three steps, one more at each call. Never the answer itself."""

from bootcamp.kit.hint_texts import HINTS

__all__ = ["hint"]

_shown: dict[str, int] = {}
_STEPS = ("a nudge", "a first step", "a similar case, solved")


def hint(name: str) -> None:
    """Print the next hint for the exercise `name`; after the third, all three once more."""
    wanted = str(name).strip()
    texts = HINTS.get(wanted)
    if texts is None:
        print(f"There is no hint “{wanted}”. Use one of: {', '.join(sorted(HINTS))}.")
        return
    step = min(_shown.get(wanted, 0) + 1, len(texts))
    _shown[wanted] = step
    for number in range(step):
        print(f"Hint {number + 1} of {len(texts)} ({_STEPS[number]}): {texts[number]}")
    if step < len(texts):
        print("Run this cell again for the next hint.")
