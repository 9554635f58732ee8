# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Team Amber: two opinions, or a person
#
# Sending a mail to the wrong queue costs us half a day, and asking a colleague costs four minutes. So our tool
# asks **twice, in two different ways**: once with short descriptions, once with other descriptions and twelve
# worked examples. If the two answers agree, the mail goes its way. **If they differ, a person decides.**

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
# ## First opinion: what each queue takes
#
# These lines come from our routing rule of session 2.

# %%
RULE = {
    "orders": "placing, confirming, changing or cancelling an order, the account or web shop needed to order",
    "delivery": "when, where and how goods arrive: late, missing or short parcels, tracking, address, driver",
    "invoices": "money for what was bought: invoices, payments, refunds, reminders, statements, VAT, bank details",
    "returns": "goods that arrived and are wrong, damaged, faulty or not wanted: exchange, repair, collection",
    "quotes": "before buying: prices, stock, samples, catalogues, advice on which product, tenders",
    "hr_other": "all that is not a customer's purchase: jobs, staff, suppliers, advertising, press",
}

# %% [markdown]
# ## Second opinion: the words people write, and examples
#
# Two examples a queue, one English and one French, written by us: no customer's mail is in this notebook.

# %%
WORDS = {
    "orders": "new order, purchase order, change or cancel, web shop account; commande, bon de commande, annuler",
    "delivery": "parcel, where is it, tracking, driver, pallet; livraison, colis, livreur, retard, transporteur",
    "invoices": "invoice, payment, refund, VAT, credit note, reminder; facture, paiement, avoir, relance, virement",
    "returns": "broken, wrong size, faulty, exchange, guarantee; retour, abîmé, cassé, défectueux, échange",
    "quotes": "price, quote, stock, sample, advice, tender; devis, prix, tarif, échantillon, appel d'offres",
    "hr_other": "job application, supplier's offer, advertising, press; candidature, stage, emploi, publicité",
}

# %%
EXAMPLES = """
Mail: Please send us the same as last month, 10 boxes of screws and 4 glues.
Label: orders
Mail: Pouvez-vous annuler la commande passée hier ? Je me suis trompé de quantité.
Label: orders
Mail: The parcel was due on Thursday and the tracking has not moved since.
Label: delivery
Mail: Le livreur est passé sans sonner, il manque deux colis sur trois.
Label: delivery
"""

# %%
EXAMPLES += """Mail: You have charged us twice for the same invoice, please send a credit note.
Label: invoices
Mail: Merci de nous faire parvenir une facture avec la TVA, le virement est parti lundi.
Label: invoices
Mail: The chair arrived with a broken arm, can you collect it and send another?
Label: returns
Mail: La taille reçue n'est pas la bonne, comment faire pour l'échange ?
Label: returns
"""

# %%
EXAMPLES += """Mail: What would you charge for forty desk lamps, and do you have them in stock?
Label: quotes
Mail: Pouvez-vous nous envoyer un devis et un échantillon avant vendredi ?
Label: quotes
Mail: I would like to apply for the warehouse job you advertise.
Label: hr_other
Mail: Notre agence vous propose ses services de nettoyage de bureaux.
Label: hr_other
"""

# %%
URGENCY = {
    "urgent": "work has stopped; needed today or within two working days; somebody was hurt; account about to be blocked",
    "normal": "no date that is close; a complaint, a question or a reminder, however angry",
}

# %% [markdown]
# ## The prompt

# %%
def make_prompt(labels, mail, examples=""):
    lines = [f"- {name}: {meaning}" for name, meaning in labels.items()]
    shown = ["Examples:", examples] if examples else []
    return "\n".join([
        "You sort the shared inbox of a wholesaler. Choose one label for the mail.",
        "Labels:", *lines, *shown,
        "Answer with the label only.",
        "Mail:", '"""', mail, '"""'])

# %% [markdown]
# ## Reading a mail

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
def ask(labels, mail, examples=""):
    messages = [{"role": "user", "content": make_prompt(labels, mail, examples)}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip().strip(".").lower()
    tokens = reply.usage.total_tokens if reply.usage else 0
    return (answer if answer in labels else "unsure"), tokens

# %% [markdown]
# Two opinions on the queue, one on the urgency.

# %%
def opinions(path):
    mail = read_mail(path)
    first, one = ask(RULE, mail)
    second, two = ask(WORDS, mail, EXAMPLES)
    urgency, three = ask(URGENCY, mail)
    return first, second, urgency, one + two + three

# %%
def sort_mail(path):
    row = {"id": path.stem, "queue": "unsure", "urgency": "urgent", "status": "unsure", "reason": "", "tokens": 0}
    start = time.perf_counter()
    try:
        first, second, row["urgency"], row["tokens"] = opinions(path)
        if first == second != "unsure":
            row["queue"], row["status"] = first, "ok"
        else:
            row["reason"] = f"{first} or {second}?"
    except Exception as error:
        row["status"], row["reason"] = "error", f"{type(error).__name__}: {error}"[:200]
    return row | {"seconds": round(time.perf_counter() - start, 3)}

# %% [markdown]
# ## All mails
#
# The work is saved after each mail; a run that was interrupted goes on where it stopped.

# %%
settings = json.dumps([RULE, WORDS, EXAMPLES, URGENCY, make_prompt(RULE, ""), model])
version = hashlib.sha256(settings.encode()).hexdigest()[:8]
saved = output / f"done-{version}.json"
done = json.loads(saved.read_text()) if saved.exists() else {}
for path in mails:
    if done.get(path.stem, {}).get("status", "error") == "error":
        done[path.stem] = sort_mail(path)
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

# %% [markdown]
# ## What waits for a person
#
# The reason names the two queues, so that the colleague has only to choose.

# %%
review[["id", "urgency", "status", "reason"]].head(15)

# %% [markdown]
# ## To show live
#
# One mail that nobody has tried. In front of leadership, change it and run the cell again.

# %% tags=["demo"]
new_mail = """Your driver left our parcel with the bakery next door,
and today they are closed. When can we have it?"""
print("first opinion: ", ask(RULE, new_mail)[0])
print("second opinion:", ask(WORDS, new_mail, EXAMPLES)[0])
print("urgency:       ", ask(URGENCY, new_mail)[0])

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
