"""`check_case`: whether a folder with a team's own case can be worked with and examined.

A case is a folder with `brief.md` and a labelled table. Either the table holds the texts (`id`,
`text`, `label`), or it holds `id` and `label`, and each case is a file called like its id.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bootcamp.kit.checking import listed
from bootcamp.kit.errors import KitError
from bootcamp.kit.labelling import tidy
from bootcamp.kit.picking_up import decoded

__all__ = ["CaseReport", "as_files", "check_case"]

_TABLES = ("labels.csv", "cases.csv", "eval_dev.csv")
_KINDS = {".eml", ".txt", ".pdf", ".docx", ".xlsx"}
_MOST_BYTES = 20_000_000
_LEAST, _WANTED, _LEAST_PER_LABEL, _HIDDEN = 30, 40, 3, 120
_MOST_LABELS = 12
_BRIEF_WORDS = 80
_NAMED = 3
# What a brief has to tell, as a heading in English or in French says it.
_HEADINGS = {
    "Today": ("today", "aujourd"),
    "Labels": ("label", "étiquette", "etiquette"),
    "Rule": ("rule", "règle", "regle"),
    "When it is wrong": ("wrong", "mistake", "error", "erreur"),
    "Who reviews": ("review", "relit", "relecteur", "relectrice"),
}
_PERSONAL = {
    "an e-mail address": re.compile(r"[\w.+-]+@(?!example\.|[\w.-]+\.example\b)[\w-]+\.\w{2,}"),
    "an account number": re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}"),
    "a phone number": re.compile(r"(?<![\w.])(?:\+|00)\d{2}[ .\d()-]{7,}\d"),
}


@dataclass(frozen=True)
class CaseReport:
    """What is there, what must be mended before work starts, and what is worth knowing."""

    there: tuple[str, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    def __str__(self) -> str:
        lines = [f"✔ {line}" for line in self.there]
        lines += [f"➜ {line}" for line in self.missing]
        lines += [f"• {line}" for line in self.notes]
        last = "The case is ready." if self.ready else f"{len(self.missing)} to mend, then again."
        return "\n".join([*lines, last])

    __repr__ = __str__


@dataclass(frozen=True)
class _Case:
    id: str
    text: str
    label: str


def check_case(folder: str | Path, hidden: str | Path | None = None) -> CaseReport:
    """Look at the case in `folder`; shown in a notebook, the report says what is missing.

    With `hidden`, a second folder that only the facilitator has, its cases are compared with the
    ones in `folder`: the same labels, enough of them, and none that is in both.

    Raises:
        KitError: there is no such folder.
    """
    place = _existing(folder)
    there: list[str] = []
    missing: list[str] = []
    notes: list[str] = []
    cases = _read(place, missing)
    labels = sorted({case.label for case in cases if case.label})
    _brief(place, labels, there, missing)
    if cases:
        _judge(cases, labels, there, missing, notes)
    if hidden is not None:
        _hidden(_existing(hidden), cases, there, missing, notes)
    return CaseReport(tuple(there), tuple(missing), tuple(notes))


def as_files(folder: str | Path, target: str | Path) -> int:
    """Write the case in `folder`, whose table holds the texts, as one `.txt` a case; give how many.

    A batch and the final exam take a folder of files. `labels.csv` goes beside them.

    Raises:
        KitError: there is nothing to write, or `target` holds something already.
    """
    missing: list[str] = []
    cases = _read(_existing(folder), missing)
    if missing or not cases:
        raise KitError(f"Nothing was written. {' '.join(missing[:1])}")
    place = Path(target).expanduser()
    if place.exists() and any(place.iterdir()):
        raise KitError(f"The folder {place.name} is not empty. Give the name of a new one.")
    place.mkdir(parents=True, exist_ok=True)
    for case in cases:
        (place / f"{case.id}.txt").write_text(case.text, encoding="utf-8")
    with (place / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "label"])
        writer.writerows([case.id, case.label] for case in cases)
    return len(cases)


def _existing(folder: str | Path) -> Path:
    place = Path(folder).expanduser()
    if not place.is_dir():
        raise KitError(f"There is no folder {place}. Give its name as the file list shows it.")
    return place


def _read(folder: Path, missing: list[str]) -> list[_Case]:
    """The labelled cases; what keeps them from being read is added to `missing`."""
    table = next((folder / name for name in _TABLES if (folder / name).is_file()), None)
    if table is None:
        missing.append(f"There is no labelled table: save it as {_TABLES[0]} in {folder.name}.")
        return []
    raw = table.read_bytes()[:_MOST_BYTES]
    if raw.startswith(b"PK"):
        missing.append(f"{table.name} is an Excel workbook. Save it as CSV UTF-8.")
        return []
    lines = decoded(raw).splitlines(keepends=True)
    head = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=max(",;\t", key=head.count))
    reader.fieldnames = [tidy(name) for name in reader.fieldnames or ()]
    columns = [name for name in ("id", "label") if name not in reader.fieldnames]
    if columns:
        missing.append(f"{table.name} has no column {listed(columns)} in its first line.")
        return []
    try:
        rows = [{str(k): str(v or "").strip() for k, v in row.items()} for row in reader]
    except csv.Error:
        missing.append(f"{table.name} has a text that is too long for a table. Give it as a file.")
        return []
    rows = [row for row in rows if any(row.values())]
    if not rows:
        missing.append(f"{table.name} has no rows yet.")
    if "text" in reader.fieldnames:
        return [_Case(row["id"], row["text"], tidy(row["label"])) for row in rows]
    return _with_files(folder, table, rows, missing)


def _with_files(
    folder: Path, table: Path, rows: Sequence[dict[str, str]], missing: list[str]
) -> list[_Case]:
    beside = {table.name, "brief.md", "README.md"}
    files = {p.stem: p for p in sorted(folder.iterdir()) if p.is_file() and p.name not in beside}
    without = [row["id"] for row in rows if row["id"] not in files]
    if without and len(without) == len(rows):
        missing.append(f"{table.name} has no column text, and no files are called like its ids.")
        return []
    if without:
        missing.append(f"{_some(without)}: in the table, but there is no file of that name.")
    unlabelled = sorted(set(files) - {row["id"] for row in rows})
    if unlabelled:
        missing.append(f"{_some(unlabelled)}: a file, but no row in {table.name}.")
    odd = sorted(p.name for p in files.values() if p.suffix.lower() not in _KINDS)
    if odd:
        missing.append(f"{_some(odd)}: of a kind that cannot be read. Known: {_endings()}.")
    return [
        _Case(row["id"], _text_of(files[row["id"]]), tidy(row["label"]))
        for row in rows
        if row["id"] in files
    ]


def _text_of(path: Path) -> str:
    """What can be compared: the text of a plain file, and of any other its bytes as they are."""
    raw = path.read_bytes()[:_MOST_BYTES]
    plain = path.suffix.lower() in {".txt", ".eml"}
    return decoded(raw).strip() if plain else raw.decode("latin-1")


def _brief(folder: Path, labels: list[str], there: list[str], missing: list[str]) -> None:
    path = folder / "brief.md"
    if not path.is_file():
        missing.append(f"There is no brief.md: one page with the headings {listed([*_HEADINGS])}.")
        return
    text = decoded(path.read_bytes()[:_MOST_BYTES])
    headings = " ".join(line for line in text.splitlines() if line.startswith("#")).casefold()
    absent = [name for name, words in _HEADINGS.items() if not any(w in headings for w in words)]
    silent = [label for label in labels if label not in text.casefold()]
    words = len(text.split())
    if absent:
        missing.append(f"brief.md has no heading {listed(absent)}.")
    if silent:
        missing.append(f"brief.md does not say what {listed(silent[:5])} means.")
    if words < _BRIEF_WORDS:
        missing.append(f"brief.md has {words} words. A stranger needs {_BRIEF_WORDS} or more.")
    if not (absent or silent or words < _BRIEF_WORDS):
        there.append(f"brief.md: {words} words, and every label is explained.")


def _judge(
    cases: list[_Case], labels: list[str], there: list[str], missing: list[str], notes: list[str]
) -> None:
    before = len(missing)
    counts = Counter(case.label for case in cases)
    ids = Counter(case.id for case in cases)
    twins = Counter(_plain(case.text) for case in cases if case.text)
    unnamed = [f"row {place}" for place, case in enumerate(cases, start=2) if not case.id]
    slashed = [case.id for case in cases if re.search(r"[/\\]|^\.", case.id)]
    found = {
        "has no id": unnamed,
        "may not hold a slash or begin with a dot": slashed,
        "is there more than once": [name for name, times in ids.items() if name and times > 1],
        "has no text": [case.id for case in cases if not case.text],
        "has no label": [case.id for case in cases if not case.label],
        "says the same as another case": [
            case.id for case in cases if case.text and twins[_plain(case.text)] > 1
        ][1:],
    }
    missing += [f"{_some(items)}: {what}." for what, items in found.items() if items]
    for what, pattern in _PERSONAL.items():
        items = [case.id for case in cases if pattern.search(case.text[:100_000])]
        if items:
            missing.append(f"{_some(items)}: there is {what} in it. Put [removed] in its place.")
    if "unsure" in labels:
        missing.append("“unsure” is what a tool says in doubt. It cannot be a right answer.")
    if not 2 <= len(labels) <= _MOST_LABELS:
        missing.append(f"There are {len(labels)} labels. Two to {_MOST_LABELS} can be learned.")
    rare = [label for label in labels if counts[label] < _LEAST_PER_LABEL]
    if rare:
        missing.append(f"{listed(rare[:5])}: fewer than {_LEAST_PER_LABEL} cases. Look for more.")
    if len(cases) < _LEAST:
        missing.append(f"{len(cases)} cases, and {_LEAST} are the least to measure with.")
    elif len(cases) < _WANTED:
        notes.append(f"{len(cases)} cases will do. With {_WANTED} the number is steadier.")
    most, times = counts.most_common(1)[0]
    if times > 0.8 * len(cases):
        notes.append(f"{times} of {len(cases)} are “{most}”. Always saying so would look good.")
    if len(missing) == before:
        there.append(f"{len(cases)} cases with {len(labels)} labels: {listed(labels)}.")


def _hidden(
    folder: Path, known: list[_Case], there: list[str], missing: list[str], notes: list[str]
) -> None:
    problems: list[str] = []
    cases = _read(folder, problems)
    missing += [f"Hidden set: {problem}" for problem in problems]
    if not cases:
        return
    texts = {_plain(case.text) for case in known}
    seen = [case.id for case in cases if _plain(case.text) in texts]
    same = sorted({case.id for case in cases} & {case.id for case in known})
    labels = {case.label for case in known}
    strange = sorted({case.label for case in cases} - labels)
    never = sorted(labels - {case.label for case in cases})
    before = len(missing)
    if seen:
        missing.append(f"Hidden set: {_some(seen)} can be seen by the team. Take other cases.")
    if same:
        missing.append(f"Hidden set: {_some(same)} have an id that the team's cases have too.")
    if strange:
        missing.append(f"Hidden set: “{strange[0]}” is a label that the team has never seen.")
    if never:
        notes.append(f"Hidden set: no case is “{never[0]}”, so that label counts 0 in the exam.")
    if len(cases) < _HIDDEN:
        notes.append(
            f"Hidden set: {len(cases)} cases. With {_HIDDEN} a tool that is right three times in "
            "four hardly ever reaches a goal of 0.85."
        )
    if len(missing) == before:
        there.append(f"Hidden set: {len(cases)} cases, none of them known to the team.")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown


def _endings() -> str:
    return ", ".join(sorted(_KINDS))
