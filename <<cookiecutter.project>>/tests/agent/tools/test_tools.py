"""All tools, as a model sees them."""

import pytest

from agent.run.agent import TOOL_NAMES, TOOLS
from agent.tools import Tool


def test_the_names_are_those_of_the_tools() -> None:
    assert set(TOOL_NAMES) == {tool.__name__ for tool in TOOLS} >= {"calculate", "look_up"}


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_and_its_arguments_are_described_for_the_model(tool: Tool) -> None:
    text = tool.__doc__ or ""
    assert "Args:" in text
    assert all(f"{name}: " in text for name in tool.__annotations__ if name != "return")
