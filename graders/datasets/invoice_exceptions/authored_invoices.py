"""Reads `authored/`: who sends, what they bill, and what is wrong with it; does the sums.

Section by supplier (`## key`), an invoice a block: `= number | date | hotel | why`, lines
`quantity unit | text | price | rate`, discounts `- amount text`, directives `! name value`, printed
notes `> text`. The section `## mails` holds mails that are no invoice, word for word.
"""

from __future__ import annotations

import hashlib
import random
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

SEED = "Bellerive 2026"
HERE = Path(__file__).parent / "authored"
LANGUAGES = {"french.txt": "fr", "english.txt": "en", "german.txt": "de"}
ROUTES = {
    "pay": ("ok",),
    "ask_supplier": (
        "total", "lines", "vat", "no_order", "no_date", "addressee", "not_invoice", "scan", "empty",
    ),
    "ask_buyer": ("over", "not_received", "unknown_order", "other_order"),
    "stop": ("bank", "duplicate", "unknown"),
}  # fmt: skip
ROUTE_OF = {why: route for route, reasons in ROUTES.items() for why in reasons}
HOTELS = {
    "lyon": "Bellerive Hôtels SAS | 14 quai des Célestins | 69002 Lyon",
    "annecy": "Bellerive Hôtels SAS, Hôtel du Semnoz | 3 avenue d'Albigny | 74000 Annecy",
    "beaune": "Bellerive Hôtels SAS | Hôtel des Échevins | 21200 Beaune",
    "galway": "Bellerive Hotels Ireland Ltd | The Claddagh House | Galway",
    "kinsale": "Bellerive Hotels Ireland Ltd | Scilly Quay Hotel | Kinsale, Co. Cork",
    "freiburg": "Bellerive Hotels GmbH | Haus am Schlossberg | 79098 Freiburg",
}
CENT = Decimal("0.01")
_COUNTRY = {"fr": "FR", "en": "IE", "de": "DE"}


@dataclass(frozen=True)
class Supplier:
    """Who sends, and how their paper looks."""

    key: str
    name: str
    lang: str
    at: tuple[str, ...]
    rates: tuple[Decimal, ...]
    look: str
    date: str
    money: str
    words: dict[str, str]
    foot: str
    unknown: bool = False

    @property
    def country(self) -> str:
        """Two letters, as an account number begins with them."""
        return {"steeg": "NL", "maarten": "BE"}.get(self.key, _COUNTRY[self.lang])

    @property
    def iban(self) -> str:
        """The account on file."""
        return make_iban(self.country, f"iban:{self.key}")


@dataclass(frozen=True)
class Line:
    """A line as it is printed; `amount` is not always quantity times price."""

    quantity: Decimal | None
    unit: str
    text: str
    price: Decimal
    rate: Decimal
    amount: Decimal


@dataclass
class Item:
    """One file of the set: what is printed on it, and what the order table knows."""

    key: str
    number: str
    day: date
    hotel: str
    why: str
    lang: str
    supplier: Supplier | None = None
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    mail: str = ""
    order: str = ""
    """The number of the order that the table has for it, whatever is printed."""
    printed_order: str = ""

    @property
    def route(self) -> str:
        """What the paper needs."""
        return ROUTE_OF[self.why]

    @property
    def hard(self) -> bool:
        """Whether a careful reader may stumble."""
        return "hard" in self.says or self.why in ("lines", "other_order", "over", "addressee")

    @property
    def is_invoice(self) -> bool:
        """Whether there is an invoice that can be read: no mail without one, no scan, no nothing."""
        return bool(self.lines) and self.why != "scan"

    @property
    def sign(self) -> int:
        """Minus for a credit note."""
        return -1 if "credit" in self.says else 1

    @property
    def net(self) -> Decimal:
        """The sum of the lines as printed."""
        return sum((line.amount for line in self.lines), Decimal(0)) * self.sign

    @property
    def vats(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """Rate, net and VAT, as printed."""
        rates = sorted({line.rate for line in self.lines})
        found = []
        for rate in rates:
            base = sum((line.amount for line in self.lines if line.rate == rate), Decimal(0))
            found.append((rate, base * self.sign, cents(base * rate / 100) * self.sign))
        if "vat" in self.says:
            found = [(found[0][0], found[0][1], Decimal(self.says["vat"]))]
        return found

    @property
    def vat(self) -> Decimal:
        """All VAT together."""
        return sum((vat for _, _, vat in self.vats), Decimal(0))

    @property
    def total(self) -> Decimal:
        """What is printed as the total, right or wrong."""
        return self.net + self.vat + Decimal(self.says.get("total", "0")) * self.sign

    @property
    def iban(self) -> str:
        """The account that is printed, or nothing."""
        if self.supplier is None or "mask" in self.says:
            return ""
        if self.why == "bank":
            return make_iban(self.supplier.country, f"other:{self.key}")
        silent = not self.supplier.unknown and digest(f"silent:{self.key}") % 5 == 0
        return "" if silent else self.supplier.iban

    def labels(self) -> tuple[str, ...]:
        """Supplier, date, net, VAT, total, order and route."""
        if not self.is_invoice or self.supplier is None:
            return ("",) * 6 + (self.route,)
        day = "" if self.why == "no_date" else self.day.isoformat()
        amounts = (f"{value:.2f}" for value in (self.net, self.vat, self.total))
        return (self.supplier.name, day, *amounts, self.printed_order, self.route)

    def order_row(self) -> tuple[str, ...] | None:
        """What the order table has: order, supplier, account, rates, ordered, received, booked."""
        if self.supplier is None or self.supplier.unknown or not self.lines:
            return None
        right = sum(((cents((line.quantity or 1) * line.price)) for line in self.lines), Decimal(0))
        ordered = Decimal(self.says.get("ordered", right))
        received = Decimal(self.says.get("received", min(ordered, right)))
        booked = self.says.get("booked", "")
        if "credit" in self.says:
            ordered, received, booked = right * 8, Decimal(0), self.says["credit"]
        elif self.why == "duplicate":
            received, booked = Decimal(0), self.number
        return order_row(self.order, self.supplier, ordered, received, booked)


def order_row(
    order: str, supplier: Supplier, ordered: Decimal, received: Decimal, booked: str
) -> tuple[str, ...]:
    """Write a row of the order table."""
    rates = "; ".join(f"{rate:f}" for rate in supplier.rates)
    return (order, supplier.name, supplier.iban, rates, f"{ordered:.2f}", f"{received:.2f}", booked)


def read_suppliers() -> dict[str, Supplier]:
    """Return the suppliers by key."""
    table = tomllib.loads((HERE / "suppliers.toml").read_text(encoding="utf-8"))
    found = {}
    for key, given in table.items():
        at = tuple(part.strip() for part in given.pop("at").split("|"))
        rates = tuple(Decimal(str(rate)) for rate in given.pop("rates"))
        found[key] = Supplier(key=key, at=at, rates=rates, **given)
    return found


def read_items() -> list[Item]:
    """Return all items in the order in which they are authored, with their order numbers."""
    suppliers = read_suppliers()
    items = []
    for name, lang in LANGUAGES.items():
        text = (HERE / name).read_text(encoding="utf-8")
        for section in re.split(r"^## ", text, flags=re.M)[1:]:
            key, _, body = section.partition("\n")
            for block in re.split(r"^= ", body, flags=re.M)[1:]:
                head, _, rest = block.partition("\n")
                number, day, hotel, why = (part.strip() for part in head.split("|"))
                item = Item(f"{key}/{number}", number, date.fromisoformat(day), hotel, why, lang)
                if key == "mails":
                    item.mail = rest.strip()
                elif key != "empty":
                    item.supplier = suppliers[key]
                    _fill(item, suppliers[key], rest)
                items.append(item)
    for place, item in enumerate(items):
        item.order = f"BR-{31_000 + 13 * place + digest(item.key) % 12}"
        said = item.says.get("order", "")
        known = item.supplier is not None and not item.supplier.unknown
        item.printed_order = said or (item.order if known and item.why != "no_order" else "")
    return items


def _fill(item: Item, supplier: Supplier, rest: str) -> None:
    for raw in rest.strip().splitlines():
        mark, content = raw[0], raw[2:].strip()
        if mark == "!":
            name, _, value = content.partition(" ")
            if name == "line":
                place, amount = value.split()
                item.says[f"line{place}"] = amount
            else:
                item.says[name] = value
        elif mark == ">":
            item.notes.append(content)
        elif mark == "-":
            amount, _, text = content.partition(" ")
            value = -Decimal(amount)
            item.lines.append(Line(None, "", text, value, supplier.rates[0], value))
        else:
            item.lines.append(_line(raw, supplier))
    for place, line in enumerate(item.lines, start=1):
        rate = Decimal(item.says.get("rate", line.rate))
        amount = Decimal(item.says.get(f"line{place}", line.amount))
        item.lines[place - 1] = Line(line.quantity, line.unit, line.text, line.price, rate, amount)


def _line(raw: str, supplier: Supplier) -> Line:
    parts = [part.strip() for part in raw.split("|")]
    quantity, _, unit = parts[0].partition(" ")
    price = Decimal(parts[2])
    rate = Decimal(parts[3]) if len(parts) > 3 else supplier.rates[0]
    amount = cents(Decimal(quantity) * price)
    return Line(Decimal(quantity), unit, parts[1], price, rate, amount)


def route_by_rules(item: Item, orders: dict[str, tuple[str, ...]], iban_in_mail: str = "") -> str:  # noqa: PLR0911  # one way out a rule
    """Apply the rules of `brief.md`, in their order, to what is printed and to the order table."""
    known = {row[1]: row for row in orders.values()}
    if not item.is_invoice or item.supplier is None:
        return "stop" if iban_in_mail else "ask_supplier"
    name, row = item.supplier.name, orders.get(item.printed_order)
    if name not in known or (item.iban and item.iban != known[name][2]):
        return "stop"
    if row and row[1] == name and item.number in row[6].split("; "):
        return "stop"
    if item.why == "no_date" or not item.printed_order or item.says.get("addressee"):
        return "ask_supplier"
    off = any(abs((line.quantity or 1) * line.price - line.amount) >= CENT for line in item.lines)
    rates = [Decimal(rate) for rate in known[name][3].split("; ")]
    low, high = sorted((item.net * min(rates) / 100, item.net * max(rates) / 100))
    slack = Decimal("0.05")
    if off or item.net + item.vat != item.total or not low - slack <= item.vat <= high + slack:
        return "ask_supplier"
    if row is None or row[1] != name:
        return "ask_buyer"
    most = min(Decimal(row[4]), Decimal(row[5])) * Decimal("1.02")
    return "ask_buyer" if item.net > most else "pay"


def cents(value: Decimal) -> Decimal:
    """Round to cents as an invoice program does."""
    return value.quantize(CENT, ROUND_HALF_UP)


def digest(text: str) -> int:
    """Give a number that hangs on the seed and the text alone."""
    return int.from_bytes(hashlib.sha256(f"{SEED}:{text}".encode()).digest()[:8], "big")


def make_iban(country: str, seed: str) -> str:
    """Give an account number whose check digits are right, at a bank that does not exist."""
    draw = random.Random(f"{SEED}:{seed}")
    digits = "".join(draw.choice("0123456789") for _ in range(11))
    bban = {
        "FR": "9999900001" + digits + digits[:2],
        "IE": "ZZZZ999000" + digits[:8],
        "DE": "99999900" + digits[:10],
        "NL": "ZZZZ" + digits[:10],
        "BE": "999" + digits[:9],
    }[country]
    number = "".join(str(int(sign, 36)) for sign in bban + country + "00")
    plain = f"{country}{98 - int(number) % 97:02d}{bban}"
    return " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))
