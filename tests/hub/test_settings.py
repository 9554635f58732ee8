"""What the supervisor tells the hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootcamp.errors import UsageError
from bootcamp.hub.settings import HubSettings
from bootcamp.settings import DataFolder


def test_what_is_told_is_what_is_understood(tmp_path: Path) -> None:
    told = HubSettings(
        DataFolder.at(tmp_path),
        host="0.0.0.0",
        port=9000,
        hub_api_port=9001,
        proxy_api_port=9002,
        web_port=9003,
        gateway_port=9004,
        isolated=False,
        cull_after_seconds=60,
    )
    assert HubSettings.from_environment(told.to_environment()) == told


def test_silence_means_isolated_on_this_machine_only(tmp_path: Path) -> None:
    settings = HubSettings.from_environment({"BOOTCAMP_DATA": str(tmp_path)})
    assert (settings.isolated, settings.host, settings.port) == (True, "127.0.0.1", 8000)


@pytest.mark.parametrize("text", ["yes", "true", "0", ""])
def test_only_a_clear_word_turns_isolation_off(text: str) -> None:
    assert HubSettings.from_environment({"BOOTCAMP_NO_ISOLATION": text}).isolated


@pytest.mark.parametrize("text", ["web", "-1", "80.5", "1e3", " "])
def test_a_port_that_is_no_number_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=r"BOOTCAMP_WEB_PORT is .* must be a whole number"):
        HubSettings.from_environment({"BOOTCAMP_WEB_PORT": text})


def test_every_value_is_text(tmp_path: Path) -> None:
    told = HubSettings(DataFolder.at(tmp_path)).to_environment()
    assert {type(value) for value in told.values()} == {str}
    assert told["BOOTCAMP_DATA"] == str(tmp_path)
