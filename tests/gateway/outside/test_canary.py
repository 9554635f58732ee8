"""The company's key, planted as a canary, is found nowhere outside the hub and the gateway.

A real bootcamp runs with it, before an upstream that does all it can to give it away.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest
from pydantic import HttpUrl

from bootcamp.cohort import load_cohort, save_cohort
from bootcamp.gateway.final_keys import lent_keys
from bootcamp.handover import KEYS_FILE
from bootcamp.hub.demo import create_demo
from bootcamp.settings import DataFolder
from bootcamp.web import final_runs
from tests.conftest import Bootcamp, eventually, start_bootcamp
from tests.finals.conftest import notebook_from
from tests.finals.test_runs import PARAMETERS
from tests.hub.kernels import RemoteKernel

from .conftest import gateway_port
from .upstreams import (
    Asked,
    Behaviour,
    ScriptedUpstream,
    chunk,
    completion,
    embeddings,
    event,
    head,
    well,
    whole,
)

pytestmark = pytest.mark.slow

CANARY = "sk-canary-91c5e0d7b3a84f26"
METRICS = "metrics-canary-20d7c6e9"
PROMPT = "prompt-canary-5d2f"
ENDPOINTS = {
    "/chat/completions": {"messages": [{"role": "user", "content": PROMPT}]},
    "/responses": {"input": PROMPT},
    "/embeddings": {"input": PROMPT, "model": "bootcamp-embedding"},
}
TELLING = (
    PARAMETERS
    + """
# %%
import os
from pathlib import Path
from openai import OpenAI
hello = [{"role": "user", "content": "Hello"}]
print(OpenAI().chat.completions.create(model=model, messages=hello).model_dump_json())

# %%
print(dict(os.environ))
for process in Path("/proc").glob("[0-9]*"):
    try:
        print((process / "environ").read_bytes(), (process / "cmdline").read_bytes())
    except OSError:
        pass
Path(output_folder, "predictions.csv").write_text("id,queue,urgency,status")
"""
)


def error(status: int, **more: str) -> Behaviour:
    members = {"type": CANARY, "code": CANARY, "param": f"Bearer {CANARY}"}
    said = {"error": {"message": f"Incorrect API key provided: {CANARY}", **members}}

    async def behave(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(whole(said, status, **more))

    return behave


async def echoes(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Say the key in every member that a client reads."""
    if asked.path.endswith("/embeddings"):
        writer.write(whole({**embeddings(asked), "model": CANARY, "note": CANARY}))
    elif asked.body.get("stream"):
        writer.write(head(200, "text/event-stream", x_key=CANARY))
        writer.write(f": {CANARY}\nid: {CANARY}\n".encode())
        writer.write(chunk({"role": "assistant", "content": f"Bearer {CANARY}"}))
        writer.write(chunk({}, "stop", system_fingerprint=CANARY) + b"data: [DONE]\n\n")
    else:
        writer.write(whole({**completion(CANARY), "model": CANARY, "id": CANARY}, x_key=CANARY))


async def fails_in_stream(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head(200, "text/event-stream") + chunk({"content": "Half"}))
    writer.write(event({"error": {"message": f"overloaded {CANARY}", "code": CANARY}}))


async def garbage(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(f"{CANARY} nothing that HTTP knows\r\nAuthorization: {CANARY}\r\n\r\n".encode())


async def a_page(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    page = f"<html>{CANARY}</html>".encode()
    writer.write(head(200, "text/html", len(page)) + page)


async def sends_elsewhere(asked: Asked, writer: asyncio.StreamWriter) -> None:
    host = asked.headers["host"]
    writer.write(head(307, "text/plain", 0, location=f"http://{host}/elsewhere?key={CANARY}"))


BETRAYALS: dict[str, Behaviour] = {
    "well": well,
    "echoes": echoes,
    "fails in stream": fails_in_stream,
    "garbage": garbage,
    "a page": a_page,
    "sends elsewhere": sends_elsewhere,
    "retry header": error(429, retry_after=CANARY),
    **{str(status): error(status) for status in (400, 401, 402, 403, 404, 422, 429, 500, 503)},
}


@dataclass
class Guarded:
    """A bootcamp with the canary, and everything that it ever said."""

    running: Bootcamp
    upstream: ScriptedUpstream
    port: int
    heard: list[str] = field(default_factory=list)

    def ask(self, token: str, path: str, **more: object) -> httpx.Response:
        body = {"model": "bootcamp-small", **ENDPOINTS.get(path, {}), **more}
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
        )
        self.heard += [answer.text, str(answer.headers.multi_items())]
        return answer


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    data = DataFolder(tmp_path_factory.mktemp("canary") / "data")
    data.create()
    create_demo(data)
    upstream = ScriptedUpstream()
    with upstream.serve() as url:
        made = load_cohort(data.cohort_file)
        model = made.model.model_copy(
            update={"upstream": HttpUrl(url), "small": "vendor-mini", "embedding": "vendor-embed"}
        )
        save_cohort(made.model_copy(update={"model": model}), data.cohort_file)
        # A backup is a copy of this folder: what is not in it is in none.
        running = start_bootcamp(
            data.root, BOOTCAMP_UPSTREAM_KEY=CANARY, BOOTCAMP_METRICS_TOKEN=METRICS
        )
        try:
            yield Guarded(running, upstream, gateway_port(running))
        finally:
            running.stop()


@pytest.fixture(scope="module")
def busy(guarded: Guarded) -> Iterator[tuple[Guarded, RemoteKernel]]:
    """The bootcamp after a citizen has met every betrayal, with the citizen's kernel running."""
    token = guarded.running.token("felix")
    for behave in BETRAYALS.values():
        guarded.upstream.behave = behave
        for path in ENDPOINTS:
            for stream in (False, True):
                guarded.ask(token, path, stream=stream)
    with RemoteKernel(guarded.running, "amina") as kernel:
        yield guarded, kernel


def test_key_was_used_and_is_in_no_answer(busy: tuple[Guarded, RemoteKernel]) -> None:
    guarded, _kernel = busy
    keys = {asked.headers.get("authorization") for asked in guarded.upstream.asked}
    assert keys == {f"Bearer {CANARY}"}  # so there was something to betray
    assert not [asked.path for asked in guarded.upstream.asked if "elsewhere" in asked.path]
    assert len(guarded.heard) >= 2 * len(BETRAYALS) * 2 * len(ENDPOINTS)
    assert [text for text in guarded.heard if CANARY in text] == []


def test_key_is_in_no_page(busy: tuple[Guarded, RemoteKernel]) -> None:
    guarded, _kernel = busy
    seen = 0
    for login in ("felix", "frances"):
        with contextlib.closing(guarded.running.visitor(login)) as visitor:
            for place in (
                "/",
                "/services/bootcamp/",
                "/services/bootcamp/facilitator",
                "/services/bootcamp/api/homework",
                "/hub/home",
                "/hub/token",
                "/hub/admin",
                "/hub/api/",
                "/hub/api/user",
                "/hub/api/info",
                "/hub/api/services",
                "/hub/api/services/gateway",
                "/hub/api/proxy",
            ):
                page = visitor.get(place)
                seen += page.status_code == 200
                assert CANARY not in page.text, place
                assert CANARY not in str(page.headers), place
    assert seen > 6
    for place in ("health", "ready", "metrics", "openapi.json", "v1/models", "nothing"):
        answer = httpx.get(f"http://127.0.0.1:{guarded.port}/{place}", timeout=30)
        assert CANARY not in answer.text + str(answer.headers), place


def files_without_secrets(data: Path) -> set[str]:
    """Read every file of the data folder; give their names."""
    seen = set()
    for path in data.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with contextlib.suppress(FileNotFoundError):
                content = path.read_bytes()
                seen.add(str(path.relative_to(data)))
                for secret in (CANARY, METRICS, PROMPT):
                    assert secret.encode() not in content, path
    return seen


def processes_without_secrets(supervisor: psutil.Process) -> list[str]:
    """Look into all that the supervisor has started; give their command lines."""
    searched = []
    for process in supervisor.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):
            command = " ".join(process.cmdline())
            surroundings = b""
            # What forks a sandbox is closed even to its own user, but not to root.
            with contextlib.suppress(PermissionError) if os.geteuid() else contextlib.nullcontext():
                surroundings = Path(f"/proc/{process.pid}/environ").read_bytes()
            for secret in (CANARY, METRICS):
                assert secret not in command
                assert secret.encode() not in surroundings, command
            searched.append(command)
    return searched


def test_key_and_prompts_are_in_no_log_and_no_file(busy: tuple[Guarded, RemoteKernel]) -> None:
    """Every file of the data folder is read, the hub's database among them."""
    guarded, _kernel = busy
    assert CANARY not in guarded.running.printed
    data = guarded.running.data
    seen = files_without_secrets(data)
    assert len(seen) > 20
    assert {"hub/jupyterhub.sqlite", "store.sqlite", "logs/hub.log", "run/state.json"} <= seen
    with contextlib.closing(sqlite3.connect(data / "hub" / "jupyterhub.sqlite")) as hub:
        rows = hub.execute("SELECT environment FROM services WHERE name = 'gateway'").fetchall()
    assert KEYS_FILE in str(rows)  # JupyterHub does keep its services' environment there
    logs = "".join(p.read_text(errors="replace") for p in data.rglob("*.log"))
    assert "vendor-mini answered" in logs  # what is searched is what is written


def test_key_is_in_no_process_but_the_one_that_was_started_with_it(
    busy: tuple[Guarded, RemoteKernel],
) -> None:
    guarded, _kernel = busy
    supervisor = psutil.Process(guarded.running.process.pid)
    searched = processes_without_secrets(supervisor)
    # The hub, its proxy and services, the citizen's server and kernel.
    for mark in ("jupyterhub -f", "proxy", "bootcamp.web", "bootcamp.gateway", "ipykernel"):
        assert [command for command in searched if mark in command], mark
    own = Path(f"/proc/{supervisor.pid}/environ").read_bytes()
    assert CANARY.encode() in own  # what is searched is where it can be


def holders_of(file: Path) -> list[str]:
    """Give the command lines of the processes that have a file open."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(held.path == str(file) for held in process.open_files()):
                found.append(" ".join(process.cmdline()))
    return found


def test_a_final_runs_key_opens_nothing_of_the_hub(guarded: Guarded) -> None:
    data = DataFolder.at(guarded.running.data)
    with lent_keys(data, ["teal"]) as keys:
        key = keys["teal"]
        assert guarded.ask(key, "/chat/completions").status_code == 401
        for place in ("/hub/api/user", "/hub/api/users/amina", "/services/bootcamp/api/homework"):
            for kind in ("token", "Bearer"):
                answer = httpx.get(
                    f"{guarded.running.url}{place}", headers={"Authorization": f"{kind} {key}"}
                )
                assert answer.status_code in (302, 401, 403), place


def test_key_is_nowhere_in_a_final_run_that_was_begun_at_the_button(
    busy: tuple[Guarded, RemoteKernel],
) -> None:
    """The solution tells all that it is told; the upstream tells the key."""
    guarded, _kernel = busy
    data = DataFolder.at(guarded.running.data)
    go_on = threading.Event()

    async def waits_then_echoes(asked: Asked, writer: asyncio.StreamWriter) -> None:
        while not go_on.is_set():
            await asyncio.sleep(0.02)
        await echoes(asked, writer)

    guarded.upstream.behave = waits_then_echoes
    asked = len(guarded.upstream.asked)
    shutil.rmtree(data.teams / "amber" / "final")
    (data.teams / "teal" / "final" / "solution.ipynb").write_text(notebook_from(TELLING))
    with contextlib.closing(guarded.running.visitor("frances")) as visitor:
        page = visitor.get("/services/bootcamp/finals").text
        form = re.search(r'name="csrf" value="([^"]+)"', page)
        assert form
        visitor.post("/services/bootcamp/finals/begin", data={"csrf": form[1]})
        eventually(lambda: guarded.upstream.asked[asked:], within=60)
        searched = processes_without_secrets(psutil.Process(guarded.running.process.pid))
        assert [command for command in searched if " finals --data" in command]
        assert [command for command in searched if "bwrap" in command]
        # Whoever has this file open keeps the run's keys alive: no sandbox outlives the run so.
        assert [name for name in holders_of(data.run / "finals.keys") if "bwrap" in name] == []
        assert len(holders_of(data.run / "finals.keys")) == 1
        go_on.set()

        def ended() -> bool:
            state = final_runs.look(data)
            return bool(state and state.state not in ("working", "gone"))

        eventually(ended, within=120)
        pages = [visitor.get(f"/services/bootcamp/{place}") for place in ("finals", "budgets")]
    assert {asked.headers["authorization"] for asked in guarded.upstream.asked} == {
        f"Bearer {CANARY}"
    }
    assert len(guarded.upstream.asked) - asked == 3  # each repeat has asked anew
    assert CANARY not in "".join(page.text for page in pages)
    seen = files_without_secrets(data.root)
    (executed,) = (name for name in seen if name.endswith("repeat-2/solution.executed.ipynb"))
    told = (data.root / executed).read_text()
    assert "OPENAI_API_KEY" in told
    assert "[key]" in told  # the run's own, which is worth nothing any more
    assert "hidden" in told  # the upstream did say it, and the gateway took it out


def test_the_gateway_gets_its_keys_again_when_it_has_to_be_restarted(
    busy: tuple[Guarded, RemoteKernel],
) -> None:
    guarded, _kernel = busy
    guarded.upstream.behave = well

    def gateways() -> list[psutil.Process]:
        found = []
        for process in psutil.Process(guarded.running.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [process] if "bootcamp.gateway" in process.cmdline() else []
        return found

    (gateway,) = gateways()
    asked = len(guarded.upstream.asked)
    token = guarded.running.token("felix")
    gateway.kill()
    eventually(lambda: [p for p in gateways() if p.pid != gateway.pid], within=60)
    gateway_port(guarded.running)
    assert guarded.ask(token, "/chat/completions").status_code == 200
    assert guarded.upstream.asked[asked].headers["authorization"] == f"Bearer {CANARY}"
    metrics = f"http://127.0.0.1:{guarded.port}/metrics"
    assert httpx.get(metrics, headers={"Authorization": f"Bearer {METRICS}"}).status_code == 200


def test_key_is_nowhere_that_a_notebook_can_see(busy: tuple[Guarded, RemoteKernel]) -> None:
    guarded, kernel = busy
    guarded.upstream.behave = echoes
    printed = kernel.run(
        "import os; from pathlib import Path; from openai import OpenAI\n"
        "client = OpenAI(max_retries=0)\n"
        "messages = [{'role': 'user', 'content': 'Hello'}]\n"
        "answer = client.chat.completions.create(model='bootcamp-small', messages=messages)\n"
        "print('ANSWER', answer.model_dump_json())\n"
        "def read(p):\n"
        "    try: return p.read_bytes()\n"
        "    except OSError: return b''\n"
        "found, seen = [], 0\n"
        # In two halves: the code itself lies in the kernel's history.
        f"marks = [{CANARY[:9]!r} + {CANARY[9:]!r}, {METRICS[:9]!r} + {METRICS[9:]!r}]\n"
        "def look(path):\n"
        "    global seen\n"
        "    content = read(path); seen += bool(content)\n"
        "    found.extend(str(path) for mark in marks if mark.encode() in content)\n"
        "for p in Path('/proc').glob('[0-9]*'):\n"
        "    look(p / 'environ'); look(p / 'cmdline')\n"
        "for top in (Path.home(), '/tmp', '/run', '/etc'):\n"
        "    for folder, _, names in os.walk(top):\n"
        "        for name in names: look(Path(folder) / name)\n"
        "print('SEEN', seen, found)\n"
    )
    assert "ANSWER" in printed
    assert "hidden" in printed  # the upstream did say it, and the gateway took it out
    assert CANARY not in printed
    seen, found = printed.rpartition("SEEN ")[2].split(maxsplit=1)
    assert int(seen) > 20
    assert found.strip() == "[]"


def test_this_tests_own_environment_has_no_key() -> None:
    """Else the searches above would find what the test itself had planted."""
    assert CANARY not in str(dict(os.environ))
