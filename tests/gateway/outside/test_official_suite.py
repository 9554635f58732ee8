"""The official client's own test-suite, from its source distribution, against a real gateway."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bootcamp.gateway.app import EMBEDDING, SMALL, create_app
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.serve import serve_in_thread
from bootcamp.gateway.upstream import Upstream
from bootcamp.store import Store

from .upstreams import ScriptedUpstream

pytestmark = pytest.mark.slow

CASES = 92
FILES = ("test_models.py", "test_embeddings.py", "chat/test_completions.py", "test_responses.py")
SELECTED = "not aiohttp and ((Models and list) or create)"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ai-bootcamp-lab"


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--no-deps"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the package registry did not answer in time")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        pytest.skip(f"the package registry cannot be reached: {lines[-1] if lines else '?'}")


@pytest.fixture(scope="module")
def suite() -> Path:
    """The suite's folder, of the version that is installed; fetched once and kept."""
    folder = CACHE / f"openai-{openai.__version__}"
    if not (folder / "tests" / "conftest.py").is_file():
        _pip(
            "download", "--no-binary", "openai", f"openai=={openai.__version__}",
            "--dest", str(CACHE),
        )  # fmt: skip
        with tarfile.open(CACHE / f"openai-{openai.__version__}.tar.gz") as packed:
            packed.extractall(CACHE, filter="data")
    return folder


@pytest.fixture(scope="module")
def tools() -> Path:
    """What the suite needs beside our own environment."""
    folder = CACHE / "suite-tools"
    if not (folder / "pytest_asyncio").is_dir():
        _pip("install", "--target", str(folder), "pytest-asyncio", "rich", "pygments",
             "markdown-it-py", "mdurl")  # fmt: skip
    return folder


# ---- what the suite asks that no gateway without memory may answer

REFUSED = {
    "previous_response_id": "the gateway keeps no conversations",
    "conversation": "the gateway keeps no conversations",
    "prompt": "the gateway knows no stored prompts",
    "background": "the gateway answers at once",
}


def without_what_is_refused(path: str, body: dict[str, Any]) -> list[str]:
    """Change a request of the suite as little as it takes; gives what was changed.

    The suite was made for a mock that answers anything: it sends every field at once, calls for
    responses without a model or an input, and `max_tokens=0`. OpenAI's service and ours refuse
    those in plain words, which `test_refuses_what_it_should` proves.
    """
    changed = []
    if path.endswith("/responses"):
        for name in REFUSED:
            if body.pop(name, None):
                changed.append(name)
        for name, usual in (("model", "gpt-6-astra"), ("input", "string")):
            if name not in body:
                body[name] = usual
                changed.append(name)
    for name in ("max_tokens", "max_completion_tokens"):
        if body.get(name) == 0:
            body[name] = 1
            changed.append(name)
    return changed


@contextmanager
def lenient(target: str, changes: list[list[str]]) -> Iterator[str]:
    """Pass requests on to *target*, made acceptable; answers come back as they are."""

    async def forward(request: Request) -> Response:
        raw = await request.body()
        if raw:
            body = json.loads(raw)
            changes.append(without_what_is_refused(request.url.path, body))
            raw = json.dumps(body).encode()
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in {"host", "content-length", "accept-encoding"}
        }
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            place = target + request.url.path.removeprefix("/v1")
            answer = await client.request(request.method, place, content=raw, headers=headers)
        kept = {n: v for n, v in answer.headers.items() if n not in {"content-length", "date"}}
        return Response(answer.content, answer.status_code, kept)

    app = Starlette(routes=[Route("/{path:path}", forward, methods=["GET", "POST"])])
    with serve_in_thread(app) as served:
        yield served.base_url


@pytest.fixture
def gateway_url(store: Store) -> Iterator[str]:
    with ScriptedUpstream().serve() as url:
        models = {SMALL: "gpt-6-astra", EMBEDDING: "text-embedding-3-small"}
        app = create_app(
            callers=StaticCallers({"My API Key": Caller("ann", "orange")}),
            store=store,
            upstreams=[Upstream(url, "key", models)],
        )
        with serve_in_thread(app) as served:
            yield served.base_url


def run(suite: Path, tools: Path, url: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider",
            "-p", "pytest_asyncio.plugin", "-k", SELECTED, "--tb=line", *options,
            *(f"tests/api_resources/{name}" for name in FILES),
        ],
        cwd=suite,
        env={
            **os.environ,
            "TEST_API_BASE_URL": url,
            "PYTHONPATH": os.pathsep.join([str(suite / "src"), str(tools)]),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )  # fmt: skip


def test_all_cases_pass(suite: Path, tools: Path, gateway_url: str) -> None:
    changes: list[list[str]] = []
    with lenient(gateway_url, changes) as url:
        done = run(suite, tools, url)
    passed = re.search(rf"{CASES} passed", done.stdout)
    assert passed, done.stdout[-3000:] + done.stderr[-2000:]
    assert "failed" not in done.stdout.splitlines()[-1]
    # Nothing but what is named above was ever changed, and embeddings and models never.
    names = {name for changed in changes for name in changed}
    assert names <= {*REFUSED, "model", "input", "max_tokens", "max_completion_tokens"}


def test_refuses_what_it_should(gateway_url: str) -> None:
    """The requests that the suite's run leaves out get a clear refusal from the gateway itself."""
    auth = {"Authorization": "Bearer My API Key"}
    whole = {"model": "gpt-6-astra", "input": "string"}
    for name in REFUSED:
        body = {**whole, name: True if name == "background" else "string"}
        answer = httpx.post(f"{gateway_url}/responses", json=body, headers=auth)
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == name
    for name in whole:
        body = {key: value for key, value in whole.items() if key != name}
        answer = httpx.post(f"{gateway_url}/responses", json=body, headers=auth)
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == name
    chat = {"model": "gpt-6-astra", "messages": [{"role": "user", "content": "string"}]}
    for name in ("max_tokens", "max_completion_tokens"):
        answer = httpx.post(f"{gateway_url}/chat/completions", json={**chat, name: 0}, headers=auth)
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == name
