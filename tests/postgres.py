"""A PostgreSQL of the tests' own: in a temporary folder, reached by a socket file alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from tests.conftest import eventually

_DEBIAN = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """Give the folder of PostgreSQL's programs, the newest there is, or None."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a server with an empty database while the context lasts; give its URL."""
    with tempfile.TemporaryDirectory(prefix="bootcamp-pg-") as scratch:
        home = Path(scratch)
        as_user: list[str] = []
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            user = pwd.getpwnam("postgres")
            os.chown(home, user.pw_uid, user.pw_gid)
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        data, log = home / "data", home / "log"
        first = [folder / "initdb", "--auth=trust", "--username=postgres", "--no-sync"]
        subprocess.run(
            [*as_user, *map(str, first), f"--pgdata={data}"],
            check=True,
            capture_output=True,
            timeout=120,
            cwd=home,
        )
        # Nothing has to outlive this test, so nothing is brought to the disk.
        options = {"listen_addresses": "", "unix_socket_directories": str(home), "fsync": "off"}
        given = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*as_user, str(folder / "postgres"), "-D", str(data), *given],
                stdout=output,
                stderr=output,
                cwd=home,
            )
        try:
            url = f"postgresql+psycopg://postgres@/postgres?host={home}"
            engine = create_engine(url)

            def answers() -> bool:
                assert server.poll() is None, log.read_text(errors="replace")
                try:
                    engine.connect().close()
                except OperationalError:
                    return False
                return True

            eventually(answers, within=60)
            engine.dispose()
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # ends the sessions that are still there
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(10)
