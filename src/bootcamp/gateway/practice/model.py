"""The practice model: labels and summarises business text, and says so when it cannot help."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bootcamp.gateway.practice.embed import Embedder, LexicalEmbedder
from bootcamp.gateway.practice.fields import Field
from bootcamp.gateway.practice.label import Choice, choose
from bootcamp.gateway.practice.prompt import Reading, Turn, read
from bootcamp.gateway.practice.summary import quote_nearest, summarise

__all__ = ["MODEL_NAME", "OWNER", "PracticeAnswer", "PracticeModel"]

MODEL_NAME = "practice-1"
OWNER = "ai-bootcamp-lab"

Ability = Literal["label", "summarise", "cannot", "no_text"]

_CANNOT = {
    "en": "This is the practice model (practice-1), which runs inside the bootcamp. It can label a "
    "text with labels that your prompt lists, and summarise a text by quoting its main sentences. "
    "It can't do what this prompt asks for. Ask your facilitator to connect a real model.",
    "fr": "Ceci est le modèle d'entraînement (practice-1), qui tourne dans le bootcamp. Il sait "
    "classer un texte parmi les étiquettes que votre consigne énumère, et résumer un texte en "
    "citant ses phrases principales. Il ne sait pas faire ce que cette consigne demande. Demandez "
    "à votre animateur de connecter un vrai modèle.",
}
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


class PracticeModel:
    """Deterministic, without network; the same prompt always gets the same answer."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder or LexicalEmbedder()

    @property
    def fingerprint(self) -> str:
        """Names the engine, as `system_fingerprint` in answers."""
        return f"fp_{self._embedder.fingerprint}"

    def answer(
        self, turns: Sequence[Turn], response_format: Mapping[str, object] | None = None
    ) -> PracticeAnswer:
        """Answer a chat."""
        reading = read(turns, response_format)
        wants_summary = reading.summary_sentences is not None
        if not reading.fields and not wants_summary:
            return _refusal(_CANNOT, "cannot", reading, response_format)
        if not reading.target.strip():
            return _refusal(_NO_TEXT, "no_text", reading, response_format)
        choices = [
            (field, self._label(reading, position, field))
            for position, field in enumerate(reading.fields)
        ]
        if reading.schema is not None:
            filled = self._fill(reading.schema, reading, choices)
            if filled is None:
                return _refusal(_CANNOT, "cannot", reading, response_format)
            return PracticeAnswer(_json(filled), "label" if choices else "summarise")
        if reading.json:
            values: dict[str, object] = {
                field.name or ("label" if position == 0 else f"label_{position + 1}"): choice.label
                for position, (field, choice) in enumerate(choices)
            }
            if wants_summary:
                values["summary"] = self._summary(reading)
            return PracticeAnswer(_json(values), "label" if choices else "summarise")
        text = self._plain(reading, choices, wants_summary) if choices else self._summary(reading)
        return PracticeAnswer(text, "label" if choices else "summarise")

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

    def _fill(
        self,
        schema: Mapping[str, object],
        reading: Reading,
        choices: Sequence[tuple[Field, Choice]],
    ) -> dict[str, object] | None:
        """Fill a flat schema with labels, quotations and nulls; None where something is beyond."""
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return None
        required = schema.get("required")
        needed = set(required) if isinstance(required, list) else set(properties)
        by_name = {field.name: choice for field, choice in choices}
        filled: dict[str, object] = {}
        for name, rule in properties.items():
            known, value = self._value(str(name), rule, reading, by_name)
            if known:
                filled[str(name)] = value
            elif name in needed:
                return None
        return filled

    def _value(
        self, name: str, rule: object, reading: Reading, by_name: Mapping[str, Choice]
    ) -> tuple[bool, object]:
        if name in by_name:
            return True, by_name[name].label
        if not isinstance(rule, dict):
            return False, None
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
        options = rule.get("anyOf")
        nullable = "null" in kinds or (isinstance(options, list) and {"type": "null"} in options)
        return nullable, None

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
