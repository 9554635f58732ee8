"""Data folders of cohorts that have done their finals, without running any: for the portfolio."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from bootcamp.cohort import Cohort, Person, Team, UseCase, example_dates, save_cohort
from bootcamp.settings import DataFolder

__all__ = ["INPUTS", "MONEY", "RUN", "cohort_of", "finished_run", "table", "transfer_check"]

RUN = "2027-03-01-090000"

INPUTS = {
    "volume": (9_000, 12_000, 15_000, "items a year"),
    "adoption": (0.5, 0.7, 0.85, "share"),
    "baseline_minutes": (3, 4, 6, "minutes"),
    "human_error_rate": (0.02, 0.04, 0.07, "share"),
    "review_minutes": (0.3, 0.5, 0.9, "minutes"),
    "exception_minutes": (3, 4, 6, "minutes"),
    "fix_minutes": (5, 8, 15, "minutes"),
    "upkeep_hours": (30, 40, 60, "hours a year"),
    "ramp_months": (2, 4, 6, "months"),
}
MONEY = {
    "hour_cost": (32, 38, 45, "euros"),
    "reused_share": (0.3, 0.5, 0.7, "share"),
    "licence_cost": (400, 600, 900, "euros a year"),
    "model_cost": (100, 240, 500, "euros a year"),
    "hosting_cost": (200, 300, 400, "euros a year"),
    "builders": (4, 4, 4, "people"),
    "homework_hours": (6, 9, 14, "hours"),
    "facilitator_hours": (8, 10, 12, "hours"),
    "missed_cost": (40, 80, 200, "euros"),
    "false_alarm_cost": (2, 4, 8, "euros"),
}


def table(**changed: tuple[float, float, float]) -> str:
    """Give a table of inputs; `changed` gives other ranges. Without a range it is measured."""
    rows = ["name,low,mode,high,unit,source,owner,date,evidence"]
    for name, (low, mode, high, unit) in {**INPUTS, **MONEY}.items():
        if name in MONEY and changed.keys().isdisjoint(MONEY):
            continue
        a, b, c = changed.get(name, (low, mode, high))
        evidence = "system" if name == "volume" else "measured" if a == c else "estimate"
        unit_and_origin = f"{unit},the register of the office,Head of office,2027-02-01"
        rows.append(f"{name},{a},{b},{c},{unit_and_origin},{evidence}")
    return "\n".join(rows) + "\n"


def cohort_of(
    root: Path, teams: int, *, name: str = "Spring 2027", names: tuple[str, ...] = ()
) -> tuple[DataFolder, Cohort]:
    """Make a data folder with a cohort of `teams` teams of two."""
    data = DataFolder.at(root)
    data.create()
    titles = ("Route the shared inbox", "Sort out exceptions", "Minutes to actions", "Questions")
    slugs = ("email-routing", "invoice-exceptions", "minutes-to-actions", "hr-questions")
    people = [Person(name="Fay Hollin", email="fay@x.example", login="fay", role="facilitator")]
    members = [(f"ann-{number}", f"bob-{number}") for number in range(teams)]
    people += [
        Person(name=f"Citizen {login.title()}", email=f"{login}@x.example", login=login)
        for pair in members
        for login in pair
    ]
    cohort = Cohort(
        name=name,
        company="Alder & Finch",
        sessions=example_dates(date(2027, 1, 11)),
        use_cases=tuple(
            UseCase(slug=slug, title=title) for slug, title in zip(slugs, titles, strict=True)
        ),
        people=tuple(people),
        teams=tuple(
            Team(
                slug=f"t{number}",
                name=names[number] if number < len(names) else f"Team {number + 1}",
                members=pair,
                use_case=slugs[number % 4],
            )
            for number, pair in enumerate(members)
        ),
    )
    save_cohort(cohort, data.cohort_file)
    return data, cohort


def finished_run(
    data: DataFolder,
    slug: str,
    inputs: str,
    *,
    run: str = RUN,
    measured: tuple[float, float, float] = (0.9, 0.86, 0.94),
    **changed: Any,
) -> Path:
    """Write what the run of a team's finals would have left; `changed` goes into its summary."""
    folder = data.finals / run / slug
    (folder / "submitted").mkdir(parents=True)
    (folder / "submitted" / "roi_inputs.csv").write_text(inputs, encoding="utf-8")
    value, low, high = measured
    measure = {
        "name": "macro_f1",
        "title": "right queue (macro-F1)",
        "estimate": {"value": value, "low": low, "high": high},
        "goal": 0.85,
        "fewer_is_better": False,
        "unit": "",
    }
    summary = {
        "team": slug,
        "complete": True,
        "code_sha256": "ab" * 32,
        "quality": {
            "items": 120,
            "handled": 110,
            "errors": 6,
            "measured_on": "120 hidden mails",
            "missed": None,
            "false_alarms": None,
            "measures": [measure],
        },
    }
    (folder / "summary.json").write_text(json.dumps(summary | changed), encoding="utf-8")
    return folder


def transfer_check(answers: list[str], macro_f1: float) -> str:
    """Give a `transfer.json` with a prompt and a note that pass."""
    prompt = (
        "Sort each note. repair: something is broken. cleaning: dirt and bins and smells."
        " access: badges, keys, codes and visitors. catering: food and drink for meetings."
    )
    note = "One note about a leaking coffee machine was hard to place."
    return json.dumps({"prompt": prompt, "answers": answers, "macro_f1": macro_f1, "note": note})
