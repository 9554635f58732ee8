"""One team's way through its final run: copy, solution, exam, ROI, report."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bootcamp import roi
from bootcamp.cohort import Team
from bootcamp.errors import BootcampError, RoiInputRefused
from bootcamp.finals.exam import Exam, ExamResult, open_exam
from bootcamp.finals.execution import Job, Outcome, Stage
from bootcamp.finals.files import (
    CopyLimits,
    copy_folder,
    folder_content,
    folder_hash,
    json_bytes,
    read_bounded,
    read_json,
    write_whole,
)
from bootcamp.finals.notebooks import Problem, check_notebook
from bootcamp.finals.papers import INPUTS, ROI, SOLUTION, About, Papers
from bootcamp.finals.results import Listener, Progress, TeamResult
from bootcamp.finals.spending import Spending, spending_in_log, spending_on_record
from bootcamp.goals import Goal
from bootcamp.language import VARIABLE, language
from bootcamp.settings import private_folder
from bootcamp.spoken import texts
from bootcamp.store import Store

__all__ = ["MODEL", "TeamRun"]

_ = texts("finals")

TIMINGS = "timing.csv"
MODEL = "bootcamp-small"
_KEPT_OUTPUTS = {
    SOLUTION: ("predictions.csv", "review_queue.csv", "cost_log.csv", "result.json"),
    ROI: ("roi.json",),
}
_MOST_OUTPUT_BYTES = 20_000_000
_AGREES_WITHIN = 0.01
_MOST_HOURS = 1e12
"""Beyond it a number is no longer written out."""
_ITEMS, _QUALITY, _REPEAT = "items", "quality", "repeat-"


@dataclass(frozen=True)
class TeamRun:
    """One team's run, in a folder of its own."""

    team: Team
    about: About
    folder: Path
    source: Path
    cases: Path
    """Use cases of the facilitator's own."""
    goal: Goal | None
    """What team and sponsor have agreed on."""
    key: str
    settings: Mapping[str, Any]
    store: Store
    """Where the gateway writes down what was asked."""
    repeats: int
    """How often the solution is run; more than once tells how far its runs lie apart."""
    currency: str
    listen: Listener
    cancelled: threading.Event

    def result(self, stage: Stage) -> TeamResult:
        """Run, and turn whatever stops it into a result with its report."""
        found = TeamResult(self.team.slug, self.team.name, self.folder.parent.name, self.folder)
        exam, complete = None, True
        try:
            exam = replace(open_exam(self.team.use_case, self.cases), goal=self.goal)
            names = self._take(exam)
            if names is None:
                self._say("", "done before")
                return self._kept(found, exam)
            self._say("", f"{len(names)} files taken")
            found = self._run_both(stage, exam, found)
        except BootcampError as error:
            found = _with(found, Problem("final", str(error)))
        except Exception as error:  # one team's trouble must not end the others' runs
            words = _("The run broke down; run it again.")
            found = _with(found, Problem("final", words, error=repr(error)))
            complete = False
        self._report(found, exam, complete=complete and not self.cancelled.is_set())
        self._say("", "done" if found.succeeded else "stopped")
        return found

    def _take(self, exam: Exam) -> list[str] | None:
        """Copy what the team has now; None when the very same was run to its end already."""
        taken = self.folder.with_name(f".{self.team.slug}")
        shutil.rmtree(taken, ignore_errors=True)
        try:
            private_folder(taken)
            names = copy_folder(self.source, taken / "submitted", CopyLimits())
            before = read_json(self.folder / "summary.json")
            wanted = self._fingerprint(taken / "submitted", exam)
            if before.get("complete") and before.get("inputs_sha256") == wanted:
                return None
            shutil.rmtree(self.folder, ignore_errors=True)
            taken.rename(self.folder)
            return names
        finally:
            shutil.rmtree(taken, ignore_errors=True)

    def _fingerprint(self, submitted: Path, exam: Exam) -> str:
        """Give a SHA-256 over all that a run rests on: code, data, goal, model, limits, tools."""
        settings = {**self.settings, "goal": asdict(exam.goal) if exam.goal else None}
        parts = [folder_hash(submitted), exam.data_sha256, json.dumps(settings)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _kept(self, found: TeamResult, exam: Exam) -> TeamResult:
        """Give the result of a run that was done before; the numbers are computed anew."""
        summary = read_json(self.folder / "summary.json")
        found = replace(
            found,
            problems=tuple(Problem(**problem) for problem in summary["problems"]),
            seconds=summary["seconds"],
        )
        if spending := summary.get("spending"):
            found = replace(found, spending=Spending(**spending))
        quality, _ = self._examined(exam)
        if quality is None:
            return found
        found = replace(found, quality=quality)
        with suppress(RoiInputRefused):
            found = replace(found, roi=self._our_roi(quality))
        return found

    @property
    def _submitted(self) -> Path:
        return self._papers.submitted

    @property
    def _papers(self) -> Papers:
        return Papers(self.folder, self.about, self.key, str(self.settings["model"]))

    def _run_both(self, stage: Stage, exam: Exam, found: TeamResult) -> TeamResult:
        self._papers.write("items.csv", exam.origins())
        found = self._solve(stage, exam, found)
        quality, chosen = self._examined(exam)
        if chosen != self.folder:
            for path in sorted(chosen.iterdir()):
                write_whole(self.folder / path.name, path.read_bytes())
        if quality is None:
            if not found.problems:
                found = _with(
                    found,
                    Problem(
                        SOLUTION,
                        _(
                            "It ran, and left no predictions.csv to examine: write a plain file of"
                            " that name, at most {megabytes} MB, to output_folder.",
                            megabytes=_MOST_OUTPUT_BYTES // 1_000_000,
                        ),
                    ),
                )
            return found
        write_whole(self.folder / "quality.json", json_bytes(quality.as_dict()))
        found = replace(found, quality=quality)
        for text in quality.problems:
            found = _with(found, Problem("predictions.csv", text))
        return self._roi(stage, found, quality)

    def _solve(self, stage: Stage, exam: Exam, found: TeamResult) -> TeamResult:
        """Run the solution as often as is wanted, each time from nothing."""
        began, items = datetime.now(UTC), 0
        each = len(exam.answers) + len(exam.hostile.what if exam.hostile else ())
        for where in self._runs():
            private_folder(where)
            outcome = self._solution(stage, exam, where)
            found = _with(found, outcome.problem, outcome.seconds)
            if outcome.problem is not None:
                break
            items += each
        log = read_bounded(self._runs()[0] / "cost_log.csv", _MOST_OUTPUT_BYTES)
        spending = None
        if items:
            spending = spending_on_record(
                self.store, f"final-{self.team.slug}", began, items, self.currency
            ) or spending_in_log(log, each)
        return replace(found, spending=spending)

    def _runs(self) -> list[Path]:
        """Give the folder of each run of the solution: this one, when there is but one."""
        if self.repeats == 1:
            return [self.folder]
        return [self.folder / f"{_REPEAT}{number}" for number in range(1, self.repeats + 1)]

    def _examined(self, exam: Exam) -> tuple[ExamResult | None, Path]:
        """Examine each run; give the result of the middle one, and its folder."""
        scored = []
        for number, where in enumerate(self._runs(), start=1):
            table = read_bounded(where / "predictions.csv", _MOST_OUTPUT_BYTES)
            if table is not None:
                scored.append((number, exam.score(table), where))
        if not scored:
            return None, self._runs()[0]
        values = tuple((number, quality.headline.estimate.value) for number, quality, _ in scored)
        sign = -1 if scored[0][1].headline.fewer_is_better else 1
        scored.sort(key=lambda run: sign * run[1].headline.estimate.value)
        _, middle, where = scored[(len(scored) - 1) // 2]
        return replace(middle, repeats=values if self.repeats > 1 else ()), where

    def _solution(self, stage: Stage, exam: Exam, where: Path) -> Outcome:
        folders = {"input_folder": str(Job.at(_ITEMS)), "output_folder": str(Job.at("output"))}
        return self._execute(
            stage,
            where,
            SOLUTION,
            {**folders, "model": MODEL},
            {_ITEMS: exam.items()},
            # By the environment only: a parameter would stand in the executed notebook.
            {"OPENAI_API_KEY": self.key},
        )

    def _roi(self, stage: Stage, found: TeamResult, quality: ExamResult) -> TeamResult:
        try:
            result = self._our_roi(quality)
        except RoiInputRefused as error:
            return _with(found, Problem(INPUTS, str(error)))
        shown = quality.as_dict() | {"run": found.run, "measured_on": quality.counted_on}
        outcome = self._execute(
            stage,
            self.folder,
            ROI,
            {
                "inputs_file": INPUTS,
                "quality_file": str(Job.at(_QUALITY) / "quality.json"),
                "output_folder": str(Job.at("output")),
            },
            {_QUALITY: {"quality.json": json_bytes(shown)}},
            {},
        )
        found = replace(_with(found, outcome.problem, outcome.seconds), roi=result)
        for note in result.notes:
            found = _with(found, Problem(INPUTS, note))
        if outcome.problem is None:
            found = _with(found, _disagreement(self.folder / "roi.json", result))
        write_whole(self.folder / "roi-recomputed.json", json_bytes(result.as_dict()))
        self._papers.show(quality, result)
        return found

    def _our_roi(self, quality: ExamResult) -> roi.Result:
        """Compute the hours from the inputs as handed in: the notebook's number is only shown."""
        inputs = roi.read_inputs(self._submitted / INPUTS)
        timings = self._submitted / TIMINGS
        counts = roi.Quality(
            quality.items,
            quality.handled,
            quality.errors,
            quality.counted_on,
            quality.missed,
            quality.false_alarms,
        )
        return roi.simulate(inputs, counts, roi.read_timings(timings) if timings.exists() else None)

    def _execute(
        self,
        stage: Stage,
        where: Path,
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
            executed=where / f"{stem}.executed.ipynb",
            parameters=parameters,
            environment={"BOOTCAMP_TEAM": self.team.slug, VARIABLE: language(), **environment},
            wanted=dict.fromkeys(_KEPT_OUTPUTS[name], _MOST_OUTPUT_BYTES),
        )
        # Each of several runs begins at the first cell: without its number it would look stuck.
        which = f", run {where.name.removeprefix(_REPEAT)} of {self.repeats}"
        shown = name if where == self.folder else name + which
        self._say(shown, "started")
        outcome = stage.run(
            job,
            lambda cell, cells: self.listen(Progress(self.team.slug, shown, cell + 1, cells, "")),
            self.cancelled,
        )
        for kept, content in outcome.files.items():
            self._papers.write(kept, content, where)
        code = name == SOLUTION or outcome.problem is not None
        self._papers.keep_notebook(job.executed, code=code)
        problem = outcome.problem
        return replace(outcome, problem=problem and problem.without(self.key))

    def _report(self, found: TeamResult, exam: Exam | None, *, complete: bool) -> None:
        """Write the report, and last the summary: with it the team is done."""
        papers = self._papers
        data_sha256 = exam.data_sha256 if exam else ""
        papers.report(found, data_sha256)
        there = exam and self._submitted.is_dir()
        about = {
            "use_case": self.team.use_case,
            "complete": complete,
            "code_sha256": papers.code_sha256,
            "data_sha256": data_sha256,
            "inputs_sha256": self._fingerprint(self._submitted, exam) if there and exam else "",
            "settings": dict(self.settings),
        }
        papers.write("summary.json", json_bytes(found.as_dict() | about))

    def _say(self, notebook: str, message: str) -> None:
        self.listen(Progress(self.team.slug, notebook, 0, 0, message))


def _with(found: TeamResult, problem: Problem | None, seconds: float = 0.0) -> TeamResult:
    problems = (*found.problems, problem) if problem else found.problems
    return replace(found, problems=problems, seconds=found.seconds + seconds)


def _disagreement(path: Path, ours: roi.Result) -> Problem | None:
    """Say where the notebook's own number is missing or differs from the one recomputed here."""
    content = read_bounded(path, _MOST_OUTPUT_BYTES)
    if content is None:
        return Problem(ROI, _("It ran, and left no roi.json; the hours here are our computation."))
    try:
        theirs = json.loads(content)["hours_a_year"]
        pairs = [
            (float(theirs[name]), float(getattr(ours.hours, name))) for name in ("p5", "p50", "p95")
        ]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        pairs = []
    if not pairs or not all(math.isfinite(their) for their, _ in pairs):
        return Problem(ROI, _("Its roi.json has no hours_a_year with p5, p50 and p95."))
    scale = max(1.0, *(abs(mine) for _, mine in pairs))
    if all(abs(their - mine) <= _AGREES_WITHIN * scale for their, mine in pairs):
        return None
    said, computed = pairs[1]
    if abs(said) >= _MOST_HOURS:
        words = _(
            "It reports {said:.1e} hours a year; from its inputs and the exam we compute"
            " {computed:,.0f}. The computed number counts.",
            said=said,
            computed=computed,
        )
    else:
        words = _(
            "It reports {said:,.0f} hours a year; from its inputs and the exam we compute"
            " {computed:,.0f}. The computed number counts.",
            said=said,
            computed=computed,
        )
    return Problem(ROI, words)
