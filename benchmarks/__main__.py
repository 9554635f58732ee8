"""Runs every benchmark and writes the table in `docs/benchmarks.md`: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

BENCHMARKS = {
    "grading": "Grade 40 hand-ins of homework 1; stock: nbgrader, one after another, no sandbox",
    "spawn": "One citizen's click to a ready JupyterLab; stock: JupyterHub without isolation",
    "gateway": "Model calls a second, 16 at a time; stock: LiteLLM's proxy 1.106.2, no budgets"
    " (measured only where LITELLM names its program)",
    "finals": "Final runs of 12 teams, two notebooks each, with a model that takes 20 ms; stock:"
    " papermill's command line, one after another, no sandbox",
    "labs": "Each answered lab from top to bottom with the practice model; there is no stock tool",
    "practice": "How well the practice model does each task, and how fast; there is no stock tool",
}
_PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Written by `make bench`: each row measures the stock tool and ours in one run on one machine. The
ratio says how many times better ours is; below 1 it is worse. Times depend on the machine, ratios
much less.

"""


def run(name: str, *, quick: bool) -> dict[str, Any]:
    """Run one benchmark in a process of its own and give its figures."""
    command = [
        sys.executable,
        "-m",
        f"benchmarks.{name}",
        "--json",
        *(["--quick"] if quick else []),
    ]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1800)
    figures: dict[str, Any] = json.loads(answer.stdout)
    return figures


def ratio_of(figures: dict[str, Any]) -> str:
    """Give how many times better ours is, or a dash where nothing was there to compare with."""
    ratio = figures.get("ratio")
    return "–" if ratio is None else str(ratio)


def page(results: dict[str, dict[str, Any]]) -> str:
    """Give the documentation's page: a table, then every figure."""
    machine = f"{platform.machine()}, {os.cpu_count()} processors"
    lines = [_HEAD, f"Measured on {date.today():%d %B %Y}, {machine}.\n"]
    lines += ["\n| what | ratio |\n| --- | --- |\n"]
    lines += [
        f"| {BENCHMARKS[name]} | {ratio_of(figures)} |\n" for name, figures in results.items()
    ]
    for name, figures in results.items():
        body = json.dumps(figures, indent=2)
        lines.append(f"\n## {name}\n\n```json\n{body}\n```\n")
    return "".join(lines)


def main() -> None:
    """Run all, print each result, write the page (not with --quick)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, no page")
    arguments = parser.parse_args()
    results = {}
    for name in BENCHMARKS:
        results[name] = run(name, quick=arguments.quick)
        print(f"{name}: ratio {ratio_of(results[name])}", flush=True)
    if not arguments.quick:
        _PAGE.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
