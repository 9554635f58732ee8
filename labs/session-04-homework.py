# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Homework 4: a batch of your own hand
#
# In session 4 your team took home a sturdy batch. Now each of you writes a small one alone, and your team decides who looks at what it leaves
# over. Allow **90 minutes**.
#
# | part | minutes | points |
# | --- | --- | --- |
# | 1. Twelve files, twelve rows | 20 | 3 |
# | 2. The diary, and a run that can be resumed | 25 | 5 |
# | 3. The bill | 10 | 2 |
# | 4. Two short texts | 35 | 10, from your facilitator |
#
# After each part a cell with `check` tells you whether something is missing. Your marks come later, with a word from your facilitator. Nothing here asks the
# model: `solve` below is a few lines of Python.
#
# **How to work:** go from top to bottom, Shift + Enter in each cell. Save with Ctrl + S (on a Mac: Cmd + S).
# **Stuck?** In a line such as `# hint(...)`, delete the `#` and the blank after it, and run the cell. Each run gives a little more.
#
# The folder `files` came with this notebook: twelve files, some of them empty, scanned, broken or in another language. `batch.py` is the one from the lab; we take only `read_case` from it.

# %%
import json
from pathlib import Path
from batch import read_case
from bootcamp.kit import check, hint, submit
files = sorted(Path("files").glob("file-*"))
print(len(files), "files")

# %% [markdown]
# The next two functions are given, and locked. `solve` makes believe that it is a model: it knows English only, and keeps a list of all that it was asked.
# `done` gives the ids in a diary, as in the lab.

# %% nbgrader={"grade": false, "grade_id": "hw4-tools", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
asked = []
def solve(text):
    asked.append(text)
    if "the" not in text.lower().split():
        return {"label": "unsure", "reason": "it does not look like English"}
    return {"label": "money" if "invoice" in text.lower() else "goods", "reason": ""}

def done(diary):
    lines = diary.read_text(encoding="utf-8").splitlines() if diary.exists() else []
    return [json.loads(line)["id"] for line in lines]

# %% [markdown]
# ## 1. Twelve files, twelve rows (3 points)
#
# Write `row_for(path)`. It hands back a dict with four keys, **whatever the file is**:
#
# | key | what is in it |
# | --- | --- |
# | `id` | the stem of the file's name (it is there already) |
# | `label` | what `solve` says; `""` if there was nothing to read |
# | `status` | `ok`; `unsure` if the label is unsure; `error` if `read_case` raised a `ValueError` |
# | `reason` | `""` if all is well; else why a person must look |
#
# In the lab it was two functions. Here you may write one, or two.

# %% nbgrader={"grade": false, "grade_id": "hw4-row-function", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def row_for(path):
    row = {"id": path.stem}
    ### BEGIN SOLUTION
    row.update({"label": "", "status": "ok", "reason": ""})
    try:
        row.update(solve(read_case(path)))
    except ValueError as problem:
        row.update({"status": "error", "reason": str(problem)})
    if row["label"] == "unsure":
        row["status"] = "unsure"
    ### END SOLUTION
    return row

# hint("hw4-row")
for path in files:
    print(path.name, row_for(path))

# %% nbgrader={"grade": true, "grade_id": "hw4-row", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw4-row")

# %% [markdown]
# ## 2. The diary, and a run that can be resumed (5 points)
#
# Write the lines of the loop in `run_all(paths, diary)`:
#
# 1. If the file's `name` is in `done(diary)` already, take the next one. (2 points: nothing is asked twice.)
# 2. Else make its row, and write the row to the **end** of the diary at once, as one line. (3 points: a row for each file.)
#
# `diary` is a path, as in the lab. The lines below try it: five files, then all of them, then all of them again.

# %% nbgrader={"grade": false, "grade_id": "hw4-run-function", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def run_all(paths, diary):
    for path in paths:
        name = path.stem
        ### BEGIN SOLUTION
        if name in done(diary):
            continue
        with diary.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row_for(path)) + "\n")
        ### END SOLUTION

# hint("hw4-run")
# hint("hw4-resume")
my_diary = Path("my-diary.jsonl")
my_diary.unlink(missing_ok=True)
for part in [files[0:5], files, files]:
    run_all(part, my_diary)
    print("The diary has", len(done(my_diary)), "rows.")

# %% [markdown]
# The next cell is locked too: your marks are taken through it. `try_run(5)` runs five files, then all, with a diary of its own.

# %% nbgrader={"grade": false, "grade_id": "hw4-marking", "locked": true, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
def try_row(name):
    try:
        return row_for(Path("files") / name)
    except Exception as problem:
        return f"row_for stopped: {problem}"

def try_run(first):
    diary = Path("marking.jsonl")
    diary.unlink(missing_ok=True)
    asked.clear()
    try:
        run_all(files[:first], diary)
        run_all(files, diary)
    except Exception as problem:
        print("run_all stopped:", problem)
    return {"diary": diary.read_text(encoding="utf-8") if diary.exists() else "", "asked": len(asked)}

# %% nbgrader={"grade": true, "grade_id": "hw4-run", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw4-run")

# %% nbgrader={"grade": true, "grade_id": "hw4-resume", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw4-resume")

# %% [markdown]
# ## 3. The bill (2 points)
#
# Your boss asks what a month costs. Make a function of the formula from the lab: `bill` gets the **tokens** of a trial run, how many **files** that run had, how many **files a month** come in,
# and the price of a million tokens. It hands back the euros of a month.

# %% nbgrader={"grade": false, "grade_id": "hw4-bill-function", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def bill(tokens, files, files_a_month, euros_a_million):
    euros = 0
    ### BEGIN SOLUTION
    euros = tokens / files * files_a_month / 1_000_000 * euros_a_million
    ### END SOLUTION
    return euros

print("A month:", round(bill(15_600, 52, 1900, 0.60), 2), "euros")
# hint("hw4-bill")

# %% nbgrader={"grade": true, "grade_id": "hw4-bill", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw4-bill")

# %% [markdown]
# ## 4. Two short texts (10 points, read by your facilitator)
#
# Double-click a text below, write under its question, and press Shift + Enter. Talk them over in your team; each hands in their own words.
#
# **The review procedure.** Write it for the colleague who will open `review_queue.csv` while you are on holiday. **Who** opens it, **when**, and who stands in? What does this person do
# with an **unsure** row, and what with an **error**? How long may a case wait, and how many may wait before somebody is told? Who looks at a few of the **ok** rows now and then, how many,
# and what happens when one is wrong?

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw4-procedure", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# The clerk on duty opens review_queue.csv every working day at ten; on her days off the second clerk does, as the rota
# says. Unsure: she reads the invoice and the order side by side, decides pay or ask, and writes her decision into the column
# next to the reason. Error: she opens the original. A scan she reads herself; a damaged file goes back to the
# supplier with our standard mail; an empty one too.
# 
# Nothing waits longer than the next working day. More than twenty rows at ten o'clock, or more than three errors of the
# same kind, and she tells the team lead, who asks us what has changed. Every Friday the team lead draws ten ok rows at random and
# checks them. One wrong: we write it down with the text. Two wrong in a month: the batch stops paying by
# itself, all rows go to review, and the team meets the same week.
# ### END SOLUTION

# %% [markdown]
# **Three rows of your own queue.** Copy three rows from your team's `review_queue.csv` (take out names). For each: what did a person find? Was the batch right to ask? What would you change, in the prompt, in the files, or in
# the rule, so that this kind does not come again? Or should it come again?

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw4-three-rows", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# case-11, unsure, “the model said: it depends”: freight of 35 euros that was not on the order. The clerk asked the supplier. The batch was
# right to ask; it should come again, because we differ on freight ourselves.
# 
# case-19, error, “The PDF is a scan”: an ordinary invoice, printed and scanned. Right to ask, but it need not come again: this
# supplier can send the PDF itself, and we have written to them.
# 
# case-23, unsure, “the model said: unsure”: a French invoice where everything matched. The batch asked for nothing. Our prompt has no French
# example; we add one and measure again.
# ### END SOLUTION

# %% [markdown]
# ## Hand it in
#
# 1. Choose **Kernel**, then **Restart Kernel and Run All Cells**. Every check should say *Good*.
# 2. **Save** with Ctrl + S, on a Mac Cmd + S. What is not saved is not handed in.
# 3. Press **Hand in** on your bootcamp home page. Or delete the `#` and the blank after it in the cell below, and run it.
#
# You may hand in as often as you like until the deadline: the newest version counts.

# %%
# submit("homework-4")
