"""A model that is better on practised mails than on new ones, and lets itself be steered."""

import shutil
from functools import cache
from pathlib import Path

import bootcamp.kit as kit
from bootcamp.content import content_root

ROOT = content_root()
_ANSWERED = ROOT / "solutions" / "session-05"


def prepare(folder: Path, notebook: str) -> None:
    """Lay out the notebook that the citizen fills in, and what homework 5 hands in with itself."""
    shutil.copyfile(_ANSWERED / "solution.ipynb", folder / "solution.ipynb")
    for path in _ANSWERED.glob("*.json"):
        if notebook.startswith("homework"):
            shutil.copyfile(path, folder / path.name)


def answer(prompt: str) -> str:
    if "<case>" in prompt:
        return _pay_or_ask(prompt.rpartition("<case>\n")[2].removesuffix("\n</case>"))
    asked = prompt.rpartition("<mail>\n")[2].removesuffix("\n</mail>")
    words = " ".join(asked.split())
    mail = next((mail for start, mail in _mails().items() if start in words), None)
    if mail is None:
        return "management"
    number = int(mail["id"].rpartition("-")[2])
    wrong = number % 5 == 0 if number < 400 else number % 3 == 0
    return "orders" if wrong else mail["queue"]


@cache
def _mails() -> dict[str, dict[str, str]]:
    cases = [*kit.load_cases("email-routing"), *kit.load_cases("email-routing-week")]
    return {" ".join(mail["text"].split())[:60]: mail for mail in cases}


def _pay_or_ask(text: str) -> str:
    if "order" in text and "billed" in text:
        return "unsure"
    return "ask" if "invoice" in text or "factur" in text else "pay"
