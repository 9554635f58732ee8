"""The checks of lab 1, “Choose”. They hold no answers: they read, count and recompute."""

import difflib
import json
from pathlib import Path
from statistics import median
from typing import Any

from bootcamp.kit.checking import check_quiz, exercise, listed
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.texts import texts

__all__ = ["QUEUES", "hours_a_year"]

_ = texts("session-1")
_n = _.count

QUEUES = ("orders", "delivery", "invoices", "returns", "quotes", "hr_other")
_NOT_A_PERSON = {
    *("ai", "the ai", "model", "the model", "nobody", "no one", "none"),
    *("ia", "l'ia", "l’ia", "modèle", "le modèle", "personne", "aucun"),
}
_LONGEST_CASE_SECONDS = 8 * 3600
# Digests, so that reading this file does not spoil the quiz.
_QUIZ = ("ee000938", "969e3d9b", "32d1ce95")


def hours_a_year(times_a_month: float, seconds: list[float]) -> float:
    """Hours that a year's cases take today, at the median of the timed `seconds`."""
    return times_a_month * 12 * median(seconds) / 3600


@exercise("1.1")
def _quiz(names: Names) -> str:
    check_quiz(names, "1.1", _QUIZ, _(", and talk it over with your neighbour."))
    return _("All three are right. Keep the third one in mind all day.")


@exercise("1.2")
def _read_and_decide(names: Names) -> str:
    mail = names.get("my_mail")
    if not isinstance(mail, dict):
        raise NotYet(
            _("`my_mail` is no longer a mail. Write my_mail = mails[28] and run that cell again.")
        )
    mine = _queue(names.text("my_queue", _("the name of one queue")))
    theirs = mail.get("queue", "")
    if not theirs:
        return _("“{mine}” is one of the six.", mine=mine)
    if theirs == mine:
        return _("“{mine}” is one of the six, and the front desk chose it too.", mine=mine)
    return _(
        "“{mine}” is one of the six. The front desk chose “{theirs}” for this mail: "
        "find out with your neighbour which words tipped it.",
        mine=mine,
        theirs=theirs,
    )


def _queue(text: str) -> str:
    name = text.lower().replace(" ", "_").strip(".")
    if name in QUEUES:
        return name
    near = difflib.get_close_matches(name, QUEUES, n=1)
    queues = ", ".join(QUEUES)
    if near:
        raise NotYet(
            _(
                "“{text}” is not one of the queues: {queues}. Did you mean {near}?",
                text=text,
                queues=queues,
                near=near[0],
            )
        )
    raise NotYet(_("“{text}” is not one of the queues: {queues}.", text=text, queues=queues))


@exercise("1.3")
def _bare_prompt(names: Names) -> str:
    prompt = names.text("bare_prompt", _("your instruction to the model"), words=5).lower()
    missing = [queue for queue in QUEUES if queue not in prompt]
    if missing:
        raise NotYet(
            _(
                "Your prompt does not name {queues}, and the model cannot choose a queue that it "
                "has never heard of. Add what is missing.",
                queues=listed(missing),
            )
        )
    return _(
        "The model now knows the six names, and nothing else. Run the next cell to see how "
        "far that goes."
    )


@exercise("1.4")
def _rules(names: Names) -> str:
    wanted = {"returns_rule": "returns", "quotes_rule": "quotes", "hr_rule": "hr_other"}
    for name, queue in wanted.items():
        text = names.text(name, _("what belongs in {queue}", queue=queue))
        label, colon, meaning = text.partition(":")
        if not colon or label.strip().lower() != queue:
            raise NotYet(
                _(
                    "Begin `{name}` with the name of its queue and a colon: {queue}: ...",
                    name=name,
                    queue=queue,
                )
            )
        if len(meaning.split()) < 4:
            raise NotYet(
                _(
                    "Say a little more in `{name}`, in four words or more: what would help a new "
                    "colleague to recognise such a mail?",
                    name=name,
                )
            )
    return _(
        "Three rules a new colleague could work with. Run the next cell: same mails, better prompt."
    )


@exercise("1.5")
def _count(names: Names) -> str:
    bare = names.number("right_bare", _("how many of the ten were right at first"), 0, 10)
    described = names.number("right_described", _("how many of the ten were right after"), 0, 10)
    if bare == described == 0:
        raise NotYet(_("Both counts are still 0. Count the lines where the first two words agree."))
    names.text("still_wrong", _("which mail was hard, and why"), words=4)
    if described > bare:
        return _(
            "{bare:g} of 10 with bare names, {described:g} of 10 with rules: the same model, told "
            "more clearly.",
            bare=bare,
            described=described,
        )
    return _(
        "{bare:g} of 10 with bare names, {described:g} of 10 with rules: no gain on these ten. "
        "Ten mails are few, and a strong model may need fewer rules. "
        "You will measure it properly in session 2.",
        bare=bare,
        described=described,
    )


@exercise("1.6")
def _time_mails(names: Names) -> str:
    seconds = _timed(names, "seconds", 5, 1800)
    return _(
        "Five mails timed, {fastest:g} to {slowest:g} seconds each. The median is {middle:g}.",
        fastest=min(seconds),
        slowest=max(seconds),
        middle=median(seconds),
    )


def _timed(names: Names, name: str, least: int, longest: float) -> list[float]:
    seconds = names.numbers(name, _("the seconds on your watch"), 1, longest)
    if len(seconds) < least:
        raise NotYet(
            _n(
                "`{name}` has {n} time and needs {least}. Time some more, with commas between.",
                "`{name}` has {n} times and needs {least}. Time some more, with commas between.",
                len(seconds),
                name=name,
                least=least,
            )
        )
    if len(set(seconds)) == 1:
        raise NotYet(
            _(
                "All times in `{name}` are {time:g}. Put in what your watch showed for each.",
                name=name,
                time=seconds[0],
            )
        )
    return seconds


@exercise("1.7")
def _candidates(names: Names) -> str:
    filled = [
        candidate
        for number in range(1, 7)
        if (candidate := _candidate(names, f"candidate_{number}", needed=number <= 4))
    ]
    return _(
        "{count} candidates on the table. Run the next cell to rank them by hours a year.",
        count=len(filled),
    )


def _candidate(names: Names, name: str, *, needed: bool) -> list[Any] | None:
    try:
        value = names.get(name)
    except NotYet:
        if needed:
            raise
        return None
    if not isinstance(value, list | tuple):
        raise NotYet(
            _(
                '`{name}` lost its square brackets. It should look like ["Sort mails", 900, 2, 3, '
                "1].",
                name=name,
            )
        )
    if len(value) != 5:
        raise NotYet(
            _n(
                "`{name}` has {n} entry and needs 5: name, times, minutes, data, risk. "
                "Look for a missing comma, or a decimal comma: write 2.5 and not 2,5.",
                "`{name}` has {n} entries and needs 5: name, times, minutes, data, risk. "
                "Look for a missing comma, or a decimal comma: write 2.5 and not 2,5.",
                len(value),
                name=name,
            )
        )
    row = Names(dict(zip(("name", "times", "minutes", "data", "risk"), value, strict=True)))
    try:
        row.text("name", _("its name"))
        row.number("times", _("how often it comes in a month"), 1, 1_000_000)
        row.number("minutes", _("the minutes for one"), 0.05, 2400)
        row.number("data", _("a mark from the table"), 0, 3)
        row.number("risk", _("a mark from the table"), 0, 3)
    except NotYet as advice:
        raise NotYet(_("In `{name}`: {advice}", name=name, advice=advice)) from None
    return list(value)


@exercise("1.8")
def _cut_down(names: Names) -> str:
    name = names.text("use_case", _("its name, such as “Sort the shared inbox”"), words=2)
    if len(name.split()) > 12:
        raise NotYet(
            _("`use_case` is long. Give it a name of two to twelve words, as on a door sign.")
        )
    taken = names.text("case_input", _("what comes in: one mail, one invoice"), words=2)
    given = names.text("case_output", _("what goes out"), words=2)
    if taken.lower() == given.lower():
        raise NotYet(
            _(
                "Input and output are the same text. What exists after the work that was not there "
                "before?"
            )
        )
    if len(given.split()) > 25:
        raise NotYet(
            _("`case_output` is long for a first solution. Keep the one part that saves most time.")
        )
    reviewer = names.text(
        "reviewer", _("who looks at the result: a role, such as “front desk lead”")
    )
    if reviewer.lower() in _NOT_A_PERSON:
        raise NotYet(_("The reviewer must be a person: who answers for the result today?"))
    return _(
        "“{name}” has one input, one output and a reviewer. Read it aloud: would a "
        "stranger understand?",
        name=name,
    )


@exercise("1.9")
def _own_times(names: Names) -> str:
    times = names.number("times_a_month", _("how often the case comes in a month"), 1, 1_000_000)
    seconds = _timed(names, "own_seconds", 5, _LONGEST_CASE_SECONDS)
    hours = hours_a_year(times, seconds)
    return _(
        "At a median of {minutes:.1f} minutes that is about {hours:,.0f} hours a year today. "
        "Five cases are a first idea: your homework times twenty.",
        minutes=median(seconds) / 60,
        hours=hours,
    )


@exercise("1.10")
def _charter(names: Names) -> str:
    names.text("team", _("your team's name"))
    names.text("data_source", _("where past cases can be found"), words=3)
    names.text("worst_mistake", _("what a wrong answer would cost"), words=3)
    right = _right_of_ten(names)
    use_case = names.text("use_case", _("the name of your case"))
    path = _charter_file()
    saved = _read_charter(path)
    if str(saved.get("use_case", "")).strip() != use_case:
        raise NotYet(
            _(
                "The saved charter is about “{saved}”, and this notebook about “{mine}”. "
                "Run the two cells above again if yours is the newer one.",
                saved=saved.get("use_case", ""),
                mine=use_case,
            )
        )
    if right is not None and saved.get("right_of_ten") != right:
        raise NotYet(
            _("The saved charter has another `right_of_ten`. Run the two cells above again.")
        )
    if path.parent.name == "team":
        return _(
            "Your charter is saved as charter.json in your team's folder. Next session starts "
            "from it."
        )
    return _(
        "Your charter is saved as charter.json in the folder of this notebook. Next session starts "
        "from it."
    )


def _right_of_ten(names: Names) -> float | None:
    """Give the number, None in a notebook that did not ask for it yet."""
    if "right_of_ten" not in names:
        return None
    given = names.get("right_of_ten")
    if isinstance(given, int | float) and 10 < given <= 100:
        raise NotYet(
            _(
                "`right_of_ten` is {given:g}, and there are only ten answers. For 85 in a hundred, "
                "write 8.5.",
                given=given,
            )
        )
    right = names.number("right_of_ten", _("how many of ten answers must be right"), 1, 10)
    if right == 10:
        raise NotYet(
            _(
                "`right_of_ten` is 10, so a single mistake would be too many. How many of ten does "
                "a good colleague get right?"
            )
        )
    return right


def _charter_file() -> Path:
    team = Path.home() / "team"
    return (team if team.is_dir() else Path.cwd()) / "charter.json"


def _read_charter(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise NotYet(
            _("charter.json is not saved yet. Run the two cells above, then this one again.")
        )
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotYet(
            _(
                "charter.json was saved by another program in an older alphabet, so its accents "
                "would be lost. "
                "Run the cell that saves it again."
            )
        ) from None
    try:
        saved = json.loads(text)
    except ValueError:
        saved = None
    if not isinstance(saved, dict):
        raise NotYet(_("charter.json cannot be read any more. Run the cell that saves it again."))
    return saved
