"""A class of hostile notebooks with honest ones among them: nobody gains, nobody is harmed."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook

from bootcamp.forks.home import ForkLimits
from bootcamp.grading import GradeResult, GradingLimits, feedback_for_assignment, grade_assignment
from bootcamp.store.gradebook import course_folder, gradebook_url
from tests.conftest import eventually
from tests.grading.attacks import browsing, escaping, exhausting, marks, reading
from tests.grading.attacks.corpus import NOTEBOOK, Attack, look_back, notebook_of
from tests.grading.small_course import (
    HOMEWORK,
    SmallCourse,
    answered,
    code,
    files,
    small_course,
)

MODULES = (marks, reading, escaping, exhausting, browsing)
ATTACKS: dict[str, Attack] = {
    attack.name: attack for module in MODULES for attack in module.ATTACKS
}
GOALS = {
    *("raise the own mark", "spoof a probe's answer"),
    *("read tests", "read tests and answers", "read another's work", "read tokens"),
    *("change the gradebook", "reach the network", "outlive the sandbox"),
    *("exhaust memory", "exhaust disk", "exhaust pids", "exhaust output", "exhaust time"),
    *("poison the parent process", "harm another's result", "gain privileges"),
    *("act in the facilitator's browser", "a time before the deadline"),
}
pytestmark = pytest.mark.slow

HONEST_EVERY = 9
AT_ONCE = 4
LIMITS = GradingLimits(
    cell_seconds=3,
    notebook_seconds=6,
    probe_seconds=2,
    probes_seconds=4,
    fork=ForkLimits(memory_bytes=2 << 30),
)
# To start and to end a sandbox on a busy machine.
AROUND_SECONDS = 8.0


@dataclass
class Attacked:
    """The class after it was graded, and what was noted before."""

    course: SmallCourse
    logins: dict[str, str]
    """By attack; `honest-0` and so on are the others."""
    results: dict[str, GradeResult]
    seconds: float
    canary: str
    before: dict[str, str]
    left_before: set[str]
    heard: list[str]

    def result(self, name: str) -> GradeResult:
        return self.results[self.logins[name]]

    def notebook(self, name: str) -> Any:
        folder = course_folder(self.course.data, "autograded", self.logins[name], HOMEWORK)
        return nbformat.read(folder / NOTEBOOK, as_version=4)

    def outputs(self, name: str) -> str:
        return "".join(json.dumps(cell.get("outputs", [])) for cell in self.notebook(name).cells)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    canary = f"canary-{secrets.token_hex(8)}"
    names = list(ATTACKS)
    for number, place in enumerate(range(0, len(names), HONEST_EVERY)):
        names.insert(place + number, f"honest-{number}")
    logins = {name: f"c{number:03d}" for number, name in enumerate(names)}
    course = small_course(tmp_path_factory.mktemp("attacked"), logins.values())
    outside = Path(tempfile.mkdtemp(prefix="outside-"))
    outside.chmod(0o755)
    (outside / "canary.txt").write_text(canary)
    listeners = [
        socket.create_server(("0.0.0.0", 0)),
        socket.socket(socket.AF_UNIX),
        socket.socket(socket.AF_UNIX),
    ]
    port = str(listeners[0].getsockname()[1])
    abstract = f"bootcamp-{secrets.token_hex(4)}"
    listeners[1].bind(f"\0{abstract}")
    listeners[2].bind(str(outside / "socket"))
    for listener in listeners[1:]:
        listener.listen()
    (outside / "socket").chmod(0o777)
    places = {
        "DATA": str(course.data.root),
        "CONTENT": str(course.content),
        "OUTSIDE": str(outside),
        "PORT": port,
        "HOST": socket.gethostbyname(socket.gethostname()),
        "ABSTRACT": abstract,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTERHUB_API_TOKEN", canary)
        patch.setenv("OPENAI_API_KEY", canary)
        for name, login in logins.items():
            if name in ATTACKS:
                handed = notebook_of(ATTACKS[name], **places)
            else:
                honest = look_back(answered())
                honest.cells.append(code(f"# My own work: {canary}"))
                handed = files(honest)
            course.exchange.hand_in(HOMEWORK, login, handed)
        course.exchange.collect(HOMEWORK)
        before, left_before = _digests(course), _left_behind()
        begun = time.monotonic()
        results = grade_assignment(
            course.data, HOMEWORK, checks=course.checks, limits=LIMITS, at_once=AT_ONCE
        )
        seconds = time.monotonic() - begun
    yield Attacked(
        course=course,
        logins=logins,
        results={result.login: result for result in results},
        seconds=seconds,
        canary=canary,
        before=before,
        left_before=left_before,
        heard=[str(listener.getsockname()) for listener in listeners if _was_reached(listener)],
    )
    for listener in listeners:
        listener.close()
    shutil.rmtree(outside)
    course.store.close()


def test_the_corpus_has_every_goal() -> None:
    assert {attack.goal for attack in ATTACKS.values()} == GOALS
    assert len(ATTACKS) == sum(len(module.ATTACKS) for module in MODULES) >= 40


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_gains_a_point_or_reaches_anything(attacked: Attacked, name: str) -> None:
    attack, result, outputs = ATTACKS[name], attacked.result(name), attacked.outputs(name)
    assert result.score <= attack.deserves
    assert not any("Not graded" in note for note in result.notes), result.notes
    assert "REACHED" not in outputs, outputs
    assert attacked.canary not in outputs
    assert len(outputs) < attack.most
    if attack.survives:
        assert result.score == attack.deserves, result
        for number in range(len(attack.cells)):
            assert f"TRIED {number}" in outputs, (result.notes, outputs[-3000:])


def test_honest_ones_among_them_get_full_marks(attacked: Attacked) -> None:
    honest = [name for name in attacked.logins if name.startswith("honest")]
    assert len(honest) >= 8
    for name in honest:
        assert attacked.result(name).score == 4
        assert attacked.result(name).notes == ()
        assert "REACHED" not in attacked.outputs(name)


def test_each_ends_within_its_limit(attacked: Attacked) -> None:
    most = LIMITS.notebook_seconds + LIMITS.probes_seconds + AROUND_SECONDS
    assert attacked.seconds < math.ceil(len(attacked.logins) / AT_ONCE) * most


def test_everyone_is_graded_and_the_gradebook_holds_nothing_else(attacked: Attacked) -> None:
    assert sorted(attacked.results) == sorted(attacked.logins.values())
    with Gradebook(gradebook_url(attacked.course.data)) as gradebook:
        for login, result in attacked.results.items():
            submission = gradebook.find_submission(HOMEWORK, login)
            assert (submission.score, submission.max_score) == (result.score, 6)
            for notebook in submission.notebooks:
                assert [grade.manual_score for grade in notebook.grades] == [None] * 4


def test_nothing_else_is_changed(attacked: Attacked) -> None:
    assert _digests(attacked.course) == attacked.before


def test_nothing_is_left_behind(attacked: Attacked) -> None:
    new = _left_behind() - attacked.left_before
    # Others may grade on this machine just now: what is theirs goes away as well.
    eventually(lambda: not new & _left_behind(), within=30)


def test_the_network_is_out_of_reach(attacked: Attacked) -> None:
    assert attacked.heard == []


def test_what_is_kept_cannot_act_in_a_browser(attacked: Attacked) -> None:
    released = attacked.course.data.course / "release" / HOMEWORK / NOTEBOOK
    metadata = nbformat.read(released, as_version=4).metadata
    for name in attacked.logins:
        notebook = attacked.notebook(name)
        assert notebook.metadata == metadata
        for cell in notebook.cells:
            assert set(cell.metadata) <= {"nbgrader", "bootcamp_put_back", "deletable", "editable"}
            assert "attachments" not in cell
            assert cell["id"].replace("-", "").isalnum()
            for output in cell.get("outputs", []):
                assert set(output.get("data", {})) <= {"text/plain", "image/png"}
                assert not output.get("metadata")


def test_feedback_holds_nothing_of_what_attackers_wrote(attacked: Attacked) -> None:
    course = attacked.course
    feedback_for_assignment(course.data, HOMEWORK, publish=course.exchange.publish_feedback)
    for name, login in attacked.logins.items():
        page = course.exchange.feedback_html(HOMEWORK, login) or ""
        assert page.startswith("<!doctype html>"), name
        for forbidden in (
            "<script",
            "alert(1)",
            "onerror",
            "\x1b",
            "Traceback",
            attacked.canary,
            "canary_",
        ):
            assert forbidden not in page, (name, forbidden)


def _digests(course: SmallCourse) -> dict[str, str]:
    """Give a digest of everything that grading must not touch."""
    places = [course.content, course.data.handins]
    places += [course.data.course / step for step in ("source", "release", "submitted")]
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for place in places
        for path in place.rglob("*")
        if path.is_file()
    }


def _left_behind() -> set[str]:
    """Give what an attack could leave on the machine: processes, files, shared memory."""
    left = set()
    for process in psutil.process_iter(["cmdline", "uids"]):
        uids = process.info["uids"]
        if "98765" in (process.info["cmdline"] or []) or (uids and 63_000 <= uids.real < 64_000):
            left.add(f"process {process.pid}")
    for folder in (tempfile.gettempdir(), "/dev/shm", "/var/tmp"):
        for path in Path(folder).iterdir():
            name = path.name
            if name.startswith(("poison", "big-", "core", "bootcamp-grading-", "bl-")):
                left.add(str(path))
    for kind in ("shm", "sem", "msg"):
        lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]
        left |= {f"{kind} {line.split()[0]}" for line in lines if line.split()[0] == "987654"}
    return left


def _was_reached(listener: socket.socket) -> bool:
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True
