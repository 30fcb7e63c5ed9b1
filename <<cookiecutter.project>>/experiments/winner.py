"""The winner as a change of the configuration: a diff that a person reviews, and that `git apply` takes."""

import ast
import difflib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from experiments.schema import VariantPolicy

MODEL = re.compile(r"^AGENT_MODEL=.*$", re.MULTILINE)
FILES = {"model": "agent.env", "prompt": "agent/run/agent.py"}
NO_NEWLINE = "\n\\ No newline at end of file\n"


@dataclass(frozen=True)
class Change:
    """What makes a variant's model, prompt and settings the release's own: a diff, and the lines that a diff can't
    change."""

    diff: str
    by_hand: tuple[str, ...]


def change(variant: VariantPolicy, repository: Path) -> Change:
    """The change of a repository's files. Raises OSError if one can't be read."""
    diffs, by_hand = [], [f"{name}={value:g} in the model's settings" for name, value in variant.settings.items()]
    wanted: list[tuple[str, str, Callable[[str, str], str | None]]] = []
    if variant.model is not None:
        wanted.append((FILES["model"], f"AGENT_MODEL={variant.model}", with_model))
    if variant.prompt is not None:
        wanted.append((FILES["prompt"], f"INSTRUCTIONS = {literal(variant.prompt)}", with_prompt))
    for name, new, changed in wanted:
        before = (repository / name).read_text(encoding="utf-8")
        after = changed(before, new)
        if after is None:
            by_hand.append(f"{new} (its line was not found in {name})")
        else:
            diffs.append(unified(name, before, after))
    return Change("".join(diffs), tuple(by_hand))


def with_model(text: str, new: str) -> str | None:
    """agent.env with the line of the model; None if it has none."""
    return MODEL.sub(lambda _: new, text, count=1) if MODEL.search(text) else None


def with_prompt(text: str, new: str) -> str | None:
    """A module with the assignment of INSTRUCTIONS, however many lines it had; None if there is none."""
    try:
        statements = ast.parse(text).body
    except SyntaxError:
        return None
    for each in statements:
        if isinstance(each, ast.Assign) and [ast.unparse(target) for target in each.targets] == ["INSTRUCTIONS"]:
            lines = lines_of(text)
            return "".join([*lines[: each.lineno - 1], f"{new}\n", *lines[each.end_lineno :]])
    return None


def literal(text: str) -> str:
    """A text as Python has it, in one line: what can't be printed is escaped."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character == '"':
        return '\\"'
    is_plain = character.isprintable() and character != "\\"
    return character if is_plain else character.encode("unicode_escape").decode()


def lines_of(text: str) -> list[str]:
    """The lines with their ends, as git and Python count them: `splitlines` ends some at other characters."""
    return list(io.StringIO(text))


def unified(name: str, before: str, after: str) -> str:
    """The diff of one file; empty without a change."""
    found = difflib.unified_diff(lines_of(before), lines_of(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + NO_NEWLINE for line in found)
