# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Homework 2: right answers you can trust
#
# In session 2 you began to label your own cases. Now you finish them, and show how far two people agree. The cases belong to the team: label
# together, and let each of you hand in a notebook of your own. Allow **90 minutes**.
#
# | part | minutes | points |
# | --- | --- | --- |
# | 1. Thirty labelled cases | 45 | 7 |
# | 2. Agreement and kappa | 10 | 3 |
# | 3. Two short texts | 35 | 10, from your facilitator |
#
# After each part a cell with `check` tells you whether something is missing. It looks at the form only: your marks come later,
# with a word from your facilitator. Nothing here asks the model.
#
# **How to work:** go from top to bottom, Shift + Enter in each cell. Save with Ctrl + S (on a Mac: Cmd + S).
# **Stuck?** In a line such as `# hint(...)`, delete the `#` and the blank after it, and run the cell. Each run gives a little more.

# %%
from bootcamp.kit import check, hint, load_labels, submit
print("Ready.")

# %% [markdown]
# ## 1. Thirty labelled cases (7 points)
#
# Finish `eval_dev.csv` in your team's folder, in a spreadsheet, as in lab 2: at least **thirty** real cases, without names of people. Two of you
# label all of them, each alone: `label_a` and `label_b`. Then talk about those where you differ, and write what you decide into `label`.
# Where both agree, `label` is what they said.
#
# - **Every label occurs** at least three times. Rare ones may be looked for.
# - **No case is there twice**, not even under another id.
#
# Save it as **CSV UTF-8**, drag it into the team's folder, and run the next cell. Its second line keeps a copy beside this notebook, which is handed in
# with it. (`if` does it only when there are cases; `index=False` leaves the row numbers out.)

# %%
items = load_labels("eval_dev.csv")
if len(items): items.to_csv("eval_dev.csv", index=False)
items.head()

# %% nbgrader={"grade": true, "grade_id": "hw2-labels", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw2-labels")

# %% [markdown]
# Which labels may a case have? Write them between the brackets, each in quotes, with commas between.

# %% nbgrader={"grade": false, "grade_id": "hw2-names", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
labels = []
### BEGIN SOLUTION
labels = ["pay", "ask"]
### END SOLUTION
# hint("hw2-labels")
# hint("hw2-classes")
# hint("hw2-duplicates")

# %% nbgrader={"grade": true, "grade_id": "hw2-classes", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw2-classes")

# %% nbgrader={"grade": true, "grade_id": "hw2-duplicates", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw2-duplicates")

# %% [markdown]
# ## 2. Agreement and kappa (3 points)
#
# The next cell takes the two columns as lists, `a` and `b`. `zip` walks through both at once, and `sum` counts how often the two are the same (`==`).
# Then it works out **chance** as in the lab: for each label, the share of the first labeller times the share of the second, added up. `chance = chance + ...` means: *what
# chance was so far, and this on top*. Run it as it is.

# %%
a, b = list(items["label_a"]), list(items["label_b"])
both = sum(one == other for one, other in zip(a, b))
chance = 0
for label in set(a):  # set: each label once
    chance = chance + a.count(label) / len(a) * b.count(label) / len(b)
print(both, "of", len(a), "cases have the same label twice. By chance:", round(chance, 2))

# %% [markdown]
# Now you. **agreement** is the share of cases on which both agree: `both` divided by the number of cases, `len(a)`. And **own_kappa** is the way from chance to
# perfect that you have gone. The formula stands in lab 2; mind the brackets. Use the names, not the numbers.

# %% nbgrader={"grade": false, "grade_id": "hw2-agreement-line", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
agreement = 0
### BEGIN SOLUTION
agreement = both / len(a)
### END SOLUTION
# hint("hw2-agreement")

# %% nbgrader={"grade": true, "grade_id": "hw2-agreement", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw2-agreement")

# %% nbgrader={"grade": false, "grade_id": "hw2-kappa-line", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
own_kappa = 0
### BEGIN SOLUTION
own_kappa = (agreement - chance) / (1 - chance)
### END SOLUTION
# hint("hw2-kappa")

# %% nbgrader={"grade": true, "grade_id": "hw2-kappa", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw2-kappa")

# %% [markdown]
# ## 3. Two short texts (10 points, read by your facilitator)
#
# Double-click a text below, write under its question, and press Shift + Enter.
#
# **The labelling rule.** Write it so that a colleague who starts tomorrow labels as you do. Say for each label when it is right. Then take **one
# case on which your two labellers differed**, and say what you decided and why. What does the rule say now that it did not say before?

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw2-rule", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# pay: order, delivery and invoice say the same, or the total differs by less than one euro. A price below the order counts
# as the same. ask: anything else, and when in doubt.
# 
# We differed on invoice-05, where rounding made two cents: A paid, B asked. Nobody would ring a supplier about two cents, so
# we decided pay, and wrote the one euro into the rule. On invoice-11 we first let freight pass; now the rule
# says that every line of the invoice must be on the order.
# ### END SOLUTION

# %% [markdown]
# **The privacy note.** Which personal or secret things stood in your cases? What did you take out or replace, and how did you check it? Who may see
# `eval_dev.csv`, where is it kept, and when is it deleted? Who allowed the use of these cases?

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw2-privacy", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# The invoices named drivers and clerks, and showed bank accounts and two private addresses. We replaced them by [name], [IBAN] and
# [address] in the spreadsheet, and a second person searched for @, FR76 and phone numbers before it left the accounts share.
# The file is in our team's folder only; the four of us and the facilitator can see it. It is deleted four weeks after
# session 6. The head of finance agreed by mail on Tuesday, and the data protection officer has a copy.
# ### END SOLUTION

# %% [markdown]
# ## Hand it in
#
# 1. Choose **Kernel**, then **Restart Kernel and Run All Cells**. Every check should say *Good*.
# 2. **Save** with Ctrl + S, on a Mac Cmd + S. What is not saved is not handed in.
# 3. Press **Hand in** on your bootcamp home page. Or delete the `#` and the blank after it in the cell below, and run it. `eval_dev.csv` goes with it.
#
# You may hand in as often as you like until the deadline: the newest version counts.

# %%
# submit("homework-2")
