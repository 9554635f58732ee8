"""A judged submission as text, to be kept in a file or to come home from another machine."""

from __future__ import annotations

import json
from typing import Any

import nbformat

from bootcamp.grading.checks import Verdict
from bootcamp.grading.execution import Judged

__all__ = ["judged_as_text", "judged_from_text"]

_nbformat: Any = nbformat


def judged_as_text(judged: Judged) -> str:
    """Give one line of JSON."""
    return json.dumps(
        {
            "notebook": judged.notebook,
            "verdicts": {name: [v.points, v.message] for name, v in judged.verdicts.items()},
            "faults": dict(judged.faults),
            "notes": judged.notes,
        }
    )


def judged_from_text(text: str) -> Judged:
    """Give what `judged_as_text` was given."""
    plain = json.loads(text)
    return Judged(
        notebook=_nbformat.from_dict(plain["notebook"]),
        verdicts={name: Verdict(*verdict) for name, verdict in plain["verdicts"].items()},
        faults=plain["faults"],
        notes=tuple(plain["notes"]),
    )
