"""Read hidden questions again without their labels, and say how far two readings agree.

    python graders/datasets/hr_questions/second_reading.py read      prints questions, no labels
    python graders/datasets/hr_questions/second_reading.py score     agreement and Cohen's kappa

`read` gives a fixed random draw, hard ones more often than others; fill `second_reading.csv` from it.
"""

import argparse
import csv
import email
import email.policy
import random
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
DRAWN = {"yes": 20, "no": 25}


def main(arguments: list[str] | None = None) -> int:
    """Print what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description="Second, blind reading of hidden questions.")
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
    for name in ("answerable", "article"):
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
    path = next((HERE / "hidden").glob(f"{item}.*"))
    if path.suffix == ".txt":
        return f"##### {item}\n{path.read_text(encoding='utf-8-sig').strip()}\n"
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    text = body.get_content().strip() if body else ""
    return f"##### {item} | {message['Subject']}\n{text}\n"


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
