"""The walls around whatever a citizen wrote, as root and as an ordinary user."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bootcamp import sandbox as module
from bootcamp.content import content_root
from bootcamp.errors import SandboxUnavailable
from bootcamp.sandbox import Bind, Limits, Sandbox, is_readable_inside, require_sandbox
from tests.conftest import eventually

NOBODY = 65534
SYSTEM_PYTHON = "/usr/bin/python3"

# Run as the one under test: what it is to do comes as JSON, what came out goes back as JSON.
RUNNER = """
import json, sys
from pathlib import Path
from bootcamp.sandbox import Bind, Limits, Sandbox
asked = json.loads(sys.argv[1])
binds = tuple(Bind(Path(s), Path(t), w) for s, t, w in asked["binds"])
box = Sandbox(home=Path(asked["home"]), binds=binds, network=asked["network"],
    limits=Limits(**asked["limits"]), environment=asked["environment"])
done = box.run(asked["argv"], timeout=asked["timeout"])
print(json.dumps([done.returncode, done.stdout.decode(), done.stderr.decode()]))
"""


class Inside:
    """Runs small programs in a sandbox that is started by the user under test."""

    def __init__(self, folder: Path, *, ordinary: bool) -> None:
        self.ordinary = ordinary
        self.home = folder / "home"
        self.home.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(self.home, NOBODY, NOBODY)

    def python(
        self,
        code: str,
        *,
        binds: tuple[tuple[Path, Path, bool], ...] = (),
        network: bool = False,
        limits: dict[str, int] | None = None,
        environment: dict[str, str] | None = None,
        timeout: float = 30,
    ) -> str:
        """Run `code` and give what it printed; what went wrong is printed too."""
        asked = {
            "home": str(self.home),
            "binds": [(str(source), str(target), writable) for source, target, writable in binds],
            "network": network,
            "limits": limits or {},
            "environment": environment or {},
            "argv": [SYSTEM_PYTHON, "-I", "-c", code],
            "timeout": timeout,
        }
        done = subprocess.run(
            [*self.prefix(), "-c", RUNNER, json.dumps(asked)],
            env={"PYTHONPATH": str(Path(module.__file__).parents[1]), "CANARY": "canary-7f3a"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd="/",
        )
        assert done.returncode == 0, done.stderr
        _, out, err = json.loads(done.stdout)
        return str(out + err).strip()

    def prefix(self) -> list[str]:
        if not self.ordinary:
            return [sys.executable]
        if os.geteuid() != 0:
            return [SYSTEM_PYTHON]
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
        return [*drop, SYSTEM_PYTHON]


@pytest.fixture(params=["root", "ordinary user"])
def inside(request: pytest.FixtureRequest) -> Iterator[Inside]:
    if request.param == "root" and os.geteuid() != 0:
        pytest.skip("needs root")
    folder = Path(tempfile.mkdtemp(prefix="bootcamp-test-"))
    folder.chmod(0o755)
    yield Inside(folder, ordinary=request.param != "root")
    shutil.rmtree(folder)


LISTING = "import os; print(sorted(os.listdir({!r})))"
TRY = "\ntry:\n    {}\n    print('did it')\nexcept OSError as e:\n    print('refused', e.errno)\n"


def attempt(statement: str, before: str = "import os, socket, mmap") -> str:
    return before + TRY.format(statement)


class TestSight:
    def test_home_is_its_own_and_others_are_not_there(self, inside: Inside) -> None:
        (inside.home / "mine.txt").write_text("mine")
        (inside.home.parent / "bruno").mkdir()
        printed = inside.python(
            "import os; print(os.getcwd(), os.environ['HOME'])\n"
            "print(os.listdir('.'), os.listdir('/home'))"
        )
        # An environment below /home makes the folders above it, and they are empty but for it.
        place = Path(sys.prefix)
        above = {place.parts[2]} if place.is_relative_to("/home") else set()
        first, _, second = printed.partition("\n")
        assert first == "/home/citizen /home/citizen"
        own, homes = second.split("] [")
        assert own == "['mine.txt'"
        assert set(re.findall(r"'([^']+)'", homes)) == {"citizen"} | above
        assert "refused" in inside.python(attempt(f"os.listdir({str(inside.home.parent)!r})"))

    def test_only_the_home_and_scratch_folders_take_files(self, inside: Inside) -> None:
        places = ("/", "/run", "/home", "/dev", "/etc", "/var", "/usr", "/proc")
        for place in places:
            assert "refused" in inside.python(attempt(f"open('{place}/left', 'w')")), place
        for place in ("/tmp", "/dev/shm", "/home/citizen"):
            assert "refused" not in inside.python(attempt(f"open('{place}/left', 'w')")), place

    def test_work_in_the_home_is_kept(self, inside: Inside) -> None:
        inside.python("open('note.txt', 'w').write('kept')")
        assert (inside.home / "note.txt").read_text() == "kept"

    @pytest.mark.parametrize(
        "path",
        [
            "/etc/shadow",
            "/etc/passwd",
            "/etc/ssl/private",
            "/root/.bashrc",
            "/sys",
            "/dev/sda",
            "/dev/mem",
        ],
    )
    def test_the_machines_secrets_are_not_there(self, inside: Inside, path: str) -> None:
        looked = "os.lstat({0!r}) and (os.listdir({0!r}) if os.path.isdir({0!r}) else open({0!r}))"
        assert "refused" in inside.python(attempt(looked.format(path)))

    @pytest.mark.parametrize("name", ["labs", "graders", "solutions", "hub_config", "session-01"])
    def test_the_courses_own_files_are_not_there(self, inside: Inside, name: str) -> None:
        assert (content_root() / name).is_dir()
        assert "refused" in inside.python(attempt(f"os.listdir({str(content_root() / name)!r})"))

    @pytest.mark.parametrize(
        "path", ["/usr/x", "/etc/x", "/x", "/run/x", "/var/x", "/home/x", "/home/bruno"]
    )
    def test_only_its_own_folders_can_be_written(self, inside: Inside, path: str) -> None:
        assert not Path(path).exists()
        inside.python(attempt(f"os.mkdir({path!r})"))
        assert not Path(path).exists()

    def test_a_bound_folder_is_read_only_unless_said_otherwise(
        self, inside: Inside, tmp_path: Path
    ) -> None:
        shared = inside.home.parent / "shared"
        shared.mkdir()
        shared.chmod(0o777)
        (shared / "a.txt").write_text("read me")
        target = Path("/srv/shared")
        write = attempt("print(open('/srv/shared/a.txt').read()); open('/srv/shared/b', 'w')")
        assert inside.python(write, binds=((shared, target, False),)).startswith("read me\nrefused")
        assert inside.python(write, binds=((shared, target, True),)) == "read me\ndid it"

    def test_sees_only_its_own_processes(self, inside: Inside) -> None:
        seen = inside.python("import os; print([p for p in os.listdir('/proc') if p.isdigit()])")
        assert len(seen.split(",")) <= 3, seen

    def test_temporary_files_are_its_own_and_leave_with_it(self, inside: Inside) -> None:
        inside.python("open('/tmp/left-behind', 'w')")
        assert "left-behind" not in inside.python(LISTING.format("/tmp"))
        assert not Path("/tmp/left-behind").exists()

    def test_a_link_out_of_the_home_leads_nowhere(self, inside: Inside) -> None:
        secret = inside.home.parent / "secret"
        secret.write_text("secret")
        inside.python(
            f"import os; os.symlink({str(secret)!r}, 'a'); os.symlink('/etc/shadow', 'b')"
        )
        assert "refused" in inside.python(attempt("open('a')"))
        assert "refused" in inside.python(attempt("open('b')"))


class TestEnvironment:
    def test_holds_only_what_was_given(self, inside: Inside) -> None:
        printed = inside.python(
            "import os, json; print(json.dumps(dict(os.environ)))", environment={"GIVEN": "x"}
        )
        found = json.loads(printed)
        assert found["GIVEN"] == "x"
        assert "canary-7f3a" not in printed
        assert set(found) <= {*Sandbox(Path("/")).environ(), "GIVEN", "PWD", "LC_CTYPE"}

    def test_values_are_on_no_command_line(self, tmp_path: Path) -> None:
        box = Sandbox(home=tmp_path, environment={"OPENAI_API_KEY": "canary-7f3a"})
        assert not [word for word in box.command(["true"]) if "canary" in word]
        assert box.environ()["OPENAI_API_KEY"] == "canary-7f3a"

    def test_standard_input_is_never_ours(self, inside: Inside) -> None:
        assert inside.python("import sys; print(repr(sys.stdin.read()))") == "''"

    def test_can_type_into_nobodys_terminal(self, inside: Inside) -> None:
        printed = inside.python(
            "import os; print(os.getsid(0) != 0)" + TRY.format("open('/dev/tty')")
        )
        assert printed.startswith("True\nrefused"), "CVE-2017-5226"

    def test_processes_can_share_locks(self, inside: Inside) -> None:
        assert inside.python("import multiprocessing as m; m.Lock(); print('locked')") == "locked"


class TestPrivileges:
    def test_has_none_and_gains_none(self, inside: Inside) -> None:
        status = inside.python("print(open('/proc/self/status').read())")
        lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert lines["NoNewPrivs"] == "1"
        for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
            assert int(lines[kind], 16) == 0, kind
        if not inside.ordinary:
            assert int(lines["CapBnd"], 16) == 0
        assert lines["Uid"].split() == [str(NOBODY if os.geteuid() == 0 else os.geteuid())] * 4
        # A user of this system keeps the groups that it has; nothing inside is theirs.
        own = [str(group) for group in os.getgroups()] if os.geteuid() else []
        assert set(lines["Groups"].split()) <= {str(NOBODY), *own}

    @pytest.mark.parametrize("program", ["/usr/bin/su", "/usr/bin/passwd", "/usr/bin/mount"])
    def test_a_setuid_program_gives_no_other_user(self, inside: Inside, program: str) -> None:
        if not Path(program).exists():
            pytest.skip(f"no {program} here")
        printed = inside.python(
            "import subprocess, time\n"
            f"p = subprocess.Popen([{program!r}], stdin=subprocess.PIPE, stdout=-3, stderr=-3)\n"
            "print([l for l in open(f'/proc/{p.pid}/status') if l.startswith('Uid')] "
            "if p.poll() is None else 'gone'); p.kill()"
        )
        assert "\\t0" not in printed

    @pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
    def test_a_setuid_file_in_the_home_gives_nothing(self, inside: Inside) -> None:
        trap = inside.home / "id"
        shutil.copy("/usr/bin/id", trap)
        trap.chmod(0o4755)
        printed = inside.python("import subprocess; subprocess.run(['./id', '-u'])")
        assert printed == str(NOBODY)

    @pytest.mark.parametrize(
        "statement",
        [
            "os.setuid(0)",
            "os.chroot('.')",
            "os.mknod('d', 0o60600, os.makedev(8, 0))",
            "os.nice(-5)",
        ],
    )
    def test_what_only_root_may_do_is_refused(self, inside: Inside, statement: str) -> None:
        assert "refused" in inside.python(attempt(statement))


class TestNetwork:
    @pytest.fixture
    def port(self) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            yield int(listener.getsockname()[1])

    def test_off_means_that_not_even_this_machine_is_reached(
        self, inside: Inside, port: int
    ) -> None:
        printed = inside.python(
            attempt(f"socket.create_connection(('127.0.0.1', {port}), 2)")
            + "print(open('/proc/net/dev').read().count(':'))"
        )
        assert printed.splitlines()[0].startswith("refused")
        assert printed.splitlines()[-1] == "1", "another interface than its own loopback"

    def test_off_closes_abstract_sockets_too(self, inside: Inside) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("\0bootcamp-test-abstract")
            listener.listen()
            connect = "socket.socket(socket.AF_UNIX).connect('\\0bootcamp-test-abstract')"
            assert "refused" in inside.python(attempt(connect))

    def test_on_reaches_this_machine(self, inside: Inside, port: int) -> None:
        connect = attempt(f"socket.create_connection(('127.0.0.1', {port}), 2)")
        assert inside.python(connect, network=True) == "did it"


class TestLimits:
    def test_memory(self, inside: Inside) -> None:
        eat = (
            "try:\n    bytearray(600 << 20); print('had it')\nexcept MemoryError:\n    print('no')"
        )
        assert inside.python(eat) == "had it"
        assert inside.python(eat, limits={"memory_bytes": 400 << 20}) == "no"

    def test_file_size(self, inside: Inside) -> None:
        code = attempt("open('big', 'wb').write(b'x' * 200_000)", "import signal")
        assert "refused 27" in inside.python(code, limits={"file_bytes": 100_000})
        assert (inside.home / "big").stat().st_size <= 100_000

    def test_processor_time(self, inside: Inside) -> None:
        code = "import os\nif os.fork() == 0:\n    while True: pass\nprint(os.wait()[1])"
        assert int(inside.python(code, limits={"cpu_seconds": 1})) in {
            signal.SIGXCPU,
            signal.SIGKILL,
        }

    def test_open_files(self, inside: Inside) -> None:
        code = attempt("held = [open('/dev/null') for _ in range(100)]")
        assert inside.python(code, limits={"open_files": 50}) == "refused 24"

    def test_no_memory_image_is_left_after_a_crash(self, inside: Inside) -> None:
        limit = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
        assert inside.python(limit) == "(0, 0)"

    def test_none_can_be_lifted_again(self, inside: Inside) -> None:
        code = (
            "import resource as r\n"
            "try:\n    r.setrlimit(r.RLIMIT_NOFILE, (5000, 5000)); print('lifted')\n"
            "except ValueError:\n    print('no')"
        )
        assert inside.python(code, limits={"open_files": 50}) == "no"

    def test_the_memory_disk_is_bounded(self, inside: Inside) -> None:
        size = "import os; s = os.statvfs('/tmp'); print(s.f_blocks * s.f_frsize)"
        assert int(inside.python(size)) <= 1024**3


class TestEnd:
    def started(self, tmp_path: Path, code: str) -> subprocess.Popen[str]:
        home = tmp_path / "home"
        home.mkdir()
        home.chmod(0o777)
        box = Sandbox(home=home)
        starter = (
            "import subprocess, sys, json\n"
            "command, env = json.loads(sys.argv[1])\n"
            "child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL)\n"
            "print(child.pid, flush=True); child.wait()"
        )
        argv = box.command([SYSTEM_PYTHON, "-I", "-c", code])
        return subprocess.Popen(
            [sys.executable, "-c", starter, json.dumps([argv, box.environ()])],
            stdout=subprocess.PIPE,
            text=True,
        )

    def test_everything_inside_dies_with_whoever_started_it(self, tmp_path: Path) -> None:
        mark = "600.4217"
        starter = self.started(
            tmp_path,
            "import subprocess, time\n"
            # A daemon that has left its parent, its session and all signals behind.
            f"subprocess.Popen(['setsid', 'nohup', 'sleep', '{mark}'], stdout=-3, stderr=-3)\n"
            f"time.sleep({mark})",
        )

        def sleepers() -> list[psutil.Process]:
            return [
                p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])
            ]

        try:
            eventually(sleepers)
        finally:
            starter.send_signal(signal.SIGKILL)
            starter.communicate(timeout=10)
        eventually(lambda: not sleepers(), within=10)

    def test_too_long_ends_it_with_its_children(self, inside: Inside) -> None:
        if inside.ordinary:
            pytest.skip("the same code path as for root")
        os.chown(inside.home, NOBODY, NOBODY)
        mark = "600.5318"
        box = Sandbox(home=inside.home)
        code = f"import subprocess; subprocess.run(['setsid', '--wait', 'sleep', '{mark}'])"
        with pytest.raises(subprocess.TimeoutExpired):
            box.run([SYSTEM_PYTHON, "-I", "-c", code], timeout=2)
        eventually(
            lambda: (
                not [
                    p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or [])
                ]
            ),
            within=10,
        )


class TestInstalledPackage:
    """The same module as a wheel brings it: with answers beside it in `_content`."""

    @pytest.fixture
    def package(self, tmp_path: Path) -> Path:
        for folder in [tmp_path, *tmp_path.parents][:3]:
            folder.chmod(0o755)
        package = tmp_path / "site-packages" / "bootcamp"
        package.mkdir(parents=True)
        source = Path(module.__file__).parent
        for name in ("__init__.py", "errors.py", "language.py", "content.py", "sandbox.py"):
            shutil.copy(source / name, package / name)
        answers = package / "_content" / "solutions"
        answers.mkdir(parents=True)
        (answers / "answer.txt").write_text("the answer")
        (package / "_content" / "session-01").mkdir()
        return package

    def test_code_is_there_and_content_is_masked(self, package: Path, tmp_path: Path) -> None:
        home = tmp_path / "home"
        home.mkdir()
        home.chmod(0o777)
        place = str(package.parent)
        look = (
            f"import sys, os; sys.path.insert(0, {place!r})\n"
            "import bootcamp.errors; print('code')\n"
            f"print(os.listdir({place!r} + '/bootcamp/_content'))\n"
            f"os.mkdir({place!r} + '/bootcamp/_content/x')"
        )
        runner = (
            "import sys; from pathlib import Path; from bootcamp.sandbox import Sandbox\n"
            "done = Sandbox(home=Path(sys.argv[1])).run(\n"
            f"    [{SYSTEM_PYTHON!r}, '-c', sys.argv[2]], timeout=30)\n"
            "print(done.stdout.decode(), done.stderr.decode())"
        )
        done = subprocess.run(
            [sys.executable, "-c", runner, str(home), look],
            env={"PYTHONPATH": str(package.parent)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.stdout.startswith("code\n[]\n"), done.stdout + done.stderr
        assert "Read-only file system" in done.stdout


class TestPlaces:
    def test_a_checkout_below_a_readable_folder_is_masked(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        for name in ("labs", "solutions", "graders"):
            (tmp_path / name).mkdir()
        monkeypatch.setattr(module, "content_root", lambda: tmp_path)
        monkeypatch.setattr(module, "readable_places", lambda: [tmp_path])
        module._readable_python.cache_clear()
        try:
            options = module._readable_python()
        finally:
            module._readable_python.cache_clear()
        for name in ("labs", "solutions", "graders"):
            place = str(tmp_path / name)
            assert options[options.index(place) - 1] == "--tmpfs"
            assert options.index(place) > options.index("--ro-bind")

    @pytest.mark.parametrize(
        ("path", "seen"),
        [
            (Path("/usr/local/bootcamp-data"), True),
            (Path(sys.prefix) / "data", True),
            (Path("/srv/bootcamp-data"), False),
            (Path("/usrlocal"), False),
        ],
    )
    def test_knows_what_every_sandbox_can_read(self, path: Path, seen: bool) -> None:
        assert is_readable_inside(path) is seen

    def test_the_environment_itself_can_be_used_inside(self, tmp_path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(tmp_path, NOBODY, NOBODY)
        box = Sandbox(home=tmp_path, limits=Limits(open_files=256))
        done = box.run(
            ["python", "-c", "import openai, pandas, bootcamp.kit; print(1)"], timeout=60
        )
        assert done.stdout == b"1\n", done.stderr.decode()


class TestRequirement:
    @pytest.fixture(autouse=True)
    def _afresh(self) -> Iterator[None]:
        require_sandbox.cache_clear()
        yield
        require_sandbox.cache_clear()

    @pytest.mark.parametrize("missing", ["bwrap", "setpriv", "prlimit"])
    def test_says_what_to_install(self, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
        real: Callable[[str], str | None] = shutil.which
        monkeypatch.setattr(
            module.shutil, "which", lambda name: None if name == missing else real(name)
        )
        with pytest.raises(SandboxUnavailable, match=f"'{missing}' is missing.*apt-get install"):
            require_sandbox()

    def test_says_why_it_cannot_start(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = tmp_path / "bwrap"
        broken.write_text("#!/bin/sh\necho 'bwrap: no namespaces for you' >&2\nexit 1\n")
        broken.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        with pytest.raises(SandboxUnavailable, match="no namespaces for you") as refused:
            require_sandbox()
        assert "\n" not in str(refused.value)

    def test_a_bind_says_where_it_goes(self, tmp_path: Path) -> None:
        command = Sandbox(home=tmp_path, binds=(Bind(tmp_path / "a", Path("/b")),)).command(
            ["true"]
        )
        assert command[command.index(str(tmp_path / "a")) + 1] == "/b"
