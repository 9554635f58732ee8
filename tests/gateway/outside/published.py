"""OpenAI's published description of its interface, to validate answers against."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from jsonschema.exceptions import best_match

from tests.conftest import CHECKOUT

_FILE = Path("openai") / "openapi-cut.json"
WHERE = Path(os.environ.get("BOOTCAMP_TEST_DATA") or CHECKOUT.parent / "shared" / "data") / _FILE


def with_null(node: Any) -> Any:
    """Rewrite `nullable: true`, which OpenAPI 3.1 no longer knows, as a choice with null."""
    if isinstance(node, list):
        return [with_null(each) for each in node]
    if not isinstance(node, dict):
        return node
    rest = {name: with_null(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [rest, {"type": "null"}]} if node.get("nullable") is True else rest


class Published:
    """Validates by the name of a schema, or by the place of an answer."""

    def __init__(self, where: Path) -> None:
        self._document: dict[str, Any] = with_null(json.loads(where.read_text()))
        self._validators: dict[str, Any] = {}

    def schema_of(self, path: str, method: str = "post", *, stream: bool = False) -> str:
        """Give the name of the schema of what an endpoint answers."""
        found = self._document["paths"][path][method]["responses"]["200"]["content"]
        kind = "text/event-stream" if stream else "application/json"
        return str(found[kind]["schema"]["$ref"]).rpartition("/")[2]

    def check(self, name: str, found: Any) -> None:
        """Fail where *found* is not as the schema says; tells the most telling reason."""
        validator = self._validators.get(name)
        if validator is None:
            whole = {**self._document, "$ref": f"#/components/schemas/{name}"}
            validator = self._validators[name] = jsonschema.Draft202012Validator(whole)
        error = best_match(validator.iter_errors(found))
        if error is not None and name == "ResponseStreamEvent":
            # Of fifty alternatives only the one that the event's type names says what is wrong.
            self.check(self._event_schema(found["type"]), found)
        if error is not None:
            said = json.dumps(found)[:600]
            pytest.fail(f"not {name}: {error.json_path}: {error.message[:400]}\nin {said}")

    def _event_schema(self, kind: str) -> str:
        schemas: dict[str, Any] = self._document["components"]["schemas"]
        for reference in schemas["ResponseStreamEvent"]["anyOf"]:
            name = str(reference["$ref"]).rpartition("/")[2]
            if kind in schemas[name].get("properties", {}).get("type", {}).get("enum", ()):
                return name
        pytest.fail(f"no event is called {kind}")
