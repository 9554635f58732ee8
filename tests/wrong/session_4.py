"""A model that is unsure of some mails, and pays what agrees."""

import shutil
from pathlib import Path


def prepare(folder: Path, notebook: str) -> None:
    """Put what comes with the homework beside it."""
    if notebook.startswith("homework"):
        shutil.copytree(folder / notebook, folder, dirs_exist_ok=True)


def answer(prompt: str) -> str:
    if "<case>" in prompt:
        asked = prompt.rpartition("<case>")[2]
        return "unsure" if len(asked) % 3 == 0 else "Pay." if "match" in asked else "ask"
    asked = prompt.rpartition("<mail>")[2]
    return "unsure" if len(asked) % 4 == 0 else "Orders."
