"""The hints of session 4: for each exercise a nudge, a first step, and a similar case solved."""

__all__ = ["HINTS"]

HINTS: dict[str, tuple[str, str, str]] = {
    "4.1": (
        "Your notebook of session 3 is still in the folder session-03. Its key points help.",
        "Write the letter of question 1 first, then 2, then 3, with nothing between them.",
        'If the answers were the second, the second and the last, you would write quiz = "bbc".',
    ),
    "4.2": (
        "Only the column bytes matters here.",
        "Go down the column. Stop at the smallest number, then at the largest. Copy both names.",
        'A table says letter.txt 310, plan.pdf 88000, note.txt 12: smallest = "note.txt" and '
        'largest = "plan.pdf".',
    ),
    "4.3": (
        "Which line may go wrong? Only that one belongs below try.",
        "Four lines: try with a colon; your return, four blanks further; except ValueError as "
        "problem with a colon; the other return. Keep them in line with the first line below def.",
        'A function for ages: try: return int(age), "" and then except ValueError as problem: '
        "return 0, str(problem). Each on a line of its own.",
    ),
    "4.4": (
        "Say it aloud: if the answer's label is unsure, then the row's status becomes unsure.",
        "== asks whether two things are the same, = puts something into a drawer. You need both, "
        "each once.",
        'For parcels: if parcel["weight"] == "unknown": and below it, four blanks further, '
        'parcel["status"] = "weigh it".',
    ),
    "4.5": (
        "Before any work on a file: is its id in the diary already?",
        "An if with a colon, and below it, four blanks further, one single word.",
        "Watering plants, leaving out the wet ones: for plant in plants: if plant in wet(): "
        "continue. Then: water(plant).",
    ),
    "4.6": (
        "How long would you wait before you ring a busy number again? And after that?",
        "Three numbers with commas. The second is larger than the first, the third larger still.",
        "For a telephone: pauses = [10, 60, 300]. A model needs much less.",
    ),
    "4.7": (
        "Which rows need nobody? Keep all the others.",
        "Copy the example with orders, and change three things: the column, == and the word.",
        'All guests who do not come by car: guests[guests["comes by"] != "car"].',
    ),
    "4.8": (
        "Take it in three steps: one file, one month, one price.",
        "tokens / len(table) is one file. Go on from there, always with the names.",
        "Ink: pages / len(books) * books_a_year / 1_000 * euros_a_thousand.",
    ),
    "4.9": (
        "All three stand in the first fifty lines.",
        "The settings are in capitals. The list of what it writes is at the very top.",
        "A program says PAUSE = 2: you would write pause = 2. A name of a file goes in quotes.",
    ),
    "4.10": (
        "It is one line, and it begins with the name that keeps the totals.",
        "In the brackets: from where, to where, with what. No brackets after the third.",
        "A bakery: totals = bake(flour_store, shop_window, my_recipe).",
    ),
    "4.11": (
        "Read the table above: the column status first, then the reasons.",
        "Count one kind of status only. For the twin look for a reason with the word same.",
        "If four rows said error and photo-9 were the same file as photo-2: unreadable = 4 and "
        'twin = "photo-9".',
    ),
    "4.12": (
        "The share is what part of today's folder waits for a person. The month has more files.",
        "Start with the share, then times, times, and divided by 60. All with names.",
        "Of 20 loaves 3 are returned, 600 a month, 2 minutes each: "
        "returned / baked * loaves_a_month * minutes / 60.",
    ),
    "hw4-row": (
        "Lab 4 had it in two functions. Which line may raise an error?",
        "Begin with a row in which all is well. Then try to read and to solve. Then except.",
        'For parcels: try: row["grams"] = weigh(parcel), except ValueError as problem: '
        'row["status"] = "broken scales", row["why"] = str(problem). Each on a line of its own.',
    ),
    "hw4-run": (
        "Two things for each file: make its row, then put one line at the end of the diary.",
        'The line that opens the diary begins with “with” and has "a" in its brackets. The line '
        "that writes stands four blanks further to the right.",
        'A log of plants: with log.open("a") as file: and below it file.write(json.dumps(plant) '
        '+ "\\n").',
    ),
    "hw4-resume": (
        "Before you make a row, look whether there is one.",
        "An if with name and done(diary). Below it one word, which means: take the next.",
        "Dishes, leaving out the clean ones: if dish in clean(rack): continue.",
    ),
    "hw4-bill": (
        "Three steps: one file, one month, one price.",
        "Check it with easy numbers: a million tokens in one file, one file a month, price 2. What "
        "must come out?",
        "Petrol: litres / trips * trips_a_month * euros_a_litre. Ours has a million in it, too.",
    ),
}
