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
from bootcamp.kit.reading import KINDS, decoded, text_of
from bootcamp.kit.texts import texts

__all__ = ["Case", "Cases", "load_cases"]

_ = texts("kit")
_n = _.count

_LONGEST_SHOWN = 80
_NOT_CASES = frozenset({"brief.md", "labels.csv", "notes.csv"})


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
            if not self:
                raise KitError(_("There are no cases in this list.")) from None
            raise KitError(
                _n(
                    "There is {n} case, and its number is 0. Choose it in place of {index}.",
                    "There are {n} cases, numbered from 0 to {last}. Choose a number in that range "
                    "in place of {index}.",
                    len(self),
                    last=len(self) - 1,
                    index=index,
                )
            ) from None

    def _repr_html_(self) -> str:
        names = dict.fromkeys(name for case in self for name in case)
        # A mail has its subject; of what has none, the beginning tells one from another.
        columns = [name for name in names if name != "text" or "subject" not in names]
        head = "".join(f'<th scope="col">{name}</th>' for name in ["", *columns])
        rows = "".join(self._row(number, case, columns) for number, case in enumerate(self))
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    @staticmethod
    def _row(number: int, case: Case, columns: list[str]) -> str:
        cells = "".join(
            f'<td style="text-align:left">{html.escape(_short(case.get(name, "")))}</td>'
            for name in columns
        )
        return f'<tr><th scope="row">{number}</th>{cells}</tr>'


def load_cases(name: str = "email-routing") -> Cases:
    """The development cases of the use case `name`, in the order of their file names.

    Each case is a dictionary with `id` and `text`, and for a mail `subject`, `sender` and `date`
    (YYYY-MM-DD, or empty); the columns of `labels.csv`, such as `queue` and `urgency`, are added
    where they exist. Of several answers a column has all, with ` | ` between.

    Raises:
        KitError: no such use case near this notebook, or no case in its folder.
    """
    folder = _folder(name)
    labels = _labels(folder)
    paths = [path for path in sorted(folder.rglob("*")) if _is_case(path, labels)]
    cases = Cases(_read_mail(path) if _is_mail(path) else _read_file(path) for path in paths)
    for case in cases:
        case.update(labels.get(case["id"], {}))
    if not cases:
        raise KitError(
            _("The folder {folder} holds no cases. Ask your facilitator for them.", folder=folder)
        )
    return cases


def _is_mail(path: Path) -> bool:
    return path.suffix.lower() == ".eml"


def _is_case(path: Path, labels: dict[str, dict[str, str]]) -> bool:
    """Whether this file is a case, and not a handbook or a table that belongs to all of them."""
    if path.name in _NOT_CASES or not (_is_mail(path) or path.suffix.lower() in KINDS):
        return False
    # Of mails, also those that nobody has labelled yet.
    return _is_mail(path) or not labels or path.stem in labels


def _read_file(path: Path) -> Case:
    return Case(id=path.stem, text=text_of(path))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 2] + " …"


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
    there = (
        _("The use cases here are: {known}.", known=", ".join(known))
        if known
        else _("Ask your facilitator.")
    )
    raise KitError(
        _("There are no cases called “{name}” near this notebook. {there}", name=name, there=there)
    )


def _labels(folder: Path) -> dict[str, dict[str, str]]:
    path = next(iter(sorted(folder.rglob("labels.csv"))), None)
    if path is None:
        return {}
    found: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(decoded(path.read_bytes()).splitlines(keepends=True)):
        if row.get("id"):
            own = {k: v for k, v in row.items() if k and k != "id" and isinstance(v, str)}
            before = found.get(str(row["id"]), {})
            found[str(row["id"])] = {
                name: f"{before[name]} | {value}" if name in before else value
                for name, value in own.items()
            }
    return found


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
        return decoded(payload) if isinstance(payload, bytes) else str(part.get_payload())


def _without_tags(text: str) -> str:
    text = re.sub(r"(?is)<(script|style).*?</\1\s*>", " ", text)
    text = re.sub(r"(?i)<br\s*/?>|</p>|</div>|</tr>", "\n", text)
    plain = html.unescape(re.sub(r"<[^>]+>", " ", text))
    lines = (" ".join(line.split()) for line in plain.splitlines())
    return "\n".join(line for line in lines if line)
