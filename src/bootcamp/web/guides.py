"""The facilitator's guides as pages, one for each session, in the cohort's language."""

from __future__ import annotations

from dataclasses import dataclass

import mistune
from markupsafe import Markup

from bootcamp.content import guide_file
from bootcamp.language import language

__all__ = ["Guide", "read_guide"]


@dataclass(frozen=True)
class Guide:
    """A guide with its heading apart."""

    title: str
    body: Markup


def read_guide(number: int) -> Guide:
    """Give the guide of session `number`.

    Raises:
        UnknownName: there is no such guide.
    """
    text = guide_file(number, language()).read_text(encoding="utf-8")
    heading, _rest, body = text.partition("\n")
    render = mistune.create_markdown(escape=True, plugins=["table"])
    # The course's own text, and what looks like HTML in it is escaped all the same.
    return Guide(heading.removeprefix("# ").strip(), Markup(render(body)))  # noqa: S704
