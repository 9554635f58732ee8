"""The notebook of session 6 runs as a team's final: alone, and with what the team has made."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from bootcamp.content import content_root
from bootcamp.finals import run
from bootcamp.settings import DataFolder
from tests.finals.conftest import cohort_of, keys_of
from tests.finals.fakes import model_on_socket

SESSION = content_root() / "solutions" / "session-06"
BATCH = content_root() / "labs" / "session-04-files" / "batch.py"
SOLVE = """
from openai import OpenAI

LABELS = ["orders", "delivery"]

def solve(text, model="bootcamp-small"):
    messages = [{"role": "user", "content": "one of orders, delivery: " + text}]
    reply = OpenAI().chat.completions.create(model=model, messages=messages)
    word = reply.choices[0].message.content.strip().lower()
    label = word if word in LABELS else "unsure"
    reason = "" if label == word else "the model said something else"
    return {"label": label, "reason": reason, "urgency": "normal"}
"""


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True], ids=["spare parts", "the team's own"])
def test_the_final_kit_leads_to_a_quality_and_to_hours(own: bool, tmp_path: Path) -> None:
    data = DataFolder.at(tmp_path / "data")
    data.create()
    final = data.teams / "teal" / "final"
    final.mkdir(parents=True)
    for name in ("solution.ipynb", "roi.ipynb", "roi_inputs.csv"):
        (final / name).write_bytes((SESSION / name).read_bytes())
    if own:
        (final / "solution.py").write_text(SOLVE, encoding="utf-8")
        (final / "batch.py").write_bytes(BATCH.read_bytes())
    cohort = cohort_of("teal")
    keys = keys_of(cohort)
    socket = data.root / "model.sock"

    def answer(prompt: str) -> str:
        return "normal" if "- urgent:" in prompt else "orders"

    with model_on_socket(socket, *keys.values(), answer=answer):
        (result,) = run(data, cohort, gateway_socket=socket, keys=keys)

    assert result.succeeded, [str(problem) for problem in result.problems]
    assert result.quality is not None
    assert (result.quality.items, result.quality.handled) == (120, 120)
    table = pd.read_csv(result.folder / "predictions.csv")
    origins = pd.read_csv(result.folder / "items.csv")
    names = origins["name"][origins["file"].str.startswith("hostile/")].map(lambda n: Path(n).stem)
    hostile = table["id"].isin(names)
    assert set(table[~hostile]["queue"]) == {"orders"}
    assert hostile.sum() == 12
    page = (result.folder / "solution.html").read_text(encoding="utf-8")
    assert ("reason" in table) is own  # batch.py writes all that solve says
    assert "It is ready: parameters, 132 predictions" in page
