"""The final runs of a cohort: each team's two notebooks, the exam between them, the reports."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bootcamp import roi
from bootcamp.cohort import Cohort, Team
from bootcamp.errors import BootcampError, FinalsError, RoiInputRefused
from bootcamp.finals.exam import Exam, ExamResult, open_exam
from bootcamp.finals.execution import FinalLimits, Job, Outcome, Stage
from bootcamp.finals.files import (
    CopyLimits,
    copy_folder,
    folder_content,
    folder_hash,
    read_bounded,
    write_whole,
)
from bootcamp.finals.notebooks import Problem, check_notebook, load_notebook
from bootcamp.finals.pages import notebook_page, report_page
from bootcamp.sandbox import require_sandbox
from bootcamp.settings import DataFolder, private_folder

__all__ = ["Progress", "TeamResult", "as_table", "latest_run", "run"]

SOLUTION = "solution.ipynb"
ROI = "roi.ipynb"
INPUTS = "roi_inputs.csv"
TIMINGS = "timing.csv"
MODEL = "bootcamp-small"
_KEPT_OUTPUTS = {
    SOLUTION: ("predictions.csv", "review_queue.csv", "cost_log.csv", "result.json"),
    ROI: ("roi.json",),
}
_MOST_OUTPUT_BYTES = 20_000_000
_MOST_EXECUTED_BYTES = 100_000_000
_AGREES_WITHIN = 0.01
_ITEMS, _QUALITY = "items", "quality"


@dataclass(frozen=True)
class Progress:
    """Where a team's run is: at which cell of how many, or with a word on the whole."""

    team: str
    notebook: str
    cell: int
    cells: int
    message: str

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.team, self.notebook) if part)
        return f"{where}: {self.message or f'cell {self.cell} of {self.cells}'}"


@dataclass(frozen=True)
class TeamResult:
    """What one team's run gave; what is None could not be found out, and `problems` say why."""

    team: str
    name: str
    run: str
    folder: Path
    quality: ExamResult | None = None
    roi: roi.Result | None = None
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether both notebooks led to a number."""
        return self.quality is not None and self.roi is not None

    @property
    def failed(self) -> bool:
        """Whether a number is missing; `problems` say why."""
        return not self.succeeded

    def as_dict(self) -> dict[str, Any]:
        """Give all of it, ready for a JSON file."""
        return {
            "team": self.team,
            "name": self.name,
            "run": self.run,
            "folder": str(self.folder),
            "succeeded": self.succeeded,
            "quality": self.quality.as_dict() if self.quality else None,
            "roi": self.roi.as_dict() if self.roi else None,
            "problems": [asdict(problem) for problem in self.problems],
            "seconds": round(self.seconds, 1),
        }


Listener = Callable[[Progress], None]


def run(
    data: DataFolder,
    cohort: Cohort,
    *,
    gateway_socket: Path,
    keys: Mapping[str, str],
    teams: Sequence[str] | None = None,
    progress: Listener | None = None,
    limits: FinalLimits | None = None,
    at_once: int = 2,
) -> list[TeamResult]:
    """Run the final notebooks of `teams` (all by default) and keep everything in a new folder.

    `keys` gives the key with which each team's solution asks the model at `gateway_socket`.
    `progress` is called from several threads, one call at a time. A team's failure is its own:
    it stands in its result and report, and the other teams' runs go on.

    Raises:
        FinalsError: the runs cannot start at all.
        UnknownName: a team that the cohort does not have.
    """
    chosen = [cohort.team(slug) for slug in dict.fromkeys(teams)] if teams else cohort.teams
    if not chosen:
        raise FinalsError("There are no teams yet; add them to the cohort file.")
    for team in chosen:
        if not keys.get(team.slug):
            raise FinalsError(f"The team '{team.slug}' has no key for the model; give it one.")
    if not gateway_socket.is_socket():
        raise FinalsError(f"The model gateway does not answer at {gateway_socket}; start it.")
    require_sandbox()
    folder = _new_run(data)
    listen = _one_at_a_time(progress)
    cancelled = threading.Event()
    runs = [
        _TeamRun(
            team=team,
            folder=folder / team.slug,
            source=data.teams / team.slug / "final",
            key=keys[team.slug],
            listen=listen,
            cancelled=cancelled,
        )
        for team in chosen
    ]
    started = _now()
    stages = min(max(1, at_once), len(runs))
    results = _all_results(runs, limits or FinalLimits(), gateway_socket, stages, cancelled)
    names = [result.team for result in results]
    _write_json(folder / "run.json", {"started": started, "finished": _now(), "teams": names})
    write_whole(data.finals / "latest", f"{folder.name}\n".encode())
    return results


def _all_results(
    runs: Sequence[_TeamRun],
    limits: FinalLimits,
    gateway_socket: Path,
    stages: int,
    cancelled: threading.Event,
) -> list[TeamResult]:
    """Work through the teams on a few stages; each stage belongs to one thread."""
    waiting = deque(enumerate(runs))
    results: dict[int, TeamResult] = {}

    def work(slot: int) -> None:
        with Stage(limits, gateway_socket, slot=slot) as stage:
            while waiting and not cancelled.is_set():
                try:
                    number, team_run = waiting.popleft()
                except IndexError:
                    return
                results[number] = team_run.result(stage)

    with ThreadPoolExecutor(max_workers=stages) as pool:
        workers = [pool.submit(work, slot) for slot in range(stages)]
        try:
            for worker in workers:
                worker.result()
        except BaseException:  # Ctrl-C: end what runs now, start nothing more
            cancelled.set()
            raise
    return [results[number] for number in sorted(results)]


def latest_run(data: DataFolder) -> Path | None:
    """Give the folder of the last run that finished, if there is one."""
    content = read_bounded(data.finals / "latest", 200)
    folder = data.finals / content.decode().strip() if content else None
    return folder if folder and folder.is_dir() else None


def as_table(results: Sequence[TeamResult]) -> str:
    """Give the results as a table of plain text, a team a line, and the problems below it."""
    rows = [("Team", "Quality on hidden data", "Hours a year, P50 [P5 to P95]")]
    for result in results:
        quality = str(result.quality.headline.estimate) if result.quality else "none"
        hours = str(result.roi.hours) if result.roi else "none"
        rows.append((result.name, quality, hours))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(text.ljust(w) for text, w in zip(r, widths, strict=True)) for r in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"{r.name}: {problem}" for r in results for problem in r.problems]
    return "\n".join(line.rstrip() for line in lines)


@dataclass(frozen=True)
class _TeamRun:
    """One team's way through: copy, solution, exam, ROI, report."""

    team: Team
    folder: Path
    source: Path
    key: str
    listen: Listener
    cancelled: threading.Event

    def result(self, stage: Stage) -> TeamResult:
        """Run, and turn whatever stops it into a result with its report."""
        private_folder(self.folder)
        found = TeamResult(self.team.slug, self.team.name, self.folder.parent.name, self.folder)
        try:
            exam = open_exam(self.team.use_case)
            names = copy_folder(self.source, self._submitted, CopyLimits())
            self._say("", f"{len(names)} files taken")
            found = self._run_both(stage, exam, found)
        except BootcampError as error:
            found = _with(found, Problem("final", str(error)))
        except Exception as error:  # one team's trouble must not end the others' runs
            found = _with(
                found, Problem("final", "The run broke down; run it again.", error=repr(error))
            )
        self._report(found)
        self._say("", "done" if found.succeeded else "stopped")
        return found

    @property
    def _submitted(self) -> Path:
        return self.folder / "submitted"

    def _run_both(self, stage: Stage, exam: Exam, found: TeamResult) -> TeamResult:
        solution = self._solution(stage, exam)
        found = _with(found, solution.problem, solution.seconds)
        table = read_bounded(self.folder / "predictions.csv", _MOST_OUTPUT_BYTES)
        if table is None:
            if solution.problem is None:
                found = _with(
                    found, Problem(SOLUTION, "It ran, and left no predictions.csv to examine.")
                )
            return found
        quality = exam.score(table)
        _write_json(self.folder / "quality.json", quality.as_dict())
        found = replace(found, quality=quality)
        for text in quality.problems:
            found = _with(found, Problem("predictions.csv", text))
        return self._roi(stage, found, quality)

    def _solution(self, stage: Stage, exam: Exam) -> Outcome:
        where = {"input_folder": str(Job.at(_ITEMS)), "output_folder": str(Job.at("output"))}
        return self._execute(
            stage,
            SOLUTION,
            {**where, "model": MODEL},
            {_ITEMS: exam.items()},
            # By the environment only: a parameter would stand in the executed notebook.
            {"OPENAI_API_KEY": self.key},
        )

    def _roi(self, stage: Stage, found: TeamResult, quality: ExamResult) -> TeamResult:
        try:
            result = self._our_roi(quality)
        except RoiInputRefused as error:
            return _with(found, Problem(INPUTS, str(error)))
        outcome = self._execute(
            stage,
            ROI,
            {
                "inputs_file": INPUTS,
                "quality_file": str(Job.at(_QUALITY) / "quality.json"),
                "output_folder": str(Job.at("output")),
            },
            {_QUALITY: {"quality.json": (self.folder / "quality.json").read_bytes()}},
            {},
        )
        found = replace(_with(found, outcome.problem, outcome.seconds), roi=result)
        for note in result.notes:
            found = _with(found, Problem(INPUTS, note))
        if outcome.problem is None:
            found = _with(found, _disagreement(self.folder / "roi.json", result))
        _write_json(self.folder / "roi-recomputed.json", result.as_dict())
        return found

    def _our_roi(self, quality: ExamResult) -> roi.Result:
        """Compute the hours from the inputs as handed in: the notebook's number is only shown."""
        inputs = roi.read_inputs(self._submitted / INPUTS)
        timings = self._submitted / TIMINGS
        counts = roi.Quality(quality.items, quality.handled, quality.errors, quality.measured_on)
        return roi.simulate(inputs, counts, roi.read_timings(timings) if timings.exists() else None)

    def _execute(
        self,
        stage: Stage,
        name: str,
        parameters: Mapping[str, str],
        folders: Mapping[str, Mapping[str, bytes]],
        environment: Mapping[str, str],
    ) -> Outcome:
        problem = check_notebook(self._submitted / name, tuple(parameters))
        if problem is not None:
            return Outcome(problem, 0.0)
        stem = name.removesuffix(".ipynb")
        job = Job(
            notebook=name,
            folders={"final": folder_content(self._submitted), **folders},
            executed=self.folder / f"{stem}.executed.ipynb",
            parameters=parameters,
            environment={"BOOTCAMP_TEAM": self.team.slug, **environment},
            wanted=dict.fromkeys(_KEPT_OUTPUTS[name], _MOST_OUTPUT_BYTES),
        )
        self._say(name, "started")
        outcome = stage.run(
            job,
            lambda cell, cells: self.listen(Progress(self.team.slug, name, cell + 1, cells, "")),
            self.cancelled,
        )
        for kept, content in outcome.files.items():
            self._write(kept, content)
        self._keep_page(name, job.executed, outcome)
        return outcome

    def _keep_page(self, name: str, executed: Path, outcome: Outcome) -> None:
        content = read_bounded(executed, _MOST_EXECUTED_BYTES)
        if content is None:
            return
        self._write(executed.name, content)  # without the key, should it have been printed
        notebook = load_notebook(executed)
        if notebook is None:
            return
        page = notebook_page(
            notebook,
            title=f"{self.team.name}: "
            + ("the solution" if name == SOLUTION else "what it is worth"),
            subtitle=f"Executed notebook {name}, run {self.folder.parent.name}",
            code=name == SOLUTION or outcome.problem is not None,
        )
        self._write(f"{name.removesuffix('.ipynb')}.html", page.encode())

    def _write(self, name: str, content: bytes) -> None:
        write_whole(self.folder / name, content.replace(self.key.encode(), b"[key]"))

    def _report(self, found: TeamResult) -> None:
        code = folder_hash(self._submitted) if self._submitted.is_dir() else ""
        pages = [
            (f"{stem}.html", words)
            for stem, words in (("solution", "The solution"), ("roi", "What it is worth"))
            if (self.folder / f"{stem}.html").exists()
        ]
        data_hash = found.quality.data_sha256 if found.quality else ""
        summary = found.as_dict() | {
            "use_case": self.team.use_case,
            "code_sha256": code,
            "data_sha256": data_hash,
            "model": MODEL,
        }
        _write_json(self.folder / "summary.json", summary)
        page = report_page(
            title=f"{found.name}: final run",
            subtitle=f"Use case: {self.team.use_case or 'not chosen'}",
            failed=not found.succeeded,
            problems=found.problems,
            quality=found.quality,
            result=found.roi,
            pages=pages,
            run=found.run,
            code_sha256=code,
            data_sha256=data_hash,
        )
        self._write("report.html", page.encode())

    def _say(self, notebook: str, message: str) -> None:
        self.listen(Progress(self.team.slug, notebook, 0, 0, message))


def _with(found: TeamResult, problem: Problem | None, seconds: float = 0.0) -> TeamResult:
    problems = (*found.problems, problem) if problem else found.problems
    return replace(found, problems=problems, seconds=found.seconds + seconds)


def _disagreement(path: Path, ours: roi.Result) -> Problem | None:
    """Say where the notebook's own number is missing or differs from the one recomputed here."""
    content = read_bounded(path, _MOST_OUTPUT_BYTES)
    if content is None:
        return Problem(ROI, "It ran, and left no roi.json; the hours here are our computation.")
    try:
        theirs = json.loads(content)["hours_a_year"]
        pairs = [
            (float(theirs[name]), float(getattr(ours.hours, name))) for name in ("p5", "p50", "p95")
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Problem(ROI, "Its roi.json has no hours_a_year with p5, p50 and p95.")
    scale = max(1.0, *(abs(mine) for _, mine in pairs))
    if all(abs(their - mine) <= _AGREES_WITHIN * scale for their, mine in pairs):
        return None
    return Problem(
        ROI,
        f"It reports {pairs[1][0]:,.0f} hours a year; from its inputs and the exam we compute"
        f" {pairs[1][1]:,.0f}. The computed number counts.",
    )


def _new_run(data: DataFolder) -> Path:
    private_folder(data.finals)
    name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
    for attempt in range(100):
        folder = data.finals / (f"{name}-{attempt}" if attempt else name)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        _write_json(folder / "run.json", {"started": _now()})
        return folder
    raise FinalsError("Too many final runs were started in this second; try again.")


def _one_at_a_time(progress: Listener | None) -> Listener:
    lock = threading.Lock()

    def listen(step: Progress) -> None:
        if progress is not None:
            with lock:
                progress(step)

    return listen


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    write_whole(path, json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
