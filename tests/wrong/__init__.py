"""Plausible mistakes, stored as small patches: each is noticed at its exercise and nowhere else.

A notebook's mistakes stand in `<notebook>.toml`, one `[[wrong]]` each:

    [[wrong]]
    exercise = "2.3"                     # the check that must notice it
    mistake = "the strongest queue"      # in a few words
    cell = "lab2-weakest"                # grade_id of the cell, or how a cell without one begins
    source = 'weakest = "quotes"'        # the cell's wrong source; or
    answer = 'weakest = "quotes"'        # only what stands between the marks of the solution
    says = "highest F1"                  # what the sentence contains

Instead of a cell, `before` may hold Python that runs in the notebook's folder before it starts, to
spoil a file (`Path`, `json` and `pd` are there). `also = ["2.6"]` names exercises that cannot but
fail too, and `because` says why; `also = ["later cells"]` allows them to stop with an error.

What a notebook needs beside its released files, and what its fake model answers, stands in
`session_<n>.py`: `prepare(folder, notebook)` and `answer(prompt)`, both optional.
"""
