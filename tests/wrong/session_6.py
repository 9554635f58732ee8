"""A model that knows every ticket but one, and has one answer for each mail."""

import csv
from functools import cache
from pathlib import Path


def answer(prompt: str) -> str:
    if "<note>" not in prompt:
        return "normal" if "- urgent:" in prompt else "orders"
    label = _tickets()[prompt.rpartition("<note>\n")[2].removesuffix("\n</note>")]
    return "catering" if "coffee machine on floor 2" in prompt else label


@cache
def _tickets() -> dict[str, str]:
    path = Path(__file__).parents[2] / "labs" / "session-06-tickets.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["text"]: row["label"] for row in csv.DictReader(file)}
