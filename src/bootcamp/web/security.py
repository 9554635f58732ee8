"""Headers for every answer, and which requests may look at our pages at all."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["DOCUMENT_POLICY", "PAGE_POLICY", "SLIDES_POLICY", "SecurityHeaders", "read_by_a_script"]

PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
# For a document that carries what a learner wrote: nothing runs in it, it gets an origin of its
# own, it loads nothing, and only our own page may show it in a frame.
DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)
# Slides turn by a script of ours; the page itself says which one by its hash, so no other runs. The
# origin of its own stays, and so does the ban on loading anything.
SLIDES_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:;"
    " font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-scripts"
)


class SecurityHeaders:
    """Adds the headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                # Cuts the tie to whoever opened our page in a window: a page of a citizen's own
                # server is on this origin and could otherwise reach into ours.
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, complete)


def read_by_a_script(request: Request) -> bool:
    """Tell whether a script, and not a person's browser window, asks for a page.

    Without subdomains the pages of citizens' servers share our origin. A script there must not
    read a page of ours with the visitor's cookie, and with it the key to our forms.
    """
    mode = request.headers.get("sec-fetch-mode")
    return mode is not None and mode != "navigate"
