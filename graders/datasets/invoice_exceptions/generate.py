"""Write the invoice set: development, hidden and hostile files, their labels and order tables.

    python graders/datasets/invoice_exceptions/generate.py           writes the files
    python graders/datasets/invoice_exceptions/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run. It needs fpdf2, a tool of the authors.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
from collections.abc import Sequence
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
DEV_COUNT = 40
HIDDEN_COUNT = 120
FIRST_NUMBER = {"dev": 1, "hidden": 201}
COLUMNS = ("id", "supplier", "date", "net", "vat", "total", "order", "route")
ORDER_COLUMNS = ("order", "supplier", "iban", "vat_rates", "ordered", "received", "booked")
WAITING = 18
"""Orders in each table for which nothing has come yet."""


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the invoice exceptions data set.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk")
    options = parser.parse_args(arguments)
    files = build_files()
    differences = compare(files)
    if options.check:
        for difference in differences:
            print(difference, file=sys.stderr)
        if differences:
            print("Run generate.py without --check and look at the changes.", file=sys.stderr)
        return 1 if differences else 0
    write(files)
    print(f"{len(files)} files, {len(differences)} changed")
    return 0


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
        files[f"{set_name}/labels.csv"] = _as_csv(COLUMNS, labels)
        files[f"{set_name}/orders.csv"] = _as_csv(ORDER_COLUMNS, sorted(orders.values()))
    files["index.csv"] = _as_csv(("id", "set", "key", "language", "why", "hard"), index)
    notes, answers = [], []
    for number, odd in enumerate(hostile_invoices(suppliers), start=1):
        files[f"hostile/hostile-{number:02d}.{odd.ending}"] = odd.content
        name, attack = f"hostile-{number:02d}", "yes" if odd.attack else "no"
        notes.append((name, odd.what, odd.route, odd.expected, attack))
        if odd.fields is not None:
            answers.append((name, *odd.fields, odd.route))
    files["hostile/labels.csv"] = _as_csv(COLUMNS, answers)
    columns = ("id", "what", "expected_route", "expected", "attack")
    files["hostile/notes.csv"] = _as_csv(columns, notes)
    rows = [
        order_row(order, supplier, Decimal(ordered), Decimal(received), "")
        for order, supplier, ordered, received in hostile_orders(suppliers)
    ]
    files["hostile/orders.csv"] = _as_csv(ORDER_COLUMNS, rows)
    return files


def split(items: list[Item]) -> dict[str, list[Item]]:
    """Deal the items into dev and hidden, each with the same mix, each in order of arrival."""
    if len(items) != DEV_COUNT + HIDDEN_COUNT:
        raise ValueError(f"{len(items)} authored items, not {DEV_COUNT + HIDDEN_COUNT}")
    ordered = sorted(items, key=lambda i: (i.route, i.why, i.hard, i.lang, digest(i.key)))
    step = len(items) // DEV_COUNT
    dev = ordered[1::step]
    hidden = [item for place, item in enumerate(ordered) if place % step != 1]
    return {"dev": sorted(dev, key=_arrival), "hidden": sorted(hidden, key=_arrival)}


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


def compare(files: dict[str, bytes]) -> list[str]:
    """Return one line for each file on disk that differs, is missing or should not be there."""
    lines = []
    for name, content in files.items():
        path = HERE / name
        if not path.is_file():
            lines.append(f"{name} is missing")
        elif path.read_bytes() != content:
            lines.append(f"{name} differs from what its source gives")
    for folder in ("dev", "hidden", "hostile"):
        for path in sorted((HERE / folder).glob("*")):
            if f"{folder}/{path.name}" not in files:
                lines.append(f"{folder}/{path.name} is not generated from any source")
    return lines


def write(files: dict[str, bytes]) -> None:
    """Write the files and remove leftovers of an earlier run."""
    for folder in ("dev", "hidden", "hostile"):
        (HERE / folder).mkdir(exist_ok=True)
        for path in (HERE / folder).iterdir():
            if f"{folder}/{path.name}" not in files:
                path.unlink()
    for name, content in files.items():
        (HERE / name).write_bytes(content)


def _arrival(item: Item) -> tuple[str, str]:
    return (item.day.isoformat(), item.key)


def _as_csv(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
