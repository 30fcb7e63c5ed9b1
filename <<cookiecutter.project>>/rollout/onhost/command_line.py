"""A command line with subcommands; the only place that turns errors into a message and an exit code."""

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

from rollout.errors import RolloutError, WrongCommandLine
from rollout.onhost.complaint import Complaint

REFUSED, IN_DOUBT = 2, 3
Command = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """argparse's parser, but a wrong command line raises WrongCommandLine. Subcommands use it too."""

    def error(self, message: str) -> NoReturn:
        """Raises WrongCommandLine."""
        self.print_usage(sys.stderr)
        raise WrongCommandLine(message)


class Commands:
    """The subcommands of a parser."""

    def __init__(self, top: argparse.ArgumentParser) -> None:
        self._commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(self, name: str, command: Command, what: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub = self._commands.add_parser(name, help=what, description=what, allow_abbrev=False, parents=parents)
        sub.set_defaults(command=command, interrupted="nothing is left running")
        return sub


def run(parser: Parser, arguments: Sequence[str] | None, complain: Callable[[Complaint], None] | None = None) -> int:
    """Run the chosen command; returns its exit code, 2 for a refusal, 3 for a failure. `complain` reports an error; by
    default as text for people, and with --json as JSON for programs."""
    given = sys.argv[1:] if arguments is None else arguments
    complain = complain or (to_program if "--json" in given else to_people)
    interrupted = ""
    try:
        chosen = parser.parse_args(given)
        interrupted = chosen.interrupted
        command: Command = chosen.command
        return command(chosen)
    except RolloutError as error:
        complaint = Complaint.of(error)
    except KeyboardInterrupt:
        complaint = Complaint(refused=False, code="interrupted", message=f"interrupted; {interrupted}")
    except OSError as error:  # a file or folder that cannot be used; the error names it
        complaint = Complaint(refused=False, code=RolloutError.code, message=str(error))
    except Exception as error:
        traceback.print_exc()
        complaint = Complaint(refused=False, code=RolloutError.code, message=f"unexpected error: {error!r}")
    complain(complaint)
    return REFUSED if complaint.refused else IN_DOUBT


def to_people(complaint: Complaint) -> None:
    print(f"rollout: {complaint.message}", file=sys.stderr)


def to_program(complaint: Complaint) -> None:
    """Print the JSON line on standard output, in place of the result, and the sentence on standard error."""
    to_people(complaint)
    print(complaint.line(), flush=True)
