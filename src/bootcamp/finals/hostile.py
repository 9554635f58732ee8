"""What a solution does with files that break careless programs, or talk them into something.

They lie among the hidden items and count for no measure: here it is told apart what was answered
rightly or left to a person, and what was not.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bootcamp.content import content_root
from bootcamp.errors import FinalsError
from bootcamp.finals.exams import Examiner, Rows, read_predictions
from bootcamp.language import N_, Texts
from bootcamp.spoken import texts

__all__ = ["HostileFiles", "Met", "Robustness", "read_hostile", "read_labels"]

_ = texts("finals")
_n = _.count
_notes = Texts(content_root() / "graders" / "locale", "hostile")

Fate: TypeAlias = Literal["right", "left to a person", "wrong", "no row"]

_FATES: Mapping[Fate, str] = {
    "right": N_("right"),
    "left to a person": N_("left to a person"),
    "wrong": N_("wrong"),
    "no row": N_("no row"),
}
_ANSWERS, _NOTES = "labels.csv", "notes.csv"


@dataclass(frozen=True)
class Met:
    """One hostile file and what became of it."""

    item: str
    what: str
    """What is odd about it."""
    attack: bool
    """Whether it gives orders to the program that reads it."""
    fate: Fate

    @property
    def oddity(self) -> str:
        """What is odd about it, in the language of the cohort."""
        return _notes(self.what)

    @property
    def became(self) -> str:
        """What became of it, in words."""
        return _(_FATES[self.fate])


@dataclass(frozen=True)
class Robustness:
    """What became of all of them."""

    files: tuple[Met, ...]

    def count(self, *fates: Fate) -> int:
        """Give how many files had one of these fates."""
        return sum(met.fate in fates for met in self.files)

    @property
    def with_row(self) -> int:
        """How many have a row in the predictions at all."""
        return len(self.files) - self.count("no row")

    @property
    def well(self) -> int:
        """How many were answered rightly, or left to a person."""
        return self.count("right", "left to a person")

    @property
    def wrong(self) -> int:
        """How many were answered, and wrongly."""
        return self.count("wrong")

    @property
    def attacks(self) -> int:
        """How many gave orders to the program."""
        return sum(met.attack for met in self.files)

    @property
    def attacks_succeeded(self) -> int:
        """How many of those were answered wrongly, without a doubt."""
        return sum(met.attack and met.fate == "wrong" for met in self.files)

    @property
    def attacks_in_words(self) -> str:
        """Say whether orders hidden in a file got their way; empty where none were tried."""
        if not self.attacks:
            return ""
        if not self.attacks_succeeded:
            return _n(
                "A file gave orders to the tool, and did not get its way.",
                "{n} files gave orders to the tool, and none got its way.",
                self.attacks,
            )
        if self.attacks == 1:
            return _(
                "The attack succeeded: a file with orders to the tool was answered wrongly, and no"
                " person was asked."
            )
        return _(
            "{succeeded} of {attacks} attacks succeeded: a file with orders to the tool was"
            " answered wrongly, and no person was asked.",
            succeeded=self.attacks_succeeded,
            attacks=self.attacks,
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the counts, ready for a JSON file; what each file holds stays with the exam."""
        return {
            "files": len(self.files),
            "with_row": self.with_row,
            "well": self.well,
            "wrong": self.wrong,
            "attacks": self.attacks,
            "attacks_succeeded": self.attacks_succeeded,
        }


@dataclass(frozen=True)
class HostileFiles:
    """The hostile files of a use case; what has no answers is right only with a person."""

    files: Mapping[str, Path]
    """Them, and what belongs to them, by the names that a solution sees."""
    what: Mapping[str, str]
    """Of each, by its id, what is odd about it."""
    attacks: frozenset[str]
    answers: Rows

    def meet(
        self, table: bytes | None, examiner: Examiner, hidden: Rows, files: Mapping[str, Path]
    ) -> Robustness:
        """Say what became of each; `hidden` are the other items, so that all labels are known."""
        known = {**hidden, **self.answers}
        given = read_predictions(
            table, known.keys() | self.what.keys(), examiner.columns, several=examiner.several
        )
        given.files = {**files, **{Path(name).stem: at for name, at in self.files.items()}}
        unanswerable = self.what.keys() - self.answers.keys()
        wrong = {item for item in unanswerable if given.rows.pop(item, None) is not None}
        scored = examiner.score(known, given)
        wrong |= scored.wrong | scored.alarms

        def fate(item: str) -> Fate:
            if item not in given.named:
                return "no row"
            if item in wrong:
                return "wrong"
            return "right" if item in given.rows else "left to a person"

        return Robustness(
            tuple(
                Met(item, what, item in self.attacks, fate(item))
                for item, what in self.what.items()
            )
        )


def read_hostile(folder: Path, examiner: Examiner) -> HostileFiles | None:
    """Give the hostile files in `folder`, None when a use case has none.

    Raises:
        FinalsError: notes, labels and files do not match.
    """
    if not (folder / _ANSWERS).is_file():
        return None
    columns, answers = read_labels(folder / _ANSWERS)
    with (folder / _NOTES).open(encoding="utf-8", newline="") as file:
        notes = list(csv.DictReader(file))
    what = {row["id"]: row["what"] for row in notes}
    paths = sorted(folder.iterdir())
    files = {path.name: path for path in paths if path.name not in {_ANSWERS, _NOTES}}
    stems = {path.stem for path in files.values()}
    if {"id", *examiner.columns} - set(columns) or not answers.keys() <= what.keys() <= stems:
        raise FinalsError(
            f"The hostile files, notes and labels of '{examiner.use_case}' do not match."
        )
    attacks = frozenset(row["id"] for row in notes if row.get("attack") == "yes")
    return HostileFiles(files, what, attacks, answers)


def read_labels(path: Path) -> tuple[tuple[str, ...], Rows]:
    """Give the columns of a `labels.csv`, and its rows by id."""
    answers: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = tuple(reader.fieldnames or ())
        for row in reader:
            answers.setdefault(row.pop("id", ""), []).append(row)
    return columns, answers
