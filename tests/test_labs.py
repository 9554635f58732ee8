"""Every lab keeps to the sizes, the time and the plain words that the course promises."""

from __future__ import annotations

import pytest
from scripts.labs import Lab, code_lines, labs, main, reading_grade


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.name)
class TestEachLab:
    def test_code_cells_are_small(self, lab: Lab) -> None:
        assert lab.median_lines <= 4
        assert lab.ninth_tenth <= 12

    def test_has_at_most_35_cells(self, lab: Lab) -> None:
        assert lab.cells <= 35

    def test_minutes_follow_one_another_and_fill_four_hours(self, lab: Lab) -> None:
        assert lab.minutes == 240

    def test_reads_like_a_letter_and_not_like_a_manual(self, lab: Lab) -> None:
        assert lab.grade <= 7
        assert max(lab.words) <= 330


def test_answers_blank_lines_and_comments_are_no_code_lines() -> None:
    source = "# a word\nx = 0\n\n### BEGIN SOLUTION\nx = 1\ny = 2\n### END SOLUTION\nprint(x)  # y"

    assert code_lines(source) == 2


def test_long_words_in_long_sentences_read_harder() -> None:
    easy = "You run the cell. It says hello. Then you go on."
    hard = (
        "Subsequently, organisational considerations necessitate comprehensive documentation of "
        "all administrative responsibilities throughout the implementation."
    )

    assert reading_grade(easy) < 3
    assert reading_grade(hard) > 15


def test_the_report_has_a_row_for_each_lab(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0

    printed = capsys.readouterr().out
    assert [lab.name for lab in labs() if f"| {lab.name} |" not in printed] == []
