"""The cohort: who takes part, in which teams, on which days, with which model and budgets.

It is one TOML file that a facilitator can read and edit; everything else refers to it.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bootcamp.deadlines import Deadline, HomeworkRules, TimeZone, in_zone
from bootcamp.errors import CohortError, UnknownName
from bootcamp.language import ENGLISH, N_, Language, speaking
from bootcamp.names import login_from, slug_from
from bootcamp.spoken import texts

__all__ = [
    "USE_CASES",
    "Budgets",
    "Cohort",
    "ModelPrice",
    "ModelSettings",
    "Person",
    "Team",
    "UpstreamSettings",
    "UseCase",
    "candidates",
    "dump_cohort",
    "example_dates",
    "in_plain_words",
    "load_cohort",
    "new_cohort",
    "next_cohort",
    "save_cohort",
]

Login = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,29}$", strip_whitespace=True)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
# No control characters: names are printed in terminals and written into files of lines.
Line = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$",
        min_length=1,
        max_length=200,
        strip_whitespace=True,
    ),
]
HomeworkNumber = Annotated[str, StringConstraints(pattern=r"^[1-6]$")]
Email = Annotated[
    str, StringConstraints(pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+$", max_length=254)
]

# TOML has no word for None, and a line left out means the default.
_UNLIMITED = "unlimited"
Tokens = Annotated[
    Annotated[int, Field(gt=0)] | None,
    BeforeValidator(lambda value: None if value == _UNLIMITED else value),
]

Money = Annotated[
    Annotated[Decimal, Field(gt=0, max_digits=13, decimal_places=6)] | None,
    BeforeValidator(lambda value: None if value == _UNLIMITED else value),
]
Price = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]

# A name for what many companies have on their own machines.
_OLLAMA = "ollama"
_OLLAMA_URL = "http://127.0.0.1:11434/v1"
ServiceUrl = Annotated[
    HttpUrl, BeforeValidator(lambda value: _OLLAMA_URL if value == _OLLAMA else value)
]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]

# What a pattern means, for the message about a value that does not match it.
_WHAT_WOULD_BE_RIGHT = {
    "login": "2 to 30 small letters, digits and hyphens, a letter first (like 'amina-b')",
    "slug": "small letters, digits and hyphens, a letter first (like 'team-orange')",
    "use_case": "the slug of one of the use_cases",
    "email": "an address like 'amina@example.com'",
    "name": "one line of 1 to 200 characters",
    "company": "one line of 1 to 200 characters",
    "title": "one line of 1 to 200 characters",
    "small": "the upstream's name of a model, on one line",
    "large": "the upstream's name of a model, on one line",
    "key_variable": "the NAME of an environment variable in capitals, never the key itself",
    "citizen_tokens": "a whole number above 0, or 'unlimited'",
    "team_tokens": "a whole number above 0, or 'unlimited'",
    "cohort_tokens": "a whole number above 0, or 'unlimited'",
    "citizen_money": "an amount above 0 like 2.50, or 'unlimited'",
    "team_money": "an amount above 0 like 2.50, or 'unlimited'",
    "cohort_money": "an amount above 0 like 2.50, or 'unlimited'",
    "currency": "the three letters of a currency, like 'EUR'",
    "requests_per_minute": "a whole number above 0, or 'unlimited'",
    "tokens_per_minute": "a whole number above 0, or 'unlimited'",
    "model": "the upstream's name of a model, or '*' for all others",
    "input_per_million": "a price of 0 or more, like 0.15",
    "output_per_million": "a price of 0 or more, like 0.60",
    "prices": "a list of [[prices]] entries",
    "members": "a list of 2 to 5 logins, like ['amina', 'bruno']",
    "use_cases": "4 to 6 [[use_cases]] entries",
    "people": "1 to 200 [[people]] entries",
    "teams": "a list of [[teams]] entries",
    "role": "'citizen' or 'facilitator'",
    "language": "'en' or 'fr'",
    "sessions": "six dates, like 2027-01-11",
    "session_start": "a time like 09:00:00",
    "time_zone": "a time zone like 'Europe/Paris'",
    "homework": "a table for each homework, like [homework.1]",
    "due": "a day and time like 2027-01-18T09:00:00",
    "late": "'accept', 'mark-late' or 'refuse'",
    "grace_minutes": "a whole number of minutes from 0 to 1440",
    "penalty_per_day": "per cent of the points, from 0 to 100",
    "penalty_at_most": "per cent of the points, from 0 to 100",
    "by": "'person' or 'team'",
    "extensions": "lines like `amina = 2027-01-20T09:00:00`",
    "upstream": "an address like 'https://api.openai.com/v1', or 'ollama'",
    "url": "an address like 'https://api.openai.com/v1', or 'ollama'",
    "embedding": "the upstream's name of a model, on one line",
    "timeout_seconds": "a number of seconds from 1 to 3600",
    "upstreams": "at most 10 [[upstreams]] entries",
    "keep_prompts": "true or false",
    "cache": "true or false",
}


_ZONE_EXAMPLE = '# time_zone = "Europe/Paris"   # without it, the server\'s own'
_HOMEWORK_EXAMPLE = (
    "# Another deadline, or another rule for what comes late:",
    "# [homework.1]",
    "# due = 2027-01-18T09:00:00",
    '# late = "mark-late"   # or "accept", or "refuse"',
    "# grace_minutes = 15",
    '# by = "team"          # one hand-in counts for the whole team',
)

# Where a company has no list of its own yet: tedious, repetitive, short, worth it once solved.
_ = texts("cohort")
USE_CASES = (
    (
        "email-routing",
        N_("Route the shared inbox"),
        N_("Send each mail of the shared inbox to the right queue, urgent ones first."),
    ),
    (
        "invoice-exceptions",
        N_("Sort out invoice exceptions"),
        N_("Find what is wrong with the invoices that do not match their order."),
    ),
    (
        "minutes-to-actions",
        N_("Turn minutes into actions"),
        N_("List who does what by when from the minutes of a meeting."),
    ),
    (
        "hr-questions",
        N_("Answer questions to HR"),
        N_("Answer from the handbook, with the article, or say that it is not there."),
    ),
)


_FEWEST_CASES, _MOST_CASES = 4, 6


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Model):
    """Someone of the cohort; `login` is the name in the hub, in folders and in the gradebook."""

    name: Line
    email: Email
    login: Login
    role: Literal["citizen", "facilitator"] = "citizen"


class Team(_Model):
    """Two to five citizens who work on one use case."""

    slug: Slug
    name: Line
    members: Annotated[tuple[Login, ...], Field(min_length=2, max_length=5)]
    use_case: Slug | None = None


class UseCase(_Model):
    """A tedious internal process that a team may choose to automate."""

    slug: Slug
    title: Line
    summary: str = ""


class UpstreamSettings(_Model):
    """One of the company's model services, by the names that it has for its models.

    `key_variable` names the environment variable that holds the key; a service that needs none
    has none.
    """

    name: Slug
    url: ServiceUrl
    key_variable: Variable | None = None
    small: Line | None = None
    large: Line | None = None
    embedding: Line | None = None
    timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 120.0

    @model_validator(mode="after")
    def _offers_something(self) -> Self:
        if self.large and not self.small:
            raise ValueError(f"upstreams: '{self.name}' has a large model and no small one")
        if not (self.small or self.embedding):
            raise ValueError(
                f"upstreams: '{self.name}' needs the service's name for its 'small' model or its"
                " 'embedding' model"
            )
        return self


class ModelSettings(_Model):
    """Where the model gateway sends its calls; without an upstream the practice model answers.

    The company's key is never in this file: `key_variable` names the environment variable that
    holds it when the bootcamp is started.
    """

    upstream: ServiceUrl | None = None
    key_variable: Variable = "BOOTCAMP_UPSTREAM_KEY"
    small: Line | None = None
    large: Line | None = None
    embedding: Line | None = None
    answer_tokens: Annotated[int, Field(ge=100, le=1_000_000)] = 4_000
    """The most tokens of an answer (thinking included) where the caller names no limit."""
    keep_prompts: bool = False
    """Keep what is asked and answered; the citizens' pages then say so."""
    cache: bool = False
    """Give a team the same answer to the same question, at no cost."""

    @model_validator(mode="after")
    def _upstream_needs_names(self) -> Self:
        if self.upstream and not self.small:
            raise ValueError(
                "model.small is missing: give the upstream's name for the everyday model"
            )
        return self


class Budgets(_Model):
    """How much of the model may be used; None, in the file 'unlimited', is no limit.

    Tokens and money are for the whole bootcamp: for each citizen, for each team and for all
    together. The rates are for each citizen.
    """

    citizen_tokens: Tokens = 2_000_000
    team_tokens: Tokens = 6_000_000
    cohort_tokens: Tokens = None
    citizen_money: Money = None
    team_money: Money = None
    cohort_money: Money = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    requests_per_minute: Tokens = 600
    tokens_per_minute: Tokens = None

    @property
    def limits_money(self) -> bool:
        """Whether any budget is in money, so that every call needs a price."""
        return any((self.citizen_money, self.team_money, self.cohort_money))


class ModelPrice(_Model):
    """What a model costs per million tokens, by the upstream's name; '*' stands for all others."""

    model: Line
    input_per_million: Price
    output_per_million: Price = Decimal(0)


class Cohort(_Model):
    """A whole cohort, checked: every reference in it leads somewhere."""

    name: Line
    company: Line
    language: Language = ENGLISH
    """What citizens read: labs, homework, hints, checks, feedback and their pages."""
    sessions: Annotated[tuple[date, ...], Field(min_length=6, max_length=6)]
    session_start: time = time(9)
    time_zone: TimeZone | None = None
    """Of all days and times in the file; without one, the server's own."""
    homework: Mapping[HomeworkNumber, HomeworkRules] = {}
    model: ModelSettings = ModelSettings()
    upstreams: Annotated[tuple[UpstreamSettings, ...], Field(max_length=10)] = ()
    budgets: Budgets = Budgets()
    prices: tuple[ModelPrice, ...] = ()
    use_cases: Annotated[
        tuple[UseCase, ...], Field(min_length=_FEWEST_CASES, max_length=_MOST_CASES)
    ]
    people: Annotated[tuple[Person, ...], Field(min_length=1, max_length=200)]
    teams: tuple[Team, ...] = ()

    @model_validator(mode="after")
    def _refers_only_to_what_exists(self) -> Self:
        _refuse_repeats("people: the login", (person.login for person in self.people))
        _refuse_repeats("people: the e-mail", (person.email.lower() for person in self.people))
        _refuse_repeats("teams: the slug", (team.slug for team in self.teams))
        _refuse_repeats("use_cases: the slug", (case.slug for case in self.use_cases))
        _refuse_repeats("upstreams: the name", (service.name for service in self.upstreams))
        if self.upstreams and self.model.upstream:
            raise ValueError(
                "model.upstream and [[upstreams]] are both there: put the first into an"
                " [[upstreams]] entry of its own, in the order in which they are to be asked"
            )
        _refuse_repeats("prices: the model", (price.model for price in self.prices))
        _refuse_repeats("teams: the member", (m for team in self.teams for m in team.members))
        citizens = {person.login for person in self.people if person.role == "citizen"}
        slugs = {case.slug for case in self.use_cases}
        for team in self.teams:
            for member in team.members:
                if member not in citizens:
                    raise ValueError(
                        f"team '{team.slug}': the member '{member}' is no citizen among people"
                    )
            if team.use_case and team.use_case not in slugs:
                raise ValueError(
                    f"team '{team.slug}': '{team.use_case}' is not among the use_cases"
                    f" ({', '.join(sorted(slugs))})"
                )
        if any(later <= earlier for earlier, later in pairwise(self.sessions)):
            raise ValueError("sessions: the six dates must be in order, each on a day of its own")
        if not any(person.role == "facilitator" for person in self.people):
            raise ValueError("people: nobody has the role 'facilitator'; give it to at least one")
        named = citizens | {team.slug for team in self.teams}
        for number, rules in self.homework.items():
            for name in rules.extensions:
                if name not in named:
                    raise ValueError(
                        f"homework.{number}.extensions: '{name}' is neither a citizen nor a team"
                    )
        return self

    def rules_of(self, assignment: str) -> HomeworkRules:
        """Give what the file says about `homework-N`, else what goes without saying."""
        return self.homework.get(assignment.rpartition("-")[2], HomeworkRules())

    def deadline(self, assignment: str, login: str | None = None) -> Deadline | None:
        """Give when `homework-N` is due, for everyone or for this person; None: it never is.

        An extension is a person's or the person's team's; the later one counts.
        """
        rules, number = self.rules_of(assignment), int(assignment.rpartition("-")[2])
        due = rules.due
        if due is None and number < len(self.sessions):
            # Homework N follows session N, and the next session builds on it.
            due = datetime.combine(self.sessions[number], self.session_start)
        if due is None:
            return None
        usual = in_zone(due, self.time_zone)
        team = self.team_of(login) if login else None
        names = {login, team.slug if team else None}
        others = [at for name, at in rules.extensions.items() if name in names]
        latest = max([usual, *(in_zone(at, self.time_zone) for at in others)])
        return Deadline(latest, rules, extended=latest > usual)

    def with_deadline(self, assignment: str, until: datetime, name: str | None = None) -> Self:
        """Give the cohort with a new deadline: everyone's, or an extension for a person or team.

        Raises:
            UnknownName: nobody and no team is called that.
        """
        if name and name not in {team.slug for team in self.teams}:
            self.person(name)
        rules = self.rules_of(assignment)
        change: dict[str, object] = {"due": until}
        if name:
            change = {"extensions": {**rules.extensions, name: until}}
        number = assignment.rpartition("-")[2]
        changed = {**self.homework, number: rules.model_copy(update=change)}
        try:
            return type(self).model_validate(self.model_dump() | {"homework": changed})
        except ValidationError as error:
            raise CohortError(in_plain_words(error)) from None

    @property
    def model_services(self) -> tuple[UpstreamSettings, ...]:
        """The company's model services in the order in which they are asked; none for practice."""
        model = self.model
        if model.upstream is None:
            return self.upstreams
        return (
            UpstreamSettings(
                name="upstream",
                url=model.upstream,
                key_variable=None if _is_ollama(model.upstream) else model.key_variable,
                small=model.small,
                large=model.large,
                embedding=model.embedding,
            ),
        )

    def person(self, login: str) -> Person:
        """Give the person with this login.

        Raises:
            UnknownName: nobody has it.
        """
        for person in self.people:
            if person.login == login:
                return person
        raise UnknownName(f"Nobody in this cohort has the login '{login}'; see `bootcamp show`.")

    def team(self, slug: str) -> Team:
        """Give the team with this slug.

        Raises:
            UnknownName: no team has it.
        """
        for team in self.teams:
            if team.slug == slug:
                return team
        known = ", ".join(team.slug for team in self.teams) or "none yet"
        raise UnknownName(f"There is no team called '{slug}'; the teams are: {known}.")

    def team_of(self, login: str) -> Team | None:
        """Give the team that this person belongs to, if any."""
        return next((team for team in self.teams if login in team.members), None)

    @property
    def citizens(self) -> tuple[Person, ...]:
        """The people who take the course."""
        return tuple(person for person in self.people if person.role == "citizen")

    @property
    def facilitators(self) -> tuple[Person, ...]:
        """The people who guide it."""
        return tuple(person for person in self.people if person.role == "facilitator")


def candidates() -> list[UseCase]:
    """Give the use cases that the course has data for, in the language that is spoken."""
    return [
        UseCase(slug=slug, title=_(title), summary=_(summary)) for slug, title, summary in USE_CASES
    ]


def new_cohort(
    *,
    name: str,
    company: str,
    first_session: date,
    facilitator: tuple[str, str],
    language: str = ENGLISH,
) -> Cohort:
    """Give a cohort to start from: one facilitator, four candidate use cases, no citizen yet.

    Args:
        name: what the cohort is called.
        company: the company's name.
        first_session: the day of session 1; the others follow twice a week.
        facilitator: name and e-mail.
        language: what citizens read, `en` or `fr`.

    Raises:
        CohortError: a value is not right; names the field.
    """
    who, email = facilitator
    try:
        sessions = example_dates(first_session)
    except OverflowError:
        raise CohortError("first_session is too late: no calendar goes on after it.") from None
    with speaking(language):
        use_cases = candidates()
    try:
        return Cohort.model_validate(
            {
                "name": name,
                "company": company,
                "language": language,
                "sessions": sessions,
                "use_cases": use_cases,
                "people": [
                    {
                        "name": who,
                        "email": email,
                        "login": login_from(email),
                        "role": "facilitator",
                    }
                ],
            }
        )
    except ValidationError as error:
        raise CohortError(in_plain_words(error)) from None


def next_cohort(
    old: Cohort,
    *,
    first_session: date,
    promoted: Iterable[str] = (),
    ideas: Iterable[tuple[str, str]] = (),
    name: str | None = None,
) -> Cohort:
    """Give the cohort that follows on `old`: its facilitators and settings, no citizen yet.

    Args:
        old: the last cohort; it stays as it is.
        first_session: the day of session 1; the others follow twice a week.
        promoted: logins of citizens who are facilitators from now on.
        ideas: use cases that the last teams propose, as title and summary.
        name: what the new cohort is called; without it, the old name counted on.

    Raises:
        CohortError: the day or a value is not right.
        UnknownName: nobody has one of the logins.
    """
    if first_session <= old.sessions[-1]:
        raise CohortError(
            f"The first day must come after the last session of '{old.name}', {old.sessions[-1]}."
        )
    try:
        sessions = example_dates(first_session)
    except OverflowError:
        raise CohortError("The first day is too late: no calendar goes on after it.") from None
    new = [old.person(login) for login in dict.fromkeys(promoted)]
    for person in new:
        if person.role == "facilitator":
            raise CohortError(f"'{person.login}' is a facilitator already; promote citizens.")
    # Dates and extensions were the last cohort's; its rules for what comes late go on.
    rules = {
        number: kept
        for number, given in old.homework.items()
        if (kept := given.model_copy(update={"due": None, "extensions": {}})) != HomeworkRules()
    }
    people = [*old.facilitators, *(p.model_copy(update={"role": "facilitator"}) for p in new)]
    draft = {
        "name": name or _counted_on(old.name),
        "sessions": sessions,
        "homework": rules,
        "use_cases": _candidates(old, ideas),
        "people": people,
        "teams": (),
    }
    try:
        return Cohort.model_validate(old.model_dump() | draft)
    except ValidationError as error:
        raise CohortError(in_plain_words(error)) from None


def _counted_on(name: str) -> str:
    """Give `Cohort 3` for `Cohort 2`, and `Spring, next` for `Spring`."""
    number = re.search(r"\d{1,3}$", name)
    return f"{name[: number.start()]}{int(number[0]) + 1}" if number else f"{name[:190]}, next"


def _candidates(old: Cohort, ideas: Iterable[tuple[str, str]]) -> list[UseCase]:
    """Give four to six use cases: those not taken, the teams' ideas, ours, then those taken."""
    taken = {team.use_case for team in old.teams}
    proposed = [UseCase(slug=slug_from(title), title=title, summary=text) for title, text in ideas]
    with speaking(old.language):
        ours = candidates()
    known = {case.slug for case in old.use_cases}
    first = [case for case in old.use_cases if case.slug not in taken]
    found: dict[str, UseCase] = {}
    for case in (*first, *proposed):
        if case.slug not in taken and len(found) < _MOST_CASES:
            found.setdefault(case.slug, case)
    for case in (*(case for case in ours if case.slug not in known), *old.use_cases):
        if len(found) < _FEWEST_CASES:
            found.setdefault(case.slug, case)
    return list(found.values())


def load_cohort(path: Path) -> Cohort:
    """Read and check a cohort file.

    Raises:
        CohortError: the file is missing or wrong; the message names the line or field.
    """
    try:
        # Windows' editors put a byte-order mark before the text.
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CohortError(
            f"There is no cohort file at {path}. Make one with `bootcamp cohort new`."
        ) from None
    except UnicodeDecodeError:
        raise CohortError(f"{path.name} is not saved as UTF-8. Save it again as UTF-8.") from None
    except OSError as error:
        raise CohortError(f"{path} cannot be read: {error.strerror}.") from None
    try:
        return Cohort.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        last = max(len(text.splitlines()), 1)
        reason = str(error).replace("at end of document", f"at line {last}, the last one")
        raise CohortError(f"{path.name} is not valid TOML: {reason}.") from None
    except ValidationError as error:
        raise CohortError(f"{path.name}: {in_plain_words(error)}") from None


def language_of(path: Path) -> str:
    """Give the language of the cohort in this file; English when it cannot be read."""
    try:
        return load_cohort(path).language
    except CohortError:
        return ENGLISH


def save_cohort(cohort: Cohort, path: Path) -> None:
    """Write the cohort to `path`, replacing the old file in one step."""
    text = dump_cohort(cohort)
    # A draft of its own for each writer, closed to others: names and addresses are in it.
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fsync(number)
        if path.exists():
            draft.chmod(stat.S_IMODE(path.stat().st_mode))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def dump_cohort(cohort: Cohort) -> str:
    """Give the cohort as a TOML text that a person likes to edit."""
    lines = [
        f"name = {_quoted(cohort.name)}",
        f"company = {_quoted(cohort.company)}",
        f"language = {_quoted(cohort.language)}",
        "# The days of the six sessions, in order.",
        f"sessions = [{', '.join(day.isoformat() for day in cohort.sessions)}]",
        "# When they begin: a homework is due when the next session does.",
        f"session_start = {cohort.session_start.isoformat()}",
    ]
    zone = cohort.time_zone
    lines.append(f"time_zone = {_quoted(zone)}" if zone else _ZONE_EXAMPLE)
    if not cohort.homework:
        lines += _HOMEWORK_EXAMPLE
    lines += ["", "[model]"]
    if cohort.model.upstream:
        lines.append(f"upstream = {_quoted(str(cohort.model.upstream))}")
    elif not cohort.upstreams:
        lines += [
            "# Without an upstream the embedded practice model answers. To connect a real one:",
            '# upstream = "https://api.openai.com/v1"',
            '# small = "the-everyday-model"',
            '# large = "the-stronger-model"',
        ]
    lines += [
        "# The name of the environment variable that holds the company's key; never the key.",
        f"key_variable = {_quoted(cohort.model.key_variable)}",
    ]
    lines += [
        f"{field} = {_quoted(value)}"
        for field, value in (
            ("small", cohort.model.small),
            ("large", cohort.model.large),
            ("embedding", cohort.model.embedding),
        )
        if value
    ]
    lines += [
        "# The most tokens of an answer where the caller names no limit (its thinking included).",
        f"answer_tokens = {cohort.model.answer_tokens}",
        "# Whether the text of calls is kept; the citizens' pages then say so.",
        f"keep_prompts = {_value(cohort.model.keep_prompts)}",
        "# Whether a team gets the same answer to the same question again, at no cost.",
        f"cache = {_value(cohort.model.cache)}",
    ]
    lines += [
        "",
        "[budgets]",
        "# Tokens and money for the whole bootcamp; the rates are for each person.",
    ]
    lines += [f"{field} = {_value(v)}" for field, v in cohort.budgets.model_dump().items()]
    if not cohort.prices:
        lines += [
            "# Money is counted once the models have prices, per million tokens:",
            "# [[prices]]",
            '# model = "the-everyday-model"',
            "# input_per_million = 0.15",
            "# output_per_million = 0.60",
        ]
    for number, rules in sorted(cohort.homework.items()):
        lines += _homework_tables(number, rules)
    for service in cohort.upstreams:
        lines += _table("upstreams", service)
    for price in cohort.prices:
        lines += _table("prices", price)
    for case in cohort.use_cases:
        lines += _table("use_cases", case)
    for person in cohort.people:
        lines += _table("people", person)
    for team in cohort.teams:
        lines += _table("teams", team)
    return "\n".join(lines) + "\n"


def example_dates(start: date) -> tuple[date, ...]:
    """Give six session days from `start` on: twice a week with working days between."""
    gaps = (0, 3, 7, 10, 14, 17)
    return tuple(start + timedelta(days=gap) for gap in gaps)


def _refuse_repeats(what: str, values: Iterable[str]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"{what} '{twice[0]}' stands there more than once")


def in_plain_words(error: ValidationError) -> str:
    """Turn pydantic's first complaint into one line that names the field and what is right."""
    first = error.errors()[0]
    where = ""
    for step in first["loc"]:
        where += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if where else str(step)
    names = [step for step in first["loc"] if isinstance(step, str)]
    if first["type"] == "missing":
        return f"{where} is missing."
    if first["type"] == "extra_forbidden":
        return f"{where} is not a known field; is it a typing mistake?"
    if first["type"] == "value_error":
        return f"{str(first['msg']).removeprefix('Value error, ')}."
    given = repr(first["input"])
    if len(given) > 60:
        given = f"{given[:57]}…"
    right = _WHAT_WOULD_BE_RIGHT.get(names[-1] if names else "")
    whole = isinstance(first["input"], list | tuple | dict)
    if right is None:
        message = str(first["msg"]).rstrip(".")
        return f"{where}: {message}." if whole else f"{where} is {given}: {message}."
    found = f"has {len(first['input'])} entries" if whole else f"is {given}"
    return f"{where} {found}; it must be {right}."


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    # TOML allows no control character in a string; \x7f is one for it.
    escaped = re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped)
    return f'"{escaped}"'


def _value(value: object) -> str:
    if value is None:
        return _quoted(_UNLIMITED)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else _quoted(str(value))


def _is_ollama(url: HttpUrl) -> bool:
    return str(url) == _OLLAMA_URL


def _homework_tables(number: str, rules: HomeworkRules) -> list[str]:
    given = rules.model_dump(exclude_defaults=True)
    extensions = given.pop("extensions", {})
    lines = ["", f"[homework.{number}]"]
    lines += [f"{field} = {_value(value)}" for field, value in given.items()]
    if extensions:
        lines += ["", f"[homework.{number}.extensions]"]
        lines += [f"{name} = {_value(until)}" for name, until in extensions.items()]
    return lines


def _table(name: str, entry: _Model) -> list[str]:
    lines = ["", f"[[{name}]]"]
    for field, value in entry.model_dump().items():
        if isinstance(value, tuple):
            lines.append(f"{field} = [{', '.join(_quoted(item) for item in value)}]")
        elif value not in (None, ""):
            lines.append(f"{field} = {_value(value)}")
    return lines
