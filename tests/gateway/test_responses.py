"""The Responses endpoint, as openai-python sees it."""

from __future__ import annotations

import json
from typing import Any, Literal

import httpx
import openai
import pytest
from pydantic import BaseModel

from .conftest import Gateway
from .fakes import FakeUpstream

PROMPT = (
    "Choose one queue: billing, delivery, jobs.\n\n"
    'Mail: """Good morning, our parcel has not arrived and the driver does not answer."""'
)
AUTH = {"Authorization": "Bearer token-ann"}
LOOK_UP: Any = {
    "type": "function",
    "name": "look_up",
    "parameters": {"type": "object", "properties": {"order": {"type": "string"}}},
    "strict": False,
}


class Routed(BaseModel):
    queue: Literal["billing", "delivery", "jobs"]


def test_answers_as_chat_does(gateway: Gateway) -> None:
    found = gateway.client().responses.create(model="bootcamp-small", input=PROMPT)
    assert found.output_text == "delivery"
    assert found.status == "completed"
    assert found.store is False
    assert found.usage
    assert found.usage.total_tokens == found.usage.input_tokens + found.usage.output_tokens > 0
    assert found.usage.input_tokens_details.cached_tokens == 0
    (call,) = gateway.calls()
    assert call.tokens == found.usage.total_tokens


def test_streams_the_eight_events_in_order(gateway: Gateway) -> None:
    events = list(
        gateway.client().responses.create(model="bootcamp-small", input=PROMPT, stream=True)
    )
    kinds = [event.type for event in events]
    assert list(dict.fromkeys(kinds)) == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    last: Any = events[-1]
    assert last.response.output_text == "delivery"
    assert last.response.usage.output_tokens > 0


def test_the_client_puts_a_stream_together(forwarding: Gateway) -> None:
    with forwarding.client().responses.stream(model="bootcamp-small", input="Hello") as stream:
        final = stream.get_final_response()
    assert final.output_text == "Bonjour à tous"
    assert final.usage
    assert final.usage.total_tokens == 12


def test_parses_into_a_pydantic_model(gateway: Gateway) -> None:
    found = gateway.client().responses.parse(
        model="bootcamp-small", input=PROMPT, text_format=Routed
    )
    assert found.output_parsed == Routed(queue="delivery")


def test_asks_the_upstream_in_the_form_that_every_service_has(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    upstream.says = ["{}"]
    forwarding.client().responses.create(
        model="bootcamp-small",
        instructions="Be short.",
        input=[
            {"role": "user", "content": [{"type": "input_text", "text": "Where is A-7?"}]},
            {"type": "function_call", "call_id": "c1", "name": "look_up", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "in Leeds"},
        ],
        tools=[LOOK_UP],
        tool_choice={"type": "function", "name": "look_up"},
        max_output_tokens=50,
        temperature=0.1,
        text={"format": {"type": "json_object"}},
        extra_body={"vendor_option": 1},
    )
    assert upstream.paths == ["/v1/chat/completions"]
    function = {name: LOOK_UP[name] for name in ("name", "parameters", "strict")}
    assert upstream.requests[0] == {
        "model": "vendor-mini",
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "Where is A-7?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "look_up", "arguments": "{}"},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "in Leeds"},
        ],
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "look_up"}},
        "max_completion_tokens": 50,
        "temperature": 0.1,
        "response_format": {"type": "json_object"},
        "vendor_option": 1,
    }


@pytest.mark.parametrize("stream", [False, True])
def test_hands_tool_calls_on(forwarding: Gateway, upstream: FakeUpstream, stream: bool) -> None:
    upstream.mode = "calls_tool"
    client = forwarding.client()
    asked: dict[str, Any] = {"model": "bootcamp-small", "input": "Where is A-7?"}
    if stream:
        with client.responses.stream(**asked, tools=[LOOK_UP]) as events:
            found: Any = events.get_final_response()
    else:
        found = client.responses.create(**asked, tools=[LOOK_UP])
    (call,) = found.output
    assert (call.type, call.name, json.loads(call.arguments)) == (
        "function_call",
        "look_up",
        {"order": "A-7"},
    )
    assert call.call_id == "call_1"


def test_a_cut_answer_is_incomplete(gateway: Gateway) -> None:
    text = "Summarise in one sentence:\n\nThe stock count in Leeds showed forty missing boxes."
    found = gateway.client().responses.create(model="practice-1", input=text, max_output_tokens=4)
    assert found.status == "incomplete"
    assert found.incomplete_details
    assert found.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize("mode", ["cut", "fails_in_stream"])
def test_a_lost_stream_is_an_error_and_never_a_success(
    forwarding: Gateway, upstream: FakeUpstream, mode: str
) -> None:
    upstream.mode = mode
    with pytest.raises(openai.APIError):
        list(
            forwarding.client().responses.create(model="bootcamp-small", input="Hello", stream=True)
        )


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("previous_response_id", "resp_1", "keeps no conversations"),
        ("conversation", "conv_1", "keeps no conversations"),
        ("background", True, "background"),
        ("prompt", {"id": "p"}, "prompts"),
        ("tools", [{"type": "web_search"}], "web_search"),
        ("tools", "all", "tools"),
        ("input", [], "input"),
        ("input", 7, "input"),
        ("input", [{"type": "item_reference", "id": "x"}], "item_reference"),
        ("input", [{"role": "robot", "content": "x"}], "role"),
        ("input", [{"role": "user", "content": [{"type": "input_file"}]}], "input_file"),
        ("input", ["x"], "input[0]"),
        ("max_output_tokens", -1, "max_output_tokens"),
        ("text", {"format": {"type": "poem"}}, "text.format"),
        ("text", "poem", "text"),
        ("stream", "yes", "stream"),
        ("instructions", 0, "instructions"),
        ("reasoning", 0, "reasoning"),
        ("background", 0, "background"),
        ("model", None, "model"),
    ],
)
def test_says_clearly_what_it_cannot_do(
    gateway: Gateway, field: str, value: object, word: str
) -> None:
    body = {"model": "bootcamp-small", "input": "Hello", field: value}
    answer = httpx.post(f"{gateway.base_url}/responses", json=body, headers=AUTH)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert word in error["message"]
    assert gateway.calls() == []
