"""Read hidden pages again without their labels, and say how far two readings agree.

    python graders/datasets/contract_clauses/second_reading.py read      prints pages, no labels
    python graders/datasets/contract_clauses/second_reading.py score     agreement and Cohen's kappa

`read` gives every hard page and a fixed random draw of others; `second_reading.csv` holds what the
second reader found: a row a clause with the sentences, or one with empty cells.
"""

import argparse
import csv
import random
import sys
from pathlib import Path

from authored_pages import CLAUSES, read_authored

HERE = Path(__file__).parent
RANDOM_DRAW = 30
ENOUGH = 0.5


def main(arguments: list[str] | None = None) -> int:
    """Print what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description="Second, blind reading of hidden pages.")
    parser.add_argument("action", choices=("read", "score"))
    options = parser.parse_args(arguments)
    for line in _pages() if options.action == "read" else _scores():
        print(line)
    return 0


def items_to_read() -> list[str]:
    """Return the ids of the hard hidden pages and of the random draw, in order."""
    readable = {page.key for page in read_authored() if page.readable}
    rows = [r for r in _rows("index.csv") if r["set"] == "hidden" and r["key"] in readable]
    drawn = random.Random("second reading").sample([row["id"] for row in rows], RANDOM_DRAW)
    return sorted({row["id"] for row in rows if row["hard"] == "yes"} | set(drawn))


def cohen_kappa(pairs: list[tuple[bool, bool]]) -> float:
    """Return Cohen's kappa (1960): agreement beyond what the two readers' habits give by chance."""
    total = len(pairs)
    observed = sum(first == second for first, second in pairs) / total
    first = sum(pair[0] for pair in pairs) / total
    second = sum(pair[1] for pair in pairs) / total
    expected = first * second + (1 - first) * (1 - second)
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _pages() -> list[str]:
    keys = {row["id"]: row["key"] for row in _rows("index.csv")}
    texts = {page.key: page.text for page in read_authored()}
    return [f"##### {item}\n{texts[keys[item]]}\n" for item in items_to_read()]


def _scores() -> list[str]:
    """Return how often the readers agree whether a page has a clause, and on its wording."""
    items = items_to_read()
    first, second = _spans("hidden/labels.csv"), _spans("second_reading.csv")
    asked = [(item, clause) for item in items for clause in CLAUSES.values()]
    pairs = [(key in first, key in second) for key in asked]
    agreed = sum(one == other for one, other in pairs)
    both = [key for key in asked if key in first and key in second]
    same = sum(first[key] == second[key] for key in both)
    return [
        f"clauses: {agreed} of {len(asked)} agree on {len(items)} pages, "
        f"kappa {cohen_kappa(pairs):.2f}",
        f"spans: {same} of {len(both)} are the same to the letter",
    ]


def _spans(name: str) -> dict[tuple[str, str], str]:
    return {(row["id"], row["clause"]): row["span"] for row in _rows(name) if row["clause"]}


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
