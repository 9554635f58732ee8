# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Session 1: Choose
#
# Welcome. You have never written code? Good: this notebook was made for you.
#
# **By the end of today you will be able to**
#
# 1. run a notebook and ask a model a question from it;
# 2. make its answers better by telling it more clearly what you want;
# 3. choose one task that is worth automating, and say in numbers why.
#
# | minutes | what we do |
# | --- | --- |
# | 0–15 | First steps, and a warm-up quiz |
# | 15–35 | Watch it work: the mail room of Alder & Finch |
# | 35–80 | Lab A: you and the mail room |
# | 80–100 | Break |
# | 100–175 | Lab B: your own task |
# | 175–185 | Pause |
# | 185–215 | Swap with your neighbour |
# | 215–235 | Stand-up demo |
# | 235–240 | Exit ticket |
#
# > **Who answers here?** Your company decides which model this room talks to. It may be the
# > **practice model**: a small program that came with this bootcamp. It sorts texts and quotes their main
# > sentences, it needs no internet, and it makes more mistakes than a large model. It tells you when it
# > cannot do something. In a few minutes you will see how to find out who wrote an answer.

# %% [markdown]
# ## First steps (minutes 0–15)
#
# A notebook is a page of **cells**. Some hold text, like this one. Some hold **code**: instructions for
# the computer. To run a cell, click into it and press **Shift + Enter**. A star `[*]` on its left means
# “working”; a number means “done”. Always go from top to bottom.
#
# You cannot break anything. If the page stops making sense, open the menu **Kernel** and choose
# **Restart Kernel and Run up to Selected Cell**. Save with **Ctrl + S** (on a Mac: **Cmd + S**).
#
# | to type | French keyboard | UK keyboard |
# | --- | --- | --- |
# | `"` straight quote | key **3** | Shift + **2** (Mac: Shift + **'**) |
# | `[` `]` | AltGr + **5**, AltGr + **)** (Mac: with Option + Shift) | the keys right of **P** |
# | `_` | key **8** (Mac: Shift + **-**) | Shift + **-** |
# | `*` `/` | key **\*** (Mac: Shift + **$**), Shift + **:** | Shift + **8**, key **/** |
# | `#` | AltGr + **3** (Mac: Shift + **@**) | key left of **Enter** (Mac: Option + **3**) |
#
# Two rules for the whole day: texts stand between **straight quotes** `"like this"`, and decimals have a
# **point**: `2.5`, because Python, the language we write, reads a comma as “and”.
#
# Now run your first cell. It fetches the five tools of this bootcamp and says hello.

# %%
from bootcamp.kit import ask, check, hint, load_cases, submit
print("Ready. Your first cell has run.")

# %% [markdown]
# ### Warm-up quiz
#
# Think of what you read before today, or of what you already know.
#
# 1. **How does a language model write an answer?** a) It looks the answer up in a list of facts.
#    b) It searches your company's files. c) It writes, piece by piece, what is likely to come next.
# 2. **What may you paste into it?** a) What your company's rules allow for this tool. b) Anything, since
#    it forgets. c) Only texts in English.
# 3. **The answer sounds very sure. What does that tell you?** a) That somebody checked it. b) Only that it
#    is well written: it may still be wrong. c) That it is right.
#
# Type your three letters between the quotes, for example `"abc"`, and press Shift + Enter. The last
# line that starts with `check` looks at your answer and says what to do next.
#
# **Stuck?** In the line `# hint(...)`, delete the `#` and the blank after it, and run the cell. Run it again for more help.

# %% nbgrader={"grade": false, "grade_id": "lab1-quiz", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
quiz = ""
### BEGIN SOLUTION
quiz = "cab"
### END SOLUTION
check("1.1")
# hint("1.1")

# %% [markdown]
# ## Watch it work (minutes 15–35)
#
# Alder & Finch sells office and workshop supplies in France, the UK and Ireland. (We made the company
# up, and every person in its mails.) About 1,900 mails a month land in one inbox. Three people at the
# front desk read each one and forward it to one of six **queues**:
#
# | queue | what it takes |
# | --- | --- |
# | `orders` | placing, changing or cancelling an order |
# | `delivery` | when, where and how goods arrive: late, missing, wrong address |
# | `invoices` | money for what was bought: invoices, payments, refunds, reminders |
# | `returns` | goods that arrived and are wrong, damaged, faulty or not wanted |
# | `quotes` | before buying: prices, stock, advice on which product |
# | `hr_other` | all that is not a customer's purchase: jobs, suppliers, advertising, neighbours |
#
# Run the next two cells along with your facilitator. The first fetches 40 mails and calls the list `mails`.
# Such a name is a **variable**: you choose the name, and `=` fills it. `mails[9]` is the mail
# with number 9; numbers begin at 0. `mail["subject"]` is the part of the mail called subject, and `print` shows it.

# %%
mails = load_cases("email-routing")
mail = mails[9]
print(mail["subject"])
print(mail["text"])

# %%
# + joins texts, "\nMail: " begins a new line with the word Mail, and ask sends it all to the model.
print(ask("Summarise this mail in one sentence." + "\nMail: " + mail["text"]))
question = "Which queue is this mail for: orders, delivery, invoices, returns, quotes or hr_other?"
answer = ask(question + "\nMail: " + mail["text"])
print(answer)
print("Written by:", answer.model)

# %% [markdown]
# The last line tells you who answered: `practice-1` is the practice model, any other name is your
# company's. (The practice model does not write a summary of its own: it quotes the sentence that matters most.)
# What you send to a model is called a **prompt**. Same mail, other prompt, other answer: that is today's
# whole secret.
#
# ## Lab A: you and the mail room (minutes 35–80)
#
# ### Step 1. Decide like a person (exercise 1.2)
#
# Read the mail below. What does the writer want to happen next? Write the name of the queue in the cell
# after it. To read another mail, change `28` to any number from 0 to 39. Some are in French, as at
# many companies: pick those that you can read.

# %%
my_mail = mails[28]
print(my_mail["subject"])
print(my_mail["text"])

# %% nbgrader={"grade": false, "grade_id": "lab1-queue", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
my_queue = ""
### BEGIN SOLUTION
my_queue = "returns"
### END SOLUTION
check("1.2")
# hint("1.2")

# %% [markdown]
# ### Step 2. Your first prompt (exercise 1.3)
#
# Tell the model, in one sentence of your own, to sort a mail into one of the six queues. Name all six,
# spelled as in the table, and ask for one word.
#
# The cell after it tries your prompt on ten mails. It says: *for each of the mails from 22 up to 31, print
# the queue that the front desk chose, the model's answer, and the subject.* (Python stops just before the
# second number.) You will learn to write such a line in session 2; today you run it, and give it a few seconds.

# %% nbgrader={"grade": false, "grade_id": "lab1-bare-prompt", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
bare_prompt = ""
### BEGIN SOLUTION
bare_prompt = "Sort this mail into orders, delivery, invoices, returns, quotes or hr_other. Answer with one word."
### END SOLUTION
check("1.3")
# hint("1.3")

# %%
for one in mails[22:32]:
    print(one["queue"], "|", ask(bare_prompt + "\nMail: " + one["text"]), "|", one["subject"])

# %% [markdown]
# ### Step 3. Say what you mean (exercise 1.4)
#
# Bare names are thin: a carrier who does not *collect* a faulty cabinet, is that `delivery` or `returns`?
# The front desk knows; the model can only guess. So give it the **rules**, as you would to a new colleague.
#
# Three rules are written for you. Three quotes `"""` hold a text of several lines. Run that cell, then write the other three rules
# after the names and the colons. The cell after that puts all the lines under one another and tries the same
# ten mails again.

# %%
first_rules = """Which queue is this mail for? Answer with the name of the queue only.
orders: placing, confirming, changing or cancelling an order
delivery: when, where and how goods arrive: late, missing or lost parcels, tracking, address
invoices: money for what was bought: invoices, payments, refunds still owed, reminders"""

# %% nbgrader={"grade": false, "grade_id": "lab1-rules", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
returns_rule = "returns: "
quotes_rule = "quotes: "
hr_rule = "hr_other: "
### BEGIN SOLUTION
returns_rule = "returns: goods that arrived and are wrong, damaged, faulty or not wanted: exchange, repair, collection"
quotes_rule = "quotes: before buying: prices, stock, samples, advice on which product"
hr_rule = "hr_other: not a customer's purchase: jobs and staff, suppliers, advertising, press, neighbours"
### END SOLUTION
check("1.4")
# hint("1.4")

# %%
good_prompt = "\n".join([first_rules, returns_rule, quotes_rule, hr_rule])
for one in mails[22:32]:
    print(one["queue"], "|", ask(good_prompt + "\nMail: " + one["text"]), "|", one["subject"])

# %% nbgrader={"grade": false, "grade_id": "lab1-count", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
# Step 4 (exercise 1.5). In how many of the ten lines do the first two words agree?
right_bare = 0
right_described = 0
still_wrong = ""  # one mail that was hard, and why
### BEGIN SOLUTION
right_bare = 6
right_described = 8
still_wrong = "Desks that were delivered damaged: the word delivered hides a return"
### END SOLUTION
check("1.5")
# hint("1.5")

# %% [markdown]
# Did a mail stay wrong with both prompts? Read it. Often two people would disagree about it too. Such
# mails are precious: they show where the rule is missing, not the model.
#
# ### Step 5. What does it cost today? (exercise 1.6)
#
# Before we speak of saving time, we measure it. Take your phone's stopwatch. Run the cell below, read the mail,
# decide the queue, stop the watch. Change `10` to `11`, `12`, `13` and `15` for the next mails. Write the five times in
# **whole seconds** into the cell after it: 1:05 on the watch is `65`.
#
# That cell also works out the hours a year. The **median** is the middle time when all stand in order: one very slow mail
# does not move it; the line with `import` fetches it. Then: mails a month × 12 × minutes for one ÷ 60. `*` is “times”, `/` is
# “divided by”, and `round` drops the decimals.

# %%
print(mails[10]["text"])

# %% nbgrader={"grade": false, "grade_id": "lab1-seconds", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
seconds = [0, 0, 0, 0, 0]
### BEGIN SOLUTION
seconds = [41, 65, 38, 120, 52]
### END SOLUTION
check("1.6")
# hint("1.6")
from statistics import median
minutes_each = median(seconds) / 60
print(round(1900 * 12 * minutes_each / 60), "hours a year at 1,900 mails a month, for reading alone")

# %% [markdown]
# ## Break (minutes 80–100)
#
# Save first: Ctrl + S, or Cmd + S.
#
# ## Lab B: your own task (minutes 100–175)
#
# From here on, work as a team at **one** screen, in one person's notebook. Take turns at the keyboard. Write roles,
# not names: “team lead”, never the lead's name.
#
# ### Step 1. Put candidates on the table (exercise 1.7, 25 minutes)
#
# Which tasks of yours are tedious, come back every week, and start from a text? Write four to six of
# them. Each line holds five things: **name**, **times a month**, **minutes for one** (a guess will do),
# **data**, **risk**.
#
# | | 0 | 1 | 2 | 3 |
# | --- | --- | --- | --- | --- |
# | **data**: past cases we could use | none | a few | thirty or more | thirty or more, with the right answer known |
# | **risk**: if an answer is wrong | nobody notices | a minute to mend | an unhappy customer | a person's rights, the law, or much money |
#
# More than four? Copy a line, call it `candidate_5`, and add that name inside the brackets in the cell after it. That
# cell fetches `pandas`, the tool for tables, puts your candidates under one another with a name for each column, works
# out the hours a year, and sorts the table: largest first.

# %% nbgrader={"grade": false, "grade_id": "lab1-candidates", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
candidate_1 = ["", 0, 0, 0, 0]
candidate_2 = ["", 0, 0, 0, 0]
candidate_3 = ["", 0, 0, 0, 0]
candidate_4 = ["", 0, 0, 0, 0]
### BEGIN SOLUTION
candidate_1 = ["Check supplier invoices against orders", 400, 6, 3, 2]
candidate_2 = ["Write minutes of the weekly meetings", 16, 45, 2, 1]
candidate_3 = ["Answer questions about holidays", 60, 10, 3, 1]
candidate_4 = ["Rank job applications", 80, 15, 2, 3]
### END SOLUTION
check("1.7")
# hint("1.7")

# %%
import pandas as pd
candidates = [candidate_1, candidate_2, candidate_3, candidate_4]
table = pd.DataFrame(candidates, columns=["name", "times", "minutes", "data", "risk"])
table["hours a year"] = table["times"] * table["minutes"] * 12 / 60
table.sort_values("hours a year", ascending=False)

# %% [markdown]
# ### Step 2. Choose one and cut it down (exercise 1.8, 20 minutes)
#
# Cross out every line with data 0 or 1, and every line with risk 3: a first solution needs past cases, and nobody's
# rights should hang on it. Of what is left, take the top line, unless you all prefer the next. Short,
# specific, and worth it: that is enough.
#
# Now make it smaller. A good first solution takes **one** thing in, gives **one** thing out, and a **person**
# looks at it. At Alder & Finch: *one mail → its queue → the lead of the front desk*.
#
# ### Step 3. Time five real cases (exercise 1.9, 20 minutes)
#
# Now measure, in the second cell below. Take five past cases, as they came: not the five easiest. One of you works, one
# holds the watch. Whole seconds again; for 12:05 on the watch you may type `12*60+5`, Python does the sum.

# %% nbgrader={"grade": false, "grade_id": "lab1-cut-down", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
use_case = ""
case_input = ""
case_output = ""
reviewer = ""
### BEGIN SOLUTION
use_case = "Check supplier invoices against orders"
case_input = "One supplier invoice, and the order it belongs to"
case_output = "Pay, or ask, with the line that does not match"
reviewer = "Accounts payable clerk"
### END SOLUTION
check("1.8")
# hint("1.8")

# %% nbgrader={"grade": false, "grade_id": "lab1-own-times", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
# Step 3 (exercise 1.9)
times_a_month = 0
own_seconds = [0, 0, 0, 0, 0]
### BEGIN SOLUTION
times_a_month = 400
own_seconds = [5*60+10, 7*60+30, 4*60+45, 12*60+5, 6*60]
### END SOLUTION
check("1.9")
# hint("1.9")

# %% [markdown]
# ### Step 4. Write your charter (exercise 1.10, 10 minutes)
#
# A **charter** says on one page what you will build and why. Four answers are missing.
#
# The last is a number. Think of your **sponsor**, who wants this task solved: of ten answers, how many must be right before
# they would use it? No colleague reaches ten. Your solution will be held to your number in session 6.
#
# Then two cells do the rest; just run them.
#
# - The first collects your variables under one name, `charter`, and shows it. `update` adds to it.
# - The second fetches two tools for files, finds your team's folder (or takes this one), turns the charter into text, and
#   writes it to the file `charter.json`, where the whole team and the next session find it. An empty charter is not written.
#   Running it again replaces the file.

# %% nbgrader={"grade": false, "grade_id": "lab1-charter", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
team = ""
data_source = ""  # where could you find thirty past cases?
worst_mistake = ""  # what happens if one answer is wrong?
right_of_ten = 0  # of ten answers, how many must be right?
### BEGIN SOLUTION
team = "Team Heron"
data_source = "The accounts mailbox and the order system, since January"
worst_mistake = "An invoice is paid twice and we ask for the money back"
right_of_ten = 8
### END SOLUTION
# hint("1.10")

# %%
charter = dict(team=team, use_case=use_case, input=case_input, output=case_output)
charter.update(reviewer=reviewer, data=data_source, worst_mistake=worst_mistake)
charter.update(times_a_month=times_a_month, seconds=own_seconds, right_of_ten=right_of_ten)
charter

# %%
import json
from pathlib import Path
team_folder = Path.home() / "team" if (Path.home() / "team").is_dir() else Path.cwd()
text = json.dumps(charter, indent=2, ensure_ascii=False)
if use_case: (team_folder / "charter.json").write_text(text, encoding="utf-8")
check("1.10")

# %% [markdown]
# ## Pause (minutes 175–185)
#
# ## Swap with your neighbour (minutes 185–215)
#
# Sit at the other team's screen. In the menu **Run** choose **Run All Cells**, and read their charter
# as if you had never heard of it. Then ask, and let them answer:
#
# 1. What exactly comes in? May I see one?
# 2. When is an answer wrong, and who would notice?
# 3. What could you leave out and still be proud of it?
#
# Go back to your own screen. Change what they did not understand, and run Lab B's cells again.
#
# ## Stand-up demo (minutes 215–235)
#
# Two minutes a team, no slides: your use case in one sentence, your charter on the screen, your hours a year,
# and one mail that the model got wrong.

# %% [markdown]
# ## Exit ticket (minutes 235–240)
#
# Double-click this text, write after each arrow, and press Shift + Enter. Then save: your facilitator reads it
# before the next session.
#
# What can you do now that you could not do this morning? →
#
# What is still foggy? →
#
# What will you tell your sponsor, the person who wants your task solved? →

# %% [markdown]
# ## Key points
#
# - The same model answers better when you tell it what you mean. Names alone are thin; rules help.
# - Look at the mistakes one by one. Each asks for a rule, an example, or a person.
# - Measure the time before you promise to save it. The median is fairer than the average.
# - One input, one output, one reviewer: small enough to finish, useful enough to show.
#
# **What you leave for session 2:** `charter.json` in your team's folder. **Before then:** homework 1 on your home page.
# Each of you times twenty cases; begin tomorrow.
#
# ## Words of today
#
# | word | what it means |
# | --- | --- |
# | notebook, cell | this page, and one box on it |
# | code, Python | instructions for the computer, and the language they are written in |
# | run | let the computer follow a cell's instructions (Shift + Enter) |
# | kernel | the program behind the page that runs your cells |
# | variable | a name that holds something: `my_queue = "orders"` |
# | list | several things in square brackets, counted from 0 |
# | model | a program that writes an answer to a text |
# | practice model | the small model that comes with this bootcamp |
# | prompt | the text you send to a model |
# | queue | where a mail waits for the people who deal with it |
# | median | the middle value when all stand in order |
# | charter | one page that says what you will build, for whom, and why |
# | sponsor | the person who wants your task solved, and can decide |
