"""Notebooks from their sources: the same each time, without answers, and never by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bootcamp.build import build, drift
from bootcamp.content import content_root
from bootcamp.errors import BuildError

SOURCE = '''# %% [markdown]
# # A small lab

# %% nbgrader={grader}
def double(x):
    """Give twice x."""
    ### BEGIN SOLUTION
    return 2 * x  # the-secret
    ### END SOLUTION

# %% nbgrader={check}
assert double(2) == 4
### BEGIN HIDDEN TESTS
assert double(21) == 42  # the-hidden-test
### END HIDDEN TESTS

# %% tags=["parameters"]
case = 1
'''
META = (
    '{{"grade": {grade}, "grade_id": "{id}", "locked": {locked}, {points}"schema_version": 3,'
    ' "solution": {solution}, "task": false}}'
)


def source(text: str = SOURCE, *, answer_id: str = "double-answer") -> str:
    answer = META.format(grade="false", id=answer_id, locked="false", points="", solution="true")
    check = META.format(
        grade="true", id="double-check", locked="true", points='"points": 2, ', solution="false"
    )
    return text.replace("{grader}", answer).replace("{check}", check)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small checkout with one lab and the data that sessions 1 and 6 bring."""
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs" / "session-01-lab.py").write_text(source())
    dataset = tmp_path / "graders" / "datasets" / "email_routing"
    for kind in ("dev", "hidden"):
        (dataset / kind).mkdir(parents=True)
        (dataset / kind / "mail.eml").write_text(f"a {kind} mail")
    (dataset / "brief.md").write_text("# The brief\n")
    for name in ("odd_files", "email_routing_week"):
        shutil.copytree(dataset, dataset.with_name(name))
    return tmp_path


def notebook(root: Path, path: str = "session-01/lab-1.ipynb") -> dict[str, Any]:
    read: dict[str, Any] = json.loads((root / path).read_text())
    return read


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def refusal(root: Path, text: str) -> str:
    (root / "labs" / "session-01-lab.py").write_text(text)
    before = files(root)
    with pytest.raises(BuildError) as refused:
        build(root)
    assert files(root) == before, "a failed build has changed something"
    assert "\n" not in str(refused.value)
    assert "session-01-lab.py" in str(refused.value)
    return str(refused.value)


def test_gives_the_same_bytes_each_time(root: Path) -> None:
    build(root)
    first = files(root)
    build(root)
    assert files(root) == first
    shutil.rmtree(root / "session-01")
    build(root)
    assert files(root) == first


def test_answers_stay_in_the_solutions(root: Path) -> None:
    build(root)
    released = (root / "session-01" / "lab-1.ipynb").read_text()
    answered = (root / "solutions" / "session-01" / "lab-1.ipynb").read_text()
    for secret in ("the-secret", "the-hidden-test", "SOLUTION", "HIDDEN"):
        assert secret not in released
        assert secret in answered
    assert "Your turn" in released


def test_only_development_data_reaches_citizens(root: Path) -> None:
    build(root)
    found = {str(path.relative_to(root)) for path in (root / "session-06").rglob("*.*")}
    assert found == {
        "session-06/data/email-routing/mail.eml",
        "session-06/data/email-routing/brief.md",
    }
    assert (root / "session-06/data/email-routing/mail.eml").read_text() == "a dev mail"


def test_puts_programs_beside_the_notebook_and_files_beside_a_homework(root: Path) -> None:
    (root / "labs" / "session-04-files" / "__pycache__").mkdir(parents=True)
    (root / "labs" / "session-04-files" / "batch.py").write_text("x = 1\n")
    (root / "labs" / "session-04-files" / "__pycache__" / "batch.pyc").write_text("left over")
    (root / "graders/datasets/odd_files/homework").mkdir()
    (root / "graders/datasets/odd_files/homework/scan.pdf").write_bytes(b"%PDF\xff")
    build(root)

    found = {str(path.relative_to(root)) for path in (root / "session-04").rglob("*.p*")}
    assert found == {
        "session-04/batch.py",
        "session-04/homework-4/batch.py",
        "session-04/homework-4/files/scan.pdf",
    }
    assert drift(root) == []


@pytest.mark.parametrize("path", ["session-01/lab-1.ipynb", "solutions/session-01/lab-1.ipynb"])
def test_cells_have_fixed_ids_and_no_outputs(root: Path, path: str) -> None:
    build(root)
    cells = notebook(root, path)["cells"]
    assert [c["id"] for c in cells] == ["cell-000", "double-answer", "double-check", "cell-003"]
    for cell in cells[1:]:
        assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_metadata_of_nbgrader_and_papermill_are_kept(root: Path) -> None:
    build(root)
    cells = notebook(root)["cells"]
    check = cells[2]["metadata"]["nbgrader"]
    assert (check["points"], check["grade"], check["locked"]) == (2, True, True)
    assert check["checksum"]
    assert cells[2]["metadata"]["deletable"] is False
    assert cells[3]["metadata"]["tags"] == ["parameters"]


def test_nothing_of_the_tools_is_kept(root: Path) -> None:
    build(root)
    metadata = notebook(root)["metadata"]
    assert set(metadata) <= {"kernelspec", "language_info"}
    assert metadata["kernelspec"]["name"] == "python3"
    assert "jupytext" not in (root / "session-01" / "lab-1.ipynb").read_text()


class TestDrift:
    def test_none_after_a_build(self, root: Path) -> None:
        build(root)
        assert drift(root) == []

    def test_finds_what_was_changed_lost_or_left_over(self, root: Path) -> None:
        build(root)
        changed = root / "session-01" / "lab-1.ipynb"
        changed.write_text(changed.read_text().replace("small lab", "smaller lab"))
        (root / "solutions" / "session-01" / "lab-1.ipynb").unlink()
        (root / "session-01" / "lab-9.ipynb").write_text("{}")
        before = files(root)
        assert drift(root) == [
            "solutions/session-01/lab-1.ipynb is missing",
            "session-01/lab-9.ipynb has no source any more",
            "session-01/lab-1.ipynb differs from its source",
        ]
        assert files(root) == before, "looking has changed something"

    def test_a_build_takes_left_overs_away_and_keeps_what_is_authored(self, root: Path) -> None:
        (root / "session-01").mkdir()
        (root / "session-01" / "lab-9.ipynb").write_text("{}")
        build(root)
        assert not (root / "session-01" / "lab-9.ipynb").exists()
        assert (root / "labs" / "session-01-lab.py").read_text() == source()

    def test_a_visitors_checkpoints_are_no_drift(self, root: Path) -> None:
        build(root)
        (root / "session-01" / ".ipynb_checkpoints").mkdir()
        (root / "session-01" / ".ipynb_checkpoints" / "lab-1.ipynb").write_text("{}")
        assert drift(root) == []

    def test_the_repository_has_none(self) -> None:
        assert drift(content_root()) == []


class TestBadSource:
    def test_two_cells_with_one_id(self, root: Path) -> None:
        assert "grade_id 'double-check'" in refusal(root, source(answer_id="double-check"))

    def test_an_id_that_no_notebook_may_have(self, root: Path) -> None:
        assert "no valid notebook" in refusal(root, source(answer_id="double answer!"))

    def test_an_answer_without_its_end(self, root: Path) -> None:
        assert "nbgrader" in refusal(root, source().replace("    ### END SOLUTION\n", ""))

    @pytest.mark.parametrize("begin", ["### Begin Solution", "# begin solution", "### BEGIN"])
    def test_an_answer_with_a_mistyped_mark_does_not_ship(self, root: Path, begin: str) -> None:
        text = source().replace("### BEGIN SOLUTION", begin).replace("    ### END SOLUTION\n", "")
        (root / "labs" / "session-01-lab.py").write_text(text)
        build(root)
        assert "the-secret" not in (root / "session-01" / "lab-1.ipynb").read_text()

    def test_a_hidden_test_with_a_mistyped_mark_is_refused(self, root: Path) -> None:
        text = source().replace("### BEGIN HIDDEN", "### begin hidden")
        text = text.replace("### END HIDDEN", "### end hidden")
        assert "an answer is left in cell 'double-check'" in refusal(root, text)

    def test_metadata_that_nbgrader_does_not_take(self, root: Path) -> None:
        refusal(root, source().replace('"schema_version": 3', '"schema_version": 99'))

    def test_bytes_that_are_no_text(self, root: Path) -> None:
        path = root / "labs" / "session-01-lab.py"
        path.write_bytes(b"# %%\n\xff\xfe")
        with pytest.raises(BuildError, match=r"session-01-lab\.py is not a notebook source"):
            build(root)

    def test_a_name_that_says_nothing(self, root: Path) -> None:
        (root / "labs" / "session-01-exam.py").write_text("# %%\n")
        with pytest.raises(BuildError, match=r"session-01-exam\.py is not named like"):
            build(root)

    def test_missing_data_is_named(self, root: Path) -> None:
        shutil.rmtree(root / "graders")
        with pytest.raises(BuildError, match="'email-routing' is missing"):
            build(root)


def test_an_installed_package_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="in a checkout"):
        build(tmp_path / "_content")


def test_the_roi_of_a_worked_case_speaks_of_that_case(root: Path) -> None:
    words = "# %% " + META.format(
        grade="false", id="roi-words", locked="false", points="", solution="true"
    ).join(["nbgrader=", ""])
    text = f"{words}\n### BEGIN SOLUTION\nproblem = 'mails'\n### END SOLUTION\n"
    (root / "labs" / "session-06-roi.py").write_text(text)
    for case in ("hr", "plain"):
        (root / "solutions" / case).mkdir(parents=True)
        (root / "solutions" / case / "solution.py").write_text("# %%\nx = 1\n")
    (root / "solutions" / "hr" / "roi_words.txt").write_text("problem = 'questions'\n")
    build(root)
    (own,) = notebook(root, "solutions/hr/roi.ipynb")["cells"]
    assert "".join(own["source"]) == "problem = 'questions'"
    (common,) = notebook(root, "solutions/plain/roi.ipynb")["cells"]
    assert "mails" in "".join(common["source"])
    assert "questions" not in (root / "session-06" / "roi.ipynb").read_text()
