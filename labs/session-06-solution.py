# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Your solution, ready for the final run
#
# In the final hour this notebook runs by itself, on mails that neither you nor it has ever seen.
# Nobody types and nobody helps. It takes a **folder of mails** and leaves **four files**:
#
# | file | what is in it | who uses it |
# | --- | --- | --- |
# | `predictions.csv` | one row a mail: `id`, `queue`, `urgency`, `status` | the exam, and later the process |
# | `review_queue.csv` | the mails that a person must look at, each with the reason | your reviewer |
# | `cost_log.csv` | what each mail cost in tokens and seconds | you, and IT |
# | `result.json` | the totals on one line | the ROI notebook, the presentation |
#
# **How to work.** Keep this file and its neighbours in your team's folder, under `team/final`. Run
# the cells from top to bottom with Shift + Enter. Where you read *Your turn*, put in what your team
# built in the earlier sessions. The rest works as it is: read it, and change it only if you need to.

# %% [markdown]
# ## 1. What may change from run to run
#
# The next cell is special: it carries the tag `parameters`. In the final run other values are put in
# its place: another folder, another model. So nothing below may name a folder of its own.

# %% tags=["parameters"]
input_folder = "~/session-06/data/email-routing"
output_folder = "output"
model = "bootcamp-small"

# %% [markdown]
# ## 2. Tools and folders
#
# `email` reads mails, `pandas` makes tables, `Path` finds files, `OpenAI` asks the model. The address
# and the key of the model are set for you: never write a key into a notebook.

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
# ## 3. Your turn: the queues and what belongs in them
#
# One line a queue: its name exactly as your company writes it, a colon, what belongs in it. The model
# knows nothing of your company but these lines. A good description names the words that customers use.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "final-queues", "locked": false, "schema_version": 3, "solution": true, "task": false}
# Like this:    "name": "what belongs in it, in the words that customers use",
QUEUES = {
    ### BEGIN SOLUTION
    "orders": "placing, confirming, changing or cancelling an order; the account or web shop needed to order",
    "delivery": "when, where and how goods arrive: late, missing or short parcels, tracking, address, driver",
    "invoices": "money for what was bought: invoices, payments, refunds, reminders, statements, VAT, bank details",
    "returns": "goods that arrived wrong, damaged, faulty or not wanted: exchange, repair, guarantee, collection",
    "quotes": "before buying: prices, stock, samples, catalogues, advice on which product, tenders",
    "hr_other": "not a customer's purchase: jobs, staff, suppliers, advertising, press, automatic replies",
    ### END SOLUTION
}

# %% [markdown]
# ## 4. Your turn: when is a mail urgent?
#
# Two lines, and the rule your team agreed on. Remember that capitals and the word "urgent" prove
# nothing, and that a polite mail may be the one that cannot wait.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "final-urgency", "locked": false, "schema_version": 3, "solution": true, "task": false}
# Like this:    "urgent": "when a mail cannot wait",
URGENCY = {
    ### BEGIN SOLUTION
    "urgent": "work has stopped; needed today or within two days; somebody was hurt; an account is blocked",
    "normal": "everything else, also when the writer is angry or uses capitals",
    ### END SOLUTION
}

# %% [markdown]
# ## 5. Your turn: the prompt
#
# A *function* is a recipe with a name. This one takes the labels and one mail, and gives back the text
# that goes to the model. Put your best version from session 2 here. Three things matter: the labels
# with their descriptions, permission to say `unsure`, and marks around the mail, so that the model
# cannot take a sentence of the mail for an instruction of yours.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "final-prompt", "locked": false, "schema_version": 3, "solution": true, "task": false}
# "return" says what the recipe gives back: the whole text of the prompt.
def make_prompt(labels, mail):
    lines = [f"- {name}: {meaning}" for name, meaning in labels.items()]
    ### BEGIN SOLUTION
    return "\n".join([
        "You sort the shared inbox of a wholesaler. Choose one label for the mail.",
        "Labels:", *lines,
        "Answer with the label only. If you are not sure, answer: unsure.",
        "Mail:", '"""', mail, '"""'])
    ### END SOLUTION

# %% [markdown]
# Look at it with the model's eyes: is everything there that a new colleague would need?

# %%
print(make_prompt(QUEUES, "Good morning, where is my parcel?"))

# %% [markdown]
# ## 6. Read a mail
#
# A mail file has a subject and a body, in plain text or with formatting. A file may be empty or damaged;
# then this recipe says so with an *error*, and step 8 sends the mail to a person. We leave out lines that
# begin with `>`: they are somebody else's words, quoted.

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
# ## 7. Ask the model, and keep count
#
# The answer is used only if it is one of the labels, letter for letter. Anything else counts as
# `unsure`. Better a mail that a person reads than a mail in the wrong place.

# %%
def ask(labels, mail):
    messages = [{"role": "user", "content": make_prompt(labels, mail)}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip().strip(".").lower()
    tokens = reply.usage.total_tokens if reply.usage else 0
    return (answer if answer in labels else "unsure"), tokens

# %% [markdown]
# ## 8. One mail, one row
#
# `try … except` means: try this, and if anything goes wrong, do that instead. So one broken file never
# stops the other 119.

# %%
def sort_mail(path):
    row = {"id": path.stem, "queue": "unsure", "urgency": "normal", "status": "ok", "reason": "", "tokens": 0}
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
# When the queue is not certain, a person decides. When only the urgency is not certain, we call the mail
# urgent: a mail too early costs a minute, a mail too late may cost a customer.

# %%
def decide(row):
    if row["status"] == "ok" and row["queue"] == "unsure":
        row["status"], row["reason"] = "unsure", "no queue fits clearly"
    if row["urgency"] == "unsure":
        row["urgency"] = "urgent"
    return row

# %% [markdown]
# ## 9. All mails
#
# After each mail the work so far is saved. If the run is interrupted, start it again: what is done is not
# asked twice. The name of the saved file depends on your prompt, so a new prompt starts afresh.

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
# ## 10. The four files

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
# ## 11. What it did
#
# How many mails went to each queue, and what is waiting for a person.

# %%
table["queue"].value_counts().rename_axis("queue").to_frame("mails")

# %%
review[["id", "urgency", "status", "reason"]]

# %% [markdown]
# ## 12. How good is it? Only where the right answers are known
#
# Beside your 40 practice mails lies `labels.csv` with the right answers. In the final run it is not
# there: then we do the counting, and this step is skipped. What it writes, `quality.json`, is what
# your ROI notebook reads until the final run gives it a better one.

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
