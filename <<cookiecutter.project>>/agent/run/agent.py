"""The agent: its instructions and its tools. To make it yours, change these: docs/guides/make-it-your-agent.md."""

import os
from collections.abc import Sequence

from pydantic_ai import Agent, FunctionToolset, ModelSettings
from pydantic_ai.capabilities import AbstractCapability, Caching
from pydantic_ai.models import Model
from pydantic_ai.toolsets import AbstractToolset, CombinedToolset

from agent.metrics import Metrics
from agent.settings import Settings
from agent.tools import LimitedTools, Tool, ToolLimits, mcp_tools, servers_of
from agent.tools.arithmetic import calculate
from agent.tools.catalogue import look_up
from agent.tools.dates import date_after, days_between
from agent.tools.units import convert
from agent.tools.words import count_words

INSTRUCTIONS = "Solve the task with your tools. Answer with the result and its unit, in one sentence."
TOOLS: tuple[Tool, ...] = (calculate, convert, count_words, date_after, days_between, look_up)
MODEL_SETTINGS = ModelSettings()

TOOLSET = FunctionToolset[None](list(TOOLS))
TOOL_NAMES = tuple(sorted(tool.__name__ for tool in TOOLS))


def build_agent(
    model: Model, tools: AbstractToolset[None] = TOOLSET, capabilities: Sequence[AbstractCapability[None]] = ()
) -> Agent[None, str]:
    """This service's agent with a model; entering it opens the resources of the model and the tools."""
    return Agent(
        model,
        name="agent",
        instructions=INSTRUCTIONS,
        model_settings=MODEL_SETTINGS,
        toolsets=[tools],
        deps_type=type(None),
        capabilities=capabilities,
    )


def tools_of(settings: Settings, metrics: Metrics) -> LimitedTools:
    """The agent's tools and those of MCP servers, within the limits of the settings. Raises StartError."""
    limits = ToolLimits(settings.tool_timeout_seconds, settings.max_tool_result_characters)
    others = mcp_tools(servers_of(settings.mcp_servers, os.environ), metrics, TOOL_NAMES)
    return LimitedTools(CombinedToolset([TOOLSET, *others]) if others else TOOLSET, limits, metrics)


def capabilities_of(settings: Settings) -> list[AbstractCapability[None]]:
    """What the settings add to the agent, beside its tools."""
    return [Caching()] if settings.prompt_caching else []
