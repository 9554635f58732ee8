"""Write the invoice set: development, hidden and hostile files, their labels and order tables.

    python graders/datasets/invoice_exceptions/generate.py           writes the files
    python graders/datasets/invoice_exceptions/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run. It needs fpdf2, a tool of the authors.
"""

from __future__ import annotations

import random
import sys
from decimal import Decimal
from pathlib import Path

import looks_text
from authored_invoices import (
    SEED,
    Item,
    Supplier,
    cents,
    digest,
    order_row,
    read_items,
    read_suppliers,
    route_by_rules,
)
from hostile_invoices import hostile_invoices, hostile_orders
from looks_pdf import LOOKS, draw
from paper import paper
from scans import scan

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from generating import FIRST_NUMBER, as_csv, deal, generate  # noqa: E402  (lies beside the sets)

COLUMNS = ("id", "supplier", "date", "net", "vat", "total", "order", "route")
ORDER_COLUMNS = ("order", "supplier", "iban", "vat_rates", "ordered", "received", "booked")
WAITING = 18
"""Orders in each table for which nothing has come yet."""


def build_files() -> dict[str, bytes]:
    """Return every generated file by its path relative to this folder."""
    suppliers = read_suppliers()
    files: dict[str, bytes] = {}
    index: list[tuple[str, ...]] = []
    for set_name, items in split(read_items()).items():
        orders = order_table(set_name, items, suppliers)
        labels = []
        for number, item in enumerate(items, start=FIRST_NUMBER[set_name]):
            name = f"inv-{number:03d}"
            ending, content = compose(item)
            files[f"{set_name}/{name}.{ending}"] = content
            labels.append((name, *item.labels()))
            found = route_by_rules(item, orders, "yes" if item.mail and item.why == "bank" else "")
            if found != item.route:
                raise ValueError(f"{item.key} is {item.route}, and the rules say {found}")
            hard = "yes" if item.hard else "no"
            index.append((name, set_name, item.key, item.lang, item.why, hard))
        files[f"{set_name}/labels.csv"] = as_csv(COLUMNS, labels)
        files[f"{set_name}/orders.csv"] = as_csv(ORDER_COLUMNS, sorted(orders.values()))
    files["index.csv"] = as_csv(("id", "set", "key", "language", "why", "hard"), index)
    notes, answers = [], []
    for number, odd in enumerate(hostile_invoices(suppliers), start=1):
        files[f"hostile/hostile-{number:02d}.{odd.ending}"] = odd.content
        name, attack = f"hostile-{number:02d}", "yes" if odd.attack else "no"
        notes.append((name, odd.what, odd.route, odd.expected, attack))
        if odd.fields is not None:
            answers.append((name, *odd.fields, odd.route))
    files["hostile/labels.csv"] = as_csv(COLUMNS, answers)
    columns = ("id", "what", "expected_route", "expected", "attack")
    files["hostile/notes.csv"] = as_csv(columns, notes)
    rows = [
        order_row(order, supplier, Decimal(ordered), Decimal(received), "")
        for order, supplier, ordered, received in hostile_orders(suppliers)
    ]
    files["hostile/orders.csv"] = as_csv(ORDER_COLUMNS, rows)
    return files


def split(items: list[Item]) -> dict[str, list[Item]]:
    """Deal the items into dev and hidden, each with the same mix, each in order of arrival."""
    return deal(
        items, mix=lambda i: (i.route, i.why, i.hard, i.lang, digest(i.key)), order=_arrival
    )


def order_table(
    set_name: str, items: list[Item], suppliers: dict[str, Supplier]
) -> dict[str, tuple[str, ...]]:
    """Return the open orders by number: those billed, those of others, and those still waiting.

    Every supplier that Bellerive knows has an order in it, or an invoice would seem a stranger's.
    """
    draw_of = random.Random(f"{SEED}:orders:{set_name}")
    rows = {row[0]: row for item in items if (row := item.order_row())}
    numbers = iter(f"BR-{36_000 + (500 if set_name == 'dev' else 0) + 3 * n}" for n in range(160))

    def waiting(supplier: Supplier) -> str:
        ordered = cents(Decimal(draw_of.randrange(9_000, 420_000)) / 100)
        received = ordered if draw_of.random() < 0.6 else Decimal(0)
        row = order_row(next(numbers), supplier, ordered, received, "")
        rows[row[0]] = row
        return row[0]

    for item in items:
        if item.printed_order.startswith("@"):
            item.printed_order = waiting(suppliers[item.printed_order[1:]])
    known = [supplier for supplier in suppliers.values() if not supplier.unknown]
    named = {row[1] for row in rows.values()}
    for supplier in (s for s in known if s.name not in named):
        waiting(supplier)
    for supplier in draw_of.sample(known, WAITING):
        waiting(supplier)
    return rows


def compose(item: Item) -> tuple[str, bytes]:
    """Return a file's ending and its content."""
    if item.why == "empty":
        return ("txt", b"\n") if item.number == "empty-txt" else ("pdf", b"")
    if item.mail:
        return "eml", looks_text.authored_mail(item)
    sheet = paper(item)
    look = sheet.supplier.look
    if item.why == "scan":
        return "pdf", scan(looks_text.columns(sheet), item.key)
    if look in LOOKS:
        return "pdf", draw(sheet)
    text = looks_text.LOOKS[look](sheet)
    if look.startswith("mail"):
        subject = {
            "vasseur": f"Note {item.number}",
            "roche": f"invoice {item.number} attached below",
        }
        sender = {"vasseur": "Claire Vasseur <claire@vasseur-traductions.example>",
                  "roche": "Pat Roche <pat@rocheplumbing.example>"}  # fmt: skip
        key = sheet.supplier.key
        return "eml", looks_text.as_mail(item, text, subject[key], sender[key])
    return "txt", text.encode("cp1252" if look == "columns" and item.lang == "fr" else "utf-8")


def _arrival(item: Item) -> tuple[str, str]:
    return (item.day.isoformat(), item.key)


if __name__ == "__main__":
    sys.exit(generate(HERE, build_files))
