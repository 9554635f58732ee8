"""A team's notebook becomes a page that cannot do anything but be read."""

from __future__ import annotations

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bootcamp.finals.pages import notebook_page


def page(*cells: nbformat.NotebookNode, code: bool = True) -> str:
    return notebook_page(new_notebook(cells=list(cells)), title="T", subtitle="s", code=code)


def shown(**data: str) -> nbformat.NotebookNode:
    kinds = {name.replace("__", "/"): text for name, text in data.items()}
    output = new_output("display_data", kinds, metadata={"image/png": {"alt": "A chart of hours"}})
    return new_code_cell("1 + 1  # the code", outputs=[output])


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src='https://evil.example/x.png'>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='https://evil.example'></iframe>",
        "<style>main{display:none}</style>",
        "<form action='https://evil.example'><input></form>",
        "</main></body><meta http-equiv=refresh content='0;url=https://evil.example'>",
        "<svg onload=alert(1)></svg>",
    ],
)
def test_nothing_active_survives(bad: str) -> None:
    html = page(new_markdown_cell(f"Hello {bad}"), shown(text__html=f"<b>Hello</b> {bad}"))
    body = html.split("</header>")[1]
    for word in ("<script", "onerror=alert", "onload=", "<iframe", "<style", "<form", "<meta",
                 "<svg", 'src="http', "src='http", 'href="javascript'):  # fmt: skip
        assert word not in body
    assert "<b>Hello</b>" in body


def test_a_table_of_pandas_comes_without_its_style_sheet() -> None:
    frame = pd.DataFrame({"queue": ["orders"]})
    body = page(
        shown(text__html=frame._repr_html_()), shown(text__html="<style>a</style >b<STYLE>")
    )
    assert "orders</td>" in body
    assert "vertical-align" not in body.split("</header>")[1]
    assert "b&lt;STYLE" not in body


def test_scripts_and_drawings_as_outputs_are_not_shown() -> None:
    body = page(shown(application__javascript="alert(1)", text__plain="plain words"))
    assert "alert(1)" not in body
    assert "plain words" in body
    assert "does not show" in page(shown(application__javascript="alert(1)"))


def test_plots_keep_their_alternative_text() -> None:
    body = page(shown(image__png="aGVsbG8="))
    assert 'alt="A chart of hours"' in body
    assert 'src="data:image/png;base64,aGVsbG8=' in body


def test_a_document_hides_code_and_instructions() -> None:
    told = new_markdown_cell("Fill this in", metadata={"tags": ["instructions"]})
    cells = (told, new_markdown_cell("The case"), shown(text__plain="42 hours"))
    document, with_code = page(*cells, code=False), page(*cells)
    assert "the code" in with_code
    assert "Fill this in" in with_code
    assert "the code" not in document
    assert "Fill this in" not in document
    assert "42 hours" in document
    assert "The case" in document


def test_no_address_outside_is_loaded() -> None:
    html = page(new_markdown_cell("$x^2$"), shown(text__plain="1"))
    assert "http" not in html.replace("http-equiv", "")
    assert "default-src 'none'" in html
