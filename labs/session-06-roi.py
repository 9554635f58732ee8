# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] tags=["instructions"]
# # What our solution is worth
#
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
# The first nine rows are about time. The **ten rows on money** below them are for your sponsor and for finance:
# leave all ten as they are, and the page keeps to hours; begin one, and it needs them all. A cost that you do not
# have is `0`. `reused_share` is the share of the saved time for which somebody has named a new use: only that part
# is counted as money.
#
# If you clocked your work, put the minutes into `timing.csv`, with the columns `step` and `minutes`: a row a
# case, `baseline` for the work by hand, `review` for checking the tool. They count more than any estimate.

# %% tags=["parameters"]
inputs_file = "roi_inputs.csv"
quality_file = "output/quality.json"
output_folder = "output"

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
import base64
import io
import json
from html import escape
from pathlib import Path

from IPython.display import HTML, Markdown, display
from matplotlib.figure import Figure

from bootcamp import roi
from bootcamp.roi import chance, euros, exact, percent, rounded, whole
from bootcamp.roi import words as _

# %% jupyter={"source_hidden": true}
inputs = roi.read_inputs(inputs_file)
quality = roi.read_quality(quality_file)
timing = Path(inputs_file).with_name("timing.csv")
timings = roi.read_timings(timing) if timing.exists() else roi.Timings()
result = roi.simulate(inputs, quality, timings)
hours, money, evidence = result.hours, result.cash, result.evidence
known = result.known
said = {"measured": _("measured"), "system": _("system"), "estimate": _("estimate"), "counted": _("counted")}

# %% jupyter={"source_hidden": true}
def table(head, *rows):
    """A table; a column whose name begins with > holds numbers, and stands on the right."""
    def cell(tag, column, text):
        number, scope = column.startswith(">"), "" if tag == "td" else ' scope="row"'
        look = 'class="number" style="text-align: right"' if number else 'style="text-align: left"'
        return f"<{tag}{scope} {look}>{text}</{tag}>"
    names = "".join(cell("th", column, column.lstrip(">")).replace('"row"', '"col"') for column in head)
    lines = ("".join(cell("td" if place else "th", column, text) for place, (column, text)
                     in enumerate(zip(head, row))) for row in rows)
    return f"<table><thead><tr>{names}</tr></thead><tbody><tr>{'</tr><tr>'.join(lines)}</tr></tbody></table>"

def card(number, words):
    return f'<div class="figure"><b>{number}</b> <span>{words}</span></div>'

# %% jupyter={"source_hidden": true}
def chart(height):
    figure = Figure(figsize=(5.2, height), dpi=150)
    axes = figure.subplots()
    axes.spines[["top", "left", "right"]].set_visible(False)
    return figure, axes

def picture(figure, words, beside, above=""):
    """A picture with its words, for those who cannot see it, and a table beside it."""
    content = io.BytesIO()
    figure.savefig(content, format="png", bbox_inches="tight")
    address = "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
    image = f'<img alt="{escape(words)}" src="{address}" style="max-width: 34em">'
    display(HTML(f'<div class="together">{above}<div class="beside"><div>{image}</div><div>{beside}</div></div></div>'))

def range_of(interval, say=whole):
    return _("{low} to {high}", low=say(interval.p5), high=say(interval.p95))

def guess(name):
    return " ⚠" if known.get(name) == "estimate" else ""

# %% [markdown]
# ## The proposal

# %% jupyter={"source_hidden": true}
volume, minutes = inputs["volume"], inputs["baseline_minutes"]
display(HTML("<p>" + _(
    "{problem} In figures: {items} items a year, {minutes} minutes each by hand.\n{change} <b>The risk:</b> {risk}",
    problem=escape(problem), items=whole(volume.mode), minutes=exact(minutes.mode),
    change=escape(change), risk=escape(risk)) + "</p>"))

# %% jupyter={"source_hidden": true}
cards = [card(f"{whole(hours.p50)} h", _("saved a year at full use, P50 [P5 to P95: {range}]", range=range_of(hours))),
         card(chance(result.chance_positive), _("chance that it saves time at all, P(H &gt; 0)"))]
if money:
    months = f" [{money.payback_range}]" if money.payback_months[0] else ""
    cards += [card(euros(money.year.p50), _("cash a year at full use, after running costs [{range}]",
                                            range=range_of(money.year, euros))),
              card(money.payback.capitalize(), _("payback of {build} to build", build=euros(money.build.p50)) + months)]
mix = _("The numbers behind this page: {measured} measured, {system} from a system, <b>{estimate} estimated (⚠)</b>.",
        **evidence)
display(HTML(f'<div class="figures">{"".join(cards)}</div><p>{mix}</p>'))

# %% [markdown]
# ## Hours a year
#
# The *naive* number multiplies every item of a year by every minute of today. The *adjusted* one takes off the items that
# never reach the tool, the checking, what is left to people, mistakes and their repair, and upkeep. It is the middle (P50) of
# 10,000 simulated years, each with other values from the ranges below; nine years in ten lie between P5 and P95.

# %% jupyter={"source_hidden": true}
figure, axes = chart(2.6)
axes.hist(result.draws, bins=60, histtype="stepfilled", color="#0b6b74")
axes.axvline(hours.p50, color="#1d2b36", label=_("adjusted, P50: {hours}", hours=whole(hours.p50)))
axes.axvline(result.naive, color="#8a4b00", linestyle="--", label=_("naive: {hours}", hours=whole(result.naive)))
axes.set(xlabel=_("hours saved a year"), yticks=[])
axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, ncols=2)
picture(
    figure,
    _("Histogram of hours saved a year: nine years in ten from {low} to {high}, middle {middle}; naive {naive}.",
      low=whole(hours.p5), high=whole(hours.p95), middle=whole(hours.p50), naive=whole(result.naive)),
    table([_("Hours a year"), ">" + _("Naive"), ">" + _("Adjusted, P50"), ">" + _("P5 to P95")],
          [_("at full use"), whole(result.naive), f"<b>{whole(hours.p50)}</b>", range_of(hours)],
          [_("in the first year"), "–", whole(result.year_one.p50), range_of(result.year_one)],
          [_("chance to save time"), "–", chance(result.chance_positive), ""]))

# %% [markdown]
# ## In money

# %% jupyter={"source_hidden": true}
if not money:
    display(Markdown(_(
        "The money's side is left out: the inputs have none of the ten rows that it rests on, which are {names}.",
        names=", ".join(f"`{name}`" for name in roi.MONEY))))
else:
    likely = {name: f"{exact(row.mode)}{guess(name)}" for name, row in inputs.money.items()}
    costs = {name: f"{euros(row.mode)}{guess(name)}" for name, row in inputs.money.items()}
    share = inputs["reused_share"]
    at_work = _("{builders} people × (24 hours in the sessions + {homework_hours} of homework)"
                " + {facilitator_hours} hours of the facilitator, at the cost of an hour", **likely)
    running = _("licences {licence_cost}, model {model_cost}, hosting {hosting_cost}", **costs)
    worth = _("hours × {cost} an hour{guess} × {share}", cost=euros(inputs["hour_cost"].mode), guess=guess("hour_cost"),
              share=percent(share.mode) + guess("reused_share"))
    growing = _("use grows over {months} months{guess}; running cost from the first",
                months=exact(inputs["ramp_months"].mode), guess=guess("ramp_months"))
    display(HTML(table(
        ["", ">P50", ">" + _("P5 to P95"), _("Rests on (most likely values)")],
        [_("Value of the hours with a named new use, a year"), euros(money.worth.p50), range_of(money.worth, euros), worth],
        [_("Running cost a year"), euros(money.running.p50), range_of(money.running, euros), running],
        [_("<b>Cash a year at full use</b>"), f"<b>{euros(money.year.p50)}</b>", range_of(money.year, euros),
         _("value less running cost")],
        [_("Cash in the first year"), euros(money.first_year.p50), range_of(money.first_year, euros), growing],
        [_("Cost to build, once"), euros(money.build.p50), range_of(money.build, euros), at_work],
        [_("<b>Payback</b>"), f"<b>{money.payback}</b>", money.payback_range,
         _("the month in which the cash so far reaches the cost to build")],
    ) + "<p>" + _("""<b>Not every hour is cash.</b> Only the {share} of the hours with a named new use count here
({source}; {owner}, {date}). The others are time, and stay time.
Cash a year = hours × cost of an hour × share with a new use − licences − model − hosting. Each line is the middle of its own
10,000 values, so the lines need not add up to the euro.""",
        share=percent(share.mode), source=escape(share.source), owner=escape(share.owner), date=share.date) + "</p>"))

# %% jupyter={"source_hidden": true}
if money:
    last = next((month for month in (24, 36, 48) if month >= 1.5 * (money.payback_months[2] or 60)), 60)
    shown = money.months[:last]
    numbers = [month.number for month in shown]
    figure, axes = chart(4.2)
    axes.fill_between(numbers, [month.so_far.p5 for month in shown], [month.so_far.p95 for month in shown],
                      color="#0b6b74", alpha=0.25, linewidth=0, label=_("P5 to P95"))
    axes.plot(numbers, [month.so_far.p50 for month in shown], color="#0b6b74", label=_("cash so far, P50"))
    axes.axhline(money.build.p50, color="#8a4b00", linestyle="--",
                 label=_("cost to build: {build}", build=euros(money.build.p50)))
    axes.set(xlabel=_("months since the start"), ylabel=_("euros"), xticks=range(0, last + 1, last // 6))
    axes.yaxis.set_major_formatter(lambda value, place: whole(value))
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, ncols=2)
    rows = [[month.number, percent(month.use), euros(month.so_far.p50), range_of(month.so_far, euros), percent(month.paid_back)]
            for month in money.months if month.number <= 12 or month.number in (18, 24, 36, 48, 60)]
    by = ", ".join(_("{chance} by month {month}", chance=chance(paid), month=month) for month, paid in money.paid_back.items())
    words = (_("Payback: <b>{month}</b>; in nine simulations of ten {range}. Paid back are {chances}.",
               month=money.payback, range=money.payback_range, chances=by) if money.payback_months[0]
             else _("Payback: <b>{month}</b>. Paid back are {chances}.", month=money.payback, chances=by))
    picture(
        figure,
        _("Line of the cash so far, month by month for {last} months, with its range, and the cost to build, "
          "{build}. Paid back: {month}; {range}.",
          last=last, build=euros(money.build.p50), month=money.payback, range=money.payback_range),
        table([">" + _("Month"), ">" + _("Use"), ">" + _("Cash so far, P50"), ">" + _("P5 to P95"), ">" + _("Paid back")], *rows),
        "<h3>" + _("Month by month") + f"</h3><p>{words}</p>")

# %% jupyter={"source_hidden": true}
if money:
    priced = [(_("overlooked"), quality.missed, money.missed_a_year, "missed_cost"),
              (_("a false alarm"), quality.false_alarms, money.false_alarms_a_year, "false_alarm_cost")]
    rows = [[what, _("{count} of {items}", count=count, items=quality.items), euros(price.p50), range_of(price, euros),
             exact(inputs[name].mode, "euros") + guess(name)] for what, count, price, name in priced if price]
    uncounted = _(" and ").join(what for what, count, price, name in priced if not price)
    head = ["", ">" + _("Counted"), ">" + _("Euros a year, P50"), ">" + _("P5 to P95"), ">" + _("One costs")]
    note = _("As if nobody looked at what the tool proposes. It is not taken off above: it is a risk to be accepted or covered.")
    if uncounted:
        note += " " + _("Not counted in this case, and so not priced: {what}.", what=uncounted)
    display(HTML("<h3>" + _("What mistakes would cost, apart") + f"</h3>{table(head, *rows) if rows else ''}<p>{note}</p>"))

# %% [markdown]
# ## What the hours hang on
#
# Each bar moves one value from the low end of its likely range (P10) to the high end (P90), and leaves the others in the middle.

# %% jupyter={"source_hidden": true}
bars = result.tornado[:6]
names = [f"{bar.label}{guess(bar.name)}" for bar in bars]
figure, axes = chart(3.2)
axes.hlines(range(len(bars)), [bar.at_p10 for bar in bars], [bar.at_p90 for bar in bars], linewidth=14, color="#0b6b74")
axes.set(xlabel=_("hours saved a year; the line is P50"), yticks=range(len(bars)), yticklabels=range(1, len(bars) + 1))
axes.axvline(hours.p50, color="#1d2b36")
axes.margins(y=0.15)
axes.invert_yaxis()
moves = _("; ").join(_("{label}: {low} to {high}", label=bar.label, low=whole(bar.at_p10), high=whole(bar.at_p90)) for bar in bars)
picture(figure, _("Bars: hours a year as one value moves. {moves}.", moves=moves), table(
    [">", _("Value"), ">" + _("Hours at P10"), ">" + _("at P90"), _("How we know it")],
    *([place, escape(name), whole(bar.at_p10), whole(bar.at_p90), said[known.get(bar.name, "counted")]]
      for place, (name, bar) in enumerate(zip(names, bars), start=1))))
first = next((bar.label for bar in bars if known.get(bar.name) == "estimate"), None)
if first:
    display(Markdown(_("**To be measured next:** {value}. Among the estimates (⚠) it moves the result most.", value=first)))

# %% [markdown]
# ## How good does it have to be?

# %% jupyter={"source_hidden": true}
def needed(value, never, any_will_do):
    if value is None:
        return _("never: {why}", why=never)
    return _("at least {share}", share=percent(value)) if value >= 0.005 else _("any: {why}", why=any_will_do)

plan = inputs["adoption"]
planned = _("{likely} planned ({low} to {high})", likely=percent(plan.mode), low=percent(plan.low), high=percent(plan.high))
where = escape(quality.counted_on)
right = (_("{share} of the {n} handled, counted on {where}", share=percent(1 - quality.errors / quality.handled),
           n=quality.handled, where=where)
         if quality.handled else _("none handled, counted on {where}", where=where))
display(HTML(table(
    [_("To save time at all"), _("it takes"), _("we have")],
    [_("Items that go through the tool"), needed(
        result.break_even_adoption, _("even if all did, it would cost more time than it saves"),
        _("even a few of them save time")),
     planned + guess("adoption")],
    [_("Answers of the tool that are right"), needed(
        result.break_even_accuracy, _("even perfect answers would not do"), _("it saves time even where all are wrong")),
     right])))

# %% jupyter={"source_hidden": true}
def sources(rows):
    head = [_("Value, and its row"), ">" + _("Low"), ">" + _("Likely"), ">" + _("High"), _("Unit"), _("Source"), _("Evidence")]
    return table(head, *(
        [f"{row.label} <code>{row.name}</code>", exact(row.low), exact(row.mode), exact(row.high), row.unit_in_words,
         f"{escape(row.source)} ({escape(row.owner)}, {row.date})",
         ("⚠ " if known[row.name] == "estimate" else "") + said[known[row.name]]] for row in rows))

heading = "<h2>" + _("Where each number comes from") + "</h2>"
display(HTML(f'<div class="sources">{heading}{sources(inputs.rows)}{sources(inputs.money.values()) if money else ""}</div>'))

# %% jupyter={"source_hidden": true}
where = (_("by the final run <b>{run}</b>, data <code>{data}</code>", run=escape(quality.run), data=escape(quality.data_sha256[:12]))
         if quality.run else _("by the team itself, not yet by a final run"))
lines = [_("The tool's share handled ({handled} of {items}) and its mistakes ({errors} of {handled}) "
           "were counted on {counted_on}, {where}.", handled=quality.handled, items=quality.items, errors=quality.errors,
           counted_on=escape(quality.counted_on), where=where)]
used = ((_("{n} clocked times by hand, {mean} minutes on average, are used in place of the range of <code>{name}</code>."),
         timings.baseline, "baseline_minutes"),
        (_("{n} clocked times of checking, {mean} minutes on average, are used in place of the range of <code>{name}</code>."),
         timings.review, "review_minutes"))
lines += [line.format(n=len(log), mean=rounded(sum(log) / len(log), 1), name=name) for line, log, name in used if log]
lines += [_("Note: {note}", note=escape(note)) for note in result.notes]
display(HTML("<ul><li>" + "</li><li>".join(lines) + "</li></ul>"))

# %% [markdown]
# ## The check in 90 days

# %% jupyter={"source_hidden": true}
display(HTML("<p>" + _("{check} The number to compare with: {hours} hours a year [{range}] at full use.",
                       check=escape(check), hours=whole(hours.p50), range=range_of(hours)) + "</p>"))

# %% [markdown]
# *How it is computed.* Hours a year = volume × adoption × [time today − share handled × time with the tool
# − share left to us × time of an exception] ÷ 60 − upkeep. "Time today" has the repair of today's mistakes in
# it, "time with the tool" the checking of every item and the repair of the tool's mistakes. The share handled
# and the tool's mistakes are counted, not guessed. Use grows in a straight line to full use.

# %% jupyter={"source_hidden": true}
output = Path(output_folder).expanduser()
output.mkdir(parents=True, exist_ok=True)
written = (output / "roi.json").write_text(json.dumps(result.as_dict(), indent=2))
