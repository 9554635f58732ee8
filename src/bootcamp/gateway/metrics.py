"""Figures for Prometheus; none of them tells who asked, or what."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bootcamp.gateway.engines import Call, Usage

__all__ = ["Metrics"]

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Metrics:
    """Counts calls by endpoint, engine and model; a registry of its own for each gateway."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._calls = Counter(
            "bootcamp_gateway_calls",
            "Calls that have ended.",
            ("endpoint", "engine", "model", "outcome"),
            registry=self.registry,
        )
        self._tokens = Counter(
            "bootcamp_gateway_tokens",
            "Tokens of calls that have ended.",
            ("engine", "model", "direction"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "bootcamp_gateway_call_seconds",
            "Time from a call's reservation to its settlement.",
            ("endpoint", "engine"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._problems = Counter(
            "bootcamp_gateway_problems",
            "Requests that got an error, by its code.",
            ("status", "code"),
            registry=self.registry,
        )
        self._troubles = Counter(
            "bootcamp_gateway_upstream_troubles",
            "Times that an upstream failed before it answered.",
            ("upstream", "code"),
            registry=self.registry,
        )
        self._retries = Counter(
            "bootcamp_gateway_schema_retries",
            "Answers that did not fit the JSON schema asked for and were asked for again.",
            registry=self.registry,
        )
        self._open = Gauge(
            "bootcamp_gateway_open_requests",
            "Requests that are being answered.",
            registry=self.registry,
        )
        self._children: dict[tuple[str, ...], tuple[Counter, Counter, Counter, Histogram]] = {}
        self.opened: Callable[[], None] = self._open.inc
        self.closed: Callable[[], None] = self._open.dec

    def ended(self, call: Call, engine: str, outcome: str, usage: Usage, seconds: float) -> None:
        """Count a call; the model is the caller's name for it, one of those that are listed."""
        key = (call.endpoint, engine, call.model, outcome)
        children = self._children.get(key)
        if children is None:
            children = (
                self._calls.labels(*key),
                self._tokens.labels(engine, call.model, "in"),
                self._tokens.labels(engine, call.model, "out"),
                self._seconds.labels(call.endpoint, engine),
            )
            self._children[key] = children
        calls, tokens_in, tokens_out, took = children
        calls.inc()
        tokens_in.inc(usage.prompt)
        tokens_out.inc(usage.completion)
        took.observe(seconds)

    def problem(self, status: int, code: str) -> None:
        """Count an error that a caller got; codes of upstreams are not ours to list."""
        known = code if code in _CODES else "other"
        self._problems.labels(str(status), known).inc()

    def trouble(self, upstream: str, code: str) -> None:
        """Count a failure of an upstream."""
        self._troubles.labels(upstream, code if code in _CODES else "other").inc()

    def retried(self) -> None:
        """Count a second try for an answer that fits its schema."""
        self._retries.inc()

    def text(self) -> bytes:
        """Give all figures in Prometheus' text format."""
        return generate_latest(self.registry)


_CODES = frozenset(
    {
        "hub_unreachable", "insufficient_quota", "internal_error", "invalid_api_key",
        "json_schema_violation", "method_not_allowed", "model_not_found", "not_found",
        "price_unknown", "rate_limit_exceeded", "request_too_large", "timeout",
        "upstream_error", "upstream_invalid", "upstream_lost", "upstream_refused_key",
        "upstream_timeout", "upstream_unreachable", "usage_unavailable",
    }
)  # fmt: skip
