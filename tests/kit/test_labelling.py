"""Labels as people give them: read from any spreadsheet, counted, and compared."""

import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootcamp.kit import bars, kappa, label_scores, load_labels, pick_up
from bootcamp.kit.errors import KitError
from bootcamp.kit.labelling import cohen_kappa, f1_by_label

HEAD = "id,text,label_a,label_b,label\n"
ROW = "c-1,Twelve chairs came,pay,ask,pay\n"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    (tmp_path / "session-02").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path / "session-02")
    return tmp_path


class TestScores:
    def test_the_example_of_the_lab(self):
        labels = ["returns"] * 8 + ["orders"] * 4
        answers = ["returns"] * 3 + ["orders"] * 5 + ["returns"] + ["orders"] * 3

        table = label_scores(labels, answers)

        assert dict(table.loc["returns"]) == {"cases": 8, "said": 4, "both": 3, "F1": 0.5}

    def test_an_answer_with_a_full_stop_or_a_capital_counts(self):
        assert label_scores(["pay", "ask"], ["Pay.", " **ask** "])["F1"].tolist() == [1.0, 1.0]

    def test_an_answer_that_is_no_label_is_a_miss_and_no_new_row(self):
        table = label_scores(["pay", "ask"], ["unsure", "ask"])

        assert list(table.index) == ["pay", "ask"]
        assert table["F1"].tolist() == [0.0, 1.0]

    def test_lists_of_different_length_are_refused(self):
        with pytest.raises(KitError, match="2 labels and the other 1"):
            label_scores(["pay", "ask"], ["pay"])

    def test_empty_lists_are_refused(self):
        with pytest.raises(KitError, match="no labels yet"):
            kappa([], [])

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abcd")), min_size=1))
    def test_f1_is_that_of_precision_and_recall(self, pairs):
        truth, said = [t for t, _ in pairs], [s for _, s in pairs]
        for cases, called, both, f1 in f1_by_label(truth, said).values():
            precision, recall = both / called if called else 0.0, both / cases
            wanted = 2 * precision * recall / (precision + recall) if both else 0.0
            assert f1 == pytest.approx(wanted)


class TestKappa:
    def test_the_example_of_the_lab(self):
        first = ["pay"] * 8 + ["ask"] * 2
        second = ["pay"] * 7 + ["ask"] + ["pay", "ask"]

        assert cohen_kappa(first, second) == pytest.approx(0.375)

    def test_one_single_label_says_nothing(self):
        assert kappa(["pay"] * 9, ["pay"] * 9) == 0

    @given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")), min_size=2))
    def test_is_one_exactly_where_all_agree_and_the_same_both_ways_round(self, pairs):
        one, other = [a for a, _ in pairs], [b for _, b in pairs]
        value = cohen_kappa(one, other)
        assert value <= 1
        assert (value == pytest.approx(1)) == (one == other and len(Counter(one)) > 1)
        assert value == pytest.approx(cohen_kappa(other, one))


class TestLoading:
    @pytest.mark.parametrize(
        "raw",
        [
            (HEAD + ROW).encode(),
            (HEAD + ROW).encode("utf-8-sig"),
            (HEAD + ROW).replace(",", ";").replace("\n", "\r\n").encode("cp1252"),
            (HEAD + ROW).replace(",", "\t").encode(),
            (HEAD + ROW).replace("id,", "ID ,").replace("pay", " Pay ").encode(),
        ],
        ids=["plain", "utf-8 of Excel", "French Excel", "tabs", "capitals"],
    )
    def test_reads_what_spreadsheets_write(self, raw, home):
        (home / "session-02" / "eval_dev.csv").write_bytes(raw)

        rows = load_labels().to_dict("records")

        assert rows == [
            {"id": "c-1", "text": "Twelve chairs came", "label_a": "pay", "label_b": "ask",
             "label": "pay"}
        ]  # fmt: skip

    def test_keeps_french_accents_of_an_older_program(self, home):
        text = HEAD.replace(",", ";") + "c-1;Été : 1 234,56 €;pay;ask;\n"
        (home / "session-02" / "eval_dev.csv").write_bytes(text.encode("cp1252"))

        assert load_labels()["text"].tolist() == ["Été : 1 234,56 €"]

    def test_the_teams_file_goes_before_the_empty_form(self, home, capsys):
        (home / "team").mkdir()
        (home / "team" / "eval_dev.csv").write_text(HEAD + ROW)
        (home / "session-02" / "eval_dev.csv").write_text(HEAD + "case-01,,,,\n")

        assert len(load_labels()) == 1
        assert "in the folder team" in capsys.readouterr().out

    @pytest.mark.parametrize("saved", ["", HEAD, HEAD + "catch-up-01,Old,pay,ask,\n"])
    def test_a_team_without_cases_gets_a_catch_up_piece_that_says_so(self, saved, home, capsys):
        (home / "session-02" / "eval_dev.csv").write_text(saved) if saved else None
        (home / "session-02" / "catch_up.csv").write_text(HEAD + ROW.replace("c-1", "catch-up-01"))

        assert load_labels()["text"].tolist() == ["Twelve chairs came"]
        assert "Catch-up piece" in capsys.readouterr().out

    def test_nothing_at_all_is_an_empty_table_and_a_sentence(self, capsys):
        assert list(load_labels().columns) == ["id", "text", "label_a", "label_b", "label"]
        assert "I found no filled eval_dev.csv" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("raw", "says"),
        [
            (b"PK\x03\x04 a workbook", "CSV UTF-8"),
            (b"id,texte,label_a,label_b,label\n1,a,b,c,d\n", "no column called text"),
        ],
    )
    def test_says_what_to_do_with_another_file(self, raw, says, home):
        (home / "session-02" / "eval_dev.csv").write_bytes(raw)

        with pytest.raises(KitError, match=says):
            load_labels()


class TestPickingUp:
    def test_takes_the_teams_charter(self, home, capsys):
        (home / "team").mkdir()
        (home / "team" / "charter.json").write_text('{"use_case": "Ours"}', encoding="utf-8")

        assert pick_up("charter.json") == {"use_case": "Ours"}
        assert "your team's folder" in capsys.readouterr().out

    def test_finds_what_session_1_left_without_a_team_folder(self, home):
        (home / "session-01").mkdir()
        (home / "session-01" / "charter.json").write_text('{"use_case": "Mine"}')

        assert pick_up("charter.json")["use_case"] == "Mine"

    def test_reads_a_charter_in_an_older_alphabet(self, home):
        raw = '{"use_case": "Vérifier les factures"}'.encode("latin-1")
        (home / "session-02" / "charter.json").write_bytes(raw)

        assert pick_up("charter.json")["use_case"] == "Vérifier les factures"

    @pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"\xff\x00"])
    def test_a_spoilt_file_stays_and_a_marked_catch_up_piece_comes(self, raw, home, capsys):
        path = home / "session-02" / "charter.json"
        path.write_bytes(raw)

        charter = pick_up("charter.json")

        assert charter["note"] == "catch-up"
        assert {"use_case", "input", "output", "reviewer", "seconds"} <= set(charter)
        assert "cannot be read" in (said := capsys.readouterr().out)
        assert "Catch-up piece" in said
        assert path.read_bytes() == raw

    def test_a_missing_file_is_said_once(self, capsys):
        pick_up("charter.json")

        assert capsys.readouterr().out.count("Catch-up piece") == 1


class TestBars:
    def test_can_be_read_without_seeing_them(self):
        page = bars({"version 1": 0.6, "version <3>": 0.82}, "Macro-F1")._repr_html_()

        assert 'alt="Bar chart. Macro-F1: version 1 0.60, version &lt;3&gt; 0.82."' in page
        assert '<th scope="row">version 1</th><td>0.60</td>' in page
        assert "<caption>Macro-F1</caption>" in page

    def test_is_a_sentence_where_nothing_can_be_drawn(self):
        out = io.StringIO()
        print(bars({"v1": 1}, "Both"), file=out)

        assert out.getvalue() == "Both: v1 1.00\n"
