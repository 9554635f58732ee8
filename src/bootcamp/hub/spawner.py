"""Starts each citizen's JupyterLab in a sandbox of its own.

Inside there are the person's home, the team's folder, the Python environment, and nothing else:
no other home, no hub state, no answers, no hidden data, no company key.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil
from jupyterhub.spawner import LocalProcessSpawner
from jupyterhub.utils import random_port
from traitlets import Bool, Integer, Unicode

from bootcamp.cohort import Team
from bootcamp.content import (
    SANDBOX_CASE,
    content_root,
    dataset,
    session_folder,
    session_numbers,
    translations,
)
from bootcamp.errors import UnknownName
from bootcamp.hub.accounts import SystemIds
from bootcamp.sandbox import HOME, Bind, Limits, Sandbox
from bootcamp.settings import DataFolder

__all__ = ["SandboxSpawner"]

MATERIALS = Path("/srv/bootcamp")
CONFIG = Path("/etc/jupyter")
EXAMPLES = "examples"
GLOSSARY = "glossary.md"
# Lays out materials that are missing in the home, as the citizen and never over existing work,
# then becomes the server. In here nothing privileged ever follows a citizen's symbolic link.
# Homework is left out: it arrives when it is released.
_LAY_OUT_THEN = (
    f"tar -C {MATERIALS} --exclude='homework-*' -cf - ."
    ' | tar -C "$HOME" --skip-old-files --no-same-permissions -xf -;'
    ' exec "$0" "$@"'
)


class SandboxSpawner(LocalProcessSpawner):
    """A local process inside bubblewrap, as the person's own user id when the hub is root."""

    memory_limit_bytes = Integer(
        6 * 1024**3, help="Address space of one process of a citizen, in bytes."
    ).tag(config=True)
    process_limit = Integer(256, help="Processes and threads of one citizen.").tag(config=True)
    model_url = Unicode(help="The gateway's address as notebooks reach it, with /v1.").tag(
        config=True
    )
    bootcamp_url = Unicode(help="The web service's address as notebooks reach it.").tag(config=True)
    jupyter_config = Unicode(help="Folder that appears as /etc/jupyter.").tag(config=True)
    isolated = Bool(True, help="False runs servers unprotected, for a demo only.").tag(config=True)

    @property
    def data(self) -> DataFolder:
        """The bootcamp's data folder."""
        return DataFolder.from_environment()

    def make_preexec_fn(self, name: str) -> None:
        """Change nothing before the start: the sandbox drops the privileges itself."""

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Leave names and home to the sandbox: citizens are no users of this system."""
        return env

    async def move_certs(self, paths: dict[str, str]) -> dict[str, str]:
        """Leave certificates where they are; internal TLS is not offered on one machine."""
        return paths

    def get_env(self) -> dict[str, str]:
        """Give the environment inside: the hub's variables and the model's address and key."""
        env: dict[str, str] = super().get_env()
        team = self._team()
        env.update(
            OPENAI_BASE_URL=self.model_url,
            OPENAI_API_KEY=env["JUPYTERHUB_API_TOKEN"],
            # Ahead of the environment's own settings, which turn on all of nbgrader for everybody.
            JUPYTER_CONFIG_PATH=str(CONFIG),
            BOOTCAMP_URL=self.bootcamp_url,
            BOOTCAMP_LOGIN=self.user.name,
            BOOTCAMP_TEAM=team.slug if team else "",
            BOOTCAMP_LANGUAGE=self.language,
        )
        return env

    async def start(self) -> tuple[str, int]:
        """Prepare the folders, then start the server in its sandbox."""
        port = int(self.port) or random_port()  # type: ignore[has-type]
        self.port = port
        sandbox = await asyncio.to_thread(self._sandbox)
        argv = [*self.cmd, *self.get_args()]
        environment = {**self.get_env(), **sandbox.environ()}
        if self.isolated:
            command = sandbox.command(["/bin/sh", "-c", _LAY_OUT_THEN, *argv])
        else:
            command = argv
            environment["HOME"] = str(sandbox.home)
            await asyncio.to_thread(
                _lay_out_unprotected, sandbox.home, self.data.examples, self.language
            )
        self.log.info("Starting the server of %s", self.user.name)
        self.proc = subprocess.Popen(
            command,
            env=environment,
            cwd=sandbox.home,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            umask=sandbox.umask,
        )
        self.pid = self.proc.pid
        return (self.ip or "127.0.0.1", port)

    async def stop(self, now: bool = False) -> None:
        """Ask the server itself to leave, then end whatever is left of the sandbox."""
        server = self._server_process()
        if server is not None and not now:
            server.terminate()
            await self.wait_for_death(self.term_timeout)
        await super().stop(now=True)

    def _server_process(self) -> psutil.Process | None:
        """Give the server inside the sandbox: the child of the sandbox's own first process."""
        try:
            descendants = psutil.Process(self.pid).children(recursive=True) if self.pid else []
        except psutil.NoSuchProcess:
            return None
        return next((p for p in descendants if "python" in _name(p)), None)

    def _sandbox(self) -> Sandbox:
        team = self._team()
        ids = self.authenticator.accounts.system_ids(self.user.name, team.slug if team else None)
        home = _own_folder(self.data.homes / self.user.name, ids, 0o700)
        binds = [Bind(session_folder(n), MATERIALS / f"session-{n:02d}") for n in session_numbers()]
        ours = translations(self.language)
        binds += [
            Bind(ours[path], MATERIALS / path) for path in ours if path.startswith("session-")
        ]
        binds.append(
            Bind(ours.get(GLOSSARY, content_root() / "labs" / GLOSSARY), MATERIALS / GLOSSARY)
        )
        if self.data.examples.is_dir():
            binds.append(Bind(self.data.examples, MATERIALS / EXAMPLES))
        binds.append(Bind(Path(self.jupyter_config), CONFIG))
        binds.append(Bind(self._passwd_file(ids), Path("/etc/passwd")))
        if team:
            shared = _team_folder(self.data.teams / team.slug, ids)
            binds.append(Bind(shared, HOME / "team", writable=True))
            binds += _practice_items(team, self.data.cases, ours)
        return Sandbox(
            home=home,
            binds=tuple(binds),
            network=True,
            uid=ids.uid,
            gid=ids.gid,
            user_name=self.user.name,
            limits=Limits(
                memory_bytes=self.memory_limit_bytes,
                processes=self.process_limit if os.geteuid() == 0 else None,
            ),
            # Team mates may change each other's files in the shared folder.
            umask=0o007,
        )

    @property
    def language(self) -> str:
        """What this person reads."""
        return str(self.authenticator.cohort.language)

    def _team(self) -> Team | None:
        # The authenticator's, for a cohort file that someone is just breaking stops no class.
        team: Team | None = self.authenticator.cohort.team_of(self.user.name)
        return team

    def _passwd_file(self, ids: SystemIds) -> Path:
        """Give a file that tells programs inside the name behind the user id."""
        uid, gid = (ids.uid, ids.gid) if os.geteuid() == 0 else (os.getuid(), os.getgid())
        path = self.data.run / f"passwd-{self.user.name}"
        path.write_text(f"{self.user.name}:x:{uid}:{gid}::{HOME}:/bin/bash\n", encoding="ascii")
        path.chmod(0o644)
        return path


def _own_folder(path: Path, ids: SystemIds, mode: int) -> Path:
    """Create a person's home; its owner is the person only when we are root."""
    if not path.is_dir():
        path.mkdir(mode=mode, parents=True)
        if os.geteuid() == 0:
            os.chown(path, ids.uid, ids.gid)
    return path


def _team_folder(path: Path, ids: SystemIds) -> Path:
    """Create a team's folder: files in it belong to the team's group, whoever makes them."""
    if not path.is_dir():
        path.mkdir(parents=True)
    if os.geteuid() == 0:
        os.chown(path, 0, ids.gid)
        path.chmod(0o2770)
    return path


def _practice_items(team: Team, own: Path, ours: Mapping[str, Path]) -> list[Bind]:
    """Give where a team's use case lies, to be laid out as `team/data/USE-CASE`.

    The sandbox case is in every session's folder already; of a team's own case we have what the
    facilitator put there, if anything.
    """
    case = team.use_case
    if case is None or case == SANDBOX_CASE:
        return []
    try:
        folder = dataset(case, own)
    except UnknownName:
        return []
    target = MATERIALS / "team" / "data" / case
    brief = folder / "brief.md"
    if not folder.is_relative_to(own):
        brief = ours.get(f"briefs/{case}.md", brief)
    found = [Bind(brief, target / "brief.md"), Bind(folder / "dev", target / "items")]
    return [bind for bind in found if bind.source.exists()]  # of an own case, perhaps hidden alone


def _lay_out_unprotected(home: Path, examples: Path, language: str) -> None:
    ours = translations(language)
    if examples.is_dir() and not (home / EXAMPLES).exists():
        shutil.copytree(examples, home / EXAMPLES)
    for number in session_numbers():
        target = home / f"session-{number:02d}"
        if not target.exists():
            ignored = shutil.ignore_patterns("homework-*")
            shutil.copytree(session_folder(number), target, ignore=ignored)
            for path in ours:
                if path.startswith(f"{target.name}/") and "/homework-" not in path:
                    shutil.copyfile(ours[path], home / path)
    if not (home / GLOSSARY).exists():
        shutil.copyfile(ours.get(GLOSSARY, content_root() / "labs" / GLOSSARY), home / GLOSSARY)


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""
