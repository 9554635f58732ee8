"""The checks of lab 2, “Prompt kit”. They hold no answers: they read, count and recompute."""

import json
from collections.abc import Mapping, Sequence
from statistics import fmean

from bootcamp.kit.checking import check_quiz, exercise, listed
from bootcamp.kit.labelling import f1_by_label, tidy
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.picking_up import CATCH_UP, team_folder
from bootcamp.kit.session_1 import QUEUES
from bootcamp.kit.texts import texts

__all__ = ["labelled_rows"]

_ = texts("session-2")
_n = _.count

# Digests, so that reading this file does not spoil the quiz.
_QUIZ = ("f5aaabf1", "32f84ee5", "68077a57")
_WANTED_CASES = 30
_VERSIONS = ("prompt_v1", "prompt_v2", "prompt_v3")


@exercise("2.1")
def _quiz(names: Names) -> str:
    check_quiz(names, "2.1", _QUIZ, _(": your notebook of session 1 is still there."))
    return _("All three are right. You remember session 1 well.")


@exercise("2.2")
def _names(names: Names) -> str:
    written = _strings(names, "names", _("the six queues"))
    for text in written:
        inside = [queue for queue in QUEUES if queue in tidy(text)]
        if len(inside) > 1:
            raise NotYet(
                _(
                    "“{text}” holds several queues in one string. Put quotes around each name, and "
                    "a comma between two strings.",
                    text=text,
                )
            )
        if tidy(text) not in QUEUES:
            raise NotYet(
                _("“{text}” is not one of the six queues. Compare it letter by letter.", text=text)
            )
    if len(set(map(tidy, written))) < len(written):
        raise NotYet(_("One queue is in the list twice. Each of the six is there once."))
    missing = [queue for queue in QUEUES if queue not in set(map(tidy, written))]
    if missing:
        raise NotYet(
            _(
                "Your list does not have {missing} yet. Add what is missing.",
                missing=listed(missing),
            )
        )
    return _("Six strings in a list. Run the next cell: it asks forty times, so give it a moment.")


@exercise("2.3")
def _weakest(names: Names) -> str:
    truth, said = _measured(names, "answers_1")
    marks = {label: row[3] for label, row in f1_by_label(truth, said).items()}
    mine = tidy(names.text("weakest", _("the queue with the lowest F1")))
    if mine not in marks:
        raise NotYet(
            _("“{name}” is no row of the table. Copy the name from its first column.", name=mine)
        )
    lowest = min(marks.values())
    if marks[mine] > lowest + 0.005:
        better = sum(mark < marks[mine] for mark in marks.values())
        if marks[mine] == max(marks.values()):
            raise NotYet(
                _("“{name}” has the highest F1. The weakest queue has the lowest.", name=mine)
            )
        raise NotYet(
            _n(
                "“{name}” has an F1 of {mark:.2f}, and {n} row of the table is lower. "
                "Look at the column F1, not at the other numbers.",
                "“{name}” has an F1 of {mark:.2f}, and {n} rows of the table are lower. "
                "Look at the column F1, not at the other numbers.",
                better,
                name=mine,
                mark=marks[mine],
            )
        )
    return _(
        "“{name}” is the weakest, with an F1 of {mark:.2f}. What would help it?",
        name=mine,
        mark=lowest,
    )


@exercise("2.4")
def _rules(names: Names) -> str:
    seen: dict[str, str] = {}
    for name, queue in {"returns_rule": "returns", "quotes_rule": "quotes"}.items():
        text = names.text(name, _("what belongs in {queue}", queue=queue))
        label, colon, meaning = text.partition(":")
        if not colon or tidy(label) != queue:
            raise NotYet(
                _(
                    "Begin `{name}` with the name of its queue and a colon: {queue}: ...",
                    name=name,
                    queue=queue,
                )
            )
        if len(meaning.split()) < 5:
            raise NotYet(
                _(
                    "Say a little more in `{name}`, in five words or more: what would a customer "
                    "write in such a mail?",
                    name=name,
                )
            )
        if tidy(meaning) in seen:
            raise NotYet(
                _(
                    "`{name}` says the same as `{other}`, so nobody can tell the two queues apart.",
                    name=name,
                    other=seen[tidy(meaning)],
                )
            )
        seen[tidy(meaning)] = name
    return _("All six queues have a rule. Run the next cell, and read what is still wrong.")


@exercise("2.5")
def _examples(names: Names) -> str:
    examples = names.get("my_examples")
    if not isinstance(examples, list | tuple):
        raise NotYet(_("`my_examples` should be a list of lists, like given_examples above it."))
    mails = names.get("mails")
    known = [_plain(f"{m.get('text', '')}") for m in mails if isinstance(m, Mapping)]
    subjects = {_plain(str(m.get("subject", ""))) for m in mails if isinstance(m, Mapping)}
    for place, example in enumerate(examples, start=1):
        text, queue = _example(place, example)
        own = _plain(text)
        if own in subjects or any(own in mail or (mail and mail in own) for mail in known):
            raise NotYet(
                _(
                    "Example {place} is one of the forty mails. One does not grade oneself on the "
                    "questions one has practised with: invent a similar mail instead.",
                    place=place,
                )
            )
        if tidy(queue) not in QUEUES:
            raise NotYet(
                _(
                    "Example {place} ends with “{queue}”, which is not one of the queues.",
                    place=place,
                    queue=queue,
                )
            )
    if len(examples) < 4:
        raise NotYet(
            _n(
                "`my_examples` has {n} example and needs 4 or more. Look at the mails that are "
                "still wrong, and invent one like each.",
                "`my_examples` has {n} examples and needs 4 or more. Look at the mails that are "
                "still wrong, and invent one like each.",
                len(examples),
            )
        )
    names.text("tie_rule", _("what decides when a mail fits two queues"), words=6)
    return _(
        "{count} examples of your own, none of them among the forty. Run the next cell.",
        count=len(examples),
    )


def _example(place: int, example: object) -> tuple[str, str]:
    if isinstance(example, str):
        raise NotYet(
            _(
                "Example {place} is one string. Put brackets around its two parts: "
                '["the text", "its queue"].',
                place=place,
            )
        )
    parts = list(example) if isinstance(example, Sequence) else []
    if len(parts) != 2 or not all(isinstance(part, str) for part in parts):
        raise NotYet(
            _(
                "Example {place} needs two strings with a comma between: a text, its queue.",
                place=place,
            )
        )
    if len(parts[0].split()) < 5:
        raise NotYet(
            _(
                "The text of example {place} is very short. Write it as a customer would.",
                place=place,
            )
        )
    return parts[0], parts[1]


@exercise("2.6")
def _gain(names: Names) -> str:
    first, last = (_macro(*_measured(names, answers)) for answers in ("answers_1", "answers_3"))
    gain = names.number("gain", _("how much better version 3 is"), -100, 100)
    right = last - first
    if abs(gain - right) > 0.015:
        raise NotYet(_about_gain(gain, first, last))
    if right < 0.05:
        return _(
            "From {first:.2f} to {last:.2f}: hardly a gain on these forty. A strong model needs "
            "less help, or the examples pull the wrong way: which mails changed?",
            first=first,
            last=last,
        )
    return _(
        "From {first:.2f} to {last:.2f}: a gain of {gain:.2f}, with the same model.",
        first=first,
        last=last,
        gain=right,
    )


def _about_gain(gain: float, first: float, last: float) -> str:
    right = last - first
    if gain == 0:
        return _("`gain` is still 0. Subtract the first macro-F1 from the last one.")
    if abs(gain + right) <= 0.015:
        return _("`gain` has the wrong sign: take version 3 first, then minus version 1.")
    if abs(gain - right * 100) <= 1.5:
        return _("`gain` is in hundredths. Leave it as a number between 0 and 1.")
    if abs(gain - last) <= 0.015:
        return _("`gain` is the number of version 3 alone. Take version 1 away from it.")
    if first and abs(gain - right / first) <= 0.015:
        return _("`gain` is a share of version 1. A plain subtraction is enough here.")
    return _("`gain` is not version 3 minus version 1. Run the cells above again, then this one.")


@exercise("2.7")
def _labels(names: Names) -> str:
    labels = _strings(names, "labels", _("your labels"))
    if not 2 <= len(labels) <= 6:
        raise NotYet(
            _n(
                "`labels` has {n} of them. Choose two to six: fewer decide nothing, and more are "
                "hard to tell apart.",
                "`labels` has {n} of them. Choose two to six: fewer decide nothing, and more are "
                "hard to tell apart.",
                len(labels),
            )
        )
    if len(set(map(tidy, labels))) < len(labels):
        raise NotYet(_("Two of your labels are the same. Each needs its own name."))
    long = [label for label in labels if len(label.split()) > 3]
    if long:
        raise NotYet(
            _("“{label}” is long for a label. One word is best, three at most.", label=long[0])
        )
    rule = names.text("label_rule", _("what decides between your labels"), words=12)
    silent = [label for label in labels if tidy(label) not in rule.casefold()]
    if silent:
        raise NotYet(
            _(
                "`label_rule` does not speak of {labels}. Say when each label is the right one.",
                labels=listed(silent),
            )
        )
    return _(
        "{count} labels, and a rule that names each. Would a stranger label like you?",
        count=len(labels),
    )


@exercise("2.8")
def _cases(names: Names) -> str:
    rows = labelled_rows(names)
    labellers = {"label_a": _("the first labeller"), "label_b": _("the second labeller")}
    for column, who in labellers.items():
        empty = sum(not tidy(row[column]) for row in rows)
        if empty:
            raise NotYet(
                _n(
                    "`{column}` is empty in {n} row: {who} has not ended.",
                    "`{column}` is empty in {n} rows: {who} has not ended.",
                    empty,
                    column=column,
                    who=who,
                )
            )
    if len(rows) < _WANTED_CASES:
        raise NotYet(
            _n(
                "{n} case so far, {wanted} wanted. Add more to the file, save it, and run this "
                "cell again. Go on meanwhile: everything works with fewer.",
                "{n} cases so far, {wanted} wanted. Add more to the file, save it, and run this "
                "cell again. Go on meanwhile: everything works with fewer.",
                len(rows),
                wanted=_WANTED_CASES,
            )
        )
    written = [_plain(row["text"]) for row in rows]
    twice = next((text for text in written if written.count(text) > 1), None)
    if twice:
        raise NotYet(
            _("“{text}” is in the file twice. Replace one by another case.", text=twice[:60])
        )
    _same_labels(names, rows)
    if rows[0]["id"].startswith(CATCH_UP):
        return _(
            "This is the catch-up piece, and it works. For homework 2 you need thirty of yours."
        )
    return _("{count} cases, each labelled by two of you.", count=len(rows))


def _same_labels(names: Names, rows: list[dict[str, str]]) -> None:
    try:
        labels = {tidy(label) for label in _strings(names, "labels", _("your labels"))}
    except NotYet:
        return  # exercise 2.7 speaks of that
    if len(labels) < 2:
        return
    used = {tidy(row[column]) for row in rows for column in ("label_a", "label_b")}
    strange = sorted(used - labels)
    if strange:
        raise NotYet(
            _(
                "“{label}” is in the file, but not in `labels`. Correct the file, or add it to "
                "the list.",
                label=strange[0],
            )
        )
    if labels - used:
        raise NotYet(
            _(
                "No case is labelled “{label}”. Find some, or drop that label: what never occurs "
                "cannot be measured.",
                label=min(labels - used),
            )
        )


def labelled_rows(names: Names, name: str = "items") -> list[dict[str, str]]:
    """The rows of the table `name` as plain texts.

    Raises:
        NotYet: it is no table of labelled cases, or has no rows.
    """
    table = names.get(name)
    records = table.to_dict("records") if hasattr(table, "to_dict") else table
    if not isinstance(records, list) or not all(isinstance(row, Mapping) for row in records):
        raise NotYet(
            _(
                '`{name}` is no longer a table. Write {name} = load_labels("eval_dev.csv").',
                name=name,
            )
        )
    if not records:
        raise NotYet(
            _("There are no cases yet. Fill eval_dev.csv, and run the cell that loads it.")
        )
    wanted = ("id", "text", "label_a", "label_b", "label")
    missing = [column for column in wanted if column not in records[0]]
    if missing:
        raise NotYet(
            _(
                "The table has no column {columns}. Load eval_dev.csv again.",
                columns=listed(missing),
            )
        )
    return [{column: str(row.get(column, "")) for column in wanted} for row in records]


@exercise("2.9")
def _kappa_by_hand(names: Names) -> str:
    agreement = names.number("agreement", "0.8", 0, 1)
    chance = names.number("chance", "0.68", 0, 0.999)
    if (agreement, chance) != (0.8, 0.68):
        raise NotYet(_("Set agreement = 0.8 and chance = 0.68 again: those are the ten invoices."))
    mine = names.number("kappa_by_hand", _("kappa of the ten invoices"), -10, 100)
    way = agreement - chance
    slips = {
        0: _("`kappa_by_hand` is still 0. Write the formula with the two names above it."),
        agreement - chance / 1 - chance: _(
            "The brackets are missing: Python divides before it subtracts."
        ),
        way: _("That is the way gone. Divide it by the whole way, from chance to 1."),
        way / chance: _("Divide by the way from chance to 1, not by chance."),
        agreement: _("That is the agreement. Kappa takes chance away from it first."),
    }
    for slip, advice in slips.items():
        if abs(mine - slip) <= 0.002:
            raise NotYet(advice)
    if abs(mine - way / (1 - chance)) > 0.006:
        raise NotYet(_("That is not it yet. Subtract chance from both parts, then divide."))
    return _(
        "Eight of ten agree, and yet kappa is low: most of it was habit. So measure kappa too."
    )


@exercise("2.10")
def _own_prompts(names: Names) -> str:
    what = _("your prompt, with all labels in it")
    written = [names.text(name, what, words=4) for name in _VERSIONS]
    labels = _known_labels(names)
    for name, text in zip(_VERSIONS, written, strict=True):
        silent = [label for label in labels if label not in text.casefold()]
        if silent:
            raise NotYet(
                _(
                    "`{name}` does not name {labels}. "
                    "The model cannot choose what it has never heard of.",
                    name=name,
                    labels=listed(silent),
                )
            )
    first, second, third = written
    if len(second.split()) < len(first.split()) + 4:
        raise NotYet(_("`prompt_v2` says hardly more than version 1. Say what each label means."))
    if len(third.split()) < len(second.split()) + 8:
        raise NotYet(_("`prompt_v3` needs more than version 2: two examples at least, and a rule."))
    for row in _rows_if_any(names):
        text = _plain(row["text"])
        if len(text.split()) > 2 and text in _plain(third):
            raise NotYet(
                _(
                    "“{text}” is one of your own cases, and stands in `prompt_v3`. One does not "
                    "grade oneself on the questions one has practised with: invent another.",
                    text=row["text"][:60],
                )
            )
    return _("Three versions, each with more in it. Run the next cell: which one is best?")


def _known_labels(names: Names) -> list[str]:
    try:
        return [tidy(label) for label in _strings(names, "labels", _("your labels"))]
    except NotYet:
        return []


def _rows_if_any(names: Names) -> list[dict[str, str]]:
    try:
        return labelled_rows(names)
    except NotYet:
        return []


@exercise("2.11")
def _saved(names: Names) -> str:
    folder = team_folder()
    path = folder / "prompts.json"
    if not path.is_file():
        raise NotYet(_("prompts.json is not saved yet. Fill `labels`, and run this cell again."))
    try:
        saved = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError:
        saved = None
    if not isinstance(saved, dict):
        raise NotYet(_("prompts.json cannot be read any more. Run the cell that saves it again."))
    for name in _VERSIONS:
        if saved.get(name.removeprefix("prompt_")) != names.get(name):
            raise NotYet(
                _(
                    "The saved `{name}` is not the one of this notebook. Run this cell again if "
                    "yours is the newer one.",
                    name=name,
                )
            )
    if not (folder / "eval_dev.csv").is_file():
        raise NotYet(_("eval_dev.csv is not saved yet. Load your cases, and run this cell again."))
    if folder.name == "team":
        return _(
            "prompts.json and eval_dev.csv are in your team's folder. Session 3 starts from them."
        )
    return _(
        "prompts.json and eval_dev.csv are in the folder of this notebook. "
        "Session 3 starts from them."
    )


def _strings(names: Names, name: str, what: str) -> list[str]:
    """The strings of the list `name`; at least one."""
    value = names.get(name)
    if isinstance(value, str):
        raise NotYet(
            _(
                "`{name}` is one string. Put square brackets around it, and quotes around each "
                'part: {name} = ["one", "two"].',
                name=name,
            )
        )
    if not isinstance(value, list | tuple):
        raise NotYet(
            _("`{name}` should be a list: {what}, in square brackets.", name=name, what=what)
        )
    if not value:
        raise NotYet(
            _(
                "`{name}` is still empty. Between the brackets, write {what}, in quotes.",
                name=name,
                what=what,
            )
        )
    if not all(isinstance(item, str) and item.strip() for item in value):
        raise NotYet(
            _("Everything in `{name}` stands between quotes, and none of it is empty.", name=name)
        )
    return list(value)


def _measured(names: Names, answers: str) -> tuple[list[str], list[str]]:
    queues, said = names.get("queues"), names.get(answers)
    lists = isinstance(queues, list) and isinstance(said, list)
    if not lists or not said or len(queues) != len(said):
        raise NotYet(
            _(
                "`{answers}` does not hold one answer for each mail. Run the cell with its loop "
                "once more, from its first line.",
                answers=answers,
            )
        )
    return [tidy(queue) for queue in queues], [tidy(answer) for answer in said]


def _macro(truth: list[str], said: list[str]) -> float:
    return fmean(row[3] for row in f1_by_label(truth, said).values())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
