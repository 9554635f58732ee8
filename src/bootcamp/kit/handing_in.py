"""Handing homework in from a notebook: the saved files go to the bootcamp, a receipt comes back."""

import json
import os
import re
from datetime import datetime
from pathlib import Path

from bootcamp.kit.errors import KitError
from bootcamp.kit.texts import texts

__all__ = ["submit"]

_ = texts("kit")

_KINDS = {".ipynb", ".csv", ".json", ".md", ".py", ".txt", ".xlsx"}
# As much as the exchange takes.
_MOST_BYTES = 20_000_000
# It clears the outputs of a notebook that is big because of them.
_MOST_NOTEBOOK_BYTES = 80_000_000
_TIMEOUT_SECONDS = 60.0


class _Elsewhere(KitError):
    """The notebook runs outside the bootcamp: said, not raised, since a grader's run is one too."""


def submit(homework: str | int = "homework-1", folder: str | Path | None = None) -> None:
    """Hand in `homework` from `folder` (usual place: the folder of that name at home).

    The notebook goes with the small files beside it, such as `timing.csv`, as they were last
    saved. Handing in again is fine: the newest version counts and the older ones are kept.

    Raises:
        KitError: nothing was handed in; the message says why and what to do.
    """
    name = _name(homework)
    home = Path(folder) if folder is not None else _usual_folder(name)
    notebook = _notebook(home, name)
    _check_notebook(notebook, name)
    files = [notebook, *_companions(home, notebook)]
    try:
        answer = _send(name, {str(path.relative_to(home)): path.read_bytes() for path in files})
    except _Elsewhere as advice:
        print(advice)
        return
    saved = datetime.fromtimestamp(notebook.stat().st_mtime).strftime("%H:%M")
    print(answer)
    print(
        _(
            "This is the version saved at {saved}. Changed something since? Save (Ctrl + S, on a "
            "Mac Cmd + S) and run this cell again.",
            saved=saved,
        )
    )


def _name(homework: str | int) -> str:
    match = re.fullmatch(r"(?:homework[- ]?)?([1-6])", str(homework).strip().lower())
    if not match:
        raise KitError(
            _(
                'There is no homework called “{homework}”. Write submit("homework-1").',
                homework=homework,
            )
        )
    return f"homework-{match[1]}"


def _usual_folder(name: str) -> Path:
    here = Path.cwd()
    usual = Path.home() / name
    return here if (here / f"{name}.ipynb").is_file() or not usual.is_dir() else usual


def _notebook(home: Path, name: str) -> Path:
    """The homework's notebook; under another name when it is the only one in its folder."""
    usual = home / f"{name}.ipynb"
    if usual.is_file() or not home.is_dir():
        return usual
    others = [path for path in home.glob("*.ipynb") if not path.name.startswith(".")]
    # Whether it is this homework, its cells say: the bootcamp looks at them.
    return others[0] if len(others) == 1 else usual


def _check_notebook(notebook: Path, name: str) -> None:
    if not notebook.is_file():
        raise KitError(
            _(
                "I cannot find {name}.ipynb in {folder}. Give the notebook back that name, or open "
                "it again from your bootcamp home page.",
                name=name,
                folder=notebook.parent,
            )
        )
    try:
        cells = json.loads(notebook.read_bytes())["cells"]
    except (ValueError, KeyError, TypeError):
        cells = None
    if not isinstance(cells, list):
        raise KitError(
            _(
                "{file} is damaged and cannot be handed in as it is. Tell your facilitator: "
                "earlier versions that you handed in are kept.",
                file=notebook.name,
            )
        )


def _companions(home: Path, notebook: Path) -> list[Path]:
    """The files to send beside the notebook: small, of a known kind, neither hidden nor a link."""
    found = [
        path
        for path in sorted(home.iterdir())
        if path.suffix.lower() in _KINDS
        and path != notebook
        and path.is_file()
        and not path.is_symlink()
        and not path.name.startswith(".")
    ]
    written = notebook.stat().st_size
    beside = sum(path.stat().st_size for path in found)
    size = written + beside
    if beside > _MOST_BYTES or written > _MOST_NOTEBOOK_BYTES:
        largest = max([notebook, *found], key=lambda path: path.stat().st_size)
        raise KitError(
            _(
                "The folder {folder} is too big to hand in ({size:.0f} MB of at most {most:.0f}). "
                "Its largest file is {file}: clear its outputs, or move it elsewhere.",
                folder=home.name,
                size=size / 1e6,
                most=_MOST_BYTES / 1e6,
                file=largest.name,
            )
        )
    return found


def _send(name: str, files: dict[str, bytes]) -> str:
    # Imported here: check and hint do not need it, and a notebook should start at once.
    import httpx  # noqa: PLC0415

    base = os.environ.get("BOOTCAMP_URL", "").rstrip("/")
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    if not base or not token:
        raise _Elsewhere(
            _(
                "This notebook does not run inside the bootcamp, so there is nowhere to hand in. "
                "Open it from your bootcamp home page."
            )
        )
    try:
        reply = httpx.post(
            f"{base}/api/homework/{name}/hand-in",
            headers={"Authorization": f"token {token}"},
            files=[("files", (path, content)) for path, content in files.items()],
            timeout=_TIMEOUT_SECONDS,
            trust_env=False,  # the bootcamp is beside us: a company proxy must not come between
        )
    except httpx.HTTPError:
        raise KitError(
            _(
                "The bootcamp cannot be reached, so nothing was handed in. Your work is safe: try "
                "again in a minute, or use “Hand in” on your home page."
            )
        ) from None
    return _receipt(reply.status_code, reply.content)


def _receipt(status: int, content: bytes) -> str:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    answer = body if isinstance(body, dict) else {}
    if status < 300 and answer.get("receipt"):
        message, receipt = str(answer.get("message") or _("Handed in.")), str(answer["receipt"])
        proof = (
            message
            if receipt in message
            else _("{message} Receipt: {receipt}.", message=message, receipt=receipt)
        )
        warnings = answer.get("warnings") or []
        return "\n".join(
            [proof, *(_("Please look again: {warning}", warning=warning) for warning in warnings)]
        )
    if answer.get("error"):
        raise KitError(_("Not handed in: {reason}", reason=answer["error"]))
    if status in {401, 403}:
        raise KitError(
            _(
                "Not handed in: the bootcamp did not recognise you. Open the notebook again from "
                "your bootcamp home page, then run this cell."
            )
        )
    raise KitError(
        _(
            "Not handed in: the bootcamp gave no receipt. Try again in a minute, or use “Hand in” "
            "on your home page."
        )
    )
