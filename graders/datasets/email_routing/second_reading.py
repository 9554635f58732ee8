"""Read hidden mails again without their labels, and say how far two readings agree.

    python graders/datasets/email_routing/second_reading.py read      prints mails, no labels
    python graders/datasets/email_routing/second_reading.py score     agreement and Cohen's kappa

`read` gives every hard item and a fixed random draw of others; fill `second_reading.csv` from it.
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
RANDOM_DRAW = 48


def main(arguments: list[str] | None = None) -> int:
    """Print what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description="Second, blind reading of hidden mails.")
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
    """Return the ids of the hard hidden mails and of the random draw, in order."""
    rows = [row for row in _rows("index.csv") if row["set"] == "hidden"]
    drawn = random.Random("second reading").sample([row["id"] for row in rows], RANDOM_DRAW)
    return sorted({row["id"] for row in rows if row["hard"] == "yes"} | set(drawn))


def scores() -> list[tuple[str, int, int, float]]:
    """Return name, items agreed, items read and kappa for the queue and for the urgency."""
    rows = _rows("second_reading.csv")
    result = []
    for name in ("queue", "urgency"):
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
    content = (HERE / "hidden" / f"{item}.eml").read_bytes()
    message = email.message_from_bytes(content, policy=email.policy.default)
    body = message.get_body(("plain",))
    text = body.get_content().strip() if body else ""
    return f"##### {item} | {message['Date']} | {message['Subject']}\n{text}\n"


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
