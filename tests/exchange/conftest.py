"""Fixtures of the exchange's tests: the small homework, released once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootcamp.exchange.service import Exchange
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from tests.grading.small_course import SmallCourse, cohort, small_course

LOGINS = ("ada", "ben")


@pytest.fixture(scope="session")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("exchange")
    made = small_course(root, LOGINS)
    made.store.close()
    return root


@pytest.fixture
def course(released_once: Path, tmp_path: Path) -> Iterator[SmallCourse]:
    """A course of one's own, with homework 1 released and nothing handed in."""
    shutil.copytree(released_once, tmp_path / "course")
    data = DataFolder.at(tmp_path / "course" / "data")
    content = tmp_path / "course" / "content"
    store = open_store(data.store_url)
    yield SmallCourse(data, content, store, Exchange(data, store, cohort(LOGINS), content=content))
    store.close()
