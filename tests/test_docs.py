"""What the pages for facilitators and IT say in figures is what the code does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bootcamp.cli import invite
from bootcamp.hub import accounts, ports
from bootcamp.hub.settings import HubSettings
from bootcamp.hub.spawner import SandboxSpawner
from bootcamp.settings import DataFolder

ROOT = Path(__file__).parents[1]
FOR_IT = (ROOT / "docs" / "for-it.md").read_text(encoding="utf-8")
BEFORE = (ROOT / "docs" / "before-the-first-session.md").read_text(encoding="utf-8")


def test_ports_and_the_hour_after_which_servers_end(tmp_path: Path) -> None:
    settings = HubSettings(DataFolder.at(tmp_path))

    assert f"127.0.0.1:{settings.port} unless told otherwise" in FOR_IT
    assert f"between {ports._FIRST:,} and {ports._USUAL_EPHEMERAL - 1:,}" in FOR_IT
    assert settings.host == "127.0.0.1"
    assert settings.cull_after_seconds == 3600


def test_passwords_and_links() -> None:
    assert accounts.PASSWORD_MIN_LENGTH == 10
    assert accounts._ATTEMPTS_ALLOWED == 8
    assert timedelta(minutes=10) == accounts._ATTEMPTS_WINDOW
    assert f"{accounts.FIRST_USER_ID:,}" in FOR_IT
    days = next(option for option in invite.params if option.name == "days")
    assert days.default == 14
    assert "14 days" in FOR_IT
    assert "14 days" in BEFORE


def test_limits_of_a_citizen() -> None:
    assert SandboxSpawner.memory_limit_bytes.default_value == 6 * 1024**3
    assert SandboxSpawner.process_limit.default_value == 256


def test_every_folder_of_the_data_is_told(tmp_path: Path) -> None:
    data = DataFolder.at(tmp_path)
    data.create()

    known = {path.name for path in data.root.iterdir()} - {"run"}
    assert [name for name in known if f"`{name}/`" not in FOR_IT] == []


def test_pages_that_are_linked_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in ("before-the-first-session", "for-it", "own-case"):
        assert (ROOT / "docs" / f"{page}.md").is_file()
        assert f"docs/{page}.md" in readme
