"""Stands for the hub's proof of who calls: the token is the login."""

from __future__ import annotations

from starlette.requests import Request

from bootcamp.web.identity import Visitor


class TokenIdentity:
    """Knows `fay` as facilitator and everyone else as a citizen."""

    async def visitor(self, request: Request) -> Visitor | None:
        """Give the visitor whose login is the token."""
        scheme, _, login = request.headers.get("authorization", "").partition(" ")
        if scheme != "token" or not login:
            return None
        return Visitor(login, "facilitator" if login == "fay" else "citizen", None)


def token_of(login: str) -> dict[str, str]:
    """Give the headers of a call by this person."""
    return {"Authorization": f"token {login}"}
