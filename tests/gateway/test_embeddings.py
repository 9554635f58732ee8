"""Embeddings: from the practice model, or forwarded."""

from __future__ import annotations

import base64

import httpx
import numpy as np
import openai
import pytest

from .conftest import Gateway
from .fakes import FakeUpstream

AUTH = {"Authorization": "Bearer token-ann"}
TEXTS = ["The parcel is late.", "The delivery has not arrived.", "My payslip is wrong."]


def post(gateway: Gateway, **body: object) -> httpx.Response:
    return httpx.post(f"{gateway.base_url}/embeddings", json=body, headers=AUTH)


def test_practice_vectors_say_which_texts_are_close(gateway: Gateway) -> None:
    found = gateway.client().embeddings.create(model="bootcamp-embedding", input=TEXTS)
    late, delivery, payslip = (np.array(item.embedding) for item in found.data)
    assert late @ delivery > late @ payslip
    assert found.model == "practice-1"
    assert found.usage.prompt_tokens == found.usage.total_tokens > 0
    (call,) = gateway.calls()
    assert (call.tokens, call.simulated) == (found.usage.total_tokens, True)


def test_gives_the_same_vector_as_numbers_and_as_base64(gateway: Gateway) -> None:
    as_floats = post(gateway, model="practice-1", input=TEXTS[0], encoding_format="float").json()
    as_text = post(gateway, model="practice-1", input=TEXTS[0], encoding_format="base64").json()
    by_default = post(gateway, model="practice-1", input=TEXTS[0]).json()
    floats = np.array(as_floats["data"][0]["embedding"], dtype=np.float32)
    decoded = np.frombuffer(base64.b64decode(as_text["data"][0]["embedding"]), dtype="<f4")
    assert np.array_equal(floats, decoded)
    assert by_default["data"] == as_floats["data"]
    assert np.linalg.norm(floats) == pytest.approx(1, abs=1e-5)


def test_shortens_vectors_where_fewer_dimensions_are_asked_for(gateway: Gateway) -> None:
    found = gateway.client().embeddings.create(
        model="bootcamp-embedding", input=TEXTS[0], dimensions=64
    )
    assert len(found.data[0].embedding) == 64


def test_forwards_to_the_upstream_that_has_an_embedding_model(
    forwarding: Gateway, upstream: FakeUpstream
) -> None:
    found = forwarding.client().embeddings.create(model="bootcamp-embedding", input=TEXTS)
    assert [item.embedding for item in found.data] == [[0.5, -0.25]] * 3
    assert upstream.paths == ["/v1/embeddings"]
    assert upstream.requests[0]["model"] == "vendor-embed"
    (call,) = forwarding.calls()
    assert (call.answered_by, call.prompt_tokens, call.completion_tokens) == ("vendor-embed", 9, 0)
    assert call.reserved_tokens >= 9


@pytest.mark.parametrize(
    "body",
    [
        {"input": "x"},
        {"model": "practice-1"},
        {"model": "practice-1", "input": ""},
        {"model": "practice-1", "input": []},
        {"model": "practice-1", "input": ["x", ""]},
        {"model": "practice-1", "input": [1, 2, 3]},
        {"model": "practice-1", "input": ["x"] * 3000},
        {"model": "practice-1", "input": "x" * 200_000},
        {"model": "practice-1", "input": "x", "encoding_format": "hex"},
        {"model": "practice-1", "input": "x", "dimensions": 0},
        {"model": "practice-1", "input": "x", "dimensions": 10**9},
        {"model": "bootcamp-small", "input": "x"},
    ],
)
def test_refuses_what_makes_no_sense(gateway: Gateway, body: dict[str, object]) -> None:
    answer = post(gateway, **body)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_an_embedding_model_does_not_chat(gateway: Gateway) -> None:
    with pytest.raises(openai.BadRequestError, match="is for embeddings"):
        gateway.client().chat.completions.create(
            model="bootcamp-embedding", messages=[{"role": "user", "content": "Hello"}]
        )
