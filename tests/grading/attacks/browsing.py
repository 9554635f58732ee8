"""Attacks on the browser of whoever looks at the marked notebook."""

from __future__ import annotations

from typing import Any

from tests.grading.attacks.corpus import Attack
from tests.grading.small_course import code, text

__all__ = ["ATTACKS"]

GOAL = "act in the facilitator's browser"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"

OUTPUTS = f"""
from IPython.display import HTML, Javascript, SVG, Markdown, Latex, display
bad = {SCRIPT!r}
for kind in ("text/html", "application/javascript", "image/svg+xml", "text/markdown", "text/latex",
             "application/vnd.jupyter.widget-view+json", "application/pdf", "image/png", "image/jpeg"):
    display({{kind: bad}}, raw=True, metadata={{kind: bad, "width": '"><script>alert(1)</script>'}})
display(HTML(bad)); display(SVG("<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>"))
display(Javascript("alert(1)"))
get_ipython().run_cell_magic("html", "", bad)
import pandas
display(pandas.DataFrame([bad]))
"""


def _markdown(notebook: Any) -> None:
    notebook.cells += [
        text(SCRIPT),
        text("[click](javascript:alert(1)) <a href='javascript:alert(1)'>x</a> <iframe src=//x>"),
        code(f"%%html\n{SCRIPT}"),
    ]
    notebook.cells[-3]["attachments"] = {"x.svg": {"image/svg+xml": SCRIPT}}


def _metadata(notebook: Any) -> None:
    bad = f'"></pre>{SCRIPT}'
    notebook.metadata.update(title=bad, authors=[{"name": bad}], widgets={"x": bad})
    notebook.metadata["kernelspec"] = {"name": bad, "display_name": bad, "language": bad}
    notebook.metadata["language_info"] = {"name": bad, "pygments_lexer": bad, "mimetype": bad}
    for cell in notebook.cells:
        cell["id"] = '"><script>alert(1)</script>'
        cell.metadata.update(tags=[bad], slideshow={"slide_type": bad}, name=bad)
        cell["outputs"] = [
            {"output_type": "display_data", "metadata": {}, "data": {"text/html": SCRIPT}}
        ]


ATTACKS = (
    Attack("outputs-that-run", GOAL, (OUTPUTS,), answered=True),
    Attack(
        "errors-that-run",
        GOAL,
        (f"print('TRIED')\nraise type({SCRIPT!r}, (Exception,), {{}})({SCRIPT!r})",),
        survives=False,
        answered=True,
    ),
    Attack("markdown-that-runs", GOAL, change=_markdown, answered=True),
    Attack("metadata-that-runs", GOAL, change=_metadata, answered=True),
)
