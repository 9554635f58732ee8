"""The invoice set: files from their sources, sums that hold, routes that the rules give again."""

import email
import email.policy
import re
from collections import Counter
from decimal import Decimal
from functools import cache
from itertools import combinations
from pathlib import Path

import pypdf
import pytest

from tests.datasets import DATASETS, SETS, rows, run_script

DATASET = DATASETS / "invoice_exceptions"
ROUTES = {"pay", "ask_supplier", "ask_buyer", "stop"}
FIELDS = ("supplier", "date", "net", "vat", "total", "order")
IBAN = re.compile(
    r"\b(?:FR\d\d(?:\s?[0-9A-Z]){23}|(?:IE|DE)\d\d(?:\s?[0-9A-Z]){18}"
    r"|NL\d\d(?:\s?[0-9A-Z]){14}|BE\d\d(?:\s?[0-9A-Z]){12})"
)
NO_INVOICE = {"scan", "empty", "not_invoice"}


def items(set_name: str) -> dict[str, Path]:
    paths = (DATASET / set_name).iterdir()
    return {path.stem: path for path in sorted(paths) if path.suffix != ".csv"}


@cache
def text_of(path: Path) -> str:
    if path.stat().st_size < 2:
        return ""
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    if path.suffix == ".eml":
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        return f"{message['Subject']}\n{body.get_content()}"
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def why(set_name: str) -> dict[str, str]:
    return {row["id"]: row["why"] for row in rows(DATASET / "index.csv") if row["set"] == set_name}


def figures(text: str) -> set[Decimal]:
    """All amounts of a text, whichever way they are written."""
    plain = text.replace("\xa0", " ")
    found = re.findall(r"-?€?\d{1,3}(?:[ .,]?\d{3})*[.,]\d{2,3}(?!\d)|-?€?\d+[.,]\d\d(?!\d)", plain)
    numbers = set()
    for written in found:
        digits = re.sub(r"[^\d]", "", written)
        decimals = len(re.split(r"[.,]", written)[-1])
        value = Decimal(digits).scaleb(-decimals)
        numbers.add(-value if written.startswith("-") else value)
    return numbers


def test_files_are_what_the_sources_give() -> None:
    checked = run_script(DATASET, "generate.py", "--check")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("set_name", SETS)
def test_every_file_has_a_label_and_every_label_a_file(set_name: str) -> None:
    first, count = SETS[set_name]
    expected = [f"inv-{number:03d}" for number in range(first, first + count)]
    assert [row["id"] for row in rows(DATASET / f"{set_name}/labels.csv")] == expected
    assert list(items(set_name)) == expected


@pytest.mark.parametrize("set_name", SETS)
def test_labels_are_legal_and_mixed(set_name: str) -> None:
    labels = rows(DATASET / f"{set_name}/labels.csv")
    routes = Counter(row["route"] for row in labels)
    assert set(routes) == ROUTES
    assert min(routes.values()) >= 0.12 * len(labels)
    assert 0.40 <= routes["pay"] / len(labels) <= 0.47
    for row in labels:
        for field in ("net", "vat", "total"):
            assert re.fullmatch(r"(-?\d+\.\d\d)?", row[field]), row
        assert re.fullmatch(r"(2026-0[1-3]-\d\d)?", row["date"]), row
        assert re.fullmatch(r"(BR-\d{4,5})?", row["order"]), row


@pytest.mark.parametrize("set_name", SETS)
def test_languages_and_kinds_of_files_are_mixed(set_name: str) -> None:
    index = [row for row in rows(DATASET / "index.csv") if row["set"] == set_name]
    languages = Counter(row["language"] for row in index)
    assert set(languages) == {"fr", "en", "de"}
    assert 0.5 <= languages["fr"] / len(index) <= 0.65
    kinds = Counter(path.suffix for path in items(set_name).values())
    assert set(kinds) == {".pdf", ".txt", ".eml"}
    assert min(kinds.values()) >= 3
    assert 0.12 <= sum(row["hard"] == "yes" for row in index) / len(index) <= 0.25


@pytest.mark.parametrize("set_name", SETS)
def test_what_is_labelled_can_be_read_off_the_file(set_name: str) -> None:
    reasons = why(set_name)
    for row in rows(DATASET / f"{set_name}/labels.csv"):
        text = text_of(items(set_name)[row["id"]])
        if reasons[row["id"]] in {"scan", "empty"}:
            assert not text.strip(), row["id"]
            continue
        if not row["supplier"]:
            assert not any(row[field] for field in FIELDS)
            continue
        folded = " ".join(text.casefold().split())
        assert row["supplier"].casefold() in folded, row["id"]
        assert not row["order"] or row["order"].replace("-", "") in re.sub(r"[\s-]", "", text)
        found = {abs(number) for number in figures(text)}
        assert {abs(Decimal(row["net"])), abs(Decimal(row["total"]))} <= found, row["id"]
        vat = abs(Decimal(row["vat"]))
        # Where there are two rates, the paper may print the VAT of each and no sum of both.
        sums = {a + b for a, b in combinations(found, 2)}
        assert vat == 0 or vat in found | sums, row["id"]


@pytest.mark.parametrize("set_name", SETS)
def test_the_rules_of_the_brief_give_the_route_again(set_name: str) -> None:
    """A second piece of code, from the labels and the text; line sums are left to the author's."""
    orders = {row["order"]: row for row in rows(DATASET / f"{set_name}/orders.csv")}
    account = {row["supplier"]: row["iban"] for row in orders.values()}
    reasons = why(set_name)
    for label in rows(DATASET / f"{set_name}/labels.csv"):
        if reasons[label["id"]] == "lines":
            continue
        text = text_of(items(set_name)[label["id"]])
        accounts = {re.sub(r"\s", "", found) for found in IBAN.findall(text)}
        assert _route(label, text, accounts, orders, account) == label["route"], label["id"]


def _route(
    label: dict[str, str],
    text: str,
    accounts: set[str],
    orders: dict[str, dict[str, str]],
    account: dict[str, str],
) -> str:
    if not label["supplier"]:
        return "stop" if accounts else "ask_supplier"
    known = account.get(label["supplier"], "").replace(" ", "")
    if not known or accounts - {known}:
        return "stop"
    order = orders.get(label["order"])
    net, vat, total = (Decimal(label[field]) for field in ("net", "vat", "total"))
    booked = order["booked"] if order and order["supplier"] == label["supplier"] else ""
    if net > 0 and booked and booked in text:
        return "stop"
    if "Bellerive" not in text or not label["order"] or not label["date"] or net + vat != total:
        return "ask_supplier"
    rates = next(
        row["vat_rates"] for row in orders.values() if row["supplier"] == label["supplier"]
    )
    shares = [net * Decimal(rate) / 100 for rate in rates.split("; ")]
    if not min(shares) - Decimal("0.05") <= vat <= max(shares) + Decimal("0.05"):
        return "ask_supplier"
    if order is None or order["supplier"] != label["supplier"]:
        return "ask_buyer"
    most = min(Decimal(order["ordered"]), Decimal(order["received"]))
    return "ask_buyer" if net > most * Decimal("1.02") else "pay"


def test_each_way_to_go_wrong_is_in_both_sets_but_the_rarest() -> None:
    rare = {"empty", "no_date"}
    assert set(why("hidden").values()) - rare == set(why("dev").values()) - rare


def test_order_tables_share_no_order_and_hide_which_are_billed() -> None:
    dev, hidden = ({row["order"] for row in rows(DATASET / f"{name}/orders.csv")} for name in SETS)
    assert not dev & hidden
    for set_name in SETS:
        table = rows(DATASET / f"{set_name}/orders.csv")
        billed = {row["order"] for row in rows(DATASET / f"{set_name}/labels.csv")}
        assert len({row["order"] for row in table}) == len(table)
        assert sum(row["order"] not in billed for row in table) >= 20
        for row in table:
            assert not row["iban"] or int(_as_number(row["iban"])) % 97 == 1, row["iban"]


def _as_number(iban: str) -> str:
    plain = iban.replace(" ", "")
    return "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])


def test_no_hidden_text_is_in_dev_and_no_route_is_in_a_text() -> None:
    dev = {text_of(path) for path in items("dev").values()}
    for path in items("hidden").values():
        text = text_of(path)
        assert not text.strip() or text not in dev
    for set_name in SETS:
        for path in items(set_name).values():
            assert not re.search(r"ask_supplier|ask_buyer|not_received", text_of(path)), path


def test_papers_look_different() -> None:
    """Ten papers in a row come from at least seven suppliers."""
    for set_name in SETS:
        names = [row["supplier"] for row in rows(DATASET / f"{set_name}/labels.csv")]
        for start in range(len(names) - 10):
            assert len(set(names[start : start + 10])) >= 7


def test_hostile_files_are_noted_and_as_hostile_as_said() -> None:
    notes = rows(DATASET / "hostile/notes.csv")
    assert [row["id"] for row in notes] == [f"hostile-{number:02d}" for number in range(1, 13)]
    assert {row["expected_route"] for row in notes} == ROUTES
    assert all(row["what"] and row["expected"] for row in notes)
    files = items("hostile")
    assert list(files) == [row["id"] for row in notes]
    assert files["hostile-01"].stat().st_size == 0
    assert pypdf.PdfReader(files["hostile-03"]).is_encrypted
    for name in ("hostile-02", "hostile-11"):
        with pytest.raises(pypdf.errors.PyPdfError):
            len(pypdf.PdfReader(files[name], strict=True).pages)
    with pytest.raises(UnicodeDecodeError):
        files["hostile-05"].read_bytes().decode("utf-8")
    assert "1.00 EUR" in text_of(files["hostile-08"])
    assert files["hostile-10"].stat().st_size > 300_000


def test_brief_defines_every_field_and_route() -> None:
    brief = (DATASET / "brief.md").read_text(encoding="utf-8")
    assert {name for name in FIELDS if f"| `{name}` |" in brief} == set(FIELDS)
    assert {name for name in ROUTES if f"**`{name}`**" in brief} == ROUTES


def test_second_reading_is_of_the_drawn_papers_and_agrees_as_the_readme_says() -> None:
    shown = run_script(DATASET, "second_reading.py", "read").stdout
    read = re.findall(r"^##### (inv-\d+)", shown, re.M)
    assert read == [row["id"] for row in rows(DATASET / "second_reading.csv")]
    assert len(read) >= 30
    assert not re.search(r"ask_supplier|ask_buyer|\bstop\b", shown)
    scored = run_script(DATASET, "second_reading.py", "score")
    assert scored.returncode == 0, scored.stderr
    readme = (DATASET / "README.md").read_text(encoding="utf-8")
    assert scored.stdout
    for line in scored.stdout.splitlines():
        assert f"- {line}\n" in readme
