import copy
import json
import socket

import pytest

from bootcamp.kit import ask
from bootcamp.kit.errors import KitError


def reply(text, model="practice-1"):
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {
        "id": "c1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [choice], "usage": usage,
    }  # fmt: skip


def error(code, message="nope"):
    return {"error": {"message": message, "type": "t", "param": None, "code": code}}


@pytest.fixture
def model(server, monkeypatch):
    server.body = reply("orders")
    server.headers = {"x-should-retry": "false"}
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "token")
    return server


def test_answers_as_text_that_knows_its_author(model):
    answer = ask("Which queue?")

    assert answer == "orders"
    assert isinstance(answer, str)
    assert answer.model == "practice-1"
    assert model.paths == ["/v1/chat/completions"]
    assert model.sent_headers[0]["authorization"] == "Bearer token"


def test_a_copy_of_an_answer_knows_its_author_too(model):
    assert copy.deepcopy([ask("Which queue?")])[0].model == "practice-1"


def test_sends_prompt_system_and_model(model):
    ask("Which queue?", system="You sort mail.", model="bootcamp-large")

    sent = json.loads(model.sent[0])
    assert sent["model"] == "bootcamp-large"
    assert sent["messages"] == [
        {"role": "system", "content": "You sort mail."},
        {"role": "user", "content": "Which queue?"},
    ]


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (429, error("insufficient_quota"), "budget"),
        (429, error("rate_limit_exceeded"), "Wait ten seconds"),
        (404, error("model_not_found"), "bootcamp-small"),
        (401, error("invalid_api_key"), "home page"),
        (413, error("too_large"), "too long"),
        (400, error("odd", "Temperature is not for this model."), "Temperature is not"),
        (503, error(None), "in a minute"),
        (500, b"<html>oops</html>", "in a minute"),
        (200, reply(""), "empty answer"),
    ],
)
def test_says_in_one_line_what_went_wrong(model, status, body, says):
    model.status, model.body = status, body

    with pytest.raises(KitError, match=says) as caught:
        ask("Which queue?")

    assert "\n" not in str(caught.value)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_says_that_nobody_answers(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{free.getsockname()[1]}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "token")
        with pytest.raises(KitError, match="cannot be reached"):
            ask("Which queue?")


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ({"text": "x"}, "a whole mail"),
        (["x"], "a list"),
        (..., "three dots"),
        (3, "quotes"),
    ],
)
def test_refuses_what_is_no_prompt_without_sending_it(model, prompt, says):
    with pytest.raises(KitError, match=says):
        ask(prompt)
    assert model.sent == []


def test_says_that_the_key_is_missing(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(KitError, match="no key"):
        ask("Which queue?")
