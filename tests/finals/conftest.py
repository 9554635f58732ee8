from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jupytext
import nbformat
import pytest

from bootcamp.cohort import Cohort, Person, Team, UseCase, example_dates
from bootcamp.content import content_root
from bootcamp.settings import DataFolder
from tests.finals.fakes import model_on_socket

DEMO = ("teal", "amber")


def notebook_from(source: str) -> str:
    """Turn py:percent text into a notebook's JSON."""
    notebook = jupytext.reads(source.strip(), fmt="py:percent")
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return nbformat.writes(notebook)


@dataclass
class Room:
    """A data folder with teams, and a model on a socket."""

    data: DataFolder
    socket: Path
    asked: dict[str, int]

    def team(self, slug: str, files: dict[str, str | bytes]) -> None:
        """Give a team its folder `final`; a value for a `.ipynb` is py:percent text."""
        folder = self.data.teams / slug / "final"
        folder.mkdir(parents=True)
        for name, content in files.items():
            if isinstance(content, bytes):
                (folder / name).write_bytes(content)
            elif name.endswith(".ipynb"):
                (folder / name).write_text(notebook_from(content))
            else:
                (folder / name).write_text(content)

    def demo_files(self, slug: str) -> dict[str, str | bytes]:
        """Give the files of a demo team, as for `team`."""
        folder = content_root() / "solutions" / f"demo-{slug}"
        files: dict[str, str | bytes] = {
            "solution.ipynb": (folder / "solution.py").read_text(),
            "roi.ipynb": (folder / "roi.ipynb").read_bytes(),
        }
        return files | {
            name: (folder / name).read_text() for name in ("roi_inputs.csv", "timing.csv")
        }


def cohort_of(*slugs: str, use_case: str | None = "email-routing") -> Cohort:
    """Give a cohort of these teams."""
    names = [(slug, f"{slug}-{number}") for slug in slugs for number in (1, 2)]
    people = [Person(name="F", email="f@x.example", login="fran", role="facilitator")]
    people += [Person(name=n, email=f"{n}@x.example", login=n) for _, n in names]
    cases = {"email-routing", "invoices", "minutes", "contracts", use_case or "email-routing"}
    return Cohort(
        name="Test",
        company="Alder & Finch",
        sessions=example_dates(date(2027, 1, 11)),
        use_cases=tuple(UseCase(slug=slug, title=slug) for slug in sorted(cases)),
        people=tuple(people),
        teams=tuple(
            Team(
                slug=slug,
                name=f"Team {slug.title()}",
                members=tuple(n for s, n in names if s == slug),
                use_case=use_case,
            )
            for slug in slugs
        ),
    )


def keys_of(cohort: Cohort) -> dict[str, str]:
    return {team.slug: f"key-of-{team.slug}-0123456789" for team in cohort.teams}


@pytest.fixture(scope="module")
def room_of(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Room]]:
    """Make rooms whose model knows the keys of the teams named."""
    opened = []

    def make(*slugs: str) -> Room:
        # A unix socket's path has room for about a hundred characters.
        folder = tmp_path_factory.mktemp("room")
        data = DataFolder.at(folder / "data")
        data.create()
        socket = folder / "model.sock"
        context = model_on_socket(socket, *keys_of(cohort_of(*slugs)).values())
        asked = context.__enter__()
        opened.append((context, folder))
        return Room(data, socket, asked)

    yield make
    for context, folder in opened:
        context.__exit__(None, None, None)
        shutil.rmtree(folder)
