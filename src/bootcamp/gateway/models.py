"""Which models there are, and who answers for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bootcamp.gateway.engines import (
    EMBEDDING,
    LARGE,
    SMALL,
    Call,
    Endpoint,
    Engine,
    PracticeEngine,
)
from bootcamp.gateway.practice import MODEL_NAME, OWNER
from bootcamp.gateway.upstream import UpstreamEngine
from bootcamp.gateway.wire import GatewayProblem

__all__ = ["Models"]

_CREATED = 1_767_225_600  # 2026-01-01: models have no date of their own here
_OWN = (SMALL, LARGE, EMBEDDING, MODEL_NAME)


class Models:
    """The names that callers may use; the aliases among them always have somebody behind them."""

    def __init__(self, practice: PracticeEngine, upstream: UpstreamEngine | None) -> None:
        self._upstream = upstream
        self._engines: dict[Endpoint, dict[str, Engine]] = {
            "chat": {SMALL: practice, LARGE: practice},
            "embeddings": {EMBEDDING: practice},
        }
        for endpoint, engines in self._engines.items():
            if upstream is not None:
                engines.update(dict.fromkeys(upstream.names(endpoint), upstream))
            engines[MODEL_NAME] = practice
        both = {**self._engines["chat"], **self._engines["embeddings"]}
        self.names: Sequence[str] = tuple(both)

    @property
    def by_endpoint(self) -> Mapping[str, Sequence[str]]:
        """The names that each endpoint knows."""
        return {endpoint: tuple(engines) for endpoint, engines in self._engines.items()}

    @property
    def main_engine(self) -> str:
        """The name of the engine behind the everyday model."""
        return self._engines["chat"][SMALL].name

    @property
    def small_in_words(self) -> str:
        """Who answers as the everyday model, exactly enough to tell one run from another."""
        return self._engines["chat"][SMALL].small_in_words

    @property
    def upstream_states(self) -> Mapping[str, str]:
        """Each upstream's state, by its name."""
        return self._upstream.states() if self._upstream else {}

    async def aclose(self) -> None:
        """Close all connections."""
        if self._upstream is not None:
            await self._upstream.aclose()

    def engine(self, call: Call) -> Engine:
        """Give the engine that answers a call.

        Raises:
            GatewayProblem: there is no such model, or not for this endpoint.
        """
        engines = self._engines[call.endpoint]
        engine = engines.get(call.model)
        if engine is not None:
            return engine
        if call.model in self.names:
            use = "chat" if call.endpoint == "embeddings" else "embeddings"
            raise GatewayProblem(
                400,
                f"The model '{call.model}' is for {use}. Here, use one of: {', '.join(engines)}.",
                kind="invalid_request_error",
                param="model",
            )
        raise _unknown(call.model, engines)

    def describe(self, name: str) -> dict[str, Any]:
        """Describe a model as OpenAI does.

        Raises:
            GatewayProblem: there is no such model.
        """
        if name not in self.names:
            raise _unknown(name, self.names)
        return {
            "id": name,
            "object": "model",
            "created": _CREATED,
            "owned_by": OWNER if name in _OWN else "upstream",
        }


def _unknown(name: str, known: Sequence[str] | Mapping[str, Any]) -> GatewayProblem:
    return GatewayProblem(
        404,
        f"There is no model '{name[:80]}' here. Use one of: {', '.join(known)}.",
        kind="invalid_request_error",
        param="model",
        code="model_not_found",
    )
