"""The agent: its instructions and its tools."""

from collections.abc import Sequence

from pydantic_ai import Agent
from pydantic_ai.capabilities import AbstractCapability
from pydantic_ai.models import Model
from pydantic_ai.toolsets import AbstractToolset

from agent.tools import TOOLSET

INSTRUCTIONS = "Solve the task with your tools. Answer with the result and its unit, in one sentence."


def build_agent(
    model: Model, tools: AbstractToolset[None] = TOOLSET, capabilities: Sequence[AbstractCapability[None]] = ()
) -> Agent[None, str]:
    """This service's agent with a model; entering it opens the resources of the model and the tools."""
    return Agent(
        model,
        name="agent",
        instructions=INSTRUCTIONS,
        toolsets=[tools],
        deps_type=type(None),
        capabilities=capabilities,
    )
