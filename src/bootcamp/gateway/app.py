"""The gateway as an ASGI application: OpenAI's endpoints, for callers with a budget."""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import anyio
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bootcamp.gateway.callers import Caller, CallerSource
from bootcamp.gateway.engines import Call, Engine, PracticeEngine, Reply, Usage
from bootcamp.gateway.ledger import Ledger
from bootcamp.gateway.practice import MODEL_NAME, OWNER, PracticeModel
from bootcamp.gateway.upstream import Upstream, UpstreamEngine
from bootcamp.gateway.wire import (
    DONE,
    GatewayProblem,
    invalid,
    json_response,
    lost_stream,
    problem_response,
)
from bootcamp.store import Store
from bootcamp.store.usage import Budgets, Reservation, Settlement

__all__ = ["LARGE", "SMALL", "create_app"]

SMALL = "bootcamp-small"
LARGE = "bootcamp-large"

_LARGEST_BODY = 10 * 1024 * 1024
_MOST_DRAINED = 128 * 1024 * 1024
_DRAIN_SECONDS = 20.0
_CREATED = 1_767_225_600  # 2026-01-01: models have no date of their own here
_Outcome = Literal["answered", "refused", "failed", "lost", "left"]
_NO_LIMITS = Budgets()
_log = logging.getLogger("bootcamp.gateway")


@dataclass(frozen=True)
class _Gateway:
    callers: CallerSource
    ledger: Ledger
    practice: PracticeEngine
    upstream: UpstreamEngine | None
    names: Mapping[str, str]
    """From each name that a caller may ask for to the name that its engine uses."""

    def engine_for(self, name: str) -> tuple[Engine, str]:
        """Give the engine behind a model's name, and the name that the engine knows it by."""
        known = self.names.get(name)
        if known is None:
            raise _unknown_model(name, self.names)
        if known == MODEL_NAME or self.upstream is None:
            return self.practice, MODEL_NAME
        return self.upstream, known


def create_app(
    *,
    callers: CallerSource,
    store: Store,
    budgets: Budgets = _NO_LIMITS,
    upstream: Upstream | None = None,
    practice: PracticeModel | None = None,
    served_by: str = "gateway",
) -> Starlette:
    """Put a gateway together.

    Args:
        callers: finds out whose a token is.
        store: where usage is kept.
        budgets: what a citizen and a team may use.
        upstream: the company's model service; without it the practice model answers.
        practice: the practice model, where another than the usual one is wanted.
        served_by: tells this gateway's records from those of others on the same store; two that
            run at the same time need different names.
    """
    names = {SMALL: MODEL_NAME, LARGE: MODEL_NAME}
    if upstream is not None:
        names |= {own: own for own in upstream.models.values()} | dict(upstream.models)
        names[LARGE] = upstream.models.get(LARGE, names[SMALL])
    names[MODEL_NAME] = MODEL_NAME
    gateway = _Gateway(
        callers,
        Ledger(store, budgets, served_by=served_by),
        PracticeEngine(practice),
        UpstreamEngine(upstream) if upstream else None,
        names,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        gateway.ledger.start()
        try:
            yield
        finally:
            await anyio.to_thread.run_sync(gateway.ledger.stop)
            for part in (gateway.upstream, gateway.callers):
                close = getattr(part, "aclose", None)
                if close is not None:
                    await close()

    app = Starlette(
        routes=[
            Route("/health", _health, methods=["GET"]),
            Route("/v1/models", _models, methods=["GET"]),
            Route("/v1/models/{name:path}", _model, methods=["GET"]),
            Route("/v1/chat/completions", _chat, methods=["POST"]),
        ],
        middleware=[Middleware(_RequestIds)],
        exception_handlers={
            HTTPException: _http_problem,
            GatewayProblem: _gateway_problem,
            Exception: _bug,
        },
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.gateway = gateway
    return app


# ---- endpoints


async def _health(request: Request) -> Response:
    gateway: _Gateway = request.app.state.gateway
    engine = gateway.upstream.name if gateway.upstream else gateway.practice.name
    return json_response({"status": "ok", "engine": engine})


async def _models(request: Request) -> Response:
    gateway: _Gateway = request.app.state.gateway
    await _caller(request)
    return json_response(
        {"object": "list", "data": [_describe(gateway, name) for name in gateway.names]}
    )


async def _model(request: Request) -> Response:
    gateway: _Gateway = request.app.state.gateway
    await _caller(request)
    name = request.path_params["name"]
    if name not in gateway.names:
        raise _unknown_model(name, gateway.names)
    return json_response(_describe(gateway, name))


async def _chat(request: Request) -> Response:
    gateway: _Gateway = request.app.state.gateway
    caller = await _caller(request)
    body = _checked(await _body(request))
    engine, model = gateway.engine_for(body["model"])
    options = body.get("stream_options")
    call = Call(
        id=request.state.request_id,
        model=model,
        body=body,
        stream=bool(body.get("stream")),
        wants_usage=bool(isinstance(options, dict) and options.get("include_usage")),
    )
    return _Answer(gateway.ledger, caller, engine, call)


class _Answer(Response):
    """Makes one call from its reservation to its settlement, whatever happens in between."""

    def __init__(self, ledger: Ledger, caller: Caller, engine: Engine, call: Call) -> None:
        self._ledger = ledger
        self._caller = caller
        self._engine = engine
        self._call = call
        self._usage = Usage()
        self._began = time.monotonic()
        self._sent_head = False
        self._settled = False
        super().__init__()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call, engine, caller = self._call, self._engine, self._caller
        try:
            await self._ledger.reserve(
                Reservation(
                    call_id=call.id,
                    served_by=self._ledger.served_by,
                    login=caller.login,
                    team=caller.team,
                    kind=caller.kind,
                    model=call.body["model"],
                    engine=engine.name,
                    tokens=engine.reserve_tokens(call),
                )
            )
        except GatewayProblem as problem:
            await problem_response(problem)(scope, receive, send)
            return
        outcome: _Outcome = "left"  # unless we get to know better
        try:
            async with anyio.create_task_group() as watch:
                watch.start_soon(_leave_with_client, receive, watch.cancel_scope)
                outcome = await self._answer(scope, receive, send)
                watch.cancel_scope.cancel()
        finally:
            if not self._settled:
                with anyio.CancelScope(shield=True), contextlib.suppress(GatewayProblem):
                    await self._settle(outcome)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> _Outcome:
        try:
            async with self._engine.chat(self._call, self._usage) as reply:
                if reply.events is not None:
                    return await self._pass_on(reply, reply.events, send)
                await self._settle("answered")
                plain = Response(
                    reply.body, headers=dict(reply.headers), media_type="application/json"
                )
                await plain(scope, receive, send)
                return "answered"
        except GatewayProblem as problem:
            if self._sent_head:
                error = problem.body["error"]
                await _end_stream(send, lost_stream(error["message"], str(error["code"])))
                return "lost"
            outcome: _Outcome = "refused" if problem.status < 500 else "failed"
            if not self._settled:
                with contextlib.suppress(GatewayProblem):
                    await self._settle(outcome)
            await problem_response(problem)(scope, receive, send)
            return outcome

    async def _pass_on(self, reply: Reply, stream: AsyncGenerator[bytes], send: Send) -> _Outcome:
        """Send a stream's events as they come; the books are closed before its last one."""
        head = {
            **reply.headers,
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-cache",
            "x-accel-buffering": "no",
        }
        raw = [(name.encode(), value.encode()) for name, value in head.items()]
        self._sent_head = True
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        async with contextlib.aclosing(stream) as events:
            async for piece in events:
                if piece == DONE or reply.lost:
                    await self._settle("lost" if reply.lost else "answered")
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return "lost" if reply.lost else "answered"

    async def _settle(self, outcome: _Outcome) -> None:
        call, usage = self._call, self._usage
        took = int((time.monotonic() - self._began) * 1000)
        await self._ledger.settle(
            Settlement(
                call_id=call.id,
                outcome=outcome,
                answered_by=call.model,
                prompt_tokens=usage.prompt,
                completion_tokens=usage.completion,
                milliseconds=took,
                simulated=usage.simulated,
            )
        )
        self._settled = True
        _log.info(
            "%s %s %s %s: %d + %d tokens, %d ms",
            call.id, self._caller.login, call.model, outcome, usage.prompt, usage.completion, took,
        )  # fmt: skip


async def _leave_with_client(receive: Receive, scope: anyio.CancelScope) -> None:
    """Cancel the call when its client hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def _end_stream(send: Send, last: bytes) -> None:
    await send({"type": "http.response.body", "body": last, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


# ---- reading a request


async def _caller(request: Request) -> Caller:
    """Find out who calls, from the Authorization header and nothing else."""
    gateway: _Gateway = request.app.state.gateway
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise _no_access(
            "There is no key in this request. In a bootcamp notebook `OpenAI()` finds it by "
            "itself; elsewhere send 'Authorization: Bearer …' with your hub token."
        )
    caller = await gateway.callers.identify(token)
    if caller is None:
        raise _no_access(
            "This key gives no access to the model. If you are in a bootcamp notebook, stop and "
            "start your server from the hub; else ask your facilitator."
        )
    return caller


async def _body(request: Request) -> bytes:
    """Read the body; one that is too large is read past, unkept, so that the client hears why."""
    parts = bytearray()
    total = 0
    try:
        with anyio.move_on_after(_DRAIN_SECONDS):
            async for chunk in request.stream():
                total += len(chunk)
                if total <= _LARGEST_BODY:
                    parts += chunk
                else:
                    parts.clear()
                if total > _MOST_DRAINED:
                    break
            else:
                if total <= _LARGEST_BODY:
                    return bytes(parts)
    except ClientDisconnect:
        raise invalid("The request broke off before its end.") from None
    if total <= _LARGEST_BODY:
        raise GatewayProblem(
            408, "The request came too slowly.", kind="invalid_request_error", code="timeout"
        )
    raise GatewayProblem(
        413,
        f"The request is larger than {_LARGEST_BODY // 1024**2} MB. Send less text at once.",
        kind="invalid_request_error",
        code="request_too_large",
        headers={"connection": "close"},
    )


def _checked(raw: bytes) -> dict[str, Any]:
    """Check as much of a chat request as every engine needs; the rest is the engine's."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise invalid("The request is not valid UTF-8.") from None
    except RecursionError:
        raise invalid("The request's JSON is nested too deeply.") from None
    except ValueError:
        raise invalid("The request is not valid JSON.") from None
    if not isinstance(body, dict):
        raise invalid("The request must be a JSON object.")
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise invalid(f"'model' is missing; use '{SMALL}' or '{LARGE}'.", param="model")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise invalid("'messages' must be a list with at least one message.", param="messages")
    for name in ("max_tokens", "max_completion_tokens"):
        value = body.get(name)
        if isinstance(value, int | float) and value < 1:
            raise invalid(f"'{name}' must be a whole number of at least 1.", param=name)
    if body.get("stream") not in (None, True, False):
        raise invalid("'stream' must be true or false.", param="stream")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _describe(gateway: _Gateway, name: str) -> dict[str, Any]:
    practice = gateway.names[name] == MODEL_NAME
    return {
        "id": name,
        "object": "model",
        "created": _CREATED,
        "owned_by": OWNER if practice or name in (SMALL, LARGE) else "upstream",
    }


# ---- problems


def _unknown_model(name: str, names: Mapping[str, str]) -> GatewayProblem:
    return GatewayProblem(
        404,
        f"There is no model '{name[:80]}' here. Use one of: {', '.join(names)}.",
        kind="invalid_request_error",
        param="model",
        code="model_not_found",
    )


def _no_access(message: str) -> GatewayProblem:
    return GatewayProblem(
        401,
        message,
        kind="invalid_request_error",
        code="invalid_api_key",
        headers={"www-authenticate": "Bearer"},
    )


async def _gateway_problem(_request: Request, error: Exception) -> Response:
    return problem_response(cast("GatewayProblem", error))


async def _http_problem(request: Request, error: Exception) -> Response:
    error = cast("HTTPException", error)
    said = {
        404: f"There is nothing at {request.url.path[:200]}. The gateway has /v1/models and "
        "/v1/chat/completions.",
        405: f"{request.method} does not work here.",
    }.get(error.status_code, str(error.detail))
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code)
    return problem_response(
        GatewayProblem(
            error.status_code, said, kind="invalid_request_error", code=code, headers=error.headers
        )
    )


async def _bug(_request: Request, _error: Exception) -> Response:
    return problem_response(
        GatewayProblem(
            500,
            "Something went wrong in the gateway; it has been logged. Tell your facilitator.",
            kind="server_error",
            code="internal_error",
        )
    )


class _RequestIds:
    """Gives each request an id, and tells the caller in `x-request-id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = f"req_{secrets.token_hex(12)}"
        scope.setdefault("state", {})["request_id"] = request_id

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = request_id
            await send(message)

        await self._app(scope, receive, named)
