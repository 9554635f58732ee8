"""A model that knows every queue, but without rules calls all goods that come back a delivery."""

from functools import cache

import bootcamp.kit as kit


def answer(prompt: str) -> str:
    if "<case>" in prompt:
        return "Pay."
    asked = prompt.rpartition("<mail>\n")[2].removesuffix("\n</mail>").partition("\n")[2]
    queue = _mails()[asked]
    if queue == "returns" and "damaged" not in prompt:
        return "delivery"
    return "orders" if queue == "hr_other" and "Queue: hr_other" not in prompt else queue


@cache
def _mails() -> dict[str, str]:
    return {mail["text"]: mail["queue"] for mail in kit.load_cases("email-routing")}
