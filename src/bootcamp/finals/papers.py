"""What a team's final run leaves to be read and shown: pages, slides, report, the next check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from bootcamp import roi
from bootcamp.finals.calendar_entry import CHECK_IN, check_in, day_of_check
from bootcamp.finals.exam import ExamResult
from bootcamp.finals.figures import figures_of
from bootcamp.finals.files import folder_hash, read_bounded, write_whole
from bootcamp.finals.notebooks import load_notebook
from bootcamp.finals.page_apart import page_of
from bootcamp.finals.pages import report_page
from bootcamp.finals.results import TeamResult
from bootcamp.finals.slides import Form, Presentation, slides_page
from bootcamp.finals.words import demo_of, words_of
from bootcamp.language import N_
from bootcamp.settings import private_folder
from bootcamp.spoken import texts
from bootcamp.wording import day

__all__ = ["INPUTS", "PRINTED", "ROI", "SOLUTION", "About", "Papers"]

_ = texts("finals")

SOLUTION, ROI, INPUTS = "solution.ipynb", "roi.ipynb", "roi_inputs.csv"
SLIDES, SPEAKER, PRINTED = "slides.html", "speaker.html", "slides-print.html"
TEAMS_OWN = "slides-team.html"
"""For the team itself: without what a cell has printed, which may quote hidden cases."""
_TITLES = {SOLUTION: N_("the solution"), ROI: N_("what it is worth")}
_TO_OPEN = {
    SLIDES: N_("The slides (arrow keys)"),
    SPEAKER: N_("The slides with what is said"),
    "solution.html": N_("The solution"),
    "roi.html": N_("What it is worth"),
    CHECK_IN: N_("The check after 90 days, for your calendar"),
}
_MOST_EXECUTED_BYTES = 100_000_000


@dataclass(frozen=True)
class About:
    """What stands of the cohort on a team's papers: who, where, what, when."""

    company: str
    team: str
    members: tuple[str, ...]
    title: str
    """The use case in words."""
    last_session: date


@dataclass(frozen=True)
class Papers:
    """The folder of a team's run; the team's key for the model never gets into it."""

    folder: Path
    about: About
    key: str
    model: str
    """What answered, in words."""

    @property
    def submitted(self) -> Path:
        """Where the copy of the team's files is."""
        return self.folder / "submitted"

    @property
    def code_sha256(self) -> str:
        """A hash over the team's files; empty where there are none."""
        return folder_hash(self.submitted) if self.submitted.is_dir() else ""

    def write(self, name: str, content: bytes, where: Path | None = None) -> None:
        """Keep a file, in the folder itself unless `where` names another."""
        write_whole((where or self.folder) / name, content.replace(self.key.encode(), b"[key]"))

    def keep_notebook(self, executed: Path, *, code: bool) -> None:
        """Keep an executed notebook without the key that it may have printed, and as a page."""
        content = read_bounded(executed, _MOST_EXECUTED_BYTES)
        if content is None:
            return
        self.write(executed.name, content, executed.parent)
        notebook = load_notebook(executed)
        if notebook is None:
            return
        name = executed.name.replace(".executed", "")
        page = page_of(
            notebook,
            title=_("{team}: {what}", team=self.about.team, what=_(_TITLES[name])),
            subtitle=_(
                "Executed notebook {name}, run {run}", name=name, run=self.folder.parent.name
            ),
            code=code,
        )
        self.write(f"{Path(name).stem}.html", page.encode(), executed.parent)

    def show(self, quality: ExamResult, result: roi.Result) -> None:
        """Make the slides, the same with what is said beside them, and the check's entry."""
        presentation = Presentation(
            team=self.about.team,
            members=self.about.members,
            company=self.about.company,
            title=self.about.title,
            date=day(self.about.last_session),
            check_day=day(day_of_check(self.about.last_session)),
            run=self.folder.parent.name,
            model=self.model,
            code_sha256=self.code_sha256,
            words=words_of(load_notebook(self.submitted / ROI)),
            quality=quality,
            result=result,
            inputs=roi.read_inputs(self.submitted / INPUTS),
            figures=figures_of(result),
            demo=demo_of(load_notebook(self.folder / "solution.executed.ipynb")),
        )
        forms: dict[str, Form] = {SLIDES: "show", SPEAKER: "speak", PRINTED: "print"}
        for name, form in forms.items():
            self.write(name, slides_page(presentation, form).encode())
        demo = replace(presentation.demo, printed="") if presentation.demo else None
        page = slides_page(replace(presentation, demo=demo), "speak")
        self.write(TEAMS_OWN, page.encode())
        entry = check_in(
            company=self.about.company,
            team=self.about.team,
            title=self.about.title,
            last_session=self.about.last_session,
            hours=result.hours,
            check=presentation.words.check,
            run=presentation.run,
            at=datetime.now(UTC),
        )
        self.write(CHECK_IN, entry.encode())

    def report(self, found: TeamResult, data_sha256: str) -> None:
        """Write the short report, from which all else is opened."""
        private_folder(self.folder)
        page = report_page(
            title=_("{team}: final run", team=found.name),
            subtitle=f"{self.about.title or _('No use case chosen')} · {self.about.company}",
            failed=not found.succeeded,
            problems=found.problems,
            quality=found.quality,
            result=found.roi,
            spending=found.spending,
            pages=[(n, _(words)) for n, words in _TO_OPEN.items() if (self.folder / n).exists()],
            run=found.run,
            code_sha256=self.code_sha256,
            data_sha256=data_sha256,
        )
        self.write("report.html", page.encode())
