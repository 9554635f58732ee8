"""Who is let in, and as whom."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from bootcamp.web.identity import Identity
from bootcamp.web.signing import Signer, kept_key
from tests.web.conftest import PREFIX, Service

API = f"{PREFIX}api/homework"


def test_sends_a_stranger_to_the_hub_and_back_to_the_wanted_page(service: Service) -> None:
    browser = service.browser("amina")
    browser.client.cookies.clear()
    answer = browser.sign_in("amina", "s2", f"{PREFIX}homework/homework-1/feedback?x=1")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{PREFIX}homework/homework-1/feedback?x=1"


def test_proves_itself_to_the_hub_and_keeps_the_token_from_scripts(service: Service) -> None:
    browser = service.browser("amina")
    browser.client.cookies.clear()
    answer = browser.sign_in("amina", "s2")
    assert service.hub.form["client_secret"] == "the-service's-own-token"
    session = next(c for c in answer.headers.get_list("set-cookie") if "-session=" in c)
    for attribute in ("HttpOnly", "SameSite=lax", f"Path={PREFIX}"):
        assert attribute in session


def test_marks_the_cookie_secure_behind_https(service: Service) -> None:
    answer = service.client.get(PREFIX, headers={"x-forwarded-proto": "https,http"})
    assert "Secure" in answer.headers["set-cookie"]
    assert "Secure" not in service.client.get(PREFIX).headers["set-cookie"]


def test_refuses_a_callback_that_this_browser_did_not_ask_for(service: Service) -> None:
    attacker, victim = service.client, TestClient(service.client.app, follow_redirects=False)
    asked = attacker.get(PREFIX)
    state = parse_qs(urlsplit(asked.headers["location"]).query)["state"][0]
    answer = victim.get(f"{PREFIX}oauth_callback", params={"code": "code", "state": state})
    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers


def test_refuses_a_code_that_the_hub_refuses(service: Service) -> None:
    asked = service.client.get(PREFIX)
    state = parse_qs(urlsplit(asked.headers["location"]).query)["state"][0]
    answer = service.client.get(
        f"{PREFIX}oauth_callback", params={"code": "made-up", "state": state}
    )
    assert answer.status_code == 400
    assert "Try once more" in answer.text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/services/bootcamp/", "/hub/logout", "\\\\x"]
)
def test_a_login_never_ends_on_a_page_that_is_not_ours(service: Service, wanted: str) -> None:
    from tests.web.conftest import SETTINGS

    identity = Identity(SETTINGS, None, Signer(b"k"), lambda: None)
    assert identity._own_path(wanted) == PREFIX


def test_signing_out_of_the_hub_ends_the_session_at_once(service: Service) -> None:
    browser = service.browser("amina")
    assert browser.get().status_code == 200
    browser.client.cookies.set("jupyterhub-session-id", "the next session of this browser")
    assert browser.get().status_code == 302


def test_refuses_a_changed_cookie(service: Service) -> None:
    browser = service.browser("amina")
    name = "service-bootcamp-session"
    sealed = browser.client.cookies[name]
    browser.client.cookies.clear()
    browser.client.cookies.set("jupyterhub-session-id", "s1")
    browser.client.cookies.set(name, f"x{sealed}", path=PREFIX)
    assert browser.get().status_code == 302


def test_someone_who_left_the_cohort_is_told_so(service: Service) -> None:
    answer = service.browser("zoe").get()
    assert answer.status_code == 403
    assert "zoe, who is not in this cohort" in answer.text


def test_a_program_is_known_by_its_token(service: Service) -> None:
    token = service.hub.add_person("amina")
    for scheme in ("token", "Bearer"):
        answer = service.client.get(API, headers={"Authorization": f"{scheme} {token}"})
        assert answer.status_code == 200
        assert answer.json()["homework"][0]["assignment"] == "homework-1"


@pytest.mark.parametrize("header", ["token wrong", "token ", "Basic abc", ""])
def test_a_program_without_a_good_token_is_refused(service: Service, header: str) -> None:
    assert service.client.get(API, headers={"Authorization": header}).status_code == 401


def test_a_token_without_the_scope_for_this_service_is_refused(service: Service) -> None:
    token = service.hub.add_person("amina")
    service.hub.owners[token]["scopes"] = ["access:servers!user=amina"]
    answer = service.client.get(API, headers={"Authorization": f"token {token}"})
    assert answer.status_code == 401


def test_the_token_of_another_service_is_nobody(service: Service) -> None:
    token = service.hub.add_person("amina")
    service.hub.owners[token]["kind"] = "service"
    answer = service.client.get(API, headers={"Authorization": f"token {token}"})
    assert answer.status_code == 401


def test_the_api_takes_no_changes_on_a_browsers_cookie(service: Service) -> None:
    browser = service.browser("frances")
    answer = browser.client.post(f"{API}/homework-1/release")
    assert answer.status_code == 401


def test_a_revoked_token_is_refused_within_a_minute(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr("bootcamp.web.identity.time.monotonic", lambda: clock[0])
    headers = {"Authorization": f"token {service.hub.add_person('amina')}"}
    assert service.client.get(API, headers=headers).status_code == 200
    service.hub.owners.clear()
    assert service.client.get(API, headers=headers).status_code == 200
    clock[0] += 60
    assert service.client.get(API, headers=headers).status_code == 401


def test_a_dead_hub_is_one_sentence(service: Service) -> None:
    browser = service.browser("amina")
    service.hub.is_down = True
    browser.client.cookies.set("jupyterhub-session-id", "uncached")
    answer = browser.get()
    assert answer.status_code == 503
    assert "Try again in a minute" in answer.text


def test_a_sealed_value_opens_only_unchanged_in_time_and_for_its_purpose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signer = Signer(b"key")
    sealed = signer.seal("login", {"a": 1})
    assert signer.open("login", sealed, max_age_seconds=10) == {"a": 1}
    assert signer.open("session", sealed, max_age_seconds=10) is None
    assert Signer(b"other").open("login", sealed, max_age_seconds=10) is None
    assert signer.open("login", sealed[:-2] + "AA", max_age_seconds=10) is None
    assert signer.open("login", "", max_age_seconds=10) is None
    assert signer.open("login", "é.é", max_age_seconds=10) is None
    assert signer.open("login", sealed, max_age_seconds=-1) is None


def test_the_key_is_kept_and_only_the_hub_reads_it(service: Service) -> None:
    path = service.data.hub / "web_cookie_secret"
    assert kept_key(path) == kept_key(path)
    assert path.stat().st_mode & 0o077 == 0
