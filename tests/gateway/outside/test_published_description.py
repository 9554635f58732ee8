"""Every answer and every chunk is what OpenAI's published description says."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.gateway.conftest import Gateway, Opener

from .published import WHERE, Published
from .upstreams import (
    Asked,
    ScriptedUpstream,
    chunk,
    completion,
    embeddings,
    head,
    sends,
    well,
    whole,
)

pytestmark = pytest.mark.skipif(
    not WHERE.is_file(),
    reason=f"OpenAI's description is not at {WHERE}; BOOTCAMP_TEST_DATA may name its folder",
)

MAIL = (
    "From: Claire Petit\nDate: 3 March 2027\n\nHello, the invoice INV-2041 over 1 234,56 € was "
    "paid twice. Please send the money back. Regards, Claire Petit, claire@petit.example"
)
LABELS = {
    "type": "object",
    "properties": {"label": {"type": "string", "enum": ["invoice", "delivery", "unsure"]}},
    "required": ["label"],
    "additionalProperties": False,
}
FIELDS = {
    "type": "object",
    "properties": {
        "reference": {"type": ["string", "null"]},
        "amount": {"type": ["number", "null"]},
        "email": {"type": ["string", "null"]},
    },
    "required": ["reference", "amount", "email"],
    "additionalProperties": False,
}
PARAMETERS = {
    "type": "object",
    "properties": {"reference": {"type": "string", "description": "The invoice's reference"}},
    "required": ["reference"],
    "additionalProperties": False,
}
TOOL = {"name": "find_invoice", "description": "Find an invoice", "parameters": PARAMETERS}
EXTRACT = f"Extract the fields as JSON from this mail.\n\n{MAIL}"


def asking(said: str, /, **more: Any) -> dict[str, Any]:
    return {
        "model": "bootcamp-small",
        "messages": [
            {"role": "system", "content": "You help in an office."},
            {"role": "user", "content": said},
        ],
        **more,
    }


def form(schema: dict[str, Any]) -> dict[str, Any]:
    made = {"name": "answer", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": made}}


def text_format(schema: dict[str, Any]) -> dict[str, Any]:
    return {"text": {"format": {"type": "json_schema", "name": "answer", "schema": schema}}}


def responding(said: str, /, **more: Any) -> dict[str, Any]:
    return {"model": "bootcamp-small", "input": said, **more}


CHATS: dict[str, dict[str, Any]] = {
    "greeting": asking("Hello"),
    "label": asking(f"Which label fits: invoice, delivery? Answer the label only.\n\n{MAIL}"),
    "label by schema": asking(f"Label this mail.\n\n{MAIL}", **form(LABELS)),
    "fields by schema": asking(EXTRACT, **form(FIELDS)),
    "JSON object": asking(EXTRACT, response_format={"type": "json_object"}),
    "summary": asking(f"Summarise this mail in one sentence.\n\n{MAIL}"),
    "what it cannot do": asking("Write a poem about the sea."),
    "two choices": asking(f"Summarise this mail.\n\n{MAIL}", n=2),
    "cut off": asking(f"Summarise this mail.\n\n{MAIL}", max_tokens=1),
    "stopped": asking(f"Summarise this mail.\n\n{MAIL}", stop=["the", "."], seed=7),
    "a tool": asking("Find the invoice INV-2041.", tools=[{"type": "function", "function": TOOL}]),
    "a tool that must be used": asking(
        "Find the invoice INV-2041.",
        tools=[{"type": "function", "function": TOOL}],
        tool_choice="required",
    ),
}
RESPONSES: dict[str, dict[str, Any]] = {
    "greeting": responding("Hello"),
    "items": responding("", input=[{"role": "user", "content": "Hello"}]),
    "fields by schema": responding(EXTRACT, **text_format(FIELDS)),
    "summary": responding(f"Summarise this mail in one sentence.\n\n{MAIL}"),
    "what it cannot do": responding("Write a poem about the sea."),
    "cut off": responding(f"Summarise this mail.\n\n{MAIL}", max_output_tokens=16),
    "with everything said": responding(
        "Hello",
        instructions="You help in an office.",
        temperature=0.5,
        top_p=1,
        metadata={"a": "b"},
        parallel_tool_calls=True,
        store=False,
        truncation="auto",
    ),
    "a tool that must be used": responding(
        "Find the invoice INV-2041.",
        tools=[{"type": "function", **TOOL, "strict": True}],
        tool_choice="required",
    ),
}
EMBEDDINGS: dict[str, dict[str, Any]] = {
    "a text": {"input": "Hello"},
    "texts": {"input": ["Hello", "Bonjour à tous", MAIL]},
    "floats": {"input": "Hello", "encoding_format": "float"},
    "few dimensions": {"input": "Hello", "dimensions": 8},
}


async def vendor(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Answer as a vendor does, tools and schemas included."""
    body = asked.body
    if asked.path.endswith("/embeddings"):
        writer.write(whole(embeddings(asked)))
        return
    if "tools" in body:
        call = {"name": "find_invoice", "arguments": '{"reference": "INV-2041"}'}
        delta: dict[str, Any] = {
            "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": call}]
        }
        answer = completion()
        answer["choices"][0]["message"] = {
            "role": "assistant",
            "content": None,
            "refusal": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
        }
        answer["choices"][0]["finish_reason"] = "tool_calls"
        finish = "tool_calls"
    else:
        schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
        text = "Hello from the vendor."
        if schema == LABELS:
            text = '{"label": "invoice"}'
        elif schema == FIELDS:
            text = '{"reference": "INV-2041", "amount": 1234.56, "email": null}'
        elif body.get("response_format"):
            text = "{}"
        delta, answer, finish = {"content": text}, completion(text), "stop"
    if body.get("stream"):
        writer.write(head(200, "text/event-stream"))
        writer.write(chunk({"role": "assistant", "content": "", "refusal": None}) + chunk(delta))
        writer.write(chunk({}, finish))
        usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
        writer.write(chunk(None, usage=usage) + b"data: [DONE]\n\n")
    else:
        writer.write(whole(answer))
    await writer.drain()


@pytest.fixture(scope="module")
def published() -> Published:
    return Published(WHERE)


@pytest.fixture
def upstream() -> ScriptedUpstream:  # type: ignore[override]
    return ScriptedUpstream(vendor)


@pytest.fixture(params=["practice", "upstream"])
def either(
    request: pytest.FixtureRequest, open_gateway: Opener, upstream: ScriptedUpstream
) -> Iterator[Gateway]:
    """The practice model, and a vendor's service."""
    if request.param == "practice":
        yield open_gateway()
    else:
        with upstream.serve() as url:
            yield open_gateway(upstream_url=url)


def post(gateway: Gateway, path: str, body: object, token: str = "token-ann") -> httpx.Response:
    return httpx.post(
        gateway.base_url + path,
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        trust_env=False,
    )


def events_in(text: str) -> list[str]:
    return [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]


def test_chat(published: Published, either: Gateway) -> None:
    for name, body in CHATS.items():
        answer = post(either, "/chat/completions", body)
        assert answer.status_code == 200, (name, answer.text)
        published.check(published.schema_of("/chat/completions"), answer.json())


@pytest.mark.parametrize("include_usage", [False, True])
def test_chunks_of_chat(published: Published, either: Gateway, include_usage: bool) -> None:
    schema = published.schema_of("/chat/completions", stream=True)
    for name, body in CHATS.items():
        options = {"stream_options": {"include_usage": True}} if include_usage else {}
        answer = post(either, "/chat/completions", {**body, "stream": True, **options})
        *events, last = events_in(answer.text)
        assert last == "[DONE]", (name, answer.text)
        found = [json.loads(event) for event in events]
        for each in found:
            published.check(schema, each)
        assert len({each["id"] for each in found}) == 1
        assert any(each.get("usage") for each in found) == include_usage


def test_responses(published: Published, either: Gateway) -> None:
    for name, body in RESPONSES.items():
        answer = post(either, "/responses", body)
        assert answer.status_code == 200, (name, answer.text)
        published.check(published.schema_of("/responses"), answer.json())


def test_events_of_responses(published: Published, either: Gateway) -> None:
    schema = published.schema_of("/responses", stream=True)
    for name, body in RESPONSES.items():
        answer = post(either, "/responses", {**body, "stream": True})
        found = [json.loads(event) for event in events_in(answer.text) if event != "[DONE]"]
        assert found, (name, answer.text)
        for each in found:
            published.check(schema, each)
        assert [each["sequence_number"] for each in found] == list(range(len(found)))
        assert found[-1]["type"] in {"response.completed", "response.incomplete"}
        published.check("Response", found[-1]["response"])


def test_embeddings(published: Published, either: Gateway) -> None:
    for name, body in EMBEDDINGS.items():
        answer = post(either, "/embeddings", {"model": "bootcamp-embedding", **body})
        assert answer.status_code == 200, (name, answer.text)
        published.check(published.schema_of("/embeddings"), answer.json())


def test_models(published: Published, either: Gateway) -> None:
    auth = {"Authorization": "Bearer token-ann"}
    listed = httpx.get(f"{either.base_url}/models", headers=auth).json()
    published.check(published.schema_of("/models", "get"), listed)
    for model in listed["data"]:
        one = httpx.get(f"{either.base_url}/models/{model['id']}", headers=auth).json()
        published.check(published.schema_of("/models/{model}", "get"), one)


BAD: list[tuple[str, Any, str]] = [
    ("/chat/completions", {"model": "bootcamp-small"}, "token-ann"),
    ("/chat/completions", asking("Hello", max_tokens=-1), "token-ann"),
    ("/chat/completions", asking("Hello", model="gpt-none"), "token-ann"),
    ("/chat/completions", asking("Hello"), "no-such-token"),
    ("/chat/completions", [1, 2], "token-ann"),
    ("/responses", {"model": "bootcamp-small", "input": 7}, "token-ann"),
    ("/responses", responding("Hello", previous_response_id="resp_1"), "token-ann"),
    ("/responses", responding("Hello", conversation="conv_1"), "token-ann"),
    ("/embeddings", {"model": "bootcamp-embedding", "input": []}, "token-ann"),
    ("/embeddings", {"model": "practice-9", "input": "Hello"}, "token-ann"),
    ("/audio/speech", {}, "token-ann"),
]


def test_errors(published: Published, either: Gateway) -> None:
    for path, body, token in BAD:
        answer = post(either, path, body, token)
        assert 400 <= answer.status_code < 500, (path, body, answer.text)
        published.check("ErrorResponse", answer.json())


ERROR = {"message": "Slow down.", "type": "requests"}  # two members are missing
WRONG = {
    "busy": sends(whole({"error": ERROR}, 429)),
    "broken": sends(whole({"error": "boom"}, 500)),
    "refuses": sends(whole({"error": ERROR}, 400)),
    "a page": sends(head(200, "text/html", 6) + b"<html>"),
    "closes": sends(),
}
WRONG_IN_STREAM = {
    "cut": sends(head(200, "text/event-stream") + chunk({"content": "Half a"})),
    "fails": sends(
        head(200, "text/event-stream") + chunk({"content": "Half a"}),
        b'data: {"error": {"message": "overloaded"}}\n\n',
    ),
}


def test_errors_of_an_upstream(
    published: Published, open_gateway: Opener, upstream: ScriptedUpstream
) -> None:
    with upstream.serve() as url:
        gateway = open_gateway(upstream_url=url)
        for behave in WRONG.values():
            upstream.behave = behave
            for path, body in (
                ("/chat/completions", asking("Hello")),
                ("/chat/completions", asking("Hello", stream=True)),
                ("/responses", responding("Hello")),
                ("/responses", responding("Hello", stream=True)),
            ):
                answer = post(gateway, path, body)
                assert answer.status_code >= 400
                published.check("ErrorResponse", answer.json())
        for behave in WRONG_IN_STREAM.values():
            upstream.behave = behave
            answer = post(gateway, "/chat/completions", asking("Hello", stream=True))
            *begun, last = [json.loads(event) for event in events_in(answer.text)]
            for each in begun:
                published.check("CreateChatCompletionStreamResponse", each)
            published.check("ErrorResponse", last)
            answer = post(gateway, "/responses", responding("Hello", stream=True))
            found = [json.loads(event) for event in events_in(answer.text)]
            for each in found:
                published.check("ResponseStreamEvent", each)
            assert found[-1]["type"] in {"error", "response.failed"}


def test_description_itself_refuses_what_is_wrong(published: Published) -> None:
    """The checks above can fail: each member that is required is missed when it is not there."""
    right = completion()
    published.check("CreateChatCompletionResponse", right)
    for name in ("id", "choices", "created", "model", "object"):
        wrong = copy.deepcopy(right)
        del wrong[name]
        with pytest.raises(pytest.fail.Exception, match=name):
            published.check("CreateChatCompletionResponse", wrong)
    with pytest.raises(pytest.fail.Exception):
        published.check("ErrorResponse", {"error": ERROR})


def test_upstream_that_stands_in_is_itself_as_published(published: Published) -> None:
    """The fake behind these tests speaks OpenAI's format, too."""
    upstream = ScriptedUpstream(well)
    with upstream.serve() as url:
        answer = httpx.post(f"{url}/chat/completions", json={})
        published.check("CreateChatCompletionResponse", answer.json())
        answer = httpx.post(f"{url}/embeddings", json={"input": "x", "model": "vendor"})
        published.check("CreateEmbeddingResponse", answer.json())
