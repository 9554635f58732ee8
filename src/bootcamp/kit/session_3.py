"""The checks of lab 3, “Function”. They try what was written, with a model of a few lines."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from reprlib import repr as in_short  # with a text cut in the middle, and both its quotes
from types import FunctionType
from typing import Any

from bootcamp.kit.checking import check_quiz, exercise, listed
from bootcamp.kit.labelling import tidy
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.picking_up import team_folder
from bootcamp.kit.scoring import wilson
from bootcamp.kit.session_1 import QUEUES
from bootcamp.kit.texts import texts
from bootcamp.kit.trying import Model, a_function, of_file, tried

__all__: list[str] = []

_ = texts("session-3")
_n = _.count

# Digests, so that reading this file does not spoil the quiz.
_QUIZ = ("5a4307f5", "cbd52c24", "519f9343")
_UNSURE = "unsure"
_URGENCIES = ("urgent", "normal")
_TRAYS = ["payroll", "legal", "post"]  # a mail room of the checks' own: nothing to copy from
_CHATTY = "Thank you for this interesting question. Let me think about it with care."


@exercise("3.1")
def _quiz(names: Names) -> str:
    check_quiz(names, "3.1", _QUIZ, _(": your notebook of session 2 is still there."))
    return _("All three are right. You remember session 2 well.")


@exercise("3.2")
def _schema(names: Names) -> str:
    schema = names.get("schema")
    if not isinstance(schema, dict):
        raise NotYet(_('`schema` should be a dict: {"queue": list(queues), "urgency": ...}.'))
    for key, wanted in (("queue", QUEUES), ("urgency", _URGENCIES)):
        if key not in schema:
            raise NotYet(_without(key, list(schema)))
        _allowed_values(key, schema[key], wanted)
    extra = [str(key) for key in schema if key not in ("queue", "urgency")]
    if extra:
        raise NotYet(
            _("“{key}” is a third key. Our answer has two: queue and urgency.", key=extra[0])
        )
    return _("Two keys, and a list of what each may be. Whatever else comes is not allowed.")


def _without(key: str, there: list[object]) -> str:
    if not there:
        return _(
            "`schema` has nothing and no “{key}” yet. Add a comma, the key in quotes, a colon, and "
            "its list.",
            key=key,
        )
    return _(
        "`schema` has {there} and no “{key}” yet. Add a comma, the key in quotes, a colon, and its "
        "list.",
        there=listed([_("“{name}”", name=name) for name in there]),
        key=key,
    )


def _allowed_values(key: str, values: object, wanted: tuple[str, ...]) -> None:
    if isinstance(values, Mapping):
        raise NotYet(
            _("“{key}” holds the meanings too. list(...) around it keeps the names only.", key=key)
        )
    if not isinstance(values, list | tuple | set):
        raise NotYet(
            _("What “{key}” may be should be a list: square brackets, or list(...).", key=key)
        )
    if _UNSURE in values:
        raise NotYet(
            _(
                "“unsure” is no value that we file under: it is what is left when no value fits. "
                "Take it out of the list."
            )
        )
    missing = [value for value in wanted if value not in values]
    if missing:
        raise NotYet(
            _(
                "“{key}” may also be {missing}. Add it, spelled exactly so, in small letters.",
                key=key,
                missing=listed(missing),
            )
        )
    strange = [str(value) for value in values if value not in wanted]
    if strange:
        raise NotYet(
            _(
                "“{value}” is not a value of “{key}” at Alder & Finch. Take it out.",
                value=strange[0],
                key=key,
            )
        )


@exercise("3.3")
def _safe(names: Names) -> str:
    _try_choose(a_function(names, "choose", 2))
    return _("Seven answers went in, and nothing came out that we did not allow.")


def _try_choose(choose: FunctionType) -> None:
    clean = tried(choose, "legal", list(_TRAYS))
    if clean == _UNSURE:
        raise NotYet(
            _("“legal” is allowed, and your function says unsure. Look at the if once more.")
        )
    if clean != "legal":
        if clean in (True, "True"):
            raise NotYet(_("Your function returns yes or no. Return the word itself."))
        raise NotYet(
            _("When “legal” goes in, and is allowed, “legal” should come out. Return `word` there.")
        )
    for messy in ("Post.", "  PAYROLL \n", '"legal"'):
        if tried(choose, messy, list(_TRAYS)) != tidy(messy):
            raise NotYet(
                _(
                    "The answer {answer} means “{word}”, and is lost. Keep the first line as it "
                    "was, and use `word`, not `answer`, below it.",
                    answer=repr(messy),
                    word=tidy(messy),
                )
            )
    for odd in (_CHATTY, "", "invoices", "I think it is legal", "surely not post"):
        came = tried(choose, odd, list(_TRAYS))
        if came == _UNSURE:
            continue
        if tidy(came) == _UNSURE:
            raise NotYet(_('Spell it "unsure", in small letters: all other code looks for that.'))
        if came in _TRAYS:
            raise NotYet(
                _(
                    "“{answer}” became “{label}”. Do not search inside a sentence: ask whether "
                    "`word` is in the list, as a whole.",
                    answer=odd,
                    label=came,
                )
            )
        raise NotYet(
            _(
                "“{answer}” is not allowed, and came out as {came}. Return “unsure”.",
                answer=odd[:30],
                came=in_short(came),
            )
        )


@exercise("3.4")
def _route(names: Names) -> str:
    route = a_function(names, "route", 1)
    sure = _routed(route, "Returns.", "URGENT")
    if sure["queue"] == sure["urgency"] == "returns":
        raise NotYet(_("Both keys hold the queue. Ask the second question, with `is_urgent`."))
    if sure["queue"] != "returns":
        raise NotYet(
            _("The model said “Returns.”, and `queue` should be “returns”. Keep its line.")
        )
    if sure["urgency"] == _UNSURE:
        raise NotYet(
            _(
                "The model said “URGENT”, and `urgency` is “unsure”. Does that line use "
                '`schema["urgency"]`?'
            )
        )
    if sure["urgency"] != "urgent":
        raise NotYet(_("The model said “URGENT”: make that answer safe too, with `choose`."))
    if sure["reason"] not in ("", None):
        raise NotYet(_("All is sure, so `reason` is empty text. Set it only below the if."))
    for queue, urgency in (("I cannot tell.", "normal"), ("orders", "Perhaps.")):
        doubtful = _routed(route, queue, urgency)
        if _UNSURE not in (doubtful["queue"], doubtful["urgency"]):
            raise NotYet(
                _(
                    "The model said “{queue}” and “{urgency}”: use `choose` for both.",
                    queue=queue,
                    urgency=urgency,
                )
            )
        if _some_text(doubtful["reason"]):
            continue
        if doubtful["queue"] == _UNSURE:
            raise NotYet(
                _(
                    "The queue is unsure, and `reason` is empty. Say in a few words why a person "
                    "should look."
                )
            )
        raise NotYet(
            _(
                "The urgency is unsure, and `reason` is empty. Say in a few words why a person "
                "should look."
            )
        )
    return _("One mail in, one dict out, and a reason whenever a person must look.")


def _choose(answer: object, allowed: object) -> str:
    """What exercise 3.3 asks for: a slip there is spoken of there only."""
    word = tidy(answer)
    return word if isinstance(allowed, list | tuple | set | dict) and word in allowed else _UNSURE


_HELPERS = {"choose": _choose, "schema": {"queue": list(QUEUES), "urgency": list(_URGENCIES)}}


def _routed(route: FunctionType, queue: str, urgency: str) -> dict[str, Any]:
    """What `route` makes of a mail when the model gives these two answers."""
    mail = {"id": "x", "subject": "Lampe", "text": "Elle ne marche plus.", "sender": "", "date": ""}

    def model(prompt: str) -> str:
        return queue if all(name in prompt for name in QUEUES) else urgency

    result = tried(route, mail, model=model, helpers=_HELPERS)
    _has_keys("route", result, ("queue", "urgency", "reason"))
    return dict(result)


def _has_keys(name: str, result: object, keys: tuple[str, ...]) -> None:
    if not isinstance(result, dict):
        raise NotYet(
            _(
                "`{name}` hands back {kind}, and should hand back a dict: {example}.",
                name=name,
                kind=_kind(result),
                example=f'{{"{keys[0]}": {keys[0]}, …}}',
            )
        )
    missing = [_("“{name}”", name=key) for key in keys if key not in result]
    if missing:
        raise NotYet(
            _(
                "The dict of `{name}` has no key {missing}. Add it to the line with return, "
                "spelled exactly so.",
                name=name,
                missing=listed(missing),
            )
        )


def _kind(value: object) -> str:
    match value:
        case str():
            return _("one text")
        case tuple():
            return _("several values without names")
        case list():
            return _("a list")
    return _("something of type {type}", type=type(value).__name__)


def _some_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


@exercise("3.5")
def _counts(names: Names) -> str:
    truth, said = _both(names)
    right = sum(one == other for one, other in zip(truth, said, strict=True))
    to_person = said.count(_UNSURE)
    handled = names.number("handled", _("how many mails were handled"), -1e6, 1e6)
    if handled != len(said) - to_person:
        raise NotYet(_about_handled(handled, len(said), to_person, right))
    wrong = names.number("wrong", _("how many of the handled were wrong"), -1e6, 1e6)
    if wrong != handled - right:
        if wrong == len(said) - right and to_person:
            raise NotYet(_("`wrong` counts those for a person too. Start from `handled` instead."))
        if wrong == right - handled:
            raise NotYet(
                _("`wrong` has the wrong sign: the handled ones first, then minus `right`.")
            )
        if wrong == 0:
            raise NotYet(_("`wrong` is still 0. Take the right ones away from the handled ones."))
        raise NotYet(
            _("`wrong` does not fit. Of the handled mails, take away those that were right.")
        )
    return _(
        "{right} right, {wrong} wrong, {to_person} to a person. Together {all}: always check that "
        "the three add up.",
        right=right,
        wrong=f"{wrong:g}",
        to_person=to_person,
        all=right + int(wrong) + to_person,
    )


def _about_handled(handled: float, cases: int, to_person: int, right: int) -> str:
    if handled == 0:
        return _("`handled` is still 0. Take those for a person away from all mails.")
    if handled == cases:
        return _("`handled` is all mails. Some went to a person: take those away.")
    if handled == to_person:
        return _("`handled` is what went to a person. We want the others.")
    if handled == right:
        return _("`handled` is only the right ones. Wrong ones were handled too, sadly.")
    return _("`handled` does not fit. It is all mails, minus those that go to a person.")


def _both(names: Names) -> tuple[list[str], list[str]]:
    truth, said = names.get("truth"), names.get("said")
    lists = isinstance(truth, list) and isinstance(said, list)
    if not lists or not said or len(truth) != len(said):
        raise NotYet(
            _(
                "`truth` and `said` do not hold one entry for each mail. Run their two lines once "
                "more."
            )
        )
    return [str(label) for label in truth], [str(label) for label in said]


@exercise("3.6")
def _promise(names: Names) -> str:
    truth, said = _both(names)
    right = sum(one == other for one, other in zip(truth, said, strict=True))
    handled = len(said) - said.count(_UNSURE)
    if not handled:
        raise NotYet(_("No mail was handled at all. Look at exercise 3.3 and 3.4 first."))
    low = names.number("low", _("the lower end of the range"), 0, 1)
    high = names.number("high", _("the upper end of the range"), 0, 1)
    ends = wilson(right, handled)
    if low == high == 0:
        raise NotYet(
            _("`low` and `high` are still 0. interval(…) gives both: right ones, handled.")
        )
    if _off(low, ends[0]) or _off(high, ends[1]):
        other = wilson(right, len(said))
        if not _off(low, other[0]) and not _off(high, other[1]):
            raise NotYet(_("That is the range over all mails. Divide by the handled ones only."))
        if not _off(low, ends[1]) and not _off(high, ends[0]):
            raise NotYet(_("`low` and `high` are swapped: the smaller one comes first."))
        raise NotYet(
            _("That range is of other counts. First the right ones, then the handled ones.")
        )
    said_so = tidy(names.text("promise", _("yes or no")))
    if said_so not in ("yes", "no", "oui", "non"):
        raise NotYet(_('`promise` should be "yes" or "no".'))
    if said_so in ("yes", "oui") and ends[0] < 0.9:
        raise NotYet(
            _(
                "The truth may be as low as {low:.2f}, so nine of ten may not hold. Promise what "
                "the low end carries.",
                low=ends[0],
            )
        )
    if said_so in ("no", "non") and ends[0] >= 0.9:
        raise NotYet(
            _("Even the low end is {low:.2f}: here you may promise nine of ten.", low=ends[0])
        )
    return _n(
        "Between {low:.2f} and {high:.2f}, with {n} mail. Say both ends, always.",
        "Between {low:.2f} and {high:.2f}, with {n} mails. Say both ends, always.",
        handled,
        low=ends[0],
        high=ends[1],
    )


def _off(value: float, right: float) -> bool:
    return abs(value - right) > 0.0051


@exercise("3.7")
def _trusted(names: Names) -> str:
    truth, said = _both(names)
    mine = tidy(names.text("trusted", _("the name of a queue whose column is clean")))
    if mine == _UNSURE:
        raise NotYet(_("“unsure” is no queue: those go to a person. Choose another column."))
    if mine not in QUEUES:
        raise NotYet(
            _(
                "“{name}” is not one of the six queues. Copy a name from above a column.",
                name=mine,
            )
        )
    called = Counter(said)
    if not called[mine]:
        raise NotYet(
            _("The machine never said “{name}”, so its column tells us nothing.", name=mine)
        )
    right = Counter(other for one, other in zip(truth, said, strict=True) if one == other)
    best = max(right[name] / called[name] for name in QUEUES if called[name])
    if right[mine] / called[mine] < best:
        raise NotYet(
            _(
                "It said “{name}” {times} times and was right {right} times: go down the column, "
                "not along the row. Another one is cleaner.",
                name=mine,
                times=called[mine],
                right=right[mine],
            )
        )
    return _(
        "It said “{name}” {times} times and was right {right} times. Yet with so few, the truth "
        "may be as low as {low:.2f}: believe it, and look now and then.",
        name=mine,
        times=called[mine],
        right=right[mine],
        low=wilson(right[mine], called[mine])[0],
    )


@exercise("3.8")
def _own(names: Names) -> str:
    labels = own_labels(names)
    what = _("your prompt and the sentence that allows doubt")
    prompt = names.text("PROMPT", what, words=4)
    own = names.get("own_prompt")
    if isinstance(own, str) and not own.strip():
        raise NotYet(
            _(
                "`own_prompt` is empty: your team has no such version. Choose another in the cell "
                'above, kit["v2"] or kit["v1"].'
            )
        )
    _prompt_fits(prompt, labels, "PROMPT")
    added = prompt.removeprefix(own) if isinstance(own, str) else ""
    if added != prompt and not own.endswith("\n") and not added.startswith("\n"):
        raise NotYet(
            _(
                "Your sentence hangs on the last line of your prompt, as if it belonged there. "
                "Begin it with \\n, a new line, inside its quotes."
            )
        )
    return _("{count} labels, and a prompt that may doubt.", count=len(labels))


def own_labels(names: Names) -> list[str]:
    """The allowed labels of the team's own answers.

    Raises:
        NotYet: `LABELS` is no list of two or more labels in small letters.
    """
    labels = names.get("LABELS")
    if not isinstance(labels, list | tuple) or not all(isinstance(x, str) for x in labels):
        raise NotYet(_('`LABELS` should be a list of texts, for example ["pay", "ask"].'))
    labels = [label for label in labels if label.strip()]
    if len(set(labels)) < 2:
        raise NotYet(_("`LABELS` needs two labels or more. Type them, each in quotes."))
    loud = [label for label in labels if label != label.lower() or label != label.strip()]
    if loud:
        raise NotYet(
            _(
                "“{label}” has capitals or blanks around it, and `choose` makes answers small. "
                "Write labels in small letters.",
                label=loud[0],
            )
        )
    if _UNSURE in labels:
        raise NotYet(
            _("“unsure” is no label: it is what is left when no label fits. Take it out of LABELS.")
        )
    return labels


def _prompt_fits(prompt: str, labels: list[str], name: str) -> None:
    silent = [label for label in labels if label not in prompt.lower()]
    if silent:
        raise NotYet(
            _(
                "`{name}` does not name {labels}. Begin with own_prompt, which names all labels, "
                "and add your sentence with +.",
                name=name,
                labels=listed(silent),
            )
        )
    if _UNSURE not in prompt.lower():
        raise NotYet(
            _(
                "`{name}` does not allow doubt yet. Add a sentence with the word unsure, such as: "
                "When you cannot tell, say unsure.",
                name=name,
            )
        )


@exercise("3.9")
def _solve(names: Names) -> str:
    labels = own_labels(names)
    _try_solve(a_function(names, "solve", 1), labels, {"choose": _choose})
    return _("A label when it is sure, a reason when it is not. It takes any answer calmly.")


def _try_solve(
    solve: FunctionType, labels: list[str], helpers: Mapping[str, Any] | None = None
) -> None:
    text = "The case of the blue lamp."

    def ran(case: str, answer: str, seen: list[str]) -> Any:
        return tried(solve, case, model=_listening(answer, seen), helpers=helpers)

    for label in labels:
        seen: list[str] = []
        answer = ran(text, f"{label.upper()}.", seen)
        _has_keys("solve", answer, ("label", "reason"))
        if not any(text in prompt for prompt in seen):
            raise NotYet(
                _("Your case is not in what the model is asked. Put the answer's line back.")
            )
        if answer["label"] != label:
            raise NotYet(
                _(
                    "The model said “{answer}”, and `solve` says {came}. Let `choose` make the "
                    "answer safe, with LABELS.",
                    answer=f"{label.upper()}.",
                    came=in_short(answer["label"]),
                )
            )
        if answer["reason"] != "" and _UNSURE not in answer.values():  # of a second question
            raise NotYet(_('When the label is sure, `reason` is empty text: "".'))
    for odd in ("", "I cannot help with that.", _CHATTY * 300, f"Not {labels[0]}, I think"):
        answer = ran(text, odd, [])
        _has_keys("solve", answer, ("label", "reason"))
        if answer["label"] != _UNSURE:
            raise NotYet(
                _(
                    "The model said “{answer}”, and `solve` says {came}. That is not allowed: it "
                    "should be unsure.",
                    answer=odd[:30],
                    came=in_short(answer["label"]),
                )
            )
        reason = answer["reason"]
        if not _some_text(reason):
            raise NotYet(_("When it is unsure, `reason` should say why, for the person who looks."))
        if len(reason) > 500:
            raise NotYet(
                _("`reason` is as long as the answer. Keep the first signs: answer[0:80].")
            )
    empty = ran("  ", labels[0], [])
    if not isinstance(empty, dict) or empty.get("label") != _UNSURE:
        raise NotYet(_("An empty text should be unsure. Put the first two lines of `solve` back."))


def _listening(answer: str, seen: list[str]) -> Model:
    def model(prompt: str) -> str:
        seen.append(prompt)
        return answer

    return model


@exercise("3.10")
def _price(names: Names) -> str:
    costs = _("what a wrong answer costs, in minutes")
    wrong = names.number("minutes_wrong", costs, 0.1, 100_000)
    takes = _("what one case takes a person, in minutes")
    person = names.number("minutes_person", takes, 0.1, 10_000)
    price = a_function(names, "price", 2)
    mine = _result(tried(price, 3, 10))
    right = 3 * wrong + 10 * person
    slips = {
        0.0: _("`price` still gives 0. Work out `minutes` in the line above the return."),
        3 * wrong: _("`price` leaves out the cases for a person. Add them, times their minutes."),
        10 * person: _("`price` leaves out the wrong answers. Add them, times their minutes."),
        3 * person + 10 * wrong: _("`price` has the two minutes swapped."),
        (wrong + person) * 13: _(
            "`price` multiplies everything by everything. Two products, one +."
        ),
    }
    if abs(mine - right) > 0.01:
        near = [advice for slip, advice in slips.items() if abs(mine - slip) <= 0.01]
        raise NotYet(near[0] if near else _("`price` is not the sum of the two products yet."))
    sum_of_both = _(
        "Three wrong and ten for a person cost {minutes} minutes by your figures.",
        minutes=f"{right:g}",
    )
    if wrong > person:
        return sum_of_both
    doubt = _("(Is a wrong answer really not dearer than a look? Ask.)")
    return f"{sum_of_both} {doubt}"


def _result(value: object) -> float:
    return Names({"price(3, 10)": value}).number("price(3, 10)", _("minutes"), -1e9, 1e9)


@exercise("3.11")
def _saved(names: Names) -> str:
    path = next((p for p in _places() if p.is_file()), None)
    if path is None:
        raise NotYet(_("solution.py is not written yet. Run the cell above that writes it."))
    room = of_file(path)
    missing = [name for name in ("LABELS", "PROMPT", "solve") if name not in room]
    if missing:
        raise NotYet(
            _(
                "solution.py has no {missing}. Add it to `pieces`, and write again.",
                missing=listed(missing),
            )
        )
    inside = Names(room)
    labels = own_labels(inside)
    _prompt_fits(inside.text("PROMPT", _("your prompt")), labels, "PROMPT")
    solve = a_function(inside, "solve", 2)
    try:
        _try_solve(solve, labels)
    except NotYet as advice:
        raise NotYet(_("In solution.py: {advice}", advice=advice)) from None
    _same(names, room)
    return _("solution.py works in an empty room. Session 4 begins with it.")


def _places() -> list[Path]:
    return [folder / "solution.py" for folder in dict.fromkeys([team_folder(), Path.cwd()])]


def _same(names: Names, room: Mapping[str, Any]) -> None:
    for name in ("PROMPT", "LABELS"):
        try:
            here = names.get(name)
        except NotYet:
            continue  # a fresh notebook: the file counts
        if here != room[name]:
            raise NotYet(
                _(
                    "`{name}` has changed since solution.py was written. Run the writing cell "
                    "again, then this one.",
                    name=name,
                )
            )
