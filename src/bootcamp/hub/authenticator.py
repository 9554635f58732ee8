"""Logging in to the hub: by an invitation link once, by one's own password from then on."""

from __future__ import annotations

import asyncio
from typing import Any

from jupyterhub.auth import Authenticator
from jupyterhub.handlers import BaseHandler
from jupyterhub.handlers.login import LoginHandler
from tornado import web

from bootcamp.cohort import Cohort, Person, load_cohort
from bootcamp.errors import (
    BootcampError,
    CohortError,
    InvitationError,
    TooManyAttempts,
    UnknownName,
    UsageError,
    WrongPassword,
)
from bootcamp.hub.accounts import PASSWORD_MIN_LENGTH, Accounts
from bootcamp.settings import DataFolder
from bootcamp.spoken import texts
from bootcamp.store import open_store

__all__ = ["InvitationAuthenticator"]

_ = texts("door")


class InvitationAuthenticator(Authenticator):
    """Knows the people of the cohort file, read anew at each login, and nobody else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.data = DataFolder.from_environment()
        self.accounts = Accounts(open_store(self.data.store_url))
        self._last_good_cohort: Cohort | None = None

    @property
    def cohort(self) -> Cohort:
        """The cohort as its file says now: someone added needs no restart.

        While the file is missing or wrong, what it said before goes on to count.
        """
        try:
            self._last_good_cohort = load_cohort(self.data.cohort_file)
        except CohortError as error:
            if self._last_good_cohort is None:
                raise
            self.log.error("%s Until it is mended, the cohort stays as it was.", error)
        return self._last_good_cohort

    async def authenticate(self, handler: BaseHandler, data: dict[str, str]) -> dict[str, Any]:
        """Check a login form; hashing runs in a thread, so that the hub stays quick.

        Raises:
            HTTPError: with the one sentence that the login page shows.
        """
        login, password = data.get("username", ""), data.get("password", "")
        try:
            return self.member(await asyncio.to_thread(self.accounts.verify, login, password))
        except TooManyAttempts as error:
            raise web.HTTPError(429, str(error)) from None
        except (WrongPassword, UnknownName):
            raise web.HTTPError(
                403, _("This login and password do not go together. Check both and try again.")
            ) from None
        except BootcampError as error:
            raise web.HTTPError(503, str(error)) from None

    def member(self, login: str) -> dict[str, Any]:
        """Give the hub's picture of a person: name and groups.

        Raises:
            UnknownName: the person is not, or no longer, in the cohort.
        """
        cohort = self.cohort
        person = cohort.person(login)
        team = cohort.team_of(login)
        groups = [f"{person.role}s"] + ([f"team-{team.slug}"] if team else [])
        return {"name": login, "groups": groups}

    async def refresh_user(self, user: Any, handler: Any = None, **_: Any) -> Any:
        """Follow the cohort file every few minutes: teams change, and people leave."""
        try:
            return self.member(user.name)
        except UnknownName:
            return False
        except CohortError:
            return True

    def check_allowed(self, username: str, authentication: dict[str, Any] | None = None) -> bool:
        """Allow whoever the cohort names; `authenticate` has checked the password."""
        try:
            self.cohort.person(username)
        except UnknownName:
            return False
        return True

    def get_handlers(self, app: Any) -> list[tuple[str, type[BaseHandler]]]:
        """Add the invitation page to the hub's own login page."""
        return [
            (r"/login", LoginHandler),
            (r"/invitation/([A-Za-z0-9_-]{10,100})", InvitationHandler),
        ]


class InvitationHandler(BaseHandler):
    """The page behind an invitation link: choose a password, and you are in."""

    def set_default_headers(self) -> None:
        """Keep the link to ourselves, for it opens the door: no referrer, no cached copy."""
        super().set_default_headers()
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    async def get(self, token: str) -> None:
        """Show who is invited and ask for a password."""
        await self._show(token)

    async def post(self, token: str) -> None:
        """Set the password and sign the person in."""
        authenticator: InvitationAuthenticator = self.authenticator
        password = self.get_body_argument("password", "", strip=False)
        if password != self.get_body_argument("password_again", "", strip=False):
            await self._show(token, _("The two passwords are not the same. Type them again."))
            return
        await self._invited(token)
        try:
            login = await asyncio.to_thread(authenticator.accounts.join, token, password)
        except UsageError as error:
            await self._show(token, str(error))
            return
        except InvitationError as error:
            raise web.HTTPError(410, str(error)) from None
        self.log.info("%s has joined with an invitation", login)
        user = await self.auth_to_user(
            await authenticator.get_authenticated_user(
                self, {"username": login, "password": password}
            )
        )
        self.set_login_cookie(user)
        self._jupyterhub_user = user
        self.redirect(self.settings["default_url"])

    async def _show(self, token: str, error: str | None = None) -> None:
        cohort, person = await self._invited(token)
        if error:
            self.set_status(422)
        page = await self.render_template(
            "invitation.html",
            full_name=person.name,
            login=person.login,
            error=error,
            action=self.request.uri,
            xsrf=self.xsrf_token.decode("ascii"),
            min_length=PASSWORD_MIN_LENGTH,
            cohort_name=cohort.name,
            company=cohort.company,
        )
        self.finish(page)

    async def _invited(self, token: str) -> tuple[Cohort, Person]:
        authenticator: InvitationAuthenticator = self.authenticator
        try:
            login = await asyncio.to_thread(authenticator.accounts.invited_login, token)
            cohort = authenticator.cohort
            return cohort, cohort.person(login)
        except InvitationError as refused:
            raise web.HTTPError(410, str(refused)) from None
        except UnknownName:
            raise web.HTTPError(
                410, _("This invitation is for someone who is not in the cohort any more.")
            ) from None
        except CohortError as error:
            raise web.HTTPError(503, str(error)) from None
