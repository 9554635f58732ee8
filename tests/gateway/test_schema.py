"""JSON answers are looked at before they are passed on."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from bootcamp.gateway.engines import Call
from bootcamp.gateway.schema import Form
from bootcamp.gateway.wire import GatewayProblem
from bootcamp.store.usage import Budgets

from .conftest import Gateway, Opener
from .fakes import FakeUpstream

ASK: Any = [{"role": "user", "content": "Which queue?"}]
AUTH = {"Authorization": "Bearer token-ann"}
RIGHT = '{"queue": "billing", "urgent": true}'
WRONG = '{"queue": "billing", "urgent": "very"}'


class Routed(BaseModel):
    queue: str
    urgent: bool


def parse(gateway: Gateway, **more: Any) -> Any:
    return gateway.client().chat.completions.parse(
        model="bootcamp-small", messages=ASK, response_format=Routed, **more
    )


def test_passes_an_answer_on_that_fits(forwarding: Gateway, upstream: FakeUpstream) -> None:
    upstream.says = [RIGHT]
    assert parse(forwarding).choices[0].message.parsed == Routed(queue="billing", urgent=True)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("bad", [WRONG, "Sure! Here is your JSON:", "[]", "{}", ""])
def test_asks_once_more_and_says_what_was_wrong(
    forwarding: Gateway, upstream: FakeUpstream, bad: str
) -> None:
    upstream.says = [bad, RIGHT]
    assert parse(forwarding).choices[0].message.parsed.urgent is True
    first, second = upstream.requests
    assert second["messages"][:1] == first["messages"] == ASK
    assert "did not fit" in second["messages"][1]["content"]
    wrong, right = forwarding.calls()
    assert (wrong.outcome, right.outcome) == ("failed", "answered")
    assert wrong.tokens == right.tokens == 12


def test_reports_a_second_answer_that_does_not_fit(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    upstream.says = [WRONG]
    with pytest.raises(openai.InternalServerError, match=r"\$\.urgent") as caught:
        parse(forwarding)
    assert caught.value.code == "json_schema_violation"
    assert len(upstream.requests) == 2


def test_the_second_try_needs_a_budget_of_its_own(
    open_gateway: Opener, upstream: FakeUpstream, upstream_url: str
) -> None:
    upstream.says = [WRONG, RIGHT]
    gateway = open_gateway(upstream_url=upstream_url, budgets=Budgets(citizen_tokens=170))
    with pytest.raises(openai.RateLimitError) as caught:
        parse(gateway, max_tokens=20)
    assert caught.value.code == "insufficient_quota"
    assert len(upstream.requests) == 1


def test_any_object_will_do_where_no_schema_is_given(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    upstream.says = ["not json", WRONG]
    answer = forwarding.client().chat.completions.create(
        model="bootcamp-small", messages=ASK, response_format={"type": "json_object"}
    )
    assert answer.choices[0].message.content == WRONG


def test_a_stream_that_does_not_fit_ends_in_an_error(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    upstream.mode, upstream.says = "says_in_stream", [WRONG]
    with pytest.raises(openai.APIError, match="did not fit"):
        list(
            forwarding.client().chat.completions.create(
                model="bootcamp-small", messages=ASK, response_format=form_of(Routed), stream=True
            )
        )


def test_a_stream_that_fits_ends_well(forwarding: Gateway, upstream: FakeUpstream) -> None:
    upstream.mode, upstream.says = "says_in_stream", [RIGHT]
    with forwarding.client().chat.completions.stream(
        model="bootcamp-small", messages=ASK, response_format=Routed
    ) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.parsed == Routed(queue="billing", urgent=True)


def test_tool_calls_need_not_fit(forwarding: Gateway, upstream: FakeUpstream) -> None:
    upstream.mode = "calls_tool"
    answer = forwarding.client().chat.completions.create(
        model="bootcamp-small", messages=ASK, response_format=form_of(Routed)
    )
    assert answer.choices[0].message.tool_calls
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("schema", [{"type": "objekt"}, {"properties": 7}, "object"])
def test_refuses_what_is_no_schema(forwarding: Gateway, schema: object) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    body = {"model": "bootcamp-small", "messages": ASK, "response_format": form}
    answer = httpx.post(f"{forwarding.base_url}/chat/completions", json=body, headers=AUTH)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "response_format"
    assert forwarding.calls() == []


def form_of(model: type[BaseModel]) -> Any:
    return {
        "type": "json_schema",
        "json_schema": {"name": "x", "schema": model.model_json_schema(), "strict": True},
    }


def form(schema: object) -> Form:
    asked = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    found = Form.of(Call("1", "chat", "m", {"response_format": asked}))
    assert found is not None
    return found


NESTED = {"allOf": [{"$ref": "#/$defs/a0"}]} | {
    "$defs": {
        f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]}
        for n in range(40)
    }
    | {"a40": {"type": "integer"}}
}


@pytest.mark.parametrize(
    "schema",
    [
        NESTED,
        {"type": "string", "pattern": "^(a+)+$"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "#"},
    ],
)
def test_a_hostile_schema_costs_little_and_fetches_nothing(schema: object) -> None:
    import anyio

    began = time.monotonic()
    assert anyio.run(form(schema).fault_of, json.dumps("a" * 40 + "!")) is None
    assert time.monotonic() - began < 3


def test_a_schema_nested_too_deeply_is_refused() -> None:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(300):
        schema = {"properties": {"a": schema}}
    with pytest.raises(GatewayProblem):
        form(schema)
