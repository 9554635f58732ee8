"""The checks of lab 3 on what is odd; the mistakes that people make are in tests/wrong."""

import copy
import importlib
import inspect
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import openai
import pytest

from bootcamp.kit.checking import outcome
from tests.wrong.running import Wrong, notebook, run

LAB = [f"3.{number}" for number in range(1, 12)]
HOMEWORK = [f"hw3-{part}" for part in ("read", "odd", "solve", "timeout", "coverage", "range")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lab-3")


@pytest.fixture(scope="module")
def finished(folder):
    return run(notebook("lab-3"), folder).names


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    return run(notebook("homework-3"), tmp_path_factory.mktemp("homework-3")).names


@pytest.fixture
def lab(finished, monkeypatch, tmp_path):
    """The answered lab's variables, in an empty folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return {name: value for name, value in finished.items() if not name.startswith("__")}


def with_function(lab, source):
    """The lab after a citizen has run a cell with `source` in it."""
    room = dict(lab)
    exec(source, room)  # our own source
    return room


@pytest.mark.parametrize("name", LAB + HOMEWORK)
def test_names_the_next_step_when_nothing_was_run(name, lab):
    good, sentence = outcome(name, {})

    assert not good
    assert "I cannot find `" in sentence or "not written yet" in sentence


ODD = [None, ..., "", 7, [], {}, [[]], "x" * 2_000_000, float("nan"), object(), {"a": [1]}, len]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__}-{str(odd)[:9]}")
@pytest.mark.parametrize("name", LAB + HOMEWORK)
def test_never_breaks_on_odd_values(name, odd, lab, handed_in):
    good, sentence = outcome(name, dict.fromkeys([*lab, *handed_in], odd))

    assert not good
    assert len(sentence) < 400
    assert "\n" not in sentence
    assert "call your facilitator" not in sentence


BROKEN = {
    "asks for a name that is not there": ("return word_", "`word_`, which it does not know"),
    "divides by nothing": ("return 1 / 0", "stopped with ZeroDivisionError"),
    "ends the program": ("raise SystemExit", "stopped with SystemExit"),
    "calls itself for ever": ("return choose(answer, allowed)", "stopped with RecursionError"),
    "hands back a novel": ("return 'x' * 2_000_000", "should come out"),
    "is empty": ("pass", "hands nothing back"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_function_that_breaks_is_spoken_of_in_one_sentence(broken, lab):
    body, says = BROKEN[broken]
    room = with_function(lab, f"def choose(answer, allowed):\n    {body}")

    good, sentence = outcome("3.3", room)

    assert not good
    assert len(sentence) < 400
    assert says in sentence


def test_a_function_with_another_number_of_inputs_is_named(lab):
    room = with_function(lab, "def choose(answer):\n    return answer")

    assert "takes (answer)" in outcome("3.3", room)[1]


def test_a_name_given_to_something_else_is_named(lab):
    assert "is no function any more" in outcome("3.4", {**lab, "route": {"queue": "orders"}})[1]


def test_no_check_asks_a_model_or_changes_the_notebook(lab, finished):
    def alarm(*_, **__):
        raise AssertionError("a check asked the model")

    room = {**lab, "ask": alarm, "OpenAI": alarm}
    before = dict(room)
    lists = {name: copy.deepcopy(room[name]) for name in ("schema", "said", "mails", "LABELS")}

    for name in LAB[:-1]:
        assert outcome(name, room)[0], outcome(name, room)[1]

    assert [name for name in room if room[name] is not before[name]] == []
    assert {name: room[name] for name in lists} == lists


def test_a_model_under_another_name_is_not_asked_either(lab):
    room = with_function(
        {**lab, "client": openai.OpenAI(api_key="none", base_url="http://127.0.0.1:9")},
        "def solve(text, model='bootcamp-small'):\n"
        "    if not text.strip():\n"
        "        return {'label': 'unsure', 'reason': 'empty'}\n"
        "    reply = client.chat.completions.create(model=model,\n"
        "        messages=[{'role': 'user', 'content': PROMPT + text}])\n"
        "    label = choose(reply.choices[0].message.content, LABELS)\n"
        "    return {'label': label, 'reason': 'odd' if label == 'unsure' else ''}",
    )

    good, sentence = outcome("3.9", room)

    assert good, sentence


def test_a_team_on_mail_may_ask_a_second_question(lab):
    queues = list(lab["queues"])
    room = with_function(
        {**lab, "LABELS": queues, "PROMPT": lab["which_queue"]},
        f"{inspect.getsource(lab['ask_model'])}\n"
        "def solve(text, model='bootcamp-small'):\n"
        "    if not text.strip():\n"
        "        return {'label': 'unsure', 'reason': 'empty'}\n"
        "    label = choose(ask_model(PROMPT + text, model), LABELS)\n"
        "    urgency = choose(ask_model(is_urgent + text, model), ['urgent', 'normal'])\n"
        "    reason = 'look' if 'unsure' in [label, urgency] else ''\n"
        "    return {'label': label, 'queue': label, 'urgency': urgency, 'reason': reason}",
    )

    good, sentence = outcome("3.9", room)

    assert good, sentence


def test_an_empty_version_of_the_prompt_is_named(lab):
    good, sentence = outcome("3.8", {**lab, "own_prompt": "", "PROMPT": "\nSay unsure in doubt."})

    assert not good
    assert 'kit["v2"]' in sentence


@pytest.mark.parametrize("end", [" ", ".", "\n", ""])
def test_a_sentence_on_a_new_line_is_welcome_whatever_stands_before(end, lab):
    own = "Which? pay, ask" + end

    assert outcome("3.8", {**lab, "own_prompt": own, "PROMPT": own + "\nSay unsure."})[0]


LEFT = {
    "Latin-1": json.dumps(
        {"labels": ["payé", "refusé"], "v3": "Réponse ?\n- payé\n- refusé"}, ensure_ascii=False
    ).encode("cp1252"),
    "capitals": json.dumps({"labels": ["Pay", "Ask"], "v3": "Which?\n- Pay\n- Ask"}).encode(),
    "quotes of every kind": json.dumps(
        {"labels": ["pay", "ask"], "v3": "«pay» “ask” ''' \"\"\" \\ {x} </case>"}
    ).encode(),
    "no JSON": b"{labels: [",
}


@pytest.mark.parametrize("left", LEFT)
def test_works_with_whatever_prompts_a_team_has_left(left, tmp_path):
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "prompts.json").write_bytes(LEFT[left])

    ran = run(notebook("lab-3"), tmp_path)

    assert [said for good, said in ran.said.values() if not good] == []
    assert (tmp_path / "team" / "prompts.json").read_bytes() == LEFT[left]


def test_nobody_loses_what_a_colleague_has_saved(tmp_path):
    (tmp_path / "team").mkdir()
    saved = tmp_path / "team" / "solution.py"
    saved.write_text("LABELS = ['kept']", encoding="utf-8")
    empty = Wrong("3.8", "", "", cell="lab3-own", answer='PROMPT = ""')

    run(notebook("lab-3"), tmp_path, empty)

    assert saved.read_text(encoding="utf-8") == "LABELS = ['kept']"


def test_nothing_mixed_up_is_no_mistake(lab):
    good, sentence = outcome("3.7", {**lab, "said": list(lab["truth"]), "trusted": "quotes"})

    assert good
    assert "as low as" in sentence


def test_a_promise_that_the_low_end_carries_may_be_made(lab):
    sure = {**lab, "said": list(lab["truth"]), "low": 0.91, "high": 1}

    assert outcome("3.6", {**sure, "promise": "Yes."})[0]
    assert "you may promise" in outcome("3.6", {**sure, "promise": "no"})[1]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"def (", b"x = 1\n" * 300_000, b"1/0"])
def test_any_file_called_solution_is_spoken_of_in_one_sentence(content, lab, tmp_path):
    (tmp_path / "solution.py").write_bytes(content)

    good, sentence = outcome("3.11", lab)

    assert not good
    assert sentence.startswith("➜ Not yet. solution.py ")
    assert len(sentence) < 400


class TestSolution:
    """The file that later sessions begin with."""

    @pytest.fixture
    def solution(self, finished, folder, monkeypatch):
        monkeypatch.syspath_prepend(str(folder / "session-03"))
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        monkeypatch.delitem(sys.modules, "solution", raising=False)
        importlib.invalidate_caches()
        yield importlib.import_module("solution")
        sys.modules.pop("solution", None)

    def test_needs_nothing_of_this_project(self, finished, folder):
        text = (folder / "session-03" / "solution.py").read_text(encoding="utf-8")

        assert "bootcamp.kit" not in text
        assert [line for line in text.split("\n") if line.startswith(("import", "from"))] == [
            "from openai import OpenAI"
        ]

    def test_holds_the_labels_and_the_prompt(self, solution):
        assert solution.LABELS == ["pay", "ask"]
        assert all(label in solution.PROMPT for label in solution.LABELS)

    @pytest.mark.parametrize(
        ("content", "label"),
        [
            ("pay", "pay"),
            (" Ask.\n", "ask"),
            ("", "unsure"),
            (None, "unsure"),
            ("I cannot help with that.", "unsure"),
            ("Certainly! Let me think. " * 500, "unsure"),
            ('{"label": "pay"', "unsure"),
        ],
    )
    def test_makes_any_answer_safe(self, solution, monkeypatch, content, label):
        choice = SimpleNamespace(message=SimpleNamespace(content=content))
        self.answering(solution, monkeypatch, [choice])

        answer = solution.solve("A case.")

        assert answer["label"] == label
        assert isinstance(answer["reason"], str)
        assert bool(answer["reason"]) == (label == "unsure")
        assert len(answer["reason"]) < 200

    def test_a_reply_without_any_answer_is_unsure(self, solution, monkeypatch):
        self.answering(solution, monkeypatch, [])

        assert solution.solve("A case.")["label"] == "unsure"

    def test_asks_the_model_that_it_is_told(self, solution, monkeypatch):
        asked = self.answering(solution, monkeypatch, [])

        solution.solve("A case.", model="another")

        assert asked[0]["model"] == "another"
        assert "A case." in asked[0]["messages"][0]["content"]

    def test_an_empty_text_is_unsure_and_asks_nobody(self, solution, monkeypatch):
        asked = self.answering(solution, monkeypatch, [])

        assert solution.solve(" \n")["label"] == "unsure"
        assert asked == []

    @staticmethod
    def answering(solution, monkeypatch, choices):
        asked = []

        def create(**request):
            asked.append(request)
            return SimpleNamespace(choices=choices)

        client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))
        monkeypatch.setattr(solution, "OpenAI", lambda **_: client)
        return asked


def test_the_team_folder_gets_both_pieces(tmp_path):
    (tmp_path / "team").mkdir()

    ran = run(notebook("lab-3"), tmp_path)

    assert ran.said["3.11"][0], ran.said["3.11"][1]
    left = {path.name for path in (tmp_path / "team").iterdir()}
    assert {"solution.py", "first_score.csv"} <= left


def test_sessions_2_and_3_lend_the_same_cases():
    forms = Path(__file__).parents[2] / "labs"

    assert (forms / "session-03-catch_up.csv").read_bytes() == (
        forms / "session-02-catch_up.csv"
    ).read_bytes()
