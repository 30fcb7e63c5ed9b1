"""A command line of several commands; each error of ours becomes one message and an exit code here, nowhere else."""

import argparse
import sys
from collections.abc import Callable, Sequence

from rollout.errors import Refused, RolloutError

REFUSED, IN_DOUBT = 2, 3
Command = Callable[[argparse.Namespace], int]


class Commands:
    """Adds one command after the other."""

    def __init__(self, top: argparse.ArgumentParser) -> None:
        self._commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(self, name: str, command: Command, what: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub = self._commands.add_parser(name, help=what, description=what, allow_abbrev=False, parents=parents)
        sub.set_defaults(command=command, interrupted="nothing is left running")
        return sub


def run(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> int:
    """Run what was chosen: its exit code, 2 for what is refused, 3 for what went wrong."""
    chosen = parser.parse_args(arguments)
    command: Command = chosen.command
    try:
        return command(chosen)
    except RolloutError as error:
        print(f"rollout: {error}", file=sys.stderr)
        return REFUSED if isinstance(error, Refused) else IN_DOUBT
    except KeyboardInterrupt:
        print(f"rollout: interrupted; {chosen.interrupted}", file=sys.stderr)
        return IN_DOUBT
