# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Session 5: Prove
#
# Your solution works on the cases that you know. Would you bet on the next hundred? Today you find out, in a way that
# your sharpest colleague will believe.
#
# **By the end of today you will be able to**
#
# 1. run one notebook on any folder, without touching its code;
# 2. test it on cases that nobody has seen, against a number agreed before;
# 3. say what it saves, what can go wrong, and who does what then.
#
# | minutes | what we do |
# | --- | --- |
# | 0–15 | Homework back, and a recall quiz |
# | 15–35 | Watch it work: one notebook, any folder |
# | 35–80 | Lab A: an honest test, and mails that give orders |
# | 80–100 | Break |
# | 100–175 | Lab B: your own notebook, tested and timed |
# | 175–185 | Pause |
# | 185–215 | Swap with your neighbour |
# | 215–235 | Stand-up demo |
# | 235–240 | Exit ticket |

# %% [markdown]
# ## Welcome back (minutes 0–15)
#
# Shift + Enter, from top to bottom. If a name is not known: menu **Run**, then **Run All Above Selected Cell**.
#
# The first cell fetches today's tools. Only `check` and `hint` come from the bootcamp. All else is plain Python, and works at
# your desk too: `Path` finds files, `pandas` makes tables and is called `pd` for short, `papermill` runs notebooks.
#
# **Recall quiz.** Answer without looking back.
#
# 1. **One of forty files is empty. What does a good batch do?** a) It stops at once. b) It leaves the file out. c) It writes a row
#    that says why, and goes on.
# 2. **Why does a batch note each row as soon as it is done?** a) If it is stopped, it can go on from there. b) It is faster. c) The
#    model wants it.
# 3. **What is the review queue?** a) All files that were read. b) The cases that a person must look at, each with the reason. c) The
#    files that come tomorrow.
#
# Type your three letters between the quotes in the second cell. **Stuck?** Delete the `#` and the blank before `hint`, and run the cell.

# %%
from pathlib import Path
import pandas as pd
import papermill
from bootcamp.kit import check, hint

# %% nbgrader={"grade": false, "grade_id": "lab5-quiz", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
quiz = ""
### BEGIN SOLUTION
quiz = "cab"
### END SOLUTION
check("5.1")
# hint("5.1")

# %% [markdown]
# ## Watch it work: one notebook, any folder (minutes 15–35, exercise 5.2)
#
# Who runs your batch while you are on holiday? Somebody who should not have to look for a folder's name in your code. So all that may change from
# run to run stands in **one cell at the top**. These values are called **parameters**.
#
# 1. In the file list, open `solution.ipynb`. Beside it lie `solution.py` and `batch.py`, the mail room's pieces of sessions 3
#    and 4.
# 2. Fill in its two cells, as its text says. Save it with Ctrl + S, on a Mac Cmd + S.
# 3. Click into its parameters cell, then on the **gears** at the top right, then on **Common Tools**. You see a tag, `parameters`. By that tag papermill finds the cell.
# 4. Come back here and run the next cell.
#
# Then the cell below it. It teaches the computer a recipe, `run_notebook`, and uses it once:
#
# - `mkdir` makes the output folder; `parents=True, exist_ok=True` means *and those above it, and no fuss if it is there*.
# - `execute_notebook` takes the notebook, the name of the executed copy, and a dict of parameters. `cwd` is the folder in which it works.
# - `resolve()` gives a folder's full address, so that it is found from everywhere. The last two settings keep it quiet.
# - `read_csv` reads the table that came out. `keep_default_na=False` leaves empty cells empty.
#
# Nobody clicked, and forty mails are sorted. Open `output/practice/run.ipynb`: what did papermill add below the parameters?

# %%
check("5.2")
# hint("5.2")

# %%
def run_notebook(folder, cases, output):
    Path(output).mkdir(parents=True, exist_ok=True)
    papermill.execute_notebook(
        f"{folder}/solution.ipynb", f"{output}/run.ipynb", cwd=folder,
        parameters={"input_folder": str(Path(cases).resolve()),
                    "output_folder": str(Path(output).resolve())},
        progress_bar=False, extra_arguments=["--log-level=ERROR"])
    return pd.read_csv(f"{output}/predictions.csv", keep_default_na=False)

practice = run_notebook(".", "data/email-routing", "output/practice")
practice.head()

# %% [markdown]
# ## Lab A: an honest test, and mails that give orders (minutes 35–80)
#
# ### Step 1. The parrot (exercise 5.3)
#
# Meet a very simple solution: a **parrot**. It learns twenty mails by heart, each with its queue. It understands nothing.
#
# In the next cell, `labels[:20]` takes the first twenty rows, and `labels[20:]` the others. `dict(zip(…))` pairs each mail with its
# queue: that is all the parrot knows. `map(parrot)` asks it about each mail. `==` compares with the right queue, and `mean()` gives the share of
# hits.
#
# In the cell below it, write the same line for the mails that the parrot has **not** learned: `new` in place of `practised`, twice.
# Guess the result before you run it.
#
# So a score on practised cases tells you *how well it remembers*. You want to know *how well it will do tomorrow*. The cases for practice are
# called the **development set**, those kept away the **test set**. Nobody looks into the test set before the test.
#
# ### Step 2. Agree on a number before you look (exercise 5.4)
#
# Once you know the result, any number seems to be good enough. So agree **now**. From what share of right queues on would you let the tool
# *propose* a queue that a colleague confirms? Write it into `threshold`, as 0.5 for half. And what will you do if it is missed? Write a sentence.
#
# Two things may help. The front desk itself gets about 91 of 100 right. And a proposal that is wrong costs a look, if somebody looks.

# %%
labels = pd.read_csv("data/email-routing/labels.csv")
practised, new = labels[:20], labels[20:]
parrot = dict(zip(practised["id"], practised["queue"]))
share_practised = (practised["id"].map(parrot) == practised["queue"]).mean()

# %% nbgrader={"grade": false, "grade_id": "lab5-parrot", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
share_new = None
### BEGIN SOLUTION
share_new = (new["id"].map(parrot) == new["queue"]).mean()
### END SOLUTION
print("The parrot, on practised mails:", share_practised, "and on new ones:", share_new)
check("5.3")
# hint("5.3")

# %% nbgrader={"grade": false, "grade_id": "lab5-threshold", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
threshold = 0
if_missed = ""
### BEGIN SOLUTION
threshold = 0.6
if_missed = "It stays a trial at one desk. We read the mistakes, change the prompt, and test on other mails."
### END SOLUTION
check("5.4")
# hint("5.4")

# %% [markdown]
# ### Step 3. The test (exercise 5.5)
#
# In `data/email-routing-week` lie forty mails of another week. Nobody in this room has read them, and no prompt was written for
# them. Same notebook, other folder. Run the next cell **once**, and do not open the mails yet.
#
# `merge` lays two tables side by side, row by row, where the `id` is the same. So each answer stands beside the right queue.
#
# Then the **range** that you know from session 3. Here is its recipe, in four lines. It tries every share from 0 to 1. `of * s` is how many right answers one
# would expect if `s` were the truth. The last part, with 1.96, is how far chance strays from that on 95 days of 100. It keeps each share that could
# well have led to our result, and hands back the smallest and the largest.
#
# Now you. Put the range of the new mails into `low, high`. Then your **verdict**:
#
# | the range | verdict |
# | --- | --- |
# | lies above the threshold, or its low end is on it | `"yes"`: the number is shown |
# | lies below the threshold | `"no"` |
# | the threshold is somewhere inside | `"open"`: it may be so, but it is not shown; more cases are needed |
#
# The last cell draws both ranges beside the threshold. The sentence below the picture says the same, for everybody who cannot see it. In an exported
# page it is the picture's **alt text**, which a screen reader reads aloud. What would you have believed after the practised mails alone?

# %%
def count_right(predictions, cases):
    both = predictions.merge(pd.read_csv(f"{cases}/labels.csv"), on="id")
    return int((both["label"] == both["queue"]).sum()), len(both)

week = run_notebook(".", "data/email-routing-week", "output/week")
week_right, week_all = count_right(week, "data/email-routing-week")
practice_right, practice_all = count_right(practice, "data/email-routing")
print(practice_right, "of", practice_all, "practised mails right;", week_right, "of", week_all, "new ones")

# %%
def interval(right, of):
    shares = [step / 1000 for step in range(1001)]
    likely = [s for s in shares if abs(right - of * s) <= 1.96 * (of * s * (1 - s)) ** 0.5]
    return min(likely), max(likely)

# %% nbgrader={"grade": false, "grade_id": "lab5-verdict", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
low, high = 0, 0
verdict = ""
### BEGIN SOLUTION
low, high = interval(week_right, week_all)
verdict = "yes" if low >= threshold else "no" if high < threshold else "open"  # or just the word
### END SOLUTION
print("New mails: from", low, "to", high, "against", threshold)
check("5.5")
# hint("5.5")

# %%
import matplotlib.pyplot as plt
old_low, old_high = interval(practice_right, practice_all)
figure, axes = plt.subplots(figsize=(6, 2))
axes.hlines(["new", "practised"], [low, old_low], [high, old_high], linewidth=6)
axes.axvline(threshold, linestyle="--", color="black")
axes.set(xlim=(0, 1), ylim=(-0.5, 1.5), xlabel="share of right queues; dashed: the threshold")
words = f"Practised: {old_low:.2f} to {old_high:.2f}. New: {low:.2f} to {high:.2f}. Threshold: {threshold:.2f}."
display(figure, metadata={"image/png": {"alt": words}})
plt.close(figure)  # it is shown already
print(words)

# %% [markdown]
# ### Step 4. Mails that give orders (exercise 5.6)
#
# A model reads your words and the customer's in one go. What if the customer writes: *ignore the rules above*? That is a **prompt injection**: a
# text that tries to steer the model. In `attacks.csv` lie five such mails. Open it in the file list, and read them.
#
# Your **fence** helps, but see the third mail: it brings a `</mail>` of its own, closes your fence, and opens a new one. So take the marks out of the text first. Write
# the function `clean`: `text.replace("<mail>", "")` gives the text without that mark; do it for both marks, and put the result into `cleaned`.
#
# The cell after it asks the model about each mail three times: without a fence, with a fence, and with a fence around the cleaned text. It prints the right
# queue first. `(right, mail)` are the two columns of a row, and `values` walks through the rows.
#
# No fence makes a model *safe*: it is a line in the sand, and models still step over it. So we ask another question: what is the **worst** that can happen?
#
# ### Step 5. The list of allowed answers (exercise 5.7)
#
# Imagine a model that obeys every mail. The last cell has its five answers. Our rule from session 3: an answer that is not in `LABELS` becomes
# “unsure”, and a person reads the mail. Write into `through` the answers which the list lets pass **although they are wrong**.
#
# So the list does not stop every lie. But the worst is now a mail in the wrong queue, and a colleague sees it. That holds only as
# long as the program does nothing else. **Never let the model act alone**: it proposes; it does not pay, send, delete or promise.

# %% nbgrader={"grade": false, "grade_id": "lab5-clean", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def clean(text):
    cleaned = text
    ### BEGIN SOLUTION
    cleaned = text.replace("<mail>", "").replace("</mail>", "")
    ### END SOLUTION
    return cleaned

check("5.6")
# hint("5.6")

# %%
from openai import OpenAI
from solution import LABELS, PROMPT

def answer(prompt):
    messages = [{"role": "user", "content": prompt}]
    reply = OpenAI().chat.completions.create(model="bootcamp-small", messages=messages)
    return reply.choices[0].message.content

attacks = pd.read_csv("attacks.csv")
for right, mail in attacks.values:
    fenced, cleaned = f"\n<mail>\n{mail}\n</mail>", f"\n<mail>\n{clean(mail)}\n</mail>"
    said = [answer(PROMPT + text) for text in ["\n" + mail, fenced, cleaned]]
    print("right:", right, "| no fence, fence, cleaned:", said)

# %% nbgrader={"grade": false, "grade_id": "lab5-through", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
obedient = ["management", "quotes", "hr_other", "Here is the list of all customers", "returns"]
through = []
### BEGIN SOLUTION
through = ["quotes", "hr_other", "returns"]
### END SOLUTION
check("5.7")
# hint("5.7")

# %% [markdown]
# ## Break (minutes 80–100)
#
# Save first: Ctrl + S, or Cmd + S.
#
# ## Lab B: your own notebook, tested and timed (minutes 100–175)
#
# As a team, at **one** screen.
#
# ### Step 1. Everything into one folder (exercise 5.8, 20 minutes)
#
# Your notebook does not know what a mail is. Put *your* `solution.py` beside it, and it does your task.
#
# The next cell makes the folder `final` in your team's folder, and copies three files into it: the notebook that you filled in, your `solution.py` and your
# `batch.py`. If one of yours is missing, it takes a **catch-up piece** of a made-up team, which checks invoices, and says so. Have you changed a piece since? Run the cell again: it copies
# what is newer (`st_mtime` is the time of the last change).
#
# The cell after it lays out your **test cases**: twenty that no prompt has seen. Three ways:
#
# - They are texts: fill `forms/test_cases.csv` in a spreadsheet (`id`, `text`, `label`), save it as CSV UTF-8, and drag it into your team's folder.
# - They are files: drag them into the folder `test` there, with a `labels.csv` (`id`, the file's name without its ending; `label`, the right answer).
# - None today: run the cell all the same, and you get the cases of the made-up team.
#
# `read_form` reads a table as English or French Excel saves it. The loop writes one file a case.
#
# Then write `own_threshold`: which share of the answers must be right? If your charter names `right_of_ten`, take that: 8 of ten is `0.8`. The line with `run_notebook` in that cell runs the test.

# %%
import shutil
team = Path.home() / "team" if (Path.home() / "team").is_dir() else Path.cwd()
final = team / "final"
final.mkdir(exist_ok=True)
for name, folder in [("solution.ipynb", "."), ("solution.py", "../session-03"), ("batch.py", ".")]:
    places = [Path.home() / "team" / name, Path(folder) / name]
    ours = [place for place in places if place.is_file()]
    source = ours[0] if ours else Path("catch_up") / name
    if not (final / name).exists() or source.stat().st_mtime > (final / name).stat().st_mtime:
        shutil.copyfile(source, final / name)
        print(name, "comes from", source, "" if ours else "(catch-up piece)")

# %%
def read_form(path):
    french = ";" in path.read_text(encoding="utf-8", errors="replace").split("\n")[0]
    sign, point = (";", ",") if french else (",", ".")
    return pd.read_csv(path, sep=sign, decimal=point, encoding_errors="replace")

test, mine = team / "test", team / "test_cases.csv"
test.mkdir(exist_ok=True)
if mine.is_file() or not (test / "labels.csv").is_file():
    cases = read_form(mine if mine.is_file() else Path("catch_up/test_cases.csv"))
    cases = cases.dropna(subset=["id", "text"])
    for name, text in zip(cases["id"], cases["text"]):
        (test / f"{name}.txt").write_text(text, encoding="utf-8")
    cases[["id", "label"]].to_csv(test / "labels.csv", index=False)

# %% nbgrader={"grade": false, "grade_id": "lab5-own", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
own_threshold = 0
### BEGIN SOLUTION
own_threshold = 0.8
### END SOLUTION
own = run_notebook(final, test, team / "test_output")
check("5.8")
# hint("5.8")

# %% [markdown]
# ### Step 2. Your own number (exercise 5.9, 10 minutes)
#
# Three numbers again: all cases, those that it **handled** (status `ok`), and the **errors** among these. What it left to a person is no error; it just saves no time.
#
# In the next cell, `str.strip().str.lower()` takes blanks and capitals away, so that “Pay ” and “pay” are the same. Write `errors`: how many
# handled cases have a `label` that is not (`!=`) the one in `truth`? `.sum()` counts them, and `int( )` makes it a plain number.
#
# The cell saves the three numbers as `quality.json`, and `whose` cases they come from. The ROI of session 6 starts from it. Then compare the range with your threshold, and say your verdict aloud.

# %% nbgrader={"grade": false, "grade_id": "lab5-quality", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
import json
right_answers = read_form(test / "labels.csv").rename(columns={"label": "truth"})
both = own.merge(right_answers, on="id")
both["truth"] = both["truth"].str.strip().str.lower()
handled = both[both["status"] == "ok"]
errors = None
### BEGIN SOLUTION
errors = int((handled["label"] != handled["truth"]).sum())
### END SOLUTION
whose = "catch-up cases" if "catch-up" in str(list(both["id"])) else "new cases"
quality = {"items": len(both), "handled": len(handled), "errors": errors, "measured_on": whose}
(final / "quality.json").write_text(json.dumps(quality, indent=2))
check("5.9")
# hint("5.9")
if errors is not None: print("Low, high:", interval(len(handled) - errors, len(handled)), quality)

# %% [markdown]
# ### Step 3. By the watch: with and without the tool (exercise 5.10, 25 minutes)
#
# People who *feel* faster are not always faster. In one careful study, programmers with an AI helper felt 20 % faster, and were 19 % slower.
# So clock it: **twenty cases by hand, twenty with the tool.** You may count the times of homework 1 as the first twenty.
#
# - **By hand** (`baseline`): from opening the case until the result stands.
# - **With the tool** (`review`): its proposal lies before you. From opening the case until you have confirmed or corrected it.
# - Nobody does the **same case twice**: the second time is always faster. Share the cases, change roles, and clock each other.
# - Hard cases too, and no rehearsal. Minutes with one decimal: 1:30 is `1.5`.
#
# Fill `forms/timing.csv`, a row a case, and drag it into your team's folder. Without one you get the times of the made-up team: good
# for practice, and not for your ROI.
#
# The next cell reads the form, leaves out the empty rows, and keeps a copy in `final`. `groupby` makes one heap a step, and `median()` takes the
# middle of each. Then write into `saved` how many minutes the tool saves on a case: the median of the baseline minus the median of the review, as in `medians["baseline"]`.
#
# The last cell draws every case as a dot. Look at the far right: which cases are these?

# %%
clocked = team / "timing.csv"
timing = read_form(clocked if clocked.is_file() else Path("catch_up/timing.csv"))
timing = timing.dropna(subset=["minutes"])
timing.to_csv(final / "timing.csv", index=False)
medians = timing.groupby("step")["minutes"].median()

# %% nbgrader={"grade": false, "grade_id": "lab5-saved", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
saved = 0
### BEGIN SOLUTION
saved = medians["baseline"] - medians["review"]
### END SOLUTION
check("5.10")
# hint("5.10")
timing.groupby("step")["minutes"].describe()[["count", "min", "50%", "max"]]  # 50% is the median

# %%
figure, axes = plt.subplots(figsize=(7, 2))
axes.plot(timing["minutes"], timing["step"], "o", alpha=0.5)
axes.plot(medians, medians.index, "|", markersize=40, color="black")
axes.set(xlabel="minutes for one case; the black stroke is the median", xlim=(0, None))
axes.margins(y=0.5)
words = f"Median minutes a case: {medians['baseline']:.1f} by hand, {medians['review']:.1f} with the tool."
display(figure, metadata={"image/png": {"alt": words}})
plt.close(figure)
print(words)

# %% [markdown]
# ### Step 4. The risk card (exercise 5.11, 10 minutes)
#
# One page for your boss and for IT. Write behind each colon, in a sentence or two. Be frank: a risk that you name yourself costs you nothing. Think of wrong
# answers, of mails that give orders, of private data, of the day when the model is away.
#
# ### Step 5. The runbook (exercise 5.12, 10 minutes)
#
# A **runbook** tells a colleague who has never seen your notebook how to run it, step by step, and what to do when something is odd. Write it for
# a Monday morning, with you on holiday. The next pair will try it during the swap!
#
# Each cell saves what you wrote as a file in `final`. Three quotes `"""` hold a text of several lines. Leave the words before the colons as they are.

# %% nbgrader={"grade": false, "grade_id": "lab5-risk", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
risk_card = """# Risk card
- What it does:
- What it never does:
- What a wrong answer costs:
- Who sees a wrong answer, and when:
- Data that goes in, and where it goes:
- Who may switch it off, and how:
"""
### BEGIN SOLUTION
risk_card = """# Risk card
- What it does: It reads a note on an invoice and proposes pay or ask. The clerk confirms every proposal.
- What it never does: It pays nothing, writes to no supplier and changes nothing in the order system.
- What a wrong answer costs: A wrong "pay" costs about 40 minutes and a letter; a wrong "ask" costs two minutes.
- Who sees a wrong answer, and when: The clerk sees it at once; the Friday list catches what the clerk has missed.
- Data that goes in, and where it goes: Notes without names go to the model of the company and are not kept there.
- Who may switch it off, and how: Any of us four. Stop running the notebook, and work by hand as before.
"""
### END SOLUTION
(final / "risk_card.md").write_text(risk_card, encoding="utf-8")
check("5.11")
# hint("5.11")

# %% nbgrader={"grade": false, "grade_id": "lab5-runbook", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
runbook = """# Runbook
- When to run it, and who does:
- Where the cases come from:
- How to run it, step by step:
- How to see that it went well:
- What to do with the review queue:
- If it stops or looks odd, and whom to call:
"""
### BEGIN SOLUTION
runbook = """# Runbook
- When to run it, and who does: Each working day at nine, the clerk on duty; on Mondays it takes five minutes longer.
- Where the cases come from: The mailbox rule saves one text file a note in the folder invoices/today.
- How to run it, step by step: Open lab 5, run the first cell and run_notebook with that folder and a new output folder.
- How to see that it went well: result.json counts as many items as there are files; the review queue is shorter than ten.
- What to do with the review queue: Open each case, decide by hand, and note the answer in the column of the order system.
- If it stops or looks odd, and whom to call: Run it again, it goes on where it was. Still odd? Work by hand, call Nadia Roy.
"""
### END SOLUTION
(final / "runbook.md").write_text(runbook, encoding="utf-8")
check("5.12")
# hint("5.12")

# %% [markdown]
# ## Pause (minutes 175–185)
#
# ## Swap with your neighbour (minutes 185–215)
#
# Sit at the other team's screen, with their runbook and nothing else. Run their solution on their test cases, into a new output folder. Their job is to
# stay silent. Wherever you are stuck for a minute, put a cross on the runbook. Then read their risk card, and invent **one case** that
# would fool their tool. Go back, and mend your crosses.
#
# ## Stand-up demo (minutes 215–235)
#
# Two minutes a team: your threshold and your range, the minutes saved, and **one risk** that you did not think of this morning.
#
# ## Exit ticket (minutes 235–240)
#
# Double-click this text, write after each arrow, and press Shift + Enter. Then save.
#
# What can you do now that you could not do this morning? →
#
# What is still foggy? →
#
# Would you put your own name under your number? Why, or why not? →

# %% [markdown]
# ## Key points
#
# - What may change from run to run stands in one cell at the top. Then anybody can run it on any folder.
# - A score on practised cases flatters. Agree on a number first, then test once, on new cases.
# - A share without its range is half a number. The low end decides.
# - A fence helps against mails that give orders, and does not make you safe. Allow a few answers, and let a person confirm.
# - Clock it. How fast it feels is no measure.
#
# **What you leave for session 6:** the folder `final` with your notebook, its two files, `quality.json`, `timing.csv`, the risk card and the runbook.
# **Before then:** homework 5 on your home page.
#
# ## Words of today
#
# | word | what it means |
# | --- | --- |
# | parameters | the values that may change from run to run, in one cell with that tag |
# | papermill | a tool that runs a notebook with other parameters and keeps the copy |
# | development set | the cases that you practise with |
# | test set, held out | cases that nobody looks at before the test |
# | threshold | the number that must be reached, agreed before the test |
# | merge | lay two tables side by side where a column is the same |
# | prompt injection | a text that tries to steer the model with orders of its own |
# | baseline, review | the minutes by hand; the minutes to check what the tool proposes |
# | risk card | one page: what can go wrong, what it costs, who sees it |
# | runbook | how to run it, step by step, for somebody who has never done it |
# | alt text | what a picture shows, in words |
