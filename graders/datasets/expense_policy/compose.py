"""Turn an authored claim into the workbook that reached accounts payable, the same bytes each time."""

import random
import struct
import zlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

from authored_claims import Claim, Line
from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, Font, PatternFill
from sealing import sealed

SEED = "expense policy 1"

# Words of the three forms; where there are several, the claim's own draw takes one.
_WORDS = {
    "en": {
        "title": ("Expense claim", "EXPENSES", "Oakhanger Lifts - expense claim"),
        "name": ("Name", "Claimant", "Employee"),
        "sent": ("Handed in", "Date of claim", "Submitted"),
        "reason": ("Reason", "Purpose", "Job / trip"),
        "day": ("Date", "Day", "Date"),
        "kind": ("Kind", "Category", "Type"),
        "supplier": ("Supplier", "Paid to", "Where"),
        "guests": ("Guests", "Attendees", "Who with"),
        "amount": ("Amount", "Amount {cur}", "Cost"),
        "receipt": ("Receipt", "Receipt?", "Rcpt"),
        "comment": ("Comment", "Notes", "Remarks"),
        "total": ("Total", "TOTAL", "Total claimed"),
        "weekly": ("Weekly sheet", "Week sheet - field staff", "Travel sheet"),
        "columns": ("Travel", "Hotel", "Meals", "Other"),
        "yes": ("yes", "y", "x", "Yes"),
        "no": ("no", "n", "", "No"),
        "currency": ("Currency", "Currency", "Cur."),
    },
    "fr": {
        "title": ("Note de frais", "NOTE DE FRAIS", "Oakhanger Lifts - note de frais"),
        "name": ("Nom", "Salarié", "Nom et site"),
        "sent": ("Remise le", "Date de la note", "Déposée le"),
        "reason": ("Motif", "Objet", "Mission"),
        "day": ("Date", "Jour", "Date"),
        "kind": ("Nature", "Catégorie", "Type de frais"),
        "supplier": ("Fournisseur", "Payé à", "Lieu"),
        "guests": ("Convives", "Invités", "Participants"),
        "amount": ("Montant", "Montant TTC", "Montant {cur}"),
        "receipt": ("Justificatif", "Reçu", "Justif."),
        "comment": ("Commentaire", "Observations", "Remarques"),
        "total": ("Total", "TOTAL", "Total à rembourser"),
        "weekly": ("Feuille de semaine", "Frais de la semaine", "Feuille de déplacement"),
        "columns": ("Trajet", "Hôtel", "Repas", "Divers"),
        "yes": ("oui", "o", "x", "Oui"),
        "no": ("non", "n", "", "Non"),
        "currency": ("Devise", "Devise", "Monnaie"),
    },
}
_KINDS = {
    "en": {
        "breakfast": ("breakfast",),
        "lunch": ("lunch", "Lunch", "meal - lunch"),
        "dinner": ("dinner", "Dinner", "evening meal"),
        "guests": ("meal with guests", "Customer meal", "entertaining"),
        "hotel": ("hotel", "Hotel", "overnight"),
        "train": ("train", "rail", "Train"),
        "flight": ("flight", "air fare"),
        "taxi": ("taxi", "Taxi", "cab"),
        "hire": ("hire car", "car hire"),
        "km": ("mileage", "Mileage", "own car"),
        "parking": ("parking", "Parking"),
        "toll": ("toll",),
        "bus": ("bus", "local transport"),
        "fuel": ("fuel", "diesel"),
        "parts": ("parts", "materials", "Parts"),
        "phone": ("phone",),
        "post": ("postage", "post"),
        "other": ("other", "misc", "sundry"),
    },
    "fr": {
        "breakfast": ("petit-déjeuner", "petit déj."),
        "lunch": ("déjeuner", "repas midi", "Repas du midi"),
        "dinner": ("dîner", "repas soir", "Dîner"),
        "guests": ("repas invités", "repas clients", "Invitation"),
        "hotel": ("hôtel", "Hôtel", "nuitée"),
        "train": ("train", "Train", "billet de train"),
        "flight": ("avion", "vol"),
        "taxi": ("taxi", "Taxi"),
        "hire": ("location voiture", "location véhicule"),
        "km": ("indemnité km", "frais km", "kilomètres"),
        "parking": ("parking", "stationnement"),
        "toll": ("péage",),
        "bus": ("transports", "bus / tram"),
        "fuel": ("carburant", "gasoil"),
        "parts": ("fournitures", "matériel"),
        "phone": ("téléphone",),
        "post": ("affranchissement", "courrier"),
        "other": ("divers", "autre"),
    },
}
_COLUMN_OF = {
    "hotel": 1, "breakfast": 2, "lunch": 2, "dinner": 2, "guests": 2,
    "train": 0, "flight": 0, "taxi": 0, "hire": 0, "km": 0, "parking": 0, "toll": 0, "bus": 0, "fuel": 0,
}  # fmt: skip
_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "fr": [
        "janv.",
        "févr.",
        "mars",
        "avr.",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "oct.",
        "nov.",
        "déc.",
    ],
}
_SIGN = {"GBP": "£", "EUR": "€"}


class _Hand:
    """How this claimant writes: which words, days and amounts; drawn once a claim."""

    def __init__(self, claim: Claim) -> None:
        draw = random.Random(f"{SEED}:{claim.key}")
        self.language, self.currency = claim.language, claim.currency
        self._draw = draw
        self._style = {name: draw.randrange(3) for name in _WORDS["en"]}
        mark = draw.randrange(4)
        self._style |= {"yes": mark, "no": mark}
        # Lists in English are mostly kept in figures, the French ones mostly typed.
        typed = 0.75 if claim.layout == "B" else 0.3
        self.types_days, self.types_amounts = draw.random() < typed, draw.random() < typed
        self.day_style, self.amount_style = draw.randrange(3), draw.randrange(3)
        self.first_row, self.first_column = draw.choice((1, 1, 2, 3)), draw.choice((1, 1, 1, 2))
        self.gap, self.bold, self.help = draw.randrange(3), draw.random() < 0.6, draw.random() < 0.3

    def word(self, name: str) -> str:
        words = _WORDS[self.language][name]
        return words[self._style[name] % len(words)].format(cur=self.currency)

    def kind(self, name: str) -> str:
        return self._draw.choice(_KINDS[self.language][name]) if name else ""

    def day(self, day: date | None) -> Any:
        if day is None:
            return None
        if not self.types_days:
            return datetime(day.year, day.month, day.day)
        month = _MONTHS[self.language][day.month - 1]
        if self.day_style == 1:
            return f"{day.day} {month} {day.year}"
        return f"{day:%d.%m.%Y}" if self.day_style == 2 else f"{day:%d/%m/%Y}"

    def amount(self, line: Line) -> Any:
        if line.amount is None:
            return {"en": "about 5", "fr": "env. 5"}[self.language] if line.kind else None
        if line.currency not in _SIGN:
            return f"{line.amount:.2f} {line.currency}"
        return self.figure(line.amount)

    def figure(self, amount: float) -> Any:
        if not self.types_amounts:
            return amount
        sign = _SIGN[self.currency]
        if self.language == "fr":
            whole, cents = f"{amount:,.2f}".replace(",", " ").split(".")
            tail = ("", f" {sign}", f" {self.currency}")[self.amount_style]
            return f"{whole},{cents}{tail}"
        return (f"{amount:.2f}", f"{sign}{amount:,.2f}", f"{sign} {amount:.2f}")[self.amount_style]

    def receipt(self, mark: str) -> str:
        return {"y": self.word("yes"), "n": self.word("no")}.get(mark, "-" if mark else "")


def compose(claim: Claim) -> bytes:
    """Return the bytes of the claim's workbook."""
    hand, book = _Hand(claim), Workbook()
    sheet: Any = book.active
    write: dict[str, Callable[[Any, Claim, _Hand, int], None]] = {
        "A": _list,
        "B": _list,
        "C": _columns,
        "P": _picture,
    }
    row = _head(sheet, claim, hand)
    write[claim.layout](sheet, claim, hand, row)
    for number, width in enumerate((13, 18, 26, 14, 14, 14, 30, 30, 24, 24)):
        sheet.column_dimensions["ABCDEFGHIJ"[number]].width = width
    if hand.help:
        _notes(book, hand)
    content = BytesIO()
    book.save(content)
    return sealed(content.getvalue())


def _put(sheet: Any, row: int, column: int, values: Sequence[Any], *, bold: bool = False) -> None:
    for place, value in enumerate(values):
        if value is None or value == "":
            continue
        cell = sheet.cell(row, column + place, value)
        if bold:
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor="DDE6EA")
        if isinstance(value, datetime):
            cell.number_format = "dd/mm/yyyy"
        elif isinstance(value, float):
            cell.number_format = "#,##0.00"
            cell.alignment = Alignment(horizontal="right")


def _head(sheet: Any, claim: Claim, hand: _Hand) -> int:
    """Write what stands above the lines; give the row below it."""
    row, column = hand.first_row, hand.first_column
    sheet.title = hand.word("weekly" if claim.layout == "C" else "title")[:28]
    _put(sheet, row, column, [hand.word("weekly" if claim.layout == "C" else "title")], bold=True)
    pairs = [
        (hand.word("name"), claim.claimant),
        (hand.word("sent"), hand.day(claim.sent)),
        (hand.word("reason"), claim.reason),
        (hand.word("currency"), claim.currency),
    ]
    if claim.layout == "C":  # the weekly sheet has its head on two lines
        _put(sheet, row + 1, column, [pairs[0][0], pairs[0][1], None, pairs[1][0], pairs[1][1]])
        _put(sheet, row + 2, column, [pairs[2][0], pairs[2][1], None, pairs[3][0], pairs[3][1]])
        return row + 4 + hand.gap
    for place, pair in enumerate(pairs, start=1):
        _put(sheet, row + place, column, pair)
    return row + 6 + hand.gap


def _list(sheet: Any, claim: Claim, hand: _Hand, row: int) -> None:
    """One line below the other; form B has receipt and guests elsewhere than form A."""
    order = {
        "A": ("day", "kind", "supplier", "guests", "amount", "receipt", "comment"),
        "B": ("day", "supplier", "kind", "amount", "receipt", "guests", "comment"),
    }[claim.layout]
    column = hand.first_column
    _put(sheet, row, column, [hand.word(name) for name in order], bold=hand.bold)
    for line in claim.lines:
        row += 1
        values = {
            "day": hand.day(line.day),
            "kind": hand.kind(line.kind),
            "supplier": line.supplier,
            "guests": line.guests,
            "amount": hand.amount(line),
            "receipt": hand.receipt(line.receipt),
            "comment": line.comment,
        }
        _put(sheet, row, column, [values[name] for name in order])
    if any(line.amount for line in claim.lines):
        place = order.index("amount")
        total = [hand.word("total"), *[None] * (place - 1), hand.figure(claim.total)]
        _put(sheet, row + 1 + hand.gap % 2, column, total, bold=hand.bold)


def _columns(sheet: Any, claim: Claim, hand: _Hand, row: int) -> None:
    """The weekly sheet: the amount stands in the column of its group."""
    column = hand.first_column
    groups = _WORDS[hand.language]["columns"]
    head = [hand.word("day"), hand.word("kind"), hand.word("supplier"), *groups]
    head += [hand.word("receipt"), hand.word("comment"), hand.word("guests")]
    _put(sheet, row, column, head, bold=True)
    for line in claim.lines:
        row += 1
        amounts: list[Any] = [None] * len(groups)
        amounts[_COLUMN_OF.get(line.kind, 3)] = hand.amount(line)
        values = [hand.day(line.day), hand.kind(line.kind), line.supplier, *amounts]
        values += [hand.receipt(line.receipt), line.comment, line.guests]
        _put(sheet, row, column, values)
    if claim.lines:
        total = [hand.word("total"), None, None, None, None, None, hand.figure(claim.total)]
        _put(sheet, row + 1, column, total, bold=True)


def _picture(sheet: Any, claim: Claim, hand: _Hand, row: int) -> None:
    sheet.add_image(Image(BytesIO(_photograph(claim.key))), f"A{row}")


def _notes(book: Any, hand: _Hand) -> None:
    sheet = book.create_sheet({"en": "Help", "fr": "Aide"}[hand.language])
    lines = {
        "en": (
            "One line for each receipt.",
            "Hand in by the 10th.",
            "Questions: ap@oakhanger.example",
        ),
        "fr": (
            "Une ligne par justificatif.",
            "À remettre avant le 10.",
            "Questions : ap@oakhanger.example",
        ),
    }[hand.language]
    for row, line in enumerate(lines, start=1):
        sheet.cell(row, 1, line)


def _photograph(key: str) -> bytes:
    """Draw a PNG that looks like a receipt lying on a desk: grey noise, a pale strip, dark lines."""
    draw, width, height = random.Random(f"{SEED}:photo:{key}"), 160, 220
    rows = []
    for y in range(height):
        row = bytearray([0])
        for x in range(width):
            on_paper = 40 + y // 30 < x < 122 + y // 30 and 12 < y < 205
            printed = on_paper and y % 9 < 3 and (x * 7 + y // 9 * 13) % 11 < 6 and x < 112
            row.append((60 if printed else 226 if on_paper else 120) + draw.randrange(18))
        rows.append(bytes(row))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    # Stored, not compressed: compressors differ from machine to machine.
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
