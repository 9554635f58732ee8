"""Read the authored minutes: every word of prose in this set was written by hand, in `authored/`.

Minutes are a block of text::

    === key | docx or txt or scan | language [| hard]
    (blank line)
    # a title, ## a heading, - a bullet, 1. a number, | a | table | row |, **bold**, or plain lines

The answers stand in the text itself, and are taken out before the file is written:

- `{who; when; what => words of the minutes}` marks an action inside a line;
- `@ who; when; what` makes the whole next line one.

`when` is a date or nothing, `who` may be nothing. `hard` marks minutes that two careful readers
could read apart. A `scan` has a picture in `authored/scans/` and no words of its own.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

AUTHORED = Path(__file__).parent / "authored"
KINDS = ("docx", "txt", "scan", "empty")
NO_WORDS = ("scan", "empty")
LANGUAGES = ("en", "fr", "de")

_MARKED = re.compile(r"\{([^{}]*?)=>([^{}]*)\}")
_BEFORE_TEXT = re.compile(r"^(?:#{1,2} |- |\d+\. )")


@dataclass(frozen=True)
class Action:
    """One agreed task, as it stands in a row of `labels.csv`."""

    who: str
    what: str
    when: str
    evidence: str


NO_ACTION = Action("", "", "", "")
"""Stands in the one row of a file in which nothing was agreed."""


@dataclass(frozen=True)
class AuthoredMinutes:
    """One file as its author wrote it, with its actions."""

    key: str
    kind: str
    language: str
    hard: bool
    lines: tuple[str, ...]
    actions: tuple[Action, ...]


def read_authored(folder: Path = AUTHORED) -> list[AuthoredMinutes]:
    """Return all authored minutes in a fixed order; ValueError names the block that is wrong."""
    minutes = [block for path in sorted(folder.glob("*.txt")) for block in _read_file(path)]
    keys = [one.key for one in minutes]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise ValueError(f"the same key is used twice: {', '.join(repeated)}")
    return minutes


def cells_of(line: str) -> list[str]:
    """Return the cells of a table row such as `| a | b |`."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_text(text: str, name: str) -> tuple[tuple[str, ...], tuple[Action, ...]]:
    """Take the marks out of a text; return its lines and the actions, in the order of the text."""
    if not text.strip():
        return (), ()
    lines, actions = [], []
    waiting, plain = "", _without_marks(text)
    for marked in text.strip("\n").split("\n"):
        if marked.startswith("@ "):
            waiting = marked[2:]
            continue
        if waiting:
            actions.append(_action(waiting, _as_evidence(marked), name, plain))
            waiting = ""
        actions += [_action(m[1], m[2], name, plain) for m in _MARKED.finditer(marked)]
        lines.append(_without_marks(marked))
    if waiting or any(set("{}") & set(line) for line in lines):
        raise ValueError(f"the minutes '{name}' have a mark that is not closed")
    return tuple(lines), tuple(actions)


def _read_file(path: Path) -> list[AuthoredMinutes]:
    blocks = path.read_text(encoding="utf-8").split("\n=== ")
    blocks[0] = blocks[0].removeprefix("=== ")
    return [_read_block(block) for block in blocks]


def _read_block(block: str) -> AuthoredMinutes:
    head, _, body = block.partition("\n")
    key, kind, language, *flags = (part.strip() for part in head.split("|"))
    if kind not in KINDS or language not in LANGUAGES or bool(body.strip()) == (kind in NO_WORDS):
        raise ValueError(f"the minutes '{key}' have a wrong kind or language, or no words")
    lines, actions = read_text(body, key)
    return AuthoredMinutes(key, kind, language, "hard" in flags, lines, actions)


def _without_marks(text: str) -> str:
    plain = _MARKED.sub(lambda match: match[2].strip(), text)
    return re.sub(r"^@ .*\n", "", plain, flags=re.MULTILINE)


def _as_evidence(line: str) -> str:
    if line.startswith("|"):
        return " | ".join(cell for cell in cells_of(line) if cell)
    return _BEFORE_TEXT.sub("", line)


def _action(mark: str, words: str, name: str, text: str) -> Action:
    parts = [part.strip() for part in mark.split(";")]
    if len(parts) != 3 or not parts[2] or not words.strip():
        raise ValueError(f"the minutes '{name}' have a mark that is not 'who; when; what': {mark}")
    who, when, what = parts
    if when:
        date.fromisoformat(when)
    return Action(_as_named(who, text), what, when, words.strip().replace("**", ""))


def _as_named(who: str, text: str) -> str:
    """Give each name as fully as the minutes do, and no more: nobody can know a surname."""
    names = who.split(" and ") if who else []
    return " and ".join(_fullest(name, text) for name in names)


def _fullest(name: str, text: str) -> str:
    if name.casefold() in text.casefold():
        return name
    first, _, rest = name.partition(" ")
    for part in (first, rest):
        if part and re.search(rf"\b{re.escape(part)}\b", text, re.IGNORECASE):
            return part
    raise ValueError(f"nobody is called '{name}' in the minutes that say: {text[:60]}")
