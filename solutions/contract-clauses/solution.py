# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Quillon Preserves: which clauses are on this page?
#
# Each page of a contract is cut into sentences, and each sentence goes to the model with one question: which of our
# eight clauses does it set down? Beside the sentence stands **what a list of telltale words makes of it**. A small
# model leans on that list, a strong one overrules it. What the model finds is copied to the register word for word,
# so that Ms Okafor reads the contract's own wording.
#
# On the 120 hidden pages the practice model finds 57 of 100 clauses (51 to 63), and 60 of 100 rows are right (53 to 67).
# On our own forty it was 89: our words were collected there. So this is a second pair of eyes and no replacement for
# the clerk, who still looks over each page.

# %% tags=["parameters"]
input_folder = "~/session-06/data/contract-clauses"
output_folder = "output"
model = "bootcamp-small"

# %%
import hashlib
import json
import re
import time
from pathlib import Path

import docx
import pandas as pd
import pypdf
from openai import OpenAI

# %%
files = [path for path in Path(input_folder).expanduser().rglob("*") if path.suffix in {".txt", ".pdf", ".docx"}]
pages = sorted(files, key=lambda path: path.stem)
output = Path(output_folder).expanduser()
output.mkdir(parents=True, exist_ok=True)
client = OpenAI()
print(len(pages), "pages to read")

# %% [markdown]
# ## The clauses
#
# One line for each, in English and French, and one for everything else.

# %%
CLAUSES = {
    "automatic_renewal": "goes on for another year or period by itself unless somebody cancels; tacite reconduction",
    "notice_period": "months, weeks or days of notice with which the contract can be ended; préavis, mettre fin",
    "price_increase": "the price, fee or rate goes up, is raised, adjusted or follows an index; révision du prix",
    "liability_cap": "the most that is paid for damage, liability limited up to an amount; responsabilité limitée",
    "exclusivity": "only one may buy, sell or work, nobody else, no other firm, alone; exclusivité, aucun autre",
    "late_payment": "interest or a charge when payment is late or overdue; intérêts de retard, pénalités",
    "governing_law": "which country's law applies and which court decides; droit applicable, tribunal",
    "data_protection": "personal data, names and pictures of people, deleted and erased; données personnelles",
    "other": "something else: delivery, quality, visits, staff, fixed prices, invoices; autre chose",
}

# %% [markdown]
# ## The telltale words
#
# We collected them while we read our forty practice pages. `|` means "or". A word such as `renew` also finds
# "renewed". They are often wrong, and the model is told so.

# %%
WORDS = {
    "automatic_renewal": "renew|another year|further (year|period)|goes on|carries on|prolong|extended|rolled|one more each"
    "|another six|by itself|year (to|after) year|one at a time|reconduc|renouvel|se poursuit|se prolonge|repart",
    "notice_period": "(day|week|month|term)['’]?s?['’]? (written )?(notice|warning)|(weeks?|months?) (ahead|before)|account to be closed"
    "|(may|can) (end|leave|stop|walk|withdraw)|préavis|mettre fin|mis fin|mis un terme|résili|interrompre|quitter|démission",
    "price_increase": "increas|raise|rise|goes up|go up|adjust|revise|review|may alter|may change|prices are changed|index|inflation"
    "|uplift|surcharge|indice|révis|relev[eé]|évolu|augment|hauss|actualis",
    "liability_cap": "liab|damage.* (up to|stops at)|at the most|at most|up to [£€]|never more|maximum|ceiling|capped|upper limit|limited to"
    "|does .* pay more|plafon|dans la limite|dépass|excéd|au-delà d|responsab|rien de plus|dégâts",
    "exclusivity": "no other|nobody (but|else)|no one but|another provider|alone|sole|sells? none|elsewhere|exclusi[vf]"
    "|aucune? autre|pour un autre|réserve à|autre que",
    "late_payment": "interest|overdue|late |outstanding|still open|longer than that|after the due date|intérêt|en retard|pénalité|impayé"
    "|échue|passé cette",
    "governing_law": r"\blaws?\b|court|governed|jurisdiction|arbitra|judge|tribunal|\bdroit\b|\bloi\b|\bjugé",
    "data_protection": r"personal|\bdata\b|\bnames\b|gdpr|erase|delete|passport|privacy|pictures|données|rgpd|effac|\bnoms\b|dossiers",
}

# %% [markdown]
# Some words say that a clause is **not** there. They count more.

# %%
DENIED = "no exclusiv|does not (renew|change)|not (be )?(raised|changed|adjusted|automatic)|cannot|without (any )?(upper )?limit"
DENIED += "|decided against|deleted|ne (varie|change)|n'est pas|non révis|sans tacite|insured|est assuré|not a limit"

# %%
def telltale(sentence):
    if re.search(DENIED, sentence, re.IGNORECASE):
        return ["other"]
    found = [name for name, words in WORDS.items() if re.search(words, sentence, re.IGNORECASE)]
    return found or ["other"]

# %% [markdown]
# ## Reading a page
#
# A scanned or empty page has no text. It goes to a person: nobody may think that it was read.

# %%
def read_page(path):
    if path.suffix == ".pdf":
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    elif path.suffix == ".docx":
        document = docx.Document(str(path))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = "\n\n".join([paragraph.text for paragraph in document.paragraphs] + cells)
    else:
        text = read_text(path)
    if not text.strip():
        raise ValueError("no text on this page: it is empty or scanned")
    return text[:8000]

# %%
def read_text(path):
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return path.read_text(encoding="cp1252", errors="replace")

# %% [markdown]
# ## Cutting it into sentences
#
# A sentence ends at a full stop before a capital letter, at an empty line, or where the next line has a number of
# its own. What has fewer than three words is a number or a heading.

# %%
NUMBER = r"\n(?=\s*(?:§|•|\d|[A-Z]\.|[IVX]+\.|\(?[a-z]{1,3}\)|Art|Clause))"
FULL_STOP = r"(?<=[.!?;:])\s+(?=[A-ZÀ-Ü«“(§])"

# %%
def sentences(text):
    parts = re.split(rf"\n\s*\n|{NUMBER}|{FULL_STOP}", text)
    clean = [" ".join(part.split()) for part in parts]
    return [part for part in clean if len(part.split()) >= 3]

# %% [markdown]
# ## Asking
#
# The sentence stands between three quotes, so that an order in it is not taken for one of ours.

# %%
def make_prompt(sentence):
    return "\n".join([
        "You read contracts, in English or French. Which of these clauses does the sentence set down?",
        "Labels:", *[f"- {name}: {meaning}" for name, meaning in CLAUSES.items()],
        "Below the sentence stands what our word list makes of it. The list is often wrong.",
        "Answer with the label only.",
        "Sentence:", '"""', sentence,
        *[f"Word list: {name}: {CLAUSES[name]}." for name in telltale(sentence)], '"""'])

# %%
def ask(sentence):
    messages = [{"role": "user", "content": make_prompt(sentence)}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip().strip(".").lower()
    tokens = reply.usage.total_tokens if reply.usage else 0
    return answer, tokens

# %% [markdown]
# ## From sentences to clauses
#
# Sentences of the same clause that follow each other are one clause. Where a page has two candidates for a clause, the
# one that the word list confirms goes first, and only the first is handed over.

# %%
def find_clauses(text):
    found, last, tokens = [], "other", 0
    for sentence in sentences(text):
        clause, used = ask(sentence)
        tokens += used
        if clause not in CLAUSES:
            raise ValueError("the model gave an answer that is none of ours")
        if clause == last and clause != "other":
            found[-1]["span"] += " " + sentence
        elif clause != "other":
            found.append({"clause": clause, "span": sentence, "sure": clause in telltale(sentence)})
        last = clause
    return best_of(found), tokens

# %%
def best_of(found):
    best = {}
    for row in sorted(found, key=lambda row: not row["sure"]):
        best.setdefault(row["clause"], row["span"])
    return best

# %%
def read_one(path):
    page = {"id": path.stem, "clauses": {}, "status": "ok", "reason": "", "tokens": 0}
    start = time.perf_counter()
    try:
        page["clauses"], page["tokens"] = find_clauses(read_page(path))
    except ValueError as problem:
        page["status"], page["reason"] = "unsure", str(problem)[:200]
    except Exception as error:
        page["status"], page["reason"] = "error", f"{type(error).__name__}: {error}"[:200]
    page["seconds"] = round(time.perf_counter() - start, 3)
    return page

# %% [markdown]
# ## All pages
#
# What was done is saved after each page, so that a run that was broken off goes on where it was.

# %%
settings = json.dumps([make_prompt(""), WORDS, DENIED, model])
version = hashlib.sha256(settings.encode()).hexdigest()[:8]
saved = output / f"done-{version}.json"
done = json.loads(saved.read_text()) if saved.exists() else {}
for path in pages:
    if done.get(path.stem, {}).get("status", "error") == "error":
        done[path.stem] = read_one(path)
        saved.write_text(json.dumps(done))
print(len(done), "pages done")

# %% [markdown]
# ## What we hand over
#
# A page has a row for each clause. A page without one has a row with two empty cells.

# %%
rows = []
for path in pages:
    page = done[path.stem]
    for clause, span in (page["clauses"] or {"": ""}).items():
        rows.append({"id": page["id"], "clause": clause, "span": span, "status": page["status"]})
predictions = pd.DataFrame(rows, columns=["id", "clause", "span", "status"])
predictions.to_csv(output / "predictions.csv", index=False)

# %%
columns = ["id", "status", "reason", "tokens", "seconds"]
table = pd.DataFrame([done[path.stem] for path in pages], columns=columns)
review = table[table["status"] != "ok"]
review[["id", "status", "reason"]].to_csv(output / "review_queue.csv", index=False)
table[["id", "tokens", "seconds"]].assign(model=model).to_csv(output / "cost_log.csv", index=False)

# %%
result = {
    "items": len(table),
    "handled": int((table["status"] == "ok").sum()),
    "to_review": len(review),
    "clauses": int((predictions["clause"] != "").sum()),
    "tokens": int(table["tokens"].sum()),
    "seconds": round(float(table["seconds"].sum()), 1),
    "model": model,
}
(output / "result.json").write_text(json.dumps(result, indent=2))
result

# %%
predictions[predictions["clause"] != ""]["clause"].value_counts().rename_axis("clause").to_frame("pages")

# %% [markdown]
# ## To show live
#
# A page that nobody has tried. In front of leadership, change it and run the cell again.

# %% tags=["demo"]
new_page = """This agreement goes on for another year unless one of us writes three months before.
The prices follow the index each January. We deliver in boxes of twelve.
On invoices paid late the buyer owes interest of 8 % a year."""
for clause, span in find_clauses(new_page)[0].items():
    print(f"{clause.replace('_', ' ')}: {span}")

# %% [markdown]
# ## Against our own answers, where there are any
#
# A clause counts as found when at least half of the words are the same, as the brief says.

# %%
def overlap(one, other):
    first, second = re.findall(r"\w+", one.lower()), re.findall(r"\w+", other.lower())
    both = sum(min(first.count(word), second.count(word)) for word in set(first))
    return 2 * both / (len(first) + len(second)) if both else 0

# %%
def missed(right, page):
    return right["clause"] in CLAUSES and overlap(right["span"], page["clauses"].get(right["clause"], "")) < 0.5

# %%
answers = next(iter(Path(input_folder).expanduser().rglob("labels.csv")), None)
if answers is None:
    print("No right answers here, so nothing to compare with.")
else:
    right = pd.read_csv(answers, keep_default_na=False)
    right["missed"] = [missed(row, done[row["id"]]) for _, row in right.iterrows()]
    handled = table[table["status"] == "ok"]["id"]
    wrong = set(right[right["missed"]]["id"]) & set(handled)
    quality = {"items": len(table), "handled": len(handled), "errors": len(wrong), "measured_on": "practice pages"}
    (output / "quality.json").write_text(json.dumps(quality, indent=2))
    asked = right[right["clause"].isin(CLAUSES)]
    print(quality, "found:", int((~asked["missed"]).sum()), "of", len(asked), "clauses")
