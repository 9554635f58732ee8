"""Two hundred callers at the same moment on a budget of fifty calls."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import httpx
import pytest

from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.prices import Price, Prices
from bootcamp.store.usage import Budgets, standings
from tests.gateway.conftest import Gateway, Opener

from .upstreams import Asked, ScriptedUpstream, chunk, completion, head, whole

ASK = [{"role": "user", "content": "Hello"}]
CALLERS, CALLS = 200, 50
DEAREST = 600  # billionths of the currency for a token of an answer
PARTS = {"prices": Prices({"vendor-mini": Price(Decimal("0.15"), Decimal("0.60"))})}


@dataclass
class CostlyUpstream:
    """Answers after all that came together have come, and takes exactly `tokens` for each."""

    tokens: int = 1
    together: int = 1
    arrived: int = 0
    all_here: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.arrived += 1
        if self.arrived >= self.together:
            self.all_here.set()
        await asyncio.wait_for(self.all_here.wait(), 120)
        usage = {
            "prompt_tokens": 0,
            "completion_tokens": self.tokens,  # what costs most
            "total_tokens": self.tokens,
        }
        if asked.body.get("stream"):
            writer.write(head(200, "text/event-stream") + chunk({"content": "Hello."}))
            writer.write(chunk({}, "stop") + chunk(None, usage=usage) + b"data: [DONE]\n\n")
        else:
            writer.write(whole(completion(usage=usage)))
        await writer.drain()


async def ask_all(gateway: Gateway, tokens: list[str], *, stream: bool) -> list[httpx.Response]:
    """Make all calls at the same moment."""
    body = {"model": "bootcamp-small", "messages": ASK, "stream": stream, "max_tokens": 100}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=120, limits=limits, trust_env=False) as client:
        calls = [
            client.post(
                f"{gateway.base_url}/chat/completions",
                json=body,
                headers={"Authorization": f"Bearer {token}"},
            )
            for token in tokens
        ]
        return list(await asyncio.gather(*calls))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("holder", ["citizen", "team", "cohort"])
@pytest.mark.parametrize("what", ["tokens", "money"])
def test_exactly_the_budget_is_spent(
    open_gateway: Opener, what: str, holder: str, stream: bool
) -> None:
    """All fifty calls are open together before one is answered, and none more gets through."""
    people = {
        f"token-{n}": Caller("ann" if holder == "citizen" else f"person-{n}", "orange")
        for n in range(CALLERS)
    }
    costly = CostlyUpstream()
    upstream = ScriptedUpstream(costly)
    with upstream.serve() as url:
        # What a call sets aside is learnt from one; the calls then take exactly that.
        trial = open_gateway(
            upstream_url=url, callers=StaticCallers({"t": Caller("trial", None)}), parts=PARTS
        )
        asyncio.run(ask_all(trial, ["t"], stream=stream))
        (first,) = trial.calls()
        costly.tokens, costly.together, costly.arrived = first.reserved_tokens, CALLS, 0
        costly.all_here.clear()
        before = {"tokens": first.tokens, "money": first.money}[what] if holder == "cohort" else 0
        each = costly.tokens * {"tokens": 1, "money": DEAREST}[what]
        budget = each * CALLS
        gateway = open_gateway(
            upstream_url=url,
            callers=StaticCallers(people),
            budgets=Budgets(**{f"{holder}_{what}": before + budget}),
            parts=PARTS,
        )
        answers = asyncio.run(ask_all(gateway, list(people), stream=stream))
    assert Counter(answer.status_code for answer in answers) == {200: CALLS, 429: CALLERS - CALLS}
    for answer in answers:
        if answer.status_code == 429:
            assert answer.json()["error"]["code"] == "insufficient_quota"
            assert answer.headers["x-should-retry"] == "false"
        elif stream:
            assert answer.text.endswith("data: [DONE]\n\n")
    assert len(upstream.asked) == 1 + CALLS  # no refused call ever reached the model
    calls = [call for call in gateway.calls() if call.login != "trial"]
    assert len(calls) == CALLS
    assert {call.outcome for call in calls} == {"answered"}
    assert sum(getattr(call, what) for call in calls) == budget
    name = {"citizen": "ann", "team": "orange", "cohort": "cohort"}[holder]
    with gateway.store.session() as session:
        found = {(one.holder, one.name): one for one in standings(session, Budgets(), [], [])}
    assert getattr(found[holder, name], what) == before + budget
