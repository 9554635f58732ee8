"""The hints: for each exercise a nudge, a first step, and a similar case solved."""

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
        "Three short answers, then run the two cells below it in order.",
        "Where would you look today for thirty past cases? And what if one answer is wrong?",
        'Holiday requests: data_source = "The shared mailbox, since January", '
        'worst_mistake = "Someone is refused days they have".',
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
}
