"""The list of people that a facilitator keeps in a spreadsheet, and how it comes into a cohort."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bootcamp.cohort import Cohort, Person, in_plain_words
from bootcamp.errors import CohortError
from bootcamp.names import login_from, slug_from

__all__ = ["Entry", "read_people", "with_people"]


@dataclass(frozen=True)
class Entry:
    """One line of a people list: a person, and the name of the team if one is given.

    What the line left open (`person.model_fields_set` lacks it) keeps its value on an update.
    """

    person: Person
    team: str | None = None
    login_given: bool = True
    line: int = 0


def with_people(cohort: Cohort, entries: Iterable[Entry]) -> Cohort:
    """Give the cohort with these people added; known ones are updated, nobody is removed.

    Someone is known by the login where the list gives one, else by the e-mail. A team that is
    named and not there yet is made; a person who is in another team moves.

    Raises:
        CohortError: two people would share a login, or the result would not be a valid cohort
            (say, a team of one).
    """
    people = {person.login: person for person in cohort.people}
    members = {team.slug: list(team.members) for team in cohort.teams}
    names = {team.slug: team.name for team in cohort.teams}
    listed: dict[str, int] = {}
    for entry in entries:
        person = _as_known(entry, people)
        if person.login in listed:
            raise CohortError(
                f"Line {entry.line}: '{person.login}' stands there already, in line"
                f" {listed[person.login]}. Give one line a person, and a login column where two"
                " e-mails begin alike."
            )
        listed[person.login] = entry.line
        people[person.login] = person
        if entry.team is None:
            continue
        slug = slug_from(entry.team)
        slug = next((s for s in (slug, slug.removeprefix("team-")) if s in members), slug)
        names.setdefault(slug, entry.team)
        for others in members.values():
            if person.login in others:
                others.remove(person.login)
        members.setdefault(slug, []).append(person.login)
    _refuse_odd_sizes(members, names)
    use_cases = {team.slug: team.use_case for team in cohort.teams}
    draft = cohort.model_dump() | {
        "people": list(people.values()),
        "teams": [
            {"slug": slug, "name": names[slug], "members": who, "use_case": use_cases.get(slug)}
            for slug, who in members.items()
        ],
    }
    try:
        return Cohort.model_validate(draft)
    except ValidationError as error:
        raise CohortError(f"The cohort would not be right: {in_plain_words(error)}") from None


def read_people(path: Path) -> list[Entry]:
    """Read people from a CSV file: name, email and, optionally, login, role and team.

    A missing login is made from the e-mail's first part. The separator may be a comma, a
    semicolon or a tab, as spreadsheets write them.

    Raises:
        CohortError: the file cannot be read; the message names the line.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CohortError(f"There is no file {path}.") from None
    except UnicodeDecodeError:
        raise CohortError(f"{path.name} is not UTF-8. Export it as 'CSV UTF-8'.") from None
    except OSError as error:
        raise CohortError(f"{path} cannot be read: {error.strerror}.") from None
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return _entries(rows, path.name)
    except csv.Error as error:
        raise CohortError(
            f"{path.name}, line {rows.line_num + 1} is no line of a CSV file: {error}."
        ) from None


def _entries(rows: csv.DictReader[str], file_name: str) -> list[Entry]:
    columns = [
        (name or "").strip().lower().replace("e-mail", "email") for name in rows.fieldnames or []
    ]
    missing = {"name", "email"} - set(columns)
    if missing:
        raise CohortError(
            f"{file_name}: the first line must name the columns; missing: "
            f"{', '.join(sorted(missing))}."
        )
    rows.fieldnames = columns
    entries = []
    for row in rows:
        given = {
            key: value.strip() for key, value in row.items() if key and value and value.strip()
        }
        if not given:
            continue
        known = {key: given[key] for key in ("name", "email") if key in given}
        known |= {key: given[key].lower() for key in ("login", "role") if key in given}
        known.setdefault("login", login_from(given.get("email", "")))
        try:
            person = Person.model_validate(known)
        except ValidationError as error:
            raise CohortError(
                f"{file_name}, line {rows.line_num}: {in_plain_words(error)}"
            ) from None
        entries.append(Entry(person, given.get("team"), "login" in given, rows.line_num))
    return entries


def _as_known(entry: Entry, people: Mapping[str, Person]) -> Person:
    """Give the person of an entry, with login and role of whom the cohort knows already."""
    person = entry.person
    if not entry.login_given:
        email = person.email.lower()
        same = next((known for known in people.values() if known.email.lower() == email), None)
        if same is not None:
            person = person.model_copy(update={"login": same.login})
        elif person.login in people:
            raise CohortError(
                f"Line {entry.line}: {person.email} would get the login '{person.login}', which"
                f" {people[person.login].name} has. Add a login column with another one."
            )
    known_as = people.get(person.login)
    if known_as is not None and "role" not in entry.person.model_fields_set:
        person = person.model_copy(update={"role": known_as.role})
    return person


def _refuse_odd_sizes(members: Mapping[str, list[str]], names: Mapping[str, str]) -> None:
    for slug, who in members.items():
        if not 2 <= len(who) <= 5:
            found = ", ".join(who) or "nobody"
            raise CohortError(
                f"The team '{names[slug]}' would have {len(who)} members ({found});"
                " a team has 2 to 5."
            )
