"""The checks of lab 5, “Prove”. They hold no answers: they read, count and recompute."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from statistics import fmean, median
from typing import Any

from bootcamp.kit.checking import check_quiz, exercise, listed
from bootcamp.kit.labelling import tidy
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.parameterised import parameters_of
from bootcamp.kit.picking_up import CATCH_UP, decoded, team_folder
from bootcamp.kit.scoring import wilson
from bootcamp.kit.session_1 import QUEUES
from bootcamp.kit.texts import texts

__all__ = ["about_errors", "records", "verdict_for"]

_ = texts("session-5")
_n = _.count

# Digests, so that reading this file does not spoil the quiz.
_QUIZ = ("20918532", "e070f164", "747c01c7")
_WANTED_CASES = 20
_VERDICTS = ("yes", "no", "open")
_MARKS = ("<mail>", "</mail>")
_RISK_HEADINGS = (
    "What it does",
    "What it never does",
    "What a wrong answer costs",
    "Who sees a wrong answer, and when",
    "Data that goes in, and where it goes",
    "Who may switch it off, and how",
)
_RUNBOOK_HEADINGS = (
    "When to run it, and who does",
    "Where the cases come from",
    "How to run it, step by step",
    "How to see that it went well",
    "What to do with the review queue",
    "If it stops or looks odd, and whom to call",
)


@exercise("5.1")
def _quiz(names: Names) -> str:
    check_quiz(names, "5.1", _QUIZ, _(": your notebook of session 4 is still there."))
    return _("All three are right. You remember session 4 well.")


@exercise("5.2")
def _parameters(names: Names) -> str:
    values = parameters_of(Path("solution.ipynb"))
    if not Path(values["input_folder"]).expanduser().is_dir():
        raise NotYet(
            _(
                "There is no folder “{folder}” beside solution.ipynb. Compare it letter by letter "
                "with the table there, and save.",
                folder=values["input_folder"][:60],
            )
        )
    return _("The notebook names no folder of its own but at the top. Now let papermill run it.")


@exercise("5.3")
def _parrot(names: Names) -> str:
    value = names.get("share_new")
    if value is None:
        raise NotYet(
            _(
                "`share_new` is still None. Copy the last line of the cell above, and write `new` "
                "in place of `practised`, twice."
            )
        )
    if hasattr(value, "to_list"):
        raise NotYet(
            _(
                "`share_new` is a whole column of hits and misses. Put brackets around the "
                "comparison, and .mean() behind them."
            )
        )
    share = names.number("share_new", _("a share of hits"), 0, 1)
    known = names.get("parrot")
    rows = records(names, "new", "id", "queue")
    if not (isinstance(known, Mapping) and known and rows):
        raise NotYet(_("Run the cell that begins with labels = once more, then this one."))
    right = fmean(known.get(row.get("id")) == row.get("queue") for row in rows)
    if abs(share - right) > 0.001:
        if share == 1:
            raise NotYet(
                _(
                    "`share_new` is 1: that is the parrot on the mails that it has learned. Write "
                    "`new` in place of `practised`, at both places."
                )
            )
        raise NotYet(
            _(
                "`share_new` is {share:g}, and the parrot has {right:g}. Do not guess here: let "
                "the line count.",
                share=share,
                right=right,
            )
        )
    return _("Everything by heart, and nothing understood. Practised cases cannot tell you that.")


@exercise("5.4")
def _threshold(names: Names) -> str:
    value = names.number("threshold", _("a share such as 0.7 for seven of ten"), 0.3, 1)
    if value == 1:
        raise NotYet(
            _(
                "`threshold` is 1, so a single mistake would be too many. The front desk makes "
                "nine in a hundred: choose what is good enough."
            )
        )
    names.text("if_missed", _("what you will do if the number is missed"), words=6)
    return _(
        "Agreed before the test: {value:g}. Say it aloud, so that nobody can move it later.",
        value=value,
    )


@exercise("5.5")
def _verdict(names: Names) -> str:
    right, of = _counts(names, "week_right", "week_all")
    low = names.number("low", _("the low end of the range"), -1, 100)
    high = names.number("high", _("the high end of the range"), -1, 100)
    expected = wilson(right, of)
    if not _close((low, high), expected):
        raise NotYet(_about_range(names, (low, high), expected))
    threshold = names.number("threshold", _("the share you agreed on"), 0, 1)
    said = tidy(names.text("verdict", _("yes, no or open")))
    if said not in _VERDICTS:
        raise NotYet(
            _(
                "`verdict` is “{said}”. Write one of three words: yes, no or open.",
                said=said[:40],
            )
        )
    wanted = verdict_for((low, high), threshold)
    if said != wanted:
        raise NotYet(_about_verdict(said, wanted, (low, high), threshold))
    shown = {"right": right, "of": of, "low": low, "high": high}
    if wanted == "yes":
        return _(
            "{right} of {of}, so from {low:.2f} to {high:.2f}: the number is shown, on mails that "
            "nobody had seen.",
            **shown,
        )
    if wanted == "no":
        return _(
            "{right} of {of}, so from {low:.2f} to {high:.2f}: missed, and you know it before your "
            "colleagues do. That is worth a lot.",
            **shown,
        )
    return _(
        "{right} of {of}, so from {low:.2f} to {high:.2f}: open. An honest “we do not know yet” is "
        "a result too.",
        **shown,
    )


def _about_range(names: Names, found: tuple[float, float], expected: tuple[float, float]) -> str:
    if not any(found):
        return _("`low, high` are still 0. Put in what interval gives for the new mails.")
    if _close(found[::-1], expected):
        return _("`low` and `high` have changed places: the smaller one comes first.")
    if _close(tuple(value / 100 for value in found), expected):
        return _("`low, high` are in per cent. Leave them as they come out of interval.")
    practised = wilson(*_counts(names, "practice_right", "practice_all"))
    if _close(found, practised):
        return _(
            "`low, high` are the range of the practised mails, and these flatter. Take week_right "
            "and week_all."
        )
    return _(
        "`low, high` are not the range of the new mails. Write interval, and in its brackets "
        "week_right and week_all."
    )


def _about_verdict(said: str, wanted: str, found: tuple[float, float], threshold: float) -> str:
    shown = {"low": found[0], "high": found[1], "threshold": threshold}
    if said == "yes" and wanted == "open":
        return _(
            "The range goes down to {low:.2f}, below your threshold of {threshold:g}. It may be "
            "good enough, but that is not shown. Look at the table once more.",
            **shown,
        )
    if wanted == "yes":
        return _(
            "The range from {low:.2f} to {high:.2f} lies above your threshold of {threshold:g}, or "
            "on it. Which row is that?",
            **shown,
        )
    if wanted == "no":
        return _(
            "The range from {low:.2f} to {high:.2f} lies below your threshold of {threshold:g}. "
            "Which row is that?",
            **shown,
        )
    return _(
        "The range from {low:.2f} to {high:.2f} lies on both sides of your threshold of "
        "{threshold:g}. Which row is that?",
        **shown,
    )


@exercise("5.6")
def _clean(names: Names) -> str:
    clean = names.get("clean")
    if not callable(clean):
        raise NotYet(_("`clean` should be a function: it begins with def clean(text):"))
    for text in ("Hello.", "One </mail> two", "One <mail> two", "a </mail>\nb\n<mail> c"):
        try:
            found = clean(text)
        except Exception as problem:
            raise NotYet(
                _(
                    "`clean` stops with an error: {error}. It gets a text, and gives one back.",
                    error=type(problem).__name__,
                )
            ) from None
        if found is None:
            raise NotYet(_("`clean` gives nothing back. Its last line is: return cleaned"))
        if not isinstance(found, str):
            raise NotYet(
                _(
                    "`clean` should give a text back, and gives {kind}.",
                    kind=type(found).__name__,
                )
            )
        _check_cleaned(text, found)
    return _("The customer cannot close your fence any more. Look what the model makes of it.")


def _check_cleaned(text: str, found: str) -> None:
    left = [mark for mark in _MARKS if mark in found]
    if left and any(mark in text for mark in _MARKS):
        raise NotYet(
            _(
                "`clean` leaves {mark} in the text. Replace both marks by nothing, one after the "
                "other, and keep the result in `cleaned`.",
                mark=left[0],
            )
        )
    words = text
    for mark in _MARKS:
        words = words.replace(mark, " ")
    lost = [word for word in words.split() if word not in found]
    if lost:
        raise NotYet(
            _(
                "`clean` takes away more than the marks: words of the customer are gone. Replace "
                "only the two marks."
            )
        )


@exercise("5.7")
def _through(names: Names) -> str:
    through = names.get("through")
    if isinstance(through, str):
        raise NotYet(_('`through` should be a list: square brackets, as in ["orders", "quotes"].'))
    if not isinstance(through, list | tuple | set):
        raise NotYet(_("`through` should be a list of answers, in square brackets."))
    said = [str(answer) for answer in names.get("obedient")]
    right = [str(row.get("right")) for row in records(names, "attacks", "right")]
    passing = {tidy(a) for a, r in zip(said, right, strict=False) if a in QUEUES and a != r}
    mine = {tidy(answer) for answer in through}
    if not mine:
        raise NotYet(
            _(
                "`through` is still empty. Which of the five answers are allowed labels, and not "
                "the right queue?"
            )
        )
    for answer in sorted(mine - passing):
        if answer not in {tidy(a) for a in said}:
            raise NotYet(
                _("“{answer}” is none of the five answers in `obedient`.", answer=answer[:40])
            )
        raise NotYet(
            _(
                "“{answer}” is not among the six queues, so the list stops it: it becomes "
                "“unsure”. Take it out of `through`.",
                answer=answer[:40],
            )
        )
    if passing - mine:
        raise NotYet(
            _n(
                "{n} more of the five gets through. Ask of each: is it one of the six queues? Then "
                "the list lets it pass.",
                "{n} more of the five get through. Ask of each: is it one of the six queues? Then "
                "the list lets it pass.",
                len(passing - mine),
            )
        )
    return _(
        "The list stops two of five. That is why a person confirms, and the tool only proposes."
    )


@exercise("5.8")
def _own_run(names: Names) -> str:
    final = team_folder() / "final"
    for name in ("solution.ipynb", "solution.py", "batch.py"):
        if not (final / name).is_file():
            raise NotYet(
                _(
                    "{name} is not in the folder final yet. Run the two cells above again.",
                    name=name,
                )
            )
    names.number("own_threshold", _("the share of right answers that you ask for"), 0.3, 1)
    rows = records(names, "own")
    failed = [row for row in rows if row.get("status") == "error"]
    if rows and len(failed) == len(rows):
        raise NotYet(
            _(
                "All your cases ended with an error. Open review_queue.csv in the folder "
                "test_output: the reason stands there."
            )
        )
    if not rows or not {"id", "label", "status"} <= set(rows[0]):
        raise NotYet(
            _(
                "The table of your run has no rows, or not the columns id, label and status. Does "
                "your solve give a dict with a label?"
            )
        )
    borrowed = [str(row["id"]).startswith(CATCH_UP) for row in rows]
    if any(borrowed) and not all(borrowed):
        raise NotYet(
            _(
                "Cases of the catch-up piece lie among yours. Delete them and labels.csv from the "
                "folder test, and run the cells of step 1 again."
            )
        )
    if all(borrowed):
        return _(
            "It runs, with the cases of the catch-up piece. Homework 5 needs cases of your own."
        )
    if len(rows) < _WANTED_CASES:
        raise NotYet(
            _n(
                "It runs, on {n} case; {wanted} are wanted. Add more when you can. Go on "
                "meanwhile: everything works with fewer.",
                "It runs, on {n} cases; {wanted} are wanted. Add more when you can. Go on "
                "meanwhile: everything works with fewer.",
                len(rows),
                wanted=_WANTED_CASES,
            )
        )
    return _(
        "Your notebook ran by itself on {count} cases, {failed} with an error.",
        count=len(rows),
        failed=len(failed),
    )


@exercise("5.9")
def _quality(names: Names) -> str:
    if names.get("errors") is None:
        raise NotYet(
            _(
                "`errors` is still None. Compare the columns label and truth of `handled` with !=, "
                "and count with .sum()."
            )
        )
    errors = names.number("errors", _("how many handled cases are wrong"), 0, 1_000_000)
    columns = "label", "truth"
    handled, both = records(names, "handled", *columns), records(names, "both", *columns)
    right = sum(row["label"] != row["truth"] for row in handled)
    if errors != right:
        raise NotYet(about_errors(errors, right, handled, both, "handled"))
    saved = _saved_json(team_folder() / "final" / "quality.json")
    if (saved.get("handled"), saved.get("errors")) != (len(handled), right):
        raise NotYet(_("quality.json has other numbers. Run this cell again: it saves them."))
    low = wilson(len(handled) - right, len(handled))[0] if handled else 0.0
    return _(
        "{handled} handled, {wrong} wrong. At the low end, {low:.2f} of them are right.",
        handled=len(handled),
        wrong=right,
        low=low,
    )


def about_errors(
    errors: float,
    wrong: int,
    handled: Sequence[Any],
    both: Sequence[Mapping[str, Any]],
    name: str,
) -> str:
    """What may have happened where `errors` is not the count of `wrong` rows of `name`."""
    if errors == len(handled) - wrong:
        return _(
            "`errors` counts the right ones. The wrong ones are those that are not the same: !="
        )
    if errors == sum(row["label"] != row["truth"] for row in both):
        return _(
            "`errors` counts the cases that went to a person too. These are no errors: count in "
            "`{name}`, not in `both`.",
            name=name,
        )
    if handled and abs(errors - wrong / len(handled)) < 0.001:
        return _("`errors` is a share. We need the count: .sum(), not .mean().")
    return _n(
        "`errors` is {errors:g}, and {n} handled case differs. Let the line count them.",
        "`errors` is {errors:g}, and {n} handled cases differ. Let the line count them.",
        wrong,
        errors=errors,
    )


@exercise("5.10")
def _saved_minutes(names: Names) -> str:
    minutes: dict[str, list[float]] = {"baseline": [], "review": []}
    for row in records(names, "timing", "step", "minutes"):
        step, value = tidy(row.get("step")), _minutes(row.get("minutes"))
        if step not in minutes:
            raise NotYet(
                _(
                    "A row has the step “{step}”. Write baseline or review there.",
                    step=step[:30],
                )
            )
        if value is None:
            raise NotYet(
                _(
                    "“{value}” is no number of minutes. Write 1:30 as 1.5, and load again.",
                    value=str(row.get("minutes"))[:20],
                )
            )
        minutes[step].append(value)
    if not all(minutes.values()):
        empty = next(step for step, values in minutes.items() if not values)
        raise NotYet(
            _(
                "No row of the step {step} has minutes yet. Clock some, and load again.",
                step=empty,
            )
        )
    saved = names.number("saved", _("how many minutes a case the tool saves"), -480, 480)
    by_hand, with_tool = median(minutes["baseline"]), median(minutes["review"])
    if abs(saved - (by_hand - with_tool)) > 0.051:
        raise NotYet(_about_saved(saved, minutes))
    few = [
        _("{count} of {step}", count=len(values), step=step)
        for step, values in minutes.items()
        if len(values) < 20
    ]
    if few:
        raise NotYet(
            _(
                "The sum is right. You have {counts}; twenty of each are wanted.",
                counts=listed(few),
            )
        )
    if any(str(row.get("mail")).startswith(CATCH_UP) for row in records(names, "timing")):
        return _("Right, with the times of the catch-up piece. Clock your own before session 6.")
    if saved <= 0:
        return _("By the watch, the tool saves nothing yet. Good to know now: what takes so long?")
    return _(
        "{by_hand:.1f} minutes by hand, {with_tool:.1f} with the tool: {saved:.1f} saved a case.",
        by_hand=by_hand,
        with_tool=with_tool,
        saved=saved,
    )


def _minutes(value: Any) -> float | None:
    """Minutes as a number, or nothing where the form holds something else."""
    if isinstance(value, str) or not isinstance(value, Real):
        return None
    number = float(value)
    return number if 0 < number < 480 else None


def _about_saved(saved: float, minutes: Mapping[str, Sequence[float]]) -> str:
    by_hand, with_tool = median(minutes["baseline"]), median(minutes["review"])
    if saved == 0:
        return _("`saved` is still 0. Take the median of the review from that of the baseline.")
    if abs(saved + by_hand - with_tool) <= 0.051:
        return _("`saved` has the wrong sign: the baseline first, then minus the review.")
    if abs(saved - (fmean(minutes["baseline"]) - fmean(minutes["review"]))) <= 0.051:
        return _(
            "`saved` comes from the averages. Take the medians: one slow case moves an average."
        )
    if min(abs(saved - by_hand), abs(saved - with_tool)) <= 0.051:
        return _("`saved` is one of the two medians. Take the review's away from the baseline's.")
    return _("`saved` is not the baseline's median minus the review's. Run the cell above again.")


@exercise("5.11")
def _risk_card(names: Names) -> str:
    _card(names, "risk_card", _RISK_HEADINGS)
    return _("The risk card is saved. Show it to somebody from IT before session 6.")


@exercise("5.12")
def _runbook(names: Names) -> str:
    _card(names, "runbook", _RUNBOOK_HEADINGS)
    return _("The runbook is saved. The next pair will run your tool with it.")


def _card(names: Names, name: str, headings: Sequence[str]) -> None:
    """Six headings with a sentence behind each, saved in the folder `final`."""
    text = names.text(name, _("your answers behind the six headings"))
    answers = _answers(name, text, headings)
    for heading, answer in answers.items():
        if len(answer.split()) < 5:
            raise NotYet(
                _(
                    "Behind “{heading}:” there is too little. Write a sentence, in `{name}`.",
                    heading=heading,
                    name=name,
                )
            )
    repeated = [answer for answer, n in Counter(map(tidy, answers.values())).items() if n > 1]
    if repeated:
        raise NotYet(
            _(
                "Two headings of `{name}` have the same answer. Each asks something else.",
                name=name,
            )
        )
    path = team_folder() / "final" / f"{name}.md"
    if not path.is_file() or decoded(path.read_bytes()).split() != names.get(name).split():
        raise NotYet(
            _(
                "{name}.md in the folder final is not what you wrote. Run this cell again.",
                name=name,
            )
        )


def _answers(name: str, text: str, headings: Sequence[str]) -> dict[str, str]:
    places = {heading: text.find(f"{heading}:") for heading in headings}
    missing = [heading for heading, place in places.items() if place < 0]
    if missing:
        raise NotYet(
            _(
                "I do not find “{heading}:” in `{name}`. Leave the words before the colons as they "
                "were.",
                heading=missing[0],
                name=name,
            )
        )
    ends = sorted([*places.values(), len(text)])
    answers = {}
    for heading, place in places.items():
        end = next(e for e in ends if e > place)
        answers[heading] = text[place + len(heading) + 1 : end].strip(" -\n\t*")
    return answers


def records(names: Names, name: str, *columns: str) -> list[dict[str, Any]]:
    """The rows of the table in `name`, as dictionaries that have these columns.

    Raises:
        NotYet: it is no table, or a column is missing.
    """
    value = names.get(name)
    if not hasattr(value, "to_dict") or not hasattr(value, "columns"):
        raise NotYet(
            _("`{name}` should be a table. Run the cell that makes it once more.", name=name)
        )
    missing = [column for column in columns if column not in value.columns]
    if missing:
        raise NotYet(
            _(
                "The table `{name}` has no column “{column}”. Run the cell that makes it again.",
                name=name,
                column=missing[0],
            )
        )
    return list(value.to_dict("records"))


def verdict_for(found: tuple[float, float], threshold: float) -> str:
    """What a range says about a threshold."""
    low, high = found
    if low >= threshold:
        return "yes"
    return "no" if high < threshold else "open"


def _close(found: Sequence[float], expected: Sequence[float]) -> bool:
    """Equal up to rounding to two decimals."""
    return all(abs(a - b) <= 0.0061 for a, b in zip(found, expected, strict=True))


def _counts(names: Names, right: str, of: str) -> tuple[int, int]:
    total = names.number(of, _("how many mails there are"), 1, 1_000_000)
    return int(names.number(right, _("how many are right"), 0, total)), int(total)


def _saved_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(decoded(path.read_bytes()))
    except (OSError, ValueError):
        found = None
    return found if isinstance(found, dict) else {}
