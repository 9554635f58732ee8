"""Reads which labels a prompt offers, with their descriptions, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bootcamp.gateway.practice.text import fold, terms, words

__all__ = [
    "Field",
    "Label",
    "asks_about_text",
    "find_label",
    "is_unsure",
    "lists_labels",
    "merge",
    "read_fields",
    "schema_fields",
]


@dataclass(frozen=True)
class Label:
    """One possible answer, exactly as the prompt spells it, and what the prompt says about it."""

    name: str
    description: str = ""


@dataclass(frozen=True)
class Field:
    """A question with a closed list of answers; `name` is '' where the prompt gives it none."""

    name: str
    labels: tuple[Label, ...]
    description: str = ""


_FIELD_WORDS = (
    "queue|urgency|urgence|priority|priorities|priorité|category|categories|catégorie|label|étiquette|class|classe|topic"
    "|thème|type|intent|intention|sentiment|tone|ton|department|service|team|équipe|language|langue"
    "|severity|gravité|status|statut|file|route|routing|destination|decision|décision|action"
)
_FIELD = re.compile(rf"\b({_FIELD_WORDS})(?:s|es|ies)?\b", re.IGNORECASE)
_PLURALS = {"queues": "queue", "categories": "category", "urgencies": "urgency",
            "priorities": "priority", "classes": "class", "topics": "topic"}  # fmt: skip
# Words that ask for a label without naming the question.
_NAMELESS = terms("label labels class classes etiquette etiquettes")

_STRONG_INTRO = (
    r"one of|exactly one|any of|either|choose (?:between|from|among)|select (?:between|from|among)"
    r"|pick (?:between|from|among)|among|between|from (?:this|the|these)(?: \w+){0,2} list"
    r"|parmi|l['’]une? des?|entre|au choix|choisi\w*|allowed|possible|valid|options?|values?"
    r"|valeurs?"
    rf"|(?:{_FIELD_WORDS})(?:s|ies)?|(?:trays?|bacs?)(?=\s*:)"
)
_INTRO = re.compile(rf"\b(?:{_STRONG_INTRO})\b", re.IGNORECASE)
_HEADS_A_LIST = re.compile(
    rf"\b(?:{_FIELD_WORDS}|options?|values?|valeurs?)(?:s|es|ies)?\b[^:]{{0,30}}:[ \t]*$",
    re.IGNORECASE,
)
_WEAK_INTRO = re.compile(
    r"\b(?:into|as|with|in|say|write|is (?:it|this|the)(?: (?:e-?)?(?:mail|text|message))?"
    r"|dans|en|comme|avec|par|either)\b",
    re.IGNORECASE,
)
_ASKS_FOR_LABEL = re.compile(
    r"\b(?:classif\w*|categori[sz]\w*|labell?\w*|route|routing|sort|assign|tag|triage|answer|reply"
    r"|respond|decide|choose|choisi\w*|class[eé]\w*|tri\w{1,4}|[ée]tiquet\w*|attribu\w*|oriente\w*"
    r"|r[ée]pond\w*|indique\w*|range\w*|is (?:it|this))\b",
    re.IGNORECASE,
)
_ORDER_WORDS = terms(
    """
    answer reply respond return give output only do don don't never not use write say always be if
    include explain no keep make please choose pick select classify label read reponds repondez
    donne donnez renvoie ne n utilise utilisez ecris indique choisis si toujours jamais aucun sois
    here voici
    """
)
# 'Where does this mail go', 'Dans quel bac va ce mail': labels follow after a colon or so.
_QUESTION = re.compile(
    r"\b(?:which|what|where|who(?:se)?|is|put|tell|sort|read|classify|quel(?:le)?s?|laquelle"
    r"|lequel|où|qui|quoi|va|est|concerne|parle|mets|mettez|dis|dites|range\w*|trie[rz]?"
    r"|classe[rz]?)\b",
    re.IGNORECASE,
)
_THE_TEXT = re.compile(
    r"\b(?:this|the|ce|cet|cette|le|la|du|au)\s+(?:following\s+)?(?:e-?mail|mail|courriel|message"
    r"|texte?|ticket|letter|lettre|request|demande)\b",
    re.IGNORECASE,
)
_WORD = r"[\w\"'`*’\-]+"
_NAME = rf"(?:«\s)?{_WORD}(?: {_WORD}){{0,2}}(?:\s»)?"
_COMMA = r"\s*[,;|/]\s*"
_LIST_OF_LABELS = re.compile(
    rf"(?!(?:{'|'.join(sorted(_ORDER_WORDS))}|r[ée]pond\w*|[ée]cri\w*)\b)(?:"
    rf"{_NAME}(?:{_COMMA}{_NAME})*(?:\s*,)?\s+(?:or|ou)\s+{_NAME}\s*(?:[.?!)\n]|$)"
    rf"|{_NAME}(?:{_COMMA}{_NAME})+\s*\?"
    rf"|{_WORD}(?:{_COMMA}{_WORD}){{2,}}\s*(?:[.!)\n]|$))",
    re.IGNORECASE,
)
_LEADS_TO_LABELS = re.compile(r"[:(]\s*|\b(?:concerne(?:-t-il)?|about|pour|dans)\s+", re.IGNORECASE)
_QUESTION_ENDS = re.compile(
    rf"(?:[ \xa0]?\?|(?<=\S)[ \t][\-–—])[ \t]*\n?[ \t]*(?={_LIST_OF_LABELS.pattern})",
    re.IGNORECASE,
)
_NOT_A_LABEL = terms(
    """
    mail email e-mail text texte format role task tache output answer reponse goal but objectif
    context contexte note notes example examples exemple exemples subject objet from to language
    langue instructions instruction rules regles regle rule steps important input message question
    company entreprise tone ton style warning attention remember hint definition definitions json
    labels categories queues classes options values
    """
)
# Nobody writes more by hand; the bounds keep a hostile prompt from taking long.
_LONGEST_INSTRUCTIONS = 20_000
_LONGEST_LIST = 1_500
_MOST_LABELS = 60
_MOST_FIELDS = 8
_TAKEN = "•"
_QUOTES = "`*_\"'“”«»‘’ \t"
_DEFINITION = re.compile(
    r"^(?P<bullet>[ \t]*(?:[-*•+·]|\d{1,2}[.)])[ \t]+|[ \t]*)"
    r"(?P<name>[^:=–—→\n]{1,48}?)[ \t]*"
    r"(?::|=>|=|–|—|→|->|[ \t]-[ \t])[ \t]*(?P<description>\S[^\n]*)$"
)
_PARENTHESIS = re.compile(
    r"^(?P<bullet>[ \t]*(?:[-*•+·]|\d{1,2}[.)])[ \t]+)(?P<name>[^:(\n]{1,48}?)[ \t]*"
    r"\((?P<description>[^)\n]+)\)[ \t.]*$"
)
_BARE = re.compile(r"^[ \t]*(?:[-*•+·]|\d{1,2}[.)])[ \t]+(?P<name>[^\n]{1,48}?)[ \t.;,]*$")
_QUOTED_ITEM = re.compile(r"[\"“«‘`]\s*([^\"”»’`\n]{1,48}?)\s*[\"”»’`]|(?<![\w])'([^'\n]{1,48})'")
_CUT_TAIL = re.compile(
    r"\s+(?:for|depending|based|according|using|so that|selon|pour|and (?:nothing|only|explain|give"
    r"|then|return)|et (?:rien|seulement|explique|donne)|without|sans|by|if|when|si)\b.*$",
    re.IGNORECASE,
)
_LEAD = re.compile(r"[\w \t'’\-]{0,40}?[ \t]*[:=(\[{]+[ \t]*")
_LIST_ENDS = re.compile(
    r"[)\]}\n]|[.!?](?:\s|$)|[,;]?\s+(?:(?:and|et|or)\s+)?(?:the|for|la|le|les|l['’]|its|son|sa)\s*"
    rf"(?=(?:the )?(?:{_FIELD_WORDS})s?\b)",
    re.IGNORECASE,
)
_DESCRIBED_ITEM = re.compile(
    r"(?:^|[\s,;:])(?:(?:and|or|et|ou)\s+)?(?P<name>[\w\"'`*\-/]{2,30}(?:[ ][\w\-]{2,20})?)[ ]"
    r"\((?P<description>[^()]{2,300})\)(?=\s*(?:[,;.]|and\b|or\b|et\b|ou\b|$))"
)
_ARTICLE = re.compile(r"(?:an?|une?|the|la|le|les)\b", re.IGNORECASE)
_JSON_OBJECT = re.compile(r"\{[^{}]{0,2000}\}")
_JSON_VALUE = re.compile(r"[\"“]([\w \-]{1,40})[\"”]\s*:\s*(?:[\"“<]{1,2}|\[)?([^\"”>\]}\n]*)")
_UNSURE = re.compile(
    r"^(?:unsure|not sure|uncertain|unclear|unknown|do ?n[o']?t know|i do ?n[o']?t know"
    r"|to (?:check|review)"
    r"|needs? review|human review|incertain|pas sur|je ne sais pas|inconnu|a verifier|indetermine)$"
)
_ALLOWS_UNSURE = re.compile(
    r"[\"“«'‘`]\s*(unsure|not sure|uncertain|unclear|unknown|I don['’]?t know|don['’]?t know"
    r"|needs review|incertain|pas sûre?|je ne sais pas|inconnu|à vérifier|indéterminé)\s*[.\"”»'’`]"
    r"|\b(?:answer|say|write|reply|return|use|respond|réponds|répondez|écris|écrivez|dis|dites"
    r"|indique|indiquez|mets|renvoie)(?:\s+(?:with|just|only|par|que|simplement))?\s+"
    r"(unsure|not sure|uncertain|unclear|unknown|incertain|pas sûr|inconnu|à vérifier"
    r"|indéterminé)\b",
    re.IGNORECASE,
)


def is_unsure(name: str) -> bool:
    """Tell whether a label stands for 'I do not know'."""
    return bool(_UNSURE.match(fold(name).strip()))


def allowed_unsure(instructions: str) -> str:
    """Give the word that the prompt allows for 'I do not know', or ''."""
    found = _ALLOWS_UNSURE.search(instructions)
    return (found.group(1) or found.group(2)) if found else ""


def read_fields(instructions: str) -> list[Field]:
    """Find every closed list of answers in *instructions*, in the order of appearance."""
    fields, rest = _definition_blocks(instructions[:_LONGEST_INSTRUCTIONS].split("\n"))
    prose = _JSON_OBJECT.sub(" ", rest)
    inline = _json_templates(rest)
    inline += [found for clause in _clauses(prose) for found in _inline_lists(clause)]
    placed = sorted([*fields, *((rest.find(f.labels[0].name), f) for f in inline)], key=_first)
    closed = [field for _, field in placed if not _lists_questions(field)]
    return merge(closed[: 2 * _MOST_FIELDS])[:_MOST_FIELDS]


def _lists_questions(field: Field) -> bool:
    """'Answer as: queue | urgency' lists questions, not answers."""
    return all(_FIELD.fullmatch(label.name) for label in field.labels)


def asks_about_text(text: str) -> bool:
    """Tell 'Where does this mail go' and 'Dans quel bac va ce mail' from other sentences."""
    return bool(_QUESTION.search(text) and _THE_TEXT.search(text))


def lists_labels(text: str) -> bool:
    """Tell whether *text* begins with a sentence that is a short list: 'a, b or c?'."""
    return bool(_LIST_OF_LABELS.match(text))


def schema_fields(schema: Mapping[str, object]) -> list[Field]:
    """Find the properties of a JSON schema that have a closed list of texts."""
    properties = schema.get("properties")
    found = []
    for name, rule in properties.items() if isinstance(properties, dict) else ():
        values = rule.get("enum") if isinstance(rule, dict) else None
        if not isinstance(values, list):
            continue
        texts = tuple(Label(value) for value in values if isinstance(value, str))
        if texts:
            found.append(Field(str(name), texts, str(rule.get("description") or "")))
    return found


def find_label(text: str, field: Field) -> Label | None:
    """Find the label that an answer names: alone, or as whole words within it."""
    plain = fold(text).strip(_QUOTES + ".")
    by_length = sorted(field.labels, key=lambda label: -len(label.name))
    for label in by_length:
        if fold(label.name) == plain:
            return label
    for label in by_length:
        if re.search(rf"(?<![\w]){re.escape(fold(label.name))}(?![\w])", plain):
            return label
    return None


def merge(fields: Iterable[Field]) -> list[Field]:
    """Join what describes the same labels: 'Queues: a, b' and, further down, 'a: invoices …'."""
    merged: list[Field] = []
    for new in fields:
        names = {fold(label.name) for label in new.labels}
        for position, old in enumerate(merged):
            known = {fold(label.name) for label in old.labels}
            if names & known and (names <= known or known <= names or len(names & known) > 1):
                merged[position] = _join(old, new)
                break
        else:
            if len(new.labels) > 1:
                merged.append(new)
    return merged


def _join(old: Field, new: Field) -> Field:
    described = {fold(label.name): label.description for label in new.labels}
    labels = [
        replace(label, description=label.description or described.get(fold(label.name), ""))
        for label in old.labels
    ]
    known = {fold(label.name) for label in old.labels}
    labels += [label for label in new.labels if fold(label.name) not in known]
    return Field(old.name or new.name, tuple(labels), old.description or new.description)


def _first(placed: tuple[int, Field]) -> int:
    return placed[0]


def _definition_blocks(lines: list[str]) -> tuple[list[tuple[int, Field]], str]:
    """Take 'a: description' and '- a' blocks out; gives them with their places, and the rest."""
    fields: list[tuple[int, Field]] = []
    rest: list[str] = []
    position = place = 0
    header = ""
    while position < len(lines):
        labels, after = _block_at(lines, position)
        if len(labels) >= 2 and _is_label_block(labels, header):
            fields.append((place, Field(_name_in(header), tuple(labels))))
            rest.append(_TAKEN)  # keeps its heading apart from the sentence that follows
            place += len(_TAKEN) + 1
            position = after
            continue
        plain = _plain_lines(lines, position) if _HEADS_A_LIST.search(lines[position]) else []
        if len(plain) >= 2:
            fields.append((place, Field(_name_in(lines[position]), tuple(map(Label, plain)))))
            position += 1 + len(plain)
            continue
        taken = lines[position : max(after, position + 1)]
        rest += taken
        place += sum(len(line) + 1 for line in taken)
        header = next((line for line in reversed(taken) if line.strip()), header)
        position += len(taken)
    return fields, "\n".join(rest)


def _plain_lines(lines: list[str], header: int) -> list[str]:
    """One label a line under a heading, without bullets."""
    found = []
    for line in lines[header + 1 : header + 40]:
        name = line.strip(_QUOTES + ",;.")
        if (
            not name
            or _BARE.match(line)
            or ":" in name
            or len(words(name)) > 4
            or not _label_like(name)
        ):
            break
        found.append(name)
    return found


def _block_at(lines: list[str], position: int) -> tuple[list[Label], int]:
    labels: list[Label] = []
    bulleted: bool | None = None
    while position < len(lines) and len(labels) < _MOST_LABELS:
        line = lines[position]
        found = _PARENTHESIS.match(line) or _DEFINITION.match(line) or _BARE.match(line)
        if found is None or not _label_like(name := found.group("name").strip(_QUOTES)):
            if labels and not line.strip() and position + 1 < len(lines):
                position += 1  # a blank line between two definitions
                continue
            if labels and line.startswith(("  ", "\t")) and line.strip():
                last = labels[-1]
                labels[-1] = replace(last, description=f"{last.description} {line.strip()}".strip())
                position += 1
                continue
            break
        groups = found.groupdict()
        is_bullet = bool(groups.get("bullet", "- ").strip())
        if bulleted is not None and bulleted != is_bullet:
            break
        bulleted = is_bullet
        description = (groups.get("description") or "").strip()
        if _is_a_field_of_its_own(name, description):
            break
        labels.append(Label(name, description))
        position += 1
    return labels, position


def _is_a_field_of_its_own(name: str, description: str) -> bool:
    """'urgency: low, normal or high' is a question with its answers, not a label."""
    if asks_about_text(name):  # 'Where does this mail go: orders, returns or quotes?'
        return True
    if not _FIELD.fullmatch(name.replace("the ", "").strip()):
        return False
    return bool(_INTRO.match(description)) or len(_items(description)) >= 2


def _label_like(name: str) -> bool:
    named = words(name)
    return (
        0 < len(named) <= 5
        and named[0] not in _ORDER_WORDS
        and not (len(named) == 1 and named[0] in _NOT_A_LABEL)
        and not (named[0] in _NOT_A_LABEL and len(named) == 2 and named[1].isdigit())
    )


def _is_label_block(labels: list[Label], header: str) -> bool:
    if any(
        word in {"rules", "regles", "instructions", "consignes", "steps"} for word in words(header)
    ):
        return False
    described = sum(bool(label.description) for label in labels)
    if described == len(labels):
        return True
    return bool(_INTRO.search(header) or _ASKS_FOR_LABEL.search(header) or asks_about_text(header))


def _name_in(text: str) -> str:
    """Give the question that a heading or a clause names last: 'The queues are:' gives 'queue'."""
    named = [found.group(0).lower() for found in _FIELD.finditer(text[-200:])]
    named = [name for name in named if fold(name) not in _NAMELESS]
    if not named:
        return ""
    return _PLURALS.get(named[-1], named[-1].removesuffix("s"))


def _json_templates(text: str) -> list[Field]:
    """Read templates such as {"queue": "billing|delivery", "urgency": "low or high"}."""
    found = []
    for name, value in _JSON_VALUE.findall(text):
        items = _items(value) if "|" in value or _INTRO.search(value) else []
        if len(items) >= 2:
            found.append(Field(name.strip(), tuple(map(Label, items))))
    return found


def _clauses(text: str) -> list[str]:
    """Sentences, with an introduction and the list on the next line kept together."""
    asked = _QUESTION_ENDS.sub(": ", text)
    joined = re.sub(r":[ \t]*\n+[ \t]*(?=[^\s\-*•+\d\n])", ": ", asked)
    return [part for part in re.split(r"(?<=[.!?;])\s+(?=[A-ZÉÈÀ\"“«])|\n", joined) if part.strip()]


def _inline_lists(clause: str) -> list[Field]:
    """Read 'one of: a, b or c', 'queue (a, b, c)', 'labels = [a, b]', 'as a, b or c'."""
    described = _described_inline(clause)
    if described is not None:
        return [described]
    starts = [found.end() for found in _INTRO.finditer(clause)][:12]
    if _ASKS_FOR_LABEL.search(clause):
        starts += [found.end() for found in _WEAK_INTRO.finditer(clause)][:12]
        if ":" in clause:
            starts.append(clause.index(":") + 1)
    if asks_about_text(clause):
        leads = [found.end() for found in _LEADS_TO_LABELS.finditer(clause)][:12]
        starts += [end for end in leads if lists_labels(clause[end:])]
    candidates = []
    for start in starts:
        lead = _LEAD.match(clause, start)
        for begin in (lead.end() if lead else start, start):
            segment = _segment(clause[begin:])
            items = _items(segment)
            if len(items) >= 2 and not _ARTICLE.match(items[0]):
                candidates.append((-len(items), begin, begin + len(segment), items))
    chosen: list[tuple[int, int, list[str]]] = []
    for _, begin, end, items in sorted(candidates, key=lambda found: (found[0], -found[1])):
        if all(end <= other or begin >= other_end for other, other_end, _ in chosen):
            chosen.append((begin, end, items))
    fields, said_before = [], 0
    for begin, end, items in sorted(chosen, key=lambda found: found[0]):
        name = _name_in(clause[said_before:begin])
        fields.append(Field(name, tuple(map(Label, items))))
        said_before = end
    return fields


def _described_inline(clause: str) -> Field | None:
    """Read 'billing (invoices), delivery (late parcels) and other (the rest)'."""
    found = list(_DESCRIBED_ITEM.finditer(clause))
    labels = []
    for item in found:
        name = re.sub(r"^(?:are|is|and|or|et|ou|sont) ", "", item.group("name")).strip(_QUOTES)
        if _FIELD.fullmatch(name.rpartition(" ")[2]) or not _label_like(name):
            return None
        labels.append(Label(name, item.group("description").strip()))
    if len(labels) < 2:
        return None
    return Field(_name_in(clause[: found[0].start("name")]), tuple(labels))


def _segment(text: str) -> str:
    """The part of *text* that a list may fill: up to a closing bracket, a full stop or the end."""
    lead = len(text) - len(text.lstrip(" :=([{"))
    return text[:lead] + _LIST_ENDS.split(text[lead : lead + _LONGEST_LIST], maxsplit=1)[0]


def _items(text: str) -> list[str]:
    """Split 'a, b or c' into labels; gives none where the parts do not look like labels."""
    text = _segment(text).lstrip(" :=([{")
    text = re.sub(
        r"^\s*(?:is|are|est|sont|of|among|one of|the following|les suivantes)\b", "", text
    )
    quoted = [first or second for first, second in _QUOTED_ITEM.findall(text)]
    if len(quoted) >= 2:
        return list(dict.fromkeys(item.strip() for item in quoted))
    separator = next((sign for sign in "|;," if sign in text), None)
    if separator is None and re.search(r"\w\s*/\s*\w", text):
        separator = "/"
    parts = text.split(separator) if separator else [text]
    parts[-1:] = re.split(r"\s+(?:or|ou)\s+", parts[-1])
    if len(parts) == 1 or (separator and len(parts) == text.count(separator) + 1):
        parts[-1:] = re.split(r"\s+(?:and|et)\s+", _CUT_TAIL.sub("", parts[-1]))
    items: list[str] = []
    for part in parts:
        bare = re.sub(r"^(?:or|and|ou|et|either|soit)\s+", "", part.strip(), flags=re.IGNORECASE)
        bare = _CUT_TAIL.sub("", bare).strip(_QUOTES + ".")
        named = words(bare)
        if not named:
            continue
        if len(named) > 4 or len(bare) > 48:
            break
        if named[0] in _ORDER_WORDS and not (named[0] == "not" or named[0] == "no"):
            continue
        items.append(bare)
    return list(dict.fromkeys(items))[:_MOST_LABELS]
