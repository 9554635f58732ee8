"""The exchange as seen over HTTP: what nbgrader's plug-ins call, with the caller's own token."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import httpx

__all__ = ["ExchangeClient", "ExchangeUnavailable", "write_files"]

_TIMEOUT_SECONDS = 60.0


class ExchangeUnavailable(Exception):
    """The exchange refused or cannot be reached; the message is one sentence for the user."""


@dataclass(frozen=True)
class ExchangeClient:
    """Calls the bootcamp's exchange; `url` ends in `/services/bootcamp`."""

    url: str
    token: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> ExchangeClient:
        """Give the client for the server that this process runs in.

        Raises:
            ExchangeUnavailable: this is not a bootcamp's server.
        """
        url = environ.get("BOOTCAMP_URL", "").rstrip("/")
        token = environ.get("JUPYTERHUB_API_TOKEN", "")
        if not url or not token:
            raise ExchangeUnavailable(
                "This does not run inside the bootcamp: BOOTCAMP_URL and JUPYTERHUB_API_TOKEN are "
                "not set. Start it from a bootcamp server's terminal."
            )
        return cls(url, token)

    def homework(self) -> list[dict[str, Any]]:
        """Give every homework with where the caller stands."""
        answer: list[dict[str, Any]] = self._json("GET", "homework")["homework"]
        return answer

    def files(self, assignment: str) -> dict[str, bytes]:
        """Give what a citizen receives for a homework."""
        return _decoded(self._json("GET", f"homework/{assignment}/files")["files"])

    def hand_in(self, assignment: str, files: Mapping[str, bytes]) -> dict[str, Any]:
        """Hand files in and give the receipt."""
        parts = [("files", (name, content)) for name, content in files.items()]
        answer: dict[str, Any] = self._json("POST", f"homework/{assignment}/hand-in", files=parts)
        return answer

    def handins(self, assignment: str) -> list[dict[str, Any]]:
        """Give the caller's own versions; a facilitator gets everyone's."""
        answer: list[dict[str, Any]] = self._json("GET", f"homework/{assignment}/handins")[
            "handins"
        ]
        return answer

    def handin_files(self, assignment: str, receipt: str) -> dict[str, bytes]:
        """Give the files of one version."""
        return _decoded(self._json("GET", f"homework/{assignment}/handins/{receipt}")["files"])

    def feedback(self, assignment: str) -> dict[str, Any] | None:
        """Give the caller's newest feedback, or none."""
        answer: dict[str, Any] | None = self._json("GET", f"homework/{assignment}/feedback")[
            "feedback"
        ]
        return answer

    def release(self, assignment: str) -> dict[str, Any]:
        """Release a homework (facilitators)."""
        answer: dict[str, Any] = self._json("POST", f"homework/{assignment}/release")
        return answer

    def publish_feedback(self, assignment: str, login: str, feedback: Mapping[str, Any]) -> None:
        """Give a citizen feedback (facilitators)."""
        self._json("POST", f"homework/{assignment}/feedback/{login}", json=dict(feedback))

    def _json(self, method: str, path: str, **content: Any) -> Any:
        try:
            reply = httpx.request(
                method,
                f"{self.url}/api/{path}",
                headers={"Authorization": f"token {self.token}", "Accept": "application/json"},
                timeout=_TIMEOUT_SECONDS,
                trust_env=False,  # the bootcamp is beside us: a proxy must not come between
                **content,
            )
        except httpx.HTTPError:
            raise ExchangeUnavailable(
                "The bootcamp cannot be reached. Try again in a minute."
            ) from None
        try:
            answer = reply.json()
        except ValueError:
            answer = {}
        if reply.status_code >= 300 or not isinstance(answer, dict):
            said = answer.get("error") if isinstance(answer, dict) else None
            raise ExchangeUnavailable(
                str(said or f"The bootcamp answered with an error ({reply.status_code}).")
            )
        return answer


def write_files(folder: Path, files: Mapping[str, bytes], *, only_missing: bool = False) -> None:
    """Write files below `folder`; names that lead out of it are refused."""
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ExchangeUnavailable(f"The bootcamp sent a file with a wrong name: '{name}'.")
        target = folder / path
        if only_missing and target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _decoded(files: Mapping[str, str]) -> dict[str, bytes]:
    try:
        return {name: base64.b64decode(text, validate=True) for name, text in files.items()}
    except (binascii.Error, AttributeError, ValueError):
        raise ExchangeUnavailable("The bootcamp's answer cannot be read. Try again.") from None
