"""What the gateway says of itself at `/openapi.json` is true: schemathesis tries to refute it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from bootcamp.gateway.app import create_app
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.serve import serve_in_thread
from bootcamp.store import open_store
from tests.gateway.conftest import Gateway, Opener

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
AUTH = {"Authorization": "Bearer token-ann"}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A gateway with the practice model, and its description as schemathesis reads it."""
    folder: Path = tmp_path_factory.mktemp("described")
    with ExitStack() as stack:
        store = open_store(f"sqlite:///{folder / 'store.sqlite'}")
        stack.callback(store.close)
        callers = StaticCallers({"token-ann": Caller("ann", "orange")})
        served = stack.enter_context(serve_in_thread(create_app(callers=callers, store=store)))
        root = served.base_url.removesuffix("/v1")
        yield schemathesis.openapi.from_url(f"{root}/openapi.json")


OPERATIONS = [
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{model}"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/responses"),
    ("POST", "/v1/embeddings"),
    ("GET", "/health"),
    ("GET", "/ready"),
]


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_request_refutes_it(described: Any, method: str, path: str, mode: str) -> None:
    """Right and wrong requests: statuses, types and shapes are as described, and none is a 5xx."""
    kinds = schemathesis.GenerationMode
    operation = described[path][method]
    cases = operation.as_strategy(
        generation_mode=kinds.POSITIVE if mode == "positive" else kinds.NEGATIVE
    )
    tried = 0

    @FEW
    @given(case=cases)
    def attempt(case: Any) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(headers=AUTH)

    try:
        attempt()
    except Unsatisfiable:
        assert mode == "negative"
        assert method == "GET"  # where nothing can be said, nothing can be said wrongly
        return
    assert tried > 0


def test_it_is_valid_openapi_and_names_every_endpoint(gateway: Gateway) -> None:
    root = gateway.base_url.removesuffix("/v1")
    document = httpx.get(f"{root}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    assert {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    } == set(OPERATIONS)
    for path, methods in document["paths"].items():
        for method in methods:
            answer = httpx.request(method, root + path.replace("{model}", "practice-1"))
            assert answer.status_code not in {404, 405}, (method, path)
    said = httpx.get(f"{root}/v1/nothing", headers=AUTH).json()["error"]["message"]
    for path in ("/v1/models", "/v1/chat/completions", "/v1/responses", "/v1/embeddings"):
        assert path in document["paths"]
        assert path in said


def test_names_the_models_there_are(open_gateway: Opener, upstream_url: str) -> None:
    gateway = open_gateway(upstream_url=upstream_url)
    document = httpx.get(gateway.base_url.removesuffix("/v1") + "/openapi.json").json()
    listed = {m["id"] for m in httpx.get(f"{gateway.base_url}/models", headers=AUTH).json()["data"]}
    one = document["paths"]["/v1/models/{model}"]["get"]["parameters"][0]["schema"]["enum"]
    assert set(one) == listed
