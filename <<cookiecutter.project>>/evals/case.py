"""One task of tasks.yaml, and what its answer is held against."""

import re
from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from agent.run import TOOL_NAMES


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    return text


def _tool(name: str, info: ValidationInfo) -> str:
    """A tool of the agent, or one that begins with the name of an MCP server: those it lists only when it starts."""
    servers: Sequence[str] = (info.context or {}).get("servers", ())
    if name not in TOOL_NAMES and not name.startswith(tuple(f"{server}_" for server in servers)):
        others = f", and those of the MCP servers {', '.join(servers)}" if servers else ""
        raise ValueError(f"{name} is not a tool; the agent has {', '.join(TOOL_NAMES)}{others}")
    return name


Pattern = Annotated[str, AfterValidator(_pattern)]
ToolName = Annotated[str, AfterValidator(_tool)]
Limit = Annotated[int, Field(ge=0)]


class Expectations(BaseModel):
    """What an answer and its run are held against; what is None is not looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    expects: Annotated[str, Field(min_length=1)] | None = None
    matches: Pattern | None = None
    tools: list[ToolName] | None = None
    rubric: Annotated[str, Field(min_length=1)] | None = None
    max_tokens: Limit | None = None
    max_tool_calls: Limit | None = None


class Task(Expectations):
    """A task and its own expectations."""

    id: Annotated[str, Field(min_length=1)]
    task: Annotated[str, Field(min_length=1)]

    def held_against(self, every: Expectations) -> Expectations:
        """Its own expectations, and those of every task where it has none."""
        both = every.model_dump() | self.model_dump(exclude_none=True, exclude={"id", "task"})
        return Expectations.model_construct(**both)
