"""nbgrader's own commands and JupyterLab's assignment list work over HTTP, unchanged."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from nbgrader.api import Gradebook
from starlette.applications import Starlette
from starlette.routing import Mount

from bootcamp.hub.server_config import write_server_config
from bootcamp.web.api import exchange_routes
from tests.conftest import eventually
from tests.fakes.identity import TokenIdentity
from tests.grading.small_course import HOMEWORK, NOTEBOOK, SmallCourse, answered, raw

# Which of nbgrader's extensions a server with these settings would load.
EXTENSIONS = """
import json
from jupyter_server.serverapp import ServerApp
server = ServerApp()
server.load_config_file()
server.find_server_extensions()
found = {k: v for k, v in server.jpserver_extensions.items() if k.startswith("nbgrader.")}
print(json.dumps({name.rpartition(".")[2]: enabled for name, enabled in found.items()}))
"""
# nbgrader takes seconds to import: one process of the citizen's own has done that, and forks for
# each command.
SHELL = """
import json, os, sys, tempfile, traceback
from bootcamp.lean import without_slow_imports
without_slow_imports()
from nbgrader.apps.nbgraderapp import NbGraderApp
from nbgrader.server_extensions.assignment_list.handlers import AssignmentList

for line in sys.stdin:
    command = json.loads(line)
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            try:
                if command == ["assignment list"]:
                    found = AssignmentList()
                    found.root_dir = os.getcwd()
                    print(json.dumps(found.list_assignments(course_id="bootcamp")))
                else:
                    NbGraderApp.launch_instance(command)
            except SystemExit:
                pass
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)
        said.seek(0)
        print(json.dumps(said.read().decode()), flush=True)
"""


@dataclass
class Citizen:
    """Somebody's own server: a home, the settings that the spawner gives, the hub token."""

    home: Path
    environ: dict[str, str]
    shell: subprocess.Popen[str] | None = None

    def nbgrader(self, *command: str) -> str:
        if self.shell is None:
            self.shell = subprocess.Popen(
                [sys.executable, "-c", SHELL],
                cwd=self.home,
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        self.shell.stdin.write(json.dumps(command) + "\n")
        self.shell.stdin.flush()
        return str(json.loads(self.shell.stdout.readline()))

    def assignment_list(self) -> list[dict[str, Any]]:
        """Give what JupyterLab's assignment list shows."""
        answer = json.loads(self.nbgrader("assignment list").splitlines()[-1])
        assert answer["success"], answer
        return list(answer["value"])

    def close(self) -> None:
        if self.shell is not None:
            self.shell.kill()
            self.shell.communicate()


@pytest.fixture
def service(course: SmallCourse) -> Iterator[str]:
    """The exchange, served on a port of its own."""
    routes = [Mount("/services/bootcamp", routes=exchange_routes(course.exchange, TokenIdentity()))]
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Starlette(routes=routes), log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    eventually(lambda: server.started)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/services/bootcamp"
    server.should_exit = True
    thread.join(20)
    listener.close()


@pytest.fixture
def ada(service: str, tmp_path: Path) -> Iterator[Citizen]:
    home = tmp_path / "ada"
    home.mkdir()
    citizen = Citizen(
        home,
        {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "JUPYTER_CONFIG_PATH": str(write_server_config(tmp_path)),
            "BOOTCAMP_URL": service,
            "JUPYTERHUB_API_TOKEN": "ada",
        },
    )
    yield citizen
    citizen.close()


def test_a_homework_goes_out_and_comes_back(ada: Citizen, course: SmallCourse) -> None:
    assert ada.assignment_list()[0]["status"] == "released"
    assert "bootcamp homework-1" in ada.nbgrader("list")
    assert "Fetched" in ada.nbgrader("fetch_assignment", HOMEWORK)
    notebook = ada.home / HOMEWORK / NOTEBOOK
    assert notebook.read_bytes() == course.exchange.files(HOMEWORK)[NOTEBOOK]
    assert "already have" in ada.nbgrader("fetch_assignment", HOMEWORK)

    notebook.write_bytes(raw(answered()))
    (ada.home / HOMEWORK / "photo.png").write_bytes(b"not for us")
    said = ada.nbgrader("submit", HOMEWORK)
    handed = course.exchange.handins(HOMEWORK, "ada")
    assert handed[0].receipt in said
    assert "photo.png" in said
    assert set(course.exchange.handin_files(handed[0].receipt)) == {NOTEBOOK, "times.csv"}

    course.exchange.collect(HOMEWORK)
    course.exchange.publish_feedback(
        HOMEWORK,
        "ada",
        score=4,
        max_score=6,
        awaits_marking=True,
        html="<p>Well done.</p>",
        handin_id=course.exchange.collected_id(HOMEWORK, "ada"),
    )
    ada.nbgrader("fetch_feedback", HOMEWORK)
    pages = list((ada.home / HOMEWORK / "feedback").glob(f"*/{HOMEWORK}.html"))
    assert [page.read_text() for page in pages] == ["<p>Well done.</p>"]

    fetched, submitted = ada.assignment_list()
    assert fetched["status"] == "fetched"
    assert [item["path"] for item in fetched["notebooks"]] == [f"{HOMEWORK}/{NOTEBOOK}"]
    assert submitted["submissions"][0]["has_local_feedback"] is True
    assert submitted["submissions"][0]["feedback_updated"] is False

    notebook.write_text("not a notebook")
    said = ada.nbgrader("submit", HOMEWORK)
    assert "is not a notebook" in said
    assert "Traceback" not in said


def test_a_citizen_lists_and_validates_and_does_not_grade(ada: Citizen) -> None:
    said = subprocess.run(
        [sys.executable, "-c", EXTENSIONS],
        env=ada.environ,
        cwd=ada.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(said.stdout) == {
        "assignment_list": True,
        "validate_assignment": True,
        "course_list": False,
        "formgrader": False,
    }


def test_a_facilitator_collects_into_a_course_of_their_own(
    ada: Citizen, course: SmallCourse
) -> None:
    handed = course.exchange.hand_in(HOMEWORK, "ada", {NOTEBOOK: raw(answered())})
    ada.environ["JUPYTERHUB_API_TOKEN"] = "fay"
    ada.nbgrader("collect", HOMEWORK)
    collected = ada.home / "submitted" / "ada" / HOMEWORK
    assert (collected / NOTEBOOK).read_bytes() == raw(answered())
    assert (collected / "timestamp.txt").read_text().startswith(f"{handed.received_at:%Y-%m-%d}")
    assert "Released as" in ada.nbgrader("release_assignment", HOMEWORK)


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_a_facilitator_releases_feedback_of_a_course_of_their_own(
    ada: Citizen, course: SmallCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed = course.exchange.hand_in(HOMEWORK, "ada", {NOTEBOOK: raw(answered())})
    course.exchange.collect(HOMEWORK)
    monkeypatch.setattr("nbgrader.api.get_alembic_version", lambda: "new")  # starts a program
    with Gradebook(f"sqlite:///{ada.home / 'gradebook.db'}", "bootcamp") as gradebook:
        gradebook.add_assignment(HOMEWORK)
        gradebook.add_notebook(HOMEWORK, HOMEWORK)
        gradebook.add_grade_cell("hw1-double", HOMEWORK, HOMEWORK, max_score=2, cell_type="code")
        gradebook.add_student("ada")
        gradebook.add_submission(HOMEWORK, "ada")
        grade = gradebook.find_grade("hw1-double", HOMEWORK, HOMEWORK, "ada")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    page = ada.home / "feedback" / "ada" / HOMEWORK / f"{HOMEWORK}.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>Half of it.</p>")
    ada.environ["JUPYTERHUB_API_TOKEN"] = "fay"
    said = ada.nbgrader("release_feedback", HOMEWORK)
    assert "Feedback released to ada" in said, said
    given = course.exchange.state("ada")[0].feedback
    assert given is not None
    assert (given.score, given.max_score, given.receipt) == (1.5, 2, handed.receipt)
    assert course.exchange.feedback_html(HOMEWORK, "ada") == "<p>Half of it.</p>"
