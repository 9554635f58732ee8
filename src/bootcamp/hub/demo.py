"""The demo cohort: one facilitator and two teams of three, with finished final notebooks.

Alder & Finch is a fictional wholesaler; so are its people.
"""

from __future__ import annotations

import json
import os
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from bootcamp import language as spoken_language
from bootcamp.cohort import Cohort, Person, Team, candidates, example_dates, save_cohort
from bootcamp.content import content_root
from bootcamp.hub.accounts import Accounts
from bootcamp.language import ENGLISH, Language, Texts, speaking
from bootcamp.prose import translated
from bootcamp.settings import DataFolder
from bootcamp.spoken import texts
from bootcamp.store import open_store

__all__ = ["create_demo", "demo_cohort"]

_ = texts("door")
_PEOPLE: tuple[tuple[str, str, Literal["citizen", "facilitator"]], ...] = (
    ("Frances Field", "frances", "facilitator"),
    ("Amina Birch", "amina", "citizen"),
    ("Bruno Clay", "bruno", "citizen"),
    ("Chloé Dune", "chloe", "citizen"),
    ("Daniel Ember", "daniel", "citizen"),
    ("Elena Ford", "elena", "citizen"),
    ("Felix Grove", "felix", "citizen"),
)
_TEAMS = (
    ("teal", "Team Teal", ("amina", "bruno", "chloe")),
    ("amber", "Team Amber", ("daniel", "elena", "felix")),
)


def demo_cohort(today: date, language: Language = ENGLISH) -> Cohort:
    """Give the demo cohort, its first session on the Monday after `today`."""
    monday = today + timedelta(days=7 - today.weekday())
    with speaking(language):
        name, use_cases = _("Demo cohort"), tuple(candidates())
    return Cohort(
        name=name,
        company="Alder & Finch",
        language=language,
        sessions=example_dates(monday),
        use_cases=use_cases,
        people=tuple(
            Person(name=name, email=f"{login}@alderfinch.example", login=login, role=role)
            for name, login, role in _PEOPLE
        ),
        teams=tuple(
            Team(slug=slug, name=name, members=members, use_case="email-routing")
            for slug, name, members in _TEAMS
        ),
    )


def create_demo(data: DataFolder, language: Language = ENGLISH) -> Cohort:
    """Write the demo cohort and its teams' finished finals into a data folder."""
    cohort = demo_cohort(date.today(), language)
    data.create()
    accounts = Accounts(open_store(data.store_url))
    for team in cohort.teams:
        gid = accounts.system_ids(team.members[0], team.slug).gid
        finished = content_root() / "solutions" / f"demo-{team.slug}"
        with speaking(language):
            _copy_for_team(finished, data.teams / team.slug / "final", gid)
    save_cohort(cohort, data.cohort_file)
    return cohort


def _translate(notebook: Path) -> None:
    """Put the course's own words in a team's notebook into the language that is spoken."""
    said = Texts(content_root() / "labs" / "locale", "session-6")
    written = json.loads(notebook.read_text("utf-8"))
    for cell in written["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = translated("".join(cell["source"]), said)
    notebook.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _copy_for_team(source: Path, target: Path, gid: int) -> None:
    """Copy what a team would have made: notebooks and inputs, not their text sources."""
    shutil.copytree(
        source,
        target,
        ignore=shutil.ignore_patterns("*.py", "__pycache__", "*.md"),
        dirs_exist_ok=True,
    )
    if spoken_language.language() != ENGLISH:
        _translate(target / "roi.ipynb")
    if os.geteuid() == 0:
        for path in (target.parent, target, *target.rglob("*")):
            os.chown(path, -1, gid)
            path.chmod(0o2770 if path.is_dir() else 0o660)
