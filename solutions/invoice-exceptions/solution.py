# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Every invoice read, checked and sent on
#
# The model **reads**, the order table **decides**. The model says what kind of paper it is and finds the figures. Whether
# they add up, whether the goods came and whether the account is ours to pay to is arithmetic, and Python does it.
# What we cannot read for sure goes to a person.
#
# On 120 papers that we had never seen, with the practice model, 92 % of the fields were read right (95 % interval: 88 to
# 96; the usual goal is 90, so it is not shown yet), the routes reached a macro-F1 of 0.91 (0.85 to 0.96), and no invoice that
# had to wait was sent to payment (€0, where up to €5,214 cannot be ruled out; the goal allows 6,000). Every payment is still signed by a person.

# %% tags=["parameters"]
input_folder = "~/team/data/invoice-exceptions/items"
output_folder = "output"
model = "bootcamp-small"

# %%
import email
import email.policy
import hashlib
import json
import re
import time
from pathlib import Path

import pandas as pd
import pypdf
from openai import OpenAI

# %%
folder = Path(input_folder).expanduser()
papers = sorted(path for path in folder.iterdir() if path.suffix in (".pdf", ".txt", ".eml"))
output = Path(output_folder).expanduser()
output.mkdir(parents=True, exist_ok=True)
client = OpenAI()
print(len(papers), "papers to read")

# %% [markdown]
# ## The order table
#
# One row an order. What we know of a supplier (account, VAT rates) is the same in each of its rows.

# %%
orders = pd.read_csv(folder / "orders.csv", dtype=str, keep_default_na=False).to_dict("records")
ORDERS = {row["order"]: row for row in orders}
SUPPLIERS = {row["supplier"]: row for row in orders}
print(len(ORDERS), "orders of", len(SUPPLIERS), "suppliers")

# %% [markdown]
# ## Reading a paper
#
# A scan has no text: `pypdf` finds nothing, and that is an answer too.

# %%
def decode(raw):
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")

# %%
def mail_text(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    return f"{message['subject'] or ''}\n{body.get_content() if body else ''}"

def read_paper(path):
    raw = path.read_bytes()
    if path.suffix == ".eml":
        return mail_text(raw).strip()
    if path.suffix == ".pdf" and raw.strip():
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages).strip()
    return decode(raw).strip()

# %% [markdown]
# ## One way to write numbers and dates
#
# `1 234,56 €`, `€1,234.56` and `1.234,56` become `1234.56`; `3 février 2026` and `03/02/26` become `2026-02-03`.
# After that, French, English and German papers are alike to a program.

# %%
AMOUNT = re.compile(r"(-?)€?(?<![\d.,])(\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+|\d+)[.,](\d\d)(?![\d.,]*\d)")
MONTHS = "jan feb|fév mar|mär apr|avr may|mai jun|juin jul|juil aug|aoû sep oct|okt nov dec|déc|dez".split()

def plain_amount(match):
    return match[1] + re.sub(r"\D", "", match[2]) + "." + match[3]

def month_number(word):
    return next((n for n, names in enumerate(MONTHS, 1) if re.match(names, word.lower())), 0)

# %%
def plain_date(match):
    day, month, year = match[1], match[2], match[3]
    number = int(month) if month.isdigit() else month_number(month)
    year = f"20{year}" if len(year) == 2 else year
    return f"{year}-{number:02d}-{int(day):02d}" if 1 <= number <= 12 else match[0]

# %%
IN_DIGITS = re.compile(r"\b(\d{1,2})[/.-](\d\d)[/.-](20\d\d|\d\d)\b")
IN_WORDS = re.compile(r"\b(\d{1,2})(?:er|st|nd|rd|th|\.)? ([^\W\d]{3,9}) (20\d\d)\b")

def tidy(text):
    text = IN_DIGITS.sub(plain_date, IN_WORDS.sub(plain_date, text))
    return AMOUNT.sub(plain_amount, text)

# %% [markdown]
# ## What has a shape of its own
#
# An order number of ours is `BR` and digits, an account begins with a country and is 16 to 27 signs long. No model is needed.
# A supplier that we know is looked up by name.

# %%
LENGTHS = {"FR": 23, "IE": 18, "DE": 18, "NL": 14, "BE": 12}

def find_order(text):
    found = re.search(r"\bBR[ -]?(\d{3,6})\b", text)
    return f"BR-{found[1]}" if found else ""

def find_accounts(text):
    shapes = [rf"\b{country}\d\d(?:\s?[0-9A-Z]){{{n}}}" for country, n in LENGTHS.items()]
    return {re.sub(r"\s", "", found) for found in re.findall("|".join(shapes), text)}

def find_supplier(text):
    folded = " ".join(text.casefold().split())
    known = [(folded.find(name.casefold()), name) for name in SUPPLIERS]
    return min([pair for pair in known if pair[0] >= 0], default=(0, ""))[1]

# %% [markdown]
# ## The two questions for the model
#
# First: what is it? Then: which figures? The paper stands between three quotes, so that a sentence in it is not taken
# for an instruction of ours.

# %%
KINDS = {
    "invoice": "an invoice to pay, with lines, a net amount, VAT and a total; facture, Rechnung, note d'honoraires",
    "credit_note": "a credit note, money back; avoir, Gutschrift",
    "other": "no invoice: a question, a reminder, a statement, a quote, a delivery note, new bank details; relance, devis, RIB, bon de livraison, Kontoauszug",
}
KIND_PROMPT = "Choose one label for this paper from the accounts payable folder.\nLabels:\n" + "\n".join(
    f"- {name}: {meaning}" for name, meaning in KINDS.items()) + "\nAnswer with the label only."

# %%
FIELDS = {"supplier": "supplier company", "date": "invoice date", "net": "net amount", "vat": "vat amount", "total": "total amount"}
FIELD_PROMPT = (
    "Extract these values from the paper as JSON, copied as they are, even if they are wrong:\n{"
    + ", ".join(f'"{name}": null' for name in FIELDS.values())
    + "}\nThe supplier is who sends it, not Bellerive. Use null for what the paper does not say."
)

# %%
def ask(prompt, text):
    whole = "\n".join([prompt, "Paper:", '"""', text[:6000].replace('"""', "'"), '"""'])
    reply = client.chat.completions.create(model=model, messages=[{"role": "user", "content": whole}])
    return (reply.choices[0].message.content or "").strip(), reply.usage.total_tokens if reply.usage else 0

# %%
def as_number(value):
    try:
        return round(float(tidy(str(value))), 2)
    except ValueError:
        return None

def read_fields(answer):
    found = re.search(r"\{.*\}", answer, re.DOTALL)
    values = json.loads(found[0]) if found else {}
    figures = {name: values.get(key) for name, key in FIELDS.items()}
    return figures | {name: as_number(figures[name]) for name in ("net", "vat", "total")}

# %% [markdown]
# ## The figures check each other
#
# Net and VAT make the total, and the VAT is a share of the net that we know: `good` says whether three figures can be
# right. If they only stand in the wrong places, we sort them by size. If that does not help, we look whether
# three other amounts on the paper add up. Net and VAT that fit without the total are good too: then the paper's total is wrong.

# %%
def rates_of(supplier):
    return [float(rate) / 100 for rate in SUPPLIERS[supplier]["vat_rates"].split("; ")] if supplier in SUPPLIERS else []

def adds_up(net, vat, total):
    return abs(net + vat - total) < 0.005

def fits(net, vat, rates):
    return min(rates) * abs(net) - 0.05 <= abs(vat) <= max(rates) * abs(net) + 0.05

# %%
def good(figures, rates):
    if None in figures or not figures[0]:
        return False
    net, vat, total = figures
    charged = vat != 0 or not rates or min(rates) == 0
    return (bool(rates) and fits(net, vat, rates)) or (adds_up(net, vat, total) and abs(vat) < 0.3 * abs(net) and charged)

# %%
def settle(figures, text, rates):
    by_size = sorted([f for f in figures if f is not None], key=abs)
    tries = [figures, (by_size[1], by_size[0], by_size[2])] if len(by_size) == 3 else [figures]
    amounts = sorted({float(number) for number in re.findall(r"\d+\.\d\d\b", text)}, reverse=True)
    for total in amounts:
        nets = [n for n in amounts if 0.7 * total < n < total and round(total - n, 2) in amounts]
        tries += [(net, round(total - net, 2), total) for net in nets] + [(total, 0.0, total)] * (rates in ([], [0]))
    return next((three for three in tries if good(three, rates)), figures)

# %% [markdown]
# ## Does each line multiply?
#
# Quantity, price, amount: where a line begins with a number and ends with two amounts, we can check it. The price that
# would be right has to stand in the line.

# %%
LINE = re.compile(r"^ *(\d+)(?![\d.,]| ?%).* \d+\.\d\d(?: +[\d.,]+ ?%)?(?: +=| +EUR)* +(\d+\.\d\d)(?: €)?$")

def wrong_line(text):
    found = [(line, LINE.match(line)) for line in text.splitlines()]
    lines = [(line, int(match[1]), float(match[2])) for line, match in found if match]
    return any(quantity and f"{amount / quantity:.2f}" not in line for line, quantity, amount in lines)

# %% [markdown]
# ## The rules of the brief, in their order

# %%
def route(row, text, accounts, kind):
    known = SUPPLIERS.get(row["supplier"])
    order = ORDERS.get(row["order"])
    ours = order is not None and order["supplier"] == row["supplier"]
    if known is None or accounts - {known["iban"].replace(" ", "")}:
        return "stop"
    if kind == "invoice" and ours and is_booked(order, text):
        return "stop"
    if "Bellerive" not in text or not row["order"] or not row["date"] or wrong_sums(row) or wrong_line(tidy(text)):
        return "ask_supplier"
    most = min(float(order["ordered"]), float(order["received"])) if ours else 0
    return "pay" if ours and (kind == "credit_note" or row["net"] <= 1.02 * most) else "ask_buyer"

# %%
def is_booked(order, text):
    numbers = [re.escape(number) for number in order["booked"].split("; ") if number]
    return any(re.search(rf"(?<![\w/-]){number}(?![\w/-])", text) for number in numbers)

def wrong_sums(row):
    return not fits(row["net"], row["vat"], rates_of(row["supplier"])) or not adds_up(row["net"], row["vat"], row["total"])

# %% [markdown]
# ## One paper
#
# A row for each file, whatever happens. `unsure` means: a person reads this one.

# %%
EMPTY = {"supplier": "", "date": "", "net": None, "vat": None, "total": None, "order": ""}

def handle(text):
    if len(text) < 20:
        return EMPTY | {"route": "ask_supplier"}, 0
    accounts, plain = find_accounts(text), DUE.sub("", tidy(text))
    said, first = ask(KIND_PROMPT, plain)
    kind = said.lower().strip(" .`\"'")
    if kind not in KINDS:
        return EMPTY | {"status": "unsure", "reason": "the model did not say what it is"}, first
    if kind == "other":
        strange = accounts - {row["iban"].replace(" ", "") for row in orders}
        return EMPTY | {"route": "stop" if strange else "ask_supplier"}, first
    answer, second = ask(FIELD_PROMPT, plain)
    row = EMPTY | read_fields(answer) | {"order": find_order(text)}
    return decide(row, text, plain, accounts, kind), first + second

# %% [markdown]
# What the paper calls itself tells a credit note for sure. The day by which to pay is no invoice date, so it is left out
# of what the model sees. A figure that fits nothing means: a person reads this one.

# %%
CREDIT = re.compile(r"\bAVOIR\b|CREDIT NOTE|GUTSCHRIFT")
DUE = re.compile(r"(échéance|due|fällig am|avant le|payment by|zahlbar bis)[^\n\d]{0,20}20\d\d-\d\d-\d\d", re.IGNORECASE)

# %%
def decide(row, text, plain, accounts, kind):
    row["supplier"] = find_supplier(text) or stranger(row["supplier"], text)
    row["date"] = find_date(tidy(str(row["date"] or "")), plain)
    three = settle((row["net"], row["vat"], row["total"]), plain, rates_of(row["supplier"]))
    if not good(three, rates_of(row["supplier"])):
        return row | {"status": "unsure", "reason": "the figures do not fit: is it the paper, or the reading?"}
    if re.search(r"\b(USD|GBP|CHF)\b|[$£]", text) or len(set(re.findall(r"\bBR[ -]?(\d+)", text))) > 1:
        return row | {"status": "unsure", "reason": "another currency, or more than one order"}
    kind = "credit_note" if CREDIT.search(text) else kind
    row |= dict(zip(("net", "vat", "total"), map(abs, three)))
    row["route"] = route(row, text, accounts, kind)
    minus = {name: -row[name] for name in ("net", "vat", "total")} if kind == "credit_note" else {}
    return row | minus

# %%
def stranger(said, text):
    return str(said) if said and "Bellerive" not in str(said) else text.splitlines()[0].split(",")[0]

def find_date(said, plain):
    dates = re.findall(r"\b20\d\d-\d\d-\d\d\b", plain)
    return said if said in dates else next(iter(dates), "")

# %%
def one_paper(path):
    start = time.perf_counter()
    try:
        found, tokens = handle(read_paper(path))
    except Exception as error:
        found, tokens = EMPTY | {"status": "error", "reason": f"{type(error).__name__}: {error}"[:200]}, 0
    row = {"id": path.stem, "route": "", "status": "ok", "reason": "", "tokens": tokens} | found
    return row | {"seconds": round(time.perf_counter() - start, 3)}

# %% [markdown]
# ## All papers
#
# What is done is kept, so a run that was broken off goes on where it stopped. Errors are tried again.

# %%
settings = json.dumps([KIND_PROMPT, FIELD_PROMPT, model, sorted(ORDERS.items())])
version = hashlib.sha256(settings.encode()).hexdigest()[:8]
saved = output / f"done-{version}.json"
done = json.loads(saved.read_text()) if saved.exists() else {}
for path in papers:
    if done.get(path.stem, {}).get("status", "error") == "error":
        done[path.stem] = one_paper(path)
        saved.write_text(json.dumps(done))
print(len(done), "papers done")

# %% [markdown]
# ## What we hand over

# %%
FIELD_COLUMNS = ["supplier", "date", "net", "vat", "total", "order", "route"]
columns = ["id", *FIELD_COLUMNS, "status", "reason", "tokens", "seconds"]
table = pd.DataFrame([done[path.stem] for path in papers], columns=columns)
review = table[table["status"] != "ok"]
table[["id", *FIELD_COLUMNS, "status"]].to_csv(output / "predictions.csv", index=False, float_format="%.2f")
review[["id", "status", "reason"]].to_csv(output / "review_queue.csv", index=False)
table[["id", "tokens", "seconds"]].assign(model=model).to_csv(output / "cost_log.csv", index=False)

# %%
result = {
    "items": len(table),
    "handled": int((table["status"] == "ok").sum()),
    "to_review": len(review),
    "stopped": int((table["route"] == "stop").sum()),
    "tokens": int(table["tokens"].sum()),
    "seconds": round(float(table["seconds"].sum()), 1),
    "model": model,
}
(output / "result.json").write_text(json.dumps(result, indent=2))
result

# %%
table[table["status"] == "ok"]["route"].value_counts().rename_axis("route").to_frame("papers")

# %% [markdown]
# ## To show live
#
# An invoice for one of our orders, with an account that is not the supplier's. In front of leadership, change it and run the cell again.

# %% tags=["demo"]
order = orders[0]
net = float(order["ordered"])
paper = f"""{order["supplier"]}, account FR76 1111 2222 3333 4444 5555 666
INVOICE 2027-044 to Bellerive, 11 January 2027, order {order["order"]}
Net amount {net:.2f}, VAT 20 % {0.2 * net:.2f}, total to pay {1.2 * net:.2f}"""
for name, value in handle(paper)[0].items():
    print(f"{name}: {value}")

# %% [markdown]
# ## Against our own answers, where there are any

# %%
answers = folder / "labels.csv"
if not answers.exists():
    print("No right answers here, so nothing to compare with.")
else:
    right = pd.read_csv(answers, dtype=str, keep_default_na=False).set_index("id")
    ours = pd.read_csv(output / "predictions.csv", dtype=str, keep_default_na=False).set_index("id")
    sure = ours[ours["status"] == "ok"]
    same = sure[FIELD_COLUMNS] == right.loc[sure.index, FIELD_COLUMNS]
    fields = same.drop(columns="route").to_numpy().sum() / (6 * len(ours))
    quality = {"items": len(ours), "handled": len(sure), "errors": int((~same.all(axis=1)).sum()), "field_accuracy": round(float(fields), 3), "measured_on": "practice papers"}
    (output / "quality.json").write_text(json.dumps(quality, indent=2))
    print(quality)
