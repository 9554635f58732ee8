"""Runs the finals of twelve teams with papermill's command line, one by one, and with ours.

Run as `python -m benchmarks.finals --json [--quick]`. Both ask the same model service, answering
after a fixed time as a quick one does; ours has its walls, the exam and the pages on top. A second
pair of figures is taken with a model that answers at once, where only the engines differ.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Event
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

from benchmarks.many_teams import cohort_of, finished_run, table
from bootcamp import roi
from bootcamp.cohort import Cohort, Person, Team, UseCase, example_dates
from bootcamp.content import content_root, dataset
from bootcamp.finals import run
from bootcamp.finals.exam import open_exam
from bootcamp.finals.portfolio import portfolio_of
from bootcamp.finals.portfolio_files import write_portfolio
from bootcamp.settings import DataFolder

USE_CASE = "email-routing"
MODEL_SECONDS = 0.02
"""What one answer takes: less than any service on the internet, so waiting is not flattered."""


def measure(teams: int) -> dict[str, Any]:
    """Run `teams` finals each way, with a quick model and with one that answers at once."""
    slow, instant = _both(teams, MODEL_SECONDS), _both(teams, 0.0)
    return {
        "benchmark": "finals",
        "teams": teams,
        "notebooks": 2 * teams,
        "processors": os.cpu_count(),
        "model_milliseconds": round(1000 * MODEL_SECONDS),
        "papermill_seconds": round(slow[0], 1),
        "ours_seconds": round(slow[1], 1),
        "ours_succeeded": slow[2],
        "ours_sandbox": True,
        "ratio": round(slow[0] / slow[1], 2),
        "instant_model_papermill_seconds": round(instant[0], 1),
        "instant_model_ours_seconds": round(instant[1], 1),
        "instant_model_ratio": round(instant[0] / instant[1], 2),
        "roi_simulation_milliseconds": round(1000 * _roi_seconds(), 1),
        "roi_simulation_goal_milliseconds": 300,
        "portfolio_teams": 50,
        "portfolio_seconds": round(_portfolio_seconds(50), 2),
        "portfolio_goal_seconds": 5,
    }


def _both(teams: int, seconds: float) -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, _model(Path(scratch), seconds):
        begun = time.perf_counter()
        for number in range(teams):
            _with_papermill(Path(scratch) / f"stock-{number}", Path(scratch) / "port")
        stock = time.perf_counter() - begun
        data = DataFolder.at(Path(scratch) / "data")
        data.create()
        cohort = _cohort(teams)
        for team in cohort.teams:
            _finished(data.teams / team.slug / "final")
        keys = {team.slug: f"key-{team.slug}" for team in cohort.teams}
        begun = time.perf_counter()
        results = run(data, cohort, gateway_socket=Path(scratch) / "model.sock", keys=keys)
        ours = time.perf_counter() - begun
        return stock, ours, sum(result.succeeded for result in results)


def _finished(folder: Path) -> None:
    """Put a worked solution and its ROI into a team's folder."""
    folder.mkdir(parents=True)
    for path in (content_root() / "solutions" / "demo-teal").iterdir():
        if path.suffix in {".ipynb", ".csv"}:
            shutil.copyfile(path, folder / path.name)


def _with_papermill(folder: Path, port: Path) -> None:
    """Run both notebooks by the command line, the ROI with the count that the exam gives it."""
    _finished(folder)
    items, output = folder / "items", folder / "output"
    items.mkdir()
    output.mkdir()
    exam = open_exam(USE_CASE)
    for name, content in exam.items().items():
        (items / name).write_bytes(content)
    _papermill(
        folder, port, "solution", input_folder=items, output_folder=output, model="bootcamp-small"
    )
    quality = folder / "quality.json"
    result = exam.score((output / "predictions.csv").read_bytes())
    quality.write_text(json.dumps(result.as_dict()))
    _papermill(
        folder,
        port,
        "roi",
        inputs_file="roi_inputs.csv",
        quality_file=quality,
        output_folder=output,
    )


def _papermill(folder: Path, port: Path, name: str, **parameters: object) -> None:
    words = [word for key, value in parameters.items() for word in ("-p", key, str(value))]
    subprocess.run(
        [
            *(sys.executable, "-m", "papermill", f"{name}.ipynb", f"{name}.out.ipynb"),
            *("-k", "python3", "--no-progress-bar", *words),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        env=os.environ
        | {"OPENAI_BASE_URL": f"http://127.0.0.1:{port.read_text()}/v1", "OPENAI_API_KEY": "key"},
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: no waiting of one side's network for the other's
    seconds = 0.0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        threading.Event().wait(self.seconds)
        message = {"role": "assistant", "content": "orders"}
        content = json.dumps(
            {
                "id": "c",
                "object": "chat.completion",
                "created": 1,
                "model": "fixed",
                "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 2, "total_tokens": 102},
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def address_string(self) -> str:
        return "local"

    def log_message(self, *_: object) -> None:
        pass


class _UnixServer(ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def _model(folder: Path, seconds: float) -> Iterator[None]:
    """Serve the model on a port, whose number is in `port`, and on the socket `model.sock`.

    A process of its own, as any model is: it must not wait for the work of whoever asks it.
    """
    folder.chmod(0o755)
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_serve, args=(folder, seconds, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(30):
            raise RuntimeError("the model of the benchmark did not start")
        yield
    finally:
        process.terminate()
        process.join()


def _serve(folder: Path, seconds: float, ready: Event) -> None:
    handler = type("Handler", (_Handler,), {"seconds": seconds})
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as tcp,
        _UnixServer(str(folder / "model.sock"), handler) as unix,
    ):
        (folder / "model.sock").chmod(0o666)
        (folder / "port").write_text(str(tcp.server_address[1]))
        threading.Thread(target=tcp.serve_forever, daemon=True).start()
        ready.set()
        unix.serve_forever()


def _cohort(teams: int) -> Cohort:
    logins = [f"p{number}" for number in range(2 * teams)]
    people = [Person(name="F", email="f@alderfinch.example", login="fay", role="facilitator")]
    people += [Person(name=n, email=f"{n}@alderfinch.example", login=n) for n in logins]
    slugs = (USE_CASE, "case-2", "case-3", "case-4")
    return Cohort(
        name="Benchmark",
        company="Alder & Finch",
        sessions=example_dates(date(2027, 1, 11)),
        use_cases=tuple(UseCase(slug=slug, title=slug) for slug in slugs),
        people=tuple(people),
        teams=tuple(
            Team(
                slug=f"t{number}",
                name=f"Team {number}",
                members=(logins[2 * number], logins[2 * number + 1]),
                use_case=USE_CASE,
            )
            for number in range(teams)
        ),
    )


def _roi_seconds() -> float:
    """Give the best of a few simulations of 10,000 draws with tornado and break-even points."""
    folder = content_root() / "solutions" / "demo-teal"
    inputs = roi.read_inputs(folder / "roi_inputs.csv")
    timings = roi.read_timings(folder / "timing.csv")
    quality = roi.Quality(120, 110, 30, "120 hidden mails")
    taken = []
    for _ in range(5):
        begun = time.perf_counter()
        roi.simulate(inputs, quality, timings)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def _portfolio_seconds(teams: int) -> float:
    """Give how long a portfolio takes, read, simulated and written as page, workbook and PDF."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        data, cohort = cohort_of(Path(scratch), teams)
        for team in cohort.teams:
            finished_run(data, team.slug, table(hour_cost=(32, 38, 45)))
        begun = time.perf_counter()
        write_portfolio(portfolio_of([(data, cohort, {})]), Path(scratch) / "portfolio")
        return time.perf_counter() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    given = parser.parse_args()
    dataset(USE_CASE)
    figures = measure(2 if given.quick else 12)
    print(json.dumps(figures, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
