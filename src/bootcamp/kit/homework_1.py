"""Friendly advice on homework 1 while it is being written. The marks are given elsewhere."""

from collections.abc import Mapping

from bootcamp.kit.checking import exercise
from bootcamp.kit.namespace import Names, NotYet

__all__: list[str] = []

_WANTED_TIMES = 20
_LONGEST_CASE_SECONDS = 8 * 3600
_FIELDS = {
    "use_case": ("use_case", "its name"),
    "input": ("case_input", "what comes in"),
    "output": ("case_output", "what goes out"),
    "reviewer": ("reviewer", "who looks at the result"),
    "data": ("data_source", "where past cases are kept"),
    "worst_mistake": ("worst_mistake", "what a wrong answer would cost"),
}


@exercise("hw1-charter")
def _charter(names: Names) -> str:
    charter = names.get("charter")
    if not isinstance(charter, Mapping):
        raise NotYet(
            "`charter` is no longer a charter. Run the cell that begins with charter = again."
        )
    fields = Names(charter)
    for key, (variable, what) in _FIELDS.items():
        try:
            fields.text(key, what)
        except NotYet:
            raise NotYet(
                f"The charter has nothing for “{key}”. Fill `{variable}` with {what}, "
                "run its cell, then the charter's cell, then this one."
            ) from None
    return (
        "The charter has all its parts. Your facilitator reads whether a stranger would "
        "understand it."
    )


@exercise("hw1-volume")
def _volume(names: Names) -> str:
    times = names.number("times_a_month", "how often the case comes in a month", 1, 1_000_000)
    names.text("volume_source", "where this number comes from", words=2)
    return f"{times:,.0f} cases a month, with a source."


@exercise("hw1-timing")
def _timing(names: Names) -> str:
    seconds = _seconds(names)
    if len(seconds) < _WANTED_TIMES:
        raise NotYet(
            f"{len(seconds)} times so far, {_WANTED_TIMES} wanted. Add more as you work, "
            "run this cell again, and save."
        )
    if len(set(seconds)) < 4:
        raise NotYet("Your times are nearly all alike. Put in what the watch showed for each case.")
    return f"{len(seconds)} timed cases, {min(seconds):g} to {max(seconds):g} seconds each."


@exercise("hw1-median")
def _median(names: Names) -> str:
    _seconds(names)
    minutes = names.number("median_minutes", "the median in minutes", 1 / 60, 480)
    return f"A median of {minutes:.2f} minutes. Does that feel right for one case? Then go on."


@exercise("hw1-hours")
def _hours(names: Names) -> str:
    hours = names.number("hours_a_year", "hours a year", 0.01, 10_000_000)
    return f"{hours:,.0f} hours a year. A full-time colleague works about 1,600: is it plausible?"


def _seconds(names: Names) -> list[float]:
    seconds = names.numbers("seconds", "the seconds of one case", 1, _LONGEST_CASE_SECONDS)
    if not seconds:
        raise NotYet("The timing log is empty. Fill day_1 with the seconds of your first cases.")
    return seconds
