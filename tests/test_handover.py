"""How keys come to the one process that needs them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bootcamp.errors import UsageError
from bootcamp.handover import KEYS_FILE, hand_over, take_over

KEY = "sk-handed-over"
TAKES = """
import os
from bootcamp.handover import take_over
take_over(os.environ)
seen = open("/proc/self/environ").read()
print(os.environ["ACME_KEY"], "ACME_KEY" in seen)
"""


def run(path: str) -> str:
    """Take over in a process of its own, from one that inherits nothing but its environment."""
    done = subprocess.run(
        [sys.executable, "-c", TAKES],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, KEYS_FILE: path},
    )
    return done.stdout.strip()


def test_a_process_takes_over_as_often_as_it_is_started_and_shows_nothing() -> None:
    with closing(hand_over({"ACME_KEY": KEY})) as handed:
        assert [run(handed.path) for _ in range(2)] == [f"{KEY} False"] * 2


def test_nothing_is_left_once_it_is_closed() -> None:
    with closing(hand_over({"ACME_KEY": KEY})) as handed:
        path = handed.path
    with pytest.raises(UsageError, match="cannot be read"):
        take_over({KEYS_FILE: path})


def test_without_a_handover_nothing_changes() -> None:
    environ = {"HOME": "/somewhere"}
    take_over(environ)
    assert environ == {"HOME": "/somewhere"}


def test_a_mounted_secret_serves_as_well(tmp_path: Path) -> None:
    secret = tmp_path / "keys.json"
    secret.write_text('{"ACME_KEY": "sk-mounted"}')
    environ = {KEYS_FILE: str(secret)}
    take_over(environ)
    assert environ["ACME_KEY"] == "sk-mounted"


@pytest.mark.parametrize("content", ["", "ACME_KEY=sk", "[]", '{"ACME_KEY": 7}'])
def test_what_is_no_object_of_texts_is_refused_in_one_line_without_its_content(
    tmp_path: Path, content: str
) -> None:
    secret = tmp_path / "keys.json"
    secret.write_text(content)
    with pytest.raises(UsageError, match="must hold a JSON object of texts") as refusal:
        take_over({KEYS_FILE: str(secret)})
    assert "sk" not in str(refusal.value).replace(str(secret), "")
