"""The hints: for each exercise a nudge, a first step, and a similar case solved."""

from bootcamp.kit import hints_3, hints_4, hints_5, hints_6

__all__ = ["HINTS"]

HINTS: dict[str, tuple[str, str, str]] = {
    "1.1": (
        "Read each question aloud and cross out the answer that promises too much.",
        "Write the letter of question 1 first, then 2, then 3, with nothing between them.",
        'If the answers were the first, the first and the last, you would write quiz = "aac".',
    ),
    "1.2": (
        "Forget the subject line. What does the writer want you to do?",
        "Read the six queues above from top to bottom and stop at the first that fits that wish.",
        "A mail says “what would fifty chairs come to?”. The wish is to know a price before "
        'buying, so: my_queue = "quotes".',
    ),
    "1.3": (
        "Imagine a temp on the first day. What must you tell them before you hand over a mail?",
        "Start with what to do, then list the names of the six queues with commas.",
        'For a mail room with three trays: "Which tray is this letter for: payroll, legal or '
        'post? Answer with one word."',
    ),
    "1.4": (
        "A good rule says what the writer wants. It does not only repeat the name of the queue.",
        "Keep the name and the colon, then finish the sentence “the writer wants to …”.",
        "For the tray “payroll” in a mail room: "
        '"payroll: the writer asks about wages, payslips or days off".',
    ),
    "1.5": (
        "In each printed line, compare the first word with the second.",
        "Count the lines where they agree. Do it once for each of the two printed blocks.",
        "Three lines, “legal | legal”, “post | payroll”, “post | post”: two agree, so you would "
        "write 2. The hard one: “a payslip sent by post, so both words are in it”.",
    ),
    "1.6": (
        "Your phone's stopwatch is enough. Start when the mail appears, stop when you have "
        "decided.",
        "Only whole seconds, with a comma between two times, between the square brackets.",
        "Watch shows 0:52, 1:10 and 0:38: seconds = [52, 70, 38].",
    ),
    "1.7": (
        "Which task makes someone in your team sigh every week?",
        "Name between quotes, then four numbers: times a month, minutes for one, data, risk.",
        "Holiday requests, 60 a month, 10 minutes each, well documented, a slip is easily mended: "
        '["Answer holiday requests", 60, 10, 3, 1].',
    ),
    "1.8": (
        "Take one single case in your hand. What do you hold, and what do you pass on?",
        "Finish these: “I receive one …”, “I hand over one …”, “… looks at it before it counts”.",
        'Holiday requests: input "One request by mail", output "Days left, and a drafted reply", '
        'reviewer "Team lead".',
    ),
    "1.9": (
        "Take five real past cases, easy and hard ones, as they came. Time them one by one.",
        "Your watch shows minutes and seconds. Python can do the sum: 12:05 is 12*60+5.",
        "Three holiday requests at 9:30, 11:00 and 8:15, sixty a month: times_a_month = 60 and "
        "own_seconds = [9*60+30, 11*60, 8*60+15].",
    ),
    "1.10": (
        "Four short answers, then run the two cells below it in order.",
        "Where would you find thirty past cases? What if one answer is wrong? How often may it be?",
        'Holiday requests: data_source = "The shared mailbox, since January", '
        'worst_mistake = "Someone is refused days they have", right_of_ten = 9.',
    ),
    "hw1-charter": (
        "Fill every pair of quotes. A stranger should understand each line.",
        "After typing, run the cell, then the cell that begins with charter =, then the check.",
        'Holiday requests: reviewer = "Team lead", '
        'data_source = "The shared mailbox, since January".',
    ),
    "hw1-volume": (
        "Someone counts this already: a mailbox, a system, an invoice list.",
        "Digits only: 1500, without a blank, a comma or a unit.",
        "The mailbox shows 720 requests last year, so 60 a month: times_a_month = 60 and "
        'volume_source = "Shared mailbox, all of last year".',
    ),
    "hw1-timing": (
        "Five cases on four days is easier than twenty at once, and truer.",
        "Whole seconds with commas between, in square brackets, one line for each day.",
        "Three cases on a Monday at 9:30, 11:00 and 8:15: day_1 = [9*60+30, 11*60, 8*60+15].",
    ),
    "hw1-median": (
        "The median is the middle one, when all times stand in order. Lab 1 shows the command.",
        "The log is in seconds and the answer is in minutes: one more step after the median.",
        "For waiting times in hours, wanted in days: median(waiting) / 24.",
    ),
    "hw1-hours": (
        "Go in three steps: cases in a year, minutes in a year, hours in a year.",
        "A year has twelve months, an hour has sixty minutes. Use the names, not the numbers.",
        "Weekly walks of a known number of kilometres, at 5 km an hour: "
        "walks_a_week * 52 * kilometres / 5.",
    ),
    "2.1": (
        "Your notebook of session 1 is still in the folder session-01. Its last table helps.",
        "Write the letter of question 1 first, then 2, then 3, with nothing between them.",
        'If the answers were the last, the last and the first, you would write quiz = "cca".',
    ),
    "2.2": (
        "A list begins with [ and ends with ]. Six names, so five commas.",
        "Each name has quotes of its own. Copy the spelling from the text above, hr_other too.",
        'Three trays of a mail room: trays = ["payroll", "legal", "post"].',
    ),
    "2.3": (
        "Only one column of the table matters here.",
        "Go down the column F1 and stop at the smallest number. Its row begins with a name.",
        'A table says payroll 0.80, legal 0.35, post 0.61: weakest = "legal".',
    ),
    "2.4": (
        "What would a customer write when they want this? Use those words.",
        "Finish the line: after the colon, five to fifteen words with commas between.",
        'For the tray payroll: "payroll: wages, payslips, overtime, sick pay, days off, a wrong '
        'bank account".',
    ),
    "2.5": (
        "Pick four mails that are still wrong. What kind of mail is each? Invent one like it.",
        "Each example is [a text, its queue], both in quotes. Copy a line of given_examples, "
        "change both parts, and keep the comma at the end of the line.",
        'For a mail room: my_examples = [["My payslip shows too few hours.", "payroll"], ["The '
        'court sent a letter.", "legal"]], tie_rule = "If two trays fit, take the one with a '
        'date."',
    ),
    "2.6": (
        "How much higher is the last number than the first?",
        "Take the name of the last macro-F1, a minus sign, and the name of the first.",
        "A runner took 52 minutes last year and 47 this year: "
        "gain = minutes_last_year - minutes_this_year.",
    ),
    "2.7": (
        "Think of what a colleague would write on a sticky note on the case: that is a label.",
        "For each label finish the sentence: “it is … when …”. Then say what to do when in doubt.",
        'Holiday requests: labels = ["grant", "refuse", "look"], label_rule = "grant: days are '
        "left and the team is covered. refuse: no days left. look: anything else, and when in "
        'doubt."',
    ),
    "2.8": (
        "Is the filled file in your team's folder, with the name eval_dev.csv?",
        "Look at its first line: id,text,label_a,label_b,label. Is every row filled up to label_b?",
        "One row of a holiday team: case-07,Two days in May for a wedding,grant,look, and then "
        "nothing, because label comes after you have talked.",
    ),
    "2.9": (
        "The way that was gone, divided by the whole way. Both begin at chance.",
        "Above the line: agreement minus chance, in brackets. Below it: from chance to 1.",
        "A walk begins at kilometre 3, the goal is at 11 and you stand at 7: "
        "(7 - 3) / (11 - 3) = 0.5 of the way.",
    ),
    "2.10": (
        "Copy the shape of the mail room's prompts, and put your own words in.",
        "Version 1: the task and your labels after dashes. Version 2: a colon and a meaning after "
        "each. Version 3 adds a rule and two examples.",
        'Holiday requests, version 2: """May this holiday be granted? Answer with one word.\n'
        "- grant: days are left and the team is covered\n- refuse: no days left\n- look: anything "
        'else""".',
    ),
    "2.11": (
        "Run the cells of step 4 first, then this one.",
        "It saves what the names hold at this moment: labels, label_rule, the prompts and items.",
        "Changed a prompt? Run its cell, then the saving cell. The order of the numbers on the "
        "left shows what ran last.",
    ),
    "hw2-labels": (
        "Ten cases on three days is easier than thirty at once.",
        "Every row needs five things: id, text, label_a, label_b, label. Then save as CSV UTF-8.",
        "A full row of a holiday team: req-07,Two days in May for a wedding,grant,look,grant.",
    ),
    "hw2-classes": (
        "Which label do you hardly ever see? Look for past cases of that kind.",
        "Write all labels in labels = [...], spelled as in the file, each in quotes.",
        "A holiday team has 22 grant, 7 refuse and 1 look. It searches last summer for two more "
        'look, and writes labels = ["grant", "refuse", "look"].',
    ),
    "hw2-duplicates": (
        "Sort the sheet by its column text: twins then stand under one another.",
        "Replace the second of each pair by another past case. Changing only its id is not enough.",
        "A request that was sent twice is one case. The team keeps the first, and takes the next "
        "request in the mailbox.",
    ),
    "hw2-agreement": (
        "A share: a part, divided by the whole.",
        "The part is the number of cases on which both agree. The whole is the number of cases.",
        "21 of 25 windows are shut: shut / len(windows).",
    ),
    "hw2-kappa": (
        "The formula stands in lab 2, above exercise 2.9.",
        "Two pairs of brackets, one above the line and one below it. Use the names.",
        "How far a savings plan has come: (saved - at_start) / (goal - at_start).",
    ),
}

HINTS |= hints_3.HINTS | hints_4.HINTS | hints_5.HINTS | hints_6.HINTS
