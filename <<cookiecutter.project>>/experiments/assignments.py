"""Assignments at the top of a Python module, found and replaced as text: everything else of the file stays."""

import ast
import io
import re
from collections.abc import Iterator
from typing import Any
from unicodedata import east_asian_width

LONGEST_LINE = 120
SETTINGS = "ModelSettings"
WORDS = re.compile(r"[^ ]+ *| +")


def value_of(text: str, name: str) -> Any:
    """What a module assigns to a name: a literal, or the keywords of SETTINGS as a dict. None if it is something else,
    or nothing."""
    found = statement(text, name)
    value = None if found is None else found.value
    if value is None:
        return None
    try:
        if isinstance(value, ast.Call) and ast.unparse(value.func) == SETTINGS and not value.args:
            return {str(each.arg): ast.literal_eval(each.value) for each in value.keywords}
        return ast.literal_eval(value)
    except ValueError:
        return None


def replaced(text: str, name: str, line: str) -> str | None:
    """The module with this line in place of the assignment, however many lines that had; None if there is none."""
    found = statement(text, name)
    if found is None:
        return None
    lines = lines_of(text)
    return "".join([*lines[: found.lineno - 1], f"{line}\n", *lines[found.end_lineno :]])


def statement(text: str, name: str) -> ast.Assign | ast.AnnAssign | None:
    """The first assignment of a name, and of no other with it."""
    try:
        statements = ast.parse(text).body
    except SyntaxError:
        return None
    for each in statements:
        if isinstance(each, ast.Assign) and [ast.unparse(target) for target in each.targets] == [name]:
            return each
        if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == name:
            return each
    return None


def assignment(name: str, text: str) -> str:
    """The line that assigns a text, or the lines if it is long; as `ruff format` leaves them."""
    whole = f"{name} = {literal(text)}"
    if width(whole) <= LONGEST_LINE:
        return whole
    return "\n".join([f"{name} = (", *(f"    {literal(piece)}" for piece in pieces(text)), ")"])


def pieces(text: str) -> Iterator[str]:
    """The text in pieces that fit in a line, with a break after a space if there is one."""
    piece = ""
    for word in WORDS.findall(text):
        if width(literal(piece + word)) > LONGEST_LINE - 4 and piece:
            yield piece
            piece = ""
        for character in word:
            if width(literal(piece + character)) > LONGEST_LINE - 4:
                yield piece
                piece = ""
            piece += character
    yield piece


def literal(text: str) -> str:
    """A text as Python has it, in one line: what can't be printed is escaped. The quotes are those that need fewer
    escapes, as `ruff format` has them."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(each, quote) for each in text) + quote


def width(text: str) -> int:
    """The columns that a line takes: some characters take two."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def _escaped(character: str, quote: str) -> str:
    if character == quote:
        return f"\\{quote}"
    is_plain = character.isprintable() and character != "\\"
    return character if is_plain else character.encode("unicode_escape").decode()


def lines_of(text: str) -> list[str]:
    """The lines with their ends, as git and Python count them: `splitlines` ends some at other characters."""
    return list(io.StringIO(text))
