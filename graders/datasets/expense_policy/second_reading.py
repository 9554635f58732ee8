"""Read hidden claims again without their labels, and say how far two readings agree.

    python graders/datasets/expense_policy/second_reading.py read      prints claims, no labels
    python graders/datasets/expense_policy/second_reading.py score     agreement and Cohen's kappa

`read` gives a fixed random draw, hard ones more often than others; fill `second_reading.csv` from it.
"""

import argparse
import csv
import random
import sys
from collections import Counter
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
DRAWN = {"yes": 20, "no": 25}


def main(arguments: list[str] | None = None) -> int:
    """Print what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description="Second, blind reading of hidden claims.")
    parser.add_argument("action", choices=("read", "score"))
    options = parser.parse_args(arguments)
    if options.action == "read":
        for item in items_to_read():
            print(_without_label(item))
        return 0
    for name, agreed, total, kappa in scores():
        print(f"{name}: {agreed} of {total} agree, kappa {kappa:.2f}")
    return 0


def items_to_read() -> list[str]:
    """Return the ids that are read again, in order."""
    rows = [row for row in _rows("index.csv") if row["set"] == "hidden"]
    draw = random.Random("second reading")
    return sorted(
        item
        for hard, count in DRAWN.items()
        for item in draw.sample([row["id"] for row in rows if row["hard"] == hard], count)
    )


def scores() -> list[tuple[str, int, int, float]]:
    """Return name, items agreed, items read and kappa for both labels."""
    rows = _rows("second_reading.csv")
    result = []
    for name in ("rule", "decision"):
        pairs = [(row[f"{name}_first"], row[f"{name}_second"]) for row in rows]
        agreed = sum(first == second for first, second in pairs)
        result.append((name, agreed, len(pairs), cohen_kappa(pairs)))
    return result


def cohen_kappa(pairs: list[tuple[str, str]]) -> float:
    """Return Cohen's kappa (1960): agreement beyond what the two readers' habits give by chance."""
    total = len(pairs)
    observed = sum(first == second for first, second in pairs) / total
    firsts = Counter(first for first, _ in pairs)
    seconds = Counter(second for _, second in pairs)
    expected = sum(firsts[label] * seconds[label] for label in firsts) / total**2
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _without_label(item: str) -> str:
    sheet = openpyxl.load_workbook(HERE / "hidden" / f"{item}.xlsx").worksheets[0]
    rows = (
        " | ".join(str(value) for value in row if value is not None).replace(" 00:00:00", "")
        for row in sheet.iter_rows(values_only=True)
    )
    return f"##### {item}\n" + "\n".join(row for row in rows if row) + "\n"


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
