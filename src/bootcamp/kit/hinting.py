"""`hint`: help in three steps, one more at each call. Never the answer itself."""

from bootcamp.kit.hint_texts import HINTS
from bootcamp.kit.texts import texts
from bootcamp.language import N_

__all__ = ["hint"]

_ = texts("kit")
_hinted = texts("hints")
_shown: dict[str, int] = {}
_STEPS = (N_("a nudge"), N_("a first step"), N_("a similar case, solved"))


def hint(name: str) -> None:
    """Print the next hint for the exercise `name`; after the third, all three once more."""
    wanted = str(name).strip()
    steps = HINTS.get(wanted)
    if steps is None:
        known = ", ".join(sorted(HINTS))
        print(_("There is no hint “{wanted}”. Use one of: {known}.", wanted=wanted, known=known))
        return
    step = min(_shown.get(wanted, 0) + 1, len(steps))
    _shown[wanted] = step
    for number in range(step):
        which = _(
            "Hint {number} of {all} ({kind}):",
            number=number + 1,
            all=len(steps),
            kind=_(_STEPS[number]),
        )
        print(which, _hinted(steps[number]))
    if step < len(steps):
        print(_("Run this cell again for the next hint."))
