"""What the labelling lab teaches: each better prompt gives better labels, on the routing mails."""

from __future__ import annotations

import pytest
from benchmarks.practice import routing_lesson
from benchmarks.practice_prompts import EXAMPLES, prompt

from bootcamp.gateway.practice import PracticeModel, Turn, open_embedder
from bootcamp.gateway.practice.minilm import UnusableWeightsError
from bootcamp.gateway.practice.prompt import read
from bootcamp.settings import model_folder

QUEUES = {"orders": "to buy", "delivery": "to receive", "quotes": "before buying"}


def test_a_rule_below_the_labels_is_not_read_as_labels() -> None:
    reading = read([Turn("user", prompt(3, QUEUES, "Where is my van?"))])
    assert [[label.name for label in field.labels] for field in reading.fields] == [list(QUEUES)]
    assert reading.target == "Where is my van?"
    assert len(reading.examples) == sum(label in QUEUES for _, label in EXAMPLES)


def test_no_example_is_a_mail_that_is_scored() -> None:
    mails = "\n".join(mail for mail, _ in routing_lesson("dev").rows)
    assert not [text for text, _ in EXAMPLES if text in mails]


def test_each_better_prompt_gives_better_labels_with_weights() -> None:
    """With weights only: on the hidden mails words alone gain nothing, so dev would flatter."""
    try:
        embedder = open_embedder(model_folder())
    except UnusableWeightsError as error:
        pytest.skip(f"{error}: `bootcamp model fetch` brings the weights")
    names, described, shown = routing_lesson("dev").ask(PracticeModel(embedder)).scores()
    assert names < described <= shown
    assert shown - names >= 0.15
