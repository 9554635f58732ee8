"""From inside a citizen's sandbox nothing of others or of the hub can be reached."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootcamp.cohort import load_cohort, save_cohort
from bootcamp.content import content_root, dataset
from tests.conftest import Bootcamp, start_bootcamp
from tests.hub.kernels import RemoteKernel

CANARY = "canary-key-7f3a"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bootcamp]:
    """A bootcamp that was started with a company key in its environment."""
    data = tmp_path_factory.mktemp("guarded") / "data"
    running = start_bootcamp(data, BOOTCAMP_UPSTREAM_KEY=CANARY)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def kernel(guarded: Bootcamp) -> Iterator[RemoteKernel]:
    # Someone else's home and work exist, so that there is something to find.
    home = guarded.data / "homes" / "bruno"
    home.mkdir(parents=True)
    (home / "secret.txt").write_text("bruno's work")
    with RemoteKernel(guarded, "amina") as kernel:
        yield kernel


def can_read(kernel: RemoteKernel, path: Path) -> str:
    return kernel.run(
        "from pathlib import Path\n"
        f"p = Path({str(path)!r})\n"
        "try:\n"
        "    print('READ', p.read_bytes()[:20] if not p.is_dir() else list(p.iterdir())[:3])\n"
        "except OSError as error:\n"
        "    print('refused', type(error).__name__)"
    )


def test_has_its_home_its_team_and_its_materials(kernel: RemoteKernel) -> None:
    printed = kernel.run(
        "import os; from pathlib import Path\n"
        "home = Path.home()\n"
        "print(home, os.environ['BOOTCAMP_LOGIN'], os.environ['BOOTCAMP_TEAM'])\n"
        "print(sorted(p.name for p in home.iterdir() if not p.name.startswith('.')))\n"
        "(home / 'note.txt').write_text('mine'); (home / 'team' / 'ours.txt').write_text('ours')\n"
        "print('written')"
    )
    assert "/home/citizen amina teal" in printed
    assert "'session-01'" in printed
    assert "'team'" in printed
    assert "written" in printed


def test_team_folder_is_shared_and_other_teams_are_not(
    guarded: Bootcamp, kernel: RemoteKernel
) -> None:
    kernel.run("from pathlib import Path; (Path.home()/'team'/'plan.md').write_text('a plan')")
    assert (guarded.data / "teams" / "teal" / "plan.md").read_text() == "a plan"
    assert "refused" in can_read(kernel, guarded.data / "teams" / "amber")


def test_cannot_read_what_is_not_its_own(guarded: Bootcamp, kernel: RemoteKernel) -> None:
    data, content = guarded.data, content_root()
    forbidden = [
        data / "homes" / "bruno" / "secret.txt",
        data / "homes",
        data / "cohort.toml",
        data / "store.sqlite",
        data / "hub" / "jupyterhub.sqlite",
        data / "hub" / "jupyterhub_cookie_secret",
        data / "logs" / "hub.log",
        data / "course",
        content / "solutions" / "session-01" / "homework-1.ipynb",
        content / "labs" / "session-01-homework.py",
        content / "graders" / "checks" / "homework_1.py",
        content / "graders" / "datasets" / "email_routing" / "hidden" / "labels.csv",
        Path("/etc/shadow"),
        Path("/root/.bashrc"),
    ]
    for path in forbidden:
        assert not path.is_relative_to(content) or path.exists(), f"{path}: nothing to protect"
        assert "refused" in can_read(kernel, path), path


def test_nothing_of_answers_hidden_data_or_keys_is_anywhere_inside(kernel: RemoteKernel) -> None:
    hidden = content_root() / "graders" / "datasets" / "email_routing" / "hidden"
    subject = next(
        line
        for line in (hidden / "mail-201.eml").read_text(errors="replace").splitlines()
        if line.startswith("Message-ID:")
    )
    marks = [subject.partition(":")[2].strip(), "### BEGIN " + "SOLUTION", CANARY]
    printed = kernel.run(
        "import os\n"
        f"marks = [m.encode() for m in {marks!r}]\n"
        "found, seen = [], 0\n"
        "for top in ('/home', '/work', '/srv', '/tmp', '/etc', '/var', '/root', '/opt', '/run'):\n"
        "    for folder, _, names in os.walk(top):\n"
        "        if '/site-packages/' in folder and '/bootcamp' not in folder:\n"
        "            continue\n"
        "        if '/lib/python3' in folder and '/site-packages' not in folder:\n"
        "            continue\n"
        "        for name in names:\n"
        "            path = os.path.join(folder, name)\n"
        "            try:\n"
        "                data = open(path, 'rb').read(4_000_000)\n"
        "            except OSError:\n"
        "                continue\n"
        "            seen += 1\n"
        "            found += [(path, m) for m in marks if m in data]\n"
        "print(seen > 50, found)"
    )
    # Our code names the mark of an answer; answers themselves may not be there.
    assert printed.startswith("True"), printed
    inside = [line for line in eval(printed.partition(" ")[2]) if "/bootcamp/" not in line[0]]
    assert inside == []


def test_company_key_is_in_no_process_of_the_citizen(kernel: RemoteKernel) -> None:
    printed = kernel.run(
        "from pathlib import Path\n"
        "def read(p):\n"
        "    try: return p.read_bytes()\n"
        "    except OSError: return b''\n"
        "everything = b''.join(read(p / f) for p in Path('/proc').glob('[0-9]*')"
        " for f in ('environ', 'cmdline'))\n"
        f"print({CANARY.encode()!r} in everything, len(everything) > 100)\n"
        "print([p.name for p in Path('/proc').glob('[0-9]*')])"
    )
    assert printed.startswith("False True")
    assert len(printed.splitlines()[1].split(",")) < 20


def test_is_its_own_user_without_privileges(kernel: RemoteKernel) -> None:
    printed = kernel.run(
        "import os, json; from pathlib import Path\n"
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "status = dict(line.split(':', 1) for line in lines)\n"
        "print(json.dumps([os.getuid(), status['CapEff'].strip(), status['NoNewPrivs'].strip()]))"
    )
    uid, capabilities, no_new_privileges = json.loads(printed)
    assert int(capabilities, 16) == 0
    assert no_new_privileges == "1"
    assert uid >= 200_000 if os.geteuid() == 0 else uid == os.getuid()


def test_cannot_change_packages_or_use_the_hub_for_more_than_itself(kernel: RemoteKernel) -> None:
    printed = kernel.run(
        "import os, bootcamp.kit, urllib.request, urllib.error, json\n"
        "try:\n"
        "    open(bootcamp.kit.__file__, 'a'); print('WROTE')\n"
        "except OSError: print('read-only')\n"
        "def get(path):\n"
        "    request = urllib.request.Request(os.environ['JUPYTERHUB_API_URL'] + path,\n"
        "        headers={'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']})\n"
        "    try: return urllib.request.urlopen(request).read().decode()\n"
        "    except urllib.error.HTTPError as error: return error.code\n"
        "print(get('/users/bruno'), get('/users'), get('/services/gateway'))"
    )
    assert "WROTE" not in printed
    assert "read-only" in printed
    assert "bruno" not in printed


def test_symbolic_links_in_the_home_lead_nowhere(guarded: Bootcamp, kernel: RemoteKernel) -> None:
    """A link to a secret is followed only where the citizen may look, at a later start too."""
    kernel.run(
        "import os, shutil; from pathlib import Path\n"
        "home = Path.home(); shutil.rmtree(home / 'session-06', ignore_errors=True)\n"
        f"os.symlink({str(guarded.data / 'hub')!r}, home / 'session-06')\n"
        f"os.symlink({str(guarded.data / 'hub' / 'jupyterhub_cookie_secret')!r}, home / 'peek')"
    )
    before = sorted(p.name for p in (guarded.data / "hub").iterdir())
    kernel.http.delete("/hub/api/users/amina/server")
    with RemoteKernel(guarded, "chloe") as other:
        assert "refused" in can_read(other, guarded.data / "hub")
    assert sorted(p.name for p in (guarded.data / "hub").iterdir()) == before


def test_a_team_finds_its_use_case_in_its_own_folder(guarded: Bootcamp) -> None:
    before = load_cohort(guarded.data / "cohort.toml")
    teams = tuple(
        team.model_copy(update={"use_case": "hr-questions"}) if team.slug == "amber" else team
        for team in before.teams
    )
    save_cohort(before.model_copy(update={"teams": teams}), guarded.data / "cohort.toml")
    with RemoteKernel(guarded, before.team("amber").members[0]) as kernel:
        printed = kernel.run(
            "from pathlib import Path; from bootcamp.kit import load_cases\n"
            "folder = Path.home() / 'team' / 'data' / 'hr-questions'\n"
            "print(sorted(path.name for path in folder.iterdir()))\n"
            "print(len(list((folder / 'items').iterdir())), len(load_cases('email-routing')))\n"
            "(folder / 'note.txt').write_text('ours'); print('written')"
        )
    assert "['brief.md', 'items']" in printed
    count = int(printed.splitlines()[1].split()[0])
    assert count == len(list((dataset("hr-questions") / "dev").iterdir()))
    assert "written" in printed
    kept = guarded.data / "teams" / "amber" / "data" / "hr-questions"
    assert (kept / "note.txt").read_text() == "ours"
    assert not (guarded.data / "teams" / "teal" / "data").exists()
