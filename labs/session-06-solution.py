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
# In the final hour this notebook runs by itself, on cases that neither you nor it has ever seen.
# Nobody types and nobody helps. It takes a **folder of cases** and leaves **four files**:
#
# | file | what is in it | who uses it |
# | --- | --- | --- |
# | `predictions.csv` | a row for each case: `id`, the answer, `status` (`ok`, `unsure` or `error`) | the exam, and later the process |
# | `review_queue.csv` | the cases that a person must look at, each with the reason | your reviewer |
# | `cost_log.csv` | what each case cost in tokens and seconds | you, and IT |
# | `result.json` | the totals | the ROI notebook, the presentation |
#
# **How to work.** Keep this file in your team's folder, under `team/final`, with `solution.py` (session 3) and
# `batch.py` (session 4) beside it. Then almost nothing is left to do: steps 4 to 9 are **spare parts** for a team that
# lacks one of the two. Run all cells. The last one checks the whole, and names what is missing.
#
# Did your team bring a `solution.ipynb` of its own from session 5? Keep that one. `check("final")` works there too.

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

from bootcamp.kit import check, hint

# %%
input_folder = str(Path(input_folder).expanduser())
output = Path(output_folder).expanduser()
output.mkdir(parents=True, exist_ok=True)
client = OpenAI()

# %% [markdown]
# ## 3. What your team has made
#
# `from solution import solve` takes your function out of the file `solution.py` beside this notebook. If there is no such
# file, `solve` stays empty (`None`), and the spare part takes its place. The same for `run` from `batch.py`.

# %%
try:
    from solution import solve
    print("solve comes from your solution.py")
except ModuleNotFoundError:
    solve = None
    print("No solution.py here: fill in steps 4 to 6, and step 7 does its work")

# %%
try:
    from batch import run
    print("run comes from your batch.py")
except ModuleNotFoundError:
    run = None
    print("No batch.py here: steps 8 and 9 do its work, for mails (.eml)")

# %% [markdown]
# ## 4. Your turn: the queues and what belongs in them
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
# ## 5. Your turn: when is a mail urgent?
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
# ## 6. Your turn: the prompt
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
# ## 7. Spare part: ask the model, and be safe
#
# The answer is used only if it is one of the labels, letter for letter. Anything else counts as `unsure`: better a mail
# that a person reads than a mail in the wrong place. When only the urgency is not certain, we call the mail urgent: a
# mail too early costs a minute, a mail too late may cost a customer.

# %%
tokens = []

def ask(labels, mail, model):
    messages = [{"role": "user", "content": make_prompt(labels, mail)}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip().strip(".").lower()
    tokens.append(reply.usage.total_tokens if reply.usage else 0)
    return answer if answer in labels else "unsure"

# %%
def spare_solve(text, model):
    queue, urgency = ask(QUEUES, text, model), ask(URGENCY, text, model)
    reason = "no queue fits clearly" if queue == "unsure" else ""
    return {"label": queue, "queue": queue, "urgency": "normal" if urgency == "normal" else "urgent", "reason": reason}

# %% [markdown]
# ## 8. Spare part: read a mail, make a row
#
# A mail file has a subject and a body. It may be empty or damaged; then the row says so, and a person gets it. We leave out lines that
# begin with `>`: they are somebody else's words, quoted. `try … except` means: try this, and if anything goes wrong, do
# that instead. So one broken file never stops the other 119.

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

# %%
def make_row(path, solve, model):
    row, start, before = {"id": path.stem, "status": "ok", "reason": ""}, time.perf_counter(), len(tokens)
    try:
        row.update(solve(read_mail(path), model))
        if row["label"] == "unsure":
            row["status"] = "unsure"
    except Exception as error:
        row.update(label="unsure", queue="unsure", urgency="urgent", status="error")
        row["reason"] = f"{type(error).__name__}: {error}"[:200]
    row.update(tokens=sum(tokens[before:]), seconds=round(time.perf_counter() - start, 3))
    return row

# %% [markdown]
# ## 9. Spare part: all mails
#
# After each mail the work so far is saved. If the run is interrupted, start it again: what is done is not
# asked twice. The name of the saved file depends on your prompt, so a new prompt starts afresh.

# %%
def spare_run(input_folder, output_folder, solve, model):
    settings = json.dumps([QUEUES, URGENCY, make_prompt(QUEUES, ""), model])
    saved = output / f"done-{hashlib.sha256(settings.encode()).hexdigest()[:8]}.json"
    done = json.loads(saved.read_text()) if saved.exists() else {}
    mails = sorted(Path(input_folder).rglob("*.eml"))
    for path in mails:
        if done.get(path.stem, {}).get("status", "error") == "error":
            done[path.stem] = make_row(path, solve, model)
            saved.write_text(json.dumps(done))
    write_tables(pd.DataFrame([done[path.stem] for path in mails]), model)

# %%
def write_tables(table, model):
    review = table[table["status"] != "ok"]
    table.drop(columns=["reason", "tokens", "seconds"]).to_csv(output / "predictions.csv", index=False)
    review[["id", "status", "reason"]].to_csv(output / "review_queue.csv", index=False)
    table[["id", "tokens", "seconds"]].assign(model=model).to_csv(output / "cost_log.csv", index=False)
    handled, spent = len(table) - len(review), int(table["tokens"].sum())
    result = {"items": len(table), "handled": handled, "to_review": len(review), "tokens": spent}
    result.update(seconds=round(float(table["seconds"].sum()), 1), model=model)
    (output / "result.json").write_text(json.dumps(result, indent=2))

# %% [markdown]
# ## 10. The run
#
# Your own parts where there are some, the spare ones where not: `or` takes the first that is not empty.

# %%
(run or spare_run)(input_folder, output_folder, solve or spare_solve, model)
print((output / "result.json").read_text())

# %% [markdown]
# ## 11. The names that the exam knows
#
# The exam wants the columns of your use case's `labels.csv`; your `solve` calls its answer `label`. Say here which name
# stands for which: for e-mail routing the label is the `queue`. A column that is there already is left as it is.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "final-names", "locked": false, "schema_version": 3, "solution": true, "task": false}
exam_names = {"label": "queue"}
### BEGIN SOLUTION
exam_names = {"label": "queue"}
### END SOLUTION
table = pd.read_csv(output / "predictions.csv", dtype=str, keep_default_na=False)
for ours, theirs in exam_names.items():
    if ours in table and theirs not in table:
        table[theirs] = table[ours]
table.to_csv(output / "predictions.csv", index=False)

# %% [markdown]
# ## 12. What it did
#
# How many cases got each answer, and the first that are waiting for a person.

# %%
table["label"].value_counts().rename_axis("answer").to_frame("cases")

# %%
pd.read_csv(output / "review_queue.csv").head(10)

# %% [markdown]
# ## 13. How good is it? Only where the right answers are known
#
# Beside your practice cases lies `labels.csv` with the right answers. In the final run it is not there: then we do the
# counting. We count strictly: a case is wrong when any of its columns is. What this step writes, `quality.json`, is what your ROI
# notebook reads until the final run gives it a better one.

# %%
answers = next(iter(Path(input_folder).rglob("labels.csv")), None)
if answers is None:
    print("No right answers here, so nothing to compare with.")
else:
    right = pd.read_csv(answers, dtype=str, keep_default_na=False)
    both = table.merge(right, on="id", suffixes=("", "_right"))
    sure = both[both["status"] == "ok"]
    columns = [name for name in right.columns if f"{name}_right" in both]
    wrong = sum((sure[name] != sure[f"{name}_right"]).astype(int) for name in columns) > 0
    quality = {"items": len(both), "handled": len(sure), "errors": int(wrong.sum()), "measured_on": "practice cases"}
    (output / "quality.json").write_text(json.dumps(quality, indent=2))
    print(quality)

# %% [markdown]
# ## 14. Is it ready?
#
# Save first (Ctrl + S, on a Mac Cmd + S): the check reads the saved notebook, and the four files.

# %%
check("final")
# hint("final")
