"""Reads a chat request: what is wanted, about which text, shown by which examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bootcamp.gateway.practice.cutting import Cut, Shown, cut, read_shown_answer
from bootcamp.gateway.practice.fields import (
    Field,
    Label,
    allowed_unsure,
    find_label,
    is_unsure,
    read_fields,
    schema_fields,
)
from bootcamp.gateway.practice.text import fold, language, words

__all__ = ["Example", "Reading", "Turn", "keys_to_extract", "read"]


@dataclass(frozen=True)
class Turn:
    """One message of a chat, as text."""

    role: str
    text: str


@dataclass(frozen=True)
class Example:
    """A text with the labels that the prompt says are right for it, by the field's position."""

    text: str
    answers: Mapping[int, str]


@dataclass(frozen=True)
class Reading:
    """A request, understood as far as the practice model can."""

    instructions: str
    target: str
    fields: tuple[Field, ...] = ()
    examples: tuple[Example, ...] = ()
    unsure: str = ""
    """The word that the prompt allows for 'I do not know', or ''."""
    summary_sentences: int | None = None
    """How many sentences a summary should have; None when none is asked for."""
    json: bool = False
    schema: Mapping[str, object] | None = None
    separator: str = ""
    """What stands between two answers on one line; '' puts each on a line of its own."""
    language: str = "en"


_SUMMARY = re.compile(
    r"\b(?:summar\w+|sum up|tl;?dr|shorten|condense|key points?|main points?|gist|r[ée]sum\w+"
    r"|synth[èe]se|synth[ée]tise\w*|points cl[ée]s|en bref|raccourci\w*)\b",
    re.IGNORECASE,
)
_NUMBERS = {
    "one": 1, "a": 1, "single": 1, "un": 1, "une": 1, "seule": 1, "two": 2, "deux": 2, "three": 3,
    "trois": 3, "four": 4, "quatre": 4, "five": 5, "cinq": 5, "six": 6, "seven": 7, "sept": 7,
}  # fmt: skip
_LENGTH = re.compile(
    rf"\b(\d{{1,2}}|{'|'.join(_NUMBERS)})\s+(?:\w+\s+){{0,2}}?"
    r"(?:sentences?|phrases?|lines?|lignes?|bullets?|bullet points|points?|tirets?)\b",
    re.IGNORECASE,
)
_DEFAULT_LENGTH = 2
_LONGEST_SUMMARY = 20
_MOST_EXAMPLES = 100
_LONGEST_EXAMPLE = 4_000
_LONGEST_INSTRUCTIONS = 20_000
_JSON = re.compile(r"\bjson\b", re.IGNORECASE)
_TEMPLATE_KEY = re.compile(r"[\"“]([A-Za-z_][\w \-]{0,40})[\"”]\s*:")
_NAMED_KEYS = re.compile(
    r"\b(?:keys?|fields?|cl[ée]s?|champs?)\b[^\w\"'`]*((?:[\"'`]?\w+[\"'`]?(?:\s*,\s*|\s+and\s+|\s+et\s+)?)"
    r"{1,6})",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(?:classif\w*|categori\w*|label\w*|summar\w*|sort|route|assign|answer|reply|translate|write"
    r"|draft|extract|classe\w*|r[ée]sum\w*|r[ée]pond\w*|tradui\w*|r[ée]dige\w*|extrai\w*|trie\w*"
    r"|queue|urgency|cat[ée]gorie|choose|decide|choisi\w*|is this|give|return|explain)\b",
    re.IGNORECASE,
)


def read(turns: Sequence[Turn], response_format: Mapping[str, object] | None = None) -> Reading:
    """Read a request; what cannot be recognised is left empty."""
    system = cut("\n\n".join(turn.text for turn in turns if turn.role in {"system", "developer"}))
    said = [turn for turn in turns if turn.role in {"user", "assistant"}]
    asked = next((at for at in range(len(said) - 1, -1, -1) if said[at].role == "user"), None)
    request = cut(said[asked].text) if asked is not None else Cut()
    earlier, shown_by_turns = _earlier(said[:asked] if asked is not None else [])
    before = "\n".join(
        part for part in (system.instructions, _text_of(system), *earlier) if part.strip()
    )
    schema = _schema(response_format)
    shown = [*system.shown, *shown_by_turns, *request.shown]
    if not request.target:
        _find_target(request, before)
    instructions = f"{before}\n\n{request.instructions}".strip()[:_LONGEST_INSTRUCTIONS]
    fields, examples = _fields_and_examples(instructions, shown, schema)
    if not request.target and request.shown:
        last = request.shown[-1]
        if not _answers(last.answer, fields):  # its 'File: …' was a line of the text itself
            request.target = f"{last.text}\n{last.answer}"
    wants_json = bool(response_format and response_format.get("type") in _JSON_TYPES)
    wants_json = wants_json or bool(_JSON.search(instructions))
    if schema is None:
        fields = _named(fields, instructions, wants_json)
    unsure = allowed_unsure(instructions) or next(
        (label.name for field in fields for label in field.labels if is_unsure(label.name)), ""
    )
    return Reading(
        instructions=instructions,
        target=request.target,
        fields=tuple(fields),
        examples=tuple(examples),
        unsure=unsure,
        summary_sentences=_summary_length(instructions),
        json=wants_json,
        schema=schema,
        separator=_separator(fields, instructions),
        language=language(instructions or request.target),
    )


_JSON_TYPES = ("json_object", "json_schema")


def _earlier(said: Sequence[Turn]) -> tuple[list[str], list[Shown]]:
    """Read earlier turns: an answer to a text is an example, anything else gives instructions."""
    instructions: list[str] = []
    shown: list[Shown] = []
    for position, turn in enumerate(said):
        if turn.role != "user":
            continue
        part = cut(turn.text)
        answered = position + 1 < len(said) and said[position + 1].role == "assistant"
        shown += part.shown
        if not answered:
            instructions.append(turn.text)
        elif part.target:
            instructions.append(part.instructions)
            shown.append(Shown(part.target, said[position + 1].text))
        else:
            if read_fields(turn.text):
                instructions.append(turn.text)
            shown.append(Shown(turn.text, said[position + 1].text))
    return instructions, shown


def _text_of(system: Cut) -> str:
    """What looked like a text in the system prompt is part of its instructions."""
    return system.target


def _schema(response_format: Mapping[str, object] | None) -> Mapping[str, object] | None:
    described = response_format.get("json_schema") if response_format else None
    schema = described.get("schema") if isinstance(described, dict) else None
    return schema if isinstance(schema, dict) else None


def _find_target(request: Cut, before: str) -> None:
    """Tell text and instructions apart where nothing marks them."""
    text = request.instructions.strip()
    if not text:
        return
    if before and not read_fields(text) and (read_fields(before) or not _ORDERS.search(text)):
        request.target, request.instructions = text, ""
        return
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    if len(paragraphs) == 1:
        paragraphs = [part for part in text.split("\n") if part.strip()]
    if len(paragraphs) == 1:
        head, colon, tail = text.partition(":")
        if colon and _ORDERS.search(head) and len(words(tail)) > 3 and not _list_only(tail, text):
            request.instructions, request.target = head, tail.strip()
            return
        head, colon, tail = text.rpartition(": ")
        if colon and read_fields(head) and len(words(tail)) > 2:
            request.instructions, request.target = head, tail.strip()
        return
    orders = [part for part in paragraphs if read_fields(part)]
    orders = orders or [part for part in paragraphs if _ORDERS.search(part)]
    if not orders or len(orders) == len(paragraphs):
        orders = paragraphs[:1]
    # Labels' descriptions stand in lines of their own: whatever the reader takes is no text.
    described = {label.description for field in read_fields(text) for label in field.labels}
    described.discard("")
    taken = set(orders)
    rest = [
        part
        for part in paragraphs
        if part not in taken and not any(description in part for description in described)
    ]
    request.target = "\n\n".join(rest)
    kept = set(rest)
    request.instructions = "\n".join(part for part in paragraphs if part not in kept)


def _list_only(tail: str, text: str) -> bool:
    fields = read_fields(text)
    return any(all(label.name in tail for label in field.labels) for field in fields)


def _fields_and_examples(
    instructions: str, shown: Sequence[Shown], schema: Mapping[str, object] | None
) -> tuple[list[Field], list[Example]]:
    fields = read_fields(instructions)
    if schema is not None and (described := schema_fields(schema)):
        fields = [_with_descriptions(field, fields) for field in described]
    if not fields:
        fields = _fields_from_answers(shown)
    examples = []
    for part in shown[-_MOST_EXAMPLES:]:
        answers = _answers(part.answer, fields)
        if answers and not (part.arrow and _is_label(part.text, fields)):
            examples.append(Example(part.text[:_LONGEST_EXAMPLE], answers))
        elif part.arrow:
            fields = [_describe(field, part.text, part.answer) for field in fields]
    return fields, examples


def _with_descriptions(field: Field, read_from_prompt: Sequence[Field]) -> Field:
    """Give a schema's labels the descriptions that the prompt has for them."""
    described = {
        fold(label.name): label.description
        for other in read_from_prompt
        for label in other.labels
        if label.description
    }
    labels = tuple(
        replace(label, description=label.description or described.get(fold(label.name), ""))
        for label in field.labels
    )
    return replace(field, labels=labels)


def _fields_from_answers(shown: Sequence[Shown]) -> list[Field]:
    """Take the labels from examples alone, where the prompt lists none."""
    plain = [read_shown_answer(part.answer).strip(" \"'`.*") for part in shown]
    names = list(dict.fromkeys(name for name in plain if name and len(words(name)) <= 4))
    if len(names) < 2 or any(len(words(name)) > 4 for name in plain):
        arrows = [part for part in shown if part.arrow and len(words(part.text)) <= 3]
        if len(arrows) < 2:
            return []
        return [Field("", tuple(Label(part.text, part.answer) for part in arrows))]
    if any("{" in name for name in names):
        return []
    return [Field("", tuple(map(Label, names)))]


def _is_label(text: str, fields: Sequence[Field]) -> bool:
    return any(fold(text) == fold(label.name) for field in fields for label in field.labels)


def _describe(field: Field, name: str, description: str) -> Field:
    labels = tuple(
        replace(label, description=description)
        if fold(label.name) == fold(name) and not label.description
        else label
        for label in field.labels
    )
    return replace(field, labels=labels)


def _answers(answer: str, fields: Sequence[Field]) -> dict[int, str]:
    """Read the labels out of an example's answer: 'billing', 'Queue: billing', JSON, 'a / b'."""
    found: dict[int, str] = {}
    pieces = answer.split("\n")
    for position, field in enumerate(fields):
        named = [piece for piece in pieces if field.name and fold(field.name) in fold(piece)]
        for piece in [*named, *pieces]:
            if len(piece) > 400:
                continue
            if label := find_label(read_shown_answer(piece), field):
                found[position] = label.name
                break
    return found


def _named(fields: Sequence[Field], instructions: str, wants_json: bool) -> list[Field]:
    """Give each field the name that the prompt wants in its answer."""
    keys = list(dict.fromkeys(key.strip() for key in _TEMPLATE_KEY.findall(instructions)))
    if wants_json and not keys and (listed := _NAMED_KEYS.search(instructions)):
        parts = re.split(r"\s*,\s*|\s+(?:and|et)\s+", listed.group(1).strip())
        keys = [key.strip(" \"'`") for key in parts if key.strip(" \"'`")]
    named: list[Field] = []
    for field in fields:
        match = next((key for key in keys if fold(key) == fold(field.name)), None)
        if match is None and not field.name:
            taken = {fold(other.name) for other in (*fields, *named)}
            match = next((key for key in keys if fold(key) not in taken), None)
        if match is None and len(fields) == 1 and len(keys) == 1:
            match = keys[0]
        named.append(replace(field, name=match) if match else field)
    return named


_EXTRACT = re.compile(
    r"\b(?:extract|pull out|list|find|give|fill in|read off|extrai\w*|relev\w*|trouve\w*|donne\w*"
    r"|indique\w*)\b[ \t]+(?:me[ \t]+)?(?P<rest>[^.?\n]{3,300})",
    re.IGNORECASE,
)
_SURELY_EXTRACT = re.compile(r"\b(?:extract|pull out|extrai\w*|relev\w*)\b", re.IGNORECASE)
_END_OF_KEYS = re.compile(
    r"\s+(?:from|of|in|as|out of|found|mentioned|if|du|de ce|dans|en|au format|sous forme|this"
    r"|that)\b.*$|\s*\(.*$",
    re.IGNORECASE,
)
_KEY_LEAD = re.compile(
    r"^(?:the|a|an|its|all|any|le|la|les|un|une|l['’]|son|sa)\s*(?:following\s+)?", re.IGNORECASE
)
_MOST_KEYS = 20


def keys_to_extract(instructions: str) -> tuple[str, ...]:
    """Read 'Extract the invoice number, the date and the total' or a JSON template's keys."""
    if not _SURELY_EXTRACT.search(instructions):
        return ()
    keys = [key.strip() for key in _TEMPLATE_KEY.findall(instructions)]
    if not keys and (listed := _NAMED_KEYS.search(instructions)):
        keys = [part.strip(" \"'`") for part in re.split(r"\s*,\s*|\s+(?:and|et)\s+", listed[1])]
    if not keys and (found := _EXTRACT.search(instructions)):
        rest = found.group("rest").split(":")[-1] or found.group("rest")
        parts = re.split(r"\s*,\s*(?:and |et )?|\s+(?:and|et)\s+", rest)
        parts = [_KEY_LEAD.sub("", _END_OF_KEYS.sub("", part.strip())) for part in parts]
        keys = [part.strip(" \"'`") for part in parts]
    keys = [key for key in keys if key and len(words(key)) <= 4]
    return tuple(dict.fromkeys(keys))[:_MOST_KEYS]


def _separator(fields: Sequence[Field], instructions: str) -> str:
    """Read from 'Answer as: queue | urgency' how two answers share a line."""
    if len(fields) < 2 or not all(field.name for field in fields):
        return ""
    one, other = (re.escape(field.name) for field in fields[:2])
    found = re.search(
        rf"[<\[{{]?{one}[>\]}}]?(\s*[;|/,]\s*)[<\[{{]?{other}[>\]}}]?\s*(?:$|[.\n\"'`])",
        instructions,
        re.IGNORECASE | re.MULTILINE,
    )
    return found.group(1) if found else ""


def _summary_length(instructions: str) -> int | None:
    if not _SUMMARY.search(instructions):
        return None
    found = _LENGTH.search(instructions)
    if not found:
        return _DEFAULT_LENGTH
    number = found.group(1).lower()
    return min(max(_NUMBERS.get(number) or int(number), 1), _LONGEST_SUMMARY)
