"""The README's command line help is the command line's own."""

from __future__ import annotations

from click.testing import CliRunner

from bootcamp.cli import cli
from tests.conftest import CHECKOUT


def current_help() -> str:
    result = CliRunner().invoke(cli, ["--help"], prog_name="bootcamp", terminal_width=100)
    return result.output


def test_readme_shows_the_current_help() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("<!-- help:")[2].partition("```text\n")[2].partition("```")[0]
    assert shown == current_help()
