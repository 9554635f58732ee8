"""Each exercise of lab 2 is content with its answer, and names the mistakes that people make."""

import copy
import json

import pytest

from bootcamp.kit.checking import _exercises, outcome

from .session_2 import lab_2, prepare

LAB = [f"2.{number}" for number in range(1, 12)]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab-2")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.chdir(folder)
        prepare(folder)
        yield lab_2()


@pytest.fixture
def lab(finished, monkeypatch, tmp_path):
    """The answered lab's variables, and the files that it has saved."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    names = {
        name: copy.deepcopy(value)
        for name, value in finished.items()
        if isinstance(value, str | int | float | list | dict) and not name.startswith("__")
    }
    return {**names, "items": finished["items"].copy()}


def save(lab, folder):
    kit = {name.removeprefix("prompt_"): lab[name] for name in lab if name.startswith("prompt_v")}
    (folder / "prompts.json").write_text(json.dumps(kit), encoding="utf-8")
    lab["items"].to_csv(folder / "eval_dev.csv", index=False)


def test_these_are_all_the_exercises_of_the_lab():
    assert {name for name in _exercises if name.startswith("2.")} == set(LAB)


@pytest.mark.parametrize("name", LAB)
def test_is_content_with_the_answered_lab(name, lab, tmp_path):
    save(lab, tmp_path)

    good, sentence = outcome(name, lab)

    assert good, sentence
    assert sentence.startswith("✔ Good. ")
    assert "\n" not in sentence


@pytest.mark.parametrize("name", LAB)
def test_names_the_next_step_when_nothing_was_run(name, lab):
    good, sentence = outcome(name, {})

    assert not good
    assert "Traceback" not in sentence
    assert "I cannot find `" in sentence or "not saved yet" in sentence


QUEUES = ["orders", "delivery", "invoices", "returns", "quotes", "hr_other"]


def value(name, wrong):
    return lambda lab: lab.update({name: wrong})


def computed(name, formula):
    return lambda lab: lab.update({name: formula(lab)})


def example(text, queue):
    return computed("my_examples", lambda lab: [*lab["my_examples"], [text, queue]])


def copied_mail(lab):
    return [*lab["my_examples"], [lab["mails"][6]["text"], "returns"]]


def copied_subject(lab):
    return [*lab["my_examples"], ["Suite à notre appel : mutuelle de vos salariés", "hr_other"]]


def cell(row, column, wrong):
    def change(lab):
        lab["items"].loc[row, column] = wrong

    return change


def rows(change):
    return lambda lab: lab.update(items=change(lab["items"]))


def twins(table):
    table.loc[7, "text"] = table.loc[3, "text"].upper() + " "
    return table


def own_case(lab):
    return lab["prompt_v3"] + "\n<case>\n" + lab["items"]["text"][4] + "\n</case>\nAnswer: pay"


WRONG = {
    "wrong letter": ("2.1", value("quiz", "bab"), "question 3"),
    "two wrong letters": ("2.1", value("quiz", "cbc"), "questions 1 and 2"),
    "letters missing": ("2.1", value("quiz", "ba"), "three letters"),
    "one string for all": ("2.2", value("names", ", ".join(QUEUES)), "square brackets"),
    "forgotten quotes between": (
        "2.2",
        value("names", ["orders, delivery", *QUEUES[2:]]),
        "several queues in one string",
    ),
    "forgotten comma": ("2.2", value("names", ["ordersdelivery", *QUEUES[2:]]), "several queues"),
    "a name left out": ("2.2", value("names", QUEUES[:5]), "does not have hr_other"),
    "a misspelt name": ("2.2", value("names", [*QUEUES[:5], "hr-other"]), "letter by letter"),
    "a name twice": ("2.2", value("names", [*QUEUES, "orders"]), "twice"),
    "the strongest": ("2.3", value("weakest", "quotes"), "highest F1"),
    "the smallest queue": ("2.3", value("weakest", "orders"), "column F1"),
    "a number": ("2.3", value("weakest", 0.0), "should be text"),
    "another word": ("2.3", value("weakest", "row 3"), "no row of the table"),
    "rule left empty": ("2.4", value("returns_rule", "returns: "), "Say a little more"),
    "rule without its name": (
        "2.4",
        value("quotes_rule", "prices and stock before anything is bought"),
        "name of its queue",
    ),
    "the same rule twice": (
        "2.4",
        value("quotes_rule", "quotes: goods that arrived and are wrong, damaged, faulty, unsafe, "
              "the wrong size or not wanted: exchange, repair, guarantee, collection"),
        "says the same as",
    ),
    "a copied mail": ("2.5", computed("my_examples", copied_mail), "one of the forty mails"),
    "a copied subject": ("2.5", computed("my_examples", copied_subject), "one of the forty mails"),
    "three examples": (
        "2.5",
        computed("my_examples", lambda lab: lab["my_examples"][:3]),
        "needs 4 or more",
    ),
    "an unknown queue": (
        "2.5",
        example("A chair came with a broken leg today.", "return"),
        "not one of the queues",
    ),
    "a missing pair of brackets": (
        "2.5",
        computed("my_examples", lambda lab: [x for pair in lab["my_examples"] for x in pair]),
        "brackets around its two parts",
    ),
    "a forgotten comma inside": (
        "2.5",
        computed("my_examples", lambda lab: [*lab["my_examples"], ["The chair is broken.returns"]]),
        "comma between",
    ),
    "no tie rule": ("2.5", value("tie_rule", "It depends"), "6 words"),
    "the other way round": (
        "2.6",
        computed("gain", lambda lab: lab["macro_1"] - lab["macro_3"]),
        "wrong sign",
    ),
    "in hundredths": (
        "2.6",
        computed("gain", lambda lab: 100 * (lab["macro_3"] - lab["macro_1"])),
        "between 0 and 1",
    ),
    "the last number alone": ("2.6", computed("gain", lambda lab: lab["macro_3"]), "alone"),
    "left at nothing": ("2.6", value("gain", 0), "still 0"),
    "a decimal comma": ("2.6", value("gain", (0, 18)), "reads a comma"),
    "one label": ("2.7", value("labels", ["pay"]), "Choose two to six"),
    "labels in one string": ("2.7", value("labels", "pay, ask"), "square brackets"),
    "the same label twice": ("2.7", value("labels", ["pay", "ask", "Ask "]), "are the same"),
    "a rule that forgets one": (
        "2.7",
        value("label_rule", "pay: all three papers say the same thing to the last cent, else not"),
        "does not speak of ask",
    ),
    "a rule in three words": ("2.7", value("label_rule", "pay or ask"), "12 words"),
    "too few cases": ("2.8", rows(lambda table: table.head(22)), "22 cases so far"),
    "a case twice": ("2.8", rows(twins), "twice"),
    "second labeller not done": ("2.8", cell(5, "label_b", ""), "second labeller"),
    "a label misspelt": ("2.8", cell(5, "label_a", "pya"), "“pya” is in the file"),
    "no table": ("2.8", value("items", "eval_dev.csv"), "no longer a table"),
    "no brackets": ("2.9", value("kappa_by_hand", 0.8 - 0.68 / 1 - 0.68), "brackets"),
    "not divided": ("2.9", value("kappa_by_hand", 0.12), "whole way"),
    "divided by chance": ("2.9", value("kappa_by_hand", 0.12 / 0.68), "not by chance"),
    "the agreement": ("2.9", value("kappa_by_hand", 0.8), "That is the agreement"),
    "kappa left at nothing": ("2.9", value("kappa_by_hand", 0), "still 0"),
    "a label not named": (
        "2.10",
        value("prompt_v1", "Should we pay this invoice or rather not?"),
        "does not name ask",
    ),
    "version 2 like version 1": (
        "2.10",
        computed("prompt_v2", lambda lab: lab["prompt_v1"]),
        "hardly more than version 1",
    ),
    "version 3 like version 2": (
        "2.10",
        computed("prompt_v3", lambda lab: lab["prompt_v2"]),
        "needs more than version 2",
    ),
    "an own case as example": ("2.10", computed("prompt_v3", own_case), "practised with"),
    "an empty prompt": ("2.10", value("prompt_v3", ""), "still empty"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_names_a_mistake_at_its_exercise_and_nowhere_else(wrong, lab, tmp_path):
    name, change, says = WRONG[wrong]
    change(lab)
    if wrong != "no table":
        save(lab, tmp_path)  # the saving cell stores what the names hold
    else:
        (tmp_path / "eval_dev.csv").write_text("id,text\n")
        kit = {key[7:]: lab[key] for key in ("prompt_v1", "prompt_v2", "prompt_v3")}
        (tmp_path / "prompts.json").write_text(json.dumps(kit))

    good, sentence = outcome(name, lab)

    assert not good
    assert sentence.startswith("➜ Not yet. ")
    assert says in sentence
    assert "\n" not in sentence
    assert [other for other in LAB if other != name and not outcome(other, lab)[0]] == []


def test_every_exercise_has_three_wrong_variants_or_more():
    counted = [name for name, _, _ in WRONG.values()]

    assert [name for name in LAB[:-1] if counted.count(name) < 3] == []


class TestSaving:
    def test_nothing_saved(self, lab):
        assert "not saved yet" in outcome("2.11", lab)[1]

    def test_prompt_changed_since(self, lab, tmp_path):
        save(lab, tmp_path)
        lab["prompt_v2"] += " and more"

        assert "`prompt_v2` is not the one" in outcome("2.11", lab)[1]

    def test_cases_not_saved(self, lab, tmp_path):
        save(lab, tmp_path)
        (tmp_path / "eval_dev.csv").unlink()

        assert "eval_dev.csv is not saved" in outcome("2.11", lab)[1]

    def test_file_spoilt(self, lab, tmp_path):
        save(lab, tmp_path)
        (tmp_path / "prompts.json").write_text("{", encoding="utf-8")

        assert "cannot be read any more" in outcome("2.11", lab)[1]


@pytest.mark.parametrize(
    "odd", [None, ..., "", 7, [], {}, [[]], "x" * 2_000_000, float("nan"), object(), {"a": [1]}]
)
@pytest.mark.parametrize("name", LAB)
def test_never_breaks_on_odd_values(name, odd, lab):
    good, sentence = outcome(name, dict.fromkeys(lab, odd))

    assert not good
    assert len(sentence) < 400
    assert "call your facilitator" not in sentence


def test_a_strong_model_that_gains_nothing_is_no_mistake(lab):
    lab["answers_1"] = list(lab["answers_3"])
    lab["gain"] = 0

    good, sentence = outcome("2.6", lab)

    assert good
    assert "strong model" in sentence
