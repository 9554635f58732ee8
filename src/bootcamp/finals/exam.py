"""The exam: a team's predictions on mails whose answers never entered its sandbox.

The metric is recomputed here from the predictions table; what the notebook says of itself does
not count. Macro-F1 counts all queues the same; a mail left to a person counts as missed by its
queue, so that leaving out the hard ones does not raise the number.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bootcamp.content import dataset
from bootcamp.errors import FinalsError, UnknownName

__all__ = ["Estimate", "Exam", "ExamResult", "Prediction", "open_exam", "read_predictions"]

Ints: TypeAlias = NDArray[np.int64]

URGENCIES = ("normal", "urgent")
COLUMNS = ("id", "queue", "urgency", "status")
_RESAMPLES = 2_000
_SEED = 20_270_111
_MOST_ROWS = 20_000
_NAMED_IDS = 3
_LEFT_TO_A_PERSON = frozenset({"unsure", "review", "error"})


@dataclass(frozen=True)
class Estimate:
    """A number measured on a sample, with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f} to {self.high:.2f}]"


@dataclass(frozen=True)
class Prediction:
    """What the tool says of one mail; `queue` is None when it leaves the mail to a person."""

    queue: str | None
    urgent: bool


@dataclass(frozen=True)
class ExamResult:
    """What came out. Counts are of items; an error is a wrong queue or an urgent mail missed."""

    items: int
    handled: int
    unsure: int
    errors: int
    wrong_queue: int
    urgent_missed: int
    false_alarms: int
    macro_f1: Estimate
    urgent_recall: Estimate
    f1_by_queue: Mapping[str, float]
    measured_on: str
    data_sha256: str
    problems: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give all of it, ready for a JSON file."""
        return asdict(self)


@dataclass(frozen=True)
class Exam:
    """Hidden items of one use case, with their right answers: id to (queue, urgent)."""

    use_case: str
    files: tuple[Path, ...]
    answers: Mapping[str, tuple[str, bool]]
    data_sha256: str

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues that occur, in alphabetical order."""
        return tuple(sorted({queue for queue, _ in self.answers.values()}))

    def put_items(self, folder: Path) -> None:
        """Copy the items, and nothing else, into a new folder that a sandbox may read."""
        folder.mkdir(parents=True)
        for path in self.files:
            (folder / path.name).write_bytes(path.read_bytes())
            (folder / path.name).chmod(0o444)
        folder.chmod(0o755)

    def score(self, table: bytes | None) -> ExamResult:
        """Compare a predictions table with the right answers; None stands for no table."""
        predictions, problems = read_predictions(table, self.answers, self.queues)
        ids = sorted(self.answers)
        names = [*self.queues, None]
        truth = np.array([names.index(self.answers[item][0]) for item in ids])
        urgent = np.array([self.answers[item][1] for item in ids])
        chosen = np.array([names.index(predictions[item].queue) for item in ids])
        flagged = np.array([predictions[item].urgent for item in ids])
        handled = chosen < len(self.queues)
        wrong, missed = handled & (chosen != truth), handled & urgent & ~flagged
        by_queue = _f1(truth, chosen, len(self.queues))
        return ExamResult(
            items=len(ids),
            handled=int(handled.sum()),
            unsure=int((~handled).sum()),
            errors=int((wrong | missed).sum()),
            wrong_queue=int(wrong.sum()),
            urgent_missed=int(missed.sum()),
            false_alarms=int((flagged & ~urgent).sum()),
            macro_f1=_macro_f1(truth, chosen, len(self.queues)),
            urgent_recall=_share(flagged[urgent]),
            f1_by_queue=dict(zip(self.queues, by_queue.tolist(), strict=True)),
            measured_on=f"{len(ids)} hidden mails",
            data_sha256=self.data_sha256,
            problems=tuple(problems),
        )


def open_exam(use_case: str | None) -> Exam:
    """Give the exam of a use case.

    Raises:
        FinalsError: the course has no hidden data for it.
    """
    try:
        folder = dataset(use_case or "") / "hidden" if use_case else None
    except UnknownName:
        folder = None
    if folder is None or not (folder / "labels.csv").is_file():
        raise FinalsError(
            f"There is no hidden data for the use case '{use_case or 'not chosen'}', so its"
            " solution cannot be examined."
        )
    files = tuple(sorted(folder.rglob("*.eml")))
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        answers = {
            row["id"]: (row["queue"], row["urgency"] == "urgent") for row in csv.DictReader(file)
        }
    if not files or {path.stem for path in files} != set(answers):
        raise FinalsError(
            f"The hidden mails and labels of '{use_case}' do not match; rebuild them."
        )
    digest = hashlib.sha256((folder / "labels.csv").read_bytes())
    for path in files:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return Exam(str(use_case), files, answers, digest.hexdigest())


def read_predictions(
    table: bytes | None, ids: Mapping[str, Any] | Sequence[str], queues: Sequence[str]
) -> tuple[dict[str, Prediction], list[str]]:
    """Give one prediction for each id, and in words what was odd about the table.

    Whatever cannot be used counts as left to a person: a missing row, an unknown queue or urgency,
    two rows that contradict each other. Rows for unknown ids are ignored.
    """
    nothing = Prediction(None, urgent=False)
    rows, problems = _rows(table)
    found: dict[str, set[Prediction]] = {}
    surplus, unknown, seen = [], Counter[str](), Counter[str]()
    for row in rows:
        item = row["id"].removesuffix(".eml")
        if item not in ids:
            surplus.append(item)
            continue
        seen[item] += 1
        prediction, odd = _prediction(row, queues)
        found.setdefault(item, set()).add(prediction)
        if odd:
            unknown[odd] += 1
    missing = [item for item in ids if item not in found]
    contradicting = sorted(item for item, given in found.items() if len(given) > 1)
    repeated = sum(count > 1 for count in seen.values())
    if missing and rows:
        problems.append(f"{len(missing)} mails have no row ({_some(missing)}): counted as unsure.")
    if surplus:
        problems.append(f"{len(surplus)} rows are for no mail of the exam ({_some(surplus)}).")
    if repeated:
        problems.append(
            f"{repeated} mails have more than one row; {len(contradicting)} of them contradict"
            " themselves and count as unsure."
        )
    for odd, count in unknown.most_common(5):
        problems.append(f"{count} rows say {odd}: counted as unsure.")
    predictions = {
        item: next(iter(found[item])) if len(found.get(item, ())) == 1 else nothing for item in ids
    }
    return predictions, problems


def _rows(table: bytes | None) -> tuple[list[dict[str, str]], list[str]]:
    if table is None:
        return [], ["There is no predictions.csv in the output folder."]
    try:
        lines = table.decode("utf-8-sig").splitlines()
        header = lines[0] if lines else ""
        reader = csv.DictReader(lines, delimiter=max(",;\t", key=header.count))
        reader.fieldnames = [(name or "").strip().lower() for name in reader.fieldnames or []]
        missing = [name for name in COLUMNS if name not in reader.fieldnames]
        if missing:
            return [], [f"predictions.csv has no column '{missing[0]}' in its first line."]
        rows = [{name: (row.get(name) or "").strip() for name in COLUMNS} for row in reader]
    except (UnicodeDecodeError, csv.Error):
        return [], ["predictions.csv is not a readable table; write it with pandas' to_csv."]
    if len(rows) > _MOST_ROWS:
        return [], [f"predictions.csv has {len(rows)} rows; one for each mail is asked for."]
    return rows, [] if rows else ["predictions.csv has no rows."]


def _prediction(row: Mapping[str, str], queues: Sequence[str]) -> tuple[Prediction, str]:
    queue, urgency = row["queue"].casefold(), row["urgency"].casefold()
    status = row["status"].casefold()
    urgent = urgency == "urgent"
    if status != "ok" or queue in _LEFT_TO_A_PERSON:
        odd = "" if status == "ok" or status.split(":")[0] in _LEFT_TO_A_PERSON else status[:40]
        return Prediction(None, urgent), f"status '{odd}'" if odd else ""
    if queue not in queues:
        return Prediction(None, urgent), f"queue '{queue[:40]}', which does not exist"
    if urgency not in URGENCIES:
        return Prediction(None, urgent=False), f"urgency '{urgency[:40]}', which does not exist"
    return Prediction(queue, urgent), ""


def _some(ids: Sequence[str]) -> str:
    shown = ", ".join(item[:40] for item in ids[:_NAMED_IDS])
    return f"{shown} …" if len(ids) > _NAMED_IDS else shown


def _f1(truth: Ints, chosen: Ints, labels: int) -> NDArray[np.float64]:
    """Give F1 a label, 2·hits/(rows + answers), along the last axis of `truth` and `chosen`."""
    scores = []
    for label in range(labels):
        here, said = truth == label, chosen == label
        total = here.sum(axis=-1) + said.sum(axis=-1)
        scores.append(2 * (here & said).sum(axis=-1) / np.maximum(total, 1))
    return np.stack(scores, axis=-1)


def _macro_f1(truth: Ints, chosen: Ints, labels: int) -> Estimate:
    picks = np.random.default_rng(_SEED).integers(0, truth.size, size=(_RESAMPLES, truth.size))
    scores = _f1(truth[picks], chosen[picks], labels).mean(axis=-1)
    low, high = np.percentile(scores, [2.5, 97.5])
    return Estimate(float(_f1(truth, chosen, labels).mean()), float(low), float(high))


def _share(hits: NDArray[np.bool_]) -> Estimate:
    """Give the share of hits with Wilson's 95 % interval, which holds at 0 and 1 too."""
    n, z = hits.size, 1.96
    if n == 0:
        return Estimate(0.0, 0.0, 1.0)
    share = float(hits.mean())
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))
