"""The company's model services, in order: where one fails before it answers, the next is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from bootcamp.gateway.engines import EMBEDDING, LARGE, SMALL, Call, Endpoint, Reply, Usage
from bootcamp.gateway.line import Line, Upstream
from bootcamp.gateway.weighing import weigh
from bootcamp.gateway.wire import GatewayProblem

__all__ = ["Upstream", "UpstreamEngine"]

_DEFAULT_COMPLETION = 2_000
_Trouble = Callable[[str, str], None]
_Way = tuple[Line, str]
"""A line, and the name of a model there."""


class UpstreamEngine:
    """Sends each call down the first line that takes it."""

    name = "upstream"

    def __init__(
        self, upstreams: Sequence[Upstream], on_trouble: _Trouble = lambda _name, _code: None
    ) -> None:
        """Open the lines.

        Args:
            upstreams: in the order in which they are asked.
            on_trouble: told the upstream's name and a code each time that one fails.
        """
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

    def models(self, call: Call) -> Sequence[str]:
        """Give the upstreams' own names of all models that may come to answer."""
        return [model for _, model in self._ways[call.endpoint][call.model]]

    def reserve_tokens(self, call: Call) -> int:
        """Estimate on the high side: half a token a byte of prompt, and the answer asked for."""
        prompt = weigh(call.body) // 2 + 16
        if call.endpoint == "embeddings":
            return prompt
        most = call.body.get("max_completion_tokens") or call.body.get("max_tokens")
        answer = most if isinstance(most, int) and most > 0 else _DEFAULT_COMPLETION
        count = call.body.get("n")
        answer *= count if isinstance(count, int) and count > 0 else 1
        return prompt + min(answer, 10**9)

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
