"""Arithmetic without eval: numbers, + - * / // % ** and parentheses."""

import ast
import math
import operator
from collections.abc import Callable

from pydantic_ai import ToolFailed

Number = int | float

MAX_CHARACTERS = 200
MAX_BASE = 1_000_000
MAX_EXPONENT = 100

BINARY: dict[type[ast.operator], Callable[[Number, Number], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


async def calculate(expression: str) -> str:
    """Work out an arithmetic expression.

    Args:
        expression: Numbers, + - * / // % ** and parentheses, for example "(3 + 4) * 12.5".
    """
    if len(expression) > MAX_CHARACTERS:
        raise ToolFailed(f"the expression has {len(expression)} characters; the limit is {MAX_CHARACTERS}")
    try:
        value = _value(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, ValueError) as error:
        raise ToolFailed(f"{expression!r} is not an arithmetic expression: use numbers, + - * / // % ** ( )") from error
    except ArithmeticError as error:
        raise ToolFailed(f"{expression!r} has no value: {error}") from error
    return as_text(value)


def as_text(value: Number) -> str:
    """Whole numbers without a point, others with up to 10 significant digits."""
    return f"{value}" if isinstance(value, int) else f"{value:.10g}"


def _value(node: ast.expr) -> Number:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand)
        case ast.UnaryOp(op=ast.UAdd()):
            return _value(node.operand)
        case ast.BinOp() if type(node.op) in BINARY:
            return _apply(node.op, _value(node.left), _value(node.right))
        case _:
            raise ValueError(f"{type(node).__name__} is not arithmetic")


def _apply(op: ast.operator, left: Number, right: Number) -> Number:
    # Without these limits, 9 ** 9 ** 9 would exhaust the process.
    if isinstance(op, ast.Pow) and (abs(left) > MAX_BASE or abs(right) > MAX_EXPONENT):
        raise OverflowError(f"powers are limited to {MAX_BASE} ** {MAX_EXPONENT}")
    result = BINARY[type(op)](left, right)
    if isinstance(result, complex) or not math.isfinite(result):
        raise OverflowError("the result is not a real, finite number")
    return result
