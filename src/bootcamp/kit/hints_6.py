"""The hints of session 6, of its homework and of the final kit, in three steps each."""

__all__ = ["HINTS"]

HINTS: dict[str, tuple[str, str, str]] = {
    "6.1": (
        "Two of the answers in each question would please you. Which one would please an auditor?",
        "Question 1 is about tuning, question 2 about whose words count, question 3 about luck.",
        'If the answers were the last, the first and the first, you would write quiz = "caa".',
    ),
    "6.2": (
        "Each row of the table is a product: so many mails, times so many minutes.",
        "Begin with the checking of all hundred: 100 * 0.5. Then two more products, with +.",
        "Ten letters: each takes 2 minutes to check, and 3 of them 5 minutes to write again. "
        "10 * 2 + 3 * 5 makes 35.",
    ),
    "6.3": (
        "One command gives all three at once, and three names stand before the equals sign.",
        "The text above the cell has the command. It takes the place of 0, 0, 0.",
        "For the quartiles of a list of prices: q1, q2, q3 = np.percentile(prices, [25, 50, 75]).",
    ),
    "6.4": (
        "The sentence names a row and a column of the file. Mend that one box, save, run again.",
        "Save as CSV UTF-8 into the folder final. Points for decimals, no gaps, no % sign.",
        "A row for sick notes: volume,800,850,950,items a year,Payroll report of last "
        "year,Head of payroll,2027-01-18,system.",
    ),
    "6.5": (
        "The table under the picture has the three numbers.",
        "Begin: “We expect … hours a year, and nine times in ten between … and …”.",
        "For a result of 90, 40 and 150: “We expect 90 hours a year, and nine times in ten "
        "between 40 and 150.”",
    ),
    "6.6": (
        "The bars stand in order, the longest on top. The last column says how we know.",
        "Go down the table and stop at the first row whose evidence is estimate.",
        "Rows from the top: volume (system), fix_minutes (estimate), adoption (estimate). The "
        'answer is "fix_minutes".',
    ),
    "6.7": (
        "Three things: a day, a role, a number. Which of them is still missing?",
        "Add timedelta(days=90) to start. If that is a Sunday, one day more.",
        "For a start in the summer: check_day = date(2027, 7, 1) + timedelta(days=90), and the "
        "owner is the head of the front desk.",
    ),
    "6.8": (
        "Do not look at the middle first. Where does the lower end stand, and what was agreed?",
        "Lower end above what was agreed: go. Below it: one of the two others.",
        "Measured 0.91, interval 0.86 to 0.95, agreed 0.80: the lower end is above, so “go”.",
    ),
    "6.9": (
        "Hints are off in the transfer check: it shows what you can do alone. Your own notebooks "
        "are open to you.",
        "Still off. What you look for stands in your lab 2: a prompt, a loop, a number.",
        "Still off, and that is fine. Save what you have, and write into ticket_note what stopped "
        "you: that helps more than a perfect score.",
    ),
    "6.10": (
        "Say each sentence aloud before you type it. If you need a breath, it is too long.",
        "The minutes add up to ten. Quality and hours need a number with its range.",
        'Of another team: ["quality", 1, "On 120 hidden notes it reached 0.88, and we promise '
        '0.82."].',
    ),
    "6.11": (
        "Think of the candidates that you crossed out in session 1.",
        "Two words or more in each of the six, and somebody who reviews. Then run the cell.",
        'Of another team: use_case="Sort the notes to the caretakers", input="One note", '
        'output="Its desk", reviewer="Head caretaker".',
    ),
    "final": (
        "The sentence names one thing at a time. Mend that, run all cells, save, and check again.",
        "Folders stand in the parameters cell only. The four files lie in the output folder.",
        "In another team's notebook a cell said pd.read_csv('~/team/cases/a.csv'). It became "
        "pd.read_csv(Path(input_folder) / 'a.csv').",
    ),
    "hw6-inputs": (
        "The sentence names a row and a column. Open the file, mend that one box, save, run again.",
        "Nine rows, nine columns, nothing empty. A role for the owner, a day for the date.",
        "A row of a holiday team: volume,850,900,980,items a year,Requests counted in the leave "
        "system,Head of personnel,2027-01-18,system.",
    ),
    "hw6-naive": (
        "Three things: how many a year, how many minutes each, and how many minutes an hour has.",
        'Write likely["volume"] * … and divide what comes out by 60.',
        "Letters of a year, at 3 minutes each, in hours: letters * 3 / 60.",
    ),
    "hw6-adjusted": (
        "Do with_tool first. Its three parts stand in the text above, each with its name.",
        "Checking + mending + rest. Then: what one saves is today minus with_tool.",
        "For a team with parcels: rest = (1 - handled) * by_hand, and at the end / 60 - "
        'likely["upkeep_hours"].',
    ),
    "hw6-check": (
        "Two days, one role, one number. Which is still empty?",
        "Days between quotes, year first. The second is ninety days after the first, Monday to "
        "Friday.",
        'Of another team: dict(start="2027-06-01", day="2027-08-30", owner="Head caretaker", '
        "stop_below=25).",
    ),
    "hw6-transfer": (
        "The steps were done in lab 6. Is its file transfer.json still in the folder session-06?",
        "Open lab 6, run the cell that saves it, come back, and run this notebook's cell again.",
        "A citizen who was ill opened lab 6 on Friday, took twenty minutes alone, and saved: her "
        "four steps count like everybody's.",
    ),
}
