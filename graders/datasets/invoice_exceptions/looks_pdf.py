"""Invoices as PDF: a dozen layouts, drawn with fpdf2 in the fonts that every reader has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from paper import Paper, money

CREATED = datetime(2026, 4, 1, 8, tzinfo=UTC)
NEXT = {"new_x": XPos.LMARGIN, "new_y": YPos.NEXT}
PAGE_ROWS = 12
COLOURS = ((31, 78, 95), (122, 48, 62), (54, 94, 50), (90, 66, 120), (40, 40, 40), (166, 88, 24))


class Sheet(FPDF):
    """A page with a supplier's font and colour; nothing on it hangs on the day it was made."""

    def __init__(self, paper: Paper, font: str = "Helvetica", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.core_fonts_encoding = "cp1252"
        self.set_creation_date(CREATED)
        self.set_producer("")
        self.set_compression(False)
        self.set_auto_page_break(True, 15)
        self.family = font
        self.colour = COLOURS[sum(map(ord, paper.supplier.key)) % len(COLOURS)]
        self.add_page()
        self.font()

    def font(self, size: float = 10, style: str = "") -> None:
        """Choose a size of the supplier's font."""
        self.set_font(self.family, style, size)

    def say(
        self, text: str, size: float = 10, style: str = "", align: str = "L", h: float = 5
    ) -> None:
        """Print a line at the left margin, or several where it is too long."""
        self.font(size, style)
        self.multi_cell(0, h, text, align=align, **NEXT)  # type: ignore[arg-type]

    def pair(self, name: str, value: str, x: float, wide: float = 35, style: str = "") -> None:
        """Print a label and its value in one line that starts at `x`."""
        self.set_x(x)
        self.font(10, style)
        self.cell(wide, 5.5, name)
        self.cell(0, 5.5, value, **NEXT)  # type: ignore[arg-type]

    def strip(self, cells: list[str], widths: list[float], h: float = 6, border: str = "",
              align: str = "LLRRR", fill: bool = False) -> None:  # fmt: skip
        """Print a row of cells; a text that is too long is cut by nobody, so widths are generous."""
        for text, width, side in zip(cells, widths, align, strict=False):
            self.cell(width, h, text, border=border, align=side, fill=fill)
        self.ln(h)


def _table(
    sheet: Sheet, paper: Paper, widths: list[float], border: str = "", head: str = "B"
) -> None:
    """Print the lines, on a second page where there are many, with the sum carried forward."""
    w = paper.w
    sheet.font(9, head)
    sheet.strip(
        [w["qty"], w["text"], w["price"], w["rate"], w["amount"]], widths, border=border or "B"
    )
    sheet.font(9)
    for place, row in enumerate(paper.rows):
        if place and place % PAGE_ROWS == 0 and len(paper.rows) - place > 2:
            sheet.ln(4)
            so_far = sum((line.amount for line in paper.item.lines[:place]), Decimal(0))
            sheet.say(
                f"{w['carried']} {money(so_far * paper.item.sign, paper.supplier)}", 9, "I", "R"
            )
            sheet.add_page()
            sheet.say(
                f"{paper.supplier.name} - {paper.number} - {w['page']} {place // PAGE_ROWS + 1}", 9
            )
            sheet.ln(6)
            sheet.font(9)
        sheet.strip(
            [row.quantity, row.text, row.price, row.rate, row.amount], widths, border=border
        )
    sheet.ln(4)


def _sums(sheet: Sheet, paper: Paper, x: float = 120, wide: float = 45) -> None:
    for name, value in (
        (paper.w["net"], paper.net),
        *paper.vat_lines,
    ):
        sheet.set_x(x)
        sheet.font(10)
        sheet.cell(wide, 6, name)
        sheet.cell(0, 6, value, align="R", **NEXT)  # type: ignore[arg-type]
    sheet.set_x(x)
    sheet.font(11, "B")
    sheet.cell(wide, 7, paper.w["total"], border="T")
    sheet.cell(0, 7, paper.total, border="T", align="R", **NEXT)  # type: ignore[arg-type]
    sheet.ln(5)


def _tail(sheet: Sheet, paper: Paper, bank: str = "IBAN : {}") -> None:
    for note in paper.notes:
        sheet.say(note, 10)
    if paper.iban:
        sheet.say(bank.format(paper.iban), 10)
    sheet.ln(4)
    sheet.set_text_color(110)
    sheet.say(f"{paper.supplier.foot}  {paper.w['vat_id']} {paper.vat_id}", 8, h=4)
    sheet.set_text_color(0)


def _credit(sheet: Sheet, paper: Paper) -> None:
    if paper.credit_of:
        sheet.say(f"{paper.w['of']} {paper.credit_of}", 10, "I")


def classic(paper: Paper) -> Sheet:
    """The name in colour, the details as a list, a table, the sums at the right."""
    sheet = Sheet(paper)
    sheet.set_text_color(*sheet.colour)
    sheet.say(paper.supplier.name, 18, "B", h=9)
    sheet.set_text_color(0)
    for part in paper.supplier.at:
        sheet.say(part, 9, h=4.5)
    sheet.ln(8)
    for part in paper.to:
        sheet.set_x(115)
        sheet.font(10)
        sheet.cell(0, 5, part, **NEXT)  # type: ignore[arg-type]
    sheet.ln(8)
    sheet.say(paper.title, 14, "B", h=8)
    for name, value in paper.meta:
        sheet.pair(f"{name} :" if paper.supplier.lang == "fr" else f"{name}:", value, 10)
    _credit(sheet, paper)
    sheet.ln(6)
    _table(sheet, paper, [25, 90, 22, 18, 32], border="B")
    _sums(sheet, paper)
    _tail(sheet, paper)
    return sheet


def boxed(paper: Paper) -> Sheet:
    """The heads stand in a grey row, and what they mean in the row below."""
    sheet = Sheet(paper)
    sheet.font(12, "B")
    sheet.cell(95, 7, paper.supplier.name)
    sheet.cell(0, 7, paper.title, align="R", **NEXT)  # type: ignore[arg-type]
    sheet.say(" - ".join(paper.supplier.at), 8)
    sheet.ln(6)
    sheet.set_fill_color(225)
    width = 187 / len(paper.meta)
    sheet.font(8, "B")
    sheet.strip([name for name, _ in paper.meta], [width] * 4, border="1", align="CCCC", fill=True)
    sheet.font(9)
    sheet.strip([value for _, value in paper.meta], [width] * 4, border="1", align="CCCC")
    sheet.ln(5)
    sheet.say(f"{paper.w['to']} : " + ", ".join(paper.to), 9)
    _credit(sheet, paper)
    sheet.ln(4)
    _table(sheet, paper, [22, 95, 22, 16, 32], border="1")
    sheet.set_fill_color(225)
    heads = [paper.w["net"], *(name for name, _ in paper.vat_lines), paper.w["total"]]
    values = [paper.net, *(value for _, value in paper.vat_lines), paper.total]
    each = 187 / len(heads)
    sheet.font(9, "B")
    sheet.strip(heads, [each] * 5, border="1", align="CCCCC", fill=True)
    sheet.strip(values, [each] * 5, border="1", align="CCCCC")
    sheet.ln(5)
    _tail(sheet, paper, "IBAN {}")
    return sheet


def letter(paper: Paper) -> Sheet:
    """A letter in sentences, with few rules."""
    sheet = Sheet(paper, "Times")
    lang = paper.supplier.lang
    sheet.set_margins(25, 20, 25)
    sheet.set_y(20)
    sheet.say(paper.supplier.name, 15, "I", "C", 8)
    sheet.say(", ".join(paper.supplier.at), 10, "", "C")
    sheet.ln(10)
    for part in paper.to:
        sheet.say(part, 11)
    sheet.ln(6)
    joint = {"fr": "n° {} du {}", "en": "{} of {}", "de": "Nr. {} vom {}"}[lang]
    sheet.say(f"{paper.title} {joint.format(paper.number, paper.day)}", 12, "B")
    if paper.order:
        sheet.say(f"{paper.w['order']} {paper.order}", 11)
    _credit(sheet, paper)
    sheet.ln(5)
    for row in paper.rows:
        sheet.font(11)
        lead = f"{row.quantity}  {row.text}" if row.quantity else row.text
        at = f" ({row.price})" if row.quantity and row.price.strip() else ""
        sheet.cell(125, 6, lead + at)
        sheet.cell(0, 6, row.amount, align="R", **NEXT)  # type: ignore[arg-type]
    sheet.ln(4)
    for name, value in (
        (paper.w["net"], paper.net),
        *paper.vat_lines,
        (paper.w["total"], paper.total),
    ):
        sheet.font(11, "B" if value == paper.total else "")
        sheet.cell(125, 6, name)
        sheet.cell(0, 6, value, align="R", **NEXT)  # type: ignore[arg-type]
    sheet.ln(6)
    if paper.words:
        sheet.say(paper.words, 11)
    by = {"fr": "À payer avant le {}.", "en": "Payment by {} please.", "de": "Zahlbar bis {}."}[
        lang
    ]
    if paper.due:
        sheet.say(by.format(paper.due), 11)
    _tail(sheet, paper, {"fr": "Compte : {}", "en": "Account {}", "de": "Konto: {}"}[lang])
    return sheet


def ledger(paper: Paper) -> Sheet:
    """A needle printer's paper: one font, capitals, columns by blanks."""
    sheet = Sheet(paper, "Courier")
    w = paper.w
    for text in (
        paper.supplier.name.upper(),
        *paper.supplier.at,
        "",
        *(f"{'':42}{p}" for p in paper.to),
        "",
    ):
        sheet.say(text or " ", 10, h=4.6)
    sheet.say(f"{paper.title}   {w['number']} {paper.number}   {w['date']} {paper.day}", 10)
    sheet.say(f"{w['order']} {paper.order}" if paper.order else " ", 10)
    _credit(sheet, paper)
    sheet.say("-" * 84, 10)
    for row in paper.rows:
        sheet.say(f"{row.quantity:>8}  {row.text:<44}{row.price:>11}{row.amount:>14}", 10, h=4.6)
    sheet.say("-" * 84, 10)
    for name, value in ((w["net"], paper.net), *paper.vat_lines, (w["total"], paper.total)):
        sheet.say(f"{name:>56}  {value:>14}", 10, h=4.6)
    sheet.ln(5)
    _tail(sheet, paper, "IBAN {}")
    return sheet


def modern(paper: Paper) -> Sheet:
    """A band of colour, small grey labels above their values."""
    sheet = Sheet(paper)
    sheet.set_fill_color(*sheet.colour)
    sheet.rect(0, 0, 210, 30, "F")
    sheet.set_text_color(255)
    sheet.set_y(9)
    sheet.font(20)
    sheet.cell(120, 12, paper.supplier.name)
    sheet.font(13)
    sheet.cell(0, 12, paper.title, align="R", **NEXT)  # type: ignore[arg-type]
    sheet.set_text_color(0)
    sheet.set_y(38)
    for name, value in paper.meta:
        sheet.set_text_color(120)
        sheet.say(name, 8, h=4)
        sheet.set_text_color(0)
        sheet.say(value, 11, h=6)
    _credit(sheet, paper)
    sheet.ln(3)
    sheet.say("\n".join(paper.to), 10)
    sheet.ln(8)
    for row in paper.rows:
        sheet.font(10)
        sheet.cell(140, 6, row.text)
        sheet.cell(0, 6, row.amount, align="R", **NEXT)  # type: ignore[arg-type]
        if row.quantity:
            sheet.set_text_color(120)
            sheet.say(f"{row.quantity} x {row.price}", 8, h=4)
            sheet.set_text_color(0)
    sheet.ln(6)
    _sums(sheet, paper, 110, 40)
    _tail(sheet, paper, "{}")
    sheet.say(" / ".join(paper.supplier.at), 8)
    return sheet


def sidebar(paper: Paper) -> Sheet:
    """Who sends and where to pay stand in a column at the left."""
    sheet = Sheet(paper)
    sheet.set_fill_color(238)
    sheet.rect(0, 0, 58, 297, "F")
    sheet.set_right_margin(155)
    sheet.set_y(15)
    sheet.say(paper.supplier.name, 12, "B", h=6)
    sheet.ln(2)
    sheet.say("\n".join((*paper.supplier.at, "", paper.w["vat_id"], paper.vat_id)), 8, h=4)
    if paper.iban:
        sheet.ln(6)
        sheet.say(f"IBAN\n{paper.iban}", 8, h=4)
    sheet.set_margins(65, 15, 10)
    sheet.set_y(15)
    sheet.say(paper.title, 16, "B", h=10)
    for name, value in paper.meta:
        sheet.pair(name, value, 65, 42)
    _credit(sheet, paper)
    sheet.ln(4)
    sheet.say(f"{paper.w['to']}\n" + "\n".join(paper.to), 10)
    sheet.ln(6)
    sheet.font(8, "B")
    heads = [paper.w["text"], paper.w["qty"], paper.w["price"], paper.w["amount"]]
    sheet.strip(heads, [72, 18, 18, 27], border="B", align="LRRR")
    sheet.font(8)
    for row in paper.rows:
        sheet.strip([row.text, row.quantity, row.price, row.amount], [72, 18, 18, 27], align="LRRR")
    sheet.ln(4)
    _sums(sheet, paper, 110, 40)
    for note in paper.notes:
        sheet.say(note)
    sheet.say(paper.supplier.foot, 8)
    return sheet


def receipt(paper: Paper) -> Sheet:
    """A till's roll."""
    sheet = Sheet(paper, "Courier", format=(80, 150 + 9 * len(paper.rows)))
    sheet.set_margins(5, 5, 5)
    sheet.set_y(6)
    sheet.say(paper.supplier.name, 12, "B", "C")
    for part in (*paper.supplier.at, paper.title):
        sheet.say(part, 8, align="C", h=4)
    for name, value in paper.meta[:3]:
        sheet.say(f"{name} {value}", 8, h=4)
    sheet.say("\n".join(paper.to), 8, h=4)
    _credit(sheet, paper)
    sheet.say("." * 38, 8)
    for row in paper.rows:
        sheet.say(row.text, 8, h=4)
        sheet.font(8)
        sheet.cell(35, 4, f"  {row.quantity} x {row.price}")
        sheet.cell(0, 4, row.amount, align="R", **NEXT)  # type: ignore[arg-type]
    sheet.say("." * 38, 8)
    for name, value in (
        (paper.w["net"], paper.net),
        *paper.vat_lines,
        (paper.w["total"], paper.total),
    ):
        sheet.font(9, "B" if name == paper.w["total"] else "")
        sheet.cell(35, 5, name)
        sheet.cell(0, 5, value, align="R", **NEXT)  # type: ignore[arg-type]
    sheet.ln(3)
    for text in (
        *paper.notes,
        f"IBAN {paper.iban}" if paper.iban else "",
        paper.vat_id,
        paper.supplier.foot,
    ):
        if text:
            sheet.say(text, 7, h=3.6)
    return sheet


def landscape(paper: Paper) -> Sheet:
    """Wide paper, and a small table of the VAT by rate."""
    sheet = Sheet(paper, orientation="landscape")
    sheet.font(11, "B")
    sheet.cell(140, 6, f"{paper.supplier.name}, {', '.join(paper.supplier.at)}")
    sheet.cell(0, 6, paper.title, align="R", **NEXT)  # type: ignore[arg-type]
    sheet.ln(3)
    sheet.font(9)
    sheet.cell(0, 5, "   |   ".join(f"{name} {value}" for name, value in paper.meta), **NEXT)  # type: ignore[arg-type]
    sheet.say(f"{paper.w['to']} {' - '.join(paper.to)}", 9)
    _credit(sheet, paper)
    sheet.ln(3)
    _table(sheet, paper, [25, 150, 32, 22, 45])
    sheet.font(8, "B")
    sheet.strip([f"{paper.w['vat']} %", paper.w["net"], paper.w["vat"]], [25, 40, 40], align="LRR")
    sheet.font(8)
    for rate, base, vat in paper.vats:
        sheet.strip([rate, base, vat], [25, 40, 40], h=5, align="LRR")
    sheet.ln(2)
    for name, value in (
        (paper.w["net"], paper.net),
        (paper.w["vat"], paper.vat),
        (paper.w["total"], paper.total),
    ):
        sheet.set_x(190)
        sheet.font(10, "B" if value == paper.total else "")
        sheet.cell(50, 6, name)
        sheet.cell(0, 6, value, align="R", **NEXT)  # type: ignore[arg-type]
    _tail(sheet, paper, "Virement : {}" if paper.supplier.lang == "fr" else "Bank: {}")
    return sheet


def minimal(paper: Paper) -> Sheet:
    """What a craftsman types: no table, one thing a line."""
    sheet = Sheet(paper, "Times")
    lang = paper.supplier.lang
    sheet.say(f"{paper.supplier.name}, {', '.join(paper.supplier.at)}", 11)
    sheet.ln(4)
    town = paper.supplier.at[-1].lstrip("0123456789 ")
    sheet.say(f"{town}, {'le ' if lang == 'fr' else ''}{paper.day}", 11, align="R")
    sheet.ln(4)
    sheet.say("\n".join(paper.to), 11)
    sheet.ln(6)
    sheet.say(f"{paper.title} {paper.w['number']} {paper.number}", 12, "U", h=7)
    if paper.order:
        sheet.say(f"{paper.w['order']} {paper.order}", 11)
    _credit(sheet, paper)
    sheet.ln(3)
    if paper.words:
        sheet.say(paper.words, 11)
    for row in paper.rows:
        times = f"{row.quantity} x {row.price} = " if row.quantity not in ("", "1") else ""
        sheet.say(f"{row.text} ..... {times}{row.amount}", 11, h=6)
    sheet.ln(3)
    for name, value in (
        (paper.w["net"], paper.net),
        *paper.vat_lines,
        (paper.w["total"], paper.total),
    ):
        sheet.say(f"{name} : {value}" if lang == "fr" else f"{name} {value}", 11, h=6)
    sheet.ln(5)
    _tail(sheet, paper, "RIB {}" if lang == "fr" else "Bank {}")
    return sheet


def totals_first(paper: Paper) -> Sheet:
    """The sum in large figures at the top, the lines as an annex below."""
    sheet = Sheet(paper)
    sheet.say(paper.supplier.name, 13, "B", h=7)
    sheet.say(" - ".join(paper.supplier.at), 8)
    sheet.ln(3)
    sheet.say(f"{paper.w['to']} {', '.join(paper.to)}", 9)
    sheet.ln(5)
    sheet.set_draw_color(*sheet.colour)
    sheet.set_line_width(0.8)
    sheet.font(12, "B")
    sheet.cell(95, 12, f"{paper.title}  {paper.w['total']}", border="TB")
    sheet.font(18, "B")
    sheet.cell(0, 12, paper.total, border="TB", align="R", **NEXT)  # type: ignore[arg-type]
    sheet.set_line_width(0.2)
    sheet.ln(2)
    sheet.font(9)
    parts = [(paper.w["net"], paper.net), *paper.vat_lines]
    sheet.cell(0, 6, "    ".join(f"{name} {value}" for name, value in parts), **NEXT)  # type: ignore[arg-type]
    sheet.ln(2)
    for name, value in paper.meta:
        sheet.pair(name, value, 10, 40)
    _credit(sheet, paper)
    sheet.ln(6)
    _table(sheet, paper, [25, 92, 22, 18, 30])
    _tail(sheet, paper, "IBAN {}")
    return sheet


def din(paper: Paper) -> Sheet:
    """A business letter with the window for the address, and a block of details at the right."""
    sheet = Sheet(paper)
    sheet.say(paper.supplier.name, 16, "B", "R", 8)
    sheet.ln(14)
    sheet.say(f"{paper.supplier.name} - {' - '.join(paper.supplier.at)}", 7, "U")
    top = sheet.get_y() + 2
    sheet.set_y(top)
    for part in paper.to:
        sheet.say(part, 10)
    sheet.set_y(top)
    for name, value in paper.meta:
        sheet.pair(name, value, 115, 40)
    sheet.set_y(top + 32)
    sheet.say(paper.title, 14, "B", h=8)
    _credit(sheet, paper)
    sheet.ln(2)
    sheet.set_draw_color(150)
    _table(sheet, paper, [25, 92, 24, 16, 30], border="B")
    _sums(sheet, paper, 110, 45)
    _tail(sheet, paper, "IBAN {}")
    return sheet


LOOKS: dict[str, Callable[[Paper], Sheet]] = {
    look.__name__: look
    for look in (
        classic, boxed, letter, ledger, modern, sidebar, receipt, landscape, minimal, totals_first, din,
    )
}  # fmt: skip


def draw(paper: Paper) -> bytes:
    """Give the PDF of an invoice."""
    return bytes(LOOKS[paper.supplier.look](paper).output())
