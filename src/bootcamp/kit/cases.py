"""The cases of a use case: a list of dictionaries that a notebook shows as a table."""

import csv
import email
import html
import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, SupportsIndex, overload

from bootcamp.kit.errors import KitError

__all__ = ["Case", "Cases", "load_cases"]

_TABLE_COLUMNS = ("id", "subject", "sender", "date", "queue", "urgency")


class Case(dict[str, str]):
    """One case: a dictionary that a notebook shows as a small page."""

    def _repr_html_(self) -> str:
        head = "".join(
            f"<div><b>{html.escape(name)}</b>: {html.escape(value)}</div>"
            for name, value in self.items()
            if name != "text"
        )
        body = html.escape(self.get("text", ""))
        return (
            f'<div style="max-width:48rem">{head}<hr>'
            f'<div style="white-space:pre-wrap">{body}</div></div>'
        )


class Cases(list[Case]):
    """A list of cases: counted from 0, like every list, and shown as a table."""

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Case: ...
    @overload
    def __getitem__(self, index: slice, /) -> "Cases": ...
    def __getitem__(self, index: Any, /) -> Any:
        """One case, or for `cases[:10]` a shorter list that is shown as a table too."""
        if isinstance(index, slice):
            return Cases(super().__getitem__(index))
        try:
            return super().__getitem__(index)
        except IndexError:
            raise KitError(
                f"There are {len(self)} cases, numbered from 0 to {len(self) - 1}. "
                f"Choose a number in that range in place of {index}."
            ) from None

    def _repr_html_(self) -> str:
        columns = [name for name in _TABLE_COLUMNS if any(name in case for case in self)]
        head = "".join(f'<th scope="col">{name}</th>' for name in ["", *columns])
        rows = "".join(self._row(number, case, columns) for number, case in enumerate(self))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    @staticmethod
    def _row(number: int, case: Case, columns: list[str]) -> str:
        cells = "".join(
            f'<td style="text-align:left">{html.escape(case.get(name, ""))}</td>'
            for name in columns
        )
        return f'<tr><th scope="row">{number}</th>{cells}</tr>'


def load_cases(name: str = "email-routing") -> Cases:
    """The development cases of the use case `name`, in the order of their file names.

    Each case is a dictionary with `id`, `subject`, `sender`, `date` (YYYY-MM-DD, or empty) and
    `text`; the columns of `labels.csv`, such as `queue` and `urgency`, are added where they exist.

    Raises:
        KitError: no such use case near this notebook, or no mail in its folder.
    """
    folder = _folder(name)
    labels = _labels(folder)
    cases = Cases()
    for path in sorted(folder.rglob("*.eml")):
        case = _read_mail(path)
        case.update(labels.get(case["id"], {}))
        cases.append(case)
    if not cases:
        raise KitError(f"The folder {folder} holds no mail (.eml). Ask your facilitator for it.")
    return cases


def _roots() -> Iterator[Path]:
    here = Path.cwd()
    yield from (folder / "data" for folder in (here, *here.parents[:2]))
    yield Path.home() / "team" / "data"
    yield from sorted(Path.home().glob("session-0*/data"))


def _folder(name: str) -> Path:
    roots = list(_roots())
    if isinstance(name, str) and name and not name.startswith((".", "/")):
        for root in roots:
            if (root / name).is_dir():
                return root / name
    near = (folder for root in roots if root.is_dir() for folder in root.iterdir())
    known = sorted({folder.name for folder in near if folder.is_dir()})
    there = f"The use cases here are: {', '.join(known)}." if known else "Ask your facilitator."
    raise KitError(f"There are no cases called “{name}” near this notebook. {there}")


def _labels(folder: Path) -> dict[str, dict[str, str]]:
    path = next(iter(sorted(folder.rglob("labels.csv"))), None)
    if path is None:
        return {}
    rows = csv.DictReader(_decoded(path.read_bytes()).splitlines())
    return {
        str(row["id"]): {k: v for k, v in row.items() if k and k != "id" and isinstance(v, str)}
        for row in rows
        if row.get("id")
    }


def _read_mail(path: Path) -> Case:
    """One mail file; a damaged one gives a case all the same, with what could be read."""
    try:
        message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    except OSError:
        message = EmailMessage()
    return Case(
        id=path.stem,
        subject=_header(message, "subject"),
        sender=_header(message, "from"),
        date=_date(message),
        text=_text(message),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message[name] or "").split())
    except Exception:  # a damaged header raises many kinds, and must not hide the mail
        return ""


def _date(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(_header(message, "date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _text(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except Exception:  # as above: a damaged structure is read as having no body
        part = None
    if part is None:
        return ""
    text = _part_text(part)
    return _without_tags(text) if part.get_content_type() == "text/html" else text.strip()


def _part_text(part: Any) -> str:
    try:
        return str(part.get_content())
    except Exception:  # unknown charset or broken encoding: read the bytes
        payload = part.get_payload(decode=True)
        return _decoded(payload) if isinstance(payload, bytes) else str(part.get_payload())


def _without_tags(text: str) -> str:
    text = re.sub(r"(?is)<(script|style).*?</\1\s*>", " ", text)
    text = re.sub(r"(?i)<br\s*/?>|</p>|</div>|</tr>", "\n", text)
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text))
    lines = (" ".join(line.split()) for line in plain.splitlines())
    return "\n".join(line for line in lines if line)


def _decoded(raw: bytes) -> str:
    """Text of a file saved in UTF-8, or else by an older Western program."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
