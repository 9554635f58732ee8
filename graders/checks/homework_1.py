"""The machine part of homework 1: ten points, each given in bands.

The checks ask the learner's process for plain values and judge them here. They trust neither a
value's type nor its size, and recompute what can be recomputed.
"""

from statistics import fmean, median
from typing import Any

from bootcamp.grading.checks import Learner, ProbeFailed, Verdict, check, number_of, texts
from bootcamp.language import N_

_ = texts(__file__)
_n = _.count

_LONGEST_CASE_SECONDS = 8 * 3600
_MOST_TIMES = 5_000
_FIELDS = {
    "use_case": N_("the name of the case"),
    "input": N_("what comes in"),
    "output": N_("what goes out"),
    "reviewer": N_("who reviews"),
    "data": N_("where past cases are kept"),
    "worst_mistake": N_("what a wrong answer would cost"),
}
_NOT_A_PERSON = {
    *("ai", "the ai", "model", "the model", "nobody", "no one", "none"),
    *("ia", "l'ia", "l’ia", "modèle", "le modèle", "personne", "aucun"),
}


@check("hw1-charter", points=3)
def charter(learner: Learner) -> Verdict:
    """All six parts: 3 points. Four or five: 2. Two or three: 1."""
    value = learner.value("charter")
    if not isinstance(value, dict):
        return Verdict(
            points=0,
            message=_(
                "There is no charter to read: run the cell that begins with charter = and hand in "
                "again."
            ),
        )
    missing = [_(what) for key, what in _FIELDS.items() if not _says_something(key, value.get(key))]
    if not missing and _same_text(value["input"], value["output"]):
        missing = [_("an output that differs from the input")]
    present = len(_FIELDS) - len(missing)
    points = 3 if not missing else 2 if present >= 4 else 1 if present >= 2 else 0
    if not missing:
        return Verdict(points=points, message=_("The charter has all its parts."))
    return Verdict(
        points=points,
        message=_(
            "The charter still lacks {parts}: complete it in a few words each.",
            parts=_listed(missing),
        ),
    )


@check("hw1-volume", points=2)
def volume(learner: Learner) -> Verdict:
    """One point for a usable number, one for saying where it comes from."""
    times = number_of(learner.value("times_a_month"))
    if times is None or not 1 <= times <= 1_000_000:
        return Verdict(
            points=0,
            message=_(
                "times_a_month is not a usable number: type how many cases come in a month, in "
                "digits only, such as 1500."
            ),
        )
    try:
        source = learner.value("volume_source")
    except ProbeFailed:  # the number stands, with or without its source
        source = None
    if not isinstance(source, str) or len(source.split()) < 2:
        return Verdict(
            points=1,
            message=_(
                "The volume is there; say in volume_source where you found it, so that others "
                "believe it."
            ),
        )
    return Verdict(points=2, message=_("The volume is there, with its source."))


@check("hw1-timing", points=3)
def timing(learner: Learner) -> Verdict:
    """Twenty times: 3 points. Ten: 2. Five: 1. One band less for a log that never varies."""
    log = learner.value("seconds")
    usable = _usable_times(log)
    if not usable:
        return Verdict(
            points=0,
            message=_("The timing log is empty: time your cases and fill day_1 to day_4."),
        )
    points = 3 if len(usable) >= 20 else 2 if len(usable) >= 10 else 1 if len(usable) >= 5 else 0
    wrong = len(log) - len(usable)
    if len(usable) >= 5 and len(set(usable)) < 4:
        return Verdict(
            points=points - 1,
            message=_(
                "The times are nearly all the same: put in what the watch showed for each case, as "
                "it was."
            ),
        )
    if points == 3:
        said = _("{count} timed cases, a solid start.", count=len(usable))
        if wrong:
            unread = _n("{n} entry could not be used.", "{n} entries could not be used.", wrong)
            said = f"{said} {unread}"
        return Verdict(points=3, message=said)
    return Verdict(points=points, message=_about_few_times(len(usable), wrong))


def _about_few_times(usable: int, wrong: int) -> str:
    if not wrong:
        return _n(
            "{n} timed case: go on until you have twenty.",
            "{n} timed cases: go on until you have twenty.",
            usable,
        )
    return _n(
        "{usable} timed cases, {n} other is no number of seconds up to eight hours: go on until "
        "you have twenty.",
        "{usable} timed cases, {n} others are no number of seconds up to eight hours: go on until "
        "you have twenty.",
        wrong,
        usable=usable,
    )


@check("hw1-median", points=1)
def median_minutes(learner: Learner) -> Verdict:
    """The median of the learner's own log, in minutes, recomputed here."""
    times = _usable_times(learner.value("seconds"))
    value = number_of(learner.value("median_minutes"))
    if not times:
        return Verdict(points=0, message=_("Fill the timing log first: the median comes from it."))
    if value is None:
        return Verdict(
            points=0,
            message=_("median_minutes is not a number: take the median of seconds, divided by 60."),
        )
    right = median(times) / 60
    if _close(value, right):
        return Verdict(
            points=1, message=_("The median of {right:.2f} minutes is right.", right=right)
        )
    return Verdict(points=0, message=_about_median(value, times))


def _about_median(value: float, times: list[float]) -> str:
    if value == 0:
        return _("median_minutes is still 0: take the median of seconds, divided by 60.")
    if _close(value, median(times)):
        return _("median_minutes is in seconds: divide by 60 to have minutes.")
    if _close(value, fmean(times) / 60):
        return _("median_minutes is the average: use the median, which one slow case cannot move.")
    return _("median_minutes does not fit your timing log: run the cells from the top, then save.")


@check("hw1-hours", points=1)
def hours_a_year(learner: Learner) -> Verdict:
    """Volume, twelve months and the median put together, recomputed here."""
    times = _usable_times(learner.value("seconds"))
    volume_a_month = number_of(learner.value("times_a_month"))
    value = number_of(learner.value("hours_a_year"))
    if not times or not volume_a_month or volume_a_month <= 0:
        return Verdict(
            points=0, message=_("Volume and timing log come first: the hours need both.")
        )
    if value is None:
        return Verdict(points=0, message=_("hours_a_year is not a number: compute it in one line."))
    right = volume_a_month * 12 * median(times) / 3600
    if _close(value, right):
        return Verdict(points=1, message=_("{right:,.0f} hours a year is right.", right=right))
    return Verdict(points=0, message=_about_hours(value, right, times))


def _about_hours(value: float, right: float, times: list[float]) -> str:
    if value == 0:
        return _("hours_a_year is still 0: multiply the cases of a year by the minutes, then / 60.")
    if _close(value, right / 12):
        return _("hours_a_year is for one month: multiply by 12.")
    if _close(value, right * 60):
        return _("hours_a_year is in minutes: divide by 60.")
    if _close(value, right * 60 / 12):
        return _("hours_a_year is in minutes a month: multiply by 12 and divide by 60.")
    if _close(value, right / median(times) * fmean(times)):
        return _("hours_a_year was computed with the average: use median_minutes.")
    return _(
        "hours_a_year does not fit your volume and your log: it is times_a_month, times 12, "
        "times median_minutes, divided by 60."
    )


def _says_something(key: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    text = value.strip(" .…-\"'“”«»").lower()
    if key == "reviewer":
        return len(text) > 1 and text not in _NOT_A_PERSON
    return len(text.split()) >= 2


def _same_text(one: str, other: str) -> bool:
    return one.split() == other.split() or one.strip().lower() == other.strip().lower()


def _usable_times(log: Any) -> list[float]:
    """Times in seconds between one second and eight hours, from the first few thousand entries."""
    if not isinstance(log, list):
        return []
    numbers = (number_of(item) for item in log[:_MOST_TIMES])
    return [n for n in numbers if n is not None and 1 <= n <= _LONGEST_CASE_SECONDS]


def _close(value: float, right: float) -> bool:
    """Equal up to rounding: one part in a hundred, or a hundredth of the unit."""
    return abs(value - right) <= max(0.01, abs(right) * 0.01)


def _listed(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("{words} and {last}", words=", ".join(words[:-1]), last=words[-1])
