"""The agent: its instructions and its tools."""

from pydantic_ai import Agent
from pydantic_ai.models import Model

from agent.tools import TOOLS

INSTRUCTIONS = "Solve the task with your tools. Answer with the result and its unit, in one sentence."


def build_agent(model: Model) -> Agent[None, str]:
    """The agent of this service on a model; entering it opens what the model and the tools need."""
    return Agent(model, name="agent", instructions=INSTRUCTIONS, tools=TOOLS, deps_type=type(None))
