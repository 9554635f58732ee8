"""A model that knows the queues, calls some returns a delivery, and doubts where it may."""

from functools import cache

import bootcamp.kit as kit


def answer(prompt: str) -> str:
    if "<case>" in prompt:
        return "Pay." if "match" in prompt.rpartition("<case>")[2] else "I would rather ask you"
    asked = prompt.rpartition("<mail>\n")[2].removesuffix("\n</mail>").partition("\n")[2]
    mail = _mails()[asked]
    if "urgent" in prompt.partition("<mail>")[0]:
        return mail["urgency"]
    if mail["queue"] == "returns":
        return "Delivery"
    doubts = mail["queue"] == "hr_other" and "unsure" in prompt
    return "unsure" if doubts else mail["queue"]


@cache
def _mails() -> dict[str, dict[str, str]]:
    return {mail["text"]: mail for mail in kit.load_cases("email-routing")}
