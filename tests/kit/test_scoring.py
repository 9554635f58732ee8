"""Intervals, the table of a first score, and the two charts of session 3."""

import html
import re

import pytest

from bootcamp.kit import confusion, interval, load_answers, ranges
from bootcamp.kit.errors import KitError
from bootcamp.kit.scoring import wilson


@pytest.mark.parametrize(
    ("right", "cases", "low", "high"),
    [
        # Newcombe 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_agrees_with_published_intervals(right, cases, low, high):
    assert wilson(right, cases) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_the_interval_is_rounded_and_stays_between_0_and_1():
    assert interval(30, 40) == (0.6, 0.86)
    assert interval(5, 5)[1] == 1
    assert interval(0, 5)[0] == 0


@pytest.mark.parametrize(
    ("right", "cases", "says"),
    [
        (0, 0, "No case was handled"),
        (5, 4, "cannot be"),
        (-1, 4, "cannot be"),
        (0.75, 40, "two counts"),
        ("30", 40, "two counts"),
        (True, 40, "two counts"),
    ],
)
def test_counts_that_cannot_be_are_named(right, cases, says):
    with pytest.raises(KitError, match=says):
        interval(right, cases)


class TestAnswers:
    """`first_score.csv`, wherever the team saved it."""

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path, monkeypatch):
        here = tmp_path / "session-03"
        here.mkdir()
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.chdir(here)
        return here

    def test_come_as_a_table(self, folder, capsys):
        text = "id;text;right;said;reason\n1;Où est-il ?;Pay;pay.;\n2;x;ask;unsure;odd\n"
        (folder / "first_score.csv").write_bytes(text.encode("cp1252"))

        table = load_answers()

        assert list(table["text"]) == ["Où est-il ?", "x"]
        assert list(table["right"] == table["said"]) == [True, False]
        assert "2 answers from first_score.csv" in capsys.readouterr().out

    def test_of_the_made_up_team_say_so(self, folder, capsys):
        (folder / "first_score.csv").write_text("id,text,right,said,reason\ncatch-up-01,x,a,b,\n")

        assert len(load_answers()) == 1
        assert "made-up team" in capsys.readouterr().out

    def test_that_are_missing_leave_an_empty_table(self, capsys):
        table = load_answers()

        assert list(table["said"]) == []
        assert "Lab B" in capsys.readouterr().out

    def test_without_their_columns_are_named(self, folder):
        (folder / "first_score.csv").write_text("id,text\n1,x\n")

        with pytest.raises(KitError, match="no column called right"):
            load_answers()

    def test_with_a_huge_text_are_named(self, folder):
        (folder / "first_score.csv").write_text(
            "id,text,right,said,reason\n1," + "x" * 2_000_000 + ",a,b,\n"
        )

        with pytest.raises(KitError, match="too long for a table"):
            load_answers()

    def test_keep_the_lines_of_a_text(self, folder):
        (folder / "first_score.csv").write_text('id,text,right,said,reason\n1,"a\nb",p,q,\n')

        assert list(load_answers()["text"]) == ["a\nb"]


TRUTH = ["pay", "pay", "ask", "Ask", "<b>"]
SAID = ["pay", "ask", "unsure", "ask", "pay"]


def cells(page):
    table = page[page.index("<table>") :]
    rows = re.findall(r"<tr>(.*?)</tr>", table)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_the_confusion_matrix_is_a_picture_with_alt_text_and_the_same_table():
    page = confusion(TRUTH, SAID)._repr_html_()

    assert cells(page) == [
        ["right ↓ said →", "&lt;b&gt;", "ask", "pay", "unsure"],
        ["&lt;b&gt;", "", "", "1", ""],
        ["ask", "", "1", "", "1"],
        ["pay", "", "1", "1", ""],
    ]
    alt = html.unescape(re.search(r'alt="([^"]*)"', page).group(1))
    assert "2 of 5 on the diagonal" in alt
    assert "pay as ask 1" in alt
    assert "<b> as pay 1" in alt


def test_the_confusion_matrix_speaks_where_no_picture_can_be_shown():
    assert "2 of 5" in repr(confusion(TRUTH, SAID))


@pytest.mark.parametrize(("truth", "said"), [([], []), (["a"], ["a", "b"])])
def test_lists_that_do_not_belong_together_are_named(truth, said):
    with pytest.raises(KitError, match="belong to the same cases"):
        confusion(truth, said)


def test_ranges_have_alt_text_and_the_same_table():
    page = ranges({"6 of 8": (0.41, 0.93), "30 of 40": (0.6, 0.86)}, "Right")._repr_html_()

    assert cells(page) == [
        ["", "low", "high"],
        ["6 of 8", "0.41", "0.93"],
        ["30 of 40", "0.60", "0.86"],
    ]
    assert 'alt="Ranges. Right: 6 of 8 0.41 to 0.93, 30 of 40 0.60 to 0.86."' in page
