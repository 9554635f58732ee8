"""What a citizen of a French cohort finds in the home: the same course, in French."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tokenize
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from bootcamp.cohort import Team
from bootcamp.content import content_root, session_folder, translations
from bootcamp.hub.spawner import (
    _LAY_OUT_THEN,
    MATERIALS,
    SandboxSpawner,
    _lay_out_unprotected,
    _practice_items,
)
from bootcamp.settings import DataFolder

TEAM = Team(slug="claims", name="Claims", use_case="expense-policy", members=("amina", "bruno"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as the sandbox lays it out for someone who reads French."""
    data = DataFolder.at(tmp_path_factory.mktemp("french") / "data")
    data.create()
    (data.homes / "amina").mkdir()
    ids = SimpleNamespace(uid=os.getuid(), gid=os.getgid())
    spawner: Any = SimpleNamespace(
        data=data,
        user=SimpleNamespace(name="amina"),
        authenticator=SimpleNamespace(accounts=SimpleNamespace(system_ids=lambda *_: ids)),
        jupyter_config=str(data.root),
        memory_limit_bytes=6 * 1024**3,
        process_limit=256,
        language="fr",
        _team=lambda: None,
        _passwd_file=lambda _: Path("/etc/passwd"),
    )
    sandbox = SandboxSpawner._sandbox(spawner)
    command = sandbox.command(["/bin/sh", "-c", _LAY_OUT_THEN, "/bin/true"])
    subprocess.run(command, env=sandbox.environ(), timeout=60, check=True)
    return data.homes / "amina"


def test_labs_and_glossary_are_french(home: Path) -> None:
    french = translations("fr")
    assert (
        french["session-01/lab-1.ipynb"].read_bytes()
        != (session_folder(1) / "lab-1.ipynb").read_bytes()
    )
    for path, source in french.items():
        if path.startswith("session-") and "/homework-" not in path:
            assert (home / path).read_bytes() == source.read_bytes(), path
    assert (home / "glossary.md").read_bytes() == french["glossary.md"].read_bytes()
    assert not list(home.glob("session-*/homework-*"))  # they come when they are released


def test_without_walls_the_home_is_the_same(home: Path, tmp_path: Path) -> None:
    _lay_out_unprotected(tmp_path, tmp_path / "none", "fr")
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    mine = {p.relative_to(tmp_path): p.read_bytes() for p in files(tmp_path)}
    assert mine == {p.relative_to(home): p.read_bytes() for p in files(home)}


def test_an_english_home_has_the_english_glossary(tmp_path: Path) -> None:
    _lay_out_unprotected(tmp_path, tmp_path / "none", "en")
    ours = content_root() / "labs" / "glossary.md"
    assert (tmp_path / "glossary.md").read_bytes() == ours.read_bytes()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_teams_brief_is_french_unless_it_is_its_own(tmp_path: Path) -> None:
    target = MATERIALS / "team" / "data" / "expense-policy" / "brief.md"
    french = translations("fr")
    (ours, *_) = _practice_items(TEAM, tmp_path, french)
    assert (ours.source, ours.target) == (french["briefs/expense-policy.md"], target)
    (tmp_path / "expense-policy").mkdir()
    (tmp_path / "expense-policy" / "brief.md").write_text("# Ours", "utf-8")
    (own, *_) = _practice_items(TEAM, tmp_path, french)
    assert own.source.read_text("utf-8") == "# Ours"


@pytest.mark.parametrize("path", sorted(p for p in translations("fr") if p.endswith(".ipynb")))
def test_code_and_grade_ids_are_the_same_in_both_languages(path: str) -> None:
    english = nbformat.read(content_root() / path, as_version=4)
    french = nbformat.read(translations("fr")[path], as_version=4)
    assert [cell.id for cell in french.cells] == [cell.id for cell in english.cells]
    for ours, theirs in zip(english.cells, french.cells, strict=True):
        assert ours.cell_type == theirs.cell_type
        marks, their_marks = (dict(c.metadata.get("nbgrader", {})) for c in (ours, theirs))
        if ours.cell_type == "code":
            # All but the comments: what Python reads is the same.
            assert tokens(theirs.source) == tokens(ours.source)
        marks.pop("checksum", None)
        their_marks.pop("checksum", None)
        assert their_marks == marks


def tokens(code: str) -> list[str]:
    read = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in read if token.type != tokenize.COMMENT]
