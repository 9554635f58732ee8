"""The gateway beside LiteLLM's proxy and a direct connection, in one run.

A mock model service answers at once; it, the load generator and each gateway are processes of
their own. Ours runs as the hub starts it, with everything on: callers known by the hub, budgets in
tokens and money for citizen, team and cohort, rates, and a ledger that is written before an answer
ends. LiteLLM's proxy runs with one worker, its master key alone and no database. The rounds take
turns, so that whatever else the machine does falls on all; each figure is the median of its rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import psutil
from tests.conftest import eventually, free_port

from bootcamp.cohort import Cohort, new_cohort, save_cohort

_KEY = f"sk-{secrets.token_hex(24)}"
_ROUNDS = 5
_AT_A_TIME = 16


@dataclass
class Target:
    """Something that answers chat requests, and the process that does it."""

    url: str
    model: str
    process: psutil.Process | None = None
    version: str = ""

    def load(self, requests: int, connections: int, *, stream: bool = False) -> dict[str, float]:
        """Ask so many times; give the load generator's figures, with our processor time."""
        command = [sys.executable, "-m", "benchmarks.traffic", "load", self.url]
        command += ["--model", self.model, "--token", _KEY, "--requests", str(requests)]
        command += ["--connections", str(connections), *(["--stream"] if stream else [])]
        before = self._processor_seconds()
        answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)
        found: dict[str, float] = json.loads(answer.stdout)
        found["processor_ms"] = round((self._processor_seconds() - before) / requests * 1000, 3)
        return found

    def memory_mb(self) -> float:
        """Give the resident memory of the process and its children."""
        if self.process is None:
            return 0.0
        family = [self.process, *self.process.children(recursive=True)]
        return round(sum(one.memory_info().rss for one in family) / 1024**2, 1)

    def _processor_seconds(self) -> float:
        if self.process is None:
            return 0.0
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(sum(one.cpu_times()[:2]) for one in family))


def cohort_for(upstream: str) -> Cohort:
    """Give a cohort with every budget, rate and price on, and large enough to answer all."""
    plain = new_cohort(
        name="Benchmark",
        company="Alder & Finch",
        first_session=date(2027, 1, 11),
        facilitator=("Fay", "fay@alderfinch.example"),
    )
    most = {f"{holder}_tokens": 10**12 for holder in ("citizen", "team", "cohort")}
    money = {f"{holder}_money": 10**6 for holder in ("citizen", "team", "cohort")}
    rates = {"requests_per_minute": 10**8, "tokens_per_minute": 10**12}
    price = {"model": "mock", "input_per_million": 0.15, "output_per_million": 0.6}
    return Cohort.model_validate(
        plain.model_dump()
        | {
            "model": {"upstream": upstream, "small": "mock"},
            "budgets": most | money | rates,
            "prices": [price],
        }
    )


@contextmanager
def running(command: list[str], folder: Path, environ: Mapping[str, str]) -> Iterator[int]:
    """Run a program while the context lasts; give its process id."""
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **environ}
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def mock_service(folder: Path) -> Iterator[str]:
    """Run the mock model service and hub; give its address."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.traffic", "serve", str(port)]
    here = Path(__file__).resolve().parent.parent
    with running(command, folder, {"PYTHONPATH": _python_path(here)}):
        eventually(lambda: _answers(f"http://127.0.0.1:{port}/"), within=30)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def our_gateway(folder: Path, service: str) -> Iterator[Target]:
    """Run our gateway as the hub does."""
    save_cohort(cohort_for(f"{service}/v1"), folder / "cohort.toml")
    port = free_port()
    environ = {
        "BOOTCAMP_DATA": str(folder),
        "JUPYTERHUB_API_URL": f"{service}/hub/api",
        "JUPYTERHUB_SERVICE_NAME": "gateway",
        "BOOTCAMP_GATEWAY_PORT": str(port),
        "BOOTCAMP_UPSTREAM_KEY": _KEY,
    }
    with running([sys.executable, "-m", "bootcamp.gateway"], folder, environ) as pid:
        eventually(lambda: _answers(f"http://127.0.0.1:{port}/health"), within=60)
        yield Target(f"http://127.0.0.1:{port}/v1", "bootcamp-small", psutil.Process(pid))


@contextmanager
def litellm_proxy(folder: Path, service: str, program: str) -> Iterator[Target]:
    """Run LiteLLM's proxy before the same service."""
    port = free_port()
    (folder / "config.yaml").write_text(
        "model_list:\n  - model_name: mock\n    litellm_params:\n      model: openai/mock\n"
        f"      api_base: {service}/v1\n      api_key: {_KEY}\n"
        "litellm_settings:\n  telemetry: false\n"
    )
    command = [program, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    # It knows its price list by heart: it must not go and fetch another.
    environ = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "LITELLM_MASTER_KEY": _KEY,  # it does not start without one
        "PYTHONPATH": "",
    }
    with running([*command, "--num_workers", "1"], folder, environ) as pid:
        eventually(lambda: _answers(f"http://127.0.0.1:{port}/health/liveliness"), within=120)
        version = _version_of(program)
        yield Target(f"http://127.0.0.1:{port}/v1", "mock", psutil.Process(pid), version)


def _version_of(program: str) -> str:
    """Ask the environment that LiteLLM's program lies in, which is not ours."""
    ask = "import importlib.metadata as m; print(m.version('litellm'))"
    command = [str(Path(program).parent / "python"), "-c", ask]
    try:
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=60, env={}
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()


def measure(targets: Mapping[str, Target], *, requests: int, many: int) -> dict[str, Any]:
    """Measure all targets in turns; the many requests for flat memory go to ours alone."""
    kinds: dict[str, dict[str, Any]] = {
        "one_at_a_time": {"connections": 1, "requests": requests},
        "sixteen_at_a_time": {"connections": _AT_A_TIME, "requests": requests * 4},
        "streamed_first_token": {"connections": 1, "requests": requests // 5, "stream": True},
    }
    found: dict[str, dict[str, list[dict[str, float]]]] = {
        name: {kind: [] for kind in kinds} for name in targets
    }
    for target in targets.values():
        target.load(200, 4)
    for _ in range(_ROUNDS):
        for kind, options in kinds.items():
            for name, target in targets.items():
                slow = name == "litellm"
                count = options["requests"] // (5 if slow else 1)
                found[name][kind].append(target.load(**{**options, "requests": max(count, 20)}))
    figures: dict[str, Any] = {
        name: {kind: _median(rounds) for kind, rounds in kinds_of.items()}
        for name, kinds_of in found.items()
    }
    ours = targets["ours"]
    memory = [ours.memory_mb()]
    for _ in range(4):
        ours.load(many // 4, _AT_A_TIME)
        memory.append(ours.memory_mb())
    figures["ours"]["memory_mb"] = {"requests": many, "each_quarter": memory}
    if "litellm" in targets:
        figures["litellm"]["version"] = targets["litellm"].version
        figures["litellm"]["memory_mb"] = targets["litellm"].memory_mb()
    direct = figures["direct"]
    for name in targets.keys() - {"direct"}:
        own = figures[name]
        own["added_p50_ms"] = round(
            own["one_at_a_time"]["p50_ms"] - direct["one_at_a_time"]["p50_ms"], 3
        )
        own["added_first_token_ms"] = round(
            own["streamed_first_token"]["p50_ms"] - direct["streamed_first_token"]["p50_ms"], 3
        )
    return figures


def run(*, quick: bool, litellm: str | None) -> dict[str, Any]:
    """Start everything, measure, stop everything."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folders = {name: scratch / name for name in ("service", "ours", "litellm")}
        for folder in folders.values():
            folder.mkdir()
        service = stack.enter_context(mock_service(folders["service"]))
        targets = {
            "direct": Target(f"{service}/v1", "mock"),
            "ours": stack.enter_context(our_gateway(folders["ours"], service)),
        }
        if litellm:
            targets["litellm"] = stack.enter_context(
                litellm_proxy(folders["litellm"], service, litellm)
            )
        began = time.perf_counter()
        figures = measure(
            targets, requests=100 if quick else 1000, many=10_000 if quick else 100_000
        )
        figures["seconds"] = round(time.perf_counter() - began, 1)
    stock = figures.get("litellm")
    if stock:
        figures["ratio"] = round(
            figures["ours"]["sixteen_at_a_time"]["per_second"]
            / stock["sixteen_at_a_time"]["per_second"],
            2,
        )
    else:
        figures["ratio"] = None
    figures["not_measured"] = ["practice labels"] + (
        [] if stock else ["LiteLLM: LITELLM names no program"]
    )
    return figures


def _median(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {
        name: round(statistics.median(one[name] for one in rounds), 3)
        for name in rounds[0]
        if name != "requests"
    } | {"requests": sum(one["requests"] for one in rounds)}


def _python_path(here: Path) -> str:
    return os.pathsep.join([str(here), *filter(None, [os.environ.get("PYTHONPATH")])])


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="for programs (always JSON)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument(
        "--litellm",
        default=os.environ.get("LITELLM") or shutil.which("litellm"),
        help="LiteLLM's proxy program, installed in an environment of its own (also: LITELLM)",
    )
    given = parser.parse_args()
    print(json.dumps(run(quick=given.quick, litellm=given.litellm), indent=2))


if __name__ == "__main__":
    main()
