"""The machine part of homework 3: ten points, each given in bands.

The learner's two functions are called from here with plain values; the model that they meet is a
dictionary of prepared replies, and nothing calls a real one. What comes back is judged here. The
two figures are computed again from the table of answers that was handed in.
"""

from math import sqrt
from typing import Any

from bootcamp.grading.checks import Learner, ProbeFailed, Verdict, check, number_of, texts
from bootcamp.language import N_

_ = texts(__file__)
_n = _.count

_UNSURE = "unsure"
_LONGEST_REASON = 200
_MOST_ROWS = 5_000
_LEAST_CASES = 10
_95_PERCENT = 1.96

# Labels that no learner has: a function that knows its own labels only does not read these.
_TRAYS = ["accept", "refuse", "call back"]
_CLEAN = ("accept", "refuse", "call back")
_MESSY = ("REFUSE", "Accept.", "  call back\n", '"refuse"')
_ODD = {
    N_("a word that is not allowed"): ("perhaps", "accepted"),
    N_("an empty answer"): ("", "   "),
    N_("a refusal"): ("I am sorry, but I cannot help with that request.",),
    N_("a sentence with a label in it"): (
        "Certainly not refuse.",
        "accept or refuse, both could be",
    ),
    N_("a malformed answer"): ('{"label": "acc', "accept refuse", "<label>"),
    N_("a long chat answer"): ("Thank you for this question! Let me think it over. " * 400,),
}


@check("hw3-read", points=2)
def reads(learner: Learner) -> Verdict:
    """The plain labels: 1 point. Capitals, blanks, quotes and a full stop: 1 more."""
    for answer in _CLEAN:
        came = _read(learner, answer)
        if came.label != answer:
            return Verdict(0, _("An allowed label came in, and {came} came out.", came=came.named))
        if came.reason is None or came.reason.strip():
            return Verdict(1, _("When the label is sure, reason should be an empty text."))
    for answer in _MESSY:
        if _read(learner, answer).label != answer.strip(' ."\n').lower():
            return Verdict(1, _("A label in capitals, in quotes or with a full stop was lost."))
    return Verdict(2, _("Labels are read, however they are written."))


@check("hw3-odd", points=3)
def odd(learner: Learner) -> Verdict:
    """Every kind of odd answer is unsure, with a short reason: 3 points. One kind fails: 2."""
    if all(_read(learner, label).label == _UNSURE for label in _CLEAN):
        return Verdict(0, _("Everything is unsure, allowed labels too: finish part 1 first."))
    failed = []
    for kind, answers in _ODD.items():
        wrong = next((wrong for a in answers if (wrong := _odd_wrong(learner, a))), None)
        if wrong:
            failed.append((_(kind), wrong))
    points = max(0, 3 - len(failed))
    if failed:
        kind, wrong = failed[0]
        return Verdict(points, _("Not safe yet: {kind} {wrong}.", kind=kind, wrong=wrong))
    return Verdict(
        3, _("Whatever the model says, it is an allowed label or unsure, with a reason.")
    )


def _odd_wrong(learner: Learner, answer: str) -> str:
    try:
        came = _read(learner, answer)
    except ProbeFailed:
        return _("stopped your function")
    if came.label in _TRAYS:
        return _("was taken for one of the labels")
    if came.label != _UNSURE:
        return _("did not become unsure")
    if came.reason is None or not came.reason.strip():
        return _("has no reason for the person who looks")
    if len(came.reason) > _LONGEST_REASON:
        return _("has a reason longer than {most} signs", most=_LONGEST_REASON)
    return ""


@check("hw3-solve", points=2)
def solves(learner: Learner) -> Verdict:
    """Each case gets the label that its own reply holds: 2 points. Some of them: 1."""
    labels = _labels(learner)
    if len(labels) < 2:
        return Verdict(0, _few_labels())
    replies = {f"parcel-{place:02}": label for place, label in enumerate(labels)}
    asked = [f"Something about parcel-{place:02}, and more." for place in range(len(labels))]
    came = [_Answer.of(learner.call("solve", text, replies)) for text in asked]
    right = sum(answer.label == label for answer, label in zip(came, labels, strict=True))
    if right < len(labels):
        return Verdict(
            1 if right > 1 else 0,
            _(
                "{cases} cases had prepared answers, and {right} came back with theirs: does the "
                "text stand in the prompt, and is read_answer's dict handed back?",
                cases=len(labels),
                right=right,
            ),
        )
    odd_reply = "We shall have to see about that."
    alone = _Answer.of(learner.call("read_answer", odd_reply, labels)).label
    if _Answer.of(learner.call("solve", "parcel 9", {"parcel 9": odd_reply})).label != alone:
        return Verdict(1, _("An odd answer takes another way than through read_answer."))
    return Verdict(2, _("Each case has its own answer, read safely."))


@check("hw3-timeout", points=1)
def late(learner: Learner) -> Verdict:
    """A model that is late leads to unsure, with a reason."""
    if len(_labels(learner)) < 2:
        return Verdict(0, _few_labels())
    came = _Answer.of(learner.call("solve", "A very slow parcel.", {"slow": "TIMEOUT"}))
    if came.label != _UNSURE:
        return Verdict(
            0, _("No answer came in time, and {came} came out, not unsure.", came=came.named)
        )
    if came.reason is None or not came.reason.strip() or came.reason.rstrip().endswith(":"):
        return Verdict(0, _("No answer came in time: say so in reason, below the except."))
    return Verdict(1, _("A model that is late breaks nothing."))


@check("hw3-coverage", points=1)
def coverage(learner: Learner) -> Verdict:
    """The share of all cases that were handled, computed again."""
    right, handled, cases = _counts(learner)
    value = number_of(learner.value("coverage"))
    if cases < _LEAST_CASES:
        return Verdict(
            0,
            _n(
                "first_score.csv has {n} answer: ten or more are needed.",
                "first_score.csv has {n} answers: ten or more are needed.",
                cases,
            ),
        )
    if value is None:
        return Verdict(0, _("coverage is not a number: divide the handled cases by all cases."))
    if _close(value, handled / cases):
        return Verdict(1, _("A coverage of {share:.2f} is right.", share=handled / cases))
    slips = {
        0.0: _("coverage is still 0: divide the handled cases by all cases."),
        right / cases: _("coverage counts the right ones only: wrong ones were handled too."),
        1 - handled / cases: _("coverage is the part for a person: take the other part."),
        handled: _("coverage is a count of cases: divide it by all of them."),
    }
    near = [advice for slip, advice in slips.items() if _close(value, slip)]
    other = _("coverage does not fit your answers: run the cells from the top, then save.")
    return Verdict(0, near[0] if near else other)


@check("hw3-range", points=1)
def ends(learner: Learner) -> Verdict:
    """Wilson's interval of the share right among the handled ones, computed again."""
    right, handled, cases = _counts(learner)
    low, high = number_of(learner.value("low")), number_of(learner.value("high"))
    if cases < _LEAST_CASES or not handled:
        return Verdict(
            0,
            _n(
                "first_score.csv has {n} handled case of {cases}: too few.",
                "first_score.csv has {n} handled cases of {cases}: too few.",
                handled,
                cases=cases,
            ),
        )
    if low is None or high is None:
        return Verdict(0, _("low and high are not two numbers: interval gives both at once."))
    if _same(low, high, right, handled):
        return Verdict(1, _("From {low:.2f} to {high:.2f} is right.", low=low, high=high))
    slips = {
        _("low and high are still 0: interval gives both."): low == high == 0,
        _("low and high are of all cases: divide by the handled ones only."): _same(
            low, high, right, cases
        ),
        _("low and high are swapped: the smaller one comes first."): _same(
            high, low, right, handled
        ),
        _("low and high are the range of the coverage: start from the right ones."): _same(
            low, high, handled, cases
        ),
    }
    near = [advice for advice, slip in slips.items() if slip]
    other = _("low and high are not those of your answers: run the cells from the top, then save.")
    return Verdict(0, near[0] if near else other)


class _Answer:
    """What a learner's function gave, with nothing believed about it."""

    def __init__(self, label: Any, reason: Any) -> None:
        self.label = label if isinstance(label, str) else None
        self.reason = reason if isinstance(reason, str) else None

    @classmethod
    def of(cls, came: Any) -> "_Answer":
        if not isinstance(came, dict):
            return cls(None, None)
        return cls(came.get("label"), came.get("reason"))

    @property
    def named(self) -> str:
        return _("no label at all") if self.label is None else _("“{label}”", label=self.label[:30])


def _read(learner: Learner, answer: str) -> _Answer:
    return _Answer.of(learner.call("read_answer", answer, list(_TRAYS)))


def _labels(learner: Learner) -> list[str]:
    value = learner.value("LABELS")
    some = value[:20] if isinstance(value, list) else []
    return list(dict.fromkeys(x for x in some if isinstance(x, str) and 0 < len(x.strip()) <= 60))


def _few_labels() -> str:
    return _("LABELS holds fewer than two labels: write yours, in small letters.")


def _counts(learner: Learner) -> tuple[int, int, int]:
    """Right, handled and all answers in the table that was handed in."""
    table = learner.value("answers")
    some = table[:_MOST_ROWS] if isinstance(table, list) else []
    rows = [row for row in some if isinstance(row, dict)]
    pairs = [(row.get("right"), row.get("said")) for row in rows if row.get("text")]
    sound = [(a, b) for a, b in pairs if isinstance(a, str) and isinstance(b, str) and a and b]
    handled = [(a, b) for a, b in sound if b != _UNSURE]
    return sum(a == b for a, b in handled), len(handled), len(sound)


def _same(low: float, high: float, right: int, cases: int) -> bool:
    """Whether these are the ends of Wilson's interval (1927) at 95 %, up to rounding."""
    share, z2 = right / cases, _95_PERCENT**2
    middle, whole = share + z2 / (2 * cases), 1 + z2 / cases
    reach = _95_PERCENT * sqrt(share * (1 - share) / cases + z2 / (4 * cases**2))
    return _close(low, max(0, (middle - reach) / whole)) and _close(
        high, min(1, (middle + reach) / whole)
    )


def _close(value: float, right: float) -> bool:
    """Equal up to rounding to two decimals."""
    return abs(value - right) <= 0.0051
