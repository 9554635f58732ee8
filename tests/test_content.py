"""Finding the course's files in a checkout and in an installed package."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootcamp import content
from bootcamp.errors import UnknownName


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small course, found where the real one would be."""
    for folder in ("session-01", "session-03", "session-6", "graders/datasets/email_routing"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("session-01/homework-1.ipynb", "session-03/homework-3.ipynb"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "session-01" / "homework-1-draft.ipynb").write_text("{}")
    monkeypatch.setattr(content, "content_root", lambda: tmp_path)
    return tmp_path


def test_a_checkout_is_its_own_content() -> None:
    assert (content.content_root() / "hub_config" / "jupyterhub_config.py").is_file()


def test_an_installed_package_brings_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "bootcamp"
    (package / "_content").mkdir(parents=True)
    monkeypatch.setattr(content, "__file__", str(package / "content.py"))
    assert content.content_root() == package / "_content"


def test_only_sessions_with_materials_exist(course: Path) -> None:
    assert content.session_numbers() == [1, 3]
    assert content.session_folder(3) == course / "session-03"
    with pytest.raises(UnknownName, match=r"session 2; there are for 1, 3\."):
        content.session_folder(2)


def test_only_released_notebooks_are_homeworks(course: Path) -> None:
    assert content.homework_names() == ["homework-1", "homework-3"]
    assert content.homework_session("homework-3") == 3


@pytest.mark.parametrize("name", ["homework-2", "homework-1-draft", "", "../homework-1", "lab-1"])
def test_refuses_a_homework_that_is_not_there(course: Path, name: str) -> None:
    with pytest.raises(UnknownName, match="there is homework-1, homework-3"):
        content.homework_session(name)


def test_data_is_found_by_the_use_cases_slug(course: Path) -> None:
    found = content.dataset("email-routing")
    assert found == course / "graders" / "datasets" / "email_routing"
    with pytest.raises(UnknownName, match="'invoices'"):
        content.dataset("invoices")
