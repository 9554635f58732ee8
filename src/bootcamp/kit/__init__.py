"""What a bootcamp notebook imports: ask a model, check, hint, load cases, hand homework in."""

# The modules of exercises register themselves; nothing else has to know their names.
from bootcamp.kit import (
    final_kit,
    homework_1,
    homework_2,
    homework_3,
    homework_4,
    homework_5,
    homework_6,
    plain_errors,
    session_1,
    session_2,
    session_3,
    session_4,
    session_5,
    session_6,
)
from bootcamp.kit.asking import ask
from bootcamp.kit.cases import load_cases
from bootcamp.kit.charts import bars, confusion, ranges
from bootcamp.kit.checking import check
from bootcamp.kit.handing_in import submit
from bootcamp.kit.hinting import hint
from bootcamp.kit.labelling import kappa, label_scores, load_labels
from bootcamp.kit.own_case import check_case
from bootcamp.kit.picking_up import pick_up
from bootcamp.kit.scoring import interval, load_answers

__all__ = [
    "ask",
    "bars",
    "check",
    "check_case",
    "confusion",
    "hint",
    "interval",
    "kappa",
    "label_scores",
    "load_answers",
    "load_cases",
    "load_labels",
    "pick_up",
    "ranges",
    "submit",
]

_EXERCISES = (
    final_kit,
    session_1,
    homework_1,
    session_2,
    homework_2,
    session_3,
    homework_3,
    session_4,
    homework_4,
    session_5,
    homework_5,
    session_6,
    homework_6,
)
plain_errors.install()
