# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Homework 1: is it worth it?
#
# In session 1 your team chose a task. Now you find out, each for yourself, whether it deserves five more
# sessions. Allow **90 minutes**, best in small pieces over several days.
#
# | part | minutes | points |
# | --- | --- | --- |
# | 1. The charter, sharper | 15 | 3 |
# | 2. How often | 10 | 2 |
# | 3. Time twenty cases | 40 | 3 |
# | 4. The median, and hours a year | 5 | 2 |
# | 5. Three short texts | 20 | 10, from your facilitator |
#
# After each part a cell with `check` tells you whether something is missing. It looks at the form only: your marks come later,
# with a word from your facilitator. Nothing here asks the model.
#
# **How to work:** go from top to bottom, Shift + Enter in each cell. Save with Ctrl + S (on a Mac: Cmd + S).
# **Stuck?** In a line such as `# hint(...)`, delete the `#` and the blank after it, and run the cell. Each run gives a little more.

# %%
from statistics import median
import pandas as pd
from bootcamp.kit import check, hint, submit
print("Ready.")

# %% [markdown]
# ## 1. The charter, sharper (3 points)
#
# Open `charter.json` in your team's folder (a double-click in the file list on the left) and read it with
# fresh eyes. Say it here again, **in your own words**, and better: smaller, clearer, without abbreviations. Write between the quotes.
# Roles, please, and no names of colleagues.

# %% nbgrader={"grade": false, "grade_id": "hw1-case", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
use_case = ""     # its name, in two to twelve words
case_input = ""   # what comes in: one ...
case_output = ""  # what goes out: one ...
### BEGIN SOLUTION
use_case = "Check supplier invoices against orders"
case_input = "One supplier invoice as it arrives, with the order it belongs to"
case_output = "Pay or ask, and for ask the line that does not match"
### END SOLUTION

# %% nbgrader={"grade": false, "grade_id": "hw1-people", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
reviewer = ""       # who looks at the result before it counts
data_source = ""    # where thirty past cases can be found
worst_mistake = ""  # what a wrong answer would cost
### BEGIN SOLUTION
reviewer = "Accounts payable clerk"
data_source = "The accounts mailbox and the order system, since January"
worst_mistake = "An invoice is paid twice and we ask for the money back"
### END SOLUTION
# hint("hw1-charter")

# %% [markdown]
# The next cell collects your six answers under one name. Run it as it is.

# %%
charter = dict(use_case=use_case, input=case_input, output=case_output)
charter.update(reviewer=reviewer, data=data_source, worst_mistake=worst_mistake)
charter

# %% nbgrader={"grade": true, "grade_id": "hw1-charter", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw1-charter")

# %% [markdown]
# ## 2. How often (2 points)
#
# How many cases come in a month? Do not guess: a mailbox, a list or a system counts them. If it varies, take
# last year and divide by 12: you may type `7200 / 12`. Then say where the number comes from.

# %% nbgrader={"grade": false, "grade_id": "hw1-how-often", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
times_a_month = 0
volume_source = ""
### BEGIN SOLUTION
times_a_month = 4920 / 12
volume_source = "Invoices booked last year, counted in the accounting system"
### END SOLUTION
# hint("hw1-volume")

# %% nbgrader={"grade": true, "grade_id": "hw1-volume", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw1-volume")

# %% [markdown]
# ## 3. Time twenty cases (3 points)
#
# Five cases on each of four days is easier than twenty at once. Take them **as they come**, and time the
# whole work on a case, with looking things up. You do not do this task yourself? Sit beside a colleague who does, and ask first.
#
# Write **whole seconds** between the brackets, with commas between: `[95, 48, 130]`. For 12:05 on
# the watch you may type `12*60+5`. More than five on a day is welcome.

# %% nbgrader={"grade": false, "grade_id": "hw1-log", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
day_1 = []
day_2 = []
day_3 = []
day_4 = []
### BEGIN SOLUTION
day_1 = [5*60+10, 7*60+30, 4*60+45, 12*60+5, 6*60]
day_2 = [281, 355, 402, 298, 611]
day_3 = [334, 190, 476, 388, 365, 720]
day_4 = [305, 342, 415, 268, 1510]
### END SOLUTION
# hint("hw1-timing")

# %% [markdown]
# The next cell puts the four days together (`+` joins lists too) and keeps a copy as a table in the file `timing.csv`,
# in minutes, which you will need again in session 6. `pd` is the tool for tables; `baseline` means “as we do it today”. Run it as it is.

# %%
seconds = day_1 + day_2 + day_3 + day_4
log = pd.DataFrame({"step": "baseline", "minutes": seconds})
log["minutes"] = round(log["minutes"] / 60, 2)
log.to_csv("timing.csv", index=False)
print(len(log), "cases timed")

# %% nbgrader={"grade": true, "grade_id": "hw1-timing", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw1-timing")

# %% [markdown]
# ## 4. The median, and hours a year (2 points)
#
# The **median** is the middle value when all stand in order; `median(seconds)` finds it. How many **minutes** is that? Replace
# the `0` by a sum that works it out.

# %% nbgrader={"grade": false, "grade_id": "hw1-median-line", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
median_minutes = 0
### BEGIN SOLUTION
median_minutes = median(seconds) / 60
### END SOLUTION
# hint("hw1-median")

# %% nbgrader={"grade": true, "grade_id": "hw1-median", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw1-median")

# %% [markdown]
# And how many **hours a year** does the task take today? Use `times_a_month` and `median_minutes`; `*` is “times”, `/` is “divided by”.

# %% nbgrader={"grade": false, "grade_id": "hw1-hours-line", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
hours_a_year = 0
### BEGIN SOLUTION
hours_a_year = times_a_month * 12 * median_minutes / 60
### END SOLUTION
# hint("hw1-hours")

# %% nbgrader={"grade": true, "grade_id": "hw1-hours", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw1-hours")

# %% [markdown]
# ## 5. Three short texts (10 points, read by your facilitator)
#
# Double-click a text below, write under its question, and press Shift + Enter. Write for somebody from another department.
#
# **The problem.** Who does this work, how often, what is tedious about it, and what goes wrong today? Six sentences
# are plenty. One real example says more than any adjective. Leave people's names out.

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw1-problem", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# Two clerks in accounts compare every supplier invoice with its order, about four hundred times a month, line by line
# on two screens. Nine of ten match, so the eye goes to sleep, and the tenth is missed. In March we paid for twelve
# lamps and received two; it came out six weeks later, when the supplier rang about something else. On the last
# two days of each month the pile is so high that payment discounts lapse.
# ### END SOLUTION

# %% [markdown]
# **The sponsor.** Which role wants this solved and can decide about it? Why do they care, and when did you ask
# them, or when will you?

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw1-sponsor", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# The head of finance. She signs the payment runs, and lapsed discounts appear in her monthly report. We showed her
# the charter on Tuesday; she wants to see ten examples before session 3.
# ### END SOLUTION

# %% [markdown]
# **What is out.** Name at least three things that your first solution will *not* do, one of them tempting. What
# happens to those cases instead?

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw1-scope", "locked": false, "points": 3, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# It does not pay anything: the clerk still releases each payment. It does not read invoices without an order number:
# they go to the clerk as today. It does not write to suppliers, however tempting: it shows the line that differs, and
# the clerk writes. Invoices in other currencies stay out until summer.
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
# submit("homework-1")
