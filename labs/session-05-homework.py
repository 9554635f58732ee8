# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Homework 5: a number that holds
#
# In session 5 you tested your solution on twenty cases. Now you test it on **forty** that no prompt has seen, and write down for others what it
# can do and what it cannot. The test belongs to the team: do it together, and let each of you hand in a notebook of your own. Allow **100 minutes**.
#
# | part | minutes | points |
# | --- | --- | --- |
# | 1. A run that anybody could repeat | 50 | 5 |
# | 2. The number, and your verdict | 15 | 5 |
# | 3. Risk card and runbook | 35 | 10, from your facilitator |
#
# After each part a cell with `check` tells you whether something is missing. It looks at the form only: your marks come later,
# with a word from your facilitator. A low number costs no points. A number that does not follow from your tables does.
#
# **How to work:** go from top to bottom, Shift + Enter in each cell. Save with Ctrl + S (on a Mac: Cmd + S).
# **Stuck?** In a line such as `# hint(...)`, delete the `#` and the blank after it, and run the cell. Each run gives a little more.

# %%
import hashlib, json, shutil
from pathlib import Path
import pandas as pd
from bootcamp.kit import check, hint, submit
print("Ready.")

# %% [markdown]
# ## 1. A run that anybody could repeat (5 points)
#
# 1. Bring the folder `test` in your team's folder to **forty** cases, with their right answers in `labels.csv` (`id`, `label`). The easy way: add rows to
#    `test_cases.csv`, and run the cells of step 1 in lab 5 again. Take names of people out first.
# 2. **Have you changed the prompt since you looked at the mistakes?** Then those twenty are practised cases now. Take forty others.
# 3. Agree on your threshold with your sponsor, today, before you go on. It goes into part 2.
#
# The next cell lets papermill run your notebook on that folder, and copies three files beside this notebook: they are handed in with it. Without your
# team's folder it does nothing. The run may take some minutes, and goes on where it was if you stop it.

# %%
team = Path.home() / "team"
if (team / "final" / "solution.ipynb").is_file():
    import papermill
    (team / "test_output").mkdir(exist_ok=True)
    papermill.execute_notebook(
        team / "final/solution.ipynb", team / "test_output/run.ipynb", cwd=team / "final",
        parameters={"input_folder": str(team / "test"), "output_folder": str(team / "test_output")},
        progress_bar=False, extra_arguments=["--log-level=ERROR"])
    for name in ["final/solution.ipynb", "test_output/predictions.csv", "test/labels.csv"]:
        shutil.copyfile(team / name, Path(name).name)
# hint("hw5-parameters")

# %% nbgrader={"grade": true, "grade_id": "hw5-parameters", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw5-parameters")

# %% nbgrader={"grade": true, "grade_id": "hw5-artefacts", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw5-artefacts")

# %% [markdown]
# Which cases were tested? You need not hand them in: a **fingerprint** of each is enough. It is a long number that is worked out from a file. Change one
# letter in the file, and it is another number; and nobody can read the case from it. The next cell takes the fingerprints of your cases
# and of your `solution.py`, and saves them as `inputs.json`.

# %%
cases_folder = team / "test"
if cases_folder.is_dir():
    cases = [path for path in sorted(cases_folder.iterdir()) if path.is_file() and path.name != "labels.csv"]
    prints = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in cases}
    solution = hashlib.sha256((team / "final" / "solution.py").read_bytes()).hexdigest()
    Path("inputs.json").write_text(json.dumps({"solution.py": solution, "cases": prints}, indent=1))
# hint("hw5-inputs")
# hint("hw5-artefacts")

# %% nbgrader={"grade": true, "grade_id": "hw5-inputs", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw5-inputs")

# %% [markdown]
# ## 2. The number, and your verdict (5 points)
#
# The next cell loads both tables and lays them side by side, as in the lab. `load` reads a table as English or French Excel saves it, and gives an empty
# one where the file is missing. `both` has a row a case: the
# answer in `label`, the right one in `truth`.

# %%
def load(name, columns):
    table = pd.DataFrame(columns=columns, dtype=str)
    if Path(name).is_file():
        sign = ";" if ";" in Path(name).read_text(errors="replace").split("\n")[0] else ","
        table = pd.read_csv(name, sep=sign, keep_default_na=False, dtype=str, encoding_errors="replace")
    return table.apply(lambda column: column.str.strip().str.lower())

right_answers = load("labels.csv", ["id", "label"]).rename(columns={"label": "truth"})
answers = load("predictions.csv", ["id", "label", "status"])
both = answers.merge(right_answers[["id", "truth"]], on="id")
done = both[both["status"] == "ok"]  # the cases that the tool handled
print(len(both), "cases,", len(done), "of them handled")

# %% [markdown]
# Write three lines: **handled** is the number of rows in `done`. **errors** is how many of these have a `label` that is not the `truth`. **share_right** is
# the share of the handled ones that are right. Use the names, not the numbers: then a new run needs no new typing.

# %% nbgrader={"grade": false, "grade_id": "hw5-metric-lines", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
handled = 0
errors = None
share_right = 0
### BEGIN SOLUTION
handled = len(done)
errors = int((done["label"] != done["truth"]).sum())
share_right = (handled - errors) / handled
### END SOLUTION
# hint("hw5-metric")

# %% nbgrader={"grade": true, "grade_id": "hw5-metric", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw5-metric")

# %% [markdown]
# Here is `interval` once more. Put the range of the handled cases into `low, high`.

# %%
def interval(right, of):
    shares = [step / 1000 for step in range(1001)]
    likely = [s for s in shares if abs(right - of * s) <= 1.96 * (of * s * (1 - s)) ** 0.5]
    return min(likely), max(likely)

# %% nbgrader={"grade": false, "grade_id": "hw5-interval-line", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
low, high = 0, 0
### BEGIN SOLUTION
low, high = interval(handled - errors, handled)
### END SOLUTION
# hint("hw5-interval")

# %% nbgrader={"grade": true, "grade_id": "hw5-interval", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw5-interval")

# %% [markdown]
# Now the threshold that you agreed on **before** the run, as a share, and your verdict: `"yes"`, `"no"` or `"open"`, by the table of lab 5.

# %% nbgrader={"grade": false, "grade_id": "hw5-verdict-lines", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
threshold = 0
verdict = ""
### BEGIN SOLUTION
threshold = 0.75
verdict = "yes" if low >= threshold else "no" if high < threshold else "open"  # or just the word
### END SOLUTION
# hint("hw5-verdict")

# %% nbgrader={"grade": true, "grade_id": "hw5-verdict", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw5-verdict")

# %% [markdown]
# ## 3. Risk card and runbook (10 points, read by your facilitator)
#
# You began both in the lab. Now you know your number, and another team has stumbled over your runbook. Double-click a text below, write under its question,
# and press Shift + Enter. You may copy from `risk_card.md` and `runbook.md`, and make it better.
#
# **The risk card.** What does the tool do, and what does it never do? Which mistake would hurt most, what does it cost, and who sees it, when? What happens with a text
# that gives orders? Which data go in, and where do they go? Name **one risk that your test has shown**, with the number.

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw5-risk", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# The tool reads a note on an invoice and proposes pay or ask. It pays nothing and writes to nobody; the clerk confirms every line.
# 
# Worst is a wrong "pay": about 40 minutes, a letter, and in one case of our log 1,900 euros that took two months to come back. The clerk sees the
# proposal beside the order, and Ines checks all payments above 500 euros on Friday. A note with orders in it ("mark as paid") can at most
# get a wrong "pay" or "ask", since any other answer goes to a person; we tried five. Notes go to the company's model without names; nothing is kept there.
# 
# What the test showed: of 37 handled cases 6 were wrong, and 4 of these were a wrong "pay" where a quantity was one too many. So cases with
# a difference in quantity are always read by a person.
# ### END SOLUTION

# %% [markdown]
# **The runbook.** For a colleague who has never opened JupyterLab: when to run it, where the cases come from, each step with the name of the file and the folder, how
# to see that it went well, what to do with the review queue, what to do when it stops, and whom to call. Say what your neighbours stumbled over
# during the swap, and what you changed.

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw5-runbook", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# Each working day at nine, the clerk on duty. 1. Open the bootcamp page, then team/final/run_today.ipynb. 2. In its first cell, write today's folder, such
# as invoices/2026-04-20, and a new output folder. 3. Menu Run, Run All Cells; about two minutes.
# 
# It went well if result.json counts as many items as the folder has files. Then open review_queue.csv: decide each case by hand, as before, and write the answer into
# the order system. If it stops, run it again: it goes on where it was. Stops twice, or more than ten cases in the queue: work by hand today
# and call Nadia Roy, extension 214. If Nadia is away, Marc Roux.
# 
# Team Amber did not find the output folder: it was named before the folder with the cases. We changed the order of steps 1 and 2, and put the names into bold.
# ### END SOLUTION

# %% [markdown]
# ## Hand it in
#
# 1. Choose **Kernel**, then **Restart Kernel and Run All Cells**. Every check should say *Good*.
# 2. **Save** with Ctrl + S, on a Mac Cmd + S. What is not saved is not handed in.
# 3. Press **Hand in** on your bootcamp home page. Or delete the `#` and the blank after it in the cell below, and run it. The files beside this notebook go with it.
#
# You may hand in as often as you like until the deadline: the newest version counts.

# %%
# submit("homework-5")
