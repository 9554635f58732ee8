"""What the home page says about each session, and where its notebooks open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from bootcamp.content import session_folder, session_numbers
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["Lab", "SessionCard", "session_cards"]

_ = texts("pages")

_TITLES = {
    1: (N_("Choose"), N_("Pick one use case, cut it down to size, and write your first prompts.")),
    2: (
        N_("Prompt kit"),
        N_("Roles, examples and “don’t know”: prompts that your team can rely on."),
    ),
    3: (N_("Function"), N_("Turn the prompt into one dependable step with a clear answer.")),
    4: (N_("Batch"), N_("A folder in, a table out, and a queue for what needs a person.")),
    5: (N_("Prove"), N_("Test on cases it has never seen, and time the work with and without it.")),
    6: (N_("ROI"), N_("Hours saved a year, from your own measurements, shown to leadership.")),
}
_LAB_NAMES = {"solution": N_("Open solution"), "roi": N_("Open ROI")}


@dataclass(frozen=True)
class Lab:
    """A notebook that opens in JupyterLab."""

    label: str
    path: str
    """Under the person's home."""


@dataclass(frozen=True)
class SessionCard:
    """One of the six sessions."""

    number: int
    title: str
    summary: str
    day: date
    labs: tuple[Lab, ...]
    """Empty while the course has no materials for it."""
    when: str
    """`today`, `next`, `past` or `later`."""


def session_cards(
    days: Collection[date], today: date, *, team_files: Collection[str] = ()
) -> list[SessionCard]:
    """Give the six sessions in order.

    `team_files` names the notebooks of the team's `final` folder: those open rather than the
    untouched ones of session 6.
    """
    present = set(session_numbers())
    upcoming = [day for day in days if day > today]
    cards = []
    for number, day in enumerate(days, start=1):
        title, summary = _TITLES[number]
        when = "today" if day == today else "past" if day < today else "later"
        if today not in days and upcoming and day == upcoming[0]:
            when = "next"
        labs = _labs(number, team_files) if number in present else ()
        cards.append(SessionCard(number, _(title), _(summary), day, labs, when))
    return cards


def _labs(number: int, team_files: Collection[str]) -> tuple[Lab, ...]:
    folder = session_folder(number)
    if (folder / f"lab-{number}.ipynb").is_file():
        return (Lab(_("Open lab {n}", n=number), f"{folder.name}/lab-{number}.ipynb"),)
    return tuple(
        Lab(
            _(label),
            f"team/final/{name}.ipynb"
            if f"{name}.ipynb" in team_files
            else f"{folder.name}/{name}.ipynb",
        )
        for name, label in _LAB_NAMES.items()
        if (folder / f"{name}.ipynb").is_file() or f"{name}.ipynb" in team_files
    )
