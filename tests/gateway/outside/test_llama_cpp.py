"""A real model service: llama.cpp's server, with a tiny random model made on the spot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from bootcamp.gateway.app import SMALL
from tests.gateway.conftest import Gateway, Opener

from .test_official_suite import CACHE, _pip

pytestmark = pytest.mark.slow
ASK = [{"role": "user", "content": "hello"}]
# By chance a random model would end early, one time in a dozen; its likeliest token is no end.
SURE: dict[str, Any] = {"model": SMALL, "temperature": 0}
SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    packages = CACHE / "llama-cpp"
    if not (packages / "xllamacpp").is_dir():
        _pip("install", "--only-binary", ":all:", "--target", str(packages), "xllamacpp", "gguf")
    with subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("tiny_llama.py")),
            str(tmp_path_factory.mktemp("llama") / "tiny.gguf"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(packages)},
    ) as process:
        assert process.stdout
        try:
            ready = next((line for line in process.stdout if line.startswith("READY")), None)
            if ready is None:
                pytest.skip("llama.cpp's server did not start on this machine")
            yield f"{ready.split()[1]}/v1"
        finally:
            process.kill()


@pytest.fixture
def llama(open_gateway: Opener, llama_url: str) -> Gateway:
    return open_gateway(upstream_url=llama_url)


def test_answers_streams_responds_and_keeps_to_a_schema(llama: Gateway) -> None:
    client: openai.OpenAI = llama.client(max_retries=0)
    answer = client.chat.completions.create(messages=ASK, max_tokens=8, **SURE)
    assert answer.usage
    assert answer.usage.completion_tokens == 8
    chunks = list(client.chat.completions.create(messages=ASK, max_tokens=8, stream=True, **SURE))
    assert chunks[-1].choices[0].finish_reason == "length"
    response = client.responses.create(input="hello", max_output_tokens=8, **SURE)
    assert response.status == "incomplete"
    kept = client.chat.completions.create(
        messages=ASK,
        max_tokens=200,
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA},
        },
        **SURE,
    )
    assert '"ok"' in str(kept.choices[0].message.content)
    calls = llama.calls()
    assert [call.outcome for call in calls] == ["answered"] * 4
    assert all(call.completion_tokens for call in calls)
