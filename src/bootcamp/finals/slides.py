"""A team's presentation, made from what its final run has left: ten minutes, one idea a slide.

One HTML file with everything in it (reveal.js, pictures, notes): it opens without a network. The
same file with the notes shown is for whoever speaks, and Chromium prints it as a PDF.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from markupsafe import Markup

from bootcamp import roi
from bootcamp.errors import FinalsError
from bootcamp.finals.exam import ExamResult
from bootcamp.finals.figures import Figures
from bootcamp.finals.pages import template
from bootcamp.finals.words import Demo, Words
from bootcamp.language import N_
from bootcamp.spoken import texts

__all__ = ["Form", "Presentation", "chromium", "print_pdf", "slides_page"]

_ = texts("finals")

_HERE = Path(__file__).parent
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PRINT_SECONDS = 120
_EVIDENCE = {
    "measured": N_("measured"),
    "system": N_("from a system"),
    "estimate": N_("⚠ estimate"),
}


@dataclass(frozen=True)
class Presentation:
    """What is told: of the team, of its run, and in its own words."""

    team: str
    members: tuple[str, ...]
    company: str
    title: str
    """The use case in words."""
    date: str
    check_day: str
    """Of the check after 90 days."""
    run: str
    model: str
    code_sha256: str
    words: Words
    quality: ExamResult
    result: roi.Result
    inputs: roi.Inputs
    figures: Figures
    demo: Demo | None = None


Form: TypeAlias = Literal["show", "speak", "print"]


def slides_page(presentation: Presentation, form: Form = "show") -> str:
    """Give the slides as one HTML page: to show, with what is said beside them, or to print.

    The one to print is the slides below one another, without a script.
    """
    scripts = []
    if form != "print":
        scripts.append((_HERE / "reveal" / "reveal.js").read_text(encoding="utf-8"))
        scripts.append(_START.replace("NOTES", "true" if form == "speak" else "false"))
    return template("slides.html").render(
        shown=presentation,
        quality=presentation.quality,
        result=presentation.result,
        inputs=presentation.inputs,
        words=presentation.words,
        demo=presentation.demo,
        form=form,
        histogram=presentation.figures.histogram,
        tornado=presentation.figures.tornado,
        things=presentation.quality.things,
        to_measure=_to_measure(presentation),
        sources=_sources(presentation.inputs),
        evidence={known: _(words) for known, words in _EVIDENCE.items()},
        style=Markup(_style(form)),  # noqa: S704 - reveal.js' own files
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - and ours
        hashes=" ".join(f"'sha256-{_hash(text)}'" for text in scripts) or "'none'",
    )


def chromium() -> str | None:
    """Give the browser that prints, None when there is none."""
    return next((found for name in _BROWSERS if (found := shutil.which(name))), None)


def print_pdf(page: Path, target: Path) -> None:
    """Print an HTML page without scripts as a PDF; its style says how large the paper is.

    Raises:
        FinalsError: there is no Chromium, or it cannot print them.
    """
    browser = chromium()
    if browser is None:
        raise FinalsError(
            "A PDF needs Chromium (on Debian and Ubuntu: `sudo apt-get install chromium`). The"
            " pages themselves are there, and every browser can print them."
        )
    with tempfile.TemporaryDirectory(prefix="bootcamp-print-") as profile:
        draft = Path(profile) / "slides.pdf"
        command = [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--disable-background-networking", "--disable-sync", "--no-pdf-header-footer"),
            *(f"--user-data-dir={profile}/profile", f"--print-to-pdf={draft}"),
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_PRINT_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise FinalsError("Chromium did not print in time; try again.") from None
        if done.returncode or not draft.is_file():
            raise FinalsError(f"Chromium could not print {page.name}; open and print it by hand.")
        shutil.move(draft, target)


def _to_measure(presentation: Presentation) -> str:
    """Give what the estimate is called that moves the result most; empty when none does."""
    result = presentation.result
    guessed = {name for name, evidence in result.known.items() if evidence == "estimate"}
    return next((bar.label for bar in result.tornado if bar.name in guessed), "")


def _sources(inputs: roi.Inputs) -> list[tuple[str, Sequence[roi.Input]]]:
    """Give the rows of each slide at the end, with its heading."""
    money = tuple(inputs.money.values())
    return [
        (_("If you ask: where the numbers come from"), inputs.rows),
        (_("If you ask: the numbers on money"), money),
    ]


@cache
def _style(form: Form) -> str:
    # reveal.js has rules of its own for paper, which take slides apart.
    files = ("reset.css",) if form == "print" else ("reset.css", "reveal.css")
    return "\n".join((_HERE / "reveal" / name).read_text(encoding="utf-8") for name in files)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


# Where the page is shown in a sandbox (the bootcamp's own pages do), there is no sessionStorage, in
# which reveal.js keeps how far a phone has scrolled.
_START = """
try { window.sessionStorage; } catch {
  Object.defineProperty(window, 'sessionStorage', {value: {getItem: () => null, setItem() {}}});
}
Reveal.initialize({
  width: 1280, height: 720, margin: 0.04, center: false, hash: true, slideNumber: 'c/t',
  display: 'flex', transition: 'none', controls: false, progress: true, showNotes: NOTES
});
"""
