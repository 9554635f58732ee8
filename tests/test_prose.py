"""What notebooks say is translated; what Python reads is not."""

from __future__ import annotations

import pytest

from bootcamp.prose import comments, paragraphs, translated, translated_comments


def shout(text: str) -> str:
    return text.upper()


def test_markdown_is_translated_by_paragraphs_and_keeps_its_shape() -> None:
    text = "# A title\n\nOne line\nand another.\n\n---\n\n\n- a list\n- of two\n"
    assert paragraphs(text) == ["# A title", "One line\nand another.", "- a list\n- of two"]
    assert translated(text, shout) == (
        "# A TITLE\n\nONE LINE\nAND ANOTHER.\n\n---\n\n\n- A LIST\n- OF TWO\n"
    )
    assert translated(text, lambda same: same) == text


@pytest.mark.parametrize("text", ["", "\n", "   ", "---", "\n\n1 + 1\n"])
def test_what_holds_no_words_is_left_alone(text: str) -> None:
    assert paragraphs(text) == []
    assert translated(text, shout) == text


def test_of_code_only_comments_are_translated() -> None:
    code = 'prompt = "# no comment"  # yours, in one line\n#  Write é here.\nx = 1  # 1\ny = [\n'
    assert comments(code) == []  # a cell that is to be finished is left as it is
    code += "]\n"
    assert comments(code) == ["yours, in one line", "Write é here."]
    assert translated_comments(code, shout) == (
        'prompt = "# no comment"  # YOURS, IN ONE LINE\n#  WRITE É HERE.\nx = 1  # 1\ny = [\n]\n'
    )
    assert translated_comments(code, lambda _: "two\nlines").count("\n") == code.count("\n")


def test_what_is_run_once_its_sign_is_gone_is_code() -> None:
    code = 'check("1.2")\n# hint("1.2")\n#submit("homework-1")\n'
    assert comments(code) == []
    assert translated_comments(code, shout) == code
