"""A page that would take minutes is not made, and nobody waits for it; a light one is made here."""

from __future__ import annotations

import subprocess
from typing import Any

import nbformat
import pytest

from bootcamp.finals import page_apart
from bootcamp.finals.page_apart import page_of

v4: Any = nbformat.v4


def page(*cells: Any) -> str:
    return page_of(v4.new_notebook(cells=list(cells)), title="T", subtitle="S", code=True)


def showing(html: str) -> Any:
    return v4.new_code_cell("x", outputs=[v4.new_output("display_data", data={"text/html": html})])


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a light page needs no process")

    monkeypatch.setattr(subprocess, "run", refuse)


@pytest.mark.usefixtures("no_process")
def test_a_light_page_is_made_here() -> None:
    table = "<table>" + "<tr><td>1</td><td>2</td></tr>" * 200 + "</table>"
    assert "<td>1</td>" in page(v4.new_markdown_cell("**bold**" * 100), showing(table))


HEAVY = {
    "deep": [showing("<div>" * 100_000)],
    "deep across cells": [showing("<b class=x>" * 40), showing("<p>" * 40)],
    "rows": [showing("<table>" + "<tr><td>a</td></tr>" * 200_000 + "</table>")],
    "brackets": [v4.new_markdown_cell("[" * 30_000)],
    "colours": [v4.new_code_cell("x", outputs=[v4.new_output("stream", text="\x1b[31m" * 9_000)])],
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_page_is_made_apart_or_says_that_it_is_not(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_apart, "_SECONDS", 4)
    made = []
    run = subprocess.run

    def watched(*given: Any, **options: Any) -> Any:
        made.append(given)
        return run(*given, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    found = page(*HEAVY[name])
    assert made
    assert "<h1>T</h1>" in found
    if name in {"deep", "rows"}:
        assert "more than a page can show" in found


def test_what_is_made_apart_is_cleaned_as_well() -> None:
    found = page(showing("<p>good</p>" * 3_100), v4.new_markdown_cell("<script>bad</script>"))
    assert found.count("<p>good</p>") == 3_100
    assert "<script" not in found
