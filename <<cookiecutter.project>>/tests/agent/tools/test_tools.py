"""All tools, as a model sees them."""

import pytest

from agent.tools import TOOL_NAMES, TOOLS, Tool


def test_the_names_are_those_of_the_tools() -> None:
    assert TOOL_NAMES == ("calculate", "convert", "count_words", "date_after", "days_between", "look_up")


@pytest.mark.parametrize("tool", TOOLS)
def test_each_tool_and_its_arguments_are_described_for_the_model(tool: Tool) -> None:
    text = tool.__doc__ or ""
    assert "Args:" in text
    assert all(f"{name}: " in text for name in tool.__annotations__ if name != "return")
