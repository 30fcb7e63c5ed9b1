"""The offline model's answer as a stream: word by word."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from pydantic_ai import ModelResponse, ModelResponseStreamEvent, TextPart, ToolCallPart
from pydantic_ai.models import StreamedResponse

WORD = re.compile(r"\s*\S+\s*$|\s*\S+")


@dataclass(kw_only=True)
class OfflineStream(StreamedResponse):
    """Streams one response, with the usage that it has when it comes whole."""

    response: ModelResponse

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        self._usage, self.finish_reason = self.response.usage, self.response.finish_reason
        for part in self.response.parts:
            if isinstance(part, TextPart):
                for word in WORD.findall(part.content):
                    for event in self._parts_manager.handle_text_delta(vendor_part_id="text", content=word):
                        yield event
            elif isinstance(part, ToolCallPart):
                yield self._parts_manager.handle_tool_call_part(
                    vendor_part_id=None,
                    tool_name=part.tool_name,
                    args=part.args if isinstance(part.args, str) else part.args_as_dict(),
                    tool_call_id=part.tool_call_id,
                )

    async def close_stream(self) -> None:
        """There is no connection to close."""

    @property
    def model_name(self) -> str:
        return self.response.model_name or "offline"

    @property
    def provider_name(self) -> None:
        return None

    @property
    def provider_url(self) -> None:
        return None

    @property
    def timestamp(self) -> datetime:
        return self.response.timestamp
