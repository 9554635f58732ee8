"""`pick_up`: what the team left last time, or a catch-up piece that works and says so."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bootcamp.kit.reading import decoded
from bootcamp.kit.texts import texts

__all__ = ["CATCH_UP", "decoded", "left_behind", "pick_up", "team_folder"]

_ = texts("kit")

CATCH_UP = "catch-up"
"""What a catch-up piece carries, so that nobody takes it for a team's own work."""

_INVOICES = "Should we pay this invoice, or ask? Answer with one word only."
_MEANINGS = """
- pay: order, delivery and invoice say the same: quantity, price and total match, all received
- ask: something differs or is missing: another price or quantity, no order, unclear"""
_EXAMPLES = """
<case>
All eight lamps are here, the price is the one on the order.
</case>
Answer: pay
<case>
Six lamps came and eight are on the invoice.
</case>
Answer: ask"""
_PIECES: dict[str, dict[str, Any]] = {
    "charter.json": {
        "team": "Team Heron (made up)",
        "use_case": "Check supplier invoices against orders",
        "input": "One note on how an invoice compares with its order",
        "output": "pay or ask",
        "reviewer": "Accounts payable clerk",
        "data": "The accounts mailbox and the order system, since January",
        "worst_mistake": "An invoice is paid twice and we ask for the money back",
        "times_a_month": 400,
        "seconds": [310, 450, 285, 725, 360],
        "right_of_ten": 8,
        "note": CATCH_UP,
    },
    "prompts.json": {
        "labels": ["pay", "ask"],
        "rule": "pay: order, delivery and invoice say the same, or differ by less than one euro. "
        "ask: anything else, and when in doubt.",
        "v1": _INVOICES + "\n- pay\n- ask",
        "v2": _INVOICES + _MEANINGS,
        "v3": _INVOICES + _MEANINGS + _EXAMPLES,
        "note": CATCH_UP,
    },
    "quality.json": {
        "items": 40,
        "handled": 33,
        "errors": 3,
        "measured_on": "forty invoices of a made-up team",
        "note": CATCH_UP,
    },
}


def team_folder() -> Path:
    """The team's shared folder, or this notebook's where there is none."""
    team = Path.home() / "team"
    return team if team.is_dir() else Path.cwd()


def left_behind(name: str) -> Iterator[Path]:
    """The files called `name` that earlier sessions may have left, the likeliest first."""
    here = Path.cwd()
    earlier = [*sorted(here.parent.glob("session-0*")), *sorted(Path.home().glob("session-0*"))]
    folders = [team_folder(), team_folder() / "final", here, *reversed(earlier)]
    yield from (folder / name for folder in dict.fromkeys(folders) if (folder / name).is_file())


def pick_up(name: str = "charter.json") -> dict[str, Any]:
    """What the team saved as `name` in an earlier session; else a catch-up piece, and it says so.

    Where the file cannot be read it stays untouched: nothing is lost.
    """
    for path in left_behind(name):
        try:
            found = json.loads(decoded(path.read_bytes()))
        except (ValueError, OSError):
            found = None
        if isinstance(found, dict):
            print(_("Picked up {name} from {place}.", name=name, place=_where(path)))
            return found
        print(
            _(
                "{name} in {place} cannot be read. It stays as it is: show it to someone.",
                name=name,
                place=_where(path),
            )
        )
    print(
        _(
            "Catch-up piece: I found no {name} of yours, so you work with the one of a made-up "
            "team today. Ask your own team for theirs, put it into the team folder, and run this "
            "cell again.",
            name=name,
        )
    )
    return dict(_PIECES.get(name, {"note": CATCH_UP}))


def _where(path: Path) -> str:
    return (
        _("your team's folder")
        if path.parent.name == "team"
        else _("the folder {folder}", folder=path.parent.name)
    )
