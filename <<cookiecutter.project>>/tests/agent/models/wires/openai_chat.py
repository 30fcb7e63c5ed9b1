"""OpenAI's Chat Completions API, which many other servers speak too."""

import json
from typing import Any

from tests.agent.models.vendor_server import Asked, End
from tests.agent.models.wires.openai import error
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
    "prompt_tokens": INPUT_TOKENS,
    "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS},
    "completion_tokens": OUTPUT_TOKENS,
    "completion_tokens_details": {"reasoning_tokens": THOUGHT_TOKENS},
    "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
}
CALL = {"id": "call_1", "type": "function", "function": {"name": TOOL, "arguments": ARGUMENTS}}
REFUSAL: Asked = {"content": None, "refusal": "A secret of the vendor."}


class OpenAIChat:
    model = "openai-chat:gpt-5-mini"
    overloaded = 503

    def environment(self, url: str) -> dict[str, str]:
        return {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{url}/v1"}

    def wants_stream(self, path: str, asked: Asked) -> bool:
        assert path == "/v1/chat/completions", path
        # Without this it would report no usage of a stream.
        assert asked.get("stream_options", {}).get("include_usage") is (True if asked.get("stream") else None)
        return bool(asked.get("stream"))

    def has_result(self, asked: Asked) -> bool:
        return any(message["role"] == "tool" for message in asked["messages"])

    def tools(self, asked: Asked) -> list[str]:
        return [tool["function"]["name"] for tool in asked["tools"]]

    def answer(self, *, calls: bool, end: End) -> Asked:
        said = {"content": None, "tool_calls": [CALL]} if calls else {"content": TEXT}
        said = REFUSAL if end == "refused" else said
        choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": finish_reason(calls, end)}
        return {**completion("chat.completion"), "choices": [choice], "usage": USAGE}

    def stream(self, *, calls: bool, end: End) -> tuple[list[str], str]:
        deltas = [REFUSAL] if end == "refused" else [{"content": word} for word in WORDS]
        events = [chunk(delta) for delta in ([{"tool_calls": [{"index": 0, **CALL}]}] if calls else deltas)]
        usage = data({**completion("chat.completion.chunk"), "choices": [], "usage": USAGE})
        return events, chunk({}, finish_reason(calls, end)) + usage + "data: [DONE]\n\n"

    def error(self, status: int, message: str) -> Asked:
        return error(status, message)

    def error_in_stream(self, message: str) -> str:
        return data(error(503, message))


def completion(kind: str) -> Asked:
    return {"id": "chatcmpl_1", "object": kind, "created": 1_790_000_000, "model": "gpt-5-mini"}


def finish_reason(calls: bool, end: End) -> str:
    of_end = {"at its limit": "length", "filtered": "content_filter"}
    return of_end.get(end) or ("tool_calls" if calls else "stop")


def chunk(delta: Asked, finish_reason: str | None = None) -> str:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish_reason}
    return data({**completion("chat.completion.chunk"), "choices": [choice], "usage": None})


def data(body: Any) -> str:
    return f"data: {json.dumps(body)}\n\n"
