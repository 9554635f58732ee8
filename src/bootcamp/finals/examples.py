"""Solutions of one cohort as examples for the next: what a team built, without whose and with what.

Only the files that make up a solution are taken, from what the final run kept. Outputs, data,
inputs with their owners and keys stay behind; people of the cohort are not named in it. What a
team wrote into its prompts is still there: a facilitator reads it before others do.
"""

from __future__ import annotations

import io
import json
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bootcamp.cohort import Cohort
from bootcamp.finals.files import json_object, read_below
from bootcamp.finals.notebooks import load_notebook
from bootcamp.finals.records import Run, newest_run
from bootcamp.settings import DataFolder

__all__ = ["copy_examples", "ideas_of"]

_FILES = ("solution.ipynb", "solution.py", "batch.py", "risk_card.md", "runbook.md")
_MOST_BYTES = 2_000_000
_LONGEST = 150
_TEXTS = {tokenize.STRING, tokenize.COMMENT}
_NAMED_KEY = re.compile(
    r"""(?i)((?:api_?key|access_?key|auth_?token|access_?token|secret|passw(?:or)?d)["']?\s{0,9}"""
    r"""[=:]\s{0,9}[rb]?)(["'])[^"'\n]{6,}\2"""
)
_LOOKS_LIKE_A_KEY = re.compile(
    r"\b(?:sk|pk|ghp|xox[a-z])[-_][\w-]{12,}|\b(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])[\w-]{32,}"
)
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,190}\.[A-Za-z]{2,24}")
_SHORTEST_NAME = 3

Cleaner = Callable[[str], str]


def copy_examples(old: DataFolder, cohort: Cohort, target: Path) -> list[str]:
    """Copy each team's solution from its newest run into a folder below `target`; give their names.

    Nothing is written into the old data folder.
    """
    clean = _cleaner(cohort)
    made: list[str] = []
    for team in cohort.teams:
        run, _ = newest_run(old, team)
        files = dict(_solution(run, clean)) if run else {}
        if run is None or not files:
            continue
        case = team.use_case or "own-case"
        same = sum(name == case or name.startswith(f"{case}-team-") for name in made)
        name = f"{case}-team-{same + 1}" if same else case
        titles = {known.slug: known.title for known in cohort.use_cases}
        about = _about(run, titles.get(case, case), cohort, sorted(files))
        for file, text in {"README.md": clean(about), **files}.items():
            _write(target / name, file, text)
        made.append(name)
    return made


def ideas_of(old: DataFolder, cohort: Cohort) -> list[tuple[str, str]]:
    """Give the next cases that the teams wrote down in session 6, as title and summary."""
    clean = _cleaner(cohort)
    found = []
    for team in cohort.teams:
        for path in ("next_case.json", "final/next_case.json"):
            case = json_object(read_below(old.teams / team.slug, path, _MOST_BYTES))
            title, comes, goes = (
                clean(_line(case.get(key))) for key in ("use_case", "input", "output")
            )
            if title:
                found.append((title, f"{comes} → {goes}" if comes and goes else comes or goes))
                break
    return found


def _solution(run: Run, clean: Cleaner) -> Iterator[tuple[str, str]]:
    folder = run.folder / "submitted"
    for name in _FILES:
        content = read_below(folder, name, _MOST_BYTES)
        if content is None:
            continue
        if name.endswith(".ipynb"):
            notebook = load_notebook(folder / name)
            if notebook is not None:
                yield name, _clean_notebook(notebook, clean)
            continue
        text = content.decode("utf-8-sig", errors="replace")
        yield name, _clean_code(text, clean) if name.endswith(".py") else clean(text)


def _clean_notebook(notebook: Any, clean: Cleaner) -> str:
    """Give a notebook with nothing but its texts and tags: no outputs, pictures, metadata."""
    cells: list[dict[str, Any]] = []
    for cell in notebook.cells:
        code = cell.cell_type == "code"
        tags = [clean(str(tag)) for tag in cell.metadata.get("tags") or []]
        source = _clean_code(cell.source, clean) if code else clean(cell.source)
        cells.append(
            {
                "cell_type": cell.cell_type,
                "metadata": {"tags": tags} if tags else {},
                "source": source.splitlines(keepends=True),
                **({"outputs": [], "execution_count": None} if code else {}),
            }
        )
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _clean_code(source: str, clean: Cleaner) -> str:
    """Clean the texts and comments of Python code: a name may also be that of a function."""
    source = _without_keys(source)
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):  # a magic, or a mistake
        return clean(source)
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for token in reversed(tokens):
        if token.type in _TEXTS:
            begin = starts[token.start[0] - 1] + token.start[1]
            end = starts[token.end[0] - 1] + token.end[1]
            source = source[:begin] + clean(source[begin:end]) + source[end:]
    return source


def _cleaner(cohort: Cohort) -> Cleaner:
    """Give what takes names, addresses and keys out of a text."""
    names = {person.name for person in cohort.people}
    names |= {part for name in names for part in name.split() if len(part) >= _SHORTEST_NAME}
    names |= {person.login for person in cohort.people if len(person.login) >= _SHORTEST_NAME}
    longest_first = sorted(names, key=len, reverse=True)
    known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")

    def clean(text: str) -> str:
        return str(known.sub("somebody", _ADDRESS.sub("[address]", _without_keys(text))))

    return clean


def _without_keys(text: str) -> str:
    return _LOOKS_LIKE_A_KEY.sub("[key]", _NAMED_KEY.sub(r"\1\2[key]\2", text))


def _about(run: Run, title: str, cohort: Cohort, files: list[str]) -> str:
    quality = run.quality
    goal = f"; {quality.against_goal}" if quality.against_goal else ""
    return (
        f"# {title}\n\n"
        f"A solution from the cohort “{cohort.name}”, as it ran in its final run.\n\n"
        f"- {quality.in_words} (95 % interval {quality.interval}){goal}\n"
        f"- measured on {run.counts.measured_on}: {run.counts.handled} handled,"
        f" {run.counts.errors} of them wrong, the rest left to people\n"
        f"- files: {', '.join(files)}\n\n"
        "Read it, take ideas, and build your own: your cases and your rules are others.\n"
    )


def _write(folder: Path, name: str, text: str) -> None:
    """Write a file that every citizen's server may read."""
    for path in (folder.parent, folder):
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o755)
    (folder / name).write_text(text, encoding="utf-8")
    (folder / name).chmod(0o644)


def _line(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:_LONGEST]
