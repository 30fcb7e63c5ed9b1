"""Anthropic's Messages API."""

import json
from typing import Any

from tests.agent.models.vendor_server import Asked, End
from tests.agent.models.wires.said import ARGUMENTS, CACHED_TOKENS, INPUT_TOKENS, OUTPUT_TOKENS, TEXT, TOOL, WORDS

USAGE = {
    "input_tokens": INPUT_TOKENS - CACHED_TOKENS,
    "output_tokens": OUTPUT_TOKENS,
    "cache_read_input_tokens": CACHED_TOKENS,
    "cache_creation_input_tokens": 0,
}
CALL = {"type": "tool_use", "id": "toolu_1", "name": TOOL}
ERRORS = {
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class Anthropic:
    model = "anthropic:claude-haiku-4-5"
    overloaded = 529

    def environment(self, url: str) -> dict[str, str]:
        return {"ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": url}

    def wants_stream(self, path: str, asked: Asked) -> bool:  # noqa: ARG002
        return bool(asked.get("stream"))

    def has_result(self, asked: Asked) -> bool:
        return '"tool_result"' in json.dumps(asked["messages"])

    def tools(self, asked: Asked) -> list[str]:
        return [tool["name"] for tool in asked["tools"]]

    def answer(self, *, calls: bool, end: End) -> Asked:
        part = {**CALL, "input": json.loads(ARGUMENTS)} if calls else {"type": "text", "text": TEXT}
        content = [] if end == "refused" else [part]
        return {**message(), "content": content, "stop_reason": stop_reason(calls, end)}

    def stream(self, *, calls: bool, end: End) -> tuple[list[str], str]:
        begin = {**CALL, "input": {}} if calls else {"type": "text", "text": ""}
        deltas: list[Asked] = [{"type": "text_delta", "text": word} for word in WORDS]
        if calls:
            deltas = [{"type": "input_json_delta", "partial_json": ARGUMENTS}]
        events = [
            event("message_start", message=message()),
            event("content_block_start", index=0, content_block=begin),
            *(event("content_block_delta", index=0, delta=delta) for delta in deltas),
            event("content_block_stop", index=0),
        ]
        delta = {"stop_reason": stop_reason(calls, end), "stop_sequence": None}
        return events[:1] if end == "refused" else events, event("message_delta", delta=delta, usage=USAGE) + event(
            "message_stop"
        )

    def error(self, status: int, message: str) -> Asked:
        return {"type": "error", "error": {"type": ERRORS[status], "message": message}}

    def error_in_stream(self, message: str) -> str:
        return event("error", error=self.error(529, message)["error"])


def message() -> Asked:
    """An answer that has just begun."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": USAGE,
    }


def stop_reason(calls: bool, end: End) -> str:
    of_end = {"at its limit": "max_tokens", "filtered": "refusal", "refused": "refusal"}
    return of_end.get(end) or ("tool_use" if calls else "end_turn")


def event(kind: str, **data: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n"
