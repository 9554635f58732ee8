# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The HR desk finds the article by itself
#
# Every question to the HR desk gets the number of the handbook article that answers it, or goes to a person. Our idea:
# **ask twice, in two ways, and believe the answer only if both agree.** Once each article is described in the everyday
# words of our colleagues, once in the handbook's own words. What touches a person's life never reaches the model.
#
# On 120 questions that we had never seen, with the practice model, it found the right article for 46 % of those that the
# handbook answers (95 % interval: 36 to 57), and left 68 % of the others to a person (53 to 81). That is not enough: the
# usual goals are 80 and 85. So it runs beside us for now, and waits for a stronger model.

# %% tags=["parameters"]
input_folder = "~/team/data/hr-questions/items"
output_folder = "output"
model = "bootcamp-small"

# %%
import email
import email.policy
import hashlib
import json
import re
import time
from pathlib import Path

import pandas as pd
from openai import OpenAI

# %%
folder = Path(input_folder).expanduser()
questions = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".eml"))
output = Path(output_folder).expanduser()
output.mkdir(parents=True, exist_ok=True)
client = OpenAI()
print(len(questions), "questions to answer")

# %% [markdown]
# ## The handbook
#
# It lies beside the questions. Each article begins with `###` and its number.

# %%
handbook = (folder / "handbook.md").read_text(encoding="utf-8")
ARTICLES = {}
for part in re.split(r"^### ", handbook, flags=re.MULTILINE)[1:]:
    number, _, text = part.partition(". ")
    ARTICLES[f"A{number}"] = " ".join(text.split("\n## ")[0].split())
print(len(ARTICLES), "articles")

# %% [markdown]
# ## Our colleagues' words
#
# We wrote `everyday_words.csv` from the handbook and our forty practice questions: nobody asks about
# "carrying over", everybody asks whether their days are lost.

# %%
words = pd.read_csv("everyday_words.csv", dtype=str)
WORDS = {f"A{row.article}": row.words for row in words.itertuples()}

# %% [markdown]
# ## What is always for a person
#
# Rule 5 of the brief, as words that give such a message away. A person reads these, and no model does.

# %%
PERSONAL = re.compile(
    r"harass|bull(y|ied)|afraid|unfair|exception|warning letter|written warning|depress|burn-?out|can't cope|"
    r"turned down|file a complaint|earns? more|more than me|my payslip says|made remarks|remarks about|"
    r"harcèle|harcel|exceptionnel|j'en peux plus|me crie|peur de|injuste|sur mon bulletin|sur mon contrat|"
    r"avertissement|huissier|confidentiel$", re.IGNORECASE | re.MULTILINE)

# %% [markdown]
# ## Reading a question
#
# A mail or a chat message. The chat's first line may say who wrote and when: that is left out. So is what stands below
# the sender's own words.

# %%
def decode(raw):
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")

# %%
def mail_text(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        text = body.get_content()
    except (LookupError, UnicodeError):
        text = decode(body.get_payload(decode=True))
    text = re.sub(r"<(style|head).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL) if "<html" in text else text
    return f"{message['subject'] or ''}\n{text}"

# %%
HEADER = re.compile(r"^(\[\d\d:\d\d\] [^:\n]{1,20}: |[^\n]{0,25}\d\d[:h]\d\d[^\n]{0,15}\r?\n)")
BELOW = re.compile(r"\n--\n|-----Original Message|\nSent from my|\nEnvoyé de mon")

def read_question(path):
    raw = path.read_bytes()
    text = mail_text(raw) if path.suffix == ".eml" else HEADER.sub("", decode(raw))
    text = BELOW.split(text)[0].strip()
    if len(text.split()) < 3:
        raise ValueError("there is nothing to read")
    return text[:3000]

# %% [markdown]
# ## The prompt
#
# The same prompt twice, with other descriptions. The question stands between three quotes, so that a sentence in
# it is not taken for an instruction of ours.

# %%
def make_prompt(descriptions, question):
    lines = [f"- {name}: {meaning}" for name, meaning in descriptions.items()]
    return "\n".join([
        "Choose the article of the staff handbook that answers the employee's question.",
        "Articles:", *lines,
        "Answer with the name of the article only. If no article states the answer, or the matter is personal, answer unsure.",
        "Question:", '"""', question.replace('"""', "'"), '"""'])

# %%
BOTH = {name: f"{WORDS[name]}. {text}" for name, text in ARTICLES.items()}

def ask(descriptions, question):
    messages = [{"role": "user", "content": make_prompt(descriptions, question)}]
    reply = client.chat.completions.create(model=model, messages=messages)
    answer = (reply.choices[0].message.content or "").strip().strip(".").upper()
    tokens = reply.usage.total_tokens if reply.usage else 0
    return (answer if answer in ARTICLES else "unsure"), tokens

# %% [markdown]
# ## One question
#
# `answerable` is `no` whenever a person must look, and `status` says why.

# %%
def answer_question(path):
    row = {"id": path.stem, "answerable": "no", "article": "", "status": "ok", "reason": "", "tokens": 0}
    start = time.perf_counter()
    try:
        question = read_question(path)
        if PERSONAL.search(question):
            row["reason"] = "personal: a person answers"
        else:
            first, row["tokens"] = ask(WORDS, question)
            second, more = ask(BOTH, question)
            row["tokens"] += more
            row |= decide(first, second)
    except ValueError as error:
        row["status"], row["reason"] = "unsure", str(error)[:200]
    except Exception as error:
        row["status"], row["reason"] = "error", f"{type(error).__name__}: {error}"[:200]
    row["seconds"] = round(time.perf_counter() - start, 3)
    return row

# %%
def decide(first, second):
    if first == second == "unsure":
        return {"reason": "no article states it"}
    if first != second:
        return {"status": "unsure", "reason": f"two opinions: {first} and {second}"}
    return {"answerable": "yes", "article": first.removeprefix("A")}

# %% [markdown]
# ## All questions
#
# What is done is kept, so that a second run goes on where the first one stopped.

# %%
settings = json.dumps([WORDS, ARTICLES, PERSONAL.pattern, make_prompt({}, ""), model])
version = hashlib.sha256(settings.encode()).hexdigest()[:8]
saved = output / f"done-{version}.json"
done = json.loads(saved.read_text()) if saved.exists() else {}
for path in questions:
    if done.get(path.stem, {}).get("status", "error") == "error":
        done[path.stem] = answer_question(path)
        saved.write_text(json.dumps(done))
print(len(done), "questions done")

# %% [markdown]
# ## What we hand over

# %%
columns = ["id", "answerable", "article", "status", "reason", "tokens", "seconds"]
table = pd.DataFrame([done[path.stem] for path in questions], columns=columns)
review = table[table["answerable"] == "no"]
table[["id", "answerable", "article", "status"]].to_csv(output / "predictions.csv", index=False)
review[["id", "status", "reason"]].to_csv(output / "review_queue.csv", index=False)
table[["id", "tokens", "seconds"]].assign(model=model).to_csv(output / "cost_log.csv", index=False)

# %%
result = {
    "items": len(table),
    "handled": int((table["answerable"] == "yes").sum()),
    "to_review": len(review),
    "tokens": int(table["tokens"].sum()),
    "seconds": round(float(table["seconds"].sum()), 1),
    "model": model,
}
(output / "result.json").write_text(json.dumps(result, indent=2))
result

# %%
review["reason"].str.replace(r":.*", "", regex=True).value_counts().rename_axis("why a person").to_frame("questions")

# %% [markdown]
# ## To show live
#
# A question that nobody has tried. In front of leadership, change it and run the cell again.

# %% tags=["demo"]
question = "I am moving house on Friday. Do I get a day off for it?"
first, second = ask(WORDS, question)[0], ask(BOTH, question)[0]
print("First opinion: ", first, " Second opinion:", second)
if first == second and first in ARTICLES:
    print("We propose:", ARTICLES[first][:200], "…")
else:
    print("A person answers this one.")

# %% [markdown]
# ## Against our own answers, where there are any

# %%
answers = next(iter(folder.glob("labels.csv")), None)
if answers is None:
    print("No right answers here, so nothing to compare with.")
else:
    right = pd.read_csv(answers, dtype=str, keep_default_na=False)
    both = table.merge(right, on="id", suffixes=("", "_right"))
    cited = both[both["answerable"] == "yes"]
    wrong = cited["article"] != cited["article_right"]
    quality = {"items": len(both), "handled": len(cited), "errors": int(wrong.sum()), "measured_on": "practice questions"}
    (output / "quality.json").write_text(json.dumps(quality, indent=2))
    print(quality)
