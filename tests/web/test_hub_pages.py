"""The hub's own pages, filled as JupyterHub fills them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader

from bootcamp.spoken import for_templates, texts

OURS = Path(__file__).resolve().parents[2] / "hub_config" / "templates"
STOCK = Path(sys.prefix) / "share" / "jupyterhub" / "templates"
PERSON = SimpleNamespace(
    name="amina", escaped_name="amina", json_escaped_name="amina", spawner=SimpleNamespace()
)
COMMON: dict[str, Any] = {
    "base_url": "/hub/",
    "prefix": "/",
    "user": None,
    "login_url": "/hub/login",
    "logout_url": "/hub/logout",
    "login_service": "",
    "static_url": lambda path, **_: f"/hub/static/{path}",
    "parsed_scopes": {},
    "services": [],
    "xsrf": "the-xsrf-token",
    "cohort_name": "Spring cohort",
    "company": "Alder & Finch",
    "no_isolation": False,
    **for_templates(texts("door")),
}


def render(name: str, **values: Any) -> str:
    """Render as `jupyterhub.app.JupyterHub.init_tornado_settings` sets it up."""
    stock = FileSystemLoader(STOCK)
    loader = ChoiceLoader([PrefixLoader({"templates": stock}, "/"), FileSystemLoader(OURS), stock])
    environment = Environment(loader=loader, autoescape=True)
    return environment.get_template(name).render(COMMON | values)


def invitation(**values: Any) -> str:
    given = {
        "full_name": "Amina Birch",
        "login": "amina",
        "error": None,
        "action": "/hub/invitation/t",
    }
    return render("invitation.html", **given | values)


def test_the_login_page_names_the_company_and_helps_newcomers() -> None:
    page = render("login.html", authenticator_login_url="/hub/login?next=", username="")
    assert "Welcome to the Alder &amp; Finch bootcamp" in page
    assert "First time? Use the invitation link" in page
    for field in ('name="username"', 'name="password"', 'name="_xsrf" value="the-xsrf-token"'):
        assert field in page


def test_a_wrong_password_keeps_the_login_and_runs_nothing() -> None:
    page = render(
        "login.html",
        authenticator_login_url="/hub/login",
        username='"><script>x()</script>',
        login_error="<b>no</b>",
    )
    assert "<script>x()" not in page
    assert "&lt;b&gt;no" in page


def test_the_invitation_greets_and_explains_the_password() -> None:
    page = invitation(min_length=10)
    assert "Welcome, Amina" in page
    assert "At least 10 characters" in page
    for field in ('name="password"', 'name="password_again"', 'action="/hub/invitation/t"'):
        assert field in page
    assert 'role="alert"' not in page
    assert "not the same" in invitation(error="The two passwords are not the same.")


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (410, "This invitation cannot be used"),
        (404, "Nothing here"),
        (429, "Many are starting"),
        (500, "Something went wrong on our side"),
    ],
)
def test_errors_speak_plainly(status: int, title: str) -> None:
    page = render("error.html", status_code=status, status_message="X", message="Ask <us>.")
    assert title in page
    assert "Ask &lt;us&gt;." in page


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("spawn_pending.html", {"spawner": SimpleNamespace(name=""), "progress_url": "/p"}),
        ("stop_pending.html", {}),
        ("not_running.html", {"spawn_url": "/hub/spawn/amina", "implicit_spawn_seconds": 0}),
        ("not_running.html", {"spawn_url": "/s", "failed": True, "failed_message": "why"}),
        ("home.html", {}),
        ("logout.html", {"user": None}),
        ("404.html", {"status_code": 404, "status_message": "Not Found"}),
    ],
)
def test_pages_of_a_signed_in_person_lead_home_without_jargon(
    name: str, values: dict[str, Any]
) -> None:
    page = render(name, **{"user": PERSON} | values)
    assert 'href="/services/bootcamp/"' in page
    for jargon in ("Control Panel", "Token", "Spawn", "Server", "JupyterHub"):
        assert jargon not in page.partition("<script>")[0]
    assert "https:" not in page


def test_missing_isolation_is_said_on_every_page() -> None:
    for page in (
        render("login.html", authenticator_login_url="/", username="", no_isolation=True),
        render("error.html", status_code=404, status_message="", no_isolation=True),
        invitation(no_isolation=True),
    ):
        assert "Demo without isolation" in page


def test_the_technical_pages_keep_what_their_scripts_need() -> None:
    page = render("token.html", user=PERSON, auth_state={}, api_tokens=[], oauth_clients=[])
    assert "AI Bootcamp Lab" in page
    assert "require.config" in page
    assert ">Token<" not in page


def test_a_page_that_did_not_answer_is_not_blamed_on_a_server() -> None:
    """The hub's own words for it send people to a control panel."""
    own_words = "Your server appears to be down. Try restarting it <a href='#'>from the hub</a>"
    page = render("error.html", status_code=503, status_message="", message_html=own_words)
    assert "server" not in page.partition("<main>")[2]
    assert "Your work is safe" in page
