"""nbgrader's exchange over HTTP: JupyterLab's assignment list and nbgrader's commands use these.

Each class takes the place of one that copies through a shared folder. The caller's own hub token
proves who calls, so a citizen can only ever see and hand in what is theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.exchange import abc
from traitlets import Bool, Unicode

from bootcamp.exchange.client import ExchangeClient, ExchangeUnavailable, write_files
from bootcamp.exchange.rules import KINDS

__all__ = [
    "Collect",
    "FetchAssignment",
    "FetchFeedback",
    "HubExchange",
    "List",
    "NoList",
    "ReleaseAssignment",
    "ReleaseFeedback",
    "Submit",
]

_COURSE = "bootcamp"
_STAMP = "%Y-%m-%d %H:%M:%S.%f %Z"


class HubExchange(abc.Exchange):
    """What all plug-ins share: the client, the folder of a homework, one-line failures."""

    path_includes_course = Bool(False, help="Whether homework folders lie in the course's").tag(
        config=True
    )
    # The formgrader and the API ask for it; nothing is ever written there.
    root = Unicode("", help="Not used: the exchange is behind HTTP")

    client_factory: Callable[[], ExchangeClient] = staticmethod(ExchangeClient.from_environment)

    @property
    def client(self) -> ExchangeClient:
        """The connection to the bootcamp, with the caller's token."""
        return self.client_factory()

    @property
    def course_id(self) -> str:
        """The course asked for; ours when none is."""
        return str(self.coursedir.course_id or _COURSE)

    @property
    def assignment_id(self) -> str:
        """The homework asked for."""
        # Typed as a folder at times: `nbgrader submit homework-1/`.
        return Path(str(self.coursedir.assignment_id)).name

    def folder(self, assignment: str) -> Path:
        """Give where a homework lies in the caller's own files."""
        base = Path(self.assignment_dir)
        return (
            (base / self.course_id if self.path_includes_course else base) / assignment
        ).resolve()

    @contextmanager
    def plain_failures(self) -> Iterator[None]:
        """Turn what went wrong into nbgrader's own error, with one sentence."""
        try:
            yield
        except ExchangeUnavailable as error:
            self.fail(str(error))

    def init_src(self) -> None:
        """Nothing to prepare: the source is a request away."""

    def init_dest(self) -> None:
        """Nothing to prepare."""

    def copy_files(self) -> None:
        """Do the transfer; each plug-in says how."""


class FetchAssignment(HubExchange, abc.ExchangeFetchAssignment):
    """Brings a released homework into the caller's folder."""

    def copy_files(self) -> None:
        """Write the files that are not there yet; a copy is never overwritten."""
        target = self.folder(self.assignment_id)
        if target.is_dir() and not self.replace_missing_files:
            self.fail(f"You already have {self.assignment_id} in {target}.")
        with self.plain_failures():
            write_files(target, self.client.files(self.assignment_id), only_missing=True)
        self.log.info("Fetched as: %s %s", self.course_id, self.assignment_id)


class Submit(HubExchange, abc.ExchangeSubmit):
    """Hands the caller's folder in and shows the receipt."""

    def copy_files(self) -> None:
        """Send what a hand-in may hold; name what stays behind."""
        source = self.folder(self.assignment_id)
        if not source.is_dir():
            self.fail(f"There is no folder {source}. Fetch {self.assignment_id} first.")
        files = {}
        for path in sorted(source.rglob("*")):
            name = path.relative_to(source)
            if any(part.startswith(".") for part in name.parts) or name.parts[0] == "feedback":
                continue
            if path.is_symlink() or not path.is_file():
                continue
            if path.suffix.lower() in KINDS:
                files[name.as_posix()] = path.read_bytes()
            else:
                self.log.warning("Left out, as this kind cannot be handed in: %s", name)
        with self.plain_failures():
            receipt = self.client.hand_in(self.assignment_id, files)
        for warning in receipt["warnings"]:
            self.log.warning("%s", warning)
        self.log.info("%s", receipt["message"])


class FetchFeedback(HubExchange, abc.ExchangeFetchFeedback):
    """Brings feedback into the homework's folder."""

    def copy_files(self) -> None:
        """Write the newest feedback beside the homework, under the hand-in's moment."""
        with self.plain_failures():
            feedback = self.client.feedback(self.assignment_id)
        if feedback is None:
            self.log.warning("There is no feedback on %s yet.", self.assignment_id)
            return
        target = self.folder(self.assignment_id) / "feedback" / _stamp(feedback["received_at"])
        page = f"{self.assignment_id}.html"
        write_files(target, {page: feedback["html"].encode()})
        self.log.info("Fetched feedback: %s", target / page)


class List(HubExchange, abc.ExchangeList):
    """Lists released homework or the caller's hand-ins, as JupyterLab's assignment list asks."""

    def list_files(self) -> list[dict[str, Any]]:
        """Give and log what there is."""
        with self.plain_failures():
            known = [
                item
                for item in self.client.homework()
                if item["released_at"]
                and self.coursedir.course_id in {"", "*", _COURSE}
                and self.coursedir.assignment_id in {"", "*", item["assignment"]}
            ]
            if self.inbound or self.cached:
                return self._submitted(known)
        return self._released(known)

    def remove_files(self) -> list[dict[str, Any]]:
        """Refuse: hand-ins are kept."""
        self.fail("Nothing can be removed here: every version that was handed in is kept.")
        return []

    def _released(self, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.log.info("Released assignments:")
        found = []
        for item in known:
            folder = self.folder(item["assignment"])
            fetched = folder.is_dir()
            notebooks = sorted(folder.glob("*.ipynb")) if fetched else []
            found.append(
                {
                    "course_id": _COURSE,
                    "assignment_id": item["assignment"],
                    "status": "fetched" if fetched else "released",
                    "path": str(folder),
                    "due": item["due"],
                    "notebooks": [
                        {"notebook_id": path.stem, "path": str(path)} for path in notebooks
                    ],
                }
            )
            note = " (already downloaded)" if fetched else ""
            due = f", due {item['due']}" if item["due"] else ""
            self.log.info("%s %s%s%s", _COURSE, item["assignment"], note, due)
        return found

    def _submitted(self, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.log.info("Submitted assignments:")
        found = []
        for item in known:
            by_login: dict[str, list[dict[str, Any]]] = {}
            feedback = self.client.feedback(item["assignment"]) if item["feedback"] else None
            for handin in self.client.handins(item["assignment"]):
                info = self._submission(item["assignment"], handin, feedback)
                by_login.setdefault(handin["login"], []).append(info)
            found += [
                {
                    "course_id": _COURSE,
                    "student_id": login,
                    "assignment_id": item["assignment"],
                    "status": "submitted",
                    "submissions": submissions,
                }
                for login, submissions in sorted(by_login.items())
            ]
        return found

    def _submission(
        self, assignment: str, handin: dict[str, Any], feedback: dict[str, Any] | None
    ) -> dict[str, Any]:
        stamp = _stamp(handin["received_at"])
        local = self.folder(assignment) / "feedback" / stamp
        page = local / f"{assignment}.html"
        here = page.is_file()
        there = feedback is not None and feedback["receipt"] == handin["receipt"]
        newer = False
        if here and there and feedback is not None:
            newer = _hash(page.read_bytes()) != _hash(feedback["html"].encode())
        late = f" ({handin['late']} late)" if handin["late"] else ""
        self.log.info("%s %s %s %s%s", _COURSE, handin["login"], assignment, stamp, late)
        state = {
            "has_local_feedback": here,
            "has_exchange_feedback": there,
            "feedback_updated": newer,
        }
        return {
            "course_id": _COURSE,
            "student_id": handin["login"],
            "assignment_id": assignment,
            "timestamp": stamp,
            "status": "submitted",
            "path": handin["receipt"],
            "local_feedback_path": str(local) if here else None,
            "notebooks": [
                {
                    "notebook_id": assignment,
                    "path": handin["receipt"],
                    "local_feedback_path": str(page) if here else None,
                    **state,
                }
            ],
            **state,
        }


class NoList(HubExchange, abc.ExchangeList):
    """Lists nothing: nbgrader's API asks for a list as soon as it is made."""

    def start(self) -> list[dict[str, Any]]:
        """Give nothing, without asking anybody."""
        return []

    list_files = remove_files = start


class ReleaseAssignment(HubExchange, abc.ExchangeReleaseAssignment):
    """Releases a homework of the course; the bootcamp brings the files itself."""

    def copy_files(self) -> None:
        """Ask the bootcamp to release it."""
        with self.plain_failures():
            self.client.release(self.assignment_id)
        self.log.info("Released as: %s %s", self.course_id, self.assignment_id)


class Collect(HubExchange, abc.ExchangeCollect):
    """Brings everyone's newest hand-in into the facilitator's course folder."""

    def copy_files(self) -> None:
        """Write what is newer than the copy that is there (with `--update`), or not there yet."""
        with self.plain_failures():
            newest = {
                login: item
                for item in self.client.handins(self.assignment_id)
                for login in (item["login"], *item["members"])
            }
            for login, item in sorted(newest.items()):
                self._collect_one(login, item)
        self.log.info("%d submissions of %s", len(newest), self.assignment_id)

    def _collect_one(self, login: str, item: dict[str, Any]) -> None:
        coursedir = self.coursedir
        place = coursedir.format_path(coursedir.submitted_directory, login, self.assignment_id)
        target, stamp = Path(place), _stamp(item["received_at"])
        timestamp = target / "timestamp.txt"
        if target.is_dir():
            same = timestamp.is_file() and timestamp.read_text() == stamp
            if same or not self.update:
                return
            old = target.with_name(f".{target.name}.{_hash(stamp.encode())[:8]}")
            target.rename(old)
        files = self.client.handin_files(self.assignment_id, item["receipt"])
        write_files(target, {**files, "timestamp.txt": stamp.encode()})
        self.log.info("Collected: %s %s", login, self.assignment_id)


class ReleaseFeedback(HubExchange, abc.ExchangeReleaseFeedback):
    """Gives feedback pages of the facilitator's course folder to their citizens."""

    def copy_files(self) -> None:
        """Send each page with the score that the gradebook holds."""
        coursedir = self.coursedir
        pattern = coursedir.format_path(
            coursedir.feedback_directory, coursedir.student_id or "*", self.assignment_id
        )
        name = f"{self.assignment_id}.html"
        with Gradebook(coursedir.db_url) as gradebook, self.plain_failures():
            for page in sorted(Path("/").glob(f"{pattern.lstrip('/')}/{name}")):
                login = page.parent.parent.name
                graded = gradebook.find_submission(self.assignment_id, login)
                self.client.publish_feedback(
                    self.assignment_id,
                    login,
                    {
                        "score": graded.score,
                        "max_score": graded.max_score,
                        "awaits_marking": graded.needs_manual_grade,
                        "html": page.read_text(encoding="utf-8"),
                    },
                )
                self.log.info("Feedback released to %s", login)


def _stamp(moment: str) -> str:
    """Give an ISO moment as nbgrader writes one."""
    return datetime.fromisoformat(moment).strftime(_STAMP)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
