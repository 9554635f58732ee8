# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Session 3: Function
#
# A model's answer is sometimes odd. Today you build a small machine around it: a text goes in, a
# safe answer comes out, and doubt goes to a person.
#
# **By the end of today you will be able to**
#
# 1. write a function of your own, and say what goes in and what comes out;
# 2. turn any answer of a model into a safe one, with “unsure” as the way to a person;
# 3. give a first score, and say how far you can trust it.
#
# | minutes | what we do |
# | --- | --- |
# | 0–15 | Homework back, and a recall quiz |
# | 15–35 | Watch it work: a dict and a function |
# | 35–80 | Lab A: a mail goes in, a safe answer comes out |
# | 80–100 | Break |
# | 100–175 | Lab B: `solve`, for your own task |
# | 175–185 | Pause |
# | 185–215 | Swap with your neighbour |
# | 215–235 | Stand-up demo |
# | 235–240 | Exit ticket |
#
# ## Welcome back (minutes 0–15)
#
# Run the first cell: Shift + Enter. It fetches today's tools, and your team's prompts of session 2. If they are missing, you get a
# **catch-up piece**, and it says so. (A name is not known? Menu **Run**, **Run All Above Selected Cell**.)
#
# **Recall quiz.** Answer without looking back.
#
# 1. **Why a fence around a mail?** a) It is shorter. b) It hides the mail. c) The model sees where your words end.
# 2. **Why is none of the forty mails an example in the prompt?** a) The score would flatter us. b) Examples must be in French. c) The model forbids it.
# 3. **Kappa is 0.2. What do you mend first?** a) The prompt. b) The labelling rule. c) The people.
#
# Type your three letters between the quotes below. **Stuck?** Delete the `#` and the blank before `hint`, and run the cell.

# %%
from pathlib import Path
from bootcamp.kit import ask, check, confusion, hint, interval, load_cases, load_labels, pick_up, ranges
mails = load_cases("email-routing")
kit = pick_up("prompts.json")

# %% nbgrader={"grade": false, "grade_id": "lab3-quiz", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
quiz = ""
### BEGIN SOLUTION
quiz = "cab"
### END SOLUTION
check("3.1")
# hint("3.1")

# %% [markdown]
# ## Watch it work: a dict and a function (minutes 15–35)
#
# **A dict** keeps things under names, like a drawer cabinet with a label on each drawer. It stands in curly brackets: a name, a
# colon, what is in the drawer. `queues["returns"]` opens one drawer. The next cell holds the six queues of Alder & Finch and what
# belongs in each: the rules of session 2, as a dict. Then the two words for urgency.
#
# | to type | French keyboard | UK keyboard |
# | --- | --- | --- |
# | `{` `}` | AltGr + **4**, AltGr + **=** (Mac: Option + **5**, Option + **)**) | Shift + the keys right of **P** |
# | `\` | AltGr + **8** (Mac: Option + Shift + **:**) | key left of **Z** (Mac: left of **Enter**) |
#
# **A function** is a recipe with a name. You have used many: `print`, `len`, `ask`. Now you write them yourself:
#
# - `def` begins the recipe and gives it a name. In the brackets stands **what goes in**. The line ends with a colon.
# - The lines below are the recipe. They stand four blanks to the right, as in a loop.
# - `return` says **what comes out**. `print` only shows you something; `return` hands it to the next line of code.
#
# Nothing happens when you run a `def`: the computer only learns the recipe. It cooks when you use the name with brackets.
#
# Two more words. An `f` before a quote fills in what stands in curly brackets: `f"- {name}"` gives *- orders*. And `.items()` walks
# through a dict, two by two: each name with its meaning. Square brackets with a `for` inside are a loop in one line, as in session 2.
#
# Run the cells along with your facilitator. In the last line one recipe is used inside another. Remember how long that line was in session 2?

# %%
queues = {
    "orders": "placing, confirming, changing or cancelling an order; an account or web shop problem that keeps someone from ordering; an accepted quote",
    "delivery": "when, where and how goods arrive: late, missing, lost or short parcels, tracking, carrier, address, time, what the driver did",
    "invoices": "money for what was bought: invoices, payments, refunds and credit notes still owed, reminders, VAT, bank details, a wrong charge",
    "returns": "goods that arrived and are wrong, damaged, faulty, unsafe or not wanted: exchange, repair, guarantee, collection",
    "quotes": "before buying: prices, discounts, stock, samples, catalogues, advice on which product fits, tenders",
    "hr_other": "not a customer's purchase: jobs, staff, suppliers selling to us, insurance, advertising, press, neighbours",
}
urgencies = {
    "urgent": "work has stopped; needed today or within two days; somebody was hurt; an account is blocked",
    "normal": "everything else, also when the writer is angry or uses capitals",
}

# %%
def make_prompt(task, meanings):
    lines = [f"- {name}: {meaning}" for name, meaning in meanings.items()]
    return task + "\n" + "\n".join(lines)

def fence(mail):
    return "\n<mail>\n" + mail["subject"] + "\n" + mail["text"] + "\n</mail>"

doubt = " If you cannot tell, answer unsure."
which_queue = make_prompt("Which queue is this mail for? Answer with the name of the queue only." + doubt, queues)
is_urgent = make_prompt("Is this mail urgent? Answer with one word only.", urgencies)
print(ask(which_queue + fence(mails[1])), "and", ask(is_urgent + fence(mails[1])))

# %% [markdown]
# ## Lab A: a mail goes in, a safe answer comes out (minutes 35–80)
#
# ### Step 1. What may come out? (exercise 3.2)
#
# First see what a model does when we are careless. The next cell sends the same mail three times. The first prompt names no
# queue, the second names two, the third is our good one.
#
# Three shapes of answer! A person copes. A program that files mails does not: it would open a drawer that is not there. So
# we write down what may come out, before we ask. Such a list of promises is called a **schema**:
#
# > *The answer has two keys, `queue` and `urgency`. Each of them may have these values, and no others.*
#
# In Python that is a dict, and in each drawer lies a list. `list(queues)` gives the names of a dict as a list, so you need not type them again. Write
# the second drawer yourself: the key `"urgency"`, a colon, and the list of its two values.

# %%
mail = mails[3]
print(ask("Which queue is this mail for?" + fence(mail)))
print(ask("Is this mail for orders or returns?" + fence(mail)))
print(ask(which_queue + fence(mail)))

# %% nbgrader={"grade": false, "grade_id": "lab3-schema", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
schema = {"queue": list(queues)}
### BEGIN SOLUTION
schema = {"queue": list(queues), "urgency": list(urgencies)}
### END SOLUTION
check("3.2")
# hint("3.2")

# %% [markdown]
# ### Step 2. Any answer, made safe (exercise 3.3)
#
# Now your first function. `choose(answer, allowed)` gets an answer of the model and a list of allowed values. It hands back **one of the
# allowed values, or `"unsure"`**. Nothing else can ever come out.
#
# The first line is written. `.strip(...)` takes the signs between its brackets away from both ends: blanks, full stops, quotes (inside a text, a quote is
# written `\"`) and new lines (`\n`). `.lower()` makes capitals small. So “ Returns.” becomes “returns”.
#
# You write the rest, four blanks to the right: **if** `word in allowed`, return `word`. If not, return `"unsure"`. The line below an `if` moves four
# blanks further.
#
# Then the loop tries seven answers that models really give. (It prints each in brackets, so that you see blanks and new lines.) Look at “I think it is returns”. Why not search for the word in the
# sentence? Because “surely not returns” has it too. We take an answer letter for letter, or we ask a person.

# %% nbgrader={"grade": false, "grade_id": "lab3-choose", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def choose(answer, allowed):
    word = answer.strip(" .'\"\n").lower()
    ### BEGIN SOLUTION
    if word in allowed:
        return word
    return "unsure"
    ### END SOLUTION

for answer in ["returns", "Orders.", " INVOICES\n", "I think it is returns", "for orders", "", "I cannot help with that."]:
    print([answer], "becomes", choose(answer, schema["queue"]))
check("3.3")
# hint("3.3")

# %% [markdown]
# ### Step 3. One mail in, one dict out (exercise 3.4)
#
# Put it together. `route(mail)` asks two questions, makes both answers safe, and hands back a dict with three keys:
#
# | key | what is in it |
# | --- | --- |
# | `queue` | one of the six, or `unsure` |
# | `urgency` | `urgent` or `normal`, or `unsure` |
# | `reason` | empty text `""` when all is sure; else a few words for the person who takes over |
#
# The queue is done. Write three things below it: the **urgency**, in the same way, with `is_urgent` and `schema["urgency"]`. Then the **reason**:
# begin with `reason = ""`, and change it *if* one of the two is unsure. (`if "unsure" in [queue, urgency]:` asks that.) At last `return` a dict
# with the three keys. It begins with `{"queue": queue,`

# %% nbgrader={"grade": false, "grade_id": "lab3-route", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
def route(mail):
    queue = choose(ask(which_queue + fence(mail)), schema["queue"])
    ### BEGIN SOLUTION
    urgency = choose(ask(is_urgent + fence(mail)), schema["urgency"])
    reason = ""
    if "unsure" in [queue, urgency]:
        reason = "the model could not tell"
    return {"queue": queue, "urgency": urgency, "reason": reason}
    ### END SOLUTION

print(route(mails[1]))
check("3.4")
# hint("3.4")

# %% [markdown]
# ### Step 4. Forty mails, three numbers (exercise 3.5)
#
# One line now does what took a loop: `[route(mail) for mail in mails]` is a list of forty dicts. A machine that may say “unsure” needs three numbers, not one:
#
# - **right**: it chose the front desk's queue;
# - **wrong**: it chose another one, and nobody was warned;
# - **to a person**: it said unsure. Not an error, but no time saved.
#
# The next cell counts two of them. `zip` walks through two lists at once, `==` asks whether both are the same, and `sum` counts the yeses. Write
# the other lines: how many mails were **handled** (all of them, `len(said)`, minus those that go to a person), and how many of these were **wrong**.
#
# The cell after it forbids “unsure”: it takes the sentence out of the prompt (`replace` puts nothing in its place) and asks again. What did
# the doubt cost, and what did it save?

# %% nbgrader={"grade": false, "grade_id": "lab3-counts", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
said = [route(mail)["queue"] for mail in mails]
truth = [mail["queue"] for mail in mails]
right = sum(one == other for one, other in zip(truth, said))
to_person = said.count("unsure")
handled = 0
wrong = 0
### BEGIN SOLUTION
handled = len(said) - to_person
wrong = handled - right
### END SOLUTION
check("3.5")
# hint("3.5")

# %%
forced = [choose(ask(which_queue.replace(doubt, "") + fence(mail)), schema["queue"]) for mail in mails]
forced_right = sum(one == other for one, other in zip(truth, forced))
print("may say unsure:", right, "right,", wrong, "wrong,", to_person, "to a person")
print("must guess:    ", forced_right, "right,", len(forced) - forced_right, "wrong")

# %% [markdown]
# ### Step 5. How sure is the number? (exercise 3.6)
#
# A share from forty cases is like a taste of soup from a small spoon. Suppose a machine is truly right on 3 of 4 mails. The next cell lets it
# sort forty mails, a thousand times over. `random()` draws a number from 0 to 1, so it is below 0.75 three times in four; `range(40)` means *forty
# times*; `min` and `max` are the smallest and the largest. The same machine, forty mails each time: look how far the luckiest day is from the worst!
#
# So a share needs a **range** beside it. `interval(30, 40)` says: *30 of 40 were right; the truth may well lie between these two*. With 95 % in mind: of twenty such ranges, about one
# misses. (The formula is Wilson's, from 1927. You need not know it.) The picture shows the same share, three of four, from few cases and from many. To
# make a range half as wide you need about four times as many cases.
#
# Now your own. Write into `low, high` the range of the mails that `route` **handled**: how many were right, then how many it handled. One line
# fills two names. Then answer: *your boss asks whether nine of ten handled mails will be right. May you promise it?* A promise must hold at the **low** end. Write `"yes"` or `"no"`.

# %%
from random import random
days = [sum(random() < 0.75 for mail in range(40)) for day in range(1000)]
print("Worst day:", min(days), "of 40 right. Best day:", max(days), "of 40. The same machine!")
ranges({"6 of 8": interval(6, 8), "30 of 40": interval(30, 40), "90 of 120": interval(90, 120), "750 of 1000": interval(750, 1000)}, "Three of four right")

# %% nbgrader={"grade": false, "grade_id": "lab3-promise", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
low, high = 0, 0
promise = ""
### BEGIN SOLUTION
low, high = interval(right, handled)
promise = "yes" if low >= 0.9 else "no"  # or simply the word, between quotes
### END SOLUTION
check("3.6")
# hint("3.6")

# %% [markdown]
# ### Step 6. When may we believe it? (exercise 3.7)
#
# A **confusion matrix** shows every answer at once. Read it in two ways:
#
# - **along a row**: the mails of one queue. Where did they go?
# - **down a column**: what the machine said. When it says this name, is it true?
#
# On the slope from top left to bottom right, in bold, stands what was right. Beside the slope stands what was mixed up. The last column went to a
# person. The table beside the picture has the same figures.
#
# Run the cell, and read one row and one column aloud. Then find a queue whose **column** is clean, or nearly so: when the machine says that name, it was right. Write
# the name into `trusted`. If there are several, take any.

# %% nbgrader={"grade": false, "grade_id": "lab3-trusted", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
trusted = ""
### BEGIN SOLUTION
shares = {name: sum(one == other == name for one, other in zip(truth, said)) / max(1, said.count(name)) for name in queues}
trusted = max(shares, key=shares.get)  # or simply the name, read from the table
### END SOLUTION
check("3.7")
# hint("3.7")
confusion(truth, said)

# %% [markdown]
# ## Break (minutes 80–100)
#
# Save first: Ctrl + S, or Cmd + S.
#
# ## Lab B: `solve`, for your own task (minutes 100–175)
#
# As a team, at **one** screen. You build the same machine for your own cases, and you put it into a file that works without this notebook.
#
# ### Step 1. Labels and prompt (exercise 3.8, 15 minutes)
#
# The first cell takes your thirty cases and the best prompt of session 2. `LABELS` is the schema of your answer: one key, `label`, with these values. Names in
# capitals tell every reader: *this is set once, at the top*.
#
# You write `PROMPT`: your prompt, `own_prompt`, then `+`, then a sentence that **allows the model to doubt**. Use the very word `unsure`, and begin
# with `\n`, a new line: else your sentence hangs on the last line, often an example. Was version 2 better, or is version 3 empty? Then write `kit["v2"]` in the first cell.

# %%
team_folder = Path.home() / "team" if (Path.home() / "team").is_dir() else Path.cwd()  # as in sessions 1 and 2
items = load_labels("eval_dev.csv")
own_prompt = kit["v3"]
print(own_prompt)

# %% nbgrader={"grade": false, "grade_id": "lab3-own", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
LABELS = [label.lower() for label in kit["labels"]]
PROMPT = ""
### BEGIN SOLUTION
PROMPT = own_prompt + "\nIf you cannot tell, answer unsure."
### END SOLUTION
check("3.8")
# hint("3.8")

# %% [markdown]
# ### Step 2. The function `solve` (exercise 3.9, 25 minutes)
#
# `ask` belongs to the bootcamp. Your file must work without it. So the next cell has `ask_model`, which does the same with the tool that
# programmers use, called `openai`. Read it once, and leave it: `OpenAI` opens the line to the model, and waits sixty seconds at most. `create` sends your prompt. A reply may hold several answers, or none at
# all; the last two lines make one text of them.
#
# Then write `solve(text)`. It works like `route`, with one question:
#
# 1. `answer` is what `ask_model` gives. It is written: your prompt, and the text in its fence.
# 2. `label` is that answer, made safe. You have a function for it.
# 3. `reason` is `""`; but if the label is unsure, some words for the person who takes over. Let them see what the model said: `"the model said: " + answer[0:80]` shows
#    its first eighty signs.
# 4. Hand back a dict with the keys `label` and `reason`.
#
# Two ideas stand there already. `model="bootcamp-small"` is used when nobody names another model. And an empty text goes
# to a person at once: `not text.strip()` means “nothing is left without its blanks”.
#
# Is a shared inbox your own case? Then your labels are the queues. Ask the second question too, add the keys `queue` and `urgency`, and
# put `f"is_urgent = {is_urgent!r}"` among the pieces of step 4.

# %% nbgrader={"grade": false, "grade_id": "lab3-solve", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
from openai import OpenAI

def ask_model(prompt, model):
    client = OpenAI(timeout=60)
    reply = client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])
    answers = [choice.message.content or "" for choice in reply.choices]
    return "\n".join(answers)

def solve(text, model="bootcamp-small"):
    if not text.strip():
        return {"label": "unsure", "reason": "the text is empty"}
    answer = ask_model(PROMPT + "\n<case>\n" + text + "\n</case>", model)
    ### BEGIN SOLUTION
    label = choose(answer, LABELS)
    reason = ""
    if label == "unsure":
        reason = "the model said: " + answer[0:80]
    return {"label": label, "reason": reason}
    ### END SOLUTION

check("3.9")
# hint("3.9")

# %% [markdown]
# ### Step 3. Your score, and the price of doubt (exercise 3.10, 20 minutes)
#
# The next cell runs `solve` on your cases and counts, as in Lab A. Then it saves every answer in `first_score.csv`; homework 3 begins with it.
#
# Is it better to let the model doubt? Give both ways a **price in minutes**. In the second cell, fill in two numbers; ask your reviewer. How many minutes
# does **one wrong answer** cost, until it is found and mended? And how many does a person need for **one case**?
#
# Then finish the function `price(wrong, to_person)`: the wrong answers times their minutes, plus the cases for a person times theirs.
#
# The lines below it ask without the doubt, and use your function three times. Is it cheapest when
# a person does all? Then you know something worth much, early: this model cannot do this task yet. Say so, and mend the prompt first.

# %%
results = [solve(text) for text in items["text"]]
own_said = [result["label"] for result in results]
own_truth = [label or label_a for label, label_a in zip(items["label"], items["label_a"])]
own_right = sum(one == other for one, other in zip(own_truth, own_said))
own_person = own_said.count("unsure")
own_wrong = len(own_said) - own_right - own_person
print(own_right, "right,", own_wrong, "wrong,", own_person, "to a person")
score = items[["id", "text"]].assign(right=own_truth, said=own_said, reason=[result["reason"] for result in results])
score.to_csv(team_folder / "first_score.csv", index=False)
print("Share right of those it handled, from low to high:", interval(own_right, own_right + own_wrong))

# %% nbgrader={"grade": false, "grade_id": "lab3-price", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
minutes_wrong = 0
minutes_person = 0
### BEGIN SOLUTION
minutes_wrong, minutes_person = 25, 6
### END SOLUTION

def price(wrong, to_person):
    minutes = 0
    ### BEGIN SOLUTION
    minutes = wrong * minutes_wrong + to_person * minutes_person
    ### END SOLUTION
    return minutes

check("3.10")
# hint("3.10")
guessed = [choose(ask_model(own_prompt + "\n<case>\n" + text + "\n</case>", "bootcamp-small"), LABELS) for text in items["text"]]
guessed_wrong = sum(one != other for one, other in zip(own_truth, guessed))
print("May say unsure:", price(own_wrong, own_person), "minutes. Must guess:", price(guessed_wrong, 0), "minutes.")
print("A person does all of them:", price(0, len(items)), "minutes.")

# %% [markdown]
# ### Step 4. A file of its own (exercise 3.11, 15 minutes)
#
# Your function lives in this notebook only. In session 4 another notebook will need it, and one day IT. So it goes into a file, `solution.py`, in your team's folder.
#
# The next cell writes it. `getsource` gives back the text of a function, as you typed it. `f"PROMPT = {PROMPT!r}"` makes a line of code from your prompt:
# `!r` writes it with its quotes, and each new line as `\n`. `join` puts all pieces under one another, with two empty lines between them. Without a
# prompt nothing is written, so that nobody loses what a colleague has saved.
#
# The cell after it opens the file **in an empty room**. `run_path` runs a file that knows nothing of this notebook: no `kit`, no `items`, nothing that you forgot to
# put in. If `solve` works there, it works anywhere. Look at the file too: double-click `solution.py` in the file list.
#
# Changed your prompt, or a function? Run its cell, then these two again.

# %%
from inspect import getsource
pieces = ["from openai import OpenAI", f"LABELS = {LABELS!r}", f"PROMPT = {PROMPT!r}", getsource(choose), getsource(ask_model), getsource(solve)]
if PROMPT: (team_folder / "solution.py").write_text("\n\n\n".join(pieces), encoding="utf-8")

# %%
from runpy import run_path
opened = run_path(str(team_folder / "solution.py"))
print(opened["solve"](items["text"][0]))
print(opened["solve"]("   "))
check("3.11")
# hint("3.11")

# %% [markdown]
# ## Pause (minutes 175–185)
#
# ## Swap with your neighbour (minutes 185–215)
#
# Sit at the other team's screen. Choose **Run**, **Run All Cells**: does it run for a stranger? Then add a cell at the end, and try to break their function. It should never
# show an error, and never a label that is not on the list:
#
# - `solve("")`, and `solve("?")`;
# - one of *your* cases, which is none of theirs;
# - one of their cases in another language, or twenty times over: `solve(items["text"][0] * 20)`.
#
# Tell them which answer you would **not** have trusted. Go back, and mend what your neighbours stumbled over.
#
# ## Stand-up demo (minutes 215–235)
#
# Two minutes a team: one case that goes right, one that goes to a person and why, your score **with its range**, and what doubt costs.

# %% [markdown]
# ## Exit ticket (minutes 235–240)
#
# Double-click this text, write after each arrow, and press Shift + Enter. Then save.
#
# What can you do now that you could not do this morning? →
#
# What is still foggy? →
#
# Which wrong answer would you least like your boss to see? →

# %% [markdown]
# ## Key points
#
# - A function is a recipe: `def`, what goes in, the steps, `return`.
# - Write down what may come out before you ask. Everything else becomes “unsure”.
# - Unsure goes to a person, with a reason. It costs time; a wrong answer that nobody sees costs more.
# - Three numbers: right, wrong, to a person. And a range, because forty cases are few.
# - A file that works in an empty room works for others.
#
# **What you leave for session 4:** `solution.py` and `first_score.csv` in your team's folder. **Before then:** homework 3 on your home page.
#
# ## Words of today
#
# | word | what it means |
# | --- | --- |
# | dict | things under names, in curly brackets: `{"queue": "orders"}` |
# | key | the name on a drawer of a dict |
# | function | a recipe with a name; you write it with `def` |
# | input | what goes into a function, in the brackets |
# | return | hand the result to the next line of code |
# | if | do the lines below only when something is true |
# | schema | which keys an answer has, and which values each may have |
# | safe answer | an allowed value, or “unsure”; never anything else |
# | handled | answered by the machine, right or wrong; the rest goes to a person |
# | range (interval) | from where to where the truth may lie, given so few cases |
# | confusion matrix | a table of right answers against what was said |
# | `solution.py` | your function in a file, which works without this notebook |
