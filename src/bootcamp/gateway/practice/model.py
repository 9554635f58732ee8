"""The practice model: labels and summarises business text, and says so when it cannot help."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bootcamp.gateway.practice.answer import answer as answer_from
from bootcamp.gateway.practice.answer import question_in
from bootcamp.gateway.practice.draft import draft, wants_draft
from bootcamp.gateway.practice.embed import Embedder, Vectors
from bootcamp.gateway.practice.extract import Extractor, NotInTextError, fill
from bootcamp.gateway.practice.fields import Field
from bootcamp.gateway.practice.label import Choice, choose
from bootcamp.gateway.practice.prompt import Reading, Turn, keys_to_extract, read
from bootcamp.gateway.practice.summary import quote_nearest, summarise
from bootcamp.gateway.practice.text import language
from bootcamp.gateway.practice.tools import Tool, ToolCall, choose_tool, read_tools
from bootcamp.gateway.practice.weights import best_embedder

__all__ = ["MODEL_NAME", "OWNER", "PracticeAnswer", "PracticeModel"]

MODEL_NAME = "practice-1"
OWNER = "ai-bootcamp-lab"

Ability = Literal["label", "summarise", "extract", "answer", "draft", "tool", "cannot", "no_text"]

_CANNOT = {
    "en": "This is the practice model (practice-1), which runs inside the bootcamp. On a text that "
    "your prompt holds, it can choose among labels that you list, fill in fields that you name, "
    "quote the main sentences or the answer to a question, and draft a reply. It can't do what "
    "this prompt asks for. Ask your facilitator to connect a real model.",
    "fr": "Ceci est le modèle d'entraînement (practice-1), qui tourne dans le bootcamp. Sur un "
    "texte que contient votre consigne, il sait choisir parmi les étiquettes que vous énumérez, "
    "remplir les champs que vous nommez, citer les phrases principales ou la réponse à une "
    "question, et préparer une réponse. Il ne sait pas faire ce que cette consigne demande. "
    "Demandez à votre facilitateur de connecter un vrai modèle.",
}
_NOT_FOUND = {
    "en": "The practice model (practice-1) found no value for '{name}' in the text, and the schema "
    "does not let it be null. It does not guess: allow null for what a text may lack.",
    "fr": "Le modèle d'entraînement (practice-1) n'a trouvé aucune valeur pour « {name} » dans le "
    "texte, et le schéma n'y permet pas null. Il ne devine pas : autorisez null.",
}
_TOOL_LACKS = {
    "en": "To use {tool} I need '{name}', and your message does not say it. What is it?",
    "fr": "Pour utiliser {tool}, il me faut « {name} », que votre message ne donne pas. Quel "
    "est-il ?",
}
_TOOL_GAVE = {"en": "The tool gave: {result}", "fr": "L'outil a donné : {result}"}
_WHOLE_TEXT_KEYS = ("query", "question", "text", "message", "content", "prompt", "texte", "body")
_NO_TEXT = {
    "en": "The practice model (practice-1) found no text to work on in this prompt. Put the text "
    'between triple quotes (""") or after a line such as "Mail:".',
    "fr": "Le modèle d'entraînement (practice-1) n'a trouvé aucun texte dans cette consigne. "
    'Mettez le texte entre triples guillemets (""") ou après une ligne comme « Mail : ».',
}
_SUMMARY_KEYS = ("summary", "resume", "résumé", "synthese", "gist", "tldr")
_QUOTE_KEYS = ("reason", "evidence", "quote", "why", "justification", "raison", "preuve", "excerpt")
_SCORE_KEYS = ("confidence", "certainty", "probability", "score", "confiance")
_MARGIN_OF_CERTAINTY = 0.25


@dataclass(frozen=True)
class PracticeAnswer:
    """What the practice model says, and by which of its abilities."""

    text: str
    ability: Ability
    refused: bool = False
    """True when the text is a refusal that does not fit the schema asked for."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Tools to call; the text is empty then."""


class PracticeModel:
    """Deterministic, without network; the same prompt always gets the same answer."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        """Answer with *embedder*, or with the best one that this machine has."""
        self._embedder = embedder or best_embedder()

    @property
    def fingerprint(self) -> str:
        """Names the engine, as `system_fingerprint` in answers."""
        return f"fp_{self._embedder.fingerprint}"

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Embed *texts*, as rows of 384 numbers of length 1 (0 for a text without words)."""
        return self._embedder.vectors(texts)

    def answer(  # noqa: PLR0911  # one way out an ability
        self,
        turns: Sequence[Turn],
        response_format: Mapping[str, object] | None = None,
        tools: object = None,
        tool_choice: object = None,
    ) -> PracticeAnswer:
        """Answer a chat.

        Args:
            turns: the messages; a tool's result has the role 'tool'.
            response_format: OpenAI's field, or None.
            tools: OpenAI's field, or None.
            tool_choice: OpenAI's field, or None for 'auto'.
        """
        offered = read_tools(tools)
        if offered and (answered := self._use_tools(turns, offered, tool_choice or "auto")):
            return answered
        reading = read(turns, response_format)
        wants_summary = reading.summary_sentences is not None
        question = "" if reading.fields or wants_summary else question_in(reading.instructions)
        drafting = wants_draft(reading.instructions)
        keys = () if reading.schema is not None else keys_to_extract(reading.instructions)
        if not (reading.fields or wants_summary or question or drafting or keys or reading.schema):
            return _refusal(_CANNOT, "cannot", reading, response_format)
        if not reading.target.strip():
            known = reading.fields or wants_summary or reading.schema or drafting or keys
            kind: Ability = "no_text" if known else "cannot"
            return _refusal(_NO_TEXT if known else _CANNOT, kind, reading, response_format)
        choices = [
            (field, self._label(reading, position, field))
            for position, field in enumerate(reading.fields)
        ]
        if reading.schema is not None:
            return self._filled(reading.schema, reading, choices, response_format)
        if choices or (wants_summary and not keys):
            return self._labelled(reading, choices)
        if drafting:
            return PracticeAnswer(draft(reading.target, self._embedder), "draft")
        if keys:
            return self._extracted(keys, reading)
        said, _ = answer_from(question, reading.target, self._embedder, reading.language)
        said = _json({"answer": said}) if reading.json else said
        return PracticeAnswer(said, "answer")

    def _labelled(
        self, reading: Reading, choices: Sequence[tuple[Field, Choice]]
    ) -> PracticeAnswer:
        wants_summary = reading.summary_sentences is not None
        ability: Ability = "label" if choices else "summarise"
        if reading.json:
            values: dict[str, object] = {
                field.name or ("label" if position == 0 else f"label_{position + 1}"): choice.label
                for position, (field, choice) in enumerate(choices)
            }
            if wants_summary:
                values["summary"] = self._summary(reading)
            return PracticeAnswer(_json(values), ability)
        text = self._plain(reading, choices, wants_summary) if choices else self._summary(reading)
        return PracticeAnswer(text, ability)

    def _filled(
        self,
        schema: Mapping[str, object],
        reading: Reading,
        choices: Sequence[tuple[Field, Choice]],
        response_format: Mapping[str, object] | None,
    ) -> PracticeAnswer:
        """Fill a schema; a value that may not be null and is not in the text ends in a refusal."""
        by_name = {field.name: choice for field, choice in choices}

        def choose_label(field: Field, may_decline: bool) -> str | None:
            return self._choice_or_none(reading.target, field, may_decline=may_decline)

        def special(name: str, rule: Mapping[str, object]) -> tuple[bool, object]:
            return self._value(name, rule, reading, by_name)

        try:
            filled = fill(schema, reading.target, Extractor(choose_label, special))
        except NotInTextError as error:
            missing = {key: text.format(name=error) for key, text in _NOT_FOUND.items()}
            return _refusal(missing, "cannot", reading, response_format)
        if not filled:
            return _refusal(_CANNOT, "cannot", reading, response_format)
        return PracticeAnswer(_json(filled), "label" if choices else "extract")

    def _extracted(self, keys: Sequence[str], reading: Reading) -> PracticeAnswer:
        """Give the values of the keys that a prompt names, null for those that the text lacks."""
        rule = {"type": ["string", "number", "null"]}
        schema: dict[str, object] = {"properties": dict.fromkeys(keys, rule)}
        filled = fill(schema, reading.target, Extractor(lambda _field, _: None))
        if reading.json:
            return PracticeAnswer(_json(filled), "extract")
        nothing = {"en": "not in the text", "fr": "pas dans le texte"}[reading.language]
        lines = [f"{key}: {nothing if value is None else value}" for key, value in filled.items()]
        return PracticeAnswer("\n".join(lines), "extract")

    def _use_tools(
        self, turns: Sequence[Turn], tools: Sequence[Tool], tool_choice: object
    ) -> PracticeAnswer | None:
        """Call a tool, ask for what it lacks, or pass on what it gave; None when none is meant."""
        said = [turn for turn in turns if turn.role not in {"system", "developer"}]
        if said and said[-1].role == "tool":
            spoken = next((turn.text for turn in said if turn.role == "user"), said[-1].text)
            return PracticeAnswer(_TOOL_GAVE[language(spoken)].format(result=said[-1].text), "tool")
        text = next((turn.text for turn in reversed(said) if turn.role == "user"), "")
        if not text.strip():
            return None

        def choose_label(field: Field, _may_decline: bool) -> str | None:
            return self._choice_or_none(text, field, may_decline=True)

        def special(name: str, rule: Mapping[str, object]) -> tuple[bool, object]:
            is_text = rule.get("type") == "string" and "enum" not in rule
            return is_text and name.lower() in _WHOLE_TEXT_KEYS, text

        found = choose_tool(
            text, tools, tool_choice, self._embedder, Extractor(choose_label, special)
        )
        if found.call:
            return PracticeAnswer("", "tool", tool_calls=(found.call,))
        if found.fits:
            sentence = _TOOL_LACKS[language(text)]
            return PracticeAnswer(sentence.format(tool=found.fits, name=found.missing), "tool")
        return None

    def _label(self, reading: Reading, position: int, field: Field) -> Choice:
        examples = [
            (example.text, example.answers[position])
            for example in reading.examples
            if position in example.answers
        ]
        allowed = {label.name for label in field.labels}
        # A schema's list is closed: 'unsure' only where it is one of its values.
        unsure = reading.unsure if reading.schema is None or reading.unsure in allowed else ""
        return choose(reading.target, field, examples, self._embedder, unsure)

    def _choice_or_none(self, text: str, field: Field, *, may_decline: bool) -> str | None:
        declined = "\0" if may_decline else ""
        label = choose(text, field, (), self._embedder, declined).label
        return None if label == "\0" else label

    def _summary(self, reading: Reading) -> str:
        return summarise(reading.target, reading.summary_sentences or 1, self._embedder)

    def _plain(
        self, reading: Reading, choices: Sequence[tuple[Field, Choice]], wants_summary: bool
    ) -> str:
        answers = [choice.label for _, choice in choices]
        if len(answers) == 1 and not wants_summary:
            return answers[0]
        if reading.separator and not wants_summary:
            return reading.separator.join(answers)
        lines = [
            f"{field.name or 'label'}: {choice.label}" if len(choices) > 1 or field.name
            else choice.label
            for field, choice in choices
        ]  # fmt: skip
        if wants_summary:
            lines.insert(0, self._summary(reading))
        return "\n".join(lines)

    def _value(
        self,
        name: str,
        rule: Mapping[str, object],
        reading: Reading,
        by_name: Mapping[str, Choice],
    ) -> tuple[bool, object]:
        """Give what is judged or quoted, not read off the text; False for all else."""
        if name in by_name:
            return True, by_name[name].label
        kind = rule.get("type")
        kinds = kind if isinstance(kind, list) else [kind]
        plain = name.lower()
        closest = next(iter(by_name.values()), None)
        if "string" in kinds and any(key in plain for key in _SUMMARY_KEYS):
            return True, summarise(reading.target, reading.summary_sentences or 1, self._embedder)
        if "string" in kinds and closest and any(key in plain for key in _QUOTE_KEYS):
            return True, quote_nearest(
                reading.target, self._topic(reading, closest), self._embedder
            )
        if "number" in kinds and closest and any(key in plain for key in _SCORE_KEYS):
            return True, round(min(closest.margin / _MARGIN_OF_CERTAINTY, 1.0), 2)
        return False, None

    @staticmethod
    def _topic(reading: Reading, choice: Choice) -> str:
        described = [
            f"{label.name} {label.description}"
            for field in reading.fields
            for label in field.labels
            if label.name == choice.label
        ]
        return described[0] if described else choice.label


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _refusal(
    sentences: Mapping[str, str],
    ability: Ability,
    reading: Reading,
    response_format: Mapping[str, object] | None,
) -> PracticeAnswer:
    sentence = sentences[reading.language]
    kind = response_format.get("type") if response_format else None
    if kind == "json_object":
        return PracticeAnswer(_json({"error": sentence}), ability)
    return PracticeAnswer(sentence, ability, refused=kind == "json_schema")
