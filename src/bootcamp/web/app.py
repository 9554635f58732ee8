"""The web service's composition root: its adapters are wired here and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bootcamp.cohort import Cohort
from bootcamp.settings import DataFolder
from bootcamp.store import Store, open_store
from bootcamp.web.contracts import ExchangeLike
from bootcamp.web.current import Current, CurrentExchange
from bootcamp.web.hub_api import HubApi
from bootcamp.web.identity import Identity
from bootcamp.web.jobs import Jobs
from bootcamp.web.pages import Pages
from bootcamp.web.security import SecurityHeaders
from bootcamp.web.settings import WebSettings
from bootcamp.web.signing import Signer, kept_key

__all__ = ["create_app"]

_ASSETS = Path(__file__).parent
# The hub answers a start after at most ten seconds; a workspace may be loading its extensions.
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)

ExchangeFactory = Callable[[DataFolder, Store, Cohort], ExchangeLike]
ApiRoutes = Callable[[ExchangeLike, Identity], Sequence[BaseRoute]]


def create_app(
    settings: WebSettings,
    data: DataFolder,
    *,
    make_exchange: ExchangeFactory | None = None,
    api_routes: ApiRoutes | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Starlette:
    """Make the ASGI app of the pages and of the exchange's HTTP side.

    `make_exchange`, `api_routes` and `transport` (of calls to the hub and to citizens' servers)
    stand in for the real ones in tests.

    Raises:
        CohortError: the cohort file cannot be used.
    """
    make_exchange = make_exchange or _real_exchange
    api_routes = api_routes or _real_api_routes
    store = open_store(data.store_url)
    current = Current(data.cohort_file, lambda cohort: make_exchange(data, store, cohort))
    client = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, transport=transport)
    hub = HubApi(client, settings.hub_api_url)
    signer = Signer(kept_key(data.hub / "web_cookie_secret"))
    identity = Identity(settings, hub, signer, lambda: current.cohort)
    jobs = Jobs()
    pages = Pages(
        settings=settings,
        data=data,
        store=store,
        current=current,
        identity=identity,
        hub=hub,
        client=client,
        jobs=jobs,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await jobs.close()
        await client.aclose()
        store.close()

    routes: list[BaseRoute] = [
        Mount("/static", _KeptFiles(directory=_ASSETS / "static")),
        *_under_api(api_routes(CurrentExchange(current), identity)),
        *pages.routes(),
    ]
    return Starlette(
        routes=[Mount(settings.prefix.rstrip("/"), routes=routes)],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=pages.exception_handlers(),
        lifespan=lifespan,
    )


class _KeptFiles(StaticFiles):
    """Files whose address changes with their content: browsers need not ask again."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Add how long a browser may keep the file."""
        response = super().file_response(*args, **options)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response


def _under_api(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """Give the exchange's routes under `/api`, where they are not there by themselves."""
    named = [route for route in routes if getattr(route, "path", "").startswith("/api")]
    others = [route for route in routes if route not in named]
    return [*named, Mount("/api", routes=others)] if others else named


def _real_exchange(data: DataFolder, store: Store, cohort: Cohort) -> ExchangeLike:
    # Imported at the first use: the service answers before nbgrader is loaded.
    from bootcamp.exchange.service import Exchange  # noqa: PLC0415

    return Exchange(data, store, cohort)


def _real_api_routes(exchange: ExchangeLike, identity: Identity) -> Sequence[BaseRoute]:
    from bootcamp.exchange.service import Exchange  # noqa: PLC0415
    from bootcamp.web.api import exchange_routes  # noqa: PLC0415

    return exchange_routes(cast("Exchange", exchange), identity)
