"""Whatever callers or upstreams send: a clear error, bounded memory, and others unharmed."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import eventually

from .conftest import ASK, GatewayProcess, Watch, gateway_process, others_unharmed
from .upstreams import (
    Asked,
    Behaviour,
    ScriptedUpstream,
    chunk,
    completion,
    head,
    repeats,
    sends,
    silent,
)

MEGABYTE = 1024 * 1024
CHAT = "/chat/completions"
SMALL_BODY = {"model": "bootcamp-small", "messages": ASK}
EVENTS = head(200, "text/event-stream")


def assert_clear_error(answer: httpx.Response) -> None:
    """OpenAI's error object with all four members, and one sentence or two to read."""
    assert 400 <= answer.status_code < 600
    assert answer.headers["content-type"].startswith("application/json")
    assert "x-request-id" in answer.headers
    assert_error_object(answer.json())


def assert_error_object(found: Any) -> None:
    assert set(found) == {"error"}
    assert set(found["error"]) >= {"message", "type", "param", "code"}
    message = found["error"]["message"]
    assert isinstance(message, str)
    assert 10 < len(message) < 500
    assert "\n" not in message
    assert "Traceback" not in message


# ---- callers


def chat(**fields: Any) -> bytes:
    return json.dumps({"model": "practice-1", "messages": ASK, **fields}).encode()


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
BAD_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"hello",
    "broken off": b'{"model": "practice-1", "messages": [',
    "two documents": chat() + chat(),
    "invalid UTF-8": chat(messages=[{"role": "user", "content": "X"}]).replace(b"X", b"\xff\xfe"),
    "UTF-16": chat().decode().encode("utf-16"),
    "null": b"null",
    "a list": b"[]",
    "a number": b"1",
    "deep lists": b"[" * 200_000,
    "deep lists that end": b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep content": chat(messages=[{"role": "user", "content": 0}]).replace(
        b"0", b"[" * 5_000 + b"]" * 5_000
    ),
    "no model": json.dumps({"messages": ASK}).encode(),
    "model of a wrong type": chat(model=["practice-1"]),
    "unknown model": chat(model="gpt-none"),
    "model with a line end": chat(model="x\r\nx-evil: 1"),
    "no messages": b'{"model": "practice-1"}',
    "messages that are a text": chat(messages="Hello"),
    "messages that are empty": chat(messages=[]),
    "messages of a wrong type": chat(messages=[1, None]),
    "messages without a role": chat(messages=[{"content": "Hello"}]),
    "content of a wrong type": chat(messages=[{"role": "user", "content": 7}]),
    "an image for a text-only model": chat(messages=[{"role": "user", "content": [IMAGE]}]),
    "sound for a text-only model": chat(
        messages=[{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]
    ),
    "negative max_tokens": chat(max_tokens=-1),
    "negative max_completion_tokens": chat(max_completion_tokens=-(10**30)),
    "max_tokens of a wrong type": chat(max_tokens="many"),
    "max_tokens with a fraction": chat(max_tokens=1.5),
    "n of a wrong type": chat(n="two"),
    "negative n": chat(n=-1),
    "n beyond all bounds": chat(n=10**9),
    "stream of a wrong type": chat(stream="yes"),
    "not a number": chat(temperature=float("nan")),
    "an endless number": chat(temperature=0).replace(
        b'"temperature": 0', b'"temperature": Infinity'
    ),
    "a number of 10,000 digits": chat(seed=0).replace(b'"seed": 0', b'"seed": ' + b"9" * 10_000),
    "response_format of a wrong type": chat(response_format="json"),
}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """One gateway with the practice model for all that callers do: it must survive it all."""
    with gateway_process(tmp_path_factory.mktemp("practice")) as running:
        yield running
    assert "Traceback" not in running.printed


@pytest.mark.parametrize("name", list(BAD_BODIES))
def test_bad_body_is_a_clear_error(practice: GatewayProcess, name: str) -> None:
    with practice.client() as client:
        answer = client.post(
            CHAT, content=BAD_BODIES[name], headers={"Content-Type": "application/json"}
        )
    assert 400 <= answer.status_code < 500
    assert_clear_error(answer)


@pytest.mark.parametrize(
    "bearer",
    [
        "x' OR '1'='1",
        "' UNION SELECT token FROM api_tokens --",
        "'; DROP TABLE usage_calls; --",
        "token-ann' --",
        "token-ann\x00",
        "token-ann\ttoken-ben",
        "é" * 40,
        "x" * 60_000,
        "",
    ],
)
def test_bearer_that_is_no_token_is_refused(practice: GatewayProcess, bearer: str) -> None:
    """Written byte by byte, because clients refuse to send most of these."""
    before = len(practice.calls())
    body = json.dumps(SMALL_BODY).encode()
    with socket.create_connection(("127.0.0.1", practice.port), timeout=30) as line:
        line.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (bearer.encode(), len(body), body)
        )
        said = b""
        while more := line.recv(65_536):
            said += more
    head, _, text = said.partition(b"\r\n\r\n")
    # The server itself turns away headers that HTTP does not allow or that are too long.
    status = int(head.split()[1])
    assert status in {400, 401, 431}
    if status == 401:
        assert_error_object(json.loads(text))
    assert bearer == "" or bearer.encode() not in said
    assert len(practice.calls()) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("POST", "/completions"),
        ("GET", CHAT),
        ("DELETE", "/models/practice-1"),
        ("GET", "/models/none"),
        ("GET", "/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd"),
        ("PATCH", "/embeddings"),
        ("POST", "/chat/completions/"),
        ("OPTIONS", CHAT),
    ],
)
def test_unknown_paths_and_methods_are_clear_errors(
    practice: GatewayProcess, method: str, path: str
) -> None:
    with practice.client() as client:
        answer = client.request(method, path)
    assert answer.status_code in {404, 405}
    assert_clear_error(answer)


@pytest.mark.parametrize("announced", [True, False])
def test_four_bodies_of_a_hundred_megabytes_at_once(
    practice: GatewayProcess, announced: bool
) -> None:
    piece, pieces = b" " * MEGABYTE, 100

    def pour() -> Iterator[bytes]:
        yield b'{"model": "practice-1", "messages": "'
        for _ in range(pieces):
            yield piece

    statuses: list[int | str] = []

    def send() -> None:
        length = {"Content-Length": str(37 + pieces * MEGABYTE)} if announced else {}
        with practice.client(timeout=120) as client:
            try:
                answer = client.post(
                    CHAT, content=pour(), headers={"Content-Type": "application/json", **length}
                )
            except (httpx.WriteError, httpx.RemoteProtocolError):
                statuses.append("cut")
                return
            assert_clear_error(answer)
            statuses.append(answer.status_code)

    with others_unharmed(practice) as watch:
        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(150)
    # The client is told why: a connection cut in its face would only make it try again.
    assert statuses == [413] * 4
    assert watch.grown < 120


def test_body_that_comes_a_byte_a_second_holds_nobody_up(practice: GatewayProcess) -> None:
    sockets = []
    with others_unharmed(practice) as watch:
        for _ in range(30):
            slow = socket.create_connection(("127.0.0.1", practice.port))
            slow.sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-ann"
                b"\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"
            )
            sockets.append(slow)
        for _ in range(3):
            for slow in sockets:
                slow.sendall(b" ")
            seen = watch.served
            eventually(lambda seen=seen: watch.served >= seen + 3)
        for slow in sockets:
            slow.close()
    assert watch.grown < 60


def test_thousands_of_wrong_keys_take_no_memory_and_nobodys_place(
    practice: GatewayProcess,
) -> None:
    with others_unharmed(practice) as watch, httpx.Client(trust_env=False) as client:
        for number in range(1_000):
            answer = client.get(
                f"{practice.base_url}/models", headers={"Authorization": f"Bearer wrong-{number}"}
            )
            assert answer.status_code in {401, 429}
    assert watch.grown < 40


# ---- upstreams

NONSENSE = json.dumps({"object": "nonsense", "answer": 42}).encode()
ZIPPED = gzip.compress(b" " * 64 * MEGABYTE)


def answered(raw: bytes, kind: str = "application/json", **more: str) -> Behaviour:
    return sends(head(200, kind, len(raw), **more) + raw)


BAD_UPSTREAMS: dict[str, Behaviour] = {
    "garbage": sends(b"\x00\x01\x02 nothing that HTTP knows\r\n\r\n"),
    "a page": answered(b"<html><h1>Sign in</h1></html>", "text/html"),
    "a page as a stream": sends(EVENTS + b"<html>\n\n<h1>Sign in</h1>\n\n</html>"),
    "a page of an error": sends(head(502, "text/html", 15) + b"<html>bad</html>"),
    "nothing": sends(),
    "an empty body": answered(b""),
    "an empty stream": sends(EVENTS),
    "half a head": sends(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "a body that breaks off": sends(head(200, "application/json", 5_000) + b'{"id": "chat'),
    "null": answered(b"null"),
    "other JSON": answered(NONSENSE),
    "other JSON as a stream": sends(EVENTS + b"data: " + NONSENSE + b"\n\ndata: [DONE]\n\n"),
    "choices that are a text": answered(json.dumps({**completion(), "choices": "x"}).encode()),
    "deep JSON": answered(b"[" * 200_000),
    "deep JSON as a stream": sends(EVENTS + b"data: " + b'{"a":' * 200_000 + b"\n\n"),
    "invalid UTF-8": answered(b'{"choices": [{"message": {"content": "\xff"}}]}'),
    "an event of numbers": sends(EVENTS + b"data: 7\n\n"),
    "a compressed bomb": answered(ZIPPED, content_encoding="gzip"),
    "a redirection": sends(head(302, "text/plain", 0, location="http://127.0.0.1:9/elsewhere")),
    "no content": sends(head(204, "text/plain")),
    "a teapot": sends(head(418, "text/plain", 0)),
    "an endless head": repeats(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 1_000 + b"\r\n"),
    "an endless answer": repeats(head(200, "application/json"), b" " * 65_536),
    "an endless error": repeats(head(400, "application/json"), b" " * 65_536),
    "an endless line": repeats(EVENTS + b"data: ", b"x" * 65_536),
}


@pytest.fixture(scope="module")
def scripted(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[GatewayProcess, ScriptedUpstream]]:
    """One gateway before an upstream whose behaviour each test sets."""
    upstream = ScriptedUpstream()
    with gateway_process(tmp_path_factory.mktemp("scripted"), upstream) as running:
        yield running, upstream
        running.assert_books_add_up()
    assert "Traceback" not in running.printed


def events_of(answer: httpx.Response) -> list[Any]:
    return [
        json.loads(line.removeprefix("data: "))
        for line in answer.text.splitlines()
        if line.startswith("data: ") and line != "data: [DONE]"
    ]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", list(BAD_UPSTREAMS))
def test_bad_upstream_is_a_clear_error(
    scripted: tuple[GatewayProcess, ScriptedUpstream], name: str, stream: bool
) -> None:
    gateway, upstream = scripted
    upstream.behave = BAD_UPSTREAMS[name]
    with others_unharmed(gateway) as watch, gateway.client("token-ann") as client:
        answer = client.post(CHAT, json={**SMALL_BODY, "stream": stream})
    if answer.headers["content-type"].startswith("text/event-stream"):
        assert stream
        assert "[DONE]" not in answer.text
        assert_error_object(events_of(answer)[-1])
    else:
        assert answer.status_code >= 400
        assert_clear_error(answer)
    assert watch.grown < 200


def drips(first: bytes, text: bytes) -> Behaviour:
    """Send *text* a byte a second."""
    return sends(first, *(text[at : at + 1] for at in range(len(text))), every=1.0)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["silent", "a byte a second"])
def test_slow_upstream_holds_only_its_own_callers(
    scripted: tuple[GatewayProcess, ScriptedUpstream], name: str, stream: bool
) -> None:
    """Thirty callers hang on it; others are served, and whoever gives up is let go at once."""
    gateway, upstream = scripted
    first = EVENTS if stream else head(200, "application/json", 600)
    upstream.behave = silent if name == "silent" else drips(first, chunk({"content": "x"}) * 3)
    before = upstream.open

    async def hang() -> None:
        headers = {"Authorization": "Bearer token-ann"}
        limits = httpx.Limits(max_connections=None)
        body = {**SMALL_BODY, "stream": stream}
        async with httpx.AsyncClient(timeout=4, limits=limits, trust_env=False) as client:
            calls = [
                client.post(gateway.base_url + CHAT, json=body, headers=headers) for _ in range(30)
            ]
            found = await asyncio.gather(*calls, return_exceptions=True)
        # A client waits for each next byte: one that gets a byte a second leaves by itself.
        assert all(isinstance(each, httpx.TimeoutException) for each in found)

    async def leave_early() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hang(), 5)

    with others_unharmed(gateway) as watch:
        asyncio.run(leave_early())
        eventually(lambda: upstream.open == before, within=15)
    assert watch.grown < 80
    eventually(lambda: all(call.outcome != "open" for call in gateway.calls()))


def test_flood_for_a_caller_who_does_not_read_fills_no_memory(
    scripted: tuple[GatewayProcess, ScriptedUpstream],
) -> None:
    gateway, upstream = scripted
    sent = 0

    async def flood(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(EVENTS)
        piece = chunk({"content": "word " * 2_000})
        while True:
            writer.write(piece)
            await writer.drain()
            sent += len(piece)

    upstream.behave = flood
    body = json.dumps({**SMALL_BODY, "stream": True}).encode()
    with others_unharmed(gateway) as watch:
        idle = socket.socket()
        idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        idle.connect(("127.0.0.1", gateway.port))
        idle.sendall(
            b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-ann\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )
        assert idle.recv(1_000).startswith(b"HTTP/1.1 200")
        _until_still(lambda: sent)
        idle.close()
        eventually(lambda: upstream.open == 0, within=15)
    assert sent < 60 * MEGABYTE
    assert watch.grown < 80


def _until_still(number: Any) -> None:
    """Wait until a number has not changed for half a second."""
    last, since = number(), time.monotonic()
    deadline = since + 30
    while time.monotonic() - since < 0.5:
        assert time.monotonic() < deadline, "it never stops"
        time.sleep(0.05)
        if number() != last:
            last, since = number(), time.monotonic()


def test_bad_neighbours_all_at_once(
    scripted: tuple[GatewayProcess, ScriptedUpstream],
) -> None:
    """Every bad upstream at the same moment, twice: the gateway stays small, and serves."""
    gateway, upstream = scripted
    kinds = list(BAD_UPSTREAMS.values())
    turn = iter(kinds * 4)

    async def next_of_all(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await next(turn)(asked, writer)

    upstream.behave = next_of_all

    async def all_at_once() -> list[int]:
        headers = {"Authorization": "Bearer token-ann"}
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(timeout=90, limits=limits, trust_env=False) as client:
            calls = [
                client.post(
                    gateway.base_url + CHAT,
                    json={**SMALL_BODY, "stream": bool(number % 2)},
                    headers=headers,
                )
                for number in range(len(kinds) * 2)
            ]
            return [answer.status_code for answer in await asyncio.gather(*calls)]

    with others_unharmed(gateway, slowest=10) as watch:
        statuses = asyncio.run(all_at_once())
    assert all(status >= 400 or status == 200 for status in statuses)
    assert watch.grown < 400


def test_watch_itself_sees_harm(practice: GatewayProcess) -> None:
    """The tests above can fail: a bound that nothing can keep is reported."""

    def impossible() -> Watch:
        with others_unharmed(practice, slowest=0.0) as watch:
            pass
        return watch

    with pytest.raises(AssertionError):
        impossible()
