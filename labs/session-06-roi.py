# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What our solution is worth

# %% [markdown] tags=["instructions"]
# This notebook is your business case. In the final run its code and its instructions, like these, are left
# away, and what remains is a page that a finance director can question. So every number has a source, every
# guess is shown as a guess, and the result is a range.
#
# **Before you run it**, fill in `roi_inputs.csv`, the file beside this notebook: right-click it, *Open With*,
# *Editor*. It has one row for each number: the lowest, the most likely and the highest value you would defend,
# where it comes from, who stands behind it, and when (like `2027-01-11`). Write shares as `0.7`, not `70 %`;
# thousands without a gap; a text with a comma in it between quotes. `evidence` is one of three words:
#
# - `measured`: you counted or clocked it yourselves,
# - `system`: a program or a report of your company gives it,
# - `estimate`: somebody's judgement. Allowed, but then low and high must differ, and the page shows a ⚠.
#
# If you clocked your work, put the minutes into `timing.csv`, with the columns `step` and `minutes`: a row a
# case, `baseline` for the work by hand, `review` for checking the tool. They count more than any estimate.

# %% tags=["parameters"]
inputs_file = "roi_inputs.csv"
quality_file = "output/quality.json"
output_folder = "output"

# %% [markdown]
# ## The process

# %% [markdown] tags=["instructions"]
# *Your turn:* four short sentences between the quotes, for somebody who has never heard of your process.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "roi-words", "locked": false, "schema_version": 3, "solution": true, "task": false} jupyter={"source_hidden": true}
# Four names, each with a sentence between quotes.
problem = change = risk = check = ""
### BEGIN SOLUTION
problem = "Three colleagues open every mail of the shared inbox and forward it by hand."
change = "The tool proposes queue and urgency; a colleague looks and confirms. What it is unsure of, it leaves to us."
risk = "A wrong queue costs the mail half a day, so every urgent mail is still read by a person."
check = "In 90 days we time twenty mails again and compare the volume handled with this page."
### END SOLUTION

# %% jupyter={"source_hidden": true}
import html
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML, Markdown, display

from bootcamp import roi

# %% jupyter={"source_hidden": true}
display(Markdown(f"""
**The problem.** {html.escape(problem)}

**What changes.** {html.escape(change)}

**What could go wrong.** {html.escape(risk)}
"""))

# %% [markdown]
# ## The answer
#
# The *naive* number multiplies all items by all minutes, as if the tool did everything, at once and without
# a mistake. The *adjusted* number takes off the items that never reach the tool, the checking, the mistakes
# and their repair, and the upkeep. It comes from 10,000 simulated years, each with other values from the ranges below.

# %% jupyter={"source_hidden": true}
inputs = roi.read_inputs(inputs_file)
quality = roi.read_quality(quality_file)
timing = Path(inputs_file).with_name("timing.csv")
timings = roi.read_timings(timing) if timing.exists() else None
result = roi.simulate(inputs, quality, timings)

# %% jupyter={"source_hidden": true}
display(HTML(f"""<table>
<thead><tr><th scope="col"></th><th scope="col">Hours a year</th></tr></thead>
<tr><th scope="row">Naive: all of today's time</th><td>{result.naive:,.0f}</td></tr>
<tr><th scope="row">Adjusted: the middle of 10,000 years</th><td><b>{result.hours.p50:,.0f}</b></td></tr>
<tr><th scope="row">Nine years in ten lie between</th><td>{result.hours.p5:,.0f} and {result.hours.p95:,.0f}</td></tr>
<tr><th scope="row">The first year, while use grows</th><td>{result.year_one.p50:,.0f}</td></tr>
<tr><th scope="row">Chance of saving time at all</th><td>{result.chance_positive:.1%}</td></tr>
</table>"""))

# %% jupyter={"source_hidden": true}
low, middle, high = (f"{value:,.0f}" for value in (result.hours.p5, result.hours.p50, result.hours.p95))
figure, axes = plt.subplots(figsize=(8, 2.8), layout="constrained")
axes.hist(result.draws, bins=60, color="#0b6b74")
axes.axvline(result.hours.p50, color="#1d2b36", label=f"adjusted, middle: {middle}")
axes.axvline(result.naive, color="#8a4b00", linestyle="--", label=f"naive: {result.naive:,.0f}")
axes.set(xlabel="hours saved a year", ylabel="simulated years", yticks=[])
axes.legend(loc="upper center", frameon=False)
words = f"Histogram of hours saved a year: most between {low} and {high}, middle {middle}; naive {result.naive:,.0f}."
display(figure, metadata={"image/png": {"alt": words}})
plt.close(figure)

# %% [markdown]
# ## What the number hangs on
#
# Each bar moves one value from the low to the high end of its likely range (from the 10th to the 90th
# of 100) and leaves the others in the middle. A long bar on a mere estimate is the next thing to measure.

# %% jupyter={"source_hidden": true}
bars = result.tornado[:6]
known = {row.name: row.evidence for row in inputs.rows}
guesses = {bar.name for bar in bars if known.get(bar.name) == "estimate"}
names = [f"⚠ {bar.label}" if bar.name in guesses else bar.label for bar in bars]
figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
axes.hlines(names, [bar.at_p10 for bar in bars], [bar.at_p90 for bar in bars], linewidth=16, color="#0b6b74")
axes.axvline(result.hours.p50, color="#1d2b36")
axes.margins(y=0.15)
axes.invert_yaxis()
axes.set(xlabel="hours saved a year; the line is the middle")
longest = f"longest: {bars[0].label}, from {bars[0].at_p10:,.0f} to {bars[0].at_p90:,.0f} hours"
words = f"Bars: hours a year as one value moves at a time; {longest}. The table below has all of them."
display(figure, metadata={"image/png": {"alt": words}})
plt.close(figure)

# %% jupyter={"source_hidden": true}
moves = [{"value": name, "hours at its low end": f"{bar.at_p10:,.0f}", "hours at its high end": f"{bar.at_p90:,.0f}",
          "how we know it": known.get(bar.name, "counted in the run")} for name, bar in zip(names, bars)]
display(HTML(pd.DataFrame(moves).to_html(index=False, border=0)))
first = next((bar.label for bar in bars if bar.name in guesses), None)
if first:
    display(Markdown(f"**To be measured next:** {html.escape(first)}. It is an estimate (⚠), and moves the result most among those."))

# %% [markdown]
# ## How good does it have to be?

# %% jupyter={"source_hidden": true}
def share(value, words, never):
    return f"**{value:.0%}** {words}" if value is not None else f"**never**: {never}"

adoption = share(result.break_even_adoption, "of the items go through it", "an item costs more time than it saves")
accuracy = share(result.break_even_accuracy, "of its answers are right", "even perfect answers would not do")
right, evidence = 1 - quality.errors / max(quality.handled, 1), result.evidence
display(Markdown(f"""
- It begins to pay when {adoption}.
- It pays as long as {accuracy}. Of {html.escape(quality.measured_on)} it handled
  {quality.handled}, and got **{right:.0%}** of these right.
- The numbers behind this page: {evidence["measured"]} measured, {evidence["system"]} from a system, **{evidence["estimate"]} estimated**.
"""))

# %% [markdown]
# ## Where each number comes from

# %% jupyter={"source_hidden": true}
marks = {"estimate": "⚠ estimate", "system": "from a system", "measured": "measured"}
sources = [{"value": row.label, "low": f"{row.low:,g}", "likely": f"{row.mode:,g}", "high": f"{row.high:,g}",
            "unit": row.unit, "source": f"{row.source} ({row.owner}, {row.date})",
            "evidence": marks[row.evidence]} for row in inputs.rows]
pd.set_option("display.max_colwidth", None)
display(HTML(pd.DataFrame(sources).to_html(index=False, border=0)))
for note in result.notes:
    display(Markdown(f"*Note:* {html.escape(note)}"))

# %% jupyter={"source_hidden": true}
clocked = [("by hand", timings.baseline), ("checking the tool", timings.review)] if timings else []
lines = [f"- {step}: {len(minutes)} timings, {np.mean(minutes):.1f} minutes on average"
         for step, minutes in clocked if minutes]
display(Markdown("**Clocked times, used in place of the ranges above**\n\n" + "\n".join(lines) if lines
                 else "*No clocked times: the minutes above are ranges only.*"))

# %% [markdown]
# ## The check we agree on today

# %% jupyter={"source_hidden": true}
display(Markdown(html.escape(check)))

# %% [markdown]
# *How it is computed.* Hours a year = volume × adoption × [time today − share handled × time with the tool
# − share left to us × time of an exception] ÷ 60 − upkeep. "Time today" has the repair of today's mistakes in
# it, "time with the tool" the checking of every item and the repair of the tool's mistakes. The share handled
# and the tool's mistakes are counted, not guessed.

# %% jupyter={"source_hidden": true}
output = Path(output_folder).expanduser()
output.mkdir(parents=True, exist_ok=True)
written = (output / "roi.json").write_text(json.dumps(result.as_dict(), indent=2))
