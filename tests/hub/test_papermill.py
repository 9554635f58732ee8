"""In a citizen's sandbox, papermill runs another notebook with the model's answers (lab 5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bootcamp.content import content_root
from tests.conftest import Bootcamp, start_bootcamp
from tests.hub.kernels import RemoteKernel

ANSWERED = content_root() / "solutions" / "session-05" / "solution.ipynb"


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bootcamp]:
    running = start_bootcamp(tmp_path_factory.mktemp("papermill") / "data")
    yield running
    running.stop()


def test_a_citizen_runs_a_notebook_on_another_folder(classroom: Bootcamp) -> None:
    with RemoteKernel(classroom, "amina") as kernel:
        filled_in = ANSWERED.read_text(encoding="utf-8")
        printed = kernel.run(
            "import os, shutil; from pathlib import Path; import pandas as pd, papermill\n"
            "os.chdir(Path.home() / 'session-05')\n"
            f"Path('solution.ipynb').write_text({filled_in!r}, encoding='utf-8')\n"
            "few, out = Path('few'), Path('output/few')\n"
            "few.mkdir(); out.mkdir(parents=True)\n"
            "for mail in sorted(Path('data/email-routing-week').glob('*.eml'))[:3]:\n"
            "    shutil.copy(mail, few)\n"
            "made = papermill.execute_notebook('solution.ipynb', 'output/few/run.ipynb',\n"
            "    parameters={'input_folder': 'few', 'output_folder': 'output/few'},\n"
            "    progress_bar=False, extra_arguments=['--log-level=ERROR'])\n"
            "print(list(pd.read_csv(out / 'predictions.csv')['status']))"
        )

    assert "['ok', 'ok', 'ok']" in printed
    assert "WARNING" not in printed
    executed = classroom.data / "homes/amina/session-05/output/few/run.ipynb"
    assert "injected-parameters" in executed.read_text(encoding="utf-8")
