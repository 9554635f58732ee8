"""A gateway that is killed without warning leaves books that add up."""

from __future__ import annotations

import contextlib
import json
import random
import threading
import time

import httpx
import psutil
import pytest

from tests.conftest import eventually

from .conftest import ASK, GatewayProcess, Runner
from .upstreams import ScriptedUpstream, chunk, head, repeats


def stream(gateway: GatewayProcess, token: str, begun: threading.Semaphore) -> str:
    """Read a stream to its end, however it ends; tell when it has begun."""
    told = False
    with gateway.client(token) as client, contextlib.suppress(httpx.TransportError):
        body = {"model": "bootcamp-small", "messages": ASK, "stream": True}
        with client.stream("POST", "/chat/completions", json=body) as answer:
            for line in answer.iter_lines():
                if "word" in line and not told:
                    told = True
                    begun.release()
                if line == "data: [DONE]":
                    return "done"
    return "broken"


def test_streams_of_a_killed_gateway_are_settled_at_the_reserved_amount(
    run_gateway: Runner,
) -> None:
    upstream = ScriptedUpstream(
        repeats(head(200, "text/event-stream"), chunk({"content": "word "}), every=0.02)
    )
    gateway = run_gateway(upstream)
    begun = threading.Semaphore(0)
    ends: list[str] = []
    tokens = ["token-ann", "token-ann", "token-ben", "token-cleo"]
    threads = [
        threading.Thread(target=lambda t=token: ends.append(stream(gateway, t, begun)))
        for token in tokens
    ]
    for thread in threads:
        thread.start()
    for _ in tokens:
        assert begun.acquire(timeout=30)
    with gateway.client() as client:
        answer = client.post("/chat/completions", json={"model": "practice-1", "messages": ASK})
        assert answer.status_code == 200
    gateway.kill()
    for thread in threads:
        thread.join(30)
    assert ends == ["broken"] * 4
    eventually(lambda: upstream.open == 0, within=10)
    before = {call.id: call for call in gateway.calls()}
    assert sorted(call.outcome for call in before.values()) == ["answered", *["open"] * 4]

    gateway.start()
    gateway.assert_books_add_up()
    after = {call.id: call for call in gateway.calls()}
    assert after.keys() == before.keys()
    for call in after.values():
        if before[call.id].outcome == "open":
            assert call.outcome == "interrupted"
            assert call.tokens == call.reserved_tokens > 0
        else:
            assert (call.outcome, call.tokens) == ("answered", before[call.id].tokens)
    with gateway.client() as client:
        answer = client.post("/chat/completions", json={"model": "practice-1", "messages": ASK})
        assert answer.status_code == 200


@pytest.mark.slow
def test_no_answer_that_a_client_got_is_ever_missing_in_the_books(run_gateway: Runner) -> None:
    """Killed at three moments of a busy time: what was answered is answered in the books, too."""
    gateway = run_gateway(ScriptedUpstream())
    answered: set[str] = set()
    moments = random.Random(3)
    for _ in range(3):
        over = threading.Event()

        def work(token: str, over: threading.Event) -> None:
            with gateway.client(token) as client:
                while not over.is_set():
                    try:
                        answer = client.post(
                            "/chat/completions", json={"model": "bootcamp-small", "messages": ASK}
                        )
                    except httpx.TransportError:
                        return
                    assert json.loads(answer.text)["choices"]
                    answered.add(answer.headers["x-request-id"])

        known = len(answered)
        threads = [
            threading.Thread(target=work, args=(token, over))
            for token in ("token-ann", "token-ben", "token-cleo") * 2
        ]
        for thread in threads:
            thread.start()
        eventually(lambda before=known: len(answered) > before + 10, within=30)
        time.sleep(moments.uniform(0, 0.2))  # not a wait for anything: the moment is by chance
        gateway.kill()
        over.set()
        for thread in threads:
            thread.join(30)
        gateway.start()
        gateway.assert_books_add_up()
    outcomes = {call.id: call.outcome for call in gateway.calls()}
    assert {outcomes.get(name) for name in answered} == {"answered"}


def test_is_up_again_at_once(run_gateway: Runner) -> None:
    """Notebooks wait for a gateway that starts: what it loads may not take seconds of work."""
    gateway = run_gateway()
    assert gateway.process
    used = psutil.Process(gateway.process.pid).cpu_times()
    assert used.user + used.system < 2.5
