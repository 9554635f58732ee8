"""A French bootcamp, from its login page to the feedback on a homework."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import pytest

from bootcamp.content import translations
from tests.conftest import Bootcamp, start_bootcamp
from tests.hub.kernels import RemoteKernel

HOMEWORK = translations("fr")["session-01/homework-1.ipynb"]


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bootcamp]:
    running = start_bootcamp(tmp_path_factory.mktemp("french") / "data", "--language", "fr")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def said(french: Bootcamp) -> dict[str, str]:
    """What Amina is told on her way through homework 1, by step."""
    assert french.cli("release", "1").returncode == 0
    encoded = base64.b64encode(HOMEWORK.read_bytes()).decode()
    with RemoteKernel(french, "amina") as kernel:
        kernel.run("from bootcamp.kit import check, hint, submit\nimport base64, pathlib")
        return {
            "lab": kernel.run(
                "print((pathlib.Path.home() / 'session-01/lab-1.ipynb').read_text())"
            ),
            "check": kernel.run('my_queue = ""; check("1.2")'),
            "hint": kernel.run('hint("1.2")'),
            "error": kernel.run("print(undefined_name)"),
            "handed in": kernel.run(
                "folder = pathlib.Path.home() / 'homework-1'; folder.mkdir(exist_ok=True)\n"
                f"(folder / 'homework-1.ipynb').write_bytes(base64.b64decode('{encoded}'))\n"
                "submit('homework-1')"
            ),
        }


def test_login_and_home_are_french(french: Bootcamp) -> None:
    login = httpx.get(f"{french.url}/hub/login").text
    assert '<html lang="fr">' in login
    assert "Mot de passe" in login
    home = french.visitor("daniel").get("/services/bootcamp/").text
    assert '<html lang="fr">' in home
    assert "Bonjour, Daniel" in home
    assert "Trier la boîte mail commune" in home
    assert "Promotion de démonstration" in home
    finished = (french.data / "teams" / "teal" / "final" / "roi.ipynb").read_text("utf-8")
    assert "heures" in finished
    assert "## The" not in finished


def test_the_notebook_speaks_french(said: dict[str, str]) -> None:
    assert "Étape 2. Votre premier prompt" in said["lab"]
    assert "Pas encore." in said["check"]
    assert "Exécutez d’abord la cellule" in said["check"]
    assert "Indice 1 sur 3" in said["hint"]
    assert "undefined_name" in said["error"]


def test_hand_in_marks_and_feedback_are_french(french: Bootcamp, said: dict[str, str]) -> None:
    assert "Votre reçu est H1-" in said["handed in"]
    assert "Toutes les réponses sont encore telles que vous les avez reçues" in said["handed in"]
    for command in ("collect", "grade", "feedback"):
        done = french.cli(command, "1")
        assert done.returncode == 0, done.stderr
    (page,) = french.data.rglob("feedback/amina/homework-1/homework-1.html")
    told = page.read_text("utf-8")
    assert '<html lang="fr">' in told
    assert "Devoir 1" in told
    assert "times_a_month n’est pas un nombre utilisable" in told
    assert "What " not in told
