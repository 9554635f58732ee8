"""Read the authored claims: every one was written out by hand, in `authored/`.

A claim is a block of text::

    === key | 4,8 | en | C | GBP | Name, site | 0424 | reason for the trip [| hard]
    0420 dinner 31.40 | supplier | y | comment | guests | 2

The second field names all rules that the claim breaks, the first one first, or is `-`. Then come language,
layout (A and B are lists, C spreads the amounts over columns, P is only a picture), currency, the claimant
and the day of the claim. A line has month and day, kind, amount, supplier, receipt (y, n, or - where
none is needed), comment, guests, and how many nights or heads. Months after the day of the claim
are of the year before. `total 52.50` writes another total than the sum.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

AUTHORED = Path(__file__).parent / "authored"
FILES = ("paid", "broken")
REFUSES = frozenset({2, 3, 4, 5, 8, 11})
RULES = range(1, 13)
KINDS = (
    "breakfast", "lunch", "dinner", "guests", "hotel", "train", "flight", "taxi", "hire", "km",
    "parking", "toll", "bus", "fuel", "parts", "phone", "post", "other",
)  # fmt: skip
_YEAR = 2026


@dataclass(frozen=True)
class Line:
    """One line of a claim; what is None was left out on purpose."""

    day: date | None
    kind: str
    amount: float | None
    currency: str
    supplier: str
    receipt: str
    comment: str
    guests: str
    count: int


@dataclass(frozen=True)
class Claim:
    """One claim as its author wrote it, with every rule that it breaks."""

    key: str
    broken: tuple[int, ...]
    language: str
    layout: str
    currency: str
    claimant: str
    sent: date | None
    reason: str
    hard: bool
    lines: tuple[Line, ...]
    total: float

    @property
    def rule(self) -> str:
        """The first rule that is broken, or 'none'."""
        return str(self.broken[0]) if self.broken else "none"

    @property
    def decision(self) -> str:
        """Refuse beats ask, ask beats pay."""
        if not self.broken:
            return "pay"
        return "refuse" if set(self.broken) & REFUSES else "ask"


def read_authored(folder: Path = AUTHORED) -> list[Claim]:
    """Return every authored claim in a fixed order; ValueError names the block that is wrong."""
    claims = [_read(block) for name in FILES for block in _blocks(folder / f"{name}.txt")]
    keys = [claim.key for claim in claims]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise ValueError(f"the same key is used twice: {', '.join(repeated)}")
    return claims


def policy() -> bytes:
    """Return the policy, which lies beside the claims of each set."""
    return (AUTHORED / "policy.md").read_bytes()


def _blocks(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removeprefix("=== ").split("\n=== ")


def _read(block: str) -> Claim:
    first, *rest = block.strip().split("\n")
    fields = [part.strip() for part in first.split("|")]
    key, broken, language, layout, currency, claimant, sent, reason, *flags = fields
    rules = () if broken == "-" else tuple(int(rule) for rule in broken.split(","))
    day = None if sent == "-" else date(_YEAR, int(sent[:2]), int(sent[2:]))
    if language not in {"en", "fr"} or layout not in set("ABCP") or set(rules) - set(RULES):
        raise ValueError(f"the claim '{key}' has a wrong language, layout or rule")
    if list(rules) != sorted(rules) or set(flags) - {"hard"}:
        raise ValueError(f"the claim '{key}' does not name its first rule first, or a wrong flag")
    stated = [float(line.removeprefix("total ")) for line in rest if line.startswith("total ")]
    try:
        lines = tuple(
            _line(line, day, currency) for line in rest if line and not line.startswith("total ")
        )
    except (ValueError, IndexError) as error:
        raise ValueError(f"the claim '{key}' has a line that cannot be read: {error}") from error
    total = stated[0] if stated else round(sum(line.amount or 0 for line in lines), 2)
    return Claim(
        key=key,
        broken=rules,
        language=language,
        layout=layout,
        currency=currency,
        claimant=claimant.strip(" ,"),
        sent=day,
        reason=reason,
        hard="hard" in flags,
        lines=lines,
        total=total,
    )


def _line(text: str, sent: date | None, currency: str) -> Line:
    fields = [part.strip() for part in text.split("|")] + [""] * 6
    day, kind, amount = fields[0].split()
    when = None
    if day.isdigit():
        month, number = int(day[:2]), int(day[2:])
        when = date(_YEAR, month, number)
        if sent and when > sent:
            when = date(_YEAR - 1, month, number)
    figure = amount.removesuffix("CHF")
    if kind not in (*KINDS, "-"):
        raise ValueError(text)
    return Line(
        day=when,
        kind="" if kind == "-" else kind,
        amount=float(figure) if figure.replace(".", "").isdigit() else None,
        currency="CHF" if amount.endswith("CHF") else currency,
        supplier=fields[1],
        receipt=fields[2],
        comment=fields[3],
        guests=fields[4],
        count=int(fields[5] or 1),
    )
