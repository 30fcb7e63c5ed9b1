"""Arithmetic, and the expressions that are refused."""

import asyncio

import pytest
from pydantic_ai import ToolFailed

from agent.tools.arithmetic import calculate


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("-2 ** 2", "-4"),
        ("+3 - -4", "7"),
        ("7 // 2", "3"),
        ("7 % 4", "3"),
        ("6 / 3", "2"),
        ("0.1 + 0.2", "0.3"),
        ("1e3 * 2", "2000"),
        (" 2 ** 64 ", "18446744073709551616"),
    ],
)
def test_an_expression_is_calculated(expression: str, result: str) -> None:
    assert asyncio.run(calculate(expression)) == result


@pytest.mark.parametrize(
    "expression",
    ["", "1 +", "two", "__import__('os').getcwd()", "[1][0]", "'a' * 3", "True + 1", "1 if 1 else 2", "1 < 2", "1\0"],
)
def test_anything_else_is_refused(expression: str) -> None:
    with pytest.raises(ToolFailed, match="is not an arithmetic expression: use numbers"):
        asyncio.run(calculate(expression))


@pytest.mark.parametrize("expression", ["1 / 0", "1 % 0", "0 ** -1", "(-8) ** 0.5", "1e308 * 10", "9 ** 9 ** 9"])
def test_an_expression_without_a_usable_value_is_refused(expression: str) -> None:
    with pytest.raises(ToolFailed, match="has no value"):
        asyncio.run(calculate(expression))


def test_an_expression_that_is_too_long_is_refused() -> None:
    with pytest.raises(ToolFailed, match="the limit is 200"):
        asyncio.run(calculate("1" + "+1" * 100))
