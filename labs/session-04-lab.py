# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Session 4: Batch
#
# Work comes in folders. Today a whole folder goes in and a table comes out, also when a file is broken, the model is busy, or
# somebody pulls the plug.
#
# **By the end of today you will be able to**
#
# 1. send a folder of files through your function, with one row for each file, whatever it is;
# 2. stop that run at any moment and start it again without doing anything twice;
# 3. hand a person a short list of what they must look at, and say what the run costs.
#
# | minutes | what we do |
# | --- | --- |
# | 0–15 | Homework back, and a recall quiz |
# | 15–35 | Watch it work: a folder, and an error that does no harm |
# | 35–80 | Lab A: forty mails and twelve odd files |
# | 80–100 | Break |
# | 100–175 | Lab B: your own folder, your own batch |
# | 175–185 | Pause |
# | 185–215 | Swap with your neighbour |
# | 215–235 | Stand-up demo |
# | 235–240 | Exit ticket |
#
# ## Welcome back (minutes 0–15)
#
# From today on this is plain Python: it runs without the bootcamp too. Only `check` and `hint` are ours.
# `Path` knows folders and files, `json` writes a row as text, `pandas` (called `pd`) makes tables.
#
# **Recall quiz.** Answer without looking back.
#
# 1. **What does `return` do?** a) It hands the result back. b) It shows the result. c) It runs the function again.
# 2. **The model says “I think it is returns”. A careful `solve` gives** a) returns. b) an error. c) unsure.
# 3. **30 of 40 are right. May you promise eight of ten?** a) Yes, nearly. b) No, the low end is far below. c) Only on Mondays.
#
# Type your three letters between the quotes in the second cell. **Stuck?** Delete the `#` and the blank before `hint`, and run the cell.

# %%
import json
from pathlib import Path
import pandas as pd
from bootcamp.kit import check, hint

# %% nbgrader={"grade": false, "grade_id": "lab4-quiz", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
quiz = ""
### BEGIN SOLUTION
quiz = "acb"
### END SOLUTION
check("4.1")
# hint("4.1")

# %% [markdown]
# ## Watch it work: a folder, and an error that does no harm (minutes 15–35)
#
# So far your mails came ready in a list. In an office they lie in a folder. The next cell makes a `Path`, the address of a folder, and lists
# what is in it. `glob("*.eml")` means: every file whose name ends in `.eml`; that is how mails are kept. `sorted` puts them in order.
#
# Each file has a `name` (mail-001.eml), a `stem` (mail-001) and a `suffix` (.eml). The stem will be our **id**.
#
# Now something goes wrong on purpose. `int("12")` makes the number 12 from a text. `int("twelve")` cannot. Python then **raises an
# error**: it drops all it has in hand and stops. An error is no scolding. It is a message: *I cannot go on, and here is why.*
#
# `try` and `except` catch it. Python tries the lines below `try`. If they raise a `ValueError`, it jumps to the lines
# below `except`, and `problem` holds the message. After that it goes on as if nothing had happened.
#
# The last cell fetches two things from files beside this notebook: `read_case`, which reads the text of a file, and the mail room's
# `solve` from session 3. Run the cells along with your facilitator.

# %%
mails = sorted(Path("data/email-routing").glob("*.eml"))
print(len(mails), "mails. The first:", mails[0].name, "| its stem:", mails[0].stem, "| its suffix:", mails[0].suffix)

# %%
try:
    print(int("12"))
    print(int("twelve"))
except ValueError as problem:
    print("It went wrong:", problem)
print("But we are still here.")

# %%
from batch import read_case
from mail_solution import solve
print(read_case(mails[0]))
print(solve(read_case(mails[0])))

# %% [markdown]
# ## Lab A: forty mails and twelve odd files (minutes 35–80)
#
# ### Step 1. What lies there? (exercise 4.2)
#
# Not everything that reaches the mail room is a tidy mail. The folder `odd-files` holds twelve files that came in one month: scans, letters, a broken download.
#
# The first line of the next cell lists them. The second makes a dict for each file, and pandas makes a **table** of the dicts: each key is a
# column. `path.stat().st_size` is the size of a file, in bytes; a byte is about one letter. `display` shows a table in the middle of a cell.
#
# Read the table. Write the names of the **smallest** and the **largest** file, in this order; the line fills two names at once. What do you expect
# from a program that opens them?

# %% nbgrader={"grade": false, "grade_id": "lab4-listing", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
odd_files = sorted(Path("data/odd-files").glob("odd-*"))
display(pd.DataFrame([{"file": path.name, "bytes": path.stat().st_size} for path in odd_files]))
smallest, largest = "", ""
### BEGIN SOLUTION
smallest, largest = "odd-01.eml", "odd-05.eml"
### END SOLUTION
check("4.2")
# hint("4.2")

# %% [markdown]
# ### Step 2. Read, and catch what goes wrong (exercise 4.3)
#
# `read_case` reads five kinds of files: mails, texts, PDF, Word and Excel. Where there is no text it raises a `ValueError` with a sentence for a
# person, such as *The file is empty.* In a loop over twelve files, the first such error would end everything.
#
# So write `read_safely(path)`. It always hands back **two things: the text and a reason**. One of the two is empty.
#
# - Under `try`: `return read_case(path), ""`
# - Under `except ValueError as problem`: return `""` and the message as text, `str(problem)`.
#
# Leave the first and the last line of the function as they are; with your lines between them they do nothing any more.
# The loop below it tries your function on all twelve. `text[:40]` shows the first forty signs.

# %% nbgrader={"grade": false, "grade_id": "lab4-read", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def read_safely(path):
    text, reason = "", "not read yet"
    ### BEGIN SOLUTION
    try:
        return read_case(path), ""
    except ValueError as problem:
        return "", str(problem)
    ### END SOLUTION
    return text, reason

check("4.3")
# hint("4.3")
for path in odd_files:
    text, reason = read_safely(path)
    print(path.name, "|", [text[:40]], "|", reason)

# %% [markdown]
# ### Step 3. One file, one row (exercise 4.4)
#
# Now one function from the file to its row. A row is a dict, and it has a **status**:
#
# | status | what it means | who goes on |
# | --- | --- | --- |
# | `ok` | there is an answer | the queue |
# | `unsure` | the model was not sure | a person decides |
# | `error` | there was nothing to read | a person opens the file |
#
# **Whatever happens, there is a row.** A file that vanishes from the table is a customer who never gets an answer.
#
# Most of `row_for` is written. It begins with a row that says `ok`. `if reason:` means *if there is one*: then the status becomes `error`, and we are done. Else
# it asks `solve`, and `row.update(answer)` puts all of the answer's keys into the row. `text[:20_000]` keeps the first 20,000 signs: one of the twelve is as long as a novel. (The `_` only helps the eye.)
#
# You write the missing `if`: when the answer's `"label"` is `"unsure"`, the row's `"status"` becomes `"unsure"`.

# %% nbgrader={"grade": false, "grade_id": "lab4-row", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def row_for(path):
    text, reason = read_safely(path)
    row = {"id": path.stem, "label": "", "status": "ok", "reason": reason, "tokens": 0}
    if reason:
        row["status"] = "error"
        return row
    answer = solve(text[:20_000])
    row.update(answer)
    ### BEGIN SOLUTION
    if answer["label"] == "unsure":
        row["status"] = "unsure"
    ### END SOLUTION
    return row

check("4.4")
# hint("4.4")

# %% [markdown]
# ### Step 4. A run that survives everything (exercise 4.5)
#
# Nine hundred files take an hour. At file 600 the laptop goes to sleep. Begin again? No: keep a **diary**. As soon as a row is ready it is written to
# the **end** of a file on the disk; that is what `"a"`, for *append*, means. What is on the disk stays there, whatever happens to
# this notebook. A new start reads the diary first and skips what is done. Such a run can be **resumed**.
#
# `json.dumps(row)` turns a row into one line of text, `json.loads(line)` turns the line back into a row. So `done()` gives the ids that the diary holds: it
# reads the file, `splitlines` cuts it into its lines, and without a diary there are none. (`encoding="utf-8"` keeps the accents. `with` closes the file again.)
#
# You write two lines at the top of the loop: **if** `path.stem` is `in done()`, then `continue`. That word means: *leave this one, take the next*.
#
# The next cell runs three mails, then five. Five rows must be there, not eight. (Another number? Mend the loop, or a function above it. Then delete `diary.jsonl` in the file list, for it keeps what was wrong, and run both cells again.)
#
# **Then be cruel.** The last cell of this step does all 52 files. Run it, and after two seconds press **■** above this page. Run it again. Restart the kernel in the
# middle if you like, run all cells above, and run it once more. Count the rows: each file has one.

# %% nbgrader={"grade": false, "grade_id": "lab4-batch", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
diary = Path("diary.jsonl")

def done():
    lines = diary.read_text(encoding="utf-8").splitlines() if diary.exists() else []
    return [json.loads(line)["id"] for line in lines]

def small_batch(paths):
    for path in paths:
        ### BEGIN SOLUTION
        if path.stem in done():
            continue
        ### END SOLUTION
        row = row_for(path)
        with diary.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

check("4.5")
# hint("4.5")

# %%
small_batch(mails[0:3])
small_batch(mails[0:5])
print(len(done()), "rows in the diary")

# %%
small_batch(mails + odd_files)
print(len(done()), "rows for", len(mails + odd_files), "files")

# %% [markdown]
# ### Step 5. When the model is busy (exercise 4.6)
#
# Sometimes the model does not answer: too many people ask, or the line is down for a moment. That is no reason to give up, and none to knock every
# second either. The rule everywhere is: **wait a little, try again, and wait longer each time**. After a few tries give up, and let the file be an `error`.
#
# Write three pauses into the list, in seconds. Each is longer than the one before. Together they are at most one minute.
#
# The lines below play it through with a moody model: busy first, then fine. `moods.pop(0)` takes the first mood off the list, `sleep(pause)` waits, and
# `break` leaves the loop: we have an answer, so no more tries.

# %% nbgrader={"grade": false, "grade_id": "lab4-pauses", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
pauses = [0, 0, 0]
### BEGIN SOLUTION
pauses = [0.5, 5, 20]
### END SOLUTION
check("4.6")
# hint("4.6")
from time import sleep
moods = ["busy", "fine"]
for pause in pauses:
    if moods.pop(0) == "fine":
        print("The model answers.")
        break
    print("Busy. We wait", pause, "seconds.")
    sleep(pause)

# %% [markdown]
# ### Step 6. The review queue (exercise 4.7)
#
# Fifty-two rows are too many to read. A person needs the few that wait for them: the **review queue**. It holds every row whose status is **not** `ok`.
#
# `pd.read_json(diary, lines=True)` makes a table of the diary. To keep some rows you write a question in square brackets: `table[table["label"] == "orders"]` keeps
# the rows whose label is orders. You need the column `status`, and `!=`, “is not the same as”.
#
# Then see **why** they wait. `value_counts()` counts each reason, `to_frame` makes a table of the counts, and `style.bar` draws a bar behind each number: the
# table and the picture are one. The caption says what it shows.

# %% nbgrader={"grade": false, "grade_id": "lab4-review", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
table = pd.read_json(diary, lines=True)
review = table
### BEGIN SOLUTION
review = table[table["status"] != "ok"]
### END SOLUTION
check("4.7")
# hint("4.7")
review["reason"].value_counts().to_frame("files").style.bar(vmin=0).set_caption("Why a person must look")

# %% [markdown]
# ### Step 7. What does it cost? (exercise 4.8)
#
# A model is paid by the **token**, a piece of a word, about four letters. Your prompt counts as well, for each file anew. The diary has counted them.
#
# From the tokens of these 52 files, work out **euros a month**, with the names above your line. Three steps: tokens for one file (divide by `len(table)`), times the files a month,
# times the price of one token. The price is given for a **million** tokens; ask IT for yours. `_` is only for the eye: 1_000_000.
#
# Then compare. If the review queue takes two minutes a file, how many **hours** is that? Which bill is larger?

# %% nbgrader={"grade": false, "grade_id": "lab4-cost", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
tokens, files_a_month, euros_a_million = table["tokens"].sum(), 1900, 0.60
euros_a_month = 0
### BEGIN SOLUTION
euros_a_month = tokens / len(table) * files_a_month / 1_000_000 * euros_a_million
### END SOLUTION
check("4.8")
# hint("4.8")
print("The model:", round(euros_a_month, 2), "euros a month")
print("The reviewers:", round(len(review) / len(table) * files_a_month * 2 / 60), "hours a month")

# %% [markdown]
# ## Break (minutes 80–100)
#
# Save first: Ctrl + S, or Cmd + S.
#
# ## Lab B: your own folder, your own batch (minutes 100–175)
#
# As a team, at **one** screen.
#
# ### Step 1. Your batch, grown up (exercise 4.9, 15 minutes)
#
# In the file list, double-click `batch.py`. It is your small batch with what years of broken files teach. You know every idea in it:
#
# | you wrote | in batch.py | what it has on top |
# | --- | --- | --- |
# | `read_safely` | `read_case` | looks into a file, because a name can lie |
# | `row_for` | `make_row` | sees the same file twice; outlives a slip in `solve` |
# | `pauses` | `ask_again` | waits only when waiting can help |
# | the diary | `append`, `read_diary` | cuts off a half-written line; does a file anew when it, or `solution.py`, or the model has changed |
# | `small_batch` | `run` | writes four files at the end |
#
# Read from the top to the heading **3. The diary**. Find: how often it tries (`tries`), how many signs of a long text it sends (`longest`), and the
# name of its diary (`diary_name`).
#
# The cell after it copies the file into your team's folder (`shutil` is the tool for that), and puts this folder first in `sys.path`, the list of folders in which
# Python looks for files to `import`. Your `solution.py` from session 3 is fetched
# in a `try`: if it is missing, you get a **catch-up piece**, the solution of a made-up team, and the cell says so.

# %% nbgrader={"grade": false, "grade_id": "lab4-read-code", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
tries, longest, diary_name = 0, 0, ""
### BEGIN SOLUTION
tries, longest, diary_name = 3, 20_000, "rows.jsonl"
### END SOLUTION
check("4.9")
# hint("4.9")

# %%
import shutil, sys
team_folder = Path.home() / "team" if (Path.home() / "team").is_dir() else Path.cwd()
if not (team_folder / "batch.py").exists():
    shutil.copy("batch.py", team_folder)
sys.path = [str(team_folder), *sys.path, "../session-03"]
from batch import run
try:
    from solution import solve as own_solve
except ImportError:
    from catch_up_solution import solve as own_solve
    print("Catch-up piece: there is no solution.py of yours, so you work with the one of a made-up team.")

# %% [markdown]
# ### Step 2. Your own folder (exercise 4.10, 25 minutes)
#
# Make a folder `cases` in your team's folder and drag real files into it, as they come: mails, PDF, Word, Excel, texts. Ten are enough, fifty are fine. **Take out names and
# account numbers first**, or ask who must allow it. Is your use case one of the course's? Its files are in your team's folder already, and the first cell finds them
# (for the mail room: write `cases = Path("data/email-routing")` below it).
#
# No files today? The first cell then makes one text file from each case of your `eval_dev.csv` (or of the made-up team's). The odd words there: `sep=None` lets pandas
# find out whether commas or semicolons part the columns (`engine` goes with it), `dtype=str` reads all as text, `encoding_errors` forgives odd accents, `dropna` leaves out empty rows. `enumerate` counts along.
#
# Then one line of yours: **`run`** with three things in its brackets: the folder `cases`, the folder `output`, and your function, `own_solve`. **Without brackets after
# it**: you hand over the recipe, not the cake. It gives the totals back; call them `result`.
#
# **Be cruel again**: restart the kernel while it runs, run all cells above, and run it once more. Only what is missing is asked.
#
# Changed `solution.py`? Restart the kernel too, so that Python reads it anew. The batch sees that it is another solution, and does all files again.

# %%
cases, output = team_folder / "cases", team_folder / "output"
ready = sorted((team_folder / "data").glob("*/items"))
if ready and not cases.exists():
    cases = ready[0]
if not cases.exists():
    own_file = team_folder / "eval_dev.csv"
    own_file = own_file if own_file.exists() else "catch_up.csv"
    texts = pd.read_csv(own_file, sep=None, engine="python", dtype=str, encoding_errors="replace")
    cases.mkdir()
    for number, text in enumerate(texts["text"].dropna(), start=1):
        (cases / f"case-{number:02d}.txt").write_text(text, encoding="utf-8")
print(len(list(cases.iterdir())), "files in", cases)

# %% nbgrader={"grade": false, "grade_id": "lab4-own-run", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
result = {}
### BEGIN SOLUTION
result = run(cases, output, own_solve)
### END SOLUTION
check("4.10")
# hint("4.10")
result

# %% [markdown]
# ### Step 3. Your batch meets the odd files (exercise 4.11, 15 minutes)
#
# Your own folder is tidy today. It will not stay so. Send the twelve odd files through **your** `own_solve`: they are not your case, and that is the point. It must not stop.
#
# Then read the review queue that it wrote; `.style` shows long texts in full. How many files could **not be read at all** (`unreadable`: count the rows with the status `error`)? And which file is there **twice** (`twin`: the id of the second one)?
# Why would it be dear to handle it twice?

# %% nbgrader={"grade": false, "grade_id": "lab4-odd", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
run("data/odd-files", team_folder / "odd-output", own_solve)
odd_queue = pd.read_csv(team_folder / "odd-output" / "review_queue.csv")
display(odd_queue.style)
unreadable, twin = 0, ""
### BEGIN SOLUTION
unreadable = (odd_queue["status"] == "error").sum()  # or simply the number
twin = "odd-11"
### END SOLUTION
check("4.11")
# hint("4.11")

# %% [markdown]
# ### Step 4. Who looks, and for how long? (exercise 4.12, 20 minutes)
#
# A review queue that nobody opens is a bin. Open `output/review_queue.csv` and take five rows. Take the time: how many minutes until each is settled? Then fill in the next cell:
#
# - **review_rule**: who opens the queue, on which days and when, and what happens to a file that nobody can settle. Two sentences.
# - **minutes_a_case**: the middle one of your five times. **cases_a_month**: how many files come in a month; you know it from your charter.
# - **review_hours**: of all files, the share `result["to_review"] / result["items"]` goes to a person. Times the cases a month, times the minutes, divided by 60.
#
# Its last line leaves the first review queue in your team's folder, where your reviewer finds it. Too many hours? Then the queue tells you what to mend: read
# its reasons from the top.

# %% nbgrader={"grade": false, "grade_id": "lab4-rule", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
review_rule = ""
minutes_a_case, cases_a_month, review_hours = 0, 0, 0
### BEGIN SOLUTION
review_rule = "The clerk on duty opens the queue every working day at ten and settles all of it. What she cannot settle goes to the team lead the same day."
minutes_a_case, cases_a_month = 4, 400
review_hours = result["to_review"] / result["items"] * cases_a_month * minutes_a_case / 60
### END SOLUTION
if output.exists(): shutil.copy(output / "review_queue.csv", team_folder / "review_queue.csv")
check("4.12")
# hint("4.12")

# %% [markdown]
# ## Pause (minutes 175–185)
#
# ## Swap with your neighbour (minutes 185–215)
#
# Sit at the other team's screen. Put one **nasty file** into their `cases`: an empty one, a picture, a letter in your grandmother's language. Run their batch. Does it get
# a row? Does the reason tell you, a stranger, what to do? Then stop the run in the middle, and start it again.
#
# Go back, take the nasty files out, and mend what your neighbours found.
#
# ## Stand-up demo (minutes 215–235)
#
# Two minutes a team: your totals from `result`, the strangest reason in your queue, and who will open it.
#
# ## Exit ticket (minutes 235–240)
#
# Double-click this text, write after each arrow, and press Shift + Enter. Then save.
#
# What can you do now that you could not do this morning? →
#
# What is still foggy? →
#
# Which file of yours would you not give to a machine? →

# %% [markdown]
# ## Key points
#
# - Every file gets a row: ok, unsure or error. Nothing vanishes.
# - `try` and `except` catch an error; the message goes to a person.
# - Write each row to the disk at once. Then a run can be killed and resumed.
# - If the model is busy: wait, try again, wait longer, give up.
# - The model is cheap. The minutes of the review queue are not.
#
# **What you leave for session 5:** `batch.py`, `output` and `review_queue.csv` in your team's folder. **Before then:** homework 4 on your home page.
#
# ## Words of today
#
# | word | what it means |
# | --- | --- |
# | batch | a program that does a whole folder of cases, one after the other |
# | path, suffix | the address of a file; the end of its name, such as `.pdf` |
# | raise an error | stop, with a message why one cannot go on |
# | `try`, `except` | try these lines; if they raise an error, do those instead |
# | status | ok, unsure or error: who goes on with a file |
# | diary | the file to which each row is written at once |
# | append | write to the end of a file, without touching what is there |
# | resume | go on where the last run stopped |
# | retry | ask again after a pause, because the model was busy |
# | review queue | the list of cases that a person must look at, and why |
# | token | a piece of a word, about four letters; models are paid by it |
