"""Labels that people gave, and how well two readers, or a person and a model, agree on them."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bootcamp.kit.errors import KitError
from bootcamp.kit.picking_up import CATCH_UP, decoded, left_behind
from bootcamp.kit.texts import texts
from bootcamp.language import N_

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS",
    "cohen_kappa",
    "csv_rows",
    "f1_by_label",
    "kappa",
    "label_scores",
    "load_labels",
    "tidy",
]

_ = texts("kit")
_n = _.count

COLUMNS = ("id", "text", "label_a", "label_b", "label")
_MOST_BYTES = 5_000_000
_SPARE = N_(
    "Catch-up piece: I found no filled {name} of yours, so you work with {cases} cases of a "
    "made-up team. Fill yours, put it into the team folder, and run this cell again."
)
_NOTHING = N_(
    "I found no filled {name}. Save yours in your team's folder or beside this notebook, and run "
    "this cell again."
)


def tidy(label: object) -> str:
    """A label as it is meant: without blanks, capitals, quotes and a full stop at its end."""
    return str(label).strip(" \t\r\n.\"'“”«»*`").casefold()


def load_labels(name: str = "eval_dev.csv") -> "pd.DataFrame":
    """The labelled cases of your team: a table with id, text, label_a, label_b and label.

    Read wherever the team saved it, as French or English Excel writes it; rows without a text are
    left out. Without one, the table of a made-up team beside the notebook, and it says so.

    Raises:
        KitError: the file is there but is no such table; the message says what to do.
    """
    import pandas as pd  # noqa: PLC0415  (takes half a second, and check and hint work without)

    for path in left_behind(name):
        rows = csv_rows(path, COLUMNS, COLUMNS[2:])
        if rows and not rows[0]["id"].startswith(CATCH_UP):
            print(
                _n(
                    "{n} case from {name}, in the folder {folder}.",
                    "{n} cases from {name}, in the folder {folder}.",
                    len(rows),
                    name=name,
                    folder=path.parent.name,
                )
            )
            return pd.DataFrame(rows, columns=list(COLUMNS))
    spare = Path.cwd() / "catch_up.csv"
    rows = csv_rows(spare, COLUMNS, COLUMNS[2:]) if spare.is_file() else []
    print(_(_SPARE, name=name, cases=len(rows)) if rows else _(_NOTHING, name=name))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def csv_rows(path: Path, columns: Sequence[str], labels: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a CSV file that have a text, as French or English Excel writes it.

    The columns in `labels` are tidied: “Pay” and “pay ” are one label, for every count.

    Raises:
        KitError: it is a workbook, or a column is missing; the message says what to do.
    """
    raw = path.read_bytes()[:_MOST_BYTES]
    if raw.startswith(b"PK"):
        raise KitError(
            _(
                "{file} is an Excel workbook with another name. In Excel choose Save As, CSV "
                "UTF-8, and put that file into the team folder.",
                file=path.name,
            )
        )
    text = decoded(raw)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    # Not line by line: a text between quotes may have several lines.
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [tidy(column) for column in reader.fieldnames or ()]
        reader.fieldnames = names
        found = list(reader)
    except csv.Error:
        raise KitError(
            _(
                "One cell of {file} is far too long for a table. Shorten that text, save the file, "
                "and run this cell again.",
                file=path.name,
            )
        ) from None
    missing = [column for column in columns if column not in names]
    if missing:
        raise KitError(
            _(
                "{file} has no column called {missing}. Its first line must be: {columns}",
                file=path.name,
                missing=", ".join(missing),
                columns=",".join(columns),
            )
        )
    rows = [{column: str(row.get(column) or "").strip() for column in columns} for row in found]
    for row in rows:
        row.update({column: tidy(row[column]) for column in labels})
    return [row for row in rows if row["text"]]


def label_scores(labels: Iterable[object], answers: Iterable[object]) -> "pd.DataFrame":
    """For each label how often it was right, how often said, how often both, and its F1.

    Raises:
        KitError: there are not as many answers as labels.
    """
    import pandas as pd  # noqa: PLC0415

    truth, said = _pairs(labels, answers)
    table = f1_by_label(truth, said)
    rows = [(label, *counts[:3], round(counts[3], 2)) for label, counts in table.items()]
    columns = ["label", "cases", "said", "both", "F1"]
    return pd.DataFrame(rows, columns=columns).set_index("label")


def f1_by_label(
    truth: Sequence[str], said: Sequence[str]
) -> dict[str, tuple[int, int, int, float]]:
    """Cases, answers, hits and F1 of each label in `truth`: twice the hits over cases + answers."""
    there, called = Counter(truth), Counter(said)
    both = Counter(t for t, s in zip(truth, said, strict=True) if t == s)
    return {
        label: (n, called[label], both[label], 2 * both[label] / (n + called[label]))
        for label, n in there.items()
    }


def kappa(first: Iterable[object], second: Iterable[object]) -> float:
    """Cohen's kappa of two labellers: agreement beyond what their habits give by chance.

    Raises:
        KitError: the two have not labelled equally many cases, or none.
    """
    one, other = _pairs(first, second)
    return round(cohen_kappa(one, other), 2)


def cohen_kappa(one: Sequence[str], other: Sequence[str]) -> float:
    """Cohen's kappa (1960) of two lists of equal length; 0 where chance alone would agree fully."""
    total = len(one)
    observed = sum(a == b for a, b in zip(one, other, strict=True)) / total
    ones, others = Counter(one), Counter(other)
    chance = sum(ones[label] * others[label] for label in ones) / total**2
    return 0.0 if chance >= 1 else (observed - chance) / (1 - chance)


def _pairs(first: Iterable[object], second: Iterable[object]) -> tuple[list[str], list[str]]:
    one, other = [tidy(label) for label in first], [tidy(label) for label in second]
    if len(one) != len(other):
        raise KitError(
            _(
                "One list has {count} labels and the other {other}: they must belong to the same "
                "cases. Run the cell that fills them again, from its first line.",
                count=len(one),
                other=len(other),
            )
        )
    if not one:
        raise KitError(_("There are no labels yet. Run the cell that fills them first."))
    return one, other
