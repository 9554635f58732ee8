"""What the supervisor tells the hub through the environment, read once and checked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bootcamp.content import content_root
from bootcamp.errors import UsageError
from bootcamp.settings import DEFAULT_PORT, DataFolder

__all__ = ["HubSettings"]

_PREFIX = "BOOTCAMP_"


@dataclass(frozen=True)
class HubSettings:
    """Addresses and switches of one run of the hub; all ports are TCP ports of this machine."""

    data: DataFolder
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    hub_api_port: int = 8081
    proxy_api_port: int = 8001
    web_port: int = 8082
    gateway_port: int = 8083
    isolated: bool = True
    cull_after_seconds: int = 3600

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> HubSettings:
        """Read the settings.

        Raises:
            UsageError: a value is not of its kind; names the variable.
        """
        numbers = {}
        for name in (
            "port",
            "hub_api_port",
            "proxy_api_port",
            "web_port",
            "gateway_port",
            "cull_after_seconds",
        ):
            variable = _PREFIX + name.upper()
            text = environ.get(variable, "")
            if text:
                if not text.isdecimal():
                    raise UsageError(f"{variable} is '{text}'; it must be a whole number.")
                numbers[name] = int(text)
        return cls(
            data=DataFolder.from_environment(environ),
            host=environ.get(f"{_PREFIX}HOST", "127.0.0.1"),
            isolated=environ.get(f"{_PREFIX}NO_ISOLATION", "") != "1",
            **numbers,
        )

    def to_environment(self) -> dict[str, str]:
        """Give the variables from which `from_environment` makes these settings again."""
        values = {key: value for key, value in asdict(self).items() if isinstance(value, int | str)}
        isolated = values.pop("isolated")
        environment = {_PREFIX + key.upper(): str(value) for key, value in values.items()}
        environment["BOOTCAMP_DATA"] = str(self.data.root)
        environment["BOOTCAMP_NO_ISOLATION"] = "" if isolated else "1"
        return environment

    @property
    def templates(self) -> Path:
        """Our templates over JupyterHub's own."""
        return content_root() / "hub_config" / "templates"
