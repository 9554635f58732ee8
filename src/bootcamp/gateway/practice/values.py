"""Finds dates, amounts, references, names and the like in English and French business text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from bootcamp.gateway.practice.text import fold, terms

__all__ = ["KINDS", "Found", "Value", "find", "read_number"]

Value = str | float | int


@dataclass(frozen=True)
class Found:
    """A value in a text: what it is, where it stands, and how it is written there."""

    value: Value
    start: int
    end: int
    written: str


_LONGEST_TEXT = 20_000
_MOST_FOUND = 200
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv", "february feb fevrier fev fevr", "march mar mars",
            "april apr avril avr", "may mai", "june jun juin", "july jul juillet juil",
            "august aug aout", "september sep sept septembre", "october oct octobre",
            "november nov novembre", "december dec decembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_DATES = (
    re.compile(r"(?<![\d/.-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"),
    re.compile(
        r"(?<![\d/.-])(?P<d>\d{1,2})(?P<s>[/.-])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?!\d)"
    ),
    re.compile(
        rf"(?<!\w)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er)?(?:\s+of)?\s+{_MONTH}(?!\w)"
        r"(?:,?\s+(?P<y>\d{4}))?(?!\d)"
    ),
    re.compile(
        rf"(?<!\w){_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y>\d{{4}}))?(?!\d)"
    ),
    re.compile(r"(?<![\d/.,-])(?P<d>\d{1,2})/(?P<m>\d{1,2})(?![\d/])"),
)
_YEAR = re.compile(r"(?<![\w/.,-])(20\d\d)(?![\w])")
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f.,'’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP",
    "pound": "GBP", "pounds": "GBP", "livres": "GBP", "$": "USD", "usd": "USD", "dollars": "USD",
    "chf": "CHF",
}  # fmt: skip
_SIGN = r"€|£|\$|EUR|GBP|USD|CHF"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<minus>-\s?)?(?:(?P<before>{_SIGN})[ \u00a0]?(?P<a>{_NUMBER})"
    rf"|(?P<b>{_NUMBER})[ \u00a0\u202f]?(?P<after>€|£|\$|(?:euros?|eur|gbp|pounds?|usd|dollars"
    r"|chf|livres)(?!\w)))",
    re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(
    rf"(?<![\w.,/€£$-])(?:{_NUMBER})(?![\w/%-]|[ \u00a0]?(?:€|£|\$|EUR)|[.:]\d"
    r"|[ \u00a0]\d{3}(?!\d))"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(r"(?<![\w-])(?:\+\d{1,3}[ .-]?)?(?:\(?0\d{1,4}\)?)(?:[ .-]?\d{2,4}){2,4}(?!\w)")
_REFERENCE = re.compile(
    r"(?<![\w@.-])(?:(?=[A-Z0-9/-]{0,24}\d)[A-Z]{1,6}\d{0,4}[-/]?[A-Z]{0,5}\d[A-Z0-9]*(?:[-/]"
    r"[A-Z0-9]{1,12}){0,3}|\d{5,12})(?![\w@])"
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,3})?(?!\w)")
_POSTCODE = re.compile(r"(?<![\w-])(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|\d{5}(?= [A-ZÉ]))(?!\w)")
_URL = re.compile(r"https?://[^\s<>\"')]{3,200}")
_TIME = re.compile(r"(?<![\w:.])(?:[01]?\d|2[0-3])(?:[:.h][0-5]\d|\s?[ap]m\b|h\b)", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\w.,])\d{1,3}(?:[.,]\d{1,2})?\s?%")
_WORD = r"[A-ZÉÈÀÂÎÔÇ](?:['’][A-ZÉ])?[a-zà-ÿ]+(?:-[A-ZÉ][a-zà-ÿ]+)?"
_FULL_NAME = re.compile(
    rf"(?<![\w])(?P<title>(?:Mrs|Mr|Ms|Dr|Mme|Mlle|Madame|Monsieur|M)\.?\s+)?"
    rf"(?P<name>{_WORD}(?:\s+(?:(?:[A-Z]\.|de|du|van|von|le|la|O['’])\s*)?{_WORD}){{0,2}})"
)
_CLOSING = re.compile(
    r"(?:regards|sincerely|cheers|thanks|thank you|wishes|faithfully|cordialement|salutations"
    r"|merci|remerciements?|bonne journ[ée]e|bien à vous|d['’]avance)[^\n]{0,40}\n+[ \t]*"
    rf"(?P<name>{_WORD}(?:[ ](?:[A-Z]\.|de|du|van|von)?[ ]?{_WORD}){{0,2}})",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    rf"(?:my name is|I am|this is|je m['’]appelle|je suis|contact(?: is)?:?|signed,?|name ?:|nom ?:"
    rf"|interlocut\w+ ?:)\s+(?P<name>{_WORD}\s+(?:de )?{_WORD})"
)
_NOT_A_NAME = terms(
    """
    monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi
    samedi dimanche january february march april june july august september october november
    december hello dear hi bonjour bonsoir madame monsieur please order invoice the this that our
    your we they purchase delivery kind best regards thank thanks merci cordialement objet subject
    from date sent facture commande good morning afternoon many yours total page line all le la les
    nous vous notre votre je could can would there when where what i it if as sincerely faithfully
    new old customer client account number street road lane avenue rue unit note ref re
    """
)
_COMPANY = re.compile(
    rf"(?<!\w)((?:{_WORD}|[A-Z]{{2,}}|&)(?:[ ]+(?:&|and|et|de|{_WORD}|[A-Z]{{2,}})){{0,4}}[ ]+"
    r"(?:Ltd|Limited|LLP|PLC|plc|SARL|SAS|SA|SNC|EURL|Inc|GmbH|BV|& (?:Sons|Co|Fils|Cie)))(?!\w)"
)


def read_number(written: str) -> float:
    """Read '1 234,56', '1,234.56', "1'234" and '1234': the last sign before 1 or 2 digits is the
    decimal one.
    """  # noqa: D205
    digits = re.sub(r"[^\d.,]", "", written)
    decimal = re.search(r"[.,](\d{1,2})$", digits)
    whole = re.sub(r"\D", "", digits[: decimal.start()] if decimal else digits) or "0"
    return float(f"{whole}.{decimal.group(1)}" if decimal else whole)


def _dates(text: str) -> Iterator[Found]:
    plain = _same_length(text)
    years = {int(year) for year in _YEAR.findall(plain)}
    taken: list[tuple[int, int]] = []
    for pattern in _DATES:
        for match in pattern.finditer(plain):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            parts = match.groupdict()
            month = _MONTHS.get(parts["month"]) if parts.get("month") else int(parts["m"])
            year = int(parts["y"]) if parts.get("y") else _only(years)
            if year is None or month is None:
                continue
            found = _valid(year + 2000 if year < 100 else year, month, int(parts["d"]))
            if found:
                taken.append(match.span())
                yield Found(found, match.start(), match.end(), text[match.start() : match.end()])


def _only(years: set[int]) -> int | None:
    """A date without a year has the one year that the text names, else none is guessed."""
    return next(iter(years)) if len(years) == 1 else None


def _valid(year: int, month: int, day: int) -> str | None:
    for attempt in ((month, day), (day, month)):  # 03/25/2026 can only be the 25th of March
        try:
            return date(year, *attempt).isoformat()
        except ValueError:
            continue
    return None


def _same_length(text: str) -> str:
    """Fold sign by sign, so that places stay the same."""
    return "".join(folded if len(folded := fold(sign)) == 1 else sign for sign in text)


def _amounts(text: str) -> Iterator[Found]:
    for match in _AMOUNT.finditer(text):
        number = read_number(match.group("a") or match.group("b"))
        number = -number if match.group("minus") else number
        yield Found(number, match.start(), match.end(), match.group())


def _currencies(text: str) -> Iterator[Found]:
    for match in _AMOUNT.finditer(text):
        sign = (match.group("before") or match.group("after")).lower()
        yield Found(_CURRENCIES[sign], match.start(), match.end(), match.group())


def _numbers(text: str) -> Iterator[Found]:
    taken = [(f.start, f.end) for f in (*_dates(text), *_matches(_PHONE)(text))]
    for match in _PLAIN_NUMBER.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            number = read_number(match.group())
            value = int(number) if number.is_integer() else number
            yield Found(value, match.start(), match.end(), match.group())


def _percents(text: str) -> Iterator[Found]:
    for match in _PERCENT.finditer(text):
        yield Found(read_number(match.group()), match.start(), match.end(), match.group())


def _names(text: str) -> Iterator[Found]:
    for pattern in (_CLOSING, _INTRODUCED):
        for match in pattern.finditer(text):
            if fold(match.group("name").split()[0]) not in _NOT_A_NAME:
                start, end = match.span("name")
                yield Found(match.group("name"), start, end, match.group("name"))
    lines = text.rstrip().splitlines(keepends=True)
    at = 0
    for position, line in enumerate(lines):
        alone = _FULL_NAME.fullmatch(re.split(r"[,|(]", line)[0].strip())
        if alone and position and fold(alone.group("name").split()[0]) not in _NOT_A_NAME:
            name = alone.group("name")
            start = text.index(name, at)
            yield Found(name, start, start + len(name), name)
        at += len(line)
    for match in _FULL_NAME.finditer(text):
        words = match.group("name").split()
        plain = [fold(word) for word in words]
        titled = bool(match.group("title"))
        if (titled or len(words) > 1) and not any(word in _NOT_A_NAME for word in plain):
            start, end = match.span("name")
            yield Found(match.group("name"), start, end, match.group("name"))


def _matches(pattern: re.Pattern[str]) -> Callable[[str], Iterator[Found]]:
    def finder(text: str) -> Iterator[Found]:
        for match in pattern.finditer(text):
            written = match.group().rstrip(".,;")
            yield Found(written, match.start(), match.start() + len(written), written)

    return finder


def _references(text: str) -> Iterator[Found]:
    taken = [
        (match.start(), match.end())
        for pattern in (_PHONE, _IBAN, _AMOUNT, _URL)
        for match in pattern.finditer(text)
    ]
    for found in _matches(_REFERENCE)(text):
        if not any(start <= found.start < end for start, end in taken):
            yield found


KINDS: dict[str, Callable[[str], Iterator[Found]]] = {
    "date": _dates,
    "amount": _amounts,
    "currency": _currencies,
    "number": _numbers,
    "percent": _percents,
    "email": _matches(_EMAIL),
    "phone": _matches(_PHONE),
    "reference": _references,
    "iban": _matches(_IBAN),
    "postcode": _matches(_POSTCODE),
    "url": _matches(_URL),
    "time": _matches(_TIME),
    "name": _names,
    "company": _matches(_COMPANY),
}


def find(kind: str, text: str) -> list[Found]:
    """Find the values of one kind, in the order of their likelihood, then of the text."""
    found: list[Found] = []
    for value in KINDS[kind](text[:_LONGEST_TEXT]):
        if all(value.start != other.start for other in found):
            found.append(value)
        if len(found) >= _MOST_FOUND:
            break
    return found
