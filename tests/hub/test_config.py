"""The hub's setters, each without a hub."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.scopes import scope_definitions
from traitlets.config import Config

from bootcamp.cohort import Cohort, save_cohort
from bootcamp.content import content_root
from bootcamp.errors import CohortError
from bootcamp.handover import KEYS_FILE
from bootcamp.hub import config
from bootcamp.hub.demo import demo_cohort
from bootcamp.hub.settings import HubSettings
from bootcamp.settings import DataFolder

KEY = "canary-key-7f3a"


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    return HubSettings(DataFolder.at(tmp_path), port=9000, web_port=9003, gateway_port=9004)


@pytest.fixture
def cohort() -> Cohort:
    return demo_cohort(date(2027, 1, 1))


def services(settings: HubSettings, environ: dict[str, str]) -> dict[str, dict[str, Any]]:
    c = Config()
    config.set_services(c, settings, environ)
    return {service["name"]: service for service in c.JupyterHub.services}


def roles() -> dict[str, dict[str, Any]]:
    c = Config()
    config.set_roles(c)
    return {role["name"]: role for role in c.JupyterHub.load_roles}


def test_only_the_public_address_leaves_this_machine(tmp_path: Path) -> None:
    c = Config()
    config.set_addresses(c, HubSettings(DataFolder.at(tmp_path), host="0.0.0.0", port=80))
    assert c.JupyterHub.bind_url == "http://0.0.0.0:80/"
    assert c.JupyterHub.hub_bind_url.startswith("http://127.0.0.1:")
    assert c.JupyterHub.hub_connect_url.startswith("http://127.0.0.1:")


def test_state_is_kept_where_only_the_hub_reads(settings: HubSettings) -> None:
    c = Config()
    config.set_state(c, settings)
    folder = settings.data.hub
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (
        c.JupyterHub.db_url.removeprefix("sqlite:///"),
        c.JupyterHub.cookie_secret_file,
        c.ConfigurableHTTPProxy.pid_file,
    ):
        assert Path(path).parent == folder


class TestProxy:
    def command(self, settings: HubSettings) -> list[str]:
        c = Config()
        config.set_proxy(c, settings)
        assert c.ConfigurableHTTPProxy.api_url.startswith("http://127.0.0.1:")
        return list(c.ConfigurableHTTPProxy.command)

    def test_node_is_preferred_where_it_is_installed(
        self, settings: HubSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        node = tmp_path / "configurable-http-proxy"
        node.write_text("#!/bin/sh\n")
        node.chmod(0o755)
        ours = str(Path(sys.executable).parent)
        monkeypatch.setenv("PATH", f"{ours}:{tmp_path}")
        assert self.command(settings)[-1] == str(node)

    def test_our_own_is_used_otherwise(
        self, settings: HubSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The environment's own folder holds a program of the same name.
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/nowhere:")
        assert self.command(settings)[-2:] == ["-m", "bootcamp.hub.python_proxy"]

    def test_it_dies_with_the_hub(self, settings: HubSettings) -> None:
        assert self.command(settings)[:4] == ["setpriv", "--pdeathsig", "TERM", "--"]


class TestKeys:
    """JupyterHub writes into its database what its services are given."""

    def test_of_the_company_are_nowhere_in_the_configuration(
        self, settings: HubSettings, cohort: Cohort
    ) -> None:
        settings.data.create()
        save_cohort(cohort, settings.data.cohort_file)
        c = Config()
        secrets = {"BOOTCAMP_UPSTREAM_KEY": KEY, "BOOTCAMP_METRICS_TOKEN": KEY, "HTTPS_PROXY": KEY}
        config.configure(c, settings.to_environment() | secrets)
        assert KEY not in str(c)

    def test_are_where_the_gateway_alone_is_told(self, settings: HubSettings) -> None:
        environ = {KEYS_FILE: "/proc/1/fd/7", "OTHER_SECRET": "x", "LANG": "C.UTF-8"}
        found = services(settings, environ)
        for name, service in found.items():
            assert ("/proc/1/fd/7" in str(service)) == (name == "gateway"), name
            assert "OTHER_SECRET" not in service["environment"]
            assert service["environment"]["LANG"] == "C.UTF-8"


class TestScopes:
    def test_nobody_is_an_administrator(self) -> None:
        c = Config()
        config.set_login(c)
        assert c.Authenticator.admin_users == set()
        given = [scope for role in roles().values() for scope in role["scopes"]]
        assert not [scope for scope in given if scope.startswith("admin")]

    def test_a_citizen_has_oneself_and_our_two_services(self) -> None:
        assert set(roles()["user"]["scopes"]) == {
            "self",
            "access:services!service=bootcamp",
            "access:services!service=gateway",
        }

    def test_a_facilitator_reaches_citizens_and_no_other_facilitator(self) -> None:
        role = roles()["facilitator"]
        assert role["groups"] == ["facilitators"]
        assert all(scope.endswith("!group=citizens") for scope in role["scopes"])
        assert not [s for s in role["scopes"] if "token" in s or s.startswith("servers")]

    def test_the_culler_has_what_culling_needs(self) -> None:
        role = roles()["idle-culler"]
        assert role["services"] == ["idle-culler"]
        assert set(role["scopes"]) == {
            "list:users",
            "read:users:activity",
            "read:servers",
            "delete:servers",
        }

    def test_no_other_service_has_power_of_its_own(self) -> None:
        assert set(roles()) == {"user", "facilitator", "idle-culler"}

    def test_a_servers_token_opens_only_its_owners_things(self, settings: HubSettings) -> None:
        c = Config()
        config.set_servers(c, settings)
        for scope in c.SandboxSpawner.server_token_scopes:
            assert scope.endswith(("!user", "!server", "!service=bootcamp", "!service=gateway"))

    def test_every_scope_is_one_that_jupyterhub_knows(self, settings: HubSettings) -> None:
        c = Config()
        config.set_servers(c, settings)
        given = [scope for role in roles().values() for scope in role["scopes"]]
        for scope in [*given, *c.SandboxSpawner.server_token_scopes]:
            assert scope.partition("!")[0] in scope_definitions, scope


def test_citizens_cannot_bring_a_configuration_of_their_own(settings: HubSettings) -> None:
    c = Config()
    config.set_servers(c, settings)
    assert c.SandboxSpawner.disable_user_config is True
    assert c.SandboxSpawner.isolated is True


def test_pages_say_that_nothing_is_isolated(settings: HubSettings, cohort: Cohort) -> None:
    for isolated in (True, False):
        c = Config()
        config.set_pages(c, replace(settings, isolated=isolated), cohort)
        assert c.JupyterHub.template_vars["no_isolation"] is not isolated


def test_a_wrong_cohort_file_stops_the_hub_with_its_message(settings: HubSettings) -> None:
    settings.data.create()
    settings.data.cohort_file.write_text("name = ")
    with pytest.raises(CohortError, match="line 1"):
        config.configure(Config(), settings.to_environment())


def test_the_configuration_file_stays_short() -> None:
    text = (content_root() / "hub_config" / "jupyterhub_config.py").read_text()
    assert len(text.splitlines()) < 40
