"""The exchange over HTTP: who may do what, and one sentence for every mistake."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bootcamp.exchange.rules import MOST_ARRIVING_BYTES
from bootcamp.web.api import exchange_routes
from tests.fakes.identity import TokenIdentity, token_of
from tests.grading.small_course import HOMEWORK, NOTEBOOK, SmallCourse, answered, files

HAND_IN = f"/api/homework/{HOMEWORK}/hand-in"
GOOD = files(answered())


@pytest.fixture
def web(course: SmallCourse) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=exchange_routes(course.exchange, TokenIdentity()))) as client:
        yield client


def parts(handed: dict[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (name, content)) for name, content in handed.items()]


def test_a_citizen_gets_hands_in_and_sees_it(web: TestClient, course: SmallCourse) -> None:
    ada = token_of("ada")
    given = web.get(f"/api/homework/{HOMEWORK}/files", headers=ada).json()["files"]
    assert set(given) == {NOTEBOOK, "times.csv"}
    assert base64.b64decode(given["times.csv"]) == b"case,seconds\n"
    answer = web.post(HAND_IN, files=parts({**GOOD, "data/été.csv": b"a,b"}), headers=ada)
    assert answer.status_code == 201
    receipt = answer.json()["receipt"]
    assert receipt in answer.json()["message"]
    assert answer.json()["warnings"] == []
    assert course.exchange.handin_files(receipt)["data/été.csv"] == b"a,b"
    listed = web.get("/api/homework", headers=ada).json()["homework"][0]
    assert listed["last_handin"]["receipt"] == receipt
    assert listed["last_handin"]["received_at"] == answer.json()["received_at"]
    assert web.get(f"/api/homework/{HOMEWORK}/handins/{receipt}", headers=ada).status_code == 200


def test_nobody_gets_anything_without_a_name(web: TestClient) -> None:
    for method, path in (("GET", "/api/homework"), ("POST", HAND_IN)):
        answer = web.request(method, path)
        assert answer.status_code == 401
        assert "Sign in" in answer.json()["error"]


def test_nobody_sees_another_ones_hand_in(web: TestClient) -> None:
    receipt = web.post(HAND_IN, files=parts(GOOD), headers=token_of("ada")).json()["receipt"]
    ben = token_of("ben")
    assert web.get(f"/api/homework/{HOMEWORK}/handins", headers=ben).json() == {"handins": []}
    stolen = web.get(f"/api/homework/{HOMEWORK}/handins/{receipt}", headers=ben)
    assert stolen.status_code == 404
    fay = token_of("fay")
    assert len(web.get(f"/api/homework/{HOMEWORK}/handins", headers=fay).json()["handins"]) == 1


@pytest.mark.parametrize("path", ["release", "collect", "feedback/ada"])
def test_only_facilitators_release_collect_and_publish(web: TestClient, path: str) -> None:
    answer = web.post(f"/api/homework/{HOMEWORK}/{path}", headers=token_of("ada"), json={})
    assert answer.status_code == 403
    assert "facilitators" in answer.json()["error"]


@pytest.mark.parametrize(
    ("handed", "status", "says"),
    [
        ({NOTEBOOK: b"no"}, 422, "not a notebook"),
        ({"other.ipynb": b"{}"}, 422, f"Rename it to {NOTEBOOK}"),
        ({**GOOD, "../../x.txt": b""}, 422, "cannot be accepted"),
        ({**GOOD, "x.exe": b""}, 422, "cannot be handed in"),
        ({f"{n}.txt": b"" for n in range(150)}, 422, "At most 100 files"),
        ({NOTEBOOK: b" " * (MOST_ARRIVING_BYTES + 2_000_000)}, 413, "Clear Outputs of All Cells"),
        ({}, 422, "No file arrived"),
    ],
)
def test_says_in_one_sentence_why_not(
    web: TestClient, handed: dict[str, bytes], status: int, says: str
) -> None:
    answer = web.post(HAND_IN, files=parts(handed), headers=token_of("ada"))
    assert answer.status_code == status
    assert says in answer.json()["error"]


def test_stops_reading_a_body_that_hides_its_length(web: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        for _ in range(90):
            yield b"x" * 1_000_000

    headers = {**token_of("ada"), "Content-Type": "multipart/form-data; boundary=x"}
    answer = web.post(HAND_IN, content=endless(), headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/homework/homework-7/files", 404),
        ("POST", "/api/homework/homework-7/hand-in", 422),
        ("GET", f"/api/homework/{HOMEWORK}/handins/H1-XXXXX-XXXXX", 404),
    ],
)
def test_unknown_names_are_one_sentence(
    web: TestClient, method: str, path: str, status: int
) -> None:
    body: dict[str, Any] = {"files": parts(GOOD)} if method == "POST" else {}
    answer = web.request(method, path, headers=token_of("ada"), **body)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")


def test_feedback_comes_as_data_and_as_a_page_that_cannot_act(web: TestClient) -> None:
    ada, path = token_of("ada"), f"/api/homework/{HOMEWORK}/feedback"
    assert web.get(path, headers=ada).json() == {"feedback": None}
    receipt = web.post(HAND_IN, files=parts(GOOD), headers=ada).json()["receipt"]
    collected = web.post(f"/api/homework/{HOMEWORK}/collect", headers=token_of("fay")).json()
    assert collected == {"collected": ["ada"]}
    feedback = {"score": 5, "max_score": 6, "awaits_marking": True, "html": "<p>Good.</p>"}
    given = web.post(f"{path}/ada", json=feedback, headers=token_of("fay"))
    assert given.json() == {"published": True}
    got = web.get(path, headers=ada).json()["feedback"]
    assert (got["score"], got["receipt"], got["html"]) == (5.0, receipt, "<p>Good.</p>")
    page = web.get(path, headers={**ada, "Accept": "text/html"})
    assert page.text == "<p>Good.</p>"
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert web.get(path, headers=token_of("ben")).json() == {"feedback": None}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"score": "many"}', b"\xff"])
def test_broken_feedback_is_refused(web: TestClient, body: bytes) -> None:
    path = f"/api/homework/{HOMEWORK}/feedback/ada"
    answer = web.post(path, content=body, headers=token_of("fay"))
    assert answer.status_code == 400
