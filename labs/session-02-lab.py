# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Session 2: Prompt kit
#
# Last time you chose a task. Today you teach a model to do its first step, and you find out, in numbers,
# how well it does it.
#
# **By the end of today you will be able to**
#
# 1. put a prompt together from pieces, and send it for forty mails with three lines of code;
# 2. say how good a prompt is with one number, and make the number better;
# 3. make thirty right answers for your own task, and show that two of you agree on them.
#
# | minutes | what we do |
# | --- | --- |
# | 0–15 | Homework back, and a recall quiz |
# | 15–35 | Watch it work: a prompt in pieces |
# | 35–80 | Lab A: three prompts for the mail room |
# | 80–100 | Break |
# | 100–175 | Lab B: thirty right answers for your own task |
# | 175–185 | Pause |
# | 185–215 | Swap with your neighbour |
# | 215–235 | Stand-up demo |
# | 235–240 | Exit ticket |

# %% [markdown]
# ## Welcome back (minutes 0–15)
#
# Shift + Enter runs a cell, from top to bottom. If a name is not known, open the menu **Run** and choose
# **Run All Above Selected Cell**. Where `[`, `_` and `#` are on your keyboard stands at the top of lab 1.
#
# The first cell fetches today's tools; you will meet them one by one. Its last line picks up what your team left last
# time. If your charter is missing, you get a **catch-up piece**: the charter of a made-up team, and it says so.
#
# **Recall quiz.** Answer without looking back.
#
# 1. **Why the median of the times, and not the average?** a) It is larger. b) One very slow case does not
#    move it. c) It needs no stopwatch.
# 2. **`mails[0]` is** a) the first mail. b) no mail at all. c) the last mail.
# 3. **A first solution should have** a) as many outputs as possible. b) nobody who looks at it. c) one input,
#    one output, and a reviewer.
#
# Type your three letters between the quotes in the second cell. **Stuck?** Delete the `#` and the blank before `hint`, and run the cell.

# %%
from bootcamp.kit import ask, bars, check, hint, kappa, label_scores, load_cases, load_labels, pick_up
charter = pick_up("charter.json")
print("Your task:", charter["use_case"])

# %% nbgrader={"grade": false, "grade_id": "lab2-quiz", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
quiz = ""
### BEGIN SOLUTION
quiz = "bac"
### END SOLUTION
check("2.1")
# hint("2.1")

# %% [markdown]
# ## Watch it work: a prompt in pieces (minutes 15–35)
#
# Remember Alder & Finch: about 1,900 mails a month, six queues. Text between quotes is called a **string**, and strings can
# be added up. So a prompt can be built from **pieces**, each in its own variable:
#
# | piece | what it is for |
# | --- | --- |
# | **role** | who the model should be |
# | **task** | what it should do, and what the answer should look like |
# | **fence** | two marks, `<mail>` and `</mail>`, around the mail, so that the model sees where *your* words end and the *customer's* begin |
#
# In the next cell, `\n` means “new line”, and `+` puts strings together.
#
# The cell after it is a **loop**. `for mail in mails[0:3]:` means: *take the first three mails, one after the other, call
# each of them `mail`, and do the lines below*. Those lines stand four blanks to the right; that is how
# Python knows what belongs to the loop. Run both cells along with your facilitator.
#
# Compare the two names at the start of each printed line: the front desk's queue, then the model's.

# %%
role = "You sort the mail of Alder & Finch, a wholesaler of office supplies.\n"
task = "Which queue is this mail for? Answer with the name of the queue only.\n"
short_prompt = role + task + "Queues: orders, delivery, invoices, returns, quotes, hr_other"
print(short_prompt)

# %%
mails = load_cases("email-routing")
for mail in mails[0:3]:
    fenced = "\n<mail>\n" + mail["subject"] + "\n" + mail["text"] + "\n</mail>"
    print(mail["queue"], "|", ask(short_prompt + fenced), "|", mail["subject"])

# %% [markdown]
# ## Lab A: three prompts for the mail room (minutes 35–80)
#
# You will write the same prompt three times, each time with more in it, and measure all three on the same forty mails.
#
# ### Step 1. Version 1: names only (exercise 2.2)
#
# Write the six queues as a **list**: each name between quotes, with commas between them, inside the square brackets.
# They are `orders`, `delivery`, `invoices`, `returns`, `quotes` and `hr_other`.
#
# The cell after it does two things. `"\n- ".join(names)` hangs the names under one another, each after a dash. Then comes a loop:
# `answers_1` begins as an empty list `[]`, and `append` adds one answer to its end. After forty rounds it holds forty answers.
# The mail stands in the same fence as before. While the star `[*]` stands there, the model is at work: a minute is normal.

# %% nbgrader={"grade": false, "grade_id": "lab2-names", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
names = []
### BEGIN SOLUTION
names = ["orders", "delivery", "invoices", "returns", "quotes", "hr_other"]
### END SOLUTION
check("2.2")
# hint("2.2")

# %%
prompt_1 = role + task + "- " + "\n- ".join(names)
answers_1 = []
for mail in mails:
    answers_1.append(ask(prompt_1 + "\n<mail>\n" + mail["subject"] + "\n" + mail["text"] + "\n</mail>"))
print(len(answers_1), "answers. The first three:", answers_1[0:3])

# %% [markdown]
# ### Step 2. One number for forty answers (exercise 2.3)
#
# “26 of 40 are right” is a start, but a busy queue can hide a small one. So each queue gets a mark of its own, its **F1**:
#
# > **F1 = 2 × both ÷ (cases + said)**
#
# An example: the front desk put **8** mails into returns (*cases*). The model answered “returns” **4** times (*said*).
# On **3** mails both chose returns (*both*). F1 = 2 × 3 ÷ (8 + 4) = **0.50**. It is 1 when the model finds every one
# and calls no other by that name, and 0 when it finds none.
#
# The **macro-F1** is the plain average of the six F1s. Every queue counts the same, large or small. One number, from 0 to 1.
#
# Run the next cell. `label_scores` builds the table from the front desk's queues and the model's answers; `["F1"]` takes
# the column with that name, `mean` is its average, and `round(…, 2)` keeps two decimals. The last line shows the whole table. Then write the
# name of the weakest queue, the one with the lowest F1, into the cell below it.

# %%
queues = [mail["queue"] for mail in mails]  # a loop in one line: the queue of each mail, as a list
scores_1 = label_scores(queues, answers_1)
print("macro-F1 of version 1:", round(scores_1["F1"].mean(), 2))
scores_1

# %% nbgrader={"grade": false, "grade_id": "lab2-weakest", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
weakest = ""
### BEGIN SOLUTION
weakest = scores_1["F1"].idxmin()  # or simply its name between quotes
### END SOLUTION
check("2.3")
# hint("2.3")

# %% [markdown]
# ### Step 3. Version 2: say what each name means (exercise 2.4)
#
# A new colleague would ask: what goes into `returns`? Four rules are written. Write the other two, after their names and
# colons, from what you know of the mail room since session 1. Use the words that customers use.
#
# Then run the cell below it. It puts the rules under one another, asks about the same forty mails, and prints every
# mail that is still wrong. `zip` walks through two lists at once; `!=` means “is not the same as”; `if` does
# the line below it only when that is true.

# %% nbgrader={"grade": false, "grade_id": "lab2-rules", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
orders_rule = "orders: placing, confirming, changing or cancelling an order; a purchase order; an account or web shop problem that keeps someone from ordering; an accepted quote"
delivery_rule = "delivery: when, where and how goods arrive: late, missing, lost or short parcels, tracking, carrier, customs, address, time, what the driver did"
invoices_rule = "invoices: money for what was bought: invoices, payments, refunds and credit notes still owed, reminders, statements, VAT, bank details, a wrong charge"
hr_rule = "hr_other: not a customer's purchase: jobs, staff and references, apprentices, suppliers selling to us, insurance, advertising, press, neighbours, vans in the way"
returns_rule = "returns: "
quotes_rule = "quotes: "
### BEGIN SOLUTION
returns_rule = "returns: goods that arrived and are wrong, damaged, faulty, unsafe, the wrong size or not wanted: exchange, repair, guarantee, collection"
quotes_rule = "quotes: before buying: prices, discounts, stock, samples, catalogues, advice on which product fits, tenders"
### END SOLUTION
check("2.4")
# hint("2.4")

# %%
rules = [orders_rule, delivery_rule, invoices_rule, returns_rule, quotes_rule, hr_rule]
prompt_2 = role + task + "- " + "\n- ".join(rules)
answers_2 = []
for mail in mails:
    answers_2.append(ask(prompt_2 + "\n<mail>\n" + mail["subject"] + "\n" + mail["text"] + "\n</mail>"))
print("macro-F1 of version 2:", round(label_scores(queues, answers_2)["F1"].mean(), 2))
for mail, answer in zip(mails, answers_2):
    if answer != mail["queue"]:
        print(mail["id"], "|", mail["queue"], "| model:", answer, "|", mail["subject"])

# %% [markdown]
# ### Step 4. Version 3: show examples, and a rule for the doubtful ones (exercise 2.5)
#
# Read three of the wrong mails in full: press **+** above this page for a new cell, write `print(mails[36]["text"])` and run it: that is
# mail-037, because we count from 0. What would have helped? Often not another rule, but an **example**: a short text with its right answer.
#
# **One thing is forbidden:** an example may not be one of the forty mails. We measure with those forty, and one does not grade oneself on the
# questions one has practised with: the number would rise, and the next real mail would be no better sorted. So invent mails *of the same kind*.
#
# Eight examples are given in the first cell below. Each is a small list: a text, then its queue. In the second cell write at least four of your own,
# about the kinds of mail that were wrong, and a **tie rule**: what should decide when a mail fits two queues?
#
# The third cell hangs each example into the prompt, fenced like a mail, with its queue after it. `for text, queue in ...` gives
# each of the two parts its name. Then it asks about the forty mails once more.

# %%
given_examples = [
    ["Same as last month please, and one more box of envelopes.", "orders"],
    ["Please get these ready for tomorrow at 7: 6 rolls of tape, 2 brushes.", "orders"],
    ["Our parcel was promised for Monday, then for Friday. When will it come?", "delivery"],
    ["La facture est juste, mais il manque deux articles dans le colis.", "delivery"],
    ["Vous avez repris la chaise il y a un mois, et j'attends toujours l'avoir.", "invoices"],
    ["The charger gets hot and smells. Should I stop using it?", "returns"],
    ["How much would forty chairs cost, and which of them suits a school?", "quotes"],
    ["We would like to offer your staff a cheaper telephone contract.", "hr_other"],
]

# %% nbgrader={"grade": false, "grade_id": "lab2-examples", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
my_examples = []
tie_rule = ""
### BEGIN SOLUTION
my_examples = [
    ["A box of mugs came that is not on our order. Do you want it back?", "returns"],
    ["Trois étagères livrées hier sont abîmées, avec des coins enfoncés.", "returns"],
    ["You charged postage although our order was above the free limit. Please correct it.", "invoices"],
    ["Je ne trouve plus cet article sur la boutique. Mettez-m'en quatre sur mon compte.", "orders"],
]
tie_rule = "If a mail fits two queues, go by what the writer wants done next."
### END SOLUTION
check("2.5")
# hint("2.5")

# %%
prompt_3 = prompt_2 + "\n" + tie_rule
for text, queue in given_examples + my_examples:
    prompt_3 = prompt_3 + "\n<mail>\n" + text + "\n</mail>\nQueue: " + queue
answers_3 = []
for mail in mails:
    answers_3.append(ask(prompt_3 + "\n<mail>\n" + mail["subject"] + "\n" + mail["text"] + "\n</mail>"))
macro_3 = label_scores(queues, answers_3)["F1"].mean()
print("macro-F1 of version 3:", round(macro_3, 2))

# %% [markdown]
# ### Step 5. What did it bring? (exercise 2.6)
#
# The first line of the next cell fills two names at once, with the macro-F1s of versions 1 and 2; you have the third. Write into `gain` how much version 3 is better than version 1:
# a subtraction, `macro_3 - macro_1`, or the number itself. `bars` draws the three, with the figures beside them.
#
# **How to read it.** Forty mails are few: one mail more or less moves the number by two or three hundredths. A step of 0.15 is progress; a step
# of 0.02 may be luck. And we wrote the examples *after* reading these mistakes, so on mails that nobody has seen, expect less. That is why the facilitator keeps
# a hidden set for session 5.

# %% nbgrader={"grade": false, "grade_id": "lab2-gain", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
macro_1, macro_2 = label_scores(queues, answers_1)["F1"].mean(), label_scores(queues, answers_2)["F1"].mean()
gain = 0
### BEGIN SOLUTION
gain = macro_3 - macro_1
### END SOLUTION
check("2.6")
# hint("2.6")
bars({"version 1": macro_1, "version 2": macro_2, "version 3": macro_3}, "Macro-F1 on forty mails")

# %% [markdown]
# ## Break (minutes 80–100)
#
# Save first: Ctrl + S, or Cmd + S.
#
# ## Lab B: thirty right answers for your own task (minutes 100–175)
#
# As a team, at **one** screen. To measure a prompt you need cases whose right answer is known. Nobody can make them but you.
#
# ### Step 1. Labels, and a rule (exercise 2.7, 15 minutes)
#
# A **label** is the right answer to one case: `pay` or `ask`, `yes` or `no`, one of a few names. Choose **two to six**, short, in
# small letters. Then write a **labelling rule**: what decides between them, for a colleague who starts tomorrow? Two or three sentences.
#
# ### Step 2. Thirty cases, two labellers (exercise 2.8, 25 minutes)
#
# 1. In the file list, right-click `eval_dev.csv`, choose **Download**, and open it in Excel or another spreadsheet. It has thirty empty rows.
# 2. Fill `id` and `text` from real past cases, as they came. **First take out** names, phone numbers, bank details: `[name]`, `[IBAN]`.
# 3. One of you fills `label_a`. **Hide that column**, then another fills `label_b`, without talking. Leave `label` empty for now.
# 4. Save as **CSV UTF-8**. Drag the file into your team's folder in the file list (or beside this notebook).
#
# No cases with you today? Run the cell all the same: it gives you a catch-up piece, the thirty cases of a made-up team with the labels `pay` and `ask`.

# %% nbgrader={"grade": false, "grade_id": "lab2-rule", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
labels = []
label_rule = ""
### BEGIN SOLUTION
labels = ["pay", "ask"]
label_rule = "pay: order, delivery and invoice say the same, or differ by less than one euro. ask: anything else, and when in doubt."
### END SOLUTION
check("2.7")
# hint("2.7")

# %%
items = load_labels("eval_dev.csv")
check("2.8")
# hint("2.8")
items.head()  # the first five rows

# %% [markdown]
# ### Step 3. Do two people agree? (exercise 2.9, 15 minutes)
#
# If two colleagues do not agree on an answer, no model can be right. So we measure it. Two clerks label ten invoices:
#
# | | B says pay | B says ask | together |
# | --- | --- | --- | --- |
# | **A says pay** | 7 | 1 | 8 |
# | **A says ask** | 1 | 1 | 2 |
# | **together** | 8 | 2 | 10 |
#
# They agree on 7 + 1 = 8 of 10: **agreement 0.8**. Sounds good? But both say “pay” nearly always, so they would often agree even with closed eyes.
# How often? A says pay on 8 of 10, B on 8 of 10: 0.8 × 0.8 = 0.64. The same for ask: 0.2 × 0.2 = 0.04. Together **chance 0.68**.
#
# **Kappa** asks: of the way from chance to perfect, how much have they gone?
#
# > **kappa = (agreement − chance) ÷ (1 − chance)**
#
# Work it out in the next cell for these ten invoices: brackets first, `/` is “divided by”. 1 is perfect, 0 is no better than closed eyes.
# From about 0.6 you can work with it; below, the rule is unclear, not the people.
#
# The cell after it gives the kappa of your own two labellers, and shows the cases on which they differ. Talk about each one, sharpen your
# rule, and write what you decide into the column `label`, for all thirty. (Where both agree, `label` is what they said.) Save, load and run again.

# %% nbgrader={"grade": false, "grade_id": "lab2-kappa", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
agreement = 0.8
chance = 0.68
kappa_by_hand = 0
### BEGIN SOLUTION
kappa_by_hand = (agreement - chance) / (1 - chance)
### END SOLUTION
check("2.9")
# hint("2.9")

# %%
print("Our kappa:", kappa(items["label_a"], items["label_b"]))
items[items["label_a"] != items["label_b"]]  # only the rows where the two differ

# %% [markdown]
# ### Step 4. Your own three prompts (exercise 2.10, 15 minutes)
#
# The same three steps as for the mail room: names; then what they mean; then examples and a rule. Three quotes `"""` hold a text of several lines.
# Write for **your** labels. In version 3, **+** adds to what you have, and each example is invented, not one of your thirty.
#
# One more piece for version 3, if a wrong answer is expensive: *If you cannot tell, answer unsure.* A model that may say **“unsure”** guesses less, and a
# person takes the case. Our F1 counts it as not found, so the number may fall. In session 3 it gets a way of its own.
#
# The cell after it measures all three on your thirty cases. Its first line takes the `label` that you decided, or `label_a` where that is
# still empty. Then comes a loop in a loop: for each prompt, for each case.

# %% nbgrader={"grade": false, "grade_id": "lab2-own", "locked": false, "schema_version": 3, "solution": true, "task": false, "cell_type": "code"}
prompt_v1 = """"""
prompt_v2 = """"""
prompt_v3 = prompt_v2 + """"""
### BEGIN SOLUTION
prompt_v1 = """Should we pay this invoice, or ask? Answer with one word only.
- pay
- ask"""
prompt_v2 = """Should we pay this invoice, or ask? Answer with one word only.
- pay: order, delivery and invoice say the same: quantity, price and total match, all received
- ask: something differs or is missing: another price or quantity, not delivered, no order, billed twice, unclear"""
prompt_v3 = prompt_v2 + """
When in doubt, answer ask.
<case>
All eight lamps are here, the price is the one on the order.
</case>
Answer: pay
<case>
Six lamps came and eight are on the invoice.
</case>
Answer: ask"""
### END SOLUTION
check("2.10")
# hint("2.10")

# %%
truth = [label or label_a for label, label_a in zip(items["label"], items["label_a"])]
macros = []
for prompt in [prompt_v1, prompt_v2, prompt_v3]:
    answers = [ask(prompt + "\n<case>\n" + text + "\n</case>") for text in items["text"]]
    macros.append(label_scores(truth, answers)["F1"].mean())
bars({"version 1": macros[0], "version 2": macros[1], "version 3": macros[2]}, "Macro-F1 on our cases")

# %%
# Step 5 (exercise 2.11, 5 minutes). Leave it for session 3: just run this cell, and again when something changed.
# As in session 1 it finds your team's folder (or this one), gathers what you have under one name, and writes it as text.
# Your cases go into eval_dev.csv. An empty kit is not written.
import json
from pathlib import Path
team_folder = Path.home() / "team" if (Path.home() / "team").is_dir() else Path.cwd()
kit = dict(labels=labels, rule=label_rule, v1=prompt_v1, v2=prompt_v2, v3=prompt_v3)
if labels: (team_folder / "prompts.json").write_text(json.dumps(kit, indent=2, ensure_ascii=False), encoding="utf-8")
if len(items): items.to_csv(team_folder / "eval_dev.csv", index=False)
check("2.11")
# hint("2.11")

# %% [markdown]
# ## Pause (minutes 175–185)
#
# ## Swap with your neighbour (minutes 185–215)
#
# Sit at the other team's screen. Read their labelling rule, and nothing else. Then label five of their cases on paper, and compare with their `label`. Where you
# differ, ask: *which word of the rule should have told me?* Let them answer. Then choose **Run**, **Run All Cells**, and see whether their kit runs for a stranger.
#
# Go back, and mend what your neighbours stumbled over.
#
# ## Stand-up demo (minutes 215–235)
#
# Two minutes a team: your labels, your kappa, your bars, and **one case** on which the two of you did not agree.

# %% [markdown]
# ## Exit ticket (minutes 235–240)
#
# Double-click this text, write after each arrow, and press Shift + Enter. Then save.
#
# What can you do now that you could not do this morning? →
#
# What is still foggy? →
#
# Which sentence of your labelling rule would you change first? →

# %% [markdown]
# ## Key points
#
# - A prompt is built from pieces: role, task, names, what they mean, examples, a rule for the doubtful ones.
# - Fence the text you send, so that the model sees where your words end.
# - Measure every version on the same cases. Never use those cases as examples.
# - Macro-F1 counts every label the same. On forty cases small steps may be luck.
# - Kappa tells you whether people agree. If they do not, mend the rule before the prompt.
#
# **What you leave for session 3:** `prompts.json` and `eval_dev.csv` in your team's folder. **Before then:** homework 2 on your home page.
#
# ## Words of today
#
# | word | what it means |
# | --- | --- |
# | string | text between quotes; `+` puts strings together |
# | loop | `for … in …:` does the lines below it once for each thing in a list |
# | append | add one more thing to the end of a list |
# | role, fence | who the model should be; the marks around the text you send |
# | example | a short text with its right answer, inside the prompt |
# | version | one way to write a prompt; v1, v2, v3 |
# | label | the right answer to one case, given by a person |
# | labelling rule | what decides between the labels, in a few sentences |
# | F1 | 2 × both ÷ (cases + said): the mark of one label, 0 to 1 |
# | macro-F1 | the plain average of all labels' F1 |
# | agreement | on how many cases two labellers say the same |
# | kappa | agreement beyond chance: 1 perfect, 0 like closed eyes |
# | unsure | an answer that sends a case to a person |
# | catch-up piece | what a made-up team left, when yours is missing |
