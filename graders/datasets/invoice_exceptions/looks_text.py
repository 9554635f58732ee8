"""Invoices that are text files or mails: what a shop's old program prints, or a craftsman writes."""

from __future__ import annotations

import email.policy
from collections.abc import Callable
from datetime import UTC, datetime, time
from email.message import EmailMessage
from email.utils import format_datetime

from authored_invoices import Item, digest, make_iban
from paper import Paper


def plain(paper: Paper) -> str:
    """A text as somebody keeps it in a folder and fills in by hand each month."""
    s = paper.supplier
    lines = [s.name, *s.at, "", *paper.to, "", paper.title.upper(), ""]
    lines += [f"{name}: {value}" for name, value in paper.meta]
    if paper.credit_of:
        lines.append(f"{paper.w['of']} {paper.credit_of}")
    lines.append("")
    for row in paper.rows:
        what = f"- {row.text}"
        lines.append(f"{what}: {row.quantity} x {row.price} = {row.amount}" if row.quantity
                     else f"{what}: {row.amount}")  # fmt: skip
    lines += ["", f"{paper.w['net']}: {paper.net}"]
    lines += [f"{name}: {value}" for name, value in paper.vat_lines]
    lines += [f"{paper.w['total']}: {paper.total}", "", *paper.notes]
    if paper.iban:
        lines.append(f"IBAN {paper.iban}")
    return "\n".join([*lines, paper.vat_id, s.foot, ""])


def columns(paper: Paper) -> str:
    """Sixty-eight signs a line, in columns, as printed from a till's program."""
    s, w, width = paper.supplier, paper.w, 68
    lines = ["=" * width, s.name.upper().center(width).rstrip()]
    lines += [" - ".join(s.at).upper().center(width).rstrip(), "=" * width]
    head = f"{paper.title} {paper.number}   {w['date']} {paper.day}"
    lines += [head, f"{w['order']} {paper.order}" if paper.order else ""]
    lines += ["", *(f"{'':34}{part}" for part in paper.to), "", "-" * width]
    for row in paper.rows:
        lines.append(f"{row.quantity:>9}  {row.text:<34}{row.price:>9}{row.amount:>12}")
    lines.append("-" * width)
    sums = [(w["net"], paper.net), *paper.vat_lines, (w["total"], paper.total)]
    lines += [f"{'':34}{name:<20}{value:>14}" for name, value in sums]
    lines += ["", *(note.upper() for note in paper.notes)]
    if paper.iban:
        lines.append(f"IBAN {paper.iban}")
    return "\n".join([*lines, f"{paper.vat_id}   {s.foot}", "=" * width, ""])


def mail_fr(paper: Paper) -> str:
    """A self-employed person's note, below a few words."""
    w = paper.w
    lines = [paper.words, "", f"{paper.title} {w['number']} {paper.number} du {paper.day}"]
    if paper.order:
        lines.append(f"Votre {w['order']} : {paper.order}")
    lines += [f"Pour : {', '.join(paper.to)}", ""]
    for row in paper.rows:
        detail = f" ({row.quantity} à {row.price})" if row.quantity.rpartition(" ")[0] else ""
        lines.append(f"  {row.text}{detail} : {row.amount}")
    lines += ["", f"{w['net']} : {paper.net}", f"{w['total']} : {paper.total}", paper.supplier.foot]
    lines += [*paper.notes, "", f"Par virement : {paper.iban}" if paper.iban else ""]
    return "\n".join([*lines, "", paper.supplier.name, *paper.supplier.at, ""])


def mail_en(paper: Paper) -> str:
    """A craftsman's mail that is the invoice."""
    w, s = paper.w, paper.supplier
    lines = [paper.words, "", f"{paper.title} to {paper.to[0]}", f"{w['number']} {paper.number}"]
    lines.append(", ".join(part for part in (paper.day, f"{w['order']} {paper.order}") if part))
    lines += ["", *(f"{row.text}  {row.amount}" for row in paper.rows), ""]
    lines += [f"{w['net']} {paper.net}", *(f"{name} {value}" for name, value in paper.vat_lines)]
    lines += [f"{w['total']} {paper.total}", "", *paper.notes]
    if paper.iban:
        lines.append(f"Bank: {paper.iban}")
    return "\n".join([*lines, "", s.name, *s.at, s.foot, ""])


LOOKS: dict[str, Callable[[Paper], str]] = {
    "plain": plain, "columns": columns, "mail_fr": mail_fr, "mail_en": mail_en,
}  # fmt: skip


def as_mail(item: Item, text: str, subject: str, sender: str) -> bytes:
    """Give a text as a mail on disk."""
    message = EmailMessage(policy=email.policy.SMTPUTF8.clone(linesep="\n"))
    hour = time(7 + digest(f"hour:{item.key}") % 11, digest(f"minute:{item.key}") % 60)
    message["From"] = sender
    message["To"] = "invoices@bellerive-hotels.example"
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.combine(item.day, hour, UTC))
    message["Message-ID"] = f"<{digest(f'id:{item.key}'):x}@{sender.rpartition('@')[2].strip('>')}>"
    message.set_content(text, cte="8bit" if digest(item.key) % 2 else "quoted-printable")
    return bytes(message)


def authored_mail(item: Item) -> bytes:
    """Give a mail of the section `## mails`: two header lines, then its text."""
    head, _, body = item.mail.partition("\n\n")
    given = dict(line.split(": ", 1) for line in head.splitlines())
    text = body.replace("{iban:FR}", make_iban("FR", f"other:{item.key}")) + "\n"
    return as_mail(item, text, given["Subject"], given["From"])
