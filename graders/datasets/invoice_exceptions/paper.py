"""What stands on an invoice, as texts in its supplier's own words and ways to write numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from authored_invoices import HOTELS, Item, Supplier, digest

MONTHS = {
    "fr": ("janvier", "février", "mars", "avril", "mai"),
    "en": ("January", "February", "March", "April", "May"),
    "de": ("Januar", "Februar", "März", "April", "Mai"),
}
WORDS = {
    "fr": {
        "title": "Facture", "credit": "AVOIR", "number": "Facture n°", "date": "Date",
        "order": "Commande", "net": "Total HT", "vat": "TVA", "total": "Total TTC", "due": "Échéance",
        "to": "Facturé à", "qty": "Qté", "text": "Désignation", "price": "P.U. HT", "rate": "TVA",
        "amount": "Montant HT", "carried": "à reporter", "brought": "report", "of": "sur notre facture",
        "vat_id": "N° TVA", "page": "page",
    },
    "en": {
        "title": "Invoice", "credit": "CREDIT NOTE", "number": "Invoice no.", "date": "Date",
        "order": "Your order", "net": "Net", "vat": "VAT", "total": "Total", "due": "Due",
        "to": "Bill to", "qty": "Qty", "text": "Description", "price": "Unit price", "rate": "VAT",
        "amount": "Amount", "carried": "carried forward", "brought": "brought forward",
        "of": "against our invoice", "vat_id": "VAT no.", "page": "page",
    },
    "de": {
        "title": "Rechnung", "credit": "GUTSCHRIFT", "number": "Rechnung Nr.", "date": "Datum",
        "order": "Ihre Bestellung", "net": "Netto", "vat": "USt.", "total": "Gesamtbetrag",
        "due": "Fällig am", "to": "An", "qty": "Menge", "text": "Bezeichnung", "price": "Einzelpreis",
        "rate": "USt.", "amount": "Betrag", "carried": "Übertrag", "brought": "Übertrag",
        "of": "zu unserer Rechnung", "vat_id": "USt-IdNr.", "page": "Seite",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    quantity: str
    text: str
    price: str
    rate: str
    amount: str


@dataclass(frozen=True)
class Paper:
    """All that a layout places on the page."""

    item: Item
    supplier: Supplier
    w: dict[str, str]
    title: str
    number: str
    day: str
    due: str
    order: str
    to: tuple[str, ...]
    rows: tuple[Row, ...]
    net: str
    vats: tuple[tuple[str, str, str], ...]
    total: str
    iban: str
    vat_id: str
    notes: tuple[str, ...]
    words: str
    credit_of: str

    @property
    def vat(self) -> str:
        """The whole VAT as one amount."""
        return money(self.item.vat, self.supplier)

    @property
    def vat_lines(self) -> tuple[tuple[str, str], ...]:
        """A label and an amount for each rate; none where no VAT is charged and the foot says so."""
        if self.supplier.key == "vasseur":
            return ()
        return tuple((f"{self.w['vat']} {rate}", vat) for rate, _, vat in self.vats)

    @property
    def meta(self) -> tuple[tuple[str, str], ...]:
        """Number, date and order with their labels; what is missing is left out."""
        pairs = [(self.w["number"], self.number), (self.w["date"], self.day)]
        pairs += [(self.w["order"], self.order), (self.w["due"], self.due)]
        return tuple((name, value) for name, value in pairs if value)


def paper(item: Item) -> Paper:
    """Write an item's figures out as its supplier does."""
    supplier = item.supplier
    if supplier is None:
        raise ValueError(f"{item.key} is no invoice")
    w = WORDS[supplier.lang] | supplier.words
    credit = item.says.get("credit", "")
    shown = -1 if credit and digest(f"sign:{item.key}") % 2 else 1
    flip = item.sign * shown if credit else 1
    rows = tuple(
        Row(
            "" if line.quantity is None else " ".join([number(line.quantity, supplier), line.unit]).strip(),
            line.text,
            "" if line.quantity is None else price(line.price, supplier),
            percent(line.rate, supplier),
            money(line.amount * flip, supplier),
        )
        for line in item.lines
    )  # fmt: skip
    vats = tuple(
        (percent(rate, supplier), money(base * shown, supplier), money(vat * shown, supplier))
        for rate, base, vat in item.vats
    )
    due = item.day + timedelta(days=(14, 30, 30, 45)[digest(f"due:{supplier.key}") % 4])
    # Where the small print has a term of its own, no due date may contradict it.
    has_term = re.search(r"jours|days|Tagen|month", supplier.foot)
    has_due = not credit and not has_term and digest(f"has due:{supplier.key}") % 3
    to = item.says.get("addressee") or HOTELS[item.hotel]
    return Paper(
        item=item,
        supplier=supplier,
        w=w,
        title=w["credit"] if credit else w["title"],
        number=item.number,
        day="" if item.why == "no_date" else day(item.day, supplier),
        due=day(due, supplier) if has_due and item.why != "no_date" else "",
        order=order(item.printed_order, supplier),
        to=tuple(part.strip() for part in to.split("|")),
        rows=rows,
        net=money(item.net * shown, supplier),
        vats=vats,
        total=money(item.total * shown, supplier),
        iban=item.iban,
        vat_id=vat_id(supplier),
        notes=tuple(item.notes),
        words=item.says.get("words", "").replace("\\n", "\n"),
        credit_of=credit,
    )


def day(value: date, supplier: Supplier) -> str:
    """Write a date in the supplier's way."""
    month = MONTHS[supplier.lang][value.month - 1]
    if supplier.date == "long":
        first = "1er" if supplier.lang == "fr" and value.day == 1 else str(value.day)
        return f"{first}{'.' if supplier.lang == 'de' else ''} {month} {value.year}"
    return value.strftime(
        {
            "/": "%d/%m/%Y",
            ".": "%d.%m.%Y",
            "-": "%d-%m-%Y",
            "short": "%d/%m/%y",
            "iso": "%Y-%m-%d",
            "mon": f"%d {month[:3]} %Y",
        }[supplier.date]
    )


def money(value: Decimal, supplier: Supplier) -> str:
    """Write an amount in the supplier's way."""
    return _mark(_grouped(f"{value:,.2f}", supplier), supplier)


def price(value: Decimal, supplier: Supplier) -> str:
    """Write a price for one, with as many decimals as it needs, and no currency."""
    places = 3 if value != value.quantize(Decimal("0.01")) else 2
    return _grouped(f"{value:,.{places}f}", supplier)


def number(value: Decimal, supplier: Supplier) -> str:
    """Write a quantity."""
    return _grouped(f"{value.normalize():f}", supplier)


def percent(value: Decimal, supplier: Supplier) -> str:
    """Write a rate; the French and the Germans leave a blank before the sign."""
    plain = _grouped(f"{value:f}", supplier)
    return f"{plain}%" if supplier.lang == "en" else f"{plain} %"


def order(printed: str, supplier: Supplier) -> str:
    """Write our order number as this supplier keys it in."""
    joint = ("-", "-", " ", "")[digest(f"order:{supplier.key}") % 4]
    return printed.replace("-", joint)


def vat_id(supplier: Supplier) -> str:
    """Give a number that no company has."""
    tail = f"{digest(f'vat:{supplier.key}') % 10**6:06d}"
    forms = {"FR": "FR 00 000", "IE": "IE 0", "DE": "DE 000", "NL": "NL 000", "BE": "BE 0000."}
    return forms[supplier.country] + tail + {"IE": "ZZ", "NL": "B00"}.get(supplier.country, "")


def _grouped(english: str, supplier: Supplier) -> str:
    style = supplier.money
    if style.endswith("fr"):
        blank = "\xa0" if digest(f"blank:{supplier.key}") % 3 == 0 else " "
        return english.replace(",", blank).replace(".", ",")
    if style.endswith("de"):
        return english.translate(str.maketrans(",.", ".,"))
    return english


def _mark(figures: str, supplier: Supplier) -> str:
    style = supplier.money
    if style in ("fr", "de"):
        return f"{figures}\xa0€" if digest(f"blank:{supplier.key}") % 3 == 0 else f"{figures} €"
    if style == "eur":
        return f"EUR {figures}"
    if style == "en":
        return f"-€{figures[1:]}" if figures.startswith("-") else f"€{figures}"
    return figures
