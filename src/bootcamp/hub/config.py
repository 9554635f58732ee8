"""JupyterHub's configuration as small setters, one a concern.

Each takes traitlets' config object and the settings of this run, and is tested without a hub.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bootcamp.cohort import Cohort, load_cohort
from bootcamp.handover import KEYS_FILE
from bootcamp.hub.server_config import write_server_config
from bootcamp.hub.settings import HubSettings
from bootcamp.language import VARIABLE as LANGUAGE
from bootcamp.settings import private_folder
from bootcamp.spoken import for_templates, texts

__all__ = ["configure"]

_CITIZENS, _FACILITATORS = "citizens", "facilitators"


def configure(c: Any, environ: Mapping[str, str] = os.environ) -> None:
    """Configure the whole hub: the one place where its parts are wired.

    Raises:
        BootcampError: the settings or the cohort file are wrong.
    """
    settings = HubSettings.from_environment(environ)
    cohort = load_cohort(settings.data.cohort_file)
    set_addresses(c, settings)
    set_state(c, settings)
    set_log(c)
    set_proxy(c, settings)
    set_login(c)
    set_pages(c, settings, cohort)
    set_servers(c, settings)
    set_roles(c)
    set_services(c, settings, environ)


def set_addresses(c: Any, settings: HubSettings) -> None:
    """Everything but the public address stays on this machine."""
    c.JupyterHub.bind_url = f"http://{settings.host}:{settings.port}/"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_api_port}"
    c.JupyterHub.hub_connect_url = f"http://127.0.0.1:{settings.hub_api_port}"


def set_state(c: Any, settings: HubSettings) -> None:
    """Keep the hub's database and secrets in a folder that only the hub can read."""
    folder = private_folder(settings.data.hub)
    c.JupyterHub.db_url = f"sqlite:///{folder / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(folder / "jupyterhub_cookie_secret")
    c.ConfigurableHTTPProxy.pid_file = str(folder / "jupyterhub-proxy.pid")
    # A newer JupyterHub brings its tables up to date by itself, after keeping a copy.
    c.JupyterHub.upgrade_db = True


def set_log(c: Any) -> None:
    """Keep invitation links out of the log; JupyterHub itself takes out its own tokens only."""
    c.JupyterHub.logging_config = {
        "filters": {"invitations": {"()": "bootcamp.hub.log.WithoutInvitations"}},
        "handlers": {"console": {"filters": ["invitations"]}},
    }


def set_proxy(c: Any, settings: HubSettings) -> None:
    """Use the Node proxy where it is installed, the pure-Python one otherwise."""
    ours = Path(sys.executable).parent
    elsewhere = os.pathsep.join(
        folder
        for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if folder and Path(folder) != ours
    )
    node = shutil.which("configurable-http-proxy", path=elsewhere)
    command = [node] if node else [sys.executable, "-m", "bootcamp.hub.python_proxy"]
    c.ConfigurableHTTPProxy.command = dying_with_its_parent(command)
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_api_port}"


def set_login(c: Any) -> None:
    """Invitation links and own passwords; nobody is an administrator of the hub."""
    c.JupyterHub.authenticator_class = "bootcamp.hub.authenticator.InvitationAuthenticator"
    c.Authenticator.manage_groups = True
    # `check_allowed` asks the cohort file; there is no list to keep beside it.
    c.Authenticator.any_allow_config = True
    c.Authenticator.admin_users = set()
    c.JupyterHub.cookie_max_age_days = 7


def set_pages(c: Any, settings: HubSettings, cohort: Cohort) -> None:
    """Login lands on our home page; the hub's own pages carry our words and look."""
    c.JupyterHub.default_url = "/services/bootcamp/"
    c.JupyterHub.template_paths = [str(settings.templates)]
    c.JupyterHub.template_vars = {
        "cohort_name": cohort.name,
        "company": cohort.company,
        "no_isolation": not settings.isolated,
        # The hub calls what it can call, with the user, and templates see what comes back.
        **{name: _for_anyone(said) for name, said in for_templates(texts("door")).items()},
    }


def _for_anyone(value: Any) -> Callable[[Any], Any]:
    return lambda _user: value


def set_servers(c: Any, settings: HubSettings) -> None:
    """One sandboxed JupyterLab a person, forty starting at once without giving up."""
    c.JupyterHub.spawner_class = "bootcamp.hub.spawner.SandboxSpawner"
    c.SandboxSpawner.isolated = settings.isolated
    c.SandboxSpawner.model_url = f"http://127.0.0.1:{settings.gateway_port}/v1"
    c.SandboxSpawner.bootcamp_url = f"http://127.0.0.1:{settings.web_port}/services/bootcamp"
    c.SandboxSpawner.jupyter_config = str(write_server_config(settings.data.run))
    # -P: a citizen's own `email.py` must not stand in for Python's when the server starts.
    c.SandboxSpawner.cmd = [sys.executable, "-P", "-m", "bootcamp.lean", "jupyterhub.singleuser"]
    c.SandboxSpawner.default_url = "/lab"
    c.SandboxSpawner.disable_user_config = True
    c.SandboxSpawner.term_timeout = 5
    # Stock limits gave up on a class of forty after 30 s (facts: 0 of 40 ready).
    c.SandboxSpawner.http_timeout = 180
    c.SandboxSpawner.start_timeout = 180
    c.JupyterHub.concurrent_spawn_limit = 8
    c.SandboxSpawner.server_token_scopes = [
        "users:activity!user",
        "access:servers!server",
        "read:users:groups!user",
        "read:users:name!user",
        "access:services!service=bootcamp",
        "access:services!service=gateway",
    ]
    c.JupyterHub.cleanup_servers = True


def set_roles(c: Any) -> None:
    """Citizens reach their own server; facilitators also those of citizens; services what they do.

    Membership in groups follows the cohort file at each login; roles hang on groups, because a
    role's members change only at a restart.
    """
    c.JupyterHub.load_roles = [
        {
            "name": "user",
            "scopes": [
                "self",
                "access:services!service=bootcamp",
                "access:services!service=gateway",
            ],
        },
        {
            "name": "facilitator",
            "groups": [_FACILITATORS],
            "scopes": [
                f"access:servers!group={_CITIZENS}",
                f"list:users!group={_CITIZENS}",
                f"read:users:activity!group={_CITIZENS}",
            ],
        },
        {
            "name": "idle-culler",
            "services": ["idle-culler"],
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        },
    ]


def set_services(c: Any, settings: HubSettings, environ: Mapping[str, str] = os.environ) -> None:
    """Our web pages, the model gateway, and the culler.

    JupyterHub keeps all of this in its database, so the gateway is told where the company's keys
    wait, and never a key.
    """
    common = settings.to_environment() | {"PYTHONUNBUFFERED": "1"}
    for variable in ("BOOTCAMP_STORE_URL", "BOOTCAMP_MODEL_FOLDER", LANGUAGE, "LANG", "LC_ALL"):
        if environ.get(variable):
            common[variable] = environ[variable]
    keys_file = {KEYS_FILE: environ[KEYS_FILE]} if environ.get(KEYS_FILE) else {}
    c.JupyterHub.services = [
        {
            "name": "bootcamp",
            "url": f"http://127.0.0.1:{settings.web_port}",
            "command": _service("bootcamp.web"),
            "environment": common,
            "oauth_no_confirm": True,
            # The pages act in a person's workspace with that person's own token: a citizen's
            # server, which its citizen controls, never sees a token that opens another's.
            "oauth_client_allowed_scopes": [
                "access:servers!user",
                "read:servers!user",
                "start:servers!user",
            ],
            "display": False,
        },
        {
            "name": "gateway",
            "command": _service("bootcamp.gateway"),
            "environment": common | keys_file,
            "display": False,
        },
        {
            "name": "idle-culler",
            "command": _service(
                "jupyterhub_idle_culler", f"--timeout={settings.cull_after_seconds}"
            ),
            "environment": common,
            "display": False,
        },
    ]


def dying_with_its_parent(command: list[str]) -> list[str]:
    """Give `command` so that the kernel ends it when the process that started it is killed."""
    return ["setpriv", "--pdeathsig", "TERM", "--", *command]


def _service(module: str, *arguments: str) -> list[str]:
    return dying_with_its_parent([sys.executable, "-m", module, *arguments])
