"""Fills a JSON schema from a text: each value is copied or read off it, and null where it is not.

Names and descriptions of the fields are the cues: they tell the kind of value, and which of
several in the text is meant by the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bootcamp.gateway.practice.fields import Field, Label
from bootcamp.gateway.practice.text import STOPWORDS, fold, language, stem, terms, words
from bootcamp.gateway.practice.thesaurus import thesaurus
from bootcamp.gateway.practice.values import Found, Value, find

__all__ = ["Extractor", "NotInTextError", "fill"]

_BEFORE, _AFTER = 60, 24
_MOST_ROWS = 200
_DEEPEST = 6
# Which kind of value a field's name and description ask for, the surest first.
_CUES: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (kind, frozenset(listed.split()))
    for kind, listed in (
        ("iban", "iban"),
        ("email", "email mail courriel mel"),
        ("phone", "phone telephone tel mobile portable fax"),
        ("url", "url link lien website"),
        ("postcode", "postcode postal zip"),
        ("percent", "percent percentage pourcentage taux rate discount remise"),
        ("currency", "currency devise monnaie"),
        ("date", "date deadline day due when jour echeance birthday delai"),
        ("time", "time heure hour"),
        ("amount", "amount total price prix montant cost sum somme vat tva balance solde fee net "
                   "gross refund subtotal paid"),
        ("number", "quantity qty quantite count pieces nombre units pairs boxes many"),
        ("company", "company organisation organization societe entreprise supplier fournisseur"),
        ("name", "name nom person sender contact customer client signatory author employee "
                 "candidate expediteur interlocuteur"),
        ("reference", "reference ref number no numero id identifier order invoice po code "
                      "commande facture sku tracking suivi account ticket contract"),
    )
)  # fmt: skip
_TEXT_KINDS = frozenset(
    ("iban", "email", "phone", "url", "postcode", "currency", "date", "time", "company", "name",
     "reference", "percent", "amount", "number")
)  # fmt: skip
_NUMBER_KINDS = ("percent", "amount", "number")
_GENERIC = frozenset(
    stem(word)
    for word in terms(
        """
        date number numero amount montant name nom reference ref id value iso format yyyy mm dd text
        string field null mail message written given stated email day day's exactly
        """
    )
)
# A field that asks for the total alone also takes the amount that an invoice is said to be of.
_TOTAL = frozenset(
    stem(word)
    for word in terms("total amount montant price prix sum somme due invoice facture ttc value")
)
_PRODUCT = frozenset(
    ("description", "item", "product", "article", "produit", "designation", "what", "name", "nom",
     "label", "title")
)  # fmt: skip
_LABELLED = re.compile(r"^[ \t>*\-•]*([^:\n]{2,40}?)\s*:\s*(\S[^\n]{0,200}?)\s*$", re.MULTILINE)
_QUANTITY = re.compile(
    r"(?<![\w.,/-])(?:(?P<a>\d{1,5})\s*(?:x|×|pcs?|pi[eè]ces?|units?|unit[ée]s?|boxes|box|bo[iî]tes?"
    r"|packs?|paquets?|pairs?|paires?|rolls?|rouleaux|cartons?|reams?|ramettes?)?(?:\s+(?:of|de|d['’]))?"
    r"[ \t]+(?=[^\W\d])|(?:x|×|qty:?|qt[ée]:?)\s*(?P<b>\d{1,5})(?!\w))",
    re.IGNORECASE,
)
_ROW_MARK = re.compile(r"^\s*(?:[-*•+]|\d{1,2}[.)]|line \d+|ligne \d+)\s+", re.IGNORECASE)
_ITEM_CUTS = re.compile(r"\s*(?:,|;|\band\b|\bet\b|\bplus\b|\n)\s*(?=\d{1,5}\s*(?:x\b|×|[^\W\d]))")
_TAIL = re.compile(r"\s*(?:[,;:@(–—-]|\bat\b|\bà\b|\bref\b|\bréf\b)\s*$", re.IGNORECASE)


class NotInTextError(Exception):
    """A field that may not be null has no value in the text; the message is the field's path."""


Chooser = Callable[[Field, bool], str | None]
"""Chooses a label of a field; may give None, if the second argument is true, when it is unsure."""
Special = Callable[[str, Mapping[str, object]], tuple[bool, object]]


@dataclass(frozen=True)
class Extractor:
    """What filling needs beside the text: a way to choose labels, and fields known elsewhere."""

    choose: Chooser
    special: Special = field(default=lambda _name, _rule: (False, None))


@dataclass(frozen=True)
class _Place:
    """Where filling has got to: the text and the whole schema stay, the path goes down."""

    text: str
    extractor: Extractor
    root: Mapping[str, object]
    path: str = ""
    depth: int = 0

    def under(self, name: str) -> _Place:
        """The place of the field *name*."""
        return replace(self, path=f"{self.path}.{name}" if self.path else name)

    def deeper(self) -> _Place:
        """The same place, one object further in."""
        return replace(self, depth=self.depth + 1)

    def rules(self, rule: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
        """The rules of an object's properties; none where the schema nests too deep."""
        properties = rule.get("properties")
        if not isinstance(properties, dict) or self.depth > _DEEPEST:
            return {}
        return {str(name): _resolved(child, self.root) for name, child in properties.items()}


@dataclass(frozen=True)
class _Wanted:
    path: str
    kind: str
    cues: frozenset[str]
    concepts: Mapping[str, float]


def fill(schema: Mapping[str, object], text: str, extractor: Extractor) -> dict[str, object]:
    """Fill an object's *schema* from *text*.

    Raises:
        NotInTextError: a value that the schema insists on is not in the text.
    """
    return _object(schema, _Place(text, extractor, schema))


def _object(rule: Mapping[str, object], place: _Place) -> dict[str, object]:
    rules = place.rules(rule)
    required = rule.get("required")
    needed = set(required) if isinstance(required, list) else set(rules)
    simple = {name: _wanted(name, child, place.path) for name, child in rules.items()}
    values = _assign({name: wanted for name, wanted in simple.items() if wanted}, place.text)
    filled: dict[str, object] = {}
    for name, child in rules.items():
        inner = place.under(name)
        known, value = (False, None) if place.path else place.extractor.special(name, child)
        if not known:
            value = _value(name, child, values.get(name), inner)
        if value is None and not _nullable(child):
            if name not in needed:
                continue
            raise NotInTextError(inner.path)
        filled[name] = value
    return filled


def _value(  # noqa: PLR0911  # one way out a type
    name: str, rule: Mapping[str, object], found: Found | None, place: _Place
) -> object:
    kinds = _types(rule)
    options = rule.get("enum")
    if "const" in rule:
        return rule["const"]
    if isinstance(options, list):
        return _option(name, rule, options, place)
    if "object" in kinds:
        return _object(rule, place.deeper())
    if "array" in kinds:
        return _array(name, rule, place)
    if "boolean" in kinds:
        return _yes_or_no(name, rule, place.text)
    if found is None:
        if "string" in kinds:
            return _labelled(name, place.text) or _plain_text(name, place.text)
        return None
    return _typed(found, kinds)


def _typed(found: Found, kinds: Sequence[str]) -> object:
    value = found.value
    if "string" in kinds and not ({"number", "integer"} & set(kinds)):
        return value if isinstance(value, str) else found.written
    if isinstance(value, str):
        digits = value.isdigit() and not value.startswith("0")
        return int(value) if digits else (value if "string" in kinds else None)
    if "integer" in kinds and "number" not in kinds:
        return int(value) if float(value).is_integer() else None
    return value


def _option(
    name: str, rule: Mapping[str, object], options: Sequence[object], place: _Place
) -> object:
    texts = tuple(Label(option) for option in options if isinstance(option, str))
    codes = {label.name.upper(): label.name for label in texts}
    for found in find("currency", place.text):  # a list of currencies is read, not judged
        if str(found.value) in codes:
            return codes[str(found.value)]
    if not texts:
        return None
    described = Field(name, texts, str(rule.get("description") or ""))
    return place.extractor.choose(described, _nullable(rule))


def _array(name: str, rule: Mapping[str, object], place: _Place) -> list[object]:
    items = rule.get("items")
    child = _resolved(items, place.root) if isinstance(items, dict) else {}
    if "object" in _types(child):
        return _rows(child, place)
    if isinstance(child.get("enum"), list):
        options = [option for option in child["enum"] if isinstance(option, str)]  # type: ignore[attr-defined]
        plain = fold(place.text)
        return [
            option
            for option in options
            if re.search(rf"(?<!\w){re.escape(fold(option))}(?!\w)", plain)
        ]
    described = {**child, "description": f"{rule.get('description', '')}"}
    wanted = _wanted(name, described, place.path)
    if wanted is None:
        return []
    typed = [_typed(found, _types(child)) for found in _in_order(find(wanted.kind, place.text))]
    return list(dict.fromkeys(value for value in typed if value is not None))


def _rows(rule: Mapping[str, object], place: _Place) -> list[object]:  # noqa: PLR0912
    """Read one object a line, or a part of a sentence: '3 boxes of toner and 2 chairs'."""
    rules = place.rules(rule)
    rows: list[object] = []
    for part in _parts(place.text):
        quantity = _quantity_in(part)
        values: dict[str, object] = {}
        rest = part
        if quantity:
            before, after = part[: quantity.start()], part[quantity.end() :]
            rest = after if after.strip(" .") else before
        for name, child in rules.items():
            wanted = _wanted(name, child, place.path)
            if wanted is None or wanted.kind == "name":
                continue
            found: Found | None = None
            if wanted.kind == "number":
                if quantity:
                    number = quantity.group("a") or quantity.group("b")
                    found = Found(int(number), *quantity.span(), number)
            else:
                candidates = find(wanted.kind, part)
                found = next(
                    (c for c in candidates if not quantity or c.start >= quantity.start()), None
                )
            if found is not None:
                values[name] = _typed(found, _types(child))
                if found.start != (quantity.start() if quantity else -1):
                    rest = rest.replace(part[found.start : found.end], " ", 1)
        product = next(
            (n for n, c in rules.items() if "string" in _types(c) and n not in values and set(
                words(n.replace("_", " "))) & _PRODUCT), None
        )  # fmt: skip
        if product and (values or quantity):
            described = _product_in(rest)
            if described:
                values[product] = described
        strong = quantity is not None or len(values) > 1
        if not strong or not values:
            continue
        complete = True
        for name, child in rules.items():
            if values.get(name) is None:
                values[name] = None
                complete = complete and _nullable(child)
        if complete:
            rows.append({name: values[name] for name in rules})
    return rows[:_MOST_ROWS]


def _quantity_in(part: str) -> re.Match[str] | None:
    """Find a count that is neither a part of a date nor of an amount."""
    taken = [(found.start, found.end) for kind in ("date", "amount") for found in find(kind, part)]
    for match in _QUANTITY.finditer(part):
        month = _MONTH_NEXT.match(part, match.end())
        if not month and not any(start <= match.start() < end for start, end in taken):
            return match
    return None


_MONTH_NEXT = re.compile(
    r"(?:jan|feb|f[ée]v|mar(?:ch|s)|apr|avr|may\b|mai\b|june?\b|july?\b|juin|juil|aug|ao[uû]t|sep|oct"
    r"|nov|dec|d[ée]c|days?|weeks?|months?|years?|jours?|semaines?|mois|ans?|am|pm|heures?|hours?"
    r"|minutes?|%)",
    re.IGNORECASE,
)


def _parts(text: str) -> list[str]:
    lines = [_ROW_MARK.sub("", line) for line in text.splitlines() if line.strip()]
    parts: list[str] = []
    for line in lines[:_MOST_ROWS]:
        for sentence in re.split(r"(?<=[.!?;:])\s+", line):
            parts += [part for part in _ITEM_CUTS.split(sentence) if part.strip()]
    return [part for part in parts if re.search(r"\d", part) and not _HEADERS.match(part)]


_HEADERS = re.compile(r"\s*(?:subject|objet|date|from|to|de|à|tel|phone)\s*:", re.IGNORECASE)


def _product_in(rest: str) -> str:
    rest = re.split(r"[,;(@.]|\s{3,}|\s(?:at|à|pour|for|by|avant|réf|ref)\s", rest.strip(" .-:"))[0]
    rest = re.sub(r"^(?:of|de|d['’]|x|×|pcs?|each)\s+", "", rest.strip(), flags=re.IGNORECASE)
    rest = re.sub(r"\s+(?:please|thanks|merci|each|svp)$", "", rest, flags=re.IGNORECASE)
    return _TAIL.sub("", re.sub(r"\s+", " ", rest)).strip()


def _wanted(name: str, rule: Mapping[str, object], path: str) -> _Wanted | None:
    """Tell which kind of value a field asks for, or None for a text of no known kind."""
    if "enum" in rule or {"object", "array", "boolean"} & set(_types(rule)):
        return None
    spoken = words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " "))
    described = words(str(rule.get("description") or ""))
    numeric = bool({"number", "integer"} & set(_types(rule))) and "string" not in _types(rule)
    form = str(rule.get("format") or "")
    kind = {"date": "date", "date-time": "date", "email": "email", "uri": "url"}.get(form)
    for source in (spoken, described):
        if kind is None:
            kind = next(
                (
                    kind
                    for kind, cues in _CUES
                    if cues & set(source) and (kind in _NUMBER_KINDS or not numeric)
                ),
                None,
            )
    if kind is None and numeric:
        kind = "number"
    if kind == "name" and {"product", "item", "article", "produit", "file"} & set(spoken):
        return None
    if kind == "amount" and "integer" in _types(rule) and not numeric:
        kind = "number"
    if kind is None or (kind in {"date", "email"} and numeric):
        return None
    # 'avoir', a credit note, is a small word elsewhere: a field's own name keeps all but particles.
    named = [word for word in spoken if len(word) > 3 or word not in STOPWORDS]
    stems = [stem(w) for w in (*named, *(w for w in described if w not in STOPWORDS))]
    if kind == "amount" and set(stems) <= _TOTAL:
        stems += sorted(_TOTAL)
    cues = frozenset(part for part in stems if part not in _GENERIC)
    return _Wanted(f"{path}.{name}", kind, cues, thesaurus().concepts(stems))


def _assign(wanted: Mapping[str, _Wanted], text: str) -> dict[str, Found]:
    """Give each field the value that the words around it speak for; none is given twice."""
    candidates = {kind: find(kind, text) for kind in {one.kind for one in wanted.values()}}
    plain = fold(text) if len(fold(text)) == len(text) else text.lower()
    rivals = {
        kind: [name for name, one in wanted.items() if one.kind == kind] for kind in candidates
    }
    scored = sorted(
        (
            (-_fit(one, found, plain), position, name)
            for name, one in wanted.items()
            for position, found in enumerate(candidates[one.kind])
        ),
        key=lambda entry: (entry[0], entry[1]),
    )
    taken: dict[str, Found] = {}
    used: set[tuple[str, Value, int]] = set()
    for minus, position, name in scored:
        kind = wanted[name].kind
        found = candidates[kind][position]
        mark = (kind, found.value, found.start)
        if name in taken or mark in used:
            continue
        distinct = {other.value for other in candidates[kind]}
        spoken_for = -minus > 0
        sole = len(distinct) == 1 and len(rivals[kind]) == 1
        first_is_best = kind in {"name", "company", "email", "phone", "currency"}
        if spoken_for or sole or (first_is_best and len(rivals[kind]) == 1 and position == 0):
            taken[name] = found
            used.add(mark)
    return taken


def _fit(wanted: _Wanted, found: Found, plain: str) -> float:
    """Score the words before and after a value by what the field's name and description say."""
    line_begin = max(
        *(plain.rfind(mark, 0, found.start) + 1 for mark in ("\n", ";", "? ", "! ")),
        found.start - _BEFORE,
    )
    before = [stem(word) for word in words(plain[line_begin : found.start])]
    line_end = plain.find("\n", found.end)
    end = min(len(plain) if line_end < 0 else line_end, found.end + _AFTER)
    after = [stem(word) for word in words(plain[found.end : end])]
    score = 0.0
    for distance, word in enumerate(reversed(before)):
        if word in wanted.cues:
            score += 2.0 / (1 + 0.25 * distance)
    for distance, word in enumerate(after):
        if word in wanted.cues:
            score += 0.8 / (1 + 0.4 * distance)
    near = thesaurus().concepts([*before[-4:], *after[:2]])
    score += 0.5 * sum(min(weight, near[c]) for c, weight in wanted.concepts.items() if c in near)
    if wanted.kind == "reference":
        letters = re.match(r"[A-Z]+", found.written)
        if letters and wanted.cues & {stem(letters.group().lower())}:
            score += 1.0
    return score


def _labelled(name: str, text: str) -> str | None:
    """Read 'Delivery address: 12 Mill Lane' for a field called delivery_address."""
    spoken = {stem(word) for word in words(name.replace("_", " "))}
    for match in _LABELLED.finditer(text):
        if {stem(word) for word in words(match.group(1))} == spoken:
            return match.group(2)
    return None


def _plain_text(name: str, text: str) -> str | None:
    spoken = set(words(name.replace("_", " ")))
    if spoken & {"language", "langue"}:
        return language(text)
    if spoken & {"subject", "objet"}:
        found = re.search(r"^(?:subject|objet)\s*:\s*(.+)$", text, re.IGNORECASE | re.MULTILINE)
        return found.group(1).strip() if found else None
    return None


def _yes_or_no(name: str, rule: Mapping[str, object], text: str) -> bool | None:
    """Say yes or no only where the text uses the field's own words."""
    stems = {
        stem(word)
        for word in words(name.replace("_", " "))
        if word not in STOPWORDS and word not in {"has", "is", "was", "needs", "wants"}
    }
    found = stems and stems <= {stem(word) for word in words(text)}
    if not found:
        return None if _nullable(rule) else False
    close = r"(?:\bno|\bnot|n't|\bnever|\bwithout|\bpas|\bsans|\baucun\w*)\W+(?:\w+\W+){0,2}"
    first = min(stems)
    return not re.search(close + re.escape(first), fold(text))


def _resolved(rule: object, root: Mapping[str, object]) -> Mapping[str, object]:
    """Follow references and unions with null to the rule itself."""
    if not isinstance(rule, dict):
        return {}
    for _ in range(_DEEPEST):
        reference = rule.get("$ref")
        options = rule.get("anyOf") or rule.get("oneOf") or rule.get("allOf")
        if isinstance(reference, str) and reference.startswith("#/"):
            target: object = root
            for step in reference[2:].split("/"):
                target = target.get(step) if isinstance(target, dict) else None
            rule = {**(target if isinstance(target, dict) else {}), **_without(rule, "$ref")}
        elif isinstance(options, list):
            real = [o for o in options if isinstance(o, dict) and o.get("type") != "null"]
            null = len(real) < len(options)
            rest = {k: v for k, v in rule.items() if k not in {"anyOf", "oneOf", "allOf"}}
            rule = {**(real[0] if real else {}), **rest}
            if null:
                rule["x-null"] = True
        else:
            break
    return rule


def _without(rule: Mapping[str, object], key: str) -> dict[str, object]:
    return {name: value for name, value in rule.items() if name != key}


def _types(rule: Mapping[str, object]) -> tuple[str, ...]:
    kind = rule.get("type")
    if isinstance(kind, list):
        return tuple(str(one) for one in kind)
    if kind is None and isinstance(rule.get("properties"), dict):
        return ("object",)
    return (str(kind),) if kind else ("string",)


def _nullable(rule: Mapping[str, object]) -> bool:
    return "null" in _types(rule) or bool(rule.get("x-null"))


def _in_order(found: Sequence[Found]) -> list[Found]:
    return sorted((replace(one) for one in found), key=lambda one: one.start)
