"""OpenAI's Responses endpoint, stateless, in terms of Chat Completions, which every service has."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from bootcamp.gateway.requests import check_stream
from bootcamp.gateway.wire import DONE, encode, invalid

__all__ = ["AsResponse", "to_chat"]

_SAME = frozenset({"tools", "tool_choice", "text", "input", "instructions", "reasoning"})
_HERE_ONLY = frozenset(
    {
        "background", "context_management", "conversation", "include", "max_output_tokens",
        "max_tool_calls", "moderation", "previous_response_id", "prompt", "store",
        "stream_options", "truncation",
    }
)  # fmt: skip
_STATELESS = {
    "previous_response_id": "The gateway keeps no conversations: 'previous_response_id' does not "
    "work here. Send the earlier messages along in 'input'.",
    "conversation": "The gateway keeps no conversations: 'conversation' does not work here. Send "
    "the earlier messages along in 'input'.",
    "prompt": "The gateway knows no stored prompts: send the text itself in 'instructions' and "
    "'input'.",
    "background": "The gateway answers at once: 'background' does not work here.",
}
_TEXTS = frozenset({"input_text", "output_text", "text", "summary_text"})


def to_chat(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the chat request that asks for the same; fields unknown here pass through.

    Raises:
        GatewayProblem: it asks for what a gateway without memory cannot do.
    """
    for name, sentence in _STATELESS.items():
        given = body.get(name)
        if given is not None and given is not False:
            raise invalid(sentence, param=name, code="unsupported_parameter")
    check_stream(body)
    chat = {
        name: value
        for name, value in body.items()
        if name not in _SAME | _HERE_ONLY and value is not None
    }
    messages: list[dict[str, Any]] = []
    instructions = body.get("instructions")
    if instructions is not None and not isinstance(instructions, str):
        raise invalid("'instructions' must be a text.", param="instructions")
    if instructions:
        messages.append({"role": "system", "content": instructions})
    chat["messages"] = messages + _messages(body.get("input"))
    if body.get("max_output_tokens") is not None:
        chat["max_completion_tokens"] = _at_least_one(body["max_output_tokens"])
    if chat.get("top_logprobs"):
        chat["logprobs"] = True
    _take_tools(body, chat)
    _take_text(body.get("text"), chat)
    reasoning = body.get("reasoning")
    if reasoning is not None and not isinstance(reasoning, dict):
        raise invalid("'reasoning' must be an object.", param="reasoning")
    if reasoning and reasoning.get("effort"):
        chat["reasoning_effort"] = reasoning["effort"]
    return chat


def _at_least_one(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise invalid(
            "'max_output_tokens' must be a whole number of at least 1.", param="max_output_tokens"
        )
    return value


def _messages(given: object) -> list[dict[str, Any]]:
    if isinstance(given, str) and given:
        return [{"role": "user", "content": given}]
    if not isinstance(given, list) or not given:
        raise invalid("'input' must be a text or a list of items.", param="input")
    messages: list[dict[str, Any]] = []
    for position, item in enumerate(given):
        where = f"input[{position}]"
        if not isinstance(item, dict):
            raise invalid(f"'{where}' must be an object.", param=where)
        kind = item.get("type") or "message"
        if kind == "message":
            messages.append(_message(item, where))
        elif kind == "function_call":
            call = _function(item, where)
            if messages and messages[-1].get("tool_calls"):
                messages[-1]["tool_calls"].append(call)
            else:
                messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
        elif kind == "function_call_output":
            messages.append(
                {
                    "role": "tool",
                    "tool_call_id": str(item.get("call_id") or ""),
                    "content": _content(item.get("output"), where),
                }
            )
        elif kind != "reasoning":  # a model's own thoughts are of no use to another
            raise invalid(
                f"'{where}' is of type '{str(kind)[:40]}', which the gateway cannot pass on.",
                param=where,
                code="unsupported_content",
            )
    return messages


def _message(item: Mapping[str, Any], where: str) -> dict[str, Any]:
    role = item.get("role")
    if role not in {"user", "assistant", "system", "developer"}:
        raise invalid(f"'{where}.role' must be user, assistant, system or developer.", param=where)
    return {
        "role": "system" if role == "developer" else role,
        "content": _content(item.get("content"), where),
    }


def _function(item: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(item.get("name"), str) or not isinstance(item.get("arguments"), str):
        raise invalid(f"'{where}' needs a 'name' and 'arguments', both texts.", param=where)
    return {
        "id": str(item.get("call_id") or ""),
        "type": "function",
        "function": {"name": item["name"], "arguments": item["arguments"]},
    }


def _content(content: object, where: str) -> str | list[dict[str, Any]]:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise invalid(f"'{where}' needs content: a text or a list of parts.", param=where)
    parts = [_part(part, where) for part in content]
    if len(parts) == 1 and parts[0]["type"] == "text":
        return str(parts[0]["text"])  # the form that every service reads
    return parts


def _part(part: object, where: str) -> dict[str, Any]:
    kind = part.get("type") if isinstance(part, dict) else None
    if isinstance(part, dict) and kind in _TEXTS:
        return {"type": "text", "text": str(part.get("text") or "")}
    if isinstance(part, dict) and kind == "refusal":
        return {"type": "text", "text": str(part.get("refusal") or "")}
    if isinstance(part, dict) and kind == "input_image" and isinstance(part.get("image_url"), str):
        image = {"url": part["image_url"]}
        if part.get("detail"):
            image["detail"] = part["detail"]
        return {"type": "image_url", "image_url": image}
    raise invalid(
        f"'{where}' holds a part of type '{str(kind)[:40]}', which the gateway cannot pass on.",
        param=where,
        code="unsupported_content",
    )


def _take_tools(body: Mapping[str, Any], chat: dict[str, Any]) -> None:
    tools = body.get("tools") or []
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise invalid("'tools' must be a list of objects.", param="tools")
    for tool in tools:
        if tool.get("type") != "function":
            raise invalid(
                f"The gateway passes on tools of type 'function' only, not "
                f"'{str(tool.get('type'))[:40]}'.",
                param="tools",
                code="unsupported_parameter",
            )
    if tools:
        chat["tools"] = [
            {
                "type": "function",
                "function": {
                    name: tool[name]
                    for name in ("name", "description", "parameters", "strict")
                    if tool.get(name) is not None
                },
            }
            for tool in tools
        ]
    choice = body.get("tool_choice")
    if isinstance(choice, str):
        if tools:  # without tools, services refuse a choice among them
            chat["tool_choice"] = choice
    elif isinstance(choice, dict) and choice.get("type") == "function":
        chat["tool_choice"] = {"type": "function", "function": {"name": choice.get("name")}}
    elif choice is not None:
        raise invalid(
            "'tool_choice' must be 'auto', 'none', 'required' or name a function.",
            param="tool_choice",
        )


def _take_text(text: object, chat: dict[str, Any]) -> None:
    if text is None:
        return
    if not isinstance(text, dict):
        raise invalid("'text' must be an object.", param="text")
    if text.get("verbosity"):
        chat["verbosity"] = text["verbosity"]
    form = text.get("format")
    if form is None:
        return
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "json_schema":
        asked = {name: value for name, value in form.items() if name != "type"}
        chat["response_format"] = {"type": "json_schema", "json_schema": asked}
    elif kind == "json_object":
        chat["response_format"] = {"type": "json_object"}
    elif kind != "text":
        raise invalid(
            "'text.format.type' must be text, json_object or json_schema.", param="text.format"
        )


class AsResponse:
    """Turns chat answers into responses: a whole one, or a stream event by event."""

    def __init__(self, call_id: str, body: Mapping[str, Any]) -> None:
        self._id = call_id
        self._body = body
        self._created = int(time.time())
        self._model = str(body.get("model"))
        self._number = 0
        self._items: list[_Item] = []
        self._calls: dict[int, _Item] = {}
        self._text: _Item | None = None
        self._finish: str | None = None
        self._usage: dict[str, Any] | None = None

    def whole(self, body: bytes) -> bytes:
        """Give the response that a chat completion makes."""
        chat = json.loads(body)
        choice = chat["choices"][0] if chat["choices"] else {}
        self._model = str(chat.get("model") or self._model)
        self._created = chat.get("created") or self._created
        self._usage = chat.get("usage")
        self._finish = choice.get("finish_reason")
        message = choice.get("message") or {}
        for kind in ("content", "refusal"):
            if isinstance(message.get(kind), str) and (message[kind] or kind == "content"):
                item = _Item(f"msg_{self._id}", len(self._items), kind)
                item.text = message[kind]
                self._items.append(item)
        for call in message.get("tool_calls") or ():
            function = call.get("function") or {}
            item = _Item(f"fc_{self._id}_{len(self._items)}", len(self._items), "call")
            item.call_id = str(call.get("id") or item.id)
            item.name = str(function.get("name") or "")
            item.text = str(function.get("arguments") or "")
            self._items.append(item)
        # A model that calls a tool often says nothing beside it.
        if len(self._items) > 1 and self._items[0].kind == "content" and not self._items[0].text:
            del self._items[0]
        return encode(self._response(self._status()))

    def piece(self, piece: bytes) -> bytes:
        """Give the events that an event of a chat stream makes."""
        if piece == DONE:
            return self._end()
        chunk = json.loads(piece[6:])
        if "error" in chunk:
            return self._failed(chunk["error"])
        out = b""
        if self._number == 0:
            self._model = str(chunk.get("model") or self._model)
            out = self._event("response.created", response=self._response("in_progress"))
            out += self._event("response.in_progress", response=self._response("in_progress"))
        self._usage = chunk.get("usage") or self._usage
        for choice in (chunk.get("choices") or ())[:1]:
            delta = choice.get("delta") or {}
            for kind in ("content", "refusal"):
                if isinstance(delta.get(kind), str) and delta[kind]:
                    out += self._say(kind, delta[kind])
            for call in delta.get("tool_calls") or ():
                out += self._call(call)
            self._finish = choice.get("finish_reason") or self._finish
        return out

    def _say(self, kind: str, text: str) -> bytes:
        out = b""
        item = self._text
        if item is None or item.kind != kind:
            item = _Item(f"msg_{self._id}_{len(self._items)}", len(self._items), kind)
            self._text = item
            self._items.append(item)
            out += self._event(
                "response.output_item.added",
                output_index=item.position,
                item={**item.output("in_progress"), "content": []},
            )
            out += self._event("response.content_part.added", **item.place, part=item.part())
        item.text += text
        if kind == "refusal":
            return out + self._event("response.refusal.delta", **item.place, delta=text)
        return out + self._event(
            "response.output_text.delta", **item.place, delta=text, logprobs=[]
        )

    def _call(self, call: Mapping[str, Any]) -> bytes:
        out = b""
        index = call.get("index") if isinstance(call.get("index"), int) else 0
        function = call.get("function") or {}
        item = self._calls.get(index or 0)
        if item is None:
            item = _Item(f"fc_{self._id}_{len(self._items)}", len(self._items), "call")
            item.call_id = str(call.get("id") or item.id)
            item.name = str(function.get("name") or "")
            self._calls[index or 0] = item
            self._items.append(item)
            out += self._event(
                "response.output_item.added",
                output_index=item.position,
                item=item.output("in_progress"),
            )
        if function.get("arguments"):
            item.text += function["arguments"]
            out += self._event(
                "response.function_call_arguments.delta",
                item_id=item.id,
                output_index=item.position,
                delta=function["arguments"],
            )
        return out

    def _end(self) -> bytes:
        out = b""
        for item in self._items:
            if item.kind == "call":
                out += self._event(
                    "response.function_call_arguments.done",
                    item_id=item.id,
                    output_index=item.position,
                    name=item.name,
                    arguments=item.text,
                )
            else:
                if item.kind == "refusal":
                    out += self._event("response.refusal.done", **item.place, refusal=item.text)
                else:
                    out += self._event(
                        "response.output_text.done", **item.place, text=item.text, logprobs=[]
                    )
                out += self._event("response.content_part.done", **item.place, part=item.part())
            out += self._event(
                "response.output_item.done",
                output_index=item.position,
                item=item.output("completed"),
            )
        status = self._status()
        return out + self._event(f"response.{status}", response=self._response(status))

    def _failed(self, error: Mapping[str, Any]) -> bytes:
        """End a broken stream so that the official client raises: it looks for `error`."""
        return self._event(
            "error",
            code=error.get("code"),
            message=error.get("message"),
            param=error.get("param"),
            error=error,
        )

    def _event(self, kind: str, **members: Any) -> bytes:
        body = {"type": kind, "sequence_number": self._number, **members}
        self._number += 1
        return f"event: {kind}\ndata: ".encode() + encode(body) + b"\n\n"

    def _status(self) -> str:
        return "incomplete" if self._finish in {"length", "content_filter"} else "completed"

    def _response(self, status: str) -> dict[str, Any]:
        asked = self._body
        text = asked.get("text") or {}
        reasons = {"length": "max_output_tokens", "content_filter": "content_filter"}
        reason = reasons.get(self._finish or "") if status == "incomplete" else None
        ended = status != "in_progress"
        return {
            "id": f"resp_{self._id}",
            "object": "response",
            "created_at": self._created,
            "completed_at": int(time.time()) if status == "completed" else None,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": {"reason": reason} if reason else None,
            "instructions": asked.get("instructions"),
            "max_output_tokens": asked.get("max_output_tokens"),
            "max_tool_calls": asked.get("max_tool_calls"),
            "metadata": asked.get("metadata") or {},
            "model": self._model,
            "output": [item.output("completed") for item in self._items] if ended else [],
            "parallel_tool_calls": asked.get("parallel_tool_calls") is not False,
            "previous_response_id": None,
            "reasoning": {"effort": (asked.get("reasoning") or {}).get("effort"), "summary": None},
            "service_tier": "default",
            "store": False,
            "temperature": _number(asked.get("temperature")),
            "text": {**text, "format": text.get("format") or {"type": "text"}},
            "tool_choice": asked.get("tool_choice") or "auto",
            "tools": [_tool(tool) for tool in asked.get("tools") or ()],
            "top_logprobs": asked.get("top_logprobs") or 0,
            "top_p": _number(asked.get("top_p")),
            "truncation": "disabled",
            **({"usage": _usage(self._usage)} if ended else {}),
            **({"user": asked["user"]} if isinstance(asked.get("user"), str) else {}),
        }


class _Item:
    """One item of a response's output: a message or a call of a function."""

    def __init__(self, item_id: str, position: int, kind: str) -> None:
        self.id = item_id
        self.position = position
        self.kind = kind
        self.text = ""
        self.call_id = ""
        self.name = ""

    @property
    def place(self) -> dict[str, Any]:
        return {"item_id": self.id, "output_index": self.position, "content_index": 0}

    def part(self) -> dict[str, Any]:
        if self.kind == "refusal":
            return {"type": "refusal", "refusal": self.text}
        return {"type": "output_text", "text": self.text, "annotations": [], "logprobs": []}

    def output(self, status: str) -> dict[str, Any]:
        if self.kind == "call":
            return {
                "id": self.id,
                "type": "function_call",
                "status": status,
                "call_id": self.call_id,
                "name": self.name,
                "arguments": self.text,
            }
        return {
            "id": self.id,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": [self.part()],
        }


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": None, "parameters": None, "strict": None, **tool}


def _number(value: object) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 1.0


def _usage(counted: Mapping[str, Any] | None) -> dict[str, Any]:
    found = counted or {}
    prompt = found.get("prompt_tokens") or 0
    completion = found.get("completion_tokens") or 0
    read = found.get("prompt_tokens_details") or {}
    said = found.get("completion_tokens_details") or {}
    return {
        "input_tokens": prompt,
        "input_tokens_details": {
            "cached_tokens": read.get("cached_tokens") or 0,
            "cache_write_tokens": read.get("cache_write_tokens") or 0,
        },
        "output_tokens": completion,
        "output_tokens_details": {"reasoning_tokens": said.get("reasoning_tokens") or 0},
        "total_tokens": prompt + completion,
    }
