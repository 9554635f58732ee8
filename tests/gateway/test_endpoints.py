"""The gateway with the practice model, as openai-python and bare HTTP see it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import openai
import pytest
from pydantic import BaseModel

from bootcamp.errors import PortInUse
from bootcamp.gateway.app import create_app
from bootcamp.gateway.callers import HubCallers, StaticCallers
from bootcamp.gateway.serve import listen, serve_in_thread
from bootcamp.store import Store

from .conftest import CALLERS, Gateway, Opener
from .fakes import FakeHub

PROMPT = (
    "Choose one queue: billing, delivery, jobs.\n\n"
    'Mail: """Good morning, our parcel has not arrived and the driver does not answer."""'
)
ASK = [{"role": "user", "content": PROMPT}]
AUTH = {"Authorization": "Bearer token-ann"}


def error_of(answer: httpx.Response) -> dict[str, object]:
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    return error


def test_labels_for_the_official_client(gateway: Gateway) -> None:
    answer = gateway.client().chat.completions.with_raw_response.create(
        model="bootcamp-small", messages=ASK
    )
    found = answer.parse()
    assert found.choices[0].message.content == "delivery"
    assert found.choices[0].finish_reason == "stop"
    assert found.model == "practice-1"
    assert found.system_fingerprint
    assert found.usage
    assert found.usage.total_tokens == found.usage.prompt_tokens + found.usage.completion_tokens
    assert answer.headers["x-bootcamp-engine"] == "practice"
    assert found._request_id
    assert found._request_id.startswith("req_")


def test_streams_the_same_answer_that_it_gives_at_once(gateway: Gateway) -> None:
    stream = gateway.client().chat.completions.create(
        model="bootcamp-large", messages=ASK, stream=True
    )
    chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == "delivery"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all(c.usage is None for c in chunks)


def test_streams_usage_to_who_asks_for_it(gateway: Gateway) -> None:
    stream = gateway.client().chat.completions.create(
        model="bootcamp-small", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    last = list(stream)[-1]
    assert last.choices == []
    assert last.usage
    assert last.usage.completion_tokens > 0


def test_parses_into_a_pydantic_model(gateway: Gateway) -> None:
    from typing import Literal

    class Routed(BaseModel):
        queue: Literal["billing", "delivery", "jobs"]
        urgency: Literal["low", "normal", "high"]

    found = gateway.client().chat.completions.parse(
        model="bootcamp-small", messages=ASK, response_format=Routed
    )
    assert found.choices[0].message.parsed
    assert found.choices[0].message.parsed.queue == "delivery"


def test_refuses_a_schema_that_is_beyond_it(gateway: Gateway) -> None:
    class Invoice(BaseModel):
        supplier: str
        total: float

    found = gateway.client().chat.completions.parse(
        model="bootcamp-small", messages=ASK, response_format=Invoice
    )
    assert found.choices[0].message.parsed is None
    assert "practice model" in (found.choices[0].message.refusal or "")


def test_lists_its_models(gateway: Gateway) -> None:
    client = gateway.client()
    found = {model.id: model for model in client.models.list()}
    assert {"bootcamp-small", "bootcamp-large", "practice-1"} <= set(found)
    assert found["practice-1"].owned_by == "ai-bootcamp-lab"
    assert client.models.retrieve("bootcamp-small").id == "bootcamp-small"


def test_unknown_model_names_the_known_ones(gateway: Gateway) -> None:
    client = gateway.client()
    with pytest.raises(openai.NotFoundError, match="bootcamp-small") as caught:
        client.chat.completions.create(model="gpt-99", messages=ASK)
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-99")


@pytest.mark.parametrize("token", ["wrong", "' OR 1=1 --", "x" * 2000])
def test_refuses_unknown_tokens_without_a_retry(gateway: Gateway, token: str) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        gateway.client(token).models.list()
    assert caught.value.code == "invalid_api_key"
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic token-ann"}]
)
def test_reads_tokens_from_the_bearer_header_only(
    gateway: Gateway, headers: dict[str, str]
) -> None:
    answer = httpx.get(f"{gateway.base_url}/models?token=token-ann", headers=headers)
    assert answer.status_code == 401
    error_of(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/chat/completions", 405),
        ("DELETE", "/models", 405),
        ("POST", "/images/generations", 404),
        ("GET", "/../etc/passwd", 404),
    ],
)
def test_answers_what_is_not_there_in_the_format_of_openai(
    gateway: Gateway, method: str, path: str, status: int
) -> None:
    answer = httpx.request(method, gateway.base_url + path, headers=AUTH)
    assert answer.status_code == status
    assert answer.headers["x-request-id"]
    error_of(answer)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"model": "bootcamp-small", "messages": [{"role": "user", "content": NaN}]}',
        b'{"a":' * 100_000,
        b"[" * 200_000,
        b'{"model": "bootcamp-small"}',
        b'{"model": "bootcamp-small", "messages": []}',
        b'{"model": "bootcamp-small", "messages": ["hello"]}',
        b'{"model": "bootcamp-small", "messages": [{"role": "user", "content": 7}]}',
        b'{"model": "bootcamp-small", "messages": [{"role": "user", "content": "x"}], "n": 1000}',
        b'{"model": "bootcamp-small", "messages": [{"role": "user"}], "max_tokens": -1}',
        b'{"model": "bootcamp-small", "messages": [{"role": "user"}], "stream": "yes"}',
        b'{"model": 7, "messages": [{"role": "user", "content": "x"}]}',
        json.dumps(
            {
                "model": "bootcamp-small",
                "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}],
            }
        ).encode(),
        json.dumps(
            {"model": "bootcamp-small", "messages": [{"role": "user", "content": "a" * 200_000}]}
        ).encode(),
    ],
)
def test_refuses_bodies_that_make_no_sense(gateway: Gateway, body: bytes) -> None:
    answer = httpx.post(f"{gateway.base_url}/chat/completions", content=body, headers=AUTH)
    assert answer.status_code == 400, answer.text
    assert error_of(answer)["type"] == "invalid_request_error"


def test_refuses_bodies_over_ten_megabytes(gateway: Gateway) -> None:
    content = b'{"model": "' + b"x" * (11 * 1024 * 1024)
    answer = httpx.post(f"{gateway.base_url}/chat/completions", content=content, headers=AUTH)
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "request_too_large"


def test_survives_lone_surrogates(gateway: Gateway) -> None:
    content = b'{"model":"practice-1","messages":[{"role":"user","content":"Summarise: \\ud800 one two three four."}]}'  # noqa: E501
    answer = httpx.post(f"{gateway.base_url}/chat/completions", content=content, headers=AUTH)
    assert answer.status_code == 200


def test_health_needs_no_token(gateway: Gateway) -> None:
    answer = httpx.get(gateway.base_url.removesuffix("/v1") + "/health")
    assert answer.json() == {"status": "ok", "engine": "practice"}


def test_honours_stop_and_max_tokens(gateway: Gateway) -> None:
    text = "Summarise in one sentence:\n\nThe stock count in Leeds showed forty missing boxes of paper."  # noqa: E501
    client = gateway.client()
    ask = [{"role": "user", "content": text}]
    short = client.chat.completions.create(model="practice-1", messages=ask, max_tokens=4)
    assert short.choices[0].finish_reason == "length"
    assert short.usage
    assert short.usage.completion_tokens <= 4
    stopped = client.chat.completions.create(model="practice-1", messages=ask, stop="Leeds")
    assert stopped.choices[0].message.content == "The stock count in "


def test_serves_over_a_socket_file_and_leaves_none_behind(tmp_path: Path, store: Store) -> None:
    app = create_app(callers=StaticCallers(CALLERS), store=store)
    uds = tmp_path / "gateway.sock"
    with serve_in_thread(app, uds=uds) as served:
        assert uds.stat().st_mode & 0o777 == 0o600
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(uds))) as client:
            assert client.get(f"{served.base_url}/models", headers=AUTH).status_code == 200
    assert not uds.exists()


def test_says_that_a_port_is_taken() -> None:
    with listen(port=0) as held:
        held.listen()
        with pytest.raises(PortInUse, match="BOOTCAMP_GATEWAY_PORT"):
            listen(port=held.getsockname()[1])


SCOPE = "access:services!service=gateway"


def test_knows_citizen_and_team_from_the_hub(open_gateway: Opener) -> None:
    user = {
        "kind": "user",
        "name": "ann",
        "groups": ["citizens", "team-orange"],
        "scopes": ["self", SCOPE],
    }
    hub = FakeHub({"hub-token": user})
    with hub.serve() as url:
        gateway = open_gateway(callers=HubCallers(url))
        client = gateway.client("hub-token")
        for _ in range(5):
            client.chat.completions.create(model="bootcamp-small", messages=ASK)
    assert hub.asked == 1
    assert {(call.login, call.team) for call in gateway.calls()} == {("ann", "orange")}


def test_refuses_hub_tokens_without_the_scope(open_gateway: Opener) -> None:
    hub = FakeHub({"hub-token": {"name": "ann", "groups": [], "scopes": ["self"]}})
    with hub.serve() as url:
        client = open_gateway(callers=HubCallers(url)).client("hub-token")
        with pytest.raises(openai.AuthenticationError):
            client.models.list()


def test_says_so_when_the_hub_is_away(open_gateway: Opener) -> None:
    gateway = open_gateway(callers=HubCallers("http://127.0.0.1:9/hub/api"))
    answer = httpx.get(f"{gateway.base_url}/models", headers=AUTH)
    assert answer.status_code == 503
    assert error_of(answer)["code"] == "hub_unreachable"
