# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Expense claims, checked before a person looks
#
# Every claim gets the rule that it breaks first, and a decision. Our idea: **what can be calculated, Python calculates; what
# has to be read, the model reads.** Days, limits, receipts and sums are arithmetic. Whether "half of cider" is alcohol,
# or "it was pouring" a reason for a taxi, is a question of words: we ask it line by line, with two or three possible answers.
#
# On 120 claims that we had never seen, with the practice model, it named the right rule in 78 % of the claims that break one
# (95 % interval: 68 to 86), and stopped 13 % of those in order (6 to 26). The usual goals are 85 and 10: it is close, and not
# shown. So a person still looks at every claim that it would not pay, and at a sample of the others.

# %% tags=["parameters"]
input_folder = "~/team/data/expense-policy/items"
output_folder = "output"
model = "bootcamp-small"

# %%
import hashlib
import json
import re
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pandas as pd
from openai import OpenAI

# %%
folder = Path(input_folder).expanduser()
claims = sorted(folder.glob("*.xlsx"))
output = Path(output_folder).expanduser()
output.mkdir(parents=True, exist_ok=True)
client = OpenAI()
print(len(claims), "claims to check")

# %% [markdown]
# ## The sheets
#
# There are three forms, in two languages, and everybody names the columns as they like. So we look for the row with the
# column names, by the words that we have seen in our forty practice claims.

# %%
NAMES = {
    "day": "date|day|jour",
    "kind": "kind|category|type|type de frais|nature|catégorie|art",
    "supplier": "supplier|paid to|where|fournisseur|payé à|lieu|lokal",
    "guests": "guests|attendees|who with|convives|invités|participants|gäste",
    "amount": "amount|amount [a-z]{3}|cost|montant|montant ttc|montant [a-z]{3}|betrag",
    "amount2": "travel|trajet", "amount3": "hotel|hôtel", "amount4": "meals|repas", "amount5": "other|divers",
    "receipt": r"receipt\??|rcpt|justificatif|justif\.|reçu|beleg",
    "comment": "comment|notes|remarks|commentaire|observations|remarques|bemerkung",
}

def column_names(row):
    found = {}
    for place, value in enumerate(row):
        word = str(value or "").strip().lower()
        name = next((name for name, words in NAMES.items() if re.fullmatch(words, word)), None)
        if name and name not in found:
            found[name] = place
    return found if {"day", "kind", "supplier", "comment"} <= set(found) else {}

# %% [markdown]
# Amounts come as numbers, as `£1,234.50` and as `1 234,50 €`; days as dates, as `06/03/2026` and as `6 mars 2026`.

# %%
def figure(value):
    if isinstance(value, (int, float)):
        return float(value)
    text = re.sub(r"[\s£€]|GBP|EUR", "", str(value or ""))
    if re.fullmatch(r"-?[\d.]*\d,\d\d", text):
        text = text.replace(".", "").replace(",", ".")
    text = text.replace(",", "")
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None

# %%
MONTHS = ["jan", "feb fév", "mar", "apr avr", "may mai", "jun juin", "jul juil", "aug aoû", "sep", "oct", "nov", "dec déc"]

def day(value):
    if isinstance(value, datetime):
        return value
    if isinstance(value, (int, float)):
        return datetime(1899, 12, 30) + timedelta(days=int(value))
    parts = re.split(r"[\s/.]+", str(value or "").strip().lower().replace(". ", " "))
    if len(parts) != 3 or not (parts[0].isdigit() and parts[2].isdigit()):
        return None
    month = next((n for n, words in enumerate(MONTHS, 1) if any(parts[1].startswith(w) for w in words.split())), parts[1])
    return datetime(int(parts[2]), int(month), int(parts[0])) if str(month).isdigit() else None

# %%
def read_line(row, places):
    value = {name: row[place] for name, place in places.items()}
    amounts = [cell for name, cell in value.items() if name.startswith("amount") and cell not in (None, "")]
    line = {name: str(value.get(name) or "").strip() for name in ("kind", "supplier", "guests", "receipt", "comment")}
    line["day"], line["written"] = day(value["day"]), str(amounts[0]) if amounts else ""
    line["amount"] = figure(amounts[0]) if amounts else None
    return line

# %%
TOTAL = re.compile(r"total|summe", re.IGNORECASE)

def read_sheet(sheet):
    claim = {"lines": [], "total": None, "sent": None, "currency": "GBP", "text": "", "head": False}
    places = {}
    for row in sheet.iter_rows(values_only=True):
        cells = [cell for cell in row if cell not in (None, "")]
        claim["text"] += " ".join(str(cell) for cell in cells) + "\n" if cells else ""
        if not places:
            places = column_names(row)
            read_head(cells, claim)
        elif cells and TOTAL.match(str(cells[0])):
            claim["total"] = figure(cells[-1]) if len(cells) > 1 else None
        elif cells:
            claim["lines"].append(read_line(row, places))
    claim["head"] = bool(places)
    return claim

# %%
SENT = re.compile(r"handed in|date of claim|submitted|remise le|date de la note|déposée le|eingereicht am", re.IGNORECASE)

def read_head(cells, claim):
    for name, value in zip(cells, cells[1:]):
        if SENT.fullmatch(str(name)):
            claim["sent"] = day(value)
        if value in ("GBP", "EUR"):
            claim["currency"] = value

# %%
def read_claim(path):
    cached = openpyxl.load_workbook(path, data_only=True)
    sheets = [read_sheet(sheet) for sheet in cached.worksheets]
    with_lines = [sheet for sheet in sheets if sheet["lines"]]
    claim = (with_lines or sheets)[0]
    if any(str(cell.value).startswith("=") for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row):
        raise ValueError("it has formulas, a person opens it")
    return claim

# %% [markdown]
# ## What Python calculates
#
# Rules 1, 2, 3, 6, 8, 9 and 12 of the policy, in pounds and in euros.

# %%
KINDS = {
    "breakfast": "breakfast|petit.d", "lunch": "lunch|déjeuner|midi", "dinner": "dinner|evening|dîner|soir|abendessen",
    "guests": "guest|customer|entertain|invit|client", "hotel": "hotel|hôtel|overnight|nuit", "km": "mileage|own car|km|kilom",
    "taxi": "taxi|cab", "hire": "hire|location", "train": "train|rail", "flight": "flight|air fare|avion|vol",
}
MEALS = {"breakfast": (10, 12), "lunch": (18, 20), "dinner": (28, 32), "guests": (52, 60)}

def kind_of(line):
    word = line["kind"].lower()
    return next((kind for kind, words in KINDS.items() if re.search(words, word)), "other")

# %%
def nights(line):
    found = re.search(r"(\d+) (?:nights?|nuits?)", line["comment"])
    return int(found.group(1)) if found else 1

WORDS = {"two": 2, "deux": 2, "three": 3, "trois": 3, "four": 4, "quatre": 4, "five": 5, "cinq": 5, "six": 6}

def heads(line):
    names = [name for name in re.split(r",|;| and | et |\+", re.sub(r"\(.*?\)", "", line["guests"])) if name.strip()]
    more = sum(WORDS.get(word, 1) - 1 for name in names for word in name.lower().split())
    said = [WORDS[word] for word in re.findall(r"\w+", line["comment"].lower()) if word in WORDS]
    return max([len(names) + more + 1, *said])

# %%
def limits(line, euro):
    kind, comment = kind_of(line), line["comment"]
    if kind in MEALS:
        return 8 if line["amount"] / (heads(line) if kind == "guests" else 1) > MEALS[kind][euro] else None
    if kind == "hotel":
        most = (170, 190) if re.search("London|Paris", line["supplier"]) else (125, 140)
        allowed = re.search(r"(allowed|approved|agreed) by [A-Z]|accord de [A-Z]", comment)
        return 9 if line["amount"] / nights(line) > most[euro] and not allowed else None
    if kind == "km":
        distances = re.findall(r"(\d+) (miles|km)\b", comment)
        right = [abs(int(n) * (0.45 if unit == "miles" else 0.42) - line["amount"]) < 0.051 for n, unit in distances]
        return None if any(right) else 12

# %%
def calculated(claim):
    euro, broken, seen = claim["currency"] == "EUR", set(), set()
    for line in claim["lines"]:
        if not (line["day"] and line["kind"] and line["supplier"] and line["amount"]):
            broken.add(1)
            continue
        key = (line["day"], line["supplier"], line["amount"])
        checks = [
            2 if claim["sent"] and claim["sent"] - line["day"] > timedelta(days=60) else None,
            3 if key in seen and not line["comment"] else None,
            6 if line["amount"] > (12, 15)[euro] and line["receipt"].lower() in ("", "no", "n", "non") else None,
            limits(line, euro)]
        broken |= {rule for rule in checks if rule}
        seen.add(key)
    amounts = sum(line["amount"] or 0 for line in claim["lines"])
    wrong_total = claim["total"] is not None and abs(claim["total"] - amounts) > 0.051
    return broken | ({12} if wrong_total and 1 not in broken else set()) | (set() if claim["lines"] else {1})

# %% [markdown]
# ## What the model reads
#
# One question for each line, and only the question that fits its kind. The first answer is the harmless one; the others
# stand for a broken rule.

# %%
COST = {"work": ("room, night, hotel, receipt, ticket, price, meal, menu, buffet, canteen, alcohol-free, parts, access badge, ferry, visa, "
                 "first-aid kit, flowers for a customer; chambre, nuit, taxe, prix, menu, repas, cantine, badge, fleurs, trousse", 0),
        "private": ("fine, penalty charge, speed camera, clothes, shirt, boots, toothpaste, sun cream, gym, fitness, pay-per-view film, "
                    "leaving present, wife, husband, kids; amende, radar, vêtement, dentifrice, crème, cadeau, épouse, enfants, famille", 4),
        "alcohol": ("beer, pint, lager, bitter, wine, cider, whisky, malt, gin, G&T, champagne; bière, demi, verre de vin, rouge, "
                    "kir, apéritif, champagne", 5)}
GUESTS = {"named": ("names of people with their company: Mark Oduya (Severnside Homes), M. Lopes (Syndic Lopes)", 0),
          "nameless": ("people without a name, or without a company: two customers, the team, deux clients, le gérant, Anna", 7)}
REASON = {"reason": ("early morning, late at night, last bus gone, no train, no bus, heavy tools, parts, motor, kg; nuit, minuit, plus de "
                     "métro, aucun bus, matériel lourd, treuil, moteur", 0),
          "excuse": ("nothing written, rain, easier, faster, comfort, afternoon, meeting, station, office; rien, pluie, "
                     "gare, agence, plus pratique, réunion", 10)}
SEAT = {"second": ("second class, standard, economy, off-peak, advance, return; 2de, seconde, 2e classe, éco, aller, retour", 0),
        "first": ("first class, business class, Club, upgrade; 1re classe, première, affaires, surclassement", 11),
        "family": ("ticket for my wife, husband, children; billet de mon épouse, mon mari, les enfants", 4)}
QUESTIONS = {"guests": GUESTS, "taxi": REASON, "hire": REASON, "train": SEAT, "flight": SEAT}

# %%
def make_prompt(claim, line, labels):
    choices = [f"- {name}: {meaning}" for name, (meaning, _) in labels.items()]
    return "\n".join([
        "You check a line of an expense claim of Oakhanger Lifts. Lines are in English or French.",
        "Choose one label for the line.", "Labels:", *choices,
        "Answer with the label only. If no label fits the line, answer unsure.",
        "Line:", '"""', line.replace('"""', "'"), '"""'])

# %%
def ask(claim, line, labels):
    system = "The whole claim, only for information. " + re.sub(r"[\n\":]", " ", claim["text"][:6000])
    messages = [{"role": "system", "content": system}, {"role": "user", "content": make_prompt(claim, line, labels)}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip().strip(".").lower()
    tokens = reply.usage.total_tokens if reply.usage else 0
    if answer in labels:
        return labels[answer][1], tokens
    # Most costs are ordinary: not to know is no suspicion. Of the other questions a person must see the answer.
    return (0 if labels is COST and answer == "unsure" else None), tokens

# %% [markdown]
# Lines that say nothing are not asked about: a lunch without a comment is a lunch.

# %%
def questions(line):
    kind = kind_of(line)
    comment = line["comment"]
    if kind == "guests":
        return [(line["guests"] or "nobody is named", GUESTS)]
    if kind in ("taxi", "hire"):
        return [(comment or "nothing written", REASON)]
    if kind in ("train", "flight"):
        return [(comment, SEAT)] if comment and not second_was_dearer(line) else []
    other = re.search("other|misc|sundry|divers|autre", line["kind"].lower())
    if other or (comment and re.search("parking|stationnement", line["kind"].lower())):
        return [(f"{comment}, {line['supplier']}", COST)]
    return [(f"{comment}, {line['supplier']}", COST)] if comment and (kind in MEALS or kind == "hotel") else []

# %%
def second_was_dearer(line):
    found = re.search(r"(?:standard|second class|economy|2de|seconde|éco)\D{1,12}(\d+[.,]\d\d)", line["comment"])
    return bool(found) and float(found.group(1).replace(",", ".")) >= line["amount"]

# %%
def read_by_model(claim):
    broken, tokens, unsure = set(), 0, False
    for line in [line for line in claim["lines"][:60] if line["amount"]]:
        for text, labels in questions(line):
            rule, used = ask(claim, text, labels)
            tokens += used
            unsure |= rule is None
            broken |= {rule} if rule else set()
    return broken, tokens, unsure

# %% [markdown]
# ## One claim
#
# The rule is the first that is broken; the decision is the strictest. What we cannot open is rule 1: it goes back.

# %%
REFUSE = {2, 3, 4, 5, 8, 11}

def decide(broken):
    decision = "refuse" if broken & REFUSE else "ask" if broken else "pay"
    return {"rule": str(min(broken)) if broken else "none", "decision": decision}

# %%
def check_claim(path):
    row = {"id": path.stem, "rule": "1", "decision": "ask", "status": "ok", "reason": "", "tokens": 0}
    start = time.perf_counter()
    try:
        claim = read_claim(path)
        broken = calculated(claim)
        read, row["tokens"], unsure = read_by_model(claim)
        row |= decide(broken | read)
        if unsure and not broken:
            row["status"], row["reason"] = "unsure", "the words of a line are unclear"
    except ValueError as error:
        row["status"], row["reason"] = "unsure", str(error)[:200]
    except zipfile.BadZipFile:
        row["reason"] = "this is no workbook that can be opened"
    except Exception as error:
        row["status"], row["reason"] = "error", f"{type(error).__name__}: {error}"[:200]
    row["seconds"] = round(time.perf_counter() - start, 3)
    return row

# %% [markdown]
# ## All claims

# %%
settings = json.dumps([QUESTIONS, COST, make_prompt({}, "", {}), model])
version = hashlib.sha256(settings.encode()).hexdigest()[:8]
saved = output / f"done-{version}.json"
done = json.loads(saved.read_text()) if saved.exists() else {}
for path in claims:
    if done.get(path.stem, {}).get("status", "error") == "error":
        done[path.stem] = check_claim(path)
        saved.write_text(json.dumps(done))
print(len(done), "claims done")

# %% [markdown]
# ## What we hand over
#
# A person sees every claim that is not paid, with the rule that it breaks.

# %%
columns = ["id", "rule", "decision", "status", "reason", "tokens", "seconds"]
table = pd.DataFrame([done[path.stem] for path in claims], columns=columns)
review = table[(table["status"] != "ok") | (table["decision"] != "pay")]
table[["id", "rule", "decision", "status"]].to_csv(output / "predictions.csv", index=False)
review[["id", "rule", "decision", "status", "reason"]].to_csv(output / "review_queue.csv", index=False)
table[["id", "tokens", "seconds"]].assign(model=model).to_csv(output / "cost_log.csv", index=False)

# %%
result = {
    "items": len(table),
    "handled": int((table["status"] == "ok").sum()),
    "to_review": int((table["status"] != "ok").sum()),
    "to_pay": int((table["decision"] == "pay").sum()),
    "tokens": int(table["tokens"].sum()),
    "seconds": round(float(table["seconds"].sum()), 1),
    "model": model,
}
(output / "result.json").write_text(json.dumps(result, indent=2))
result

# %%
pd.crosstab(table["rule"], table["decision"])

# %% [markdown]
# ## To show live
#
# A claim of one line that nobody has tried. In front of leadership, change it and run the cell again.

# %% tags=["demo"]
line = {"day": day("12/01/2027"), "kind": "Dinner", "supplier": "The Old Ferry", "guests": "",
        "receipt": "yes", "comment": "pie, and two pints of bitter", "amount": 24.50}
claim = {"lines": [line], "total": 24.50, "sent": day("15/01/2027"), "currency": "GBP", "text": ""}
by_python, by_model = calculated(claim), read_by_model(claim)[0]
print("Rules broken, as Python calculates:", *by_python or ["none"])
print("Rules broken, as the model reads:  ", *by_model or ["none"])
print("We propose:", decide(by_python | by_model)["decision"])

# %% [markdown]
# ## Against our own answers, where there are any

# %%
answers = next(iter(folder.glob("labels.csv")), None)
if answers is None:
    print("No right answers here, so nothing to compare with.")
else:
    both = table.merge(pd.read_csv(answers, dtype=str), on="id", suffixes=("", "_right"))
    sure = both[both["status"] == "ok"]
    wrong = (sure["rule"] != sure["rule_right"]) | (sure["decision"] != sure["decision_right"])
    quality = {"items": len(both), "handled": len(sure), "errors": int(wrong.sum()), "measured_on": "practice claims"}
    (output / "quality.json").write_text(json.dumps(quality, indent=2))
    print(quality)
