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
    ],
)
def test_says_the_likely_cause_in_plain_words(source, says):
    assert says in plain_words(mistake(source, mail={"queue": "orders"}), source)


def test_says_nothing_about_what_it_does_not_know():
    assert plain_words(ZeroDivisionError(), "1/0") == ""
