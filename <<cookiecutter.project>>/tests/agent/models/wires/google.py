"""Google's Gemini API."""

import json
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
    "promptTokenCount": INPUT_TOKENS,
    "cachedContentTokenCount": CACHED_TOKENS,
    "candidatesTokenCount": OUTPUT_TOKENS - THOUGHT_TOKENS,
    "thoughtsTokenCount": THOUGHT_TOKENS,
    "totalTokenCount": INPUT_TOKENS + OUTPUT_TOKENS,
}
CALL = {"functionCall": {"name": TOOL, "args": json.loads(ARGUMENTS)}}
ERRORS = {401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}
FINISH_REASONS = {"whole": "STOP", "at its limit": "MAX_TOKENS", "filtered": "SAFETY"}
ABOUT = {"usageMetadata": USAGE, "modelVersion": "gemini-2.5-flash", "responseId": "r1"}
BLOCKED = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **ABOUT}
PATH = "/v1beta/models/gemini-2.5-flash:"


class Google:
    model = "google:gemini-2.5-flash"
    overloaded = 503

    def environment(self, url: str) -> dict[str, str]:
        return {"GOOGLE_API_KEY": "none", "GOOGLE_GEMINI_BASE_URL": url}

    def wants_stream(self, path: str, asked: Asked) -> bool:  # noqa: ARG002
        assert path in (f"{PATH}generateContent", f"{PATH}streamGenerateContent?alt=sse"), path
        return "stream" in path

    def has_result(self, asked: Asked) -> bool:
        return any("functionResponse" in part for content in asked["contents"] for part in content["parts"])

    def tools(self, asked: Asked) -> list[str]:
        return [tool["name"] for each in asked["tools"] for tool in each["functionDeclarations"]]

    def answer(self, *, calls: bool, end: End) -> Asked:
        if end == "refused":
            return BLOCKED
        return answer(CALL if calls else {"text": TEXT}, finishReason=FINISH_REASONS[end])

    def stream(self, *, calls: bool, end: End) -> tuple[list[str], str]:
        if end == "refused":
            return [], data(BLOCKED)
        parts = [CALL] if calls else [{"text": word} for word in WORDS]
        return [data(answer(part)) for part in parts], data(answer({"text": ""}, finishReason=FINISH_REASONS[end]))

    def error(self, status: int, message: str) -> Asked:
        return {"error": {"code": status, "message": message, "status": ERRORS[status]}}

    def error_in_stream(self, message: str) -> str:
        return data(self.error(503, message))


def answer(part: Asked, **finish: str) -> Asked:
    """An answer, or a piece of a stream: each has the usage so far."""
    candidate = {"index": 0, "content": {"role": "model", "parts": [part]}, **finish}
    return {"candidates": [candidate], **ABOUT}


def data(body: Any) -> str:
    return f"data: {json.dumps(body)}\n\n"
