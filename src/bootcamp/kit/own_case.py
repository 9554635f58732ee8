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
from bootcamp.kit.texts import texts
from bootcamp.language import N_

__all__ = ["CaseReport", "as_files", "check_case"]

_ = texts("kit")
_n = _.count

_TABLES = ("labels.csv", "cases.csv", "eval_dev.csv")
_KINDS = {".eml", ".txt", ".pdf", ".docx", ".xlsx"}
_MOST_BYTES = 20_000_000
_LEAST, _WANTED, _LEAST_PER_LABEL, _HIDDEN = 30, 40, 3, 120
_MOST_LABELS = 12
_BRIEF_WORDS = 80
_NAMED = 3
# What a brief has to tell, as a heading in English or in French says it.
_HEADINGS = {
    N_("Today"): ("today", "aujourd"),
    N_("Labels"): ("label", "étiquette", "etiquette"),
    N_("Rule"): ("rule", "règle", "regle"),
    N_("When it is wrong"): ("wrong", "mistake", "error", "erreur"),
    N_("Who reviews"): ("review", "relit", "relecteur", "relectrice"),
}
_PERSONAL = {
    N_("an e-mail address"): re.compile(r"[\w.+-]+@(?!example\.|[\w.-]+\.example\b)[\w-]+\.\w{2,}"),
    N_("an account number"): re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,}"),
    N_("a phone number"): re.compile(r"(?<![\w.])(?:\+|00)\d{2}[ .\d()-]{7,}\d"),
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
        last = (
            _("The case is ready.")
            if self.ready
            else _("{count} to mend, then again.", count=len(self.missing))
        )
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
        raise KitError(_("Nothing was written. {why}", why=" ".join(missing[:1])))
    place = Path(target).expanduser()
    if place.exists() and any(place.iterdir()):
        raise KitError(
            _("The folder {folder} is not empty. Give the name of a new one.", folder=place.name)
        )
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
        raise KitError(
            _("There is no folder {place}. Give its name as the file list shows it.", place=place)
        )
    return place


def _read(folder: Path, missing: list[str]) -> list[_Case]:
    """The labelled cases; what keeps them from being read is added to `missing`."""
    table = next((folder / name for name in _TABLES if (folder / name).is_file()), None)
    if table is None:
        missing.append(
            _(
                "There is no labelled table: save it as {table} in {folder}.",
                table=_TABLES[0],
                folder=folder.name,
            )
        )
        return []
    raw = table.read_bytes()[:_MOST_BYTES]
    if raw.startswith(b"PK"):
        missing.append(_("{file} is an Excel workbook. Save it as CSV UTF-8.", file=table.name))
        return []
    lines = decoded(raw).splitlines(keepends=True)
    head = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=max(",;\t", key=head.count))
    reader.fieldnames = [tidy(name) for name in reader.fieldnames or ()]
    columns = [name for name in ("id", "label") if name not in reader.fieldnames]
    if columns:
        missing.append(
            _(
                "{file} has no column {columns} in its first line.",
                file=table.name,
                columns=listed(columns),
            )
        )
        return []
    try:
        rows = [{str(k): str(v or "").strip() for k, v in row.items()} for row in reader]
    except csv.Error:
        missing.append(
            _("{file} has a text that is too long for a table. Give it as a file.", file=table.name)
        )
        return []
    rows = [row for row in rows if any(row.values())]
    if not rows:
        missing.append(_("{file} has no rows yet.", file=table.name))
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
        missing.append(
            _("{file} has no column text, and no files are called like its ids.", file=table.name)
        )
        return []
    if without:
        missing.append(
            _("{cases}: in the table, but there is no file of that name.", cases=_some(without))
        )
    unlabelled = sorted(set(files) - {row["id"] for row in rows})
    if unlabelled:
        missing.append(
            _("{files}: a file, but no row in {file}.", files=_some(unlabelled), file=table.name)
        )
    odd = sorted(p.name for p in files.values() if p.suffix.lower() not in _KINDS)
    if odd:
        missing.append(
            _(
                "{files}: of a kind that cannot be read. Known: {known}.",
                files=_some(odd),
                known=_endings(),
            )
        )
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
        missing.append(
            _(
                "There is no brief.md: one page with the headings {headings}.",
                headings=listed([_(name) for name in _HEADINGS]),
            )
        )
        return
    text = decoded(path.read_bytes()[:_MOST_BYTES])
    headings = " ".join(line for line in text.splitlines() if line.startswith("#")).casefold()
    absent = [_(name) for name, words in _HEADINGS.items() if not any(w in headings for w in words)]
    silent = [label for label in labels if label not in text.casefold()]
    words = len(text.split())
    if absent:
        missing.append(_("brief.md has no heading {headings}.", headings=listed(absent)))
    if silent:
        missing.append(_("brief.md does not say what {labels} means.", labels=listed(silent[:5])))
    if words < _BRIEF_WORDS:
        missing.append(
            _n(
                "brief.md has {n} word. A stranger needs {least} or more.",
                "brief.md has {n} words. A stranger needs {least} or more.",
                words,
                least=_BRIEF_WORDS,
            )
        )
    if not (absent or silent or words < _BRIEF_WORDS):
        there.append(_("brief.md: {words} words, and every label is explained.", words=words))


def _judge(
    cases: list[_Case], labels: list[str], there: list[str], missing: list[str], notes: list[str]
) -> None:
    before = len(missing)
    counts = Counter(case.label for case in cases)
    ids = Counter(case.id for case in cases)
    twins = Counter(_plain(case.text) for case in cases if case.text)
    unnamed = [
        _("row {number}", number=place) for place, case in enumerate(cases, start=2) if not case.id
    ]
    slashed = [case.id for case in cases if re.search(r"[/\\]|^\.", case.id)]
    found = {
        N_("{cases}: has no id."): unnamed,
        N_("{cases}: may not hold a slash or begin with a dot."): slashed,
        N_("{cases}: is there more than once."): [
            name for name, times in ids.items() if name and times > 1
        ],
        N_("{cases}: has no text."): [case.id for case in cases if not case.text],
        N_("{cases}: has no label."): [case.id for case in cases if not case.label],
        N_("{cases}: says the same as another case."): [
            case.id for case in cases if case.text and twins[_plain(case.text)] > 1
        ][1:],
    }
    missing += [_(text, cases=_some(items)) for text, items in found.items() if items]
    for what, pattern in _PERSONAL.items():
        items = [case.id for case in cases if pattern.search(case.text[:100_000])]
        if items:
            missing.append(
                _(
                    "{cases}: there is {what} in it. Put [removed] in its place.",
                    cases=_some(items),
                    what=_(what),
                )
            )
    if "unsure" in labels:
        missing.append(_("“unsure” is what a tool says in doubt. It cannot be a right answer."))
    if not 2 <= len(labels) <= _MOST_LABELS:
        missing.append(
            _n(
                "There is {n} label. Two to {most} can be learned.",
                "There are {n} labels. Two to {most} can be learned.",
                len(labels),
                most=_MOST_LABELS,
            )
        )
    rare = [label for label in labels if counts[label] < _LEAST_PER_LABEL]
    if rare:
        missing.append(
            _(
                "{labels}: fewer than {least} cases. Look for more.",
                labels=listed(rare[:5]),
                least=_LEAST_PER_LABEL,
            )
        )
    if len(cases) < _LEAST:
        missing.append(
            _n(
                "{n} case, and {least} are the least to measure with.",
                "{n} cases, and {least} are the least to measure with.",
                len(cases),
                least=_LEAST,
            )
        )
    elif len(cases) < _WANTED:
        notes.append(
            _(
                "{count} cases will do. With {wanted} the number is steadier.",
                count=len(cases),
                wanted=_WANTED,
            )
        )
    most, times = counts.most_common(1)[0]
    if times > 0.8 * len(cases):
        notes.append(
            _(
                "{times} of {count} are “{most}”. Always saying so would look good.",
                times=times,
                count=len(cases),
                most=most,
            )
        )
    if len(missing) == before:
        there.append(
            _(
                "{count} cases with {kinds} labels: {labels}.",
                count=len(cases),
                kinds=len(labels),
                labels=listed(labels),
            )
        )


def _hidden(
    folder: Path, known: list[_Case], there: list[str], missing: list[str], notes: list[str]
) -> None:
    problems: list[str] = []
    cases = _read(folder, problems)
    missing += [_("Hidden set: {problem}", problem=problem) for problem in problems]
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
        missing.append(
            _("Hidden set: {cases} can be seen by the team. Take other cases.", cases=_some(seen))
        )
    if same:
        missing.append(
            _n(
                "Hidden set: {cases} has an id that the team's cases have too.",
                "Hidden set: {cases} have an id that the team's cases have too.",
                len(same),
                cases=_some(same),
            )
        )
    if strange:
        missing.append(
            _("Hidden set: “{label}” is a label that the team has never seen.", label=strange[0])
        )
    if never:
        notes.append(
            _(
                "Hidden set: no case is “{label}”, so that label counts 0 in the exam.",
                label=never[0],
            )
        )
    if len(cases) < _HIDDEN:
        notes.append(
            _n(
                "Hidden set: {n} case. With {wanted} a tool that is right three times in four "
                "hardly ever reaches a goal of 0.85.",
                "Hidden set: {n} cases. With {wanted} a tool that is right three times in four "
                "hardly ever reaches a goal of 0.85.",
                len(cases),
                wanted=_HIDDEN,
            )
        )
    if len(missing) == before:
        there.append(
            _("Hidden set: {count} cases, none of them known to the team.", count=len(cases))
        )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:_NAMED])
    more = len(names) - _NAMED
    if more <= 0:
        return shown
    return _n("{shown} and {n} more", "{shown} and {n} more", more, shown=shown)


def _endings() -> str:
    return ", ".join(sorted(_KINDS))
