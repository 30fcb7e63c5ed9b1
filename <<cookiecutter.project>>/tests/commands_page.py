"""Writes docs/reference/commands.md from the command line's definition: `python -m tests.commands_page`.

It does not use argparse's help text, whose line breaks depend on the terminal and on Python's version.
"""

import argparse
from pathlib import Path

from rollout.cli.command import parser

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "commands.md"
COMMAND = "python -m tests.commands_page"

HEAD = f"""\
# Commands

<!-- Written by `{COMMAND}`: change rollout/cli/ instead. -->

`make setup` installs the command as `.venv/bin/rollout`. Run it in the repository's top folder.

| Exit code | Meaning |
|---|---|
| 0 | promoted, or done |
| 1 | rolled back |
| 2 | refused: nothing was touched; this includes a wrong command line |
| 3 | in doubt, or something failed; `rollout status` shows what serves |
| 141 | the program that reads the output has ended, such as `head` |

With `rehearse --expect`, 0 means that the rehearsal ended as expected, and 1 that it did not. With `doctor`, 1 means
that something is a problem.
[JSON for programs](json.md) describes the output of `--json` and the codes of refusals."""


def page() -> str:
    """The whole page."""
    top = parser()
    commands = next(action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    helps = {choice.dest: choice.help or "" for choice in commands._choices_actions}
    sections = [section(name, helps[name], sub) for name, sub in commands.choices.items()]
    return "\n\n".join([HEAD, *sections]) + "\n"


def section(name: str, what: str, sub: argparse.ArgumentParser) -> str:
    """One command: its description, and a table of its arguments."""
    rows = "\n".join(row(action) for action in sub._actions if not isinstance(action, argparse._HelpAction))
    return f"## rollout {name}\n\n{sentence(what)}\n\n| Argument | What it does |\n|---|---|\n{rows}"


def row(action: argparse.Action) -> str:
    needed = " (required)" if action.option_strings and action.required else ""
    return f"| `{written(action)}`{needed} | {(action.help or '') % vars(action)} |"


def written(action: argparse.Action) -> str:
    """The argument as typed: `--load RPS`, `--check`, `spec`, `[rollout]`."""
    if not action.option_strings:
        name = str(action.metavar or action.dest)
        return f"[{name}]" if action.nargs in ("?", "*") else name
    if action.nargs == 0:
        return action.option_strings[0]
    value = action.metavar or (f"{{{','.join(action.choices)}}}" if action.choices else action.dest.upper())
    return f"{action.option_strings[0]} {value}"


def sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"written: {PAGE}")
