"""The gateway as the hub starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import httpx
import pytest

from bootcamp.cohort import Cohort, ModelSettings, Person, UseCase, example_dates, save_cohort
from bootcamp.errors import BootcampError
from bootcamp.gateway.app import SMALL
from bootcamp.gateway.service import upstreams_of
from tests.conftest import eventually, free_port

from .fakes import KEY, FakeHub, FakeUpstream


def cohort(upstream: str | None = None) -> Cohort:
    cases = tuple(UseCase(slug=f"case-{n}", title=f"Case {n}") for n in "abcd")
    model = ModelSettings.model_validate(
        {"upstream": upstream, "small": "vendor-mini"} if upstream else {}
    )
    return Cohort(
        name="Spring",
        company="Alder & Finch",
        sessions=example_dates(date(2027, 1, 11)),  # type: ignore[arg-type]
        model=model,
        use_cases=cases,
        people=(
            Person(name="Fay", email="fay@alderfinch.example", login="fay", role="facilitator"),
        ),
    )


def start(data: Path, hub_url: str, port: int, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bootcamp.gateway"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={
            **os.environ,
            "BOOTCAMP_DATA": str(data),
            "JUPYTERHUB_API_URL": hub_url,
            "BOOTCAMP_GATEWAY_PORT": str(port),
            **environ,
        },
    )


def test_serves_citizens_and_says_nothing_of_key_or_token(
    tmp_path: Path, upstream: FakeUpstream, upstream_url: str
) -> None:
    save_cohort(cohort(upstream_url), tmp_path / "cohort.toml")
    user = {"name": "ann", "groups": [], "scopes": ["access:services!service=gateway"]}
    port = free_port()
    with FakeHub({"hub-token": user}).serve() as hub_url:
        process = start(tmp_path, hub_url, port, BOOTCAMP_UPSTREAM_KEY=KEY)
        try:
            eventually(lambda: _health(port))
            answer = httpx.post(
                f"http://127.0.0.1:{port}/v1/chat/completions",
                json={"model": SMALL, "messages": [{"role": "user", "content": "Hello"}]},
                headers={"Authorization": "Bearer hub-token"},
            )
            assert answer.json()["choices"][0]["message"]["content"] == "Hello from the vendor."
            assert upstream.headers[0]["authorization"] == f"Bearer {KEY}"
        finally:
            process.terminate()
            said = process.communicate(timeout=20)[0]
    assert "ann vendor-mini answered" in said
    assert KEY not in said
    assert "hub-token" not in said
    files = [path for path in tmp_path.rglob("*.*") if path.is_file()]
    assert not any(KEY.encode() in path.read_bytes() for path in files)


def _health(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"BOOTCAMP_GATEWAY_PORT": "many"}, "BOOTCAMP_GATEWAY_PORT"),
        ({"JUPYTERHUB_API_URL": ""}, "bootcamp up"),
        ({"BOOTCAMP_UPSTREAM_KEY": ""}, "BOOTCAMP_UPSTREAM_KEY"),
    ],
)
def test_says_in_one_line_what_is_missing(
    tmp_path: Path, environ: dict[str, str], word: str
) -> None:
    save_cohort(cohort("https://models.alderfinch.example/v1"), tmp_path / "cohort.toml")
    process = start(tmp_path, "http://127.0.0.1:9/hub/api", 18_083, **environ)
    said = process.communicate(timeout=30)[0]
    assert process.returncode == 1
    assert len(said.splitlines()) == 1
    assert word in said


def test_maps_the_aliases_to_the_models_of_the_cohort_file() -> None:
    (found,) = upstreams_of(
        cohort("https://models.alderfinch.example/v1"), {"BOOTCAMP_UPSTREAM_KEY": KEY}
    )
    assert found.models == {SMALL: "vendor-mini"}
    assert upstreams_of(cohort(), {}) == []


def test_ollama_needs_neither_an_address_nor_a_key() -> None:
    (found,) = upstreams_of(cohort("ollama"), {})
    assert (found.base_url, found.key) == ("http://127.0.0.1:11434/v1", "")


def test_refuses_a_key_that_cannot_be_one() -> None:
    with pytest.raises(BootcampError, match="BOOTCAMP_UPSTREAM_KEY"):
        upstreams_of(
            cohort("https://models.alderfinch.example/v1"), {"BOOTCAMP_UPSTREAM_KEY": "a\nb"}
        )
