"""The gateway as a managed service of the hub: reads its surroundings once and serves."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from starlette.applications import Starlette

from bootcamp.cohort import Cohort, load_cohort
from bootcamp.errors import BootcampError
from bootcamp.gateway.app import LARGE, SMALL, create_app
from bootcamp.gateway.callers import HubCallers
from bootcamp.gateway.serve import listen, serve
from bootcamp.gateway.upstream import Upstream
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.store.usage import Budgets

__all__ = ["app_from_environment", "budgets_of", "run", "upstream_of"]

_DEFAULT_PORT = 8010


class GatewaySetup(BootcampError):
    """The gateway is not given what it needs to start."""

    code = "gateway_setup"


def upstream_of(cohort: Cohort, environ: Mapping[str, str]) -> Upstream | None:
    """Give the model service that the cohort file names, with its key from the environment.

    Raises:
        GatewaySetup: the key's variable is not set. A service that needs no key gets one with
            any content.
    """
    model = cohort.model
    if model.upstream is None or model.small is None:
        return None
    key = environ.get(model.key_variable, "").strip()
    if not key:
        raise GatewaySetup(
            f"The cohort file names a model upstream, but {model.key_variable} is not set. Set it "
            "to the service's key (to 'none' if it needs no key) before `bootcamp up`."
        )
    if not key.isascii() or not key.isprintable():
        raise GatewaySetup(f"{model.key_variable} holds characters that no key has; set it again.")
    return Upstream(
        base_url=str(model.upstream),
        key=key,
        models={SMALL: model.small, LARGE: model.large or model.small},
    )


def budgets_of(cohort: Cohort) -> Budgets:
    """Give the cohort's budgets, which are for the whole bootcamp."""
    return Budgets(cohort.budgets.citizen_tokens, cohort.budgets.team_tokens)


def app_from_environment(environ: Mapping[str, str]) -> Starlette:
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
        store=open_store(data.store_url),
        budgets=budgets_of(cohort),
        upstream=upstream_of(cohort, environ),
        served_by=service,
    )


def run(environ: Mapping[str, str]) -> None:
    """Serve on `BOOTCAMP_GATEWAY_PORT` of the loopback interface until told to stop.

    Raises:
        BootcampError: it cannot start; the message says what to do.
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # The HTTP client's own lines would name every address it calls.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    given = environ.get("BOOTCAMP_GATEWAY_PORT") or str(_DEFAULT_PORT)
    if not given.isdecimal() or not 0 < int(given) < 65_536:
        raise GatewaySetup(
            f"BOOTCAMP_GATEWAY_PORT is '{given}'; it must be a port from 1 to 65535."
        )
    app = app_from_environment(environ)
    serve(app, listen(port=int(given)))
