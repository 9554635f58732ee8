"""The exam: a team's predictions on items whose answers never entered its sandbox.

The metric is recomputed here from the predictions table; what the notebook says of itself does
not count.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bootcamp.content import dataset
from bootcamp.errors import FinalsError, UnknownName
from bootcamp.finals.exams import (
    Breakdown,
    Examiner,
    Measure,
    Rows,
    examiner_of,
    read_predictions,
)
from bootcamp.finals.hostile import HostileFiles, Robustness, read_hostile, read_labels
from bootcamp.goals import Goal
from bootcamp.spoken import texts

__all__ = ["Exam", "ExamResult", "open_exam", "read_exam"]

_ = texts("finals")

_ANSWERS = "labels.csv"


@dataclass(frozen=True)
class ExamResult:
    """What came out. Counts are of items; `errors` are those handled and not handled well."""

    items: int
    handled: int
    unsure: int
    errors: int
    measures: tuple[Measure, ...]
    """The headline first."""
    counts: Mapping[str, int]
    breakdowns: tuple[Breakdown, ...]
    missed: int | None
    """As in `Scored`: what the business case prices."""
    false_alarms: int | None
    measured_on: str
    data_sha256: str
    problems: tuple[str, ...]
    robustness: Robustness | None = None
    """None where a use case has no hostile files."""
    repeats: tuple[tuple[int, float], ...] = ()
    """The headline of each run by its number, where the solution was run several times."""

    @property
    def headline(self) -> Measure:
        """The number by which the solution is known."""
        return self.measures[0]

    @property
    def things(self) -> str:
        """What the items are called, in the plural: `mails`."""
        return _(self.measured_on.removeprefix(f"{self.items} hidden "))

    @property
    def counted_on(self) -> str:
        """What was measured on, in words: `120 hidden mails`."""
        return _("{n} hidden {things}", n=self.items, things=self.things)

    def measure(self, name: str) -> Measure:
        """Give a measure by its name; KeyError when there is none."""
        return {measure.name: measure for measure in self.measures}[name]

    @property
    def repeats_in_words(self) -> str:
        """Say how far the runs of the same notebook lie apart; empty where there was one."""
        if not self.repeats:
            return ""
        values, say = [value for _, value in self.repeats], self.headline.say
        if len(values) == 1:
            return _("Of several runs one came to its end; every figure is of that one.")
        if len(set(values)) == 1:
            return _(
                "Run {n} times, each with the same {value}.", n=len(values), value=say(values[0])
            )
        of_worst = max if self.headline.fewer_is_better else min
        number, worst = of_worst(self.repeats, key=lambda run: run[1])
        apart = _(
            "Run {n} times, because the model does not answer the same each time: {mean} on"
            " average, from {low} to {high}; the worst was run {number} with {worst}.",
            n=len(values),
            mean=say(sum(values) / len(values)),
            low=say(min(values)),
            high=say(max(values)),
            number=number,
            worst=say(worst),
        )
        if len(values) % 2:
            which = _("Every other figure is of the middle run.")
        else:
            which = _("Every other figure is of the worse run.")
        return f"{apart} {which}"

    @property
    def spread(self) -> str:
        """Say the same in few words; empty where there were not several runs."""
        values, say = [value for _, value in self.repeats], self.headline.say
        if len(values) < 2:
            return ""
        low, high = say(min(values)), say(max(values))
        if low == high:
            return _("{n} runs: {value}", n=len(values), value=low)
        return _("{n} runs: {low} to {high}", n=len(values), low=low, high=high)

    def as_dict(self) -> dict[str, Any]:
        """Give all of it, ready for a JSON file."""
        said = [
            {
                "verdict": measure.verdict,
                "text": measure.text,
                "in_words": measure.in_words,
                "interval": measure.interval,
                "against_goal": measure.against_goal,
            }
            for measure in self.measures
        ]
        whole = asdict(self)
        whole["measures"] = [a | b for a, b in zip(whole["measures"], said, strict=True)]
        whole["spread"] = self.spread
        whole["robustness"] = self.robustness.as_dict() if self.robustness else None
        return whole


@dataclass(frozen=True)
class Exam:
    """Hidden items of one use case, what lies beside them, and the right answers."""

    examiner: Examiner
    files: Mapping[str, Path]
    """The items and what belongs to them, such as a handbook, by the names that a solution sees;
    never the answers."""
    answers: Rows
    data_sha256: str
    hostile: HostileFiles | None = None
    goal: Goal | None = None
    """What the headline has to reach; None for the usual goal of the case."""

    def items(self) -> dict[str, bytes]:
        """Give the files by name: all that a solution gets to see."""
        found = {name: path.read_bytes() for name, path in self.files.items()}
        for name, path in self.hostile.files.items() if self.hostile else ():
            found[name] = _together(path, found.get(name))
        # In one order: neither time nor place in the folder tells which ones are hostile.
        return dict(sorted(found.items()))

    def origins(self) -> bytes:
        """Give a table for the facilitator: under which name a solution sees which file."""
        seen = {**self.files, **(self.hostile.files if self.hostile else {})}
        rows = [f"{name},{path.parent.name}/{path.name}" for name, path in sorted(seen.items())]
        return "\n".join(["name,file", *rows, ""]).encode()

    def score(self, table: bytes | None) -> ExamResult:
        """Compare a predictions table with the right answers; None stands for no table."""
        given = read_predictions(
            table,
            self.answers.keys(),
            self.examiner.columns,
            several=self.examiner.several,
            beside=self.hostile.what.keys() if self.hostile else (),
        )
        given.files = {Path(name).stem: path for name, path in self.files.items()}
        scored = self.examiner.score(self.answers, given)
        return ExamResult(
            items=len(self.answers),
            handled=len(given.rows),
            unsure=len(self.answers) - len(given.rows),
            errors=len(scored.wrong),
            measures=(self._headline(scored.measures[0]), *scored.measures[1:]),
            counts=scored.counts,
            breakdowns=scored.breakdowns,
            missed=scored.missed,
            false_alarms=scored.false_alarms,
            measured_on=f"{len(self.answers)} hidden {self.examiner.items}",
            data_sha256=self.data_sha256,
            problems=given.sentences(),
            robustness=self.hostile.meet(table, self.examiner, self.answers, given.files)
            if self.hostile
            else None,
        )

    def _headline(self, measure: Measure) -> Measure:
        if self.goal is None:
            return measure
        return replace(measure, goal=self.goal.value, goal_source=self.goal.source)


def _together(path: Path, there: bytes | None) -> bytes:
    """Give a hostile file, or the table that hidden items and hostile files share."""
    content = path.read_bytes()
    if there is None or there == content:
        return content
    head, _, rest = content.partition(b"\n")
    if path.suffix != ".csv" or not there.startswith(head):
        raise FinalsError(f"The hidden items and the hostile files both have a {path.name}.")
    return there.rstrip(b"\n") + b"\n" + rest


def open_exam(use_case: str | None, own: Path | None = None) -> Exam:
    """Give the exam of a use case; those in the folder `own` come before the course's.

    Raises:
        FinalsError: the course has no hidden data for it.
    """
    try:
        folder = dataset(use_case or "", own) / "hidden" if use_case else None
    except UnknownName:
        folder = None
    if folder is None or not (folder / _ANSWERS).is_file():
        raise FinalsError(
            _(
                "There is no hidden data for the use case '{use_case}', so its solution cannot be"
                " examined.",
                use_case=use_case or _("not chosen"),
            )
        )
    exam = read_exam(str(use_case), folder)
    hostile = read_hostile(folder.with_name("hostile"), exam.examiner)
    if hostile is None:
        return exam
    digest = hashlib.sha256(f"mixed {exam.data_sha256}".encode())
    for path in sorted(folder.with_name("hostile").iterdir()):
        digest.update(_fingerprint(path))
    return _mixed(replace(exam, data_sha256=digest.hexdigest()), hostile)


def read_exam(use_case: str, folder: Path) -> Exam:
    """Give the exam whose items and `labels.csv` lie in `folder`.

    Raises:
        FinalsError: items and answers do not match, or nobody knows how to compare them.
    """
    files = {path.name: path for path in sorted(folder.iterdir()) if path.name != _ANSWERS}
    columns, answers = read_labels(folder / _ANSWERS)
    examiner = examiner_of(use_case, columns)
    if examiner is None or {"id", *examiner.columns} - set(columns):
        raise FinalsError(f"The {_ANSWERS} of '{use_case}' has not the columns that it needs.")
    if not answers or set(answers) - {path.stem for path in files.values()}:
        raise FinalsError(
            f"The hidden items and labels of '{use_case}' do not match; rebuild them."
        )
    digest = hashlib.sha256((folder / _ANSWERS).read_bytes())
    for path in files.values():
        digest.update(_fingerprint(path))
    return Exam(examiner, files, answers, digest.hexdigest())


def _mixed(exam: Exam, hostile: HostileFiles) -> Exam:
    """Number hidden items and hostile files anew, together: a name tells nobody which one it is.

    The hidden items keep their order, and the same data has always the same numbers.
    """
    order = sorted(exam.answers)
    parted = [re.fullmatch(r"(.*\D)(\d+)", item) for item in order]
    prefix, first = (parted[0][1], int(parted[0][2])) if parted[0] else ("item-", 1)
    chance = random.Random(exam.data_sha256)  # noqa: S311 - no secret: nobody sees it beforehand
    for item in hostile.what:
        order.insert(chance.randrange(len(order) + 1), item)
    names = {item: f"{prefix}{number:03}" for number, item in enumerate(order, first)}

    def renamed(files: Mapping[str, Path]) -> dict[str, Path]:
        return {names.get(p.stem, p.stem) + p.suffix: p for p in files.values()}

    return replace(
        exam,
        files=renamed(exam.files),
        answers={names[item]: rows for item, rows in exam.answers.items()},
        hostile=replace(
            hostile,
            files=renamed(hostile.files),
            what={names[item]: what for item, what in hostile.what.items()},
            attacks=frozenset(names[item] for item in hostile.attacks),
            answers={names[item]: rows for item, rows in hostile.answers.items()},
        ),
    )


def _fingerprint(path: Path) -> bytes:
    return path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
