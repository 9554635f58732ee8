import os
import subprocess
import sys

import pytest

from bootcamp.kit.plain_errors import plain_words


def mistake(source, **names):
    try:
        exec(compile(source, "cell", "exec"), names)
    except Exception as error:
        return error
    raise AssertionError("the cell ran")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("quiz = “abc”", "curly quote in line 1"),
        ("quiz = «abc»", "curly quote"),
        ('quiz = "abc', "no closing quote"),
        ('text = """abc', "no closing quote"),
        ('check("1.1"', "has no partner"),
        ("seconds = [41, 65", "has no partner"),
        ("  quiz = 3", "begins with blanks"),
        ("hour = 07", "Write 7, not 07"),
        ("seconds = [41 65]", "missing comma"),
        ("quiz == = 3", "Look for a missing quote"),
        ("print(my_quue)", "does not know the name “my_quue”"),
        ("mail['queu']", "no such entry"),
        ("'a' + 3", "joins text with text"),
        ("[1] + 95", "joins a list with a list"),
        ("95 + [1]", "do not go together"),
        ("__import__('statistics').median([])", "still empty"),
        ("import pandas; pandas.Series(['95']) / 60", "Numbers have no quotes"),
        ("times = 3\ntimes(4)", "missing comma or *"),
        ("def f(a):\nreturn a", "line 2 should stand four blanks further"),
        ("def f(a):\n    b = 1\n  return b", "odd number of blanks"),
        ("def f(a):\n\tb = 1\n        return b", "begins with a tab"),
        ("def f(a)\n    return a", "needs a colon"),
        ("return 1", "stands too far left"),
        ("if a = 1:\n    b", "two signs: =="),
        ('d = {"a": [1, "b": 2}', "do not fit: [ ends with ], { ends with }"),
        ("def f(a):\n    if a:\n        b = 1\n    return b\nf(0)", "before it is filled"),
        ("def f(a):\n    pass\nf(1)['a']", "handed back nothing"),
        ("def f(a):\n    return a\nf()", "too many or too few"),
        ("open('nothing.py')", "no such file"),
        ("'x'.Lower()", "what stands before the point"),
    ],
)
def test_says_the_likely_cause_in_plain_words(source, says):
    assert says in plain_words(mistake(source, mail={"queue": "orders"}), source)


def test_says_nothing_about_what_it_does_not_know():
    assert plain_words(ZeroDivisionError(), "1/0") == ""


def in_a_notebook(*cells, **environment):
    """What a notebook shows for these cells, run one after another in a process of their own."""
    program = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        "shell = Shell.instance(colors='nocolor')\n"
        "for cell in sys.argv[1:]:\n    shell.run_cell(cell)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *cells],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout


def test_explains_an_error_below_pythons_own_words(tmp_path):
    shown = in_a_notebook(
        "from bootcamp.kit import check", "quiz = “cab”", 'check("1.1")', IPYTHONDIR=str(tmp_path)
    )

    assert "In plain words: there is a curly quote in line 1." in shown
    assert "I cannot find `quiz` yet" in shown


def test_shows_the_kits_own_errors_as_one_sentence(tmp_path):
    shown = in_a_notebook("from bootcamp.kit import ask", 'ask(" ")', IPYTHONDIR=str(tmp_path))

    assert "The prompt is empty" in shown
    assert "Traceback" not in shown
    assert "asking.py" not in shown
    assert "In plain words" not in shown


def test_says_in_which_cell_the_notebook_stopped_that_papermill_ran():
    from papermill.exceptions import PapermillExecutionError

    source = "# Our run\nresult = run(input_folder)"
    error = PapermillExecutionError(2, 1, source, "TypeError", "run() missing 2\nmore", [])

    sentence = plain_words(error, "papermill.execute_notebook()")

    assert "“result = run(input_folder)”, with TypeError: run() missing 2." in sentence
    assert "run.ipynb" in sentence
