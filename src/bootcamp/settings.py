"""Where a bootcamp keeps its things, and what it reads from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bootcamp.errors import UsageError

__all__ = [
    "DEFAULT_PORT",
    "WEIGHTS_FILE",
    "DataFolder",
    "model_folder",
    "moment_of_run",
    "private_folder",
]

DEFAULT_PORT = 8000
WEIGHTS_FILE = "model.safetensors"
"""The file in the model folder that holds the practice model's weights."""


@dataclass(frozen=True)
class DataFolder:
    """All that one bootcamp stores, under one folder; removing it removes the bootcamp."""

    root: Path

    @classmethod
    def at(cls, path: Path | str) -> DataFolder:
        """Give the folder at `path`, made absolute so that a change of directory cannot move it.

        Raises:
            UsageError: the path cannot be followed.
        """
        try:
            return cls(Path(path).expanduser().resolve())
        except (OSError, RuntimeError):  # an unknown ~name, or links that lead in a circle
            raise UsageError(f"{path} is no path that this machine can follow.") from None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> DataFolder:
        """Give the folder that `BOOTCAMP_DATA` names; services are started with it set."""
        return cls.at(environ.get("BOOTCAMP_DATA", "bootcamp-data"))

    @property
    def cohort_file(self) -> Path:
        """The cohort: people, teams, dates, model, budgets."""
        return self.root / "cohort.toml"

    @property
    def hub(self) -> Path:
        """JupyterHub's own database and secrets."""
        return self.root / "hub"

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of our store; SQLite unless `BOOTCAMP_STORE_URL` names another."""
        return os.environ.get("BOOTCAMP_STORE_URL") or f"sqlite:///{self.root / 'store.sqlite'}"

    @property
    def homes(self) -> Path:
        """One home a person."""
        return self.root / "homes"

    @property
    def teams(self) -> Path:
        """One shared folder a team."""
        return self.root / "teams"

    @property
    def course(self) -> Path:
        """nbgrader's course folder: source, release, submitted, autograded, feedback, gradebook."""
        return self.root / "course"

    @property
    def handins(self) -> Path:
        """Every version of every hand-in."""
        return self.root / "handins"

    @property
    def finals(self) -> Path:
        """Executed final notebooks and their results."""
        return self.root / "finals"

    @property
    def cases(self) -> Path:
        """Use cases that the facilitator has added: `SLUG/hidden`, and if wanted `SLUG/dev`."""
        return self.root / "cases"

    @property
    def examples(self) -> Path:
        """Solutions of an earlier cohort, for everybody to read; most often not there."""
        return self.root / "examples"

    @property
    def logs(self) -> Path:
        """Logs of the hub and its services."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """The running bootcamp's lock and state."""
        return self.root / "run"

    def create(self) -> None:
        """Create the folders that are missing; what is only the hub's is closed to others.

        Raises:
            UsageError: the system does not allow it; says why.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            closed = (self.hub, self.course, self.handins, self.finals, self.cases, self.logs)
            for folder in (*closed, self.run):
                private_folder(folder)
            for folder in (self.homes, self.teams):
                folder.mkdir(mode=0o711, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(
                f"{self.root} cannot be used as a data folder ({reason})."
                " Give another one with --data."
            ) from None


def private_folder(path: Path) -> Path:
    """Create `path` so that only its owner can look inside, and give it back."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def moment_of_run(name: str) -> datetime:
    """Give when a final run began: its folder's name says so.

    Raises:
        ValueError: no run is called like this.
    """
    return datetime.strptime(name[:17], "%Y-%m-%d-%H%M%S").replace(tzinfo=UTC)


def model_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder of the practice model's weights; they serve every bootcamp of this account.

    `BOOTCAMP_MODEL_FOLDER` names another one, such as a copy of the official model.
    """
    given = environ.get("BOOTCAMP_MODEL_FOLDER")
    if given:
        return Path(given).expanduser()
    return Path.home() / ".cache" / "bootcamp" / "models" / "all-MiniLM-L6-v2"
