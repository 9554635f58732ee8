"""The data folder and what it keeps to itself."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bootcamp.errors import UsageError
from bootcamp.settings import DataFolder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_change_of_directory_does_not_move_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = DataFolder.at("here")
    monkeypatch.chdir("/")
    assert data.root == tmp_path / "here"


def test_what_is_only_the_hubs_is_closed_to_others(tmp_path: Path) -> None:
    data = DataFolder.at(tmp_path / "data")
    data.create()
    for folder in (data.hub, data.course, data.handins, data.finals, data.logs, data.run):
        assert mode(folder) == 0o700, folder


def test_opens_no_folder_that_someone_had_opened_too_far(tmp_path: Path) -> None:
    data = DataFolder.at(tmp_path)
    data.hub.mkdir(mode=0o777)
    data.create()
    assert mode(data.hub) == 0o700


def test_creating_again_keeps_what_is_there(tmp_path: Path) -> None:
    data = DataFolder.at(tmp_path)
    data.create()
    (data.homes / "amina").mkdir()
    data.create()
    assert (data.homes / "amina").is_dir()


@pytest.mark.parametrize("make", ["file", "loop", "unknown user"])
def test_refuses_a_path_that_can_be_no_folder(tmp_path: Path, make: str) -> None:
    path: Path | str = tmp_path / "data"
    if make == "file":
        (tmp_path / "data").write_text("")
    elif make == "loop":
        (tmp_path / "data").symlink_to(tmp_path / "data")
    else:
        path = "~nobody-of-this-name/data"
    with pytest.raises(UsageError) as refused:
        DataFolder.at(path).create()
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)


def test_services_find_the_folder_in_their_environment(tmp_path: Path) -> None:
    assert DataFolder.from_environment({"BOOTCAMP_DATA": str(tmp_path)}).root == tmp_path


def test_store_is_a_file_of_the_folder_unless_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOOTCAMP_STORE_URL", raising=False)
    assert DataFolder.at(tmp_path).store_url == f"sqlite:///{tmp_path}/store.sqlite"
    monkeypatch.setenv("BOOTCAMP_STORE_URL", "postgresql://db/bootcamp")
    assert DataFolder.at(tmp_path).store_url == "postgresql://db/bootcamp"
