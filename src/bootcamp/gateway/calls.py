"""One call from its reservation to its settlement, whatever happens in between."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import traceback
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import anyio
import anyio.lowlevel
from starlette.types import Receive, Send

from bootcamp.gateway.cache import Cache, Cached
from bootcamp.gateway.callers import FINAL_RUN, Caller
from bootcamp.gateway.engines import Call, Engine, Reply, Usage
from bootcamp.gateway.keeping import Keeper
from bootcamp.gateway.ledger import Granted, Ledger
from bootcamp.gateway.metrics import Metrics
from bootcamp.gateway.practice import MODEL_NAME
from bootcamp.gateway.schema import Form, corrected, violation
from bootcamp.gateway.weighing import contents_of, finished_of
from bootcamp.gateway.wire import (
    DONE,
    Answer,
    GatewayProblem,
    event,
    send_answer,
)
from bootcamp.store.usage import Reservation, Settlement

__all__ = ["AsItIs", "Desk", "Shape", "answer_call"]

Outcome = Literal["answered", "refused", "failed", "lost", "left"]
_MOST_HELD = 1024 * 1024
_log = logging.getLogger("bootcamp.gateway")


@dataclass(frozen=True)
class Desk:
    """What all calls share."""

    ledger: Ledger
    metrics: Metrics
    cache: Cache | None = None
    keeper: Keeper | None = None


class Shape(Protocol):
    """Gives an engine's answer the form of the endpoint that was called."""

    def whole(self, body: bytes) -> bytes:
        """Give the form of a whole answer."""

    def piece(self, piece: bytes) -> bytes:
        """Give what an event of a stream becomes: none, one or several events."""


class AsItIs:
    """The form of Chat Completions and embeddings, which engines speak themselves."""

    def whole(self, body: bytes) -> bytes:
        """Give the answer as it is."""
        return body

    def piece(self, piece: bytes) -> bytes:
        """Give the event as it is."""
        return piece


_AS_IT_IS = AsItIs()


async def answer_call(
    desk: Desk,
    caller: Caller,
    engine: Engine,
    call: Call,
    receive: Receive,
    send: Send,
    *,
    shape: Shape = _AS_IT_IS,
    fresh: bool = False,
) -> None:
    """Make a call and send its answer; a client who hangs up ends it.

    Args:
        desk: books, metrics, cache.
        caller: who asks.
        engine: who answers.
        call: what is asked.
        receive: hears that the client has left.
        send: takes the answer to the client.
        shape: the form in which the client wants the answer.
        fresh: do not look into the cache.

    Raises:
        GatewayProblem: there is no answer, and nothing was sent.
    """
    if caller.kind == FINAL_RUN:
        # Each repeat asks anew, and what quotes hidden cases is nobody's to read or to try out.
        desk = replace(desk, cache=None, keeper=None)
    run = _Run(desk, caller, engine, call, send, shape)
    # A task and a scope: a task group would do the same in twice the time.
    with anyio.CancelScope() as scope:
        watch = asyncio.create_task(_leave_with_client(receive, scope))
        try:
            await run(fresh=fresh)
        finally:
            watch.cancel()


async def _leave_with_client(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


@dataclass
class _Attempt:
    """One request to an engine; a second one has books of its own."""

    call: Call
    engine: str
    usage: Usage = field(default_factory=Usage)
    began: float = field(default_factory=time.monotonic)
    settled: bool = False


class _Run:
    def __init__(
        self, desk: Desk, caller: Caller, engine: Engine, call: Call, send: Send, shape: Shape
    ) -> None:
        self._desk = desk
        self._caller = caller
        self._engine = engine
        self._call = call
        self._send = send
        self._shape = shape
        self._form = Form.of(call)
        self._key = desk.cache.key(caller, call) if desk.cache else b""
        self._sent_head = False
        self._cut_short = False

    async def __call__(self, *, fresh: bool) -> None:
        held = self._desk.cache.get(self._key) if self._desk.cache and not fresh else None
        if held is not None:
            await self._replay(held)
            return
        try:
            await self._ask_up_to_twice()
        except GatewayProblem as problem:
            if not self._sent_head:
                raise
            await self._last(self._shape.piece(event(problem.body)))
        except Exception as error:
            # The frames alone: an error's text may hold what was asked.
            frames = "".join(traceback.format_tb(error.__traceback__))
            _log.error("%s %s in\n%s", self._call.id, type(error).__name__, frames)
            bug = _bug()
            if not self._sent_head:
                raise bug from None
            await self._last(self._shape.piece(event(bug.body)))

    async def _ask_up_to_twice(self) -> None:
        fault = await self._ask(self._call)
        if fault:
            self._desk.metrics.retried()
            fault = await self._ask(corrected(self._call, fault))
        if fault:
            raise violation(fault)

    async def _ask(self, call: Call) -> str | None:
        """Ask the engine and pass the answer on; gives what is wrong with one not passed on."""
        need = self._engine.need(call)
        granted = await self._reserve(call, self._engine.name, need.tokens, need.least)
        call, limits = need.held_to(call, granted.tokens), granted.headers
        self._cut_short = granted.tokens < need.tokens
        attempt = _Attempt(call, self._engine.name)
        outcome: Outcome = "left"  # unless we get to know better
        try:
            async with self._engine.answer(call, attempt.usage) as reply:
                if reply.events is not None:
                    outcome = await self._pass_on(attempt, reply, reply.events, limits)
                    return None
                body = reply.body or b""
                fault = await self._form.fault(body) if self._form else None
                outcome = "failed" if fault else "answered"
                await self._settle(attempt, outcome)
                if fault is None:
                    await self._send_whole(call, reply, body, limits)
                return fault
        except GatewayProblem as problem:
            refused = problem.status < 500
            outcome = "lost" if self._sent_head else "refused" if refused else "failed"
            raise
        except Exception:
            outcome = "failed"
            raise
        finally:
            if not attempt.settled:
                with anyio.CancelScope(shield=True), contextlib.suppress(GatewayProblem):
                    await self._settle(attempt, outcome)

    async def _send_whole(
        self, call: Call, reply: Reply, body: bytes, limits: Mapping[str, str]
    ) -> None:
        await self._remember(call, Cached(reply.headers, body=body), body, None)
        headers = {**limits, **reply.headers, **self._marked("miss")}
        await send_answer(self._send, Answer(self._shape.whole(body), headers=headers))

    async def _pass_on(
        self,
        attempt: _Attempt,
        reply: Reply,
        stream: AsyncGenerator[bytes],
        limits: Mapping[str, str],
    ) -> Outcome:
        """Send a stream's events as they come; the books are closed before its last one."""
        held: list[bytes] = []
        size = 0
        await self._begin({**limits, **reply.headers, **self._marked("miss")})
        keeps = bool(self._desk.cache or self._desk.keeper or self._form)
        outcome: Outcome = "answered"
        async with contextlib.aclosing(stream) as events:
            async for piece in events:
                # A flood always has its next bytes ready, and so gives no cancellation a chance.
                await anyio.lowlevel.checkpoint_if_cancelled()
                last = piece
                if keeps and size < _MOST_HELD:
                    held.append(piece)
                    size += len(piece)
                if reply.lost:
                    outcome = "lost"
                elif piece == DONE:
                    last, outcome = await self._checked(held, size)
                if reply.lost or piece == DONE:
                    await self._settle(attempt, outcome)
                    if outcome == "answered" and size < _MOST_HELD:
                        cached = Cached(reply.headers, events=tuple(held))
                        await self._remember(attempt.call, cached, b"", held)
                sent = self._shape.piece(last)
                if sent:
                    await self._send(
                        {"type": "http.response.body", "body": sent, "more_body": True}
                    )
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        return outcome

    async def _checked(self, held: list[bytes], size: int) -> tuple[bytes, Outcome]:
        """Give a stream's last event: an error where what was said does not fit the schema."""
        if self._form is None or size >= _MOST_HELD:
            return DONE, "answered"
        for text in finished_of(held).values():
            fault = await self._form.fault_of(text)
            if fault:
                return event(violation(fault, again=False).body), "failed"
        return DONE, "answered"

    async def _replay(self, held: Cached) -> None:
        """Answer from the cache: recorded as a call of no tokens and no cost."""
        attempt = _Attempt(self._call, "cache", Usage(simulated=True, model=MODEL_NAME))
        limits = (await self._reserve(self._call, "cache", 0)).headers
        await self._settle(attempt, "answered")
        headers = {**limits, **held.headers, **self._marked("hit")}
        if held.events is None:
            whole = self._shape.whole(held.body)
            await send_answer(self._send, Answer(whole, headers=headers))
            return
        await self._begin(headers)
        await self._last(b"".join(map(self._shape.piece, held.events)))

    # ---- books

    async def _reserve(
        self, call: Call, engine: str, tokens: int, least: int | None = None
    ) -> Granted:
        models = (MODEL_NAME,) if engine == "cache" else self._engine.models(call)
        return await self._desk.ledger.reserve(
            Reservation(
                call_id=call.id,
                served_by=self._desk.ledger.served_by,
                login=self._caller.login,
                team=self._caller.team,
                kind=self._caller.kind,
                model=call.model,
                engine=engine,
                tokens=tokens,
                least_tokens=least,
            ),
            models,
        )

    async def _settle(self, attempt: _Attempt, outcome: Outcome) -> None:
        call, usage = attempt.call, attempt.usage
        took = time.monotonic() - attempt.began
        model = usage.model or call.model
        await self._desk.ledger.settle(
            Settlement(
                call_id=call.id,
                outcome=outcome,
                answered_by=model,
                prompt_tokens=usage.prompt,
                completion_tokens=usage.completion,
                milliseconds=int(took * 1000),
                simulated=usage.simulated,
            )
        )
        attempt.settled = True
        self._desk.metrics.ended(call, attempt.engine, outcome, usage, took)
        _log.info(
            "%s %s %s %s: %d + %d tokens, %d ms",
            call.id, self._caller.login, model, outcome, usage.prompt, usage.completion,
            took * 1000,
        )  # fmt: skip

    async def _remember(
        self, call: Call, answer: Cached, body: bytes, events: list[bytes] | None
    ) -> None:
        """Put an answer into the cache, and its text aside where the cohort keeps prompts."""
        if self._desk.cache and call.id == self._call.id and not self._cut_short:
            self._desk.cache.put(self._key, answer)
        if self._desk.keeper and self._desk.keeper.on and call.endpoint == "chat":
            texts = contents_of(events) if events is not None else _texts(body)
            await self._desk.keeper.keep(self._caller, call, "\n\n".join(texts.values()))

    def _marked(self, how: str) -> Mapping[str, str]:
        if self._desk.cache is None:
            return {}
        return {"x-bootcamp-cache": how, **({"x-bootcamp-cost": "0"} if how == "hit" else {})}

    # ---- sending

    async def _begin(self, headers: Mapping[str, str]) -> None:
        head = {
            **headers,
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-cache",
            "x-accel-buffering": "no",
        }
        raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in head.items()]
        self._sent_head = True
        await self._send({"type": "http.response.start", "status": 200, "headers": raw})

    async def _last(self, piece: bytes) -> None:
        await self._send({"type": "http.response.body", "body": piece, "more_body": False})


def _texts(body: bytes) -> dict[int, str]:
    found = json.loads(body)
    return {
        index: json.dumps(choice.get("message"), ensure_ascii=False)
        if (choice.get("message") or {}).get("tool_calls")
        else str((choice.get("message") or {}).get("content") or "")
        for index, choice in enumerate(found["choices"])
        if isinstance(choice, dict)
    }


def _bug() -> GatewayProblem:
    return GatewayProblem(
        500,
        "Something went wrong in the gateway; it has been logged. Tell your facilitator.",
        kind="server_error",
        code="internal_error",
    )
