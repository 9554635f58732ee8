"""The gateway as a managed service of the hub: reads its surroundings once and serves."""

from __future__ import annotations

import gc
import logging
from collections.abc import Mapping
from pathlib import Path

from bootcamp.cohort import Cohort, UpstreamSettings, load_cohort
from bootcamp.errors import BootcampError
from bootcamp.gateway.app import EMBEDDING, LARGE, SMALL, Gateway, create_app
from bootcamp.gateway.cache import Cache
from bootcamp.gateway.callers import HubCallers
from bootcamp.gateway.final_keys import FinalCallers, socket_of_finals
from bootcamp.gateway.prices import Prices
from bootcamp.gateway.rates import Rates
from bootcamp.gateway.serve import listen, serve
from bootcamp.gateway.upstream import Upstream
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.store.usage import Budgets

__all__ = ["app_from_environment", "run", "upstreams_of"]

_DEFAULT_PORT = 8010


class GatewaySetup(BootcampError):
    """The gateway is not given what it needs to start."""

    code = "gateway_setup"


def upstreams_of(cohort: Cohort, environ: Mapping[str, str]) -> list[Upstream]:
    """Give the model services that the cohort file names, with their keys from the environment.

    Raises:
        GatewaySetup: a key's variable is not set.
    """
    return [_upstream(given, environ) for given in cohort.model_services]


def _upstream(given: UpstreamSettings, environ: Mapping[str, str]) -> Upstream:
    key = ""
    if given.key_variable is not None:
        key = environ.get(given.key_variable, "").strip()
        if not key:
            raise GatewaySetup(
                f"The cohort file names a model upstream, but {given.key_variable} is not set. Set "
                "it to the service's key (to 'none' if it needs no key) before `bootcamp up`."
            )
        if not key.isascii() or not key.isprintable():
            raise GatewaySetup(
                f"{given.key_variable} holds characters that no key has; set it again."
            )
    models = {SMALL: given.small, LARGE: given.large, EMBEDDING: given.embedding}
    return Upstream(
        base_url=str(given.url),
        key=key,
        models={alias: name for alias, name in models.items() if name},
        name=given.name,
        idle_seconds=given.timeout_seconds,
    )


class _KeepSwitch:
    """Reads from the cohort file, whenever that changes, whether prompts are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = 0
        self._on = False

    def __call__(self) -> bool:
        """Say whether they are; a file with a mistake in it says no."""
        try:
            changed = self._path.stat().st_mtime_ns
            if changed != self._seen:
                self._on = load_cohort(self._path).model.keep_prompts
                self._seen = changed
        except (OSError, BootcampError):
            return False
        return self._on


def app_from_environment(environ: Mapping[str, str]) -> Gateway:
    """Put the gateway together from `JUPYTERHUB_API_URL`, `BOOTCAMP_DATA` and the cohort file.

    Raises:
        BootcampError: something is missing; the message says what.
    """
    hub_api_url = environ.get("JUPYTERHUB_API_URL", "")
    if not hub_api_url:
        raise GatewaySetup(
            "JUPYTERHUB_API_URL is not set: the gateway is started by the hub, with `bootcamp up`."
        )
    data = DataFolder.from_environment(environ)
    cohort = load_cohort(data.cohort_file)
    service = environ.get("JUPYTERHUB_SERVICE_NAME") or "gateway"
    return create_app(
        callers=HubCallers(hub_api_url, required_scope=f"access:services!service={service}"),
        socket_callers=FinalCallers(data),
        store=open_store(data.store_url),
        budgets=Budgets.of_cohort(cohort.budgets),
        prices=Prices.of_cohort(cohort),
        rates=Rates.of_cohort(cohort.budgets),
        upstreams=upstreams_of(cohort, environ),
        answer_tokens=cohort.model.answer_tokens,
        cache=Cache() if cohort.model.cache else None,
        keeps_prompts=_KeepSwitch(data.cohort_file),
        metrics_token=environ.get("BOOTCAMP_METRICS_TOKEN", "").strip(),
        served_by=service,
    )


def run(environ: Mapping[str, str]) -> None:
    """Serve on `BOOTCAMP_GATEWAY_PORT` of the loopback interface until told to stop.

    Final runs come by a socket file of their own, where no other caller is known.

    Raises:
        BootcampError: it cannot start; the message says what to do.
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    given = environ.get("BOOTCAMP_GATEWAY_PORT") or str(_DEFAULT_PORT)
    if not given.isdecimal() or not 0 < int(given) < 65_536:
        raise GatewaySetup(
            f"BOOTCAMP_GATEWAY_PORT is '{given}'; it must be a port from 1 to 65535."
        )
    app = app_from_environment(environ)
    bound = listen(port=int(given))
    for_finals = listen(uds=socket_of_finals(DataFolder.from_environment(environ)))
    # What has been loaded stays: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    serve(app, bound, for_finals)
