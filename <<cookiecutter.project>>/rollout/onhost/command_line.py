"""A command line with subcommands; the only place that turns errors into a message and an exit code."""

import argparse
import sys
import traceback
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from rollout.errors import RolloutError, WrongCommandLine
from rollout.onhost import output
from rollout.onhost.complaint import Complaint

REFUSED, IN_DOUBT = 2, 3
Command = Callable[[argparse.Namespace], int]
Complain = Callable[[Complaint], None]


class Parser(argparse.ArgumentParser):
    """argparse's parser, with two differences: a wrong command line raises WrongCommandLine, and a value may start with
    a dash, as in `--reason -x`. Subcommands use it too."""

    def error(self, message: str) -> NoReturn:
        """Raises WrongCommandLine."""
        self.print_usage(sys.stderr)
        raise WrongCommandLine(message)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        return super().parse_known_args([*self._joined(sys.argv[1:] if args is None else args)], namespace)

    def _joined(self, args: Sequence[str]) -> Iterator[str]:
        """`--reason -x` becomes `--reason=-x`. An option of this command is never a value: then the value was
        forgotten."""
        options, rest = self._option_string_actions, list(args)
        while rest:
            each = rest.pop(0)
            if each in options and options[each].nargs is None and is_value(rest, options):
                each += f"={rest.pop(0)}"
            option, _, value = each.partition("=")
            if option in options and value == "--":  # argparse would turn it into a list
                self.error(f"argument {option}: expected one argument")
            yield each


def is_value(rest: Sequence[str], options: Container[str]) -> bool:
    """Whether what follows an option begins with a dash and is none of these options."""
    return bool(rest) and rest[0].startswith("-") and rest[0].partition("=")[0] not in options


class Commands:
    """The subcommands of a parser."""

    def __init__(self, top: argparse.ArgumentParser) -> None:
        self._commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(self, name: str, command: Command, what: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        sub = self._commands.add_parser(name, help=what, description=what, allow_abbrev=False, parents=parents)
        sub.set_defaults(command=command, interrupted="nothing is left running")
        return sub


def run(parser: Parser, arguments: Sequence[str] | None, complain: Complain | None = None) -> int:
    """Run the chosen command; returns its exit code, 2 for a refusal, 3 for a failure, 141 when nobody reads its output
    any more. `complain` reports an error; by default as text for people, and with --json as JSON for programs."""
    given = sys.argv[1:] if arguments is None else arguments
    wants_json = any(each.partition("=")[0] == "--json" for each in given)
    with output.buffered():
        try:
            code = answered(parser, given, complain or (to_program if wants_json else to_people))
        except SystemExit:  # --help and --version
            if output.is_broken():
                return output.finished(0)
            raise
        return output.finished(code)


def answered(parser: Parser, given: Sequence[str], complain: Complain) -> int:
    """The exit code of the command, whose errors have been reported."""
    interrupted = ""
    try:
        chosen = parser.parse_args(given)
        interrupted = chosen.interrupted
        return carried_out(chosen)
    except RolloutError as error:
        complaint = Complaint.of(error)
    except KeyboardInterrupt:
        complaint = Complaint(refused=False, code="interrupted", message=f"interrupted; {interrupted}")
    except OSError as error:  # a file or folder that cannot be used; the error names it
        if output.is_broken():
            return output.code_of(error)
        complaint = Complaint(refused=False, code=RolloutError.code, message=str(error))
    except Exception as error:
        with suppress(OSError):
            traceback.print_exc()
        complaint = Complaint(refused=False, code=RolloutError.code, message=f"unexpected error: {error!r}")
    with suppress(OSError):  # the exit code reports it too
        complain(complaint)
    return REFUSED if complaint.refused else IN_DOUBT


def carried_out(chosen: argparse.Namespace) -> int:
    command: Command = chosen.command
    try:
        return command(chosen)
    except SystemExit:  # rich ends the program with 1, which means "rolled back", when nobody reads its output any more
        return output.CLOSED


def to_people(complaint: Complaint) -> None:
    print(f"rollout: {complaint.message}", file=sys.stderr)


def to_program(complaint: Complaint) -> None:
    """Print the JSON line on standard output, in place of the result, and the sentence on standard error."""
    with suppress(OSError):
        to_people(complaint)
    print(complaint.line(), flush=True)
