"""The text of calls is kept only where the cohort says so, and can be deleted for good."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bootcamp.cli import cli
from bootcamp.cohort import dump_cohort, load_cohort, save_cohort
from bootcamp.gateway.service import _KeepSwitch
from bootcamp.settings import DataFolder
from bootcamp.store import Store, open_store
from bootcamp.store.prompts import KeptPrompt, count_prompts, purge_prompts
from tests.conftest import eventually

from .conftest import Gateway, Opener
from .test_service import cohort

SECRET = "the canary sings at midnight"
ASK: Any = [{"role": "user", "content": SECRET}]


def kept(store: Store) -> list[KeptPrompt]:
    with store.session() as session:
        return list(session.scalars(select(KeptPrompt)))


def files_with(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.glob("store.sqlite*") if text.encode() in path.read_bytes()]


def test_nothing_is_kept_by_default(forwarding: Gateway, store: Store, tmp_path: Path) -> None:
    client = forwarding.client()
    client.chat.completions.create(model="bootcamp-small", messages=ASK)
    list(client.chat.completions.create(model="bootcamp-small", messages=ASK, stream=True))
    client.embeddings.create(model="bootcamp-embedding", input=SECRET)
    assert kept(store) == []
    assert files_with(tmp_path, SECRET) == []
    assert files_with(tmp_path, "Hello from the vendor") == []


@pytest.mark.parametrize("stream", [False, True])
def test_keeps_question_and_answer_while_it_is_on(
    open_gateway: Opener, upstream_url: str, store: Store, stream: bool
) -> None:
    on = [True]
    gateway = open_gateway(upstream_url=upstream_url, parts={"keeps_prompts": lambda: on[0]})
    client = gateway.client()
    made: Any = client.chat.completions.create(model="bootcamp-small", messages=ASK, stream=stream)
    if stream:
        list(made)
    (found,) = eventually(lambda: kept(store))
    assert (found.login, found.team) == ("ann", "orange")
    assert json.loads(found.asked) == {"messages": ASK}
    assert found.answered == ("Bonjour à tous" if stream else "Hello from the vendor.")
    assert found.call_id == gateway.calls()[0].id


def test_the_switch_follows_the_cohort_file(tmp_path: Path) -> None:
    path = tmp_path / "cohort.toml"
    save_cohort(cohort(), path)
    switch = _KeepSwitch(path)
    assert switch() is False
    text = dump_cohort(cohort()).replace("keep_prompts = false", "keep_prompts = true")
    path.write_text(text)
    assert switch() is True
    path.write_text("nonsense")
    assert switch() is False
    path.unlink()
    assert switch() is False


def test_purging_leaves_no_trace_in_the_files(store: Store, tmp_path: Path) -> None:
    old = datetime.now(UTC) - timedelta(days=9)
    with store.session() as session:
        for number, at in enumerate((old, datetime.now(UTC))):
            session.add(
                KeptPrompt(
                    call_id=str(number), login="ann", team=None, asked=SECRET * 500,
                    answered=SECRET, kept_at=at,
                )
            )  # fmt: skip
    assert purge_prompts(store, before=datetime.now(UTC) - timedelta(days=1)) == 1
    assert count_prompts(store) == 1
    assert files_with(tmp_path, SECRET)
    assert purge_prompts(store) == 1
    assert files_with(tmp_path, SECRET) == []


def test_the_command_purges_and_says_what_is_left_to_do(tmp_path: Path) -> None:
    data = DataFolder.at(str(tmp_path))
    text = dump_cohort(cohort()).replace("keep_prompts = false", "keep_prompts = true")
    data.cohort_file.write_text(text)
    assert load_cohort(data.cohort_file).model.keep_prompts
    opened = open_store(data.store_url)
    with opened.session() as session:
        session.add(KeptPrompt(call_id="1", login="ann", team=None, asked="x", answered="y"))
    opened.close()
    result = CliRunner().invoke(cli, ["prompts", "purge", "--data", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "Deleted the text of 1 calls." in result.output
    assert "keep_prompts = false" in result.output
