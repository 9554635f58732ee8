"""Cuts a prompt into what it asks for, the examples that it shows and the text that it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bootcamp.gateway.practice.fields import asks_about_text, lists_labels, read_fields
from bootcamp.gateway.practice.text import fold, terms, words

__all__ = ["Cut", "Shown", "cut", "read_shown_answer"]

# Markup that holds instructions rather than a text to work on.
_INSTRUCTION_TAGS = terms(
    """
    instruction instructions task tache role context contexte rule rules regle regles label labels
    categories category categorie queue queues files classes class options output format sortie
    schema json answer reponse guidelines consignes
    """
)
_EXAMPLE_TAGS = terms("example exemple shot")
_CONTAINER_TAGS = terms("examples exemples shots")

_TEXT_CUES = terms(
    """
    mail e-mail email courriel text texte message input entree document body ticket comment
    commentaire example exemple letter lettre review avis request demande contenu content
    """
)
# A heading with one of these words is about the answer, not the beginning of a text.
_NO_TEXT_CUES = terms(
    """
    one parmi among into between answer reply respond return choose categories category labels label
    queue queues classes class options output format reponds repondez choisis choisissez categorie
    files etiquettes etiquette sortie rules regles values valeurs following
    """
)
_ANSWER_CUE = re.compile(
    r"(?:label|queue|category|cat[ée]gorie|class|classe|output|answer|r[ée]ponse|file|[ée]tiquette"
    r"|sortie|urgency|urgence|priority|priorit[ée]|intent|topic|sujet|service|department|sentiment"
    r"|result|r[ée]sultat|json)",
    re.IGNORECASE,
)
_ANSWER_LINE = re.compile(
    rf"^[\s>*_\-]*(?:expected |correct |the |la |le )?{_ANSWER_CUE.pattern}[*_]*\s*[:=]+"
    r"[*_]*[ \t]*(.*)$"
    r"|^\s*(?:→|->|=>|⇒)[ \t]*(.*)$",
    re.IGNORECASE,
)
_ANSWER_IN_LINE = re.compile(
    rf"^(.*\S)\s+{_ANSWER_CUE.pattern}\s*[:=]\s*(\S[^\n]{{0,80}})$", re.IGNORECASE
)
_ARROW_IN_LINE = re.compile(r"^[\s\-*•\d.)]*(\S.*?)\s*(?:→|->|=>|⇒|⟶)\s*(\S[^\n]{0,120})$")
_WORK_TO_DO = re.compile(r"\b(?:to|à) \w+", re.IGNORECASE)
_RULE_LINE = re.compile(r"^[ \t]*(-{3,}|={3,}|\*{3,}|#{3,}|_{3,})[ \t]*$", re.MULTILINE)
_OPENER = re.compile(
    r'"""|\'\'\'|```[\w-]*|<(?P<tag>[A-Za-z][\w-]{0,30})>|«««|'
    r"^[ \t]*(?P<rule>-{3,}|={3,}|\*{3,}|#{3,}|_{3,})[ \t]*$",
    re.MULTILINE,
)
_MOST_BLOCKS = 200
_LETTER_BEGINS = re.compile(
    r"^[ \t]*(?:(?:subject|objet|from|de|à|to)\s*:|(?:hello|hi|dear|bonjour|bonsoir|madame|monsieur"
    r"|good (?:morning|afternoon|evening)|hey)\b(?!.*\byou are\b))",
    re.IGNORECASE | re.MULTILINE,
)
_TRAILING_ORDER = re.compile(
    r"^[\s*_#>\-]*(?:(?:please|now|and|merci de)\s+)?(?:answer|reply|respond|return|give|output"
    r"|only|choose|pick|classify|label|say|write|use|what|which|r[ée]ponds|r[ée]pondez|donne|donnez"
    r"|renvoie|renvoyez|indique|indiquez|choisis|choisissez|classe|quelle?)\b",
    re.IGNORECASE,
)
_MARK = "\x00"


@dataclass(frozen=True)
class Shown:
    """A text that the prompt shows, with the answer that follows it; '' where none does."""

    text: str
    answer: str
    arrow: bool = False
    """Written as 'text → answer'; the same sign also introduces a label's description."""


@dataclass
class Cut:
    """A prompt in its parts; `target` is the text to work on, '' when none was recognised."""

    instructions: str = ""
    target: str = ""
    shown: list[Shown] = field(default_factory=list)
    delimited: bool = False
    """Whether the target was marked, so that it can be told from the instructions for sure."""


def cut(prompt: str) -> Cut:
    """Cut a prompt by its delimiters, else by headings such as 'Mail:', else at a letter."""
    blocks, outside = _take_blocks(prompt)
    result = Cut()
    lines = _splice(outside, blocks, result)
    _by_headings(lines, result)
    if not result.target:
        _by_letter(result)
    if not result.delimited:
        _give_back_orders(result)
    result.target = result.target.strip().strip('"“”«»').strip()
    return result


@dataclass(frozen=True)
class _Block:
    tag: str
    text: str


def _take_blocks(prompt: str) -> tuple[list[_Block], str]:
    """Replace each delimited block by a mark; gives the blocks and the marked text."""
    blocks: list[_Block] = []
    outside: list[str] = []
    at = 0
    for _ in range(_MOST_BLOCKS):
        opener = _OPENER.search(prompt, at)
        if opener is None:
            break
        begin, end, after = _closing(prompt, opener)
        outside.append(prompt[at : opener.start()])
        if end < 0:
            outside.append(opener.group())
            at = opener.end()
            if opener.end() == opener.start():
                at += 1
            continue
        outside.append(f"\n{_MARK}{len(blocks)}{_MARK}\n")
        blocks.append(_Block(fold(opener.group("tag") or ""), prompt[begin:end].strip()))
        at = after
    outside.append(prompt[at:])
    return blocks, "".join(outside)


def _closing(prompt: str, opener: re.Match[str]) -> tuple[int, int, int]:
    """Give begin and end of a block's inside, and where the rest goes on; end -1 if open."""
    begin = opener.end()
    if rule := opener.group("rule"):
        closer = _RULE_LINE.search(prompt, begin)
        if closer and closer.group(1)[0] == rule[0]:
            return begin, closer.start(), closer.end()
        return begin, len(prompt) if closer is None else -1, len(prompt)
    if tag := opener.group("tag"):
        closing = f"</{tag}>"
    else:
        closing = opener.group()[:3].replace("«««", "»»»")
    end = prompt.find(closing, begin)
    return begin, end, end + len(closing)


def _splice(outside: str, blocks: list[_Block], result: Cut) -> list[str]:
    """Decide what each block is; gives the lines that are left, blocks of instructions put back."""
    lines: list[str] = []
    source = outside.split("\n")
    position = 0
    while position < len(source):
        line = source[position]
        position += 1
        if not (line.startswith(_MARK) and line.endswith(_MARK) and len(line) > 2):
            lines.append(line)
            continue
        block = blocks[int(line[1:-1])]
        if block.tag in _INSTRUCTION_TAGS or _is_json(block.text):
            lines += ["", f"{block.tag}:" if block.tag else "", *block.text.split("\n"), ""]
            continue
        if block.tag in _CONTAINER_TAGS:
            inner = cut(block.text)
            result.shown += inner.shown
            if inner.target and not inner.shown:
                lines += block.text.split("\n")
            continue
        if block.tag in _EXAMPLE_TAGS or _RULE_INSIDE.match(block.text):
            inner = cut(block.text)
            if inner.shown:
                result.shown += inner.shown
                continue
        answer, used = _answer_after(source, position)
        if answer:
            result.shown.append(Shown(block.text, answer))
            position += used
        else:
            result.target = block.text
            result.delimited = True
        if lines and _text_heading(lines[-1]) is not None:
            lines.pop()
    return lines


_RULE_INSIDE = re.compile(r"\s*(?:example|exemple)\b", re.IGNORECASE)


def _answer_after(source: list[str], position: int) -> tuple[str, int]:
    """Read the answer lines that follow a block; gives them, and how many lines they took."""
    answers: list[str] = []
    used = 0
    for offset, line in enumerate(source[position : position + 8]):
        if not line.strip():
            continue
        found = _ANSWER_LINE.match(line)
        if not found:
            break
        given = (found.group(1) or found.group(2) or "").strip()
        if not given:
            break
        answers.append(line.strip())
        used = offset + 1
    return "\n".join(answers), used


def _is_json(text: str) -> bool:
    return text.startswith("{") and text.rstrip().endswith("}")


def _text_heading(line: str, below: Sequence[str] = ()) -> tuple[str, str] | None:
    """Read 'Mail 3: …' as (heading without numbers, rest of the line), or give None.

    'Which tray is this mail for: payroll, legal or post?' heads a list of labels, not a mail.
    """
    head, colon, rest = line.partition(":")
    if not colon or len(head) > 60:
        return None
    named = words(_WORK_TO_DO.sub("", head.replace("-", "")))
    if not 0 < len(named) <= 8 or any(word in _NO_TEXT_CUES for word in named):
        return None
    if not any(word in _TEXT_CUES for word in named) or _offers_labels(head, rest.strip(), below):
        return None
    return " ".join(word for word in named if not word.isdigit()), rest.strip()


def _offers_labels(head: str, rest: str, below: Sequence[str]) -> bool:
    """Tell whether labels follow a heading such as 'Where does this mail go', there or below."""
    if len(words(head)) <= 2 or _LETTER_BEGINS.match(rest):
        return False
    if rest:
        return lists_labels(rest)
    following = [line for line in below if line.strip()][:2]
    return asks_about_text(head) and bool(read_fields("\n".join([f"{head}:", *following])))


@dataclass
class _Segment:
    heading: str
    order: str
    lines: list[str]
    answers: list[str] = field(default_factory=list)


def _begin(line: str, heading: str, rest: str) -> _Segment:
    """Begin a text; one that has its answer on the same line is complete already."""
    inline = _ANSWER_IN_LINE.match(rest) or _ARROW_IN_LINE.match(rest)
    order = line.partition(":")[0]
    if inline:
        return _Segment(heading, order, [inline.group(1)], [inline.group(2)])
    return _Segment(heading, order, [rest])


def _by_headings(lines: list[str], result: Cut) -> None:
    """Collect texts under headings with the answers below them; the rest is instructions."""
    outside: list[str] = []
    segments: list[_Segment] = []
    open_segment: _Segment | None = None
    for position, line in enumerate(lines):
        heading = _text_heading(line, lines[position + 1 : position + 5])
        answer = _ANSWER_LINE.match(line)
        begins = heading is not None and (
            open_segment is None or open_segment.answers or heading[0] == open_segment.heading
            or not any(part.strip() for part in open_segment.lines)
        )  # fmt: skip
        if heading is not None and begins:
            open_segment = _begin(line, *heading)
            segments.append(open_segment)
        elif open_segment is not None and answer:
            open_segment.answers.append(line.strip())
        elif open_segment is not None and not open_segment.answers:
            open_segment.lines.append(line)
        elif arrow := _ARROW_IN_LINE.match(line):
            shown = Shown(arrow.group(1).strip(" \"'“”«»"), arrow.group(2).strip(), arrow=True)
            result.shown.append(shown)
            outside.append("")
        elif line.strip() or open_segment is None:
            open_segment = None
            outside.append(line)
    for segment in segments:
        _file(segment, outside, result)
    result.instructions = "\n".join(outside)


def _file(segment: _Segment, outside: list[str], result: Cut) -> None:
    """Put one text where it belongs: among the examples, or as the text to work on."""
    text = "\n".join(segment.lines).strip()
    answer = "\n".join(part for part in segment.answers if not _is_empty_answer(part))
    if text and answer:
        result.shown.append(Shown(text.strip("\"'“”«» "), answer))
    elif text and not result.delimited:
        if result.target:  # an earlier heading was no text after all
            outside.append(result.target)
        result.target = text
        if len(segment.heading.split()) > 2:  # 'Summarise this mail:' is an order as well
            outside.append(segment.order)
    elif text:
        outside.append(text)
    if not text and answer:
        outside.append(answer)


def _is_empty_answer(line: str) -> bool:
    found = _ANSWER_LINE.match(line)
    return found is not None and not (found.group(1) or found.group(2) or "").strip()


def _by_letter(result: Cut) -> None:
    begins = _LETTER_BEGINS.search(result.instructions)
    if begins and begins.start() > 0:
        result.target = result.instructions[begins.start() :]
        result.instructions = result.instructions[: begins.start()]


def _give_back_orders(result: Cut) -> None:
    """Move closing lines such as 'Answer with the queue only.' to the instructions."""
    paragraphs = re.split(r"\n\s*\n", result.target.rstrip())
    while len(paragraphs) > 1 and _is_order(paragraphs[-1]):
        result.instructions += "\n\n" + paragraphs.pop()
    result.target = "\n\n".join(paragraphs)


def _is_order(paragraph: str) -> bool:
    if _TRAILING_ORDER.match(paragraph):
        return True
    return asks_about_text(paragraph) and bool(read_fields(paragraph))


def read_shown_answer(line: str) -> str:
    """Give the answer itself from 'Queue: billing' or '→ billing'."""
    found = _ANSWER_LINE.match(line)
    return (found.group(1) or found.group(2) or "").strip() if found else line.strip()
