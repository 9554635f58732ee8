"""Read hidden papers again without their labels, and say how far two readings agree.

    python graders/datasets/invoice_exceptions/second_reading.py read      prints papers, no labels
    python graders/datasets/invoice_exceptions/second_reading.py score     agreement, and kappa

`read` gives every hard paper and a fixed random draw of others, each with the rows of the order
table that a clerk would look at; fill `second_reading.csv` from it.
"""

from __future__ import annotations

import argparse
import csv
import email
import email.policy
import random
import re
import sys
from collections import Counter
from pathlib import Path

import pypdf

HERE = Path(__file__).parent
HIDDEN = HERE / "hidden"
RANDOM_DRAW = 40
FIELDS = ("supplier", "date", "net", "vat", "total", "order")


def main(arguments: list[str] | None = None) -> int:
    """Print what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description="Second, blind reading of hidden papers.")
    parser.add_argument("action", choices=("read", "score"))
    options = parser.parse_args(arguments)
    if options.action == "read":
        for item in items_to_read():
            print(_without_label(item))
        return 0
    for line in scores():
        print(line)
    return 0


def items_to_read() -> list[str]:
    """Return the ids of the hard hidden papers and of the random draw, in order."""
    rows = [row for row in _rows("index.csv") if row["set"] == "hidden"]
    drawn = random.Random("second reading").sample([row["id"] for row in rows], RANDOM_DRAW)
    return sorted({row["id"] for row in rows if row["hard"] == "yes"} | set(drawn))


def scores() -> list[str]:
    """Return a line for the fields, which are compared as they are, and one for the routes."""
    readings = _rows("second_reading.csv")
    labels = {row["id"]: row for row in _rows("hidden/labels.csv")}
    same = [row[field] == labels[row["id"]][field] for row in readings for field in FIELDS]
    pairs = [(labels[row["id"]]["route"], row["route"]) for row in readings]
    agreed = sum(first == second for first, second in pairs)
    return [
        f"fields: {sum(same)} of {len(same)} agree",
        f"route: {agreed} of {len(pairs)} agree, kappa {cohen_kappa(pairs):.2f}",
    ]


def cohen_kappa(pairs: list[tuple[str, str]]) -> float:
    """Return Cohen's kappa (1960): agreement beyond what the two readers' habits give by chance."""
    total = len(pairs)
    observed = sum(first == second for first, second in pairs) / total
    firsts = Counter(first for first, _ in pairs)
    seconds = Counter(second for _, second in pairs)
    expected = sum(firsts[label] * seconds[label] for label in firsts) / total**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _without_label(item: str) -> str:
    text = _text(next(path for path in HIDDEN.iterdir() if path.stem == item))
    folded = " ".join(text.casefold().split())
    numbers = {f"BR-{digits}" for digits in re.findall(r"BR[ -]?(\d+)", text)}
    shown, seen = [], set()
    for row in _rows("hidden/orders.csv"):
        own = row["supplier"].casefold() in folded
        if row["order"] in numbers or (own and row["supplier"] not in seen):
            shown.append("  " + " | ".join(row.values()))
            seen.add(row["supplier"])
    return "\n".join([f"##### {item}", text or "(no text)", "-- order table:", *shown, ""])


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if not raw.strip():
        return ""
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    if path.suffix == ".eml":
        message = email.message_from_bytes(raw, policy=email.policy.default)
        body = message.get_body(("plain",))
        return f"{message['Subject']}\n{body.get_content() if body else ''}"
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
