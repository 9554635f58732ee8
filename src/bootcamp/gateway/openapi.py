"""The gateway's own description: what it takes and gives, no more than is true of every engine.

Fields that are not named here pass through to the upstream, which may know them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["describe"]

_Schema = dict[str, Any]
_TEXT: _Schema = {"type": "string"}
_COUNT: _Schema = {"type": "integer", "minimum": 0}
_AT_LEAST_ONE: _Schema = {"type": ["integer", "null"], "minimum": 1}
_SWITCH: _Schema = {"type": ["boolean", "null"]}
_ANY: _Schema = {}


def describe(version: str, models: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Give the OpenAPI document; *models* has the names for `chat` and for `embeddings`."""
    every = sorted({name for names in models.values() for name in names})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AI Bootcamp Lab model gateway",
            "version": version,
            "description": "OpenAI's interface for the bootcamp's models. The key is your hub "
            "token; in a notebook `OpenAI()` finds it by itself.",
        },
        "servers": [{"url": "/"}],
        "security": [{"hubToken": []}],
        "paths": {
            "/v1/models": {"get": _get("listModels", "The models that you may use", "ModelList")},
            "/v1/models/{model}": {
                "get": {
                    **_get("describeModel", "One model", "Model", 404),
                    "parameters": [
                        {"name": "model", "in": "path", "required": True, "schema": _one_of(every)}
                    ],
                }
            },
            "/v1/chat/completions": {
                "post": _post("chat", "Answer a chat", _chat(models["chat"]), "ChatCompletion")
            },
            "/v1/responses": {
                "post": _post(
                    "respond", "Answer, statelessly", _response(models["chat"]), "Response"
                )
            },
            "/v1/embeddings": {
                "post": _post(
                    "embed",
                    "Turn texts into vectors",
                    _embeddings(models["embeddings"]),
                    "EmbeddingList",
                    streams=False,
                )
            },
            "/health": {
                "get": {**_get("health", "Whether the gateway runs", "Health"), "security": []}
            },
            "/ready": {
                "get": {
                    **_get("ready", "Whether calls can be answered", "Ready"),
                    "security": [],
                    "responses": {
                        "200": _json("Calls can be answered", "Ready"),
                        "503": _json("They cannot at the moment", "Ready"),
                    },
                }
            },
        },
        "components": {
            "securitySchemes": {"hubToken": {"type": "http", "scheme": "bearer"}},
            "schemas": _SCHEMAS,
        },
    }


def _object(required: Sequence[str] = (), **properties: _Schema) -> _Schema:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(items: _Schema, **more: Any) -> _Schema:
    return {"type": "array", "items": items, **more}


def _one_of(names: Sequence[str]) -> _Schema:
    return {"type": "string", "enum": list(names)}


def _reference(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(said: str, schema: str) -> dict[str, Any]:
    return {
        "description": said,
        "content": {"application/json": {"schema": _reference(schema)}},
    }


def _problems(*statuses: int) -> dict[str, Any]:
    said = {
        400: "The request is wrong",
        401: "The key gives no access",
        404: "There is no such model",
        408: "The request came too slowly",
        413: "The request is too large",
        429: "A budget is spent, or calls come too fast",
        500: "A fault of the gateway",
        502: "The model service failed",
        503: "The model service, the hub or the books cannot be reached",
        504: "The model service did not answer in time",
    }
    return {str(status): _json(said[status], "Problem") for status in statuses}


def _get(name: str, said: str, schema: str, *statuses: int) -> dict[str, Any]:
    problems = _problems(401, 503, *statuses) if schema in {"ModelList", "Model"} else {}
    return {
        "operationId": name,
        "summary": said,
        "responses": {"200": _json(said, schema), **problems},
    }


def _post(
    name: str, said: str, body: _Schema, schema: str, *, streams: bool = True
) -> dict[str, Any]:
    answer = _json(said, schema)
    if streams:
        answer["content"]["text/event-stream"] = {"schema": _object(("data",), data=_TEXT)}
    return {
        "operationId": name,
        "summary": said,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": answer,
            **_problems(400, 401, 404, 408, 413, 429, 500, 502, 503, 504),
        },
    }


def _chat(models: Sequence[str]) -> _Schema:
    part = _object(("type", "text"), type=_one_of(["text"]), text=_TEXT)
    message = _object(
        ("role", "content"), role=_TEXT, content={"anyOf": [_TEXT, _list(part), {"type": "null"}]}
    )
    return _object(
        ("model", "messages"),
        model=_one_of(models),
        messages=_list(message, minItems=1),
        stream=_SWITCH,
        max_tokens=_AT_LEAST_ONE,
        max_completion_tokens=_AT_LEAST_ONE,
        n={**_AT_LEAST_ONE, "maximum": 8},
    )


def _response(models: Sequence[str]) -> _Schema:
    item = _object(
        ("role", "content"),
        type=_one_of(["message"]),
        role=_one_of(["user", "assistant", "system", "developer"]),
        content=_TEXT,
    )
    return _object(
        ("model", "input"),
        model=_one_of(models),
        input={"anyOf": [{"type": "string", "minLength": 1}, _list(item, minItems=1)]},
        instructions={"type": ["string", "null"]},
        stream=_SWITCH,
        max_output_tokens=_AT_LEAST_ONE,
    )


def _embeddings(models: Sequence[str]) -> _Schema:
    words: _Schema = {"type": "string", "minLength": 1}
    return _object(
        ("model", "input"),
        model=_one_of(models),
        input={"anyOf": [words, _list(words, minItems=1)]},
        encoding_format={"enum": ["float", "base64", None]},
    )


_SCHEMAS: dict[str, _Schema] = {
    "Problem": _object(
        ("error",),
        error=_object(
            ("message", "type", "param", "code"),
            message=_TEXT,
            type=_TEXT,
            param={"type": ["string", "null"]},
            code={"type": ["string", "null"]},
        ),
    ),
    "Model": _object(
        ("id", "object", "created", "owned_by"),
        id=_TEXT,
        object=_one_of(["model"]),
        created=_COUNT,
        owned_by=_TEXT,
    ),
    "ModelList": _object(
        ("object", "data"), object=_one_of(["list"]), data=_list(_reference("Model"))
    ),
    "ChatCompletion": _object(
        ("id", "object", "created", "model", "choices"),
        id=_TEXT,
        object=_one_of(["chat.completion"]),
        created=_COUNT,
        model=_TEXT,
        choices=_list(_object(("index", "message", "finish_reason"), index=_COUNT, message=_ANY)),
    ),
    "Response": _object(
        ("id", "object", "created_at", "status", "model", "output", "usage"),
        id=_TEXT,
        object=_one_of(["response"]),
        created_at=_COUNT,
        status=_one_of(["completed", "incomplete"]),
        model=_TEXT,
        output=_list(_object(("type", "id"), type=_TEXT, id=_TEXT)),
    ),
    "EmbeddingList": _object(
        ("object", "data", "model", "usage"),
        object=_one_of(["list"]),
        data=_list(_object(("object", "index", "embedding"), index=_COUNT)),
        model=_TEXT,
    ),
    "Health": _object(("status", "engine"), status=_one_of(["ok"]), engine=_TEXT),
    "Ready": _object(
        ("status", "model", "upstreams"), status=_TEXT, model=_TEXT, upstreams=_object()
    ),
}
