"""Final runs at the running gateway: a door of their own, and keys that live as long as the run."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from sqlalchemy import select

from bootcamp.cohort import load_cohort, save_cohort
from bootcamp.errors import FinalsError
from bootcamp.gateway import finals
from bootcamp.gateway.final_keys import socket_of_finals
from bootcamp.gateway.finals import FinalModel, model_for_teams
from bootcamp.settings import DataFolder
from bootcamp.store.prompts import KeptPrompt
from tests.gateway.fakes import KEY

from .conftest import ASK, GatewayProcess, gateway_process
from .upstreams import ScriptedUpstream

pytestmark = pytest.mark.slow

TEAMS = ("orange", "violet")
LENDS = """
import sys
from bootcamp.gateway.final_keys import lent_keys
from bootcamp.settings import DataFolder
with lent_keys(DataFolder.at(sys.argv[1]), ["orange"]) as keys:
    print(keys["orange"], flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """A gateway that keeps answers and prompts, and lets people call twice a minute.

    Its folder lies deeper than the path of a socket file may be long.
    """
    folder = tmp_path_factory.mktemp("deep") / ("d" * 60) / ("e" * 60)
    folder.mkdir(parents=True)
    with gateway_process(folder, ScriptedUpstream(), requests_per_minute=2) as running:
        made = load_cohort(folder / "cohort.toml")
        model = made.model.model_copy(update={"cache": True, "keep_prompts": True})
        save_cohort(made.model_copy(update={"model": model}), folder / "cohort.toml")
        running.stop()
        running.start()
        yield running


def a_run(gateway: GatewayProcess) -> Any:
    data = DataFolder.at(gateway.data)
    return model_for_teams(data, load_cohort(data.cohort_file), TEAMS, up=True, environ={})


@pytest.fixture
def model(gateway: GatewayProcess) -> Iterator[FinalModel]:
    with a_run(gateway) as found:
        yield found


Asker = Callable[..., str]


@pytest.fixture
def ask() -> Iterator[Asker]:
    """Ask at a socket file with the official client, as notebooks do behind their relay."""
    with ExitStack() as stack:

        def asking(socket: Path, key: str, **options: Any) -> str:
            by_file = httpx2.Client(transport=httpx2.HTTPTransport(uds=str(socket)))
            asker = stack.enter_context(
                closing(
                    openai.OpenAI(
                        base_url="http://gateway/v1", api_key=key, http_client=by_file, **options
                    )
                )
            )
            answer = asker.chat.completions.create(model="bootcamp-small", messages=ASK)  # type: ignore[arg-type]
            return str(answer.choices[0].message.content)

        yield asking


def test_a_team_asks_with_its_key_and_the_call_counts_for_it_alone(
    gateway: GatewayProcess, model: FinalModel, ask: Asker
) -> None:
    assert (model.words, model.varies) == ("vendor-mini at upstream", True)
    assert len(set(model.keys.values())) == len(TEAMS)
    assert ask(model.socket, model.keys["violet"])
    call = gateway.calls()[-1]
    assert (call.login, call.team, call.kind) == ("final-violet", "violet", "final")
    assert {total.name for total in gateway.totals()} == {"cohort", "final-violet", "violet"}


def test_repeats_are_asked_anew_at_any_speed_and_nothing_is_kept_of_them(
    gateway: GatewayProcess, model: FinalModel, ask: Asker
) -> None:
    before = len(gateway.calls())
    for _ in range(5):  # a person may ask twice a minute, and gets the same answer from the cache
        ask(model.socket, model.keys["orange"], max_retries=0)
    made = gateway.calls()[before:]
    assert [call.engine for call in made] == ["upstream"] * 5
    with gateway.books() as books:
        assert list(books.scalars(select(KeptPrompt))) == []
    with gateway.client() as person:
        body = {"model": "bootcamp-small", "messages": ASK}
        codes = [person.post("/chat/completions", json=body).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    with gateway.books() as books:
        assert [kept.login for kept in books.scalars(select(KeptPrompt))] == ["ann"]


def test_each_door_knows_its_own_callers_only(
    gateway: GatewayProcess, model: FinalModel, ask: Asker
) -> None:
    """A key that a notebook gave away opens nothing elsewhere; a citizen's opens no final run."""
    with gateway.client(model.keys["orange"]) as stranger:
        answer = stranger.post("/chat/completions", json={"model": "practice-1", "messages": ASK})
    assert answer.status_code == 401
    for token in ("token-ann", KEY, "x", model.keys["orange"][:-1]):
        with pytest.raises(openai.AuthenticationError):
            ask(model.socket, token)
    assert socket_of_finals(DataFolder.at(gateway.data)).stat().st_mode & 0o077 == 0


def test_keys_end_with_the_run_and_stand_nowhere(gateway: GatewayProcess, ask: Asker) -> None:
    door = gateway.data / "run" / "finals.sock"
    way = Path("/proc/self/cwd") / door.name
    with pytest.MonkeyPatch.context() as here:
        here.chdir(door.parent)
        with a_run(gateway) as first:
            assert ask(way, first.keys["orange"])
            for path in gateway.data.rglob("*"):
                if path.is_file():
                    content = path.read_bytes()
                    assert not [key for key in first.keys.values() if key.encode() in content]
        assert not first.socket.exists()
        with a_run(gateway) as second:
            assert ask(way, second.keys["orange"])
            with pytest.raises(openai.AuthenticationError):
                ask(way, first.keys["orange"])
        with pytest.raises(openai.AuthenticationError):
            ask(way, second.keys["orange"])


def test_a_run_that_is_killed_takes_its_keys_along(
    gateway: GatewayProcess, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(gateway.data / "run")
    way = Path("/proc/self/cwd/finals.sock")
    run = subprocess.Popen(
        [sys.executable, "-c", LENDS, str(gateway.data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with run:
        assert run.stdout
        key = run.stdout.readline().strip()
        assert ask(way, key)
        run.kill()
        run.wait(10)
        with pytest.raises(openai.AuthenticationError):
            ask(way, key)
    assert (gateway.data / "run" / "finals.keys").exists()  # left behind, and worth nothing


def test_a_call_waits_for_a_gateway_that_is_started_again(
    gateway: GatewayProcess, model: FinalModel, ask: Asker
) -> None:
    assert ask(model.socket, model.keys["orange"])
    assert not model.lost.is_set()
    gateway.kill()
    said: list[str] = []
    caller = threading.Thread(
        target=lambda: said.append(ask(model.socket, model.keys["orange"], max_retries=0))
    )
    caller.start()
    gateway.start()
    caller.join(60)
    assert said


def test_a_gateway_that_stays_away_is_told_to_the_call_and_to_the_run(
    gateway: GatewayProcess, ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finals, "_PATIENCE_SECONDS", 0.5)
    try:
        with a_run(gateway) as model:
            gateway.kill()
            with pytest.raises(openai.APIConnectionError):
                ask(model.socket, model.keys["orange"])
            assert model.lost.is_set()
        with pytest.raises(FinalsError, match="gateway does not answer"), a_run(gateway):
            pass
    finally:
        gateway.start()


def test_without_a_bootcamp_the_key_must_be_in_the_environment(gateway: GatewayProcess) -> None:
    data = DataFolder.at(gateway.data)
    cohort = load_cohort(data.cohort_file)
    with (
        pytest.raises(FinalsError, match="BOOTCAMP_UPSTREAM_KEY is not set here") as refusal,
        model_for_teams(data, cohort, TEAMS, environ={}),
    ):
        pass
    assert "\n" not in str(refusal.value)
    own = model_for_teams(data, cohort, TEAMS, environ={"BOOTCAMP_UPSTREAM_KEY": KEY})
    with own as model:
        assert (model.words, model.varies) == ("vendor-mini at upstream", True)
