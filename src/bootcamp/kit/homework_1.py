"""Friendly advice on homework 1 while it is being written. The marks are given elsewhere."""

from collections.abc import Mapping

from bootcamp.kit.checking import exercise
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.texts import texts
from bootcamp.language import N_

__all__: list[str] = []

_ = texts("session-1")
_n = _.count

_WANTED_TIMES = 20
_LONGEST_CASE_SECONDS = 8 * 3600
_FIELDS = {
    "use_case": ("use_case", N_("its name")),
    "input": ("case_input", N_("what comes in")),
    "output": ("case_output", N_("what goes out")),
    "reviewer": ("reviewer", N_("who looks at the result")),
    "data": ("data_source", N_("where past cases are kept")),
    "worst_mistake": ("worst_mistake", N_("what a wrong answer would cost")),
}


@exercise("hw1-charter")
def _charter(names: Names) -> str:
    charter = names.get("charter")
    if not isinstance(charter, Mapping):
        raise NotYet(
            _("`charter` is no longer a charter. Run the cell that begins with charter = again.")
        )
    fields = Names(charter)
    for key, (variable, what) in _FIELDS.items():
        try:
            fields.text(key, _(what))
        except NotYet:
            raise NotYet(
                _(
                    "The charter has nothing for “{key}”. Fill `{variable}` with {what}, "
                    "run its cell, then the charter's cell, then this one.",
                    key=key,
                    variable=variable,
                    what=_(what),
                )
            ) from None
    return _(
        "The charter has all its parts. Your facilitator reads whether a stranger would "
        "understand it."
    )


@exercise("hw1-volume")
def _volume(names: Names) -> str:
    times = names.number("times_a_month", _("how often the case comes in a month"), 1, 1_000_000)
    names.text("volume_source", _("where this number comes from"), words=2)
    return _("{times:,.0f} cases a month, with a source.", times=times)


@exercise("hw1-timing")
def _timing(names: Names) -> str:
    seconds = _seconds(names)
    if len(seconds) < _WANTED_TIMES:
        raise NotYet(
            _n(
                "{n} time so far, {wanted} wanted. Add more as you work, run this cell again, and "
                "save.",
                "{n} times so far, {wanted} wanted. Add more as you work, run this cell again, and "
                "save.",
                len(seconds),
                wanted=_WANTED_TIMES,
            )
        )
    if len(set(seconds)) < 4:
        raise NotYet(
            _("Your times are nearly all alike. Put in what the watch showed for each case.")
        )
    return _(
        "{count} timed cases, {fastest:g} to {slowest:g} seconds each.",
        count=len(seconds),
        fastest=min(seconds),
        slowest=max(seconds),
    )


@exercise("hw1-median")
def _median(names: Names) -> str:
    _seconds(names)
    minutes = names.number("median_minutes", _("the median in minutes"), 1 / 60, 480)
    return _(
        "A median of {minutes:.2f} minutes. Does that feel right for one case? Then go on.",
        minutes=minutes,
    )


@exercise("hw1-hours")
def _hours(names: Names) -> str:
    hours = names.number("hours_a_year", _("hours a year"), 0.01, 10_000_000)
    return _(
        "{hours:,.0f} hours a year. A full-time colleague works about 1,600: is it plausible?",
        hours=hours,
    )


def _seconds(names: Names) -> list[float]:
    seconds = names.numbers("seconds", _("the seconds of one case"), 1, _LONGEST_CASE_SECONDS)
    if not seconds:
        raise NotYet(_("The timing log is empty. Fill day_1 with the seconds of your first cases."))
    return seconds
