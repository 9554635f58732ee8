# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Homework 3: nothing may surprise it
#
# In session 3 your function met a friendly model. Now it meets an unfriendly one: a model that chats, refuses, says nothing, or
# never answers. Then you look at ten cases that went wrong. Allow **90 minutes**.
#
# | part | minutes | points |
# | --- | --- | --- |
# | 1. Read any answer | 20 | 5 |
# | 2. A model that is late | 15 | 3 |
# | 3. Your score, with its range | 10 | 2 |
# | 4. Ten failures | 45 | 10, from your facilitator |
#
# After each part a cell with `check` tells you whether something is missing. It tries a few answers of its own; your marks come later,
# from other ones. Nothing here asks a real model: we pretend, so that it costs nothing and is the same for everybody.
#
# **How to work:** go from top to bottom, Shift + Enter in each cell. Save with Ctrl + S (on a Mac: Cmd + S).
# **Stuck?** In a line such as `# hint(...)`, delete the `#` and the blank after it, and run the cell. Each run gives a little more.

# %%
from bootcamp.kit import check, hint, interval, load_answers, submit
print("Ready.")

# %% [markdown]
# ## 1. Read any answer (5 points)
#
# Write the function `read_answer(answer, allowed)`. What goes in is the model's answer, and a list of allowed labels. What comes out is a dict with two keys:
#
# - `label`: one of the allowed ones, or `"unsure"`, and never anything else;
# - `reason`: empty text `""` when it is sure; when it is unsure, a few words for the person who takes over (at most 200 signs).
#
# Capitals, blanks at the ends, quotes and a full stop must not matter: “ Pay.” is `pay`. A sentence is not a label, even when one stands in
# it. Make the function work for **any** list of labels, not for yours only. It is `choose` of the lab, with a reason: you may begin with that.

# %% nbgrader={"grade": false, "grade_id": "hw3-read-lines", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def read_answer(answer, allowed):
    label = "unsure"
    reason = ""
    ### BEGIN SOLUTION
    word = answer.strip(" .'\"\n").lower()
    if word in allowed:
        label = word
    else:
        reason = "the model said: " + answer[0:80]
    ### END SOLUTION
    return {"label": label, "reason": reason}

for answer in ["grant", " Refuse.\n", "I would rather not say.", ""]:
    print([answer], "becomes", read_answer(answer, ["grant", "refuse"]))
# hint("hw3-read")
# hint("hw3-odd")

# %% nbgrader={"grade": true, "grade_id": "hw3-read", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw3-read")

# %% nbgrader={"grade": true, "grade_id": "hw3-odd", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw3-odd")

# %% [markdown]
# ## 2. A model that is late (3 points)
#
# The next cell is a **fake model**. It gets your prompt, and a dict `replies`. It walks through the dict: do these words stand in the prompt? Then it gives
# the answer that lies in that drawer. If the answer is `TIMEOUT`, it does what a real model does when the line is dead: it raises
# an **error**, and the program stops there. `raise` does that on purpose.
#
# An error can be caught, like a ball. You will do more of that in session 4; the frame is written for you:
#
# - `try:` the lines below it are tried;
# - `except TimeoutError:` if the answer does not come in time, the lines below this are done instead.
#
# First write your own labels into `LABELS`, in small letters. Then finish `solve(text, replies)`, in two places:
#
# 1. below `except`: hand back a dict with the label `unsure`, and a reason;
# 2. at the end: hand back what `read_answer` makes of the answer, with your `LABELS`.

# %%
def fake_model(prompt, replies):
    for words, reply in replies.items():
        if words in prompt and reply == "TIMEOUT":
            raise TimeoutError("no answer in time")
        if words in prompt:
            return reply
    return ""

# %% nbgrader={"grade": false, "grade_id": "hw3-solve-lines", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
LABELS = []
### BEGIN SOLUTION
LABELS = ["pay", "ask"]
### END SOLUTION

def solve(text, replies):
    prompt = "Which label fits? " + ", ".join(LABELS) + "\n<case>\n" + text + "\n</case>"
    try:
        answer = fake_model(prompt, replies)
    except TimeoutError:
        answer = ""
        ### BEGIN SOLUTION
        return {"label": "unsure", "reason": "no answer in time"}
        ### END SOLUTION
    ### BEGIN SOLUTION
    return read_answer(answer, LABELS)
    ### END SOLUTION

for case in ["A lamp is missing.", "A slow case.", "Nobody has heard of this."]:
    print(solve(case, {"lamp": "ask", "slow": "TIMEOUT"}))
# hint("hw3-solve")
# hint("hw3-timeout")

# %% nbgrader={"grade": true, "grade_id": "hw3-solve", "locked": true, "points": 2, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw3-solve")

# %% nbgrader={"grade": true, "grade_id": "hw3-timeout", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw3-timeout")

# %% [markdown]
# ## 3. Your score, with its range (2 points)
#
# Lab 3 saved what your `solve` said about your own cases, in `first_score.csv`. The next cell loads it, and keeps a copy beside this notebook, which is handed in
# with it. Run it as it is.
#
# Then two figures, in the cell below it. Use the names, not the numbers:
#
# - **coverage**: the share of all cases that it handled, from 0 to 1;
# - **low, high**: the range of the share that is right, *of the handled ones*. `interval` gives both.

# %%
answers = load_answers("first_score.csv")
if len(answers): answers.to_csv("first_score.csv", index=False)
truth, said = list(answers["right"]), list(answers["said"])
right = sum(one == other for one, other in zip(truth, said))
handled = len(said) - said.count("unsure")
print(right, "right,", handled, "handled,", len(said), "cases")

# %% nbgrader={"grade": false, "grade_id": "hw3-score-lines", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
coverage = 0
low, high = 0, 0
### BEGIN SOLUTION
coverage = handled / len(said)
low, high = interval(right, handled)
### END SOLUTION
# hint("hw3-coverage")
# hint("hw3-range")

# %% nbgrader={"grade": true, "grade_id": "hw3-coverage", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw3-coverage")

# %% nbgrader={"grade": true, "grade_id": "hw3-range", "locked": true, "points": 1, "schema_version": 3, "solution": false, "task": false, "cell_type": "code"}
check("hw3-range")

# %% [markdown]
# ## 4. Ten failures (10 points, read by your facilitator)
#
# A failure is a wrong answer, or an “unsure” where you would have been sure. The next cell shows yours. Read ten of them in full. Fewer than ten? Try harder cases, or
# take the rest from the mail room of lab 3.
#
# Double-click a text below, write under its question, and press Shift + Enter.

# %%
for case, text, one, other in zip(answers["id"], answers["text"], truth, said):
    if one != other: print(case, "| right:", one, "| said:", other, "|", text)

# %% [markdown]
# **Ten lines.** For each failure: its id; what was right and what was said; **why**, in your words; and its **kind**. Useful kinds are: *the prompt does not say it* · *the
# case can be read in two ways* · *the label was wrong* · *the case needs something that is not in the text* · *the model slipped*.

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw3-failures", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# 1. invoice-02: ask, said pay. Two prices stand in it, 12.50 and 13.20; it did not compare them. *The model slipped.*
# 2. invoice-04: ask, said pay. “No order number”: our prompt says “no order”, which is not quite the same. *The prompt does not say it.*
# 3. invoice-06: ask, said unsure. Ten and eight, two words apart. A person sees it at once. *The model slipped.*
# 4. invoice-08: ask, said pay. “Already paid” pulls towards pay. We say “billed twice”, nobody writes that. *The prompt does not say it.*
# 5. invoice-10: ask, said pay. In French; our prompt and its examples are English. *The prompt does not say it.*
# 6. invoice-11: ask, said pay. Freight. One of us labelled it pay at first, too. *The case can be read in two ways.*
# 7. invoice-13: ask, said pay. A new bank account: the prompt speaks of goods and prices only. *The prompt does not say it.*
# 8. invoice-15: ask, said pay. Which VAT is right for the product does not follow from the text. *Needs something that is not in the text.*
# 9. invoice-20: pay, said unsure. Three times a hundred, all is well. *The model slipped.*
# 10. invoice-29: ask, said pay. Whether we know a company stands in the supplier list only. *Needs something that is not in the text.*
# ### END SOLUTION

# %% [markdown]
# **What follows.** Count the kinds. Which one is largest, and what will you change first: the prompt, the rule, a label, the data that you send, or nothing? Which cases should **always** go to a person, whatever the model
# says? And which one of the ten would have cost most, and how much?

# %% [markdown] nbgrader={"grade": true, "grade_id": "hw3-change", "locked": false, "points": 5, "schema_version": 3, "solution": true, "task": false, "cell_type": "markdown"}
# ### BEGIN SOLUTION
# Four times the prompt does not say it, three times the model slipped, twice the text is not enough, once it can be read in two ways.
# What frightens us: all ten wrong answers say pay where we ask, and none the other way. So for now nothing is paid on this answer
# alone; a clerk looks at every “pay”. First we write four lines into the prompt (bank account, freight, already paid, no order number) and
# add a French example. Then the same thirty again: three fewer wrong would be a sign, one could be luck.
#
# Always to a person: a changed bank account, a company that is not on the supplier list, and everything above 5,000 euros.
#
# Invoice-13 would have cost most: 3,180 euros to a stranger's account, and those seldom come back.
# ### END SOLUTION

# %% [markdown]
# ## Hand it in
#
# 1. Choose **Kernel**, then **Restart Kernel and Run All Cells**. Every check should say *Good*.
# 2. **Save** with Ctrl + S, on a Mac Cmd + S. What is not saved is not handed in.
# 3. Press **Hand in** on your bootcamp home page. Or delete the `#` and the blank after it in the cell below, and run it. `first_score.csv` goes with it.
#
# You may hand in as often as you like until the deadline: the newest version counts.

# %%
# submit("homework-3")
