"""Read hidden minutes again without their labels, and say how far two readings agree.

    python graders/datasets/minutes_to_actions/second_reading.py read      prints minutes, no labels
    python graders/datasets/minutes_to_actions/second_reading.py score     agreement and kappa

`read` gives every hard file and a fixed random draw of others, its sentences numbered; fill
`second_reading.csv` from it, one row an action that was found, `sentences` saying where.
"""

import argparse
import csv
import random
import re
import sys
from pathlib import Path

from authored_minutes import AuthoredMinutes, cells_of, read_authored

from bootcamp.finals.exams.minutes_to_actions import same_people

HERE = Path(__file__).parent
RANDOM_DRAW = 24
# A full stop after one letter ends no sentence (“F. Sarr”), nor does a German date's (“28. April”).
_SENTENCE_END = re.compile(r"(?<!\s\w\.)(?<=[.!?;])\s+(?=[A-ZÀ-Ý«„“‘–(\[])(?!April)")
_MARK = re.compile(r"^(?:#{1,2} |- |\d+\. )")


def main(arguments: list[str] | None = None) -> int:
    """Print what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description="Second, blind reading of hidden minutes.")
    parser.add_argument("action", choices=("read", "score"))
    options = parser.parse_args(arguments)
    if options.action == "read":
        for item in items_to_read():
            print(f"##### {item}")
            for number, sentence in enumerate(sentences(_minutes()[item]), start=1):
                print(f"{number:2} {sentence}")
            print()
        return 0
    for line in scores():
        print(line)
    return 0


def items_to_read() -> list[str]:
    """Return the ids of the hard hidden files and of the random draw, in order."""
    minutes = _minutes()
    rows = [row for row in _rows("index.csv") if row["set"] == "hidden"]
    drawn = random.Random("second reading").sample([row["id"] for row in rows], RANDOM_DRAW)
    chosen = {row["id"] for row in rows if row["hard"] == "yes"} | set(drawn)
    return sorted(chosen & set(minutes))


def sentences(minutes: AuthoredMinutes) -> list[str]:
    """Cut minutes into what the readers judge one by one: sentences, bullets and table rows."""
    found = []
    for line in minutes.lines:
        if line.startswith("|"):
            found.append(" | ".join(cells_of(line)))
        else:
            found += [part for part in _SENTENCE_END.split(_MARK.sub("", line.strip())) if part]
    return found


def scores() -> list[str]:
    """Return the agreement on sentences, and on who and when of the actions both readers found."""
    firsts = {(row["id"], row["evidence"]): row for row in _rows("hidden/labels.csv")}
    seconds = [row for row in _rows("second_reading.csv") if row["sentence"]]
    minutes = _minutes()
    pairs: list[tuple[bool, bool]] = []
    same_who, same_when, both = 0, 0, 0
    for item in items_to_read():
        cut = sentences(minutes[item])
        labels = [row for (name, words), row in firsts.items() if name == item and words]
        at = {row["evidence"]: _place(row["evidence"], cut) for row in labels}
        mine = [row for row in seconds if row["id"] == item]
        pairs += [
            (number in at.values(), number in {int(row["sentence"]) for row in mine})
            for number in range(1, len(cut) + 1)
        ]
        for row in mine:
            there = [label for label in labels if at[label["evidence"]] == int(row["sentence"])]
            named = [label for label in there if same_people(label["who"], row["who"])]
            match = named[:1] or there[:1]
            both += bool(match)
            same_who += bool(named)
            same_when += any(label["when"] == row["when"] for label in match)
    agreed = sum(one == other for one, other in pairs)
    return [
        f"sentences: {agreed} of {len(pairs)} agree, kappa {cohen_kappa(pairs):.2f}",
        f"who: {same_who} of {both} agree",
        f"when: {same_when} of {both} agree",
    ]


def cohen_kappa(pairs: list[tuple[bool, bool]]) -> float:
    """Return Cohen's kappa (1960): agreement beyond what the two readers' habits give by chance."""
    total = len(pairs)
    observed = sum(first == second for first, second in pairs) / total
    first, second = (sum(column) / total for column in zip(*pairs, strict=True))
    expected = first * second + (1 - first) * (1 - second)
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def _place(evidence: str, cut: list[str]) -> int:
    """Return the number of the sentence that shares most words with the evidence."""
    words = set(re.findall(r"\w+", evidence.casefold()))
    shared = [len(words & set(re.findall(r"\w+", part.casefold()))) for part in cut]
    return shared.index(max(shared)) + 1


def _minutes() -> dict[str, AuthoredMinutes]:
    """Return the hidden minutes that have words, by id."""
    by_key = {one.key: one for one in read_authored() if one.lines}
    return {
        row["id"]: by_key[row["key"]]
        for row in _rows("index.csv")
        if row["set"] == "hidden" and row["key"] in by_key
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main())
