"""The hints of session 3: for each exercise a nudge, a first step, and a similar case solved."""

__all__ = ["HINTS"]

HINTS: dict[str, tuple[str, str, str]] = {
    "3.1": (
        "Your notebook of session 2 is still in the folder session-02. Its key points help.",
        "Write the letter of question 1 first, then 2, then 3, with nothing between them.",
        'If the answers were the second, the second and the last, you would write quiz = "bbc".',
    ),
    "3.2": (
        "A dict with two drawers. The first is there; the second has another name.",
        "After list(queues) comes a comma, then the key between quotes, a colon, and a list.",
        "A mail room with trays and floors: "
        'schema = {"tray": list(trays), "floor": ["ground", "first"]}.',
    ),
    "3.3": (
        "Say it aloud: if the word is an allowed one, hand it back. Else hand back unsure.",
        "Four blanks, then if word in allowed: and on the next line eight blanks and a return. The "
        "other return stands four blanks from the left.",
        "A function that lets only known guests in:\n"
        "    def greet(guest, invited):\n"
        "        if guest in invited:\n"
        '            return "welcome"\n'
        '        return "please wait"',
    ),
    "3.4": (
        "The line of the queue is your model: which two names change for the urgency?",
        "Five lines, four blanks each: urgency = …, reason = …, if … in …:, inside it a new "
        "reason, and return with a dict.",
        "A waiter does the same:\n"
        '    note = ""\n'
        '    if "?" in [starter, main]:\n'
        '        note = "ask the guest again"\n'
        '    return {"starter": starter, "main": main, "note": note}',
    ),
    "3.5": (
        "All mails fall into three heaps. Which heap is known already, and by which name?",
        "`handled` takes one heap away from all. `wrong` takes another away from `handled`.",
        "Of 20 letters, 3 came back and 15 were answered: "
        "arrived = 20 - came_back, silent = arrived - answered.",
    ),
    "3.6": (
        "Two counts go into `interval`. The second is not forty: some mails went to a person.",
        "Write low, high = interval(…, …) with two names of step 4. Compare `low` with 0.9.",
        "18 of 20 parcels in time: low, high = interval(18, 20) gives 0.70 and 0.97. May we "
        'promise eight of ten? The low end is under 0.8, so promise = "no".',
    ),
    "3.7": (
        "A column goes from top to bottom. Its name stands above it in the table.",
        "In each column, compare the bold number with the others. Where is nothing else?",
        "A mail room's column legal holds 5 in bold and a 2 above it; its column post holds only a "
        '6 in bold: trusted = "post".',
    ),
    "3.8": (
        "What would you tell a new colleague who cannot decide? Say it to the model.",
        "own_prompt, then +, then a text in quotes, which begins with \\n and has the word unsure.",
        'Holiday requests: PROMPT = own_prompt + "\\nWhen the request leaves it open, say unsure."',
    ),
    "3.9": (
        "It is `route` with one question. Which function makes an answer safe?",
        "label = choose(…, …), then reason = …, then an if as in `route`, then return with a "
        "dict of two keys.",
        "A function that weighs parcels:\n"
        "    class_ = choose(shown, CLASSES)\n"
        '    note = ""\n'
        '    if class_ == "unsure":\n'
        '        note = "the scale showed: " + shown[0:80]\n'
        '    return {"class": class_, "note": note}',
    ),
    "3.10": (
        "Two heaps, each with its own price a piece. What do they cost together?",
        "Put both minutes in first. Then: one product, a plus, another product.",
        "Bus and taxi: cost = rides_by_bus * bus_price + rides_by_taxi * taxi_price.",
    ),
    "3.11": (
        "Run the cells of steps 1 and 2 first, then the writing cell, then this one.",
        "The file holds what you had when it was written. Is everything that `solve` uses in "
        "`pieces`?",
        "A team wrote a helper called clean_up and used it in solve. They added "
        "getsource(clean_up) to `pieces`, and wrote the file again.",
    ),
    "hw3-read": (
        "Begin with the two lines of `choose`: tidy the answer, then ask whether it is allowed.",
        "Inside the if, put the word into `label`. The last line of the function hands both back.",
        "For opening days:\n"
        '    day = said.strip(" .").lower()\n'
        "    if day in open_days:\n"
        "        result = day",
    ),
    "hw3-odd": (
        "What should happen when the answer is not allowed? The person who looks needs a word.",
        "An else: below the if, and in it a `reason` with the first signs of the answer.",
        'For opening days: else: note = "they wrote: " + said[0:80].',
    ),
    "hw3-solve": (
        "The last line hands something back. Which function reads an answer?",
        "LABELS first: your labels, in small letters. Then return, and the function of part 1 with "
        "its two inputs.",
        "For opening days: return read_day(said, OPEN_DAYS).",
    ),
    "hw3-timeout": (
        "No answer came. What should a colleague read who opens the case tomorrow?",
        "Below the except, eight blanks from the left: return and a dict with both keys.",
        'A phone that nobody answers: return {"day": "unsure", "note": "the line was dead"}.',
    ),
    "hw3-coverage": (
        "A share: a part, divided by the whole.",
        "The part is the handled cases. The whole is the number of entries in `said`.",
        "21 of 25 windows are shut: shut / len(windows).",
    ),
    "hw3-range": (
        "It is the line of exercise 3.6 in the lab.",
        "Two names, a comma between them, one =, and `interval` with two counts.",
        "For parcels in time: low, high = interval(in_time, delivered).",
    ),
}
