"""Who filled a window that is too small: the user's task, or what the run itself added to it."""

from collections.abc import Sequence

from pydantic_ai import ModelMessage

from agent.context.size import size_bytes
from agent.context.view import View
from agent.context.window import smaller


def is_filled_by_task(messages: Sequence[ModelMessage]) -> bool:
    """Whether, of the least that is sent of a run, the task is larger than all tool calls and results together."""
    *_, least = smaller(View(), messages)
    sent = least.of(messages)
    return size_bytes(sent[:1]) > size_bytes(sent[1:])
