"""How sure a share of right answers is, and the answers that a first score was made of."""

from math import sqrt
from typing import TYPE_CHECKING

from bootcamp.kit.errors import KitError
from bootcamp.kit.labelling import csv_rows
from bootcamp.kit.picking_up import CATCH_UP, left_behind
from bootcamp.kit.texts import texts

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ANSWERS", "interval", "load_answers", "wilson"]

_ = texts("kit")
_n = _.count

ANSWERS = ("id", "text", "right", "said", "reason")
_95_PERCENT = 1.96


def interval(right: int, cases: int) -> tuple[float, float]:
    """Where the true share may lie when `right` of `cases` were right: low and high, at 95 %.

    Raises:
        KitError: the two are no counts, or there are no cases, or more right ones than cases.
    """
    whole = all(isinstance(n, int) and not isinstance(n, bool) for n in (right, cases))
    if not whole:
        raise KitError(_("interval needs two counts, whole numbers: interval(30, 40)."))
    if cases < 1:
        raise KitError(
            _("No case was handled, so there is no share yet. Let it answer some cases.")
        )
    if not 0 <= right <= cases:
        raise KitError(
            _(
                "{right} right ones of {cases} cases cannot be. First the right ones, then all "
                "cases.",
                right=right,
                cases=cases,
            )
        )
    low, high = wilson(right, cases)
    return round(low, 2), round(high, 2)


def wilson(right: int, cases: int) -> tuple[float, float]:
    """Wilson's score interval of a share at 95 % (1927): honest for few cases and near 0 or 1."""
    share, z2 = right / cases, _95_PERCENT**2
    middle = share + z2 / (2 * cases)
    reach = _95_PERCENT * sqrt(share * (1 - share) / cases + z2 / (4 * cases**2))
    whole = 1 + z2 / cases
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def load_answers(name: str = "first_score.csv") -> "pd.DataFrame":
    """The answers that your team's `solve` gave: a table with id, text, right, said and reason.

    Raises:
        KitError: the file is there but is no such table; the message says what to do.
    """
    import pandas as pd  # noqa: PLC0415

    for path in left_behind(name):
        rows = csv_rows(path, ANSWERS, ("right", "said"))
        if rows:
            made_up = rows[0]["id"].startswith(CATCH_UP)
            said = _n(
                "{n} answer from {name}, in the folder {folder}.",
                "{n} answers from {name}, in the folder {folder}.",
                len(rows),
                name=name,
                folder=path.parent.name,
            )
            note = _("They are of the made-up team: fine for the sums.")
            print(f"{said} {note}" if made_up else said)
            return pd.DataFrame(rows, columns=list(ANSWERS))
    print(_("I found no {name}. Run step 3 of Lab B in lab 3, then this cell again.", name=name))
    return pd.DataFrame([], columns=list(ANSWERS))
