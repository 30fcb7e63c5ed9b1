"""Markdown from text that we did not write: nothing in it is ever taken for markup."""

import re
from collections.abc import Iterable, Sequence

from rollout.words import one_line

# Intraword underscores are no emphasis and stay readable: rolled_back, new_exceptions.
_MARKUP = re.compile(r"[\\`*\[\]<>|~&$#!]|(?<![^\W_])_|_(?![^\W_])")


def plain(content: object) -> str:
    """Any value as one line of literal Markdown text, safe in a table's cell as well."""
    return _MARKUP.sub(lambda found: "\\" + found[0], one_line(str(content)))


def fenced(content: str, language: str) -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{content.strip()}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
