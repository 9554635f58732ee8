"""The gateway as an ASGI application: OpenAI's endpoints, for callers with a budget."""

from __future__ import annotations

import hmac
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence

import anyio
from sqlalchemy import text
from starlette.types import Message, Receive, Scope, Send

from bootcamp import __version__
from bootcamp.gateway.cache import Cache
from bootcamp.gateway.callers import Caller, CallerSource
from bootcamp.gateway.calls import Desk, answer_call
from bootcamp.gateway.engines import EMBEDDING, LARGE, SMALL, Call, Engine, PracticeEngine
from bootcamp.gateway.keeping import Keeper
from bootcamp.gateway.ledger import Ledger
from bootcamp.gateway.metrics import Metrics
from bootcamp.gateway.models import Models
from bootcamp.gateway.openapi import describe
from bootcamp.gateway.practice import Embedder, PracticeModel
from bootcamp.gateway.prices import Prices
from bootcamp.gateway.rates import Rates
from bootcamp.gateway.requests import Incoming, check_chat, check_embeddings
from bootcamp.gateway.responses import AsResponse, to_chat
from bootcamp.gateway.upstream import ANSWER_TOKENS, Upstream, UpstreamEngine
from bootcamp.gateway.wire import Answer, GatewayProblem, encode, problem_answer, send_answer
from bootcamp.store import Store
from bootcamp.store.usage import Budgets

__all__ = ["EMBEDDING", "LARGE", "SMALL", "Gateway", "create_app"]

_NO_LIMITS = Budgets()
_READY_SECONDS = 5.0
_NEVER: Callable[[], bool] = lambda: False  # noqa: E731
_log = logging.getLogger("bootcamp.gateway")

_Handler = Callable[[Incoming, Send], Awaitable[None]]


def create_app(
    *,
    callers: CallerSource,
    store: Store,
    socket_callers: CallerSource | None = None,
    budgets: Budgets = _NO_LIMITS,
    prices: Prices | None = None,
    rates: Rates | None = None,
    upstreams: Sequence[Upstream] = (),
    answer_tokens: int = ANSWER_TOKENS,
    practice: PracticeModel | None = None,
    embedder: Embedder | None = None,
    cache: Cache | None = None,
    keeps_prompts: Callable[[], bool] = _NEVER,
    metrics_token: str = "",
    served_by: str = "gateway",
) -> Gateway:
    """Put a gateway together.

    Args:
        callers: finds out whose a token is.
        store: where usage is kept.
        socket_callers: the same for who comes by a socket file, where those are others.
        budgets: what a citizen, a team and the cohort may use.
        prices: what models cost.
        rates: how fast a citizen may call.
        upstreams: the company's model services, in the order in which they are asked; for what
            none of them has, the practice model answers.
        answer_tokens: the most that an upstream's answer may have where the caller names no limit.
        practice: the practice model, where another than the usual one is wanted.
        embedder: what turns texts into vectors for the practice model's embeddings.
        cache: answers that teams get again for the same question.
        keeps_prompts: says at any moment whether the text of calls is kept.
        metrics_token: who sends it may read the metrics; without one nobody may.
        served_by: tells this gateway's records from those of others on the same store; two that
            run at the same time need different names.
    """
    metrics = Metrics()
    return Gateway(
        callers=callers,
        socket_callers=socket_callers or callers,
        store=store,
        desk=Desk(
            Ledger(store, budgets, prices=prices, rates=rates, served_by=served_by),
            metrics,
            cache,
            Keeper(store, keeps_prompts),
        ),
        models=Models(
            PracticeEngine(practice, embedder),
            UpstreamEngine(upstreams, metrics.trouble, answer_tokens=answer_tokens)
            if upstreams
            else None,
        ),
        metrics_token=metrics_token,
    )


class Gateway:
    """Answers HTTP requests; without a framework in between, for speed."""

    def __init__(
        self,
        *,
        callers: CallerSource,
        socket_callers: CallerSource,
        store: Store,
        desk: Desk,
        models: Models,
        metrics_token: str,
    ) -> None:
        self._callers = callers
        self._socket_callers = socket_callers
        self._store = store
        self._desk = desk
        self._models = models
        self._metrics_token = metrics_token
        self._handlers: Mapping[str, Mapping[str, _Handler]] = {
            "/health": {"GET": self._health},
            "/ready": {"GET": self._ready},
            "/metrics": {"GET": self._metrics},
            "/openapi.json": {"GET": self._description},
            "/v1/models": {"GET": self._list},
            "/v1/chat/completions": {"POST": self._chat},
            "/v1/responses": {"POST": self._responses},
            "/v1/embeddings": {"POST": self._embeddings},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's life from start to end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Incoming(f"req_{secrets.token_hex(12)}", scope, receive)
        named = (b"x-request-id", request.id.encode())
        begun = False

        async def send_named(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message["headers"], named]
            await send(message)

        self._desk.metrics.opened()
        try:
            await self._handler(request)(request, send_named)
        except GatewayProblem as problem:
            self._desk.metrics.problem(problem.status, str(problem.body["error"]["code"]))
            await send_answer(send_named, problem_answer(problem))
        except Exception as error:
            # The frames alone: an error's text may hold what was asked.
            frames = "".join(traceback.format_tb(error.__traceback__))
            _log.error("%s %s in\n%s", request.id, type(error).__name__, frames)
            if not begun:
                await send_answer(send_named, problem_answer(_bug()))
        finally:
            self._desk.metrics.closed()

    def _handler(self, request: Incoming) -> _Handler:
        by_method = self._handlers.get(request.path)
        if by_method is None and request.path.startswith("/v1/models/"):
            by_method = {"GET": self._model}
        if by_method is None:
            raise GatewayProblem(
                404,
                f"There is nothing at {request.path[:200]}. The gateway has /v1/models, "
                "/v1/chat/completions, /v1/responses and /v1/embeddings.",
                kind="invalid_request_error",
                code="not_found",
            )
        handler = by_method.get(request.method)
        if handler is None:
            raise GatewayProblem(
                405,
                f"{request.method[:20]} does not work here.",
                kind="invalid_request_error",
                code="method_not_allowed",
                headers={"allow": ", ".join(by_method)},
            )
        return handler

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self._desk.ledger.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._desk.ledger.aclose()
        await self._models.aclose()
        close = getattr(self._callers, "aclose", None)
        if close is not None:
            await close()
        await send({"type": "lifespan.shutdown.complete"})

    # ---- endpoints of OpenAI

    async def _list(self, request: Incoming, send: Send) -> None:
        await self._caller(request)
        body = {"object": "list", "data": [self._models.describe(n) for n in self._models.names]}
        await send_answer(send, Answer(encode(body)))

    async def _model(self, request: Incoming, send: Send) -> None:
        await self._caller(request)
        name = request.path.removeprefix("/v1/models/")
        await send_answer(send, Answer(encode(self._models.describe(name))))

    async def _chat(self, request: Incoming, send: Send) -> None:
        caller = await self._caller(request)
        body = await request.object()
        check_chat(body, SMALL)
        options = body.get("stream_options")
        call = Call(
            id=request.id,
            endpoint="chat",
            model=body["model"],
            body=body,
            stream=bool(body.get("stream")),
            wants_usage=bool(isinstance(options, dict) and options.get("include_usage")),
        )
        await self._make(request, caller, call, send)

    async def _responses(self, request: Incoming, send: Send) -> None:
        caller = await self._caller(request)
        asked = await request.object()
        if not isinstance(asked.get("model"), str):
            check_chat(asked, SMALL)  # says what is missing
        body = to_chat(asked)
        check_chat(body, SMALL)
        stream = bool(body.get("stream"))
        call = Call(request.id, "chat", body["model"], body, stream=stream, wants_usage=True)
        engine = self._models.engine(call)
        await answer_call(
            self._desk,
            caller,
            engine,
            call,
            request.receive,
            send,
            shape=AsResponse(request.id, asked),
            fresh=_wants_fresh(request),
        )

    async def _embeddings(self, request: Incoming, send: Send) -> None:
        caller = await self._caller(request)
        body = await request.object()
        check_embeddings(body, EMBEDDING)
        call = Call(request.id, "embeddings", body["model"], body)
        await self._make(request, caller, call, send)

    async def _make(self, request: Incoming, caller: Caller, call: Call, send: Send) -> None:
        engine: Engine = self._models.engine(call)
        await answer_call(
            self._desk, caller, engine, call, request.receive, send, fresh=_wants_fresh(request)
        )

    async def _caller(self, request: Incoming) -> Caller:
        """Find out who calls, from the Authorization header and nothing else."""
        token = request.bearer()
        if not token:
            raise _no_access(
                "There is no key in this request. In a bootcamp notebook `OpenAI()` finds it by "
                "itself; elsewhere send 'Authorization: Bearer …' with your hub token."
            )
        # Who comes by a socket file has no address.
        callers = self._callers if request.scope.get("client") else self._socket_callers
        caller = await callers.identify(token)
        if caller is None:
            raise _no_access(
                "This key gives no access to the model. If you are in a bootcamp notebook, stop "
                "and start your server from the hub; else ask your facilitator."
            )
        return caller

    # ---- endpoints for those who run it

    async def _health(self, _request: Incoming, send: Send) -> None:
        body = {"status": "ok", "engine": self._models.main_engine}
        await send_answer(send, Answer(encode(body)))

    async def _description(self, _request: Incoming, send: Send) -> None:
        await send_answer(send, Answer(encode(describe(__version__, self._models.by_endpoint))))

    async def _ready(self, _request: Incoming, send: Send) -> None:
        """Say whether calls can be answered now: without its books the gateway takes none."""
        ready = False
        with anyio.move_on_after(_READY_SECONDS):
            ready = await anyio.to_thread.run_sync(self._can_read, abandon_on_cancel=True)
        body = {
            "status": "ready" if ready else "the usage records cannot be read",
            "model": self._models.small_in_words,
            "upstreams": dict(self._models.upstream_states),
        }
        await send_answer(send, Answer(encode(body), 200 if ready else 503))

    def _can_read(self) -> bool:
        try:
            with self._store.engine.connect() as connection:
                connection.execute(text("SELECT count(*) FROM usage_totals"))
        except Exception as error:
            _log.error("the usage records cannot be read: %s", type(error).__name__)
            return False
        return True

    async def _metrics(self, request: Incoming, send: Send) -> None:
        given = request.bearer().encode()
        if not self._metrics_token or not hmac.compare_digest(given, self._metrics_token.encode()):
            raise _no_access(
                "The metrics are for those who run the gateway: set BOOTCAMP_METRICS_TOKEN before "
                "`bootcamp up` and send 'Authorization: Bearer …' with it."
            )
        body = await anyio.to_thread.run_sync(self._desk.metrics.text)
        kind = {"content-type": "text/plain; version=0.0.4; charset=utf-8"}
        await send_answer(send, Answer(body, headers=kind))


def _wants_fresh(request: Incoming) -> bool:
    return "no-cache" in request.header(b"cache-control").lower()


def _no_access(message: str) -> GatewayProblem:
    return GatewayProblem(
        401,
        message,
        kind="invalid_request_error",
        code="invalid_api_key",
        headers={"www-authenticate": "Bearer"},
    )


def _bug() -> GatewayProblem:
    return GatewayProblem(
        500,
        "Something went wrong in the gateway; it has been logged. Tell your facilitator.",
        kind="server_error",
        code="internal_error",
    )
