"""OpenAI's Responses API."""

import json
from itertools import count
from typing import Any

from tests.agent.models.vendor_server import Asked, End
from tests.agent.models.wires.said import (
    ARGUMENTS,
    CACHED_TOKENS,
    INPUT_TOKENS,
    OUTPUT_TOKENS,
    TEXT,
    THOUGHT_TOKENS,
    TOOL,
    WORDS,
)

USAGE = {
    "input_tokens": INPUT_TOKENS,
    "input_tokens_details": {"cached_tokens": CACHED_TOKENS},
    "output_tokens": OUTPUT_TOKENS,
    "output_tokens_details": {"reasoning_tokens": THOUGHT_TOKENS},
    "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
}
ERRORS = {
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("tokens", "rate_limit_exceeded"),
    503: ("service_unavailable_error", None),
}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": TOOL, "status": "completed"}
CALLED = {**CALL, "arguments": ARGUMENTS}
CONTENT = {"type": "output_text", "text": TEXT, "annotations": []}
SAID = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [CONTENT]}
REFUSAL = {"type": "refusal", "refusal": "A secret of the vendor."}
REASONS = {"at its limit": "max_output_tokens", "filtered": "content_filter"}


class OpenAI:
    model = "openai:gpt-5-mini"
    overloaded = 503

    def environment(self, url: str) -> dict[str, str]:
        return {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{url}/v1"}

    def wants_stream(self, path: str, asked: Asked) -> bool:
        assert path == "/v1/responses", path
        return bool(asked.get("stream"))

    def has_result(self, asked: Asked) -> bool:
        return any(item.get("type") == "function_call_output" for item in asked["input"])

    def tools(self, asked: Asked) -> list[str]:
        return [tool["name"] for tool in asked["tools"]]

    def answer(self, *, calls: bool, end: End) -> Asked:
        ended: Asked = {"status": "completed"}
        if reason := REASONS.get(end):
            ended = {"status": "incomplete", "incomplete_details": {"reason": reason}}
        said = {**SAID, "content": [REFUSAL]} if end == "refused" else CALLED if calls else SAID
        return {**response(), **ended, "output": [said], "usage": USAGE}

    def stream(self, *, calls: bool, end: End) -> tuple[list[str], str]:
        numbers = count()

        def event(kind: str, **data: Any) -> str:
            body = {"type": kind, "sequence_number": next(numbers), **data}
            return f"event: {kind}\ndata: {json.dumps(body)}\n\n"

        events = [event("response.created", response=response())]
        if end == "refused":
            at = {"output_index": 0, "item_id": "msg_1", "content_index": 0}
            events += [
                event("response.output_item.added", output_index=0, item={**SAID, "content": []}),
                event("response.content_part.added", **at, part={**REFUSAL, "refusal": ""}),
                event("response.refusal.delta", **at, delta=REFUSAL["refusal"]),
                event("response.refusal.done", **at, refusal=REFUSAL["refusal"]),
                event("response.output_item.done", output_index=0, item={**SAID, "content": [REFUSAL]}),
            ]
        elif calls:
            at = {"output_index": 0, "item_id": "fc_1"}
            events += [
                event("response.output_item.added", output_index=0, item={**CALL, "arguments": ""}),
                event("response.function_call_arguments.delta", **at, delta=ARGUMENTS),
                event("response.function_call_arguments.done", **at, arguments=ARGUMENTS),
                event("response.output_item.done", output_index=0, item=CALLED),
            ]
        else:
            at = {"output_index": 0, "item_id": "msg_1", "content_index": 0}
            events += [
                event("response.output_item.added", output_index=0, item={**SAID, "content": []}),
                event("response.content_part.added", **at, part={**CONTENT, "text": ""}),
                *(event("response.output_text.delta", **at, delta=word, logprobs=[]) for word in WORDS),
                event("response.output_text.done", **at, text=TEXT, logprobs=[]),
                event("response.output_item.done", output_index=0, item=SAID),
            ]
        last = "response.incomplete" if end in REASONS else "response.completed"
        return events, event(last, response=self.answer(calls=calls, end=end))

    def error(self, status: int, message: str) -> Asked:
        return error(status, message)

    def error_in_stream(self, message: str) -> str:
        body = {"type": "error", "sequence_number": 99, "code": "server_is_overloaded", "message": message}
        return f"event: error\ndata: {json.dumps(body)}\n\n"


def error(status: int, message: str) -> Asked:
    """An error of both of its APIs."""
    kind, code = ERRORS[status]
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def response() -> Asked:
    """An answer that has just begun."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "in_progress",
        "model": "gpt-5-mini",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
