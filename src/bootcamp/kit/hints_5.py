"""The hints of lab 5 and homework 5."""

__all__ = ["HINTS"]

HINTS: dict[str, tuple[str, str, str]] = {
    "5.1": (
        "Your notebook of session 4 is in the folder session-04. Its key points help.",
        "Write the letter of question 1 first, then 2, then 3, with nothing between them.",
        'If the answers were the first, the second and the second, you would write quiz = "abb".',
    ),
    "5.2": (
        "Is solution.ipynb saved? The check reads what is on the disk, not what is on the screen.",
        "First cell: three texts between quotes, copied from its table. Second cell: two lines "
        "that begin with from, and one that begins with result =.",
        "A file tea.py holds a function brew, and the notebook has the names cups and leaves: from "
        "tea import brew, and below it, pot = brew(cups, leaves).",
    ),
    "5.3": (
        "The line that you need stands above. Only the mails change.",
        "The word practised is there twice in that line. What do the other twenty mails go by?",
        'For tram tickets: share_checked = (checked["zone"] == checked["paid"]).mean(), and for '
        'those of today: (today["zone"] == today["paid"]).mean().',
    ),
    "5.4": (
        "What would a new colleague have to reach after a month, so that you let them go on?",
        "A share: seven of ten is 0.7. The sentence begins with “If it is missed, we …”.",
        'Holiday requests: threshold = 0.85, if_missed = "The team lead goes on deciding alone, '
        'and we look at the ten worst cases together."',
    ),
    "5.5": (
        "You need the two counts of the new mails, printed above. Then look at the verdict table.",
        "interval gives two numbers at once. In its brackets: how many right, of how many.",
        "Trains on time: low, high = interval(trains_on_time, trains_all) gives 0.61 and 0.83. "
        'Agreed was 0.70, which is inside: verdict = "open".',
    ),
    "5.6": (
        "Two marks must go: the one that opens the fence, and the one that closes it.",
        "replace gives a new text. Call it on the text, then call it again on what comes out.",
        'Taking dots and dashes out of a number: plain = number.replace(".", "").replace("-", "").',
    ),
    "5.7": (
        "Go down the five answers. Is each of them one of the six queues, letter for letter?",
        "An answer that is no queue is stopped. Of the others, which differ from the right queue, "
        "the first word in each printed line?",
        "Trays payroll, legal and post. A liar says “safe”, “legal” and “post”, and all three "
        'letters are for payroll: through = ["legal", "post"].',
    ),
    "5.8": (
        "Does the folder final hold three files? Open it in the file list.",
        "If the run stops, read its last line. Often solution.py wants a file that is not in "
        "final, or solution.ipynb was not saved before it was copied.",
        "A team copied an empty notebook. They filled in session-05/solution.ipynb, saved it, "
        "and ran the cells of step 1 again.",
    ),
    "5.9": (
        "Only the handled cases count, and only those where the two columns differ.",
        "Write the table's name, then the column in brackets and quotes: two columns, with != "
        "between. Put brackets around it, then .sum().",
        'Late trains: int((trains["planned"] != trains["arrived"]).sum()).',
    ),
    "5.10": (
        "How much shorter is the middle case with the tool?",
        "medians is a small table with two rows. Take one row's value with its name in square "
        "brackets, a minus sign, then the other.",
        'Way to work: middles["bus"] - middles["bicycle"].',
    ),
    "5.11": (
        "Imagine the worst Tuesday with this tool. Who notices first, and what does it cost?",
        "Write behind the colons, on the same line. Five words or more, and each line another "
        "thought.",
        "Holiday requests: “What it never does: It grants no day off by itself; the team lead "
        "signs each one.”",
    ),
    "5.12": (
        "Read it with the eyes of somebody who has never opened JupyterLab.",
        "For “How to run it”: which file do they open, which cell do they run, which folder do "
        "they name?",
        "Holiday requests: “How to see that it went well: result.json counts as many requests as "
        "the mailbox shows since yesterday.”",
    ),
    "hw5-parameters": (
        "It is the notebook of lab 5, from the folder final of your team.",
        "Three names in the cell with the tag, and below it a run that uses these names.",
        "A notebook for the canteen: parameters day and menu; below it, plan = cook(day, menu). It "
        'would not do to write cook("monday", menu).',
    ),
    "hw5-artefacts": (
        "Every test case needs one row in predictions.csv, and one in labels.csv.",
        "Compare the ids in both tables. An id is the file's name without its ending.",
        "The folder holds tea-01.txt to tea-40.txt: then both tables have tea-01 to tea-40.",
    ),
    "hw5-inputs": (
        "The cell that writes inputs.json must see the very files that the run has read.",
        "Is cases_folder the folder with your test cases? Run its cell again after each change.",
        "A team added three cases and forgot this cell: 40 rows in the table, 37 fingerprints.",
    ),
    "hw5-metric": (
        "Three counts: handled, wrong, and the share that is right among the handled ones.",
        "len counts the rows of a table. The share: handled minus errors, divided by handled.",
        "Of 52 parcels 48 came, 6 of them damaged: came = 48, damaged = 6, "
        "share_whole = (came - damaged) / came.",
    ),
    "hw5-interval": (
        "The function interval stands above. It wants a count of right ones, and how many in all.",
        "Right ones are the handled minus the errors. Of how many? Of the handled.",
        "For parcels: low, high = interval(came - damaged, came).",
    ),
    "hw5-verdict": (
        "The table of lab 5 has three rows. In which of them is your range?",
        "Is your low end above the threshold? If not: is the high end below it? Else it is open.",
        'From 0.72 to 0.93, agreed on 0.70: verdict = "yes".',
    ),
}
