"""Solutions that would rather have a number than earn it: what is recorded is the true one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bootcamp.content import dataset
from bootcamp.finals import TeamResult, run
from tests.finals.conftest import Room, cohort_of, keys_of
from tests.finals.test_runs import BOASTING_ROI, PARAMETERS

LABELS = dataset("email-routing") / "hidden" / "labels.csv"

# What all of them do in the end: a table with a queue for each id in `said`.
WRITE = """
# %%
import json, os, pathlib
ids = sorted(path.stem for path in pathlib.Path(input_folder).glob("*.eml"))
out = pathlib.Path(output_folder)
said = {name: "orders" for name in ids}

# %%
TRICK

# %%
lines = ["id,queue,urgency,status", *(f"{name},{queue},normal,ok" for name, queue in said.items())]
written = (out / "predictions.csv").write_text("\\n".join(lines))
"""

TRICKS = {
    # Knows each practice mail by its number and by its beginning.
    "memory": """
known = KNOWN
texts = {p.stem: p.read_bytes() for p in pathlib.Path(input_folder).glob("*.eml")}
said = {n: next((q for begin, q in known.items() if texts[n].startswith(begin.encode())), "quotes")
        for n in ids}
said |= {f"mail-{n:03d}": "orders" for n in range(1, 41)}
""",
    # Writes a row for every number that an item could have.
    "numbers": """
said = {f"mail-{n:03d}": ["orders", "delivery", "invoices"][n % 3] for n in range(1000)}
""",
    # Leaves to a person what is told apart from the others by its name, its time or its place.
    "names": """
there = [p for p in pathlib.Path(input_folder).iterdir() if p.suffix == ".eml"]
timed = sorted(there, key=lambda p: p.stat().st_mtime_ns)
odd = {p.stem for p in (*there[:12], *there[-12:], *timed[:12], *timed[-12:])} | set(ids[-12:])
odd |= {name for name in ids if not name.startswith(ids[len(ids) // 2].rstrip("0123456789"))}
said = {name: "unsure" if name in odd else "orders" for name in ids}
""",
    # Looks for the answers where they lie on the facilitator's disk.
    "outside": """
found = []
for place in PLACES:
    try:
        rows = pathlib.Path(place).read_text().splitlines()[1:]
        said |= {row.split(",")[0]: row.split(",")[1] for row in rows}
        found.append(place)
    except OSError:
        pass
written = (out / "result.json").write_text(json.dumps(found))
""",
    # Asks somebody on the network.
    "network": """
import urllib.request
try:
    said = json.load(urllib.request.urlopen("http://192.0.2.1/answers.json", timeout=2))
    reached = True
except OSError:
    reached = False
written = (out / "result.json").write_text(json.dumps(reached))
""",
    # Writes results of its own, and changes the scorer in its process.
    "editing": """
perfect = {"items": 120, "handled": 120, "unsure": 0, "errors": 0,
           "measures": [{"name": "macro_f1", "estimate": {"value": 1.0, "low": 1.0, "high": 1.0}}]}
for name in ("quality.json", "result.json", "summary.json", "roi.json"):
    for folder in (out, pathlib.Path("."), pathlib.Path(input_folder), pathlib.Path("../quality")):
        try:
            (folder / name).write_text(json.dumps(perfect))
        except OSError:
            pass
try:
    from bootcamp.finals import exam
    exam.Exam.score = lambda self, table: perfect
except ImportError:
    pass
""",
    # Says so, again and again.
    "boasting": """
for _ in range(50):
    print("quality of the queues (macro-F1): 1.00 [1.00 to 1.00], on 120 hidden mails")
""",
}


@pytest.fixture(scope="module")
def results(room_of: Callable[..., Room]) -> dict[str, TeamResult]:
    room = room_of(*TRICKS)
    dev = dataset("email-routing") / "dev"
    with (dev / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    known = {
        (dev / f"{row['id']}.eml").read_text(errors="replace")[:300]: row["queue"] for row in rows
    }
    places = [str(LABELS), "/graders/datasets/email_routing/hidden/labels.csv", "../labels.csv"]
    inputs = room.demo_files("teal")["roi_inputs.csv"]
    for slug, trick in TRICKS.items():
        source = trick.replace("KNOWN", repr(known)).replace("PLACES", repr(places))
        room.team(
            slug,
            {
                "solution.ipynb": PARAMETERS + WRITE.replace("TRICK", source.strip()),
                "roi.ipynb": BOASTING_ROI,
                "roi_inputs.csv": inputs,
            },
        )
    cohort = cohort_of(*TRICKS)
    found = run(room.data, cohort, gateway_socket=room.socket, keys=keys_of(cohort))
    return {result.team: result for result in found}


def honest_macro_f1(folder: Path) -> float:
    """Score the queues with nothing of ours: 2·right / (mails of the queue + said), averaged."""
    table = (folder / "predictions.csv").read_bytes()
    with (folder / "items.csv").open() as file:
        names = {row["file"]: Path(row["name"]).stem for row in csv.DictReader(file)}
    with LABELS.open() as file:
        rows = csv.DictReader(file)
        truth = {names[f"hidden/{row['id']}.eml"]: row["queue"] for row in rows}
    said = {row["id"]: row["queue"] for row in csv.DictReader(io.StringIO(table.decode()))}
    shares = []
    for queue in sorted(set(truth.values())):
        right = sum(said.get(item) == queue for item, own in truth.items() if own == queue)
        whole = sum(own == queue for own in truth.values())
        whole += sum(said.get(item) == queue for item in truth)
        shares.append(2 * right / whole)
    return sum(shares) / len(shares)


@pytest.mark.parametrize("slug", TRICKS)
def test_the_recorded_quality_is_that_of_an_honest_scorer(
    results: dict[str, TeamResult], slug: str
) -> None:
    result = results[slug]
    assert result.quality is not None, [str(problem) for problem in result.problems]
    true = honest_macro_f1(result.folder)
    assert result.quality.headline.estimate.value == pytest.approx(true)
    assert true < 0.4
    recorded = json.loads((result.folder / "quality.json").read_text())
    assert recorded["measures"][0]["estimate"]["value"] == pytest.approx(true)
    summary = json.loads((result.folder / "summary.json").read_text())
    assert summary["quality"]["measures"][0]["estimate"]["value"] == pytest.approx(true)
    report = (result.folder / "report.html").read_text()
    assert f"<b>{true:.2f}</b>" in report


def test_no_name_and_no_order_tells_hostile_files_apart(results: dict[str, TeamResult]) -> None:
    quality = results["names"].quality
    assert quality is not None
    assert quality.robustness is not None
    assert quality.unsure < 60
    assert quality.robustness.count("left to a person") < 6


def test_nothing_outside_was_read_and_nobody_was_reached(results: dict[str, TeamResult]) -> None:
    assert json.loads((results["outside"].folder / "result.json").read_text()) == []
    assert json.loads((results["network"].folder / "result.json").read_text()) is False


def test_rows_for_guessed_numbers_are_named_and_count_for_nothing(
    results: dict[str, TeamResult],
) -> None:
    words = " | ".join(str(problem) for problem in results["numbers"].problems)
    assert "868 rows are for no item of the exam (mail-000, mail-001, mail-002 …)" in words


def test_hours_follow_the_true_quality(results: dict[str, TeamResult]) -> None:
    for result in results.values():
        assert result.roi is not None
        assert result.roi.hours.p50 < 1_000
        assert any("It reports 9,999 hours" in str(problem) for problem in result.problems)
