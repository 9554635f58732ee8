"""What the web service reads from its environment, once, when it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bootcamp.errors import UsageError
from bootcamp.settings import DEFAULT_PORT

__all__ = ["WebSettings"]


@dataclass(frozen=True)
class WebSettings:
    """Where this service is, and how it reaches the hub and the citizens' servers."""

    prefix: str
    """The path of this service, with slashes at both ends: `/services/bootcamp/`."""
    base_url: str
    """The path of everything the hub's proxy serves, with slashes at both ends: `/`."""
    hub_api_url: str
    """The hub's API on the loopback interface, without a slash at the end."""
    proxy_url: str
    """The hub's proxy on the loopback interface: `http://127.0.0.1:8000`, no slash at the end."""
    hub_host: str = ""
    """Origin of the hub's pages when it is not this service's own (subdomains), else empty."""
    client_id: str = "service-bootcamp"
    service_name: str = "bootcamp"
    api_token: str = field(default="", repr=False)
    """This service's token; it proves the service to the hub and never goes anywhere else."""
    host: str = "127.0.0.1"
    port: int = 0
    isolated: bool = True
    """False when citizens' servers run unprotected, for a demo."""
    https: bool = False

    @property
    def hub_prefix(self) -> str:
        """The path of the hub's own pages: `/hub/`."""
        return f"{self.base_url}hub/"

    @property
    def callback_path(self) -> str:
        """Where the hub sends a browser back to after a login."""
        return f"{self.prefix}oauth_callback"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> WebSettings:
        """Read what the hub gives to a managed service, and `BOOTCAMP_PROXY_URL`.

        Raises:
            UsageError: a variable is missing; this program is started by the hub.
        """

        def required(name: str) -> str:
            value = environ.get(name, "").strip()
            if not value:
                raise UsageError(
                    f"{name} is not set. The hub starts this service itself: use `bootcamp up`."
                )
            return value

        address = urlsplit(required("JUPYTERHUB_SERVICE_URL"))
        name = environ.get("JUPYTERHUB_SERVICE_NAME", "bootcamp")
        return cls(
            prefix=_with_slashes(environ.get("JUPYTERHUB_SERVICE_PREFIX", "/services/bootcamp/")),
            base_url=_with_slashes(environ.get("JUPYTERHUB_BASE_URL", "/")),
            hub_api_url=required("JUPYTERHUB_API_URL").rstrip("/"),
            proxy_url=_proxy_url(environ),
            hub_host=environ.get("JUPYTERHUB_HOST", "").rstrip("/"),
            client_id=environ.get("JUPYTERHUB_CLIENT_ID", f"service-{name}"),
            service_name=name,
            api_token=required("JUPYTERHUB_API_TOKEN"),
            host=address.hostname or "127.0.0.1",
            port=address.port or 0,
            isolated=environ.get("BOOTCAMP_NO_ISOLATION", "") not in {"1", "true"},
            https=environ.get("JUPYTERHUB_PUBLIC_URL", "").startswith("https:"),
        )


def _proxy_url(environ: Mapping[str, str]) -> str:
    given = environ.get("BOOTCAMP_PROXY_URL", "").rstrip("/")
    if given:
        return given
    host = environ.get("BOOTCAMP_HOST", "") or "127.0.0.1"
    reached = "127.0.0.1" if host in {"0.0.0.0", "::", "*"} else host  # noqa: S104
    return f"http://{reached}:{environ.get('BOOTCAMP_PORT', '') or DEFAULT_PORT}"


def _with_slashes(path: str) -> str:
    inner = path.strip("/")
    return f"/{inner}/" if inner else "/"
