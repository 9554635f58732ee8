# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Team Teal: the shared inbox sorts itself
#
# Everything that arrives at `contact@` is given a queue and an urgency. Our idea: **describe each queue in
# the words that customers use, in English and in French**, and let a person see whatever the model does not
# answer with one of our labels. One question for the queue, one for the urgency.

# %% tags=["parameters"]
input_folder = "~/session-06/data/email-routing"
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
from openai import OpenAI

# %%
mails = sorted(Path(input_folder).expanduser().rglob("*.eml"))
output = Path(output_folder).expanduser()
output.mkdir(parents=True, exist_ok=True)
client = OpenAI()
print(len(mails), "mails to sort")

# %% [markdown]
# ## The queues
#
# We wrote these lines after reading our forty practice mails twice. The words are the ones our customers
# use, in both languages: nobody writes "logistics", everybody writes "parcel".

# %%
QUEUES = {
    "orders": "placing, confirming, changing or cancelling an order, same again; commande, bon de commande, annuler",
    "delivery": "parcel late, missing or not arrived, tracking, driver, address; livraison, colis, livreur, retard",
    "invoices": "invoice, payment, refund, statement, VAT, credit note; facture, paiement, avoir, relance, TVA, RIB",
    "returns": "wrong, damaged, broken or faulty goods, exchange, guarantee; retour, abîmé, cassé, échange, garantie",
    "quotes": "price, quote, stock, sample, catalogue, advice before buying; devis, tarif, échantillon, catalogue",
    "hr_other": "job application, staff, supplier's offer, advertising, press; candidature, emploi, publicité, absence",
}

# %% [markdown]
# ## The urgency
#
# Our rule has four cases. Capitals and exclamation marks are not among them.

# %%
URGENCY = {
    "urgent": "work has stopped, machine or people blocked, needed today or tomorrow, somebody hurt, account blocked, court",
    "normal": "everything else, also when the mail is angry, in capitals or says urgent without a reason",
}

# %% [markdown]
# ## The prompt
#
# The mail stands between three quotes, so that a sentence in it is not taken for an instruction of ours.

# %%
def make_prompt(labels, mail):
    lines = [f"- {name}: {meaning}" for name, meaning in labels.items()]
    return "\n".join([
        "You sort the shared inbox of Alder & Finch, a wholesaler of office and workshop supplies.",
        "Choose one label for the mail. Mails are in English or French.",
        "Labels:", *lines,
        "Answer with the label only.",
        "Mail:", '"""', mail, '"""'])

# %% [markdown]
# ## Reading a mail
#
# Quoted lines (`>`) are left out: only the sender's own words count.

# %%
def read_mail(path):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    text = body.get_content() if body else ""
    text = re.sub(r"<[^>]+>", " ", text) if "<html" in text.lower() else text
    own = [line for line in text.splitlines() if not line.startswith(">")]
    whole = f"{message['subject'] or ''}\n" + "\n".join(own)
    if not whole.strip():
        raise ValueError("the mail is empty")
    return whole[:8000]

# %% [markdown]
# ## Asking

# %%
def ask(labels, mail):
    messages = [{"role": "user", "content": make_prompt(labels, mail)}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip().strip(".").lower()
    tokens = reply.usage.total_tokens if reply.usage else 0
    return (answer if answer in labels else "unsure"), tokens

# %%
def sort_mail(path):
    row = {"id": path.stem, "queue": "unsure", "urgency": "urgent", "status": "ok", "reason": "", "tokens": 0}
    start = time.perf_counter()
    try:
        mail = read_mail(path)
        row["queue"], first = ask(QUEUES, mail)
        row["urgency"], second = ask(URGENCY, mail)
        row["tokens"] = first + second
    except Exception as error:
        row["status"], row["reason"] = "error", f"{type(error).__name__}: {error}"[:200]
    row["seconds"] = round(time.perf_counter() - start, 3)
    return row

# %% [markdown]
# What has no queue of ours goes to the front desk. A file that cannot be read counts as urgent: nobody knows what is in it.

# %%
def decide(row):
    if row["status"] == "ok" and row["queue"] == "unsure":
        row["status"], row["reason"] = "unsure", "the answer was none of our queues"
    return row

# %% [markdown]
# ## All mails

# %%
settings = json.dumps([QUEUES, URGENCY, make_prompt(QUEUES, ""), model])
version = hashlib.sha256(settings.encode()).hexdigest()[:8]
saved = output / f"done-{version}.json"
done = json.loads(saved.read_text()) if saved.exists() else {}
for path in mails:
    if done.get(path.stem, {}).get("status", "error") == "error":
        done[path.stem] = decide(sort_mail(path))
        saved.write_text(json.dumps(done))
print(len(done), "mails done")

# %% [markdown]
# ## What we hand over

# %%
columns = ["id", "queue", "urgency", "status", "reason", "tokens", "seconds"]
table = pd.DataFrame([done[path.stem] for path in mails], columns=columns)
review = table[table["status"] != "ok"]
table[["id", "queue", "urgency", "status"]].to_csv(output / "predictions.csv", index=False)
review[["id", "urgency", "status", "reason"]].to_csv(output / "review_queue.csv", index=False)
table[["id", "tokens", "seconds"]].assign(model=model).to_csv(output / "cost_log.csv", index=False)

# %%
result = {
    "items": len(table),
    "handled": int((table["status"] == "ok").sum()),
    "to_review": len(review),
    "urgent": int((table["urgency"] == "urgent").sum()),
    "tokens": int(table["tokens"].sum()),
    "seconds": round(float(table["seconds"].sum()), 1),
    "model": model,
}
(output / "result.json").write_text(json.dumps(result, indent=2))
result

# %%
table["queue"].value_counts().rename_axis("queue").to_frame("mails")

# %% [markdown]
# ## To show live
#
# One mail that nobody has tried. In front of leadership, change it and run the cell again.

# %% tags=["demo"]
new_mail = """Two of the eight chairs that came this morning are broken,
and our training room opens tomorrow at nine. Please exchange them."""
print("queue:  ", ask(QUEUES, new_mail)[0])
print("urgency:", ask(URGENCY, new_mail)[0])

# %% [markdown]
# ## Against our own answers, where there are any

# %%
answers = next(iter(Path(input_folder).expanduser().rglob("labels.csv")), None)
if answers is None:
    print("No right answers here, so nothing to compare with.")
else:
    both = table.merge(pd.read_csv(answers), on="id", suffixes=("", "_right"))
    sure = both[both["status"] == "ok"]
    wrong = (sure["queue"] != sure["queue_right"]) | ((sure["urgency_right"] == "urgent") & (sure["urgency"] == "normal"))
    quality = {"items": len(both), "handled": len(sure), "errors": int(wrong.sum()), "measured_on": "practice mails"}
    (output / "quality.json").write_text(json.dumps(quality, indent=2))
    print(quality)
