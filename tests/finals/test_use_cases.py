"""Each use case's worked solution and ROI run on the hidden items, with a weak and a strong model.

The practice model is the weak one; `tests.finals.strong` stands for the strong one. The notebooks
are the same to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bootcamp.content import content_root, dataset
from bootcamp.errors import UnknownName
from bootcamp.finals import TeamResult, run
from bootcamp.settings import DataFolder
from tests.finals.conftest import cohort_of, keys_of
from tests.finals.fakes import model_on_socket, practice
from tests.finals.looks import cut_off
from tests.finals.strong import strong_model

WORKED = {"demo-teal": "email-routing", "demo-amber": "email-routing"}


def use_case_of(folder: Path) -> str | None:
    try:
        dataset(name := WORKED.get(folder.name, folder.name))
    except UnknownName:
        return None
    return name


CASES = {
    folder.name: use_case
    for folder in sorted((content_root() / "solutions").iterdir())
    if (folder / "solution.py").exists() and (use_case := use_case_of(folder))
}


@contextmanager
def team_with(folder: Path, data: DataFolder, answer: Callable[[str], str]) -> Iterator[TeamResult]:
    """Run the worked notebooks in `folder` as a team's final."""
    slug = folder.name
    cohort = cohort_of(slug, use_case=CASES[slug])
    final = data.teams / slug / "final"
    final.mkdir(parents=True)
    for path in folder.iterdir():
        if path.suffix in {".ipynb", ".csv"}:
            (final / path.name).write_bytes(path.read_bytes())
    keys = keys_of(cohort)
    socket = data.root / "model.sock"
    with model_on_socket(socket, *keys.values(), answer=answer):
        (result,) = run(data, cohort, gateway_socket=socket, keys=keys)
        yield result


@pytest.fixture(scope="module", params=CASES)
def folder(request: pytest.FixtureRequest) -> Path:
    return content_root() / "solutions" / str(request.param)


def data_in(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    data = DataFolder.at(tmp_path_factory.mktemp("c") / "data")
    data.create()
    return data


@pytest.mark.slow
def test_the_practice_model_reaches_what_is_stated(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with team_with(folder, data_in(tmp_path_factory), practice()) as result:
        assert result.succeeded, [str(problem) for problem in result.problems]
        assert result.quality is not None
        assert result.quality.items == 120
        found = result.quality.headline.estimate
        print(folder.name, result.quality.headline.text, result.quality.headline.interval)
        stated = stated_quality(folder)
        assert stated["low"] <= found.value <= stated["high"]
        slides = result.folder / "slides-print.html"
        assert "What it answered in the final run" in slides.read_text()
        assert cut_off(slides) == []


@pytest.mark.slow
def test_a_strong_model_needs_no_change(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    answer = strong_model(CASES[folder.name])
    with team_with(folder, data_in(tmp_path_factory), answer) as result:
        assert result.succeeded, [str(problem) for problem in result.problems]
        assert result.quality is not None
        assert result.quality.headline.estimate.value >= 0.95


def stated_quality(folder: Path) -> dict[str, float]:
    """Give the interval that `stated_quality.json` beside the worked solution states."""
    stated: dict[str, float] = json.loads((folder / "stated_quality.json").read_text())
    return stated
