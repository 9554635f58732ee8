"""The wheel: it holds exactly what the repository holds, and `bootcamp up` runs from it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.conftest import CHECKOUT, free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, CHECKOUT],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with nothing but the wheel and what it needs; gives its bin folder."""
    environment = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True, timeout=120)
    python = environment / "bin" / "python"
    constraints = CHECKOUT / "constraints.txt"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--constraint", constraints, wheel],
        check=True,
        timeout=600,
    )
    return environment / "bin"


def expected_files() -> set[str]:
    """Give the wheel's paths of every tracked file that belongs in it."""
    settings = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    tracked = subprocess.run(
        ["git", "ls-files", *wheel["only-include"]],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    files = set()
    for path in tracked:
        top, _, rest = path.partition("/")
        files.add(f"{wheel['sources'][top]}/{rest}".lstrip("/"))
    return files


def test_holds_exactly_the_tracked_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = expected_files()
    assert packed - expected == set()
    assert expected - packed == set()


def test_every_session_with_materials_is_packed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    for folder in (*CHECKOUT.glob("session-[0-9][0-9]"), CHECKOUT / "translations"):
        assert any(name.startswith(f"bootcamp/_content/{folder.name}/") for name in packed)


def test_up_runs_from_the_wheel_in_a_fresh_environment(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [installed / "bootcamp", "up", "--port", str(port)],
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "Stop with Ctrl-C" in line:
                break
        assert process.poll() is None, printed
        assert "Sign in" in httpx.get(f"http://localhost:{port}/hub/login").text
        link = re.search(r"http\S+/hub/invitation/\S+", printed)
        assert link
        assert httpx.get(link.group()).status_code == 200
        assert (tmp_path / "bootcamp-data" / "teams" / "teal" / "final").is_dir()
    finally:
        process.terminate()
        _, status = process.communicate(timeout=60), process.returncode
        assert status == 0


def test_answers_in_the_wheel_are_hidden_from_sandboxes(installed: Path, tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; import bootcamp, os, sys\n"
        "from bootcamp.sandbox import Sandbox\n"
        "home = Path(sys.argv[1]); home.chmod(0o777)\n"
        "content = Path(bootcamp.__file__).parent / '_content'\n"
        "assert (content / 'solutions').is_dir()\n"
        "inside = Sandbox(home=home).run(['/bin/ls', '-A', str(content)], timeout=20)\n"
        "kit = [sys.executable, '-c', 'import bootcamp.kit, bootcamp.roi; print(1)']\n"
        "print(inside.stdout, Sandbox(home=home).run(kit, timeout=60).stdout)\n"
    )
    answer = subprocess.run(
        [installed / "python", "-c", script, tmp_path],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert answer.stdout.strip() == r"b'' b'1\n'"
