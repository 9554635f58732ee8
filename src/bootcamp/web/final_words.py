"""A final run's headline in the language of whoever reads it; its files say it in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bootcamp.goals import USUAL, Headline
from bootcamp.language import ENGLISH, N_, language
from bootcamp.spoken import number, texts

__all__ = ["goal_in_words", "headline", "title_in_words"]

_ = texts("pages")

_TITLES = (
    N_("of the clauses found"),
    N_("quality of the queues (macro-F1)"),
    N_("of the claims that break a rule, with the right rule"),
    N_("of the questions that the handbook answers, with the right article"),
    N_("of the fields read right"),
    N_("quality of the actions (F1)"),
    N_("quality (macro-F1)"),
)
"""Every headline of `bootcamp.goals`."""


def headline(measure: Mapping[str, Any]) -> dict[str, str]:
    """Give a measure's `text`, `interval`, `against_goal` and `in_words`, as far as it has them."""
    title, text = measure.get("title", ""), measure.get("text", "")
    said = {name: measure.get(name, "") for name in ("text", "interval", "against_goal")}
    said["in_words"] = measure.get("in_words") or f"{title}: {text}"
    estimate, unit = measure.get("estimate"), measure.get("unit")
    if language() == ENGLISH or title not in _TITLES or not estimate:
        return said
    low, high = _say(estimate["low"], unit), _say(estimate["high"], unit)
    text = _say(estimate["value"], unit)
    counts = title.startswith("of ")
    return {
        "text": text,
        "interval": _("{low} to {high}", low=low, high=high),
        "against_goal": _against_goal(measure),
        "in_words": f"{text} {_(title)}"
        if counts
        else _("{title}: {text}", title=_(title), text=text),
    }


def _against_goal(measure: Mapping[str, Any]) -> str:
    if measure.get("goal") is None:
        return ""
    goal = _say(measure["goal"], measure.get("unit"))
    fewer = measure.get("fewer_is_better")
    usual = measure.get("goal_source", USUAL) == USUAL
    return _(
        "{source}: {wanted}, {judged}",
        source=_("the usual goal of this case") if usual else _("the goal that you agreed on"),
        wanted=_wanted(goal, fewer=bool(fewer)),
        judged={
            "reached": _("reached"),
            "open": _("not shown yet: the interval reaches across it"),
            "missed": _("not reached"),
        }.get(str(measure.get("verdict")), ""),
    )


def title_in_words(title: str) -> str:
    """Give what a headline of `bootcamp.goals` counts."""
    return _(title) if title in _TITLES else title


def goal_in_words(measure: Headline, goal: float) -> str:
    """Give `at least 85 %`."""
    return _wanted(_say(goal, measure.unit), fewer=measure.fewer_is_better)


def _wanted(goal: str, *, fewer: bool) -> str:
    return _("at most {goal}", goal=goal) if fewer else _("at least {goal}", goal=goal)


def _say(value: float, unit: str | None) -> str:
    if unit == "%":
        return _("{percent} %", percent=number(100 * value, "0"))
    return number(value, "0.00")
