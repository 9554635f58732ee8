"""The company's model services, in order: where one fails before it answers, the next is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from bootcamp.gateway.engines import EMBEDDING, LARGE, SMALL, Call, Endpoint, Need, Reply, Usage
from bootcamp.gateway.line import Line, Upstream
from bootcamp.gateway.weighing import weigh
from bootcamp.gateway.wire import GatewayProblem

__all__ = ["ANSWER_TOKENS", "Upstream", "UpstreamEngine"]

ANSWER_TOKENS = 4_000
_MOST_TOKENS = 10**9
_Trouble = Callable[[str, str], None]
_Way = tuple[Line, str]
"""A line, and the name of a model there."""


class UpstreamEngine:
    """Sends each call down the first line that takes it."""

    name = "upstream"

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        on_trouble: _Trouble = lambda _name, _code: None,
        *,
        answer_tokens: int = ANSWER_TOKENS,
    ) -> None:
        """Open the lines.

        Args:
            upstreams: in the order in which they are asked.
            on_trouble: told the upstream's name and a code each time that one fails.
            answer_tokens: the most that an answer may have where the caller names no limit.
        """
        self._answer_tokens = answer_tokens
        self._lines = [Line(upstream) for upstream in upstreams]
        self._on_trouble = on_trouble
        self._ways: dict[Endpoint, dict[str, list[_Way]]] = {
            "chat": _ways(self._lines, lambda alias: alias != EMBEDDING),
            "embeddings": _ways(self._lines, lambda alias: alias == EMBEDDING),
        }

    async def aclose(self) -> None:
        """Close all connections."""
        for line in self._lines:
            await line.aclose()

    def names(self, endpoint: Endpoint) -> Sequence[str]:
        """Give all names that callers may use."""
        return tuple(self._ways[endpoint])

    def states(self) -> Mapping[str, str]:
        """Say of each upstream whether it is in use, or rests after a failure."""
        return {line.upstream.name: "resting" if line.rests else "in use" for line in self._lines}

    @property
    def small_in_words(self) -> str:
        """Who answers as the everyday model, in the order in which they are asked."""
        ways = self._ways["chat"].get(SMALL, [])
        return ", then ".join(f"{model} at {line.upstream.name}" for line, model in ways)

    def models(self, call: Call) -> Sequence[str]:
        """Give the upstreams' own names of all models that may come to answer."""
        return [model for _, model in self._ways[call.endpoint][call.model]]

    def need(self, call: Call) -> Need:
        """Estimate on the high side: half a token a byte of prompt, and the answer asked for."""
        prompt = weigh(call.body) // 2 + 16
        if call.endpoint == "embeddings":
            return Need(prompt)
        choices = call.body.get("n") or 1
        named = [call.body.get("max_completion_tokens") or 0, call.body.get("max_tokens") or 0]
        most = max(named)  # of two, who knows which a service heeds
        if most:
            return Need(prompt, min(most, _MOST_TOKENS), min(choices, _MOST_TOKENS))
        return Need(prompt, self._answer_tokens, min(choices, _MOST_TOKENS), open=True)

    @asynccontextmanager
    async def answer(self, call: Call, usage: Usage) -> AsyncIterator[Reply]:
        """Forward a call; once an answer has begun, no other upstream is asked.

        Raises:
            GatewayProblem: no upstream answered; the problem is the last one's.
        """
        ways = self._ways[call.endpoint][call.model]
        ways = sorted(ways, key=lambda way: way[0].rests)  # stable: the order is the facilitator's
        async with AsyncExitStack() as stack:
            for position, (line, model) in enumerate(ways):
                usage.model = model
                try:
                    reply = await stack.enter_async_context(line.answer(call, model, usage))
                    break
                except GatewayProblem as problem:
                    if not _others_may_help(problem):
                        raise
                    line.rest()
                    self._on_trouble(line.upstream.name, str(problem.body["error"]["code"]))
                    if position == len(ways) - 1:
                        raise
            yield reply


def _ways(lines: Sequence[Line], wanted: Callable[[str], bool]) -> dict[str, list[_Way]]:
    ways: dict[str, list[_Way]] = {}
    for line in lines:
        models = {alias: own for alias, own in line.upstream.models.items() if wanted(alias)}
        if SMALL in models:
            models.setdefault(LARGE, models[SMALL])
        for name, own in {**models, **{own: own for own in models.values()}}.items():
            ways.setdefault(name, []).append((line, own))
    return ways


def _others_may_help(problem: GatewayProblem) -> bool:
    """Whether the fault is the upstream's (or its busyness), not the request's."""
    return problem.status >= 500 or problem.status in {404, 429}
