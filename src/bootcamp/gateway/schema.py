"""Whether an answer has the form that was asked for: many services ignore a schema silently."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import anyio.to_thread

from bootcamp.lean import without_slow_imports

without_slow_imports()  # half of the gateway's start, otherwise

from jsonschema import Draft202012Validator  # noqa: E402
from jsonschema.exceptions import SchemaError, ValidationError, best_match  # noqa: E402
from jsonschema.validators import extend  # noqa: E402
from referencing import Registry  # noqa: E402
from referencing.exceptions import Unresolvable  # noqa: E402

from bootcamp.gateway.engines import Call  # noqa: E402
from bootcamp.gateway.wire import GatewayProblem, invalid  # noqa: E402

__all__ = ["Form", "corrected", "violation"]

_LONGEST_SCHEMA = 200_000
_LONGEST_ANSWER = 1_000_000
_LONGEST_FAULT = 300
_SECONDS = 1.0
_deadline: ContextVar[float] = ContextVar("deadline")


class _TooLong(Exception):
    """A check takes longer than any honest schema does."""


def _timed(rule: Any) -> Any:
    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if time.monotonic() > _deadline.get(float("inf")):
            raise _TooLong
        yield from rule(validator, value, instance, schema) or ()

    return checked


def _unchecked(_validator: Any, _value: Any, _instance: Any, _schema: Any) -> tuple[()]:
    return ()


# `pattern` is left out: a regular expression can take for ever, and nothing could stop it.
_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        name: _timed(rule)
        for name, rule in Draft202012Validator.VALIDATORS.items()
        if name not in {"pattern", "patternProperties"}
    }
    | {"pattern": _unchecked, "patternProperties": _unchecked},
)


@dataclass(frozen=True)
class Form:
    """The form in which an answer was asked for: an object, or one that fits a schema."""

    validator: Any = None

    @staticmethod
    def of(call: Call) -> Form | None:
        """Read a call's `response_format`; None where it asks for no JSON.

        Raises:
            GatewayProblem: its schema is none.
        """
        form = call.body.get("response_format") if call.endpoint == "chat" else None
        if not isinstance(form, dict):
            return None
        if form.get("type") == "json_object":
            return Form()
        if form.get("type") != "json_schema":
            return None
        asked = form.get("json_schema")
        schema = asked.get("schema") if isinstance(asked, dict) else None
        if schema is None:
            return None  # the service says what it misses
        return Form(_validator_of(schema))

    async def fault(self, body: bytes) -> str | None:
        """Say what is wrong with a whole answer, or None when all is well.

        Refusals, tool calls and answers that were cut off are what they are.
        """
        choices = json.loads(body)["choices"]
        for choice in choices:
            message = choice.get("message") if isinstance(choice, dict) else None
            if not isinstance(message, dict) or choice.get("finish_reason") != "stop":
                continue
            if message.get("refusal") or message.get("tool_calls"):
                continue
            fault = await self.fault_of(message.get("content"))
            if fault:
                return fault
        return None

    async def fault_of(self, text: object) -> str | None:
        """Say what is wrong with what a model said, or None when all is well."""
        if not isinstance(text, str):
            return "there is no text in it"
        if len(text) > _LONGEST_ANSWER:
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return "it is not JSON"
        if self.validator is None:
            return None if isinstance(found, dict) else "it is not a JSON object"
        return await anyio.to_thread.run_sync(_first_fault, self.validator, found)


def corrected(call: Call, fault: str) -> Call:
    """Give the call that asks once more, and says what was wrong."""
    remark = {
        "role": "user",
        "content": f"Your last answer did not fit the JSON schema: {fault}. Answer again, with "
        "nothing but JSON that fits the schema.",
    }
    body = {**call.body, "messages": [*call.body["messages"], remark]}
    return replace(call, id=f"{call.id}-2", body=body)


def violation(fault: str, *, again: bool = True) -> GatewayProblem:
    """Give the problem that tells the caller about an answer of the wrong form."""
    tried = ", and neither did a second one" if again else ""
    return GatewayProblem(
        502,
        f"The model's answer did not fit the JSON schema that you asked for{tried}: {fault}. Make "
        "the schema simpler, describe its fields in the prompt, or try the larger model.",
        kind="server_error",
        code="json_schema_violation",
        retry=False,
    )


def _validator_of(schema: object) -> Any:
    if not isinstance(schema, dict):
        raise invalid("The schema must be a JSON object.", param="response_format")
    try:
        text = json.dumps(schema, sort_keys=True)
    except (RecursionError, ValueError):
        text = ""
    if not text or len(text) > _LONGEST_SCHEMA:
        raise invalid("The schema is too large.", param="response_format")
    return _compiled(text)


@lru_cache(maxsize=128)
def _compiled(text: str) -> Any:
    schema: Mapping[str, Any] = json.loads(text)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise invalid(
            f"The schema is no JSON schema: {_short(error)}.",
            param="response_format",
            code="invalid_json_schema",
        ) from None
    except RecursionError:
        raise invalid("The schema is nested too deeply.", param="response_format") from None
    # An empty registry: a `$ref` to elsewhere is never fetched.
    return _Validator(schema, registry=Registry())


def _first_fault(validator: Any, found: object) -> str | None:
    _deadline.set(time.monotonic() + _SECONDS)
    try:
        error = best_match(validator.iter_errors(found))
    except (_TooLong, RecursionError, Unresolvable):
        return None  # it cannot be told; the caller's own code will look
    except Exception as error:
        if isinstance(error.__cause__, Unresolvable):
            return None
        raise
    return _short(error) if error is not None else None


def _short(error: ValidationError | SchemaError) -> str:
    where = error.json_path
    said = f"at {where}: {error.message}" if where != "$" else error.message
    return said if len(said) <= _LONGEST_FAULT else f"{said[:_LONGEST_FAULT]}…"
