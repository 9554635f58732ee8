"""How well the practice model does each of its tasks, on the labelled data of the repository.

`python -m benchmarks.practice --json` measures; `--write` puts the table into
docs/practice-model.md. With the weights in place both engines are measured, else words alone.
"""

from __future__ import annotations

import argparse
import csv
import email
import email.policy
import json
import math
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.gateway import helpdesk

from benchmarks import practice_cases as cases
from benchmarks.practice_prompts import PROMPTS, prompt
from bootcamp.content import content_root
from bootcamp.gateway.practice import PracticeModel, Turn, best_embedder, open_embedder
from bootcamp.gateway.practice.embed import LexicalEmbedder
from bootcamp.settings import model_folder

_DOCUMENT = Path(__file__).parent.parent / "docs" / "practice-model.md"
_BEGIN, _END = "<!-- table: begin -->", "<!-- table: end -->"
_RESAMPLES = 1_000
_URGENCY = {
    "urgent": "work has stopped; somebody was hurt or is at risk; we must act today or within two "
    "working days; an account is blocked or court is threatened",
    "normal": "everything else, also when the writer is angry or uses capitals",
}


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="fewer draws of examples")
    parser.add_argument("--write", action="store_true", help="write the table into the docs")
    options = parser.parse_args()
    measured = measure(draws=2 if options.quick else 6)
    if options.write:
        _write(measured)
    if options.json:
        sys.stdout.write(json.dumps(measured, indent=2) + "\n")
    else:
        sys.stdout.write(_table(measured) + "\n")


def measure(draws: int = 6) -> dict[str, Any]:
    """Measure each engine that this machine has."""
    engines = {"words alone": PracticeModel(LexicalEmbedder())}
    if not isinstance(best_embedder(), LexicalEmbedder):
        engines["with MiniLM"] = PracticeModel(open_embedder(model_folder()))
    return {name: _measure(model, draws) for name, model in engines.items()}


def _measure(model: PracticeModel, draws: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    mails, queues, urgencies = _routing()
    routing = _brief_queues()
    _labels(found, model, "e-mail routing, 40 mails", list(zip(mails, queues, strict=True)),
            routing, draws)  # fmt: skip
    for part, about in (("dev", "e-mail routing, 40 mails"),
                        ("hidden", "e-mail routing, 120 hidden mails")):  # fmt: skip
        found |= routing_lesson(part).ask(model).rows_of_table(about)
    for name, described in (("names", False), ("descriptions", True)):
        said = [_ask(model, _prompt(dict(_URGENCY), mail, described=described)) for mail in mails]
        urgent = [one == "urgent" for one in urgencies]
        found[f"urgent mails found, {name} (e-mail routing)"] = _share(
            [s == "urgent" for s, u in zip(said, urgent, strict=True) if u]
        )
        found[f"calls of urgent that are right, {name} (e-mail routing)"] = _share(
            [u for s, u in zip(said, urgent, strict=True) if s == "urgent"]
        )
    _labels(found, model, "helpdesk, 30 mails", helpdesk.MAILS, helpdesk.DESCRIPTIONS, 1,
            helpdesk.EXAMPLES)  # fmt: skip
    _labels(found, model, "town hall, 30 messages", cases.TOWN_HALL, cases.TOWN_HALL_DESCRIPTIONS,
            1, cases.TOWN_HALL_EXAMPLES)  # fmt: skip
    _fields(found, model)
    _letters(found, model)
    answers = [(want, _ask(model, f'{asked}\n"""{text}"""'))
               for text, asked, want in cases.QUESTIONS]  # fmt: skip
    nothing = {"The text does not say.", "Le texte ne le dit pas."}
    found["questions answered by the right sentence"] = _share(
        [want in said for want, said in answers if want]
    )
    found["questions that the text does not answer: said so"] = _share(
        [said in nothing for want, said in answers if not want]
    )
    called = [(tool, arguments, model.answer([Turn("user", said)], tools=cases.TOOLS).tool_calls)
              for said, tool, arguments in cases.TOOL_CASES]  # fmt: skip
    found["tools: the right one, or rightly none"] = _share(
        [(calls[0].name if calls else None) == tool for tool, _, calls in called]
    )
    found["tools: all arguments right"] = _share(
        [bool(calls) and json.loads(calls[0].arguments) == arguments
         for tool, arguments, calls in called if tool]
    )  # fmt: skip
    what = "a mail of 100 words and 6 labels, median"
    found[f"milliseconds, {what}"] = _milliseconds(model, mails, routing, time.perf_counter)
    found[f"milliseconds of one processor, {what}"] = _milliseconds(
        model, [f"Again. {mail}" for mail in mails], routing, time.process_time
    )
    return found


def _labels(
    found: dict[str, Any],
    model: PracticeModel,
    name: str,
    rows: Sequence[tuple[str, str]],
    described: Mapping[str, str],
    draws: int,
    examples: Sequence[tuple[str, str]] = (),
) -> None:
    """Macro-F1 with names, with descriptions, and with two examples a label beside them."""
    for level in ("names", "descriptions"):
        said = [_ask(model, _prompt(described, text, described=level != "names"))
                for text, _ in rows]  # fmt: skip
        found[f"labels, {level} ({name})"] = _macro_f1([label for _, label in rows], said)
    truth: list[str] = []
    answers: list[str] = []
    without: list[str] = []
    for draw in range(draws):
        shown = list(examples) or _drawn(rows, draw)
        for text, label in rows:
            if (text, label) not in shown:
                truth.append(label)
                answers.append(_ask(model, _prompt(described, text, described=True, shown=shown)))
                without.append(_ask(model, _prompt(described, text, described=True)))
    if examples:
        found[f"labels, descriptions and examples ({name})"] = _macro_f1(truth, answers)
    else:
        found[f"labels, descriptions and 12 examples drawn from the set ({name})"] = _macro_f1(
            truth, answers, len(rows)
        )
        found[f"labels, the same mails without the examples ({name})"] = _macro_f1(
            truth, without, len(rows)
        )


def _drawn(rows: Sequence[tuple[str, str]], draw: int) -> list[tuple[str, str]]:
    chance = random.Random(draw)
    shown = []
    for label in sorted({label for _, label in rows}):
        shown += chance.sample([row for row in rows if row[1] == label], 2)
    return shown


def _fields(found: dict[str, Any], model: PracticeModel) -> None:
    right: list[bool] = []
    absent: list[bool] = []
    for text, properties, wanted in cases.EXTRACT:
        schema = {"type": "object", "properties": properties, "required": list(properties)}
        form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
        turns = [Turn("user", f'Fill in the fields from this mail.\n"""{text}"""')]
        said = json.loads(model.answer(turns, form).text)
        right += [said.get(k) == v for k, v in wanted.items() if v is not None]
        absent += [said.get(k) is None for k, v in wanted.items() if v is None]
    found["fields that are in the text, value right"] = _share(right)
    found["fields that are not in the text, null"] = _share(absent)


def _letters(found: dict[str, Any], model: PracticeModel) -> None:
    """Summaries: the right sentence; drafts: the letter's facts, and none from elsewhere."""
    for order in ("one sentence", "two sentences"):
        found[f"summaries in {order}: what matters is quoted"] = _share(
            [letter.point in _ask(model, f'Summarise this mail in {order}.\n"""{letter.text}"""')
             for letter in cases.LETTERS]
        )  # fmt: skip
    drafts = [(letter, _ask(model, f'Draft a reply to this mail.\n"""{letter.text}"""'))
              for letter in cases.LETTERS]  # fmt: skip
    found["drafts: facts of the mail taken up"] = _share(
        [fact in said for letter, said in drafts for fact in letter.facts]
    )
    found["drafts without an invented number, date, name or promise"] = _share(
        [not _invented(said, letter.text) for letter, said in drafts]
    )


# What a draft may say of its own: its fixed phrases, in both languages.
_FORM = frozenset(
    re.findall(
        r"\w+",
        "dear hello bonjour thank you for your message wrote we have noted reference date amount"
        " what will do and by when to be filled in kind regards name nous vous remercions de votre"
        " écrivez avons noté référence montant ce que ferons et pour quand à compléter"
        " cordialement nom",
    )
)


def _invented(said: str, mail: str) -> set[str]:
    """Words of a draft that are neither in the mail nor in a draft's fixed phrases."""
    return set(re.findall(r"\w+", said.lower())) - set(re.findall(r"\w+", mail.lower())) - _FORM


def _milliseconds(
    model: PracticeModel,
    mails: Sequence[str],
    described: Mapping[str, str],
    clock: Callable[[], float],
) -> dict[str, float]:
    spoken = re.split(r"(?<=[.!?])\s+", " ".join(mails))
    took = []
    for begin in range(0, len(spoken) - 12, 9):
        mail: list[str] = []
        for part in spoken[begin:]:
            mail.append(
                f"{part[:-1]} {begin}{clock.__name__[0]}{part[-1:]}"
            )  # new to the model: nothing is kept
            if sum(len(one.split()) for one in mail) >= 100:
                break
        prompt = _prompt(described, " ".join(" ".join(mail).split()[:100]), described=True)
        began = clock()
        _ask(model, prompt)
        took.append(1_000 * (clock() - began))
    return {"value": round(statistics.median(took), 1), "n": len(took),
            "low": round(min(took), 1), "high": round(max(took), 1)}  # fmt: skip


def _ask(model: PracticeModel, prompt: str) -> str:
    return model.answer([Turn("user", prompt)]).text


def _prompt(
    labels: Mapping[str, str], text: str, *, described: bool,
    shown: Sequence[tuple[str, str]] = (),
) -> str:  # fmt: skip
    lines = ["Choose the label for the mail. The labels are:"]
    lines += [f"- {name}: {about}" if described else f"- {name}" for name, about in labels.items()]
    for example, answer in shown:
        lines += ['\nMail:\n"""', example, '"""', f"Label: {answer}"]
    return "\n".join([*lines, "", "Mail:", '"""', text, '"""', "Answer with the label only."])


@dataclass
class Lesson:
    """Labelled mails, and what a model said to each version of the prompt."""

    rows: Sequence[tuple[str, str]]
    queues: Mapping[str, str]
    said: list[list[str]] = field(default_factory=list)

    def ask(self, model: PracticeModel) -> Lesson:
        """Give the lesson with the answers of *model*."""
        said = [[_ask(model, prompt(version, self.queues, mail)) for mail, _ in self.rows]
                for version in (1, 2, 3)]  # fmt: skip
        return Lesson(self.rows, self.queues, said)

    def scores(self) -> list[float]:
        """Macro-F1 of each version of the prompt."""
        return [_f1(list(zip(self._truth(), said, strict=True))) for said in self.said]

    def gain(self, version: int) -> dict[str, float]:
        """What *version* gains over the first, on the same mails: a paired bootstrap of 95 %."""
        truth, before, after = self._truth(), self.said[0], self.said[version - 1]
        chance = random.Random(1)
        gains = []
        for _ in range(_RESAMPLES):
            drawn = chance.choices(range(len(truth)), k=len(truth))
            gains.append(_f1([(truth[at], after[at]) for at in drawn])
                         - _f1([(truth[at], before[at]) for at in drawn]))  # fmt: skip
        gains.sort()
        scores = self.scores()
        low, high = gains[round(0.025 * _RESAMPLES)], gains[round(0.975 * _RESAMPLES) - 1]
        return {"value": round(scores[version - 1] - scores[0], 2), "n": len(truth),
                "low": round(low, 2), "high": round(high, 2)}  # fmt: skip

    def rows_of_table(self, name: str) -> dict[str, dict[str, float]]:
        """The lesson's part of the table."""
        found = {
            f"prompt {version} ({name})": _macro_f1(self._truth(), said)
            for version, said in zip(PROMPTS, self.said, strict=True)
        }
        for version in (2, 3):
            found[f"gain of v{version} over v1 ({name})"] = self.gain(version)
        return found

    def _truth(self) -> list[str]:
        return [label for _, label in self.rows]


def routing_lesson(part: str) -> Lesson:
    """The lesson on the mails of e-mail routing's *part*, 'dev' or 'hidden'."""
    mails, queues, _ = _routing(part)
    return Lesson(list(zip(mails, queues, strict=True)), _brief_queues())


def _routing(part: str = "dev") -> tuple[list[str], list[str], list[str]]:
    folder = content_root() / "graders" / "datasets" / "email_routing" / part
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    mails = []
    for row in rows:
        raw = (folder / f"{row['id']}.eml").read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        body = message.get_body(preferencelist=("plain", "html"))
        text = body.get_content() if body else ""
        text = re.sub(r"<[^>]+>", " ", text) if "<html" in text.lower() else text
        own = [line for line in text.splitlines() if not line.startswith(">")]
        mails.append("\n".join([str(message["subject"] or ""), *own]).strip())
    return mails, [row["queue"] for row in rows], [row["urgency"] for row in rows]


def _brief_queues() -> dict[str, str]:
    """The six queues in the words of the case's brief."""
    brief = content_root() / "graders" / "datasets" / "email_routing" / "brief.md"
    return dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", brief.read_text("utf-8"), re.MULTILINE))


def _macro_f1(
    truth: Sequence[str], said: Sequence[str], independent: int | None = None
) -> dict[str, float]:
    """Macro-F1 with a bootstrap interval of 95 %; *independent* texts, if some were asked often."""
    chance = random.Random(1)
    count = independent or len(truth)
    sampled = sorted(
        _f1([(truth[at], said[at]) for at in chance.choices(range(len(truth)), k=count)])
        for _ in range(_RESAMPLES)
    )
    value = _f1(list(zip(truth, said, strict=True)))
    low, high = sampled[round(0.025 * _RESAMPLES)], sampled[round(0.975 * _RESAMPLES) - 1]
    return {"value": round(value, 2), "n": count, "low": round(low, 2), "high": round(high, 2)}


def _f1(pairs: Sequence[tuple[str, str]]) -> float:
    scores = []
    for label in {truth for truth, _ in pairs}:
        right = sum(truth == said == label for truth, said in pairs)
        counted = sum(truth == label for truth, _ in pairs) + sum(s == label for _, s in pairs)
        scores.append(2 * right / counted)
    return statistics.mean(scores)


def _share(right: Sequence[bool]) -> dict[str, float]:
    """A share with Wilson's interval of 95 %."""
    n = len(right)
    if n == 0:
        return {"value": 0.0, "n": 0, "low": 0.0, "high": 1.0}
    share, z = sum(right) / n, 1.96
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return {"value": round(share, 2), "n": n, "low": round(max(0.0, centre - half), 2),
            "high": round(min(1.0, centre + half), 2)}  # fmt: skip


def _table(measured: Mapping[str, Mapping[str, Any]]) -> str:
    engines = list(measured)
    lines = [f"| task | cases | {' | '.join(engines)} |", "| --- " * (len(engines) + 2) + "|"]
    for task, first in measured[engines[0]].items():
        shown = [measured[engine][task] for engine in engines]
        cells = [f"{one['value']} ({one['low']} to {one['high']})" for one in shown]
        lines.append(f"| {task} | {first['n']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _write(measured: Mapping[str, Mapping[str, Any]]) -> None:
    text = _DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    _DOCUMENT.write_text(f"{before}{_BEGIN}\n{_table(measured)}\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
