"""Turns executed notebooks and results into pages that a leadership meeting can read.

Everything in a notebook is a team's, so nothing of it is trusted: only a short list of tags and
attributes passes, and the page's own policy forbids scripts and any address outside it.
"""

from __future__ import annotations

import copy
import re
import threading
from functools import cache
from pathlib import Path
from typing import Any

import bleach
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from traitlets.config import Config

from bootcamp import wording
from bootcamp.spoken import fixed, for_templates, texts

__all__ = ["notebook_page", "plain_page", "portfolio_template", "report_page", "template"]

_ = texts("finals")

# fmt: off
_TAGS = frozenset([
    "a", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del", "details",
    "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "kbd", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "summary",
    "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
])
# fmt: on
_EVERYWHERE = frozenset({"class", "title", "lang"})
_ON_TAG = {
    "a": frozenset({"href"}),
    "img": frozenset({"alt", "src"}),
    "ol": frozenset({"start"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
}
# What a browser may show of an output, best first: no scripts, no widgets, no drawings that may
# carry scripts.
_SHOWN = ["text/html", "text/markdown", "image/png", "image/jpeg", "text/latex", "text/plain"]
_SHEET = re.compile(r"<(style|script)\b", re.IGNORECASE)
_SHEETS_END = re.compile(r"</(style|script)\s*>", re.IGNORECASE)
_TEMPLATES = Path(__file__).parent / "templates"
# nbconvert makes no promise about threads.
_exporting = threading.Lock()


def notebook_page(notebook: Any, *, title: str, subtitle: str, code: bool) -> str:
    """Give an executed notebook as one page; without `code` it reads as a document.

    Then cells tagged `instructions`, which are for whoever fills the notebook in, are left out too.
    """
    exporter = _exporter(code)
    with _exporting:
        body, _ = exporter.from_notebook_node(_with_shown_outputs(notebook))
    return template("notebook.html").render(
        title=title,
        subtitle=subtitle,
        body=Markup(_harmless(body)),  # noqa: S704 - cleaned in the line that makes it
        code_style=Markup(_code_style()),  # noqa: S704 - written by pygments, from no input
    )


def plain_page(*, title: str, subtitle: str, text: str) -> str:
    """Give a page that says one thing."""
    return template("notebook.html").render(
        title=title, subtitle=subtitle, body=text, code_style=""
    )


def report_page(**values: Any) -> str:
    """Give a team's short report; the template names the values."""
    return template("report.html").render(**values)


def portfolio_template(**values: Any) -> str:
    """Give the portfolio's page; the template names the values."""
    return template("portfolio.html").render(**values)


def template(name: str) -> Template:
    """Give one of the finals' own templates, compiled once."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    written = {name: getattr(wording, name) for name in wording.__all__}
    environment.filters |= written
    environment.globals |= written | for_templates(_) | {"fixed": fixed}
    environment.filters["said"] = _
    return environment


@cache
def _exporter(code: bool) -> Any:
    """Give nbconvert's exporter: to make one takes longer than to use it."""
    config = Config()
    config.NbConvertBase.display_data_priority = _SHOWN
    exporter: Any = HTMLExporter(config=config, template_name="basic")  # type: ignore[no-untyped-call]
    exporter.exclude_input = not code
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    exporter.exclude_anchor_links = True
    if not code:
        remover: Any = TagRemovePreprocessor(  # type: ignore[no-untyped-call]
            remove_cell_tags={"instructions"}, enabled=True
        )
        exporter.register_preprocessor(remover, enabled=True)
    return exporter


def _with_shown_outputs(notebook: Any) -> Any:
    """Give a copy in which each output has a form that is shown, if only to say that it has not."""
    copied = copy.deepcopy(notebook)
    for cell in copied.cells:
        for output in cell.get("outputs", []):
            if "data" in output and not any(kind in output.data for kind in _SHOWN):
                output.data = {
                    "text/plain": _("[An output of a kind that this page does not show.]")
                }
    return copied


def _harmless(body: str) -> str:
    return str(
        bleach.clean(
            _without_sheets(body),
            tags=_TAGS,
            attributes=_allowed,
            protocols={"http", "https", "mailto", "data"},
            strip=True,
        )
    )


def _without_sheets(body: str) -> str:
    """Leave out styles and scripts with all that they say, which the cleaner would leave as text.

    Tables of pandas bring a style each.
    """
    kept, at = [], 0
    while (start := _SHEET.search(body, at)) and (end := _SHEETS_END.search(body, start.end())):
        kept.append(body[at : start.start()])
        at = end.end()
    return "".join([*kept, body[at:]])


def _allowed(tag: str, name: str, value: str) -> bool:
    if name in _EVERYWHERE:
        return True
    if name not in _ON_TAG.get(tag, ()):
        return False
    if name == "src":
        return value.startswith(("data:image/png;base64,", "data:image/jpeg;base64,"))
    return not (name == "href" and value.strip().lower().startswith("data:"))


def _code_style() -> str:
    return str(HtmlFormatter(style="friendly").get_style_defs(".highlight"))
