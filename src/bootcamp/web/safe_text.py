"""What citizens wrote, as HTML that shows and does nothing.

Two walls: the Markdown renderer escapes raw HTML, and what it made is then cut down to a short
list of tags. The page's own policy (no inline scripts, nothing from elsewhere) is the third.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import bleach
import mistune
from markupsafe import Markup, escape

__all__ = ["MOST_RENDERED", "safe_markdown"]

MOST_RENDERED = 20_000
"""Characters; a longer text is shown as it was typed, for rendering it would take too long."""

_TEXT = {"blockquote", "br", "code", "del", "em", "hr", "p", "pre", "strong"}
_HEADS = {f"h{level}" for level in range(1, 7)}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_TAGS = frozenset(_TEXT | _HEADS | _TABLES | {"a", "img", "li", "ol", "ul"})
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+\Z")
_HEADINGS = re.compile(r"(</?)h[1-6](?=[ >])")


def safe_markdown(text: str) -> Markup:
    """Render Markdown: no raw HTML, links to the web only, pictures only from within the text."""
    if len(text) > MOST_RENDERED:
        return _as_typed(text)
    try:
        html = str(_renderer()(text))
        # `data` for pictures alone: `_is_harmless` says where each of these may stand.
        allowed = frozenset({"http", "https", "data"})
        clean = bleach.clean(
            html, tags=_TAGS, attributes=_is_harmless, protocols=allowed, strip=True
        )
    except RecursionError:
        return _as_typed(text)
    # The page has headings of its own; those of a text are below all of them.
    clean = _HEADINGS.sub(r"\1h4", clean)
    clean = clean.replace("<a href=", '<a rel="noopener noreferrer nofollow" target="_blank" href=')
    return Markup(clean)  # noqa: S704 - the one place that says so, two lines below the cleaning


def _as_typed(text: str) -> Markup:
    return Markup("<pre>{}</pre>").format(escape(text))


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if (tag, name) == ("a", "href"):
        return value.lower().startswith(("https://", "http://"))
    if (tag, name) == ("img", "src"):
        return bool(_PICTURE.match(value))
    return (tag, name) == ("img", "alt")


@lru_cache(maxsize=1)
def _renderer() -> Any:
    return mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
