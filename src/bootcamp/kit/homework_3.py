"""Friendly advice on homework 3 while it is being written. The marks are given elsewhere."""

from reprlib import repr as in_short

from bootcamp.kit.checking import exercise
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.session_3 import own_labels
from bootcamp.kit.texts import texts
from bootcamp.kit.trying import a_function, tried

__all__: list[str] = []

_ = texts("session-3")

_UNSURE = "unsure"
_DAYS = ["monday", "friday", "sunday"]
_LONGEST_REASON = 200


@exercise("hw3-read")
def _read(names: Names) -> str:
    for answer, label in (("friday", "friday"), (" Sunday.", "sunday"), ("MONDAY\n", "monday")):
        came = _read_as(names, answer)
        if came["label"] == _UNSURE:
            raise NotYet(
                _(
                    "{answer} means “{label}”, which is allowed, and became unsure.",
                    answer=repr(answer),
                    label=label,
                )
            )
        if came["label"] != label:
            raise NotYet(
                _(
                    "{answer} should become “{label}”, and became {came}.",
                    answer=repr(answer),
                    label=label,
                    came=in_short(came["label"]),
                )
            )
        if came["reason"] != "":
            raise NotYet(_('When the label is sure, `reason` is empty text: "".'))
    return _("It reads a label in capitals, with blanks, and with a full stop.")


@exercise("hw3-odd")
def _odd(names: Names) -> str:
    for answer in (
        "I cannot decide.",
        "",
        "Certainly not on a sunday",
        "saturday",
        "{" + "x" * 999,
    ):
        came = _read_as(names, answer)
        shown = answer[:30] or _("(an empty answer)")
        if came["label"] != _UNSURE:
            raise NotYet(
                _(
                    "“{answer}” is not one of the labels, letter for letter, and became {came}. It "
                    "should be unsure.",
                    answer=shown,
                    came=in_short(came["label"]),
                )
            )
        reason = came["reason"]
        if not isinstance(reason, str) or not reason.strip():
            raise NotYet(
                _(
                    "“{answer}” is unsure, and `reason` is empty. Say why, in a few words.",
                    answer=shown,
                )
            )
        if len(reason) > _LONGEST_REASON:
            raise NotYet(
                _(
                    "A long answer makes a `reason` of {length} signs. Cut it: [0:80].",
                    length=len(reason),
                )
            )
    return _("Odd answers become unsure, and the person who looks reads why.")


def _read_as(names: Names, answer: str) -> dict[str, object]:
    return _answer_of("read_answer", tried(a_function(names, "read_answer", 2), answer, _DAYS[:]))


def _answer_of(name: str, came: object) -> dict[str, object]:
    if not isinstance(came, dict) or not {"label", "reason"} <= set(came):
        raise NotYet(
            _("`{name}` should hand back a dict with the keys “label” and “reason”.", name=name)
        )
    return came


@exercise("hw3-solve")
def _solve(names: Names) -> str:
    solve, labels = a_function(names, "solve", 2), own_labels(names)
    replies = {f"case {place:02}": label for place, label in enumerate(labels)}
    for place, label in enumerate(labels):
        came = _answer_of("solve", tried(solve, f"This is case {place:02}.", replies))
        if came["label"] != label:
            raise NotYet(
                _(
                    "The fake model said “{label}”, and `solve` says {came}. Let `read_answer` "
                    "read the answer, with LABELS.",
                    label=label,
                    came=in_short(came["label"]),
                )
            )
    return _("Each case got its own answer, for {count} labels.", count=len(labels))


@exercise("hw3-timeout")
def _timeout(names: Names) -> str:
    own_labels(names)
    came = tried(a_function(names, "solve", 2), "A slow one.", {"slow": "TIMEOUT"})
    came = _answer_of("solve", came)
    if came["label"] != _UNSURE:
        raise NotYet(
            _(
                "No answer came, and the label is {came}. Make it unsure.",
                came=in_short(came["label"]),
            )
        )
    reason = came["reason"]
    if not isinstance(reason, str) or not reason.strip() or reason.rstrip().endswith("said:"):
        raise NotYet(_("No answer came in time. Say just that in `reason`, below the except."))
    return _("The model never answered, and nothing broke.")


@exercise("hw3-coverage")
def _coverage(names: Names) -> str:
    said = names.get("said")
    if not isinstance(said, list) or not said:
        raise NotYet(
            _("There are no answers yet: first_score.csv comes from lab 3, Lab B, step 3.")
        )
    share = names.number("coverage", _("the share that was handled"), 0, 1)
    if share == 0:
        raise NotYet(_("`coverage` is still 0. Divide the handled cases by all cases."))
    return _("It handles {share:.0%} of your cases.", share=share)


@exercise("hw3-range")
def _range(names: Names) -> str:
    low = names.number("low", _("the lower end of the range"), 0, 1)
    high = names.number("high", _("the upper end of the range"), 0, 1)
    if high == 0:
        raise NotYet(_("`low` and `high` are still 0. interval(…) gives both."))
    if low >= high:
        raise NotYet(_("`low` should be below `high`. Two names before one = take them in order."))
    return _(
        "From {low:.2f} to {high:.2f}. Whoever quotes your score should quote both.",
        low=low,
        high=high,
    )
