"""Friendly advice on homework 2 while it is being written. The marks are given elsewhere."""

from collections import Counter

from bootcamp.kit.checking import exercise
from bootcamp.kit.labelling import tidy
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.picking_up import CATCH_UP
from bootcamp.kit.session_2 import labelled_rows
from bootcamp.kit.texts import texts

__all__: list[str] = []

_ = texts("session-2")
_n = _.count

_WANTED_CASES = 30
_LEAST_PER_LABEL = 3


@exercise("hw2-labels")
def _count(names: Names) -> str:
    rows = _own_rows(names)
    for column in ("label_a", "label_b", "label"):
        empty = sum(not tidy(row[column]) for row in rows)
        if empty:
            raise NotYet(
                _n(
                    "`{column}` is empty in {n} row. Fill it in the file, and save it.",
                    "`{column}` is empty in {n} rows. Fill it in the file, and save it.",
                    empty,
                    column=column,
                )
            )
    if len(rows) < _WANTED_CASES:
        raise NotYet(
            _(
                "{count} cases so far, {wanted} wanted. Add more to the file, save it, and run the "
                "loading cell again.",
                count=len(rows),
                wanted=_WANTED_CASES,
            )
        )
    return _("{count} cases, each with three labels.", count=len(rows))


@exercise("hw2-classes")
def _classes(names: Names) -> str:
    counts = Counter(tidy(row["label"]) for row in _own_rows(names))
    counts.pop("", None)
    labels = names.get("labels")
    if not isinstance(labels, list | tuple) or len(labels) < 2:
        raise NotYet(_('`labels` should be a list of two or more: labels = ["pay", "ask"].'))
    for label in map(tidy, labels):
        if counts[label] < _LEAST_PER_LABEL:
            raise NotYet(
                _n(
                    "“{label}” has {n} case, and needs {least} or more. Look for some: rare cases "
                    "are often the dear ones.",
                    "“{label}” has {n} cases, and needs {least} or more. Look for some: rare cases "
                    "are often the dear ones.",
                    counts[label],
                    label=label,
                    least=_LEAST_PER_LABEL,
                )
            )
    strange = sorted(set(counts) - set(map(tidy, labels)))
    if strange:
        raise NotYet(
            _("“{label}” is in the column label, but not in `labels`. A slip?", label=strange[0])
        )
    return _("Every label has its cases.")


@exercise("hw2-duplicates")
def _duplicates(names: Names) -> str:
    rows = _own_rows(names)
    for column in ("text", "id"):
        seen = Counter(" ".join(row[column].casefold().split()) for row in rows)
        value, times = seen.most_common(1)[0]
        if times > 1:
            raise NotYet(
                _(
                    "The {column} “{value}” is there {times} times. Replace the others by new "
                    "cases: a case counted twice makes the score look surer than it is.",
                    column=column,
                    value=value[:60],
                    times=times,
                )
            )
    return _("No case is there twice.")


@exercise("hw2-agreement")
def _agreement(names: Names) -> str:
    share = names.number("agreement", _("the share on which both agree"), 0, 1)
    return _("You two agree on {share:.0%} of the cases.", share=share)


@exercise("hw2-kappa")
def _kappa(names: Names) -> str:
    value = names.number("own_kappa", _("kappa, from the formula"), -1, 1)
    if value >= 0.6:
        return _("A kappa of {value:.2f}: you can work with that.", value=value)
    return _(
        "A kappa of {value:.2f}. Below 0.6 the rule needs work: say so in your text, kindly.",
        value=value,
    )


def _own_rows(names: Names) -> list[dict[str, str]]:
    rows = labelled_rows(names)
    if any(row["id"].startswith(CATCH_UP) for row in rows):
        raise NotYet(_("These are cases of the catch-up piece. Homework needs thirty of your own."))
    return rows
