"""Nothing in a team's folder leads the copying astray."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bootcamp.errors import FinalsError
from bootcamp.finals.files import CopyLimits, copy_folder, folder_content, folder_hash, read_bounded


def test_copies_files_and_leaves_links_pipes_and_leftovers(tmp_path: Path) -> None:
    final = tmp_path / "final"
    (final / "more").mkdir(parents=True)
    (final / "solution.ipynb").write_text("{}")
    (final / "more" / "words.txt").write_text("yes")
    (final / ".ipynb_checkpoints").mkdir()
    (final / ".ipynb_checkpoints" / "old.ipynb").write_text("{}")
    (final / "secret.txt").symlink_to("/etc/passwd")
    (final / "folder").symlink_to("/etc")
    os.mkfifo(final / "pipe")
    names = copy_folder(final, tmp_path / "taken", CopyLimits())
    assert sorted(names) == ["more/words.txt", "solution.ipynb"]
    taken = {str(p.relative_to(tmp_path / "taken")) for p in (tmp_path / "taken").rglob("*")}
    assert taken == {"more", "more/words.txt", "solution.ipynb"}


def test_refuses_a_missing_folder_a_link_and_too_much(tmp_path: Path) -> None:
    with pytest.raises(FinalsError, match="no folder 'final'"):
        copy_folder(tmp_path / "final", tmp_path / "a", CopyLimits())
    (tmp_path / "final").symlink_to("/etc")
    with pytest.raises(FinalsError, match="no folder 'final'"):
        copy_folder(tmp_path / "final", tmp_path / "b", CopyLimits())
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "file").write_bytes(b"x" * 2_000)
    with pytest.raises(FinalsError, match="too large"):
        copy_folder(tmp_path / "large", tmp_path / "c", CopyLimits(bytes=1_000))
    with pytest.raises(FinalsError, match="too large"):
        copy_folder(tmp_path / "large", tmp_path / "d", CopyLimits(files=0))


def test_reads_only_regular_files_within_the_bound(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    assert read_bounded(tmp_path / "file", 5) == b"12345"
    for name, bound in (("file", 4), ("link", 5), ("pipe", 5), ("nothing", 5), (".", 5)):
        assert read_bounded(tmp_path / name, bound) is None


def test_hash_and_content_know_the_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    before = folder_hash(tmp_path)
    assert folder_content(tmp_path) == {"a": b"12345"}
    (tmp_path / "a").write_bytes(b"12346")
    assert folder_hash(tmp_path) != before
