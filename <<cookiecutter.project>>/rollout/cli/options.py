"""Options that several commands share, and the parsers of their values."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from rollout.cli import folder
from rollout.journal.state import State

FASTEST_SPEED = 200.0
"""At this speed, the default policy scrapes every 25 ms."""

LARGEST_NUMBER = 1e9
"""More would be a slip: the sums of a forecast stay finite."""


def policy() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--policy",
        type=Path,
        default=Path("rollout.yaml"),
        metavar="FILE",
        help="the policy file, which also names the target (default: rollout.yaml)",
    )
    return options


def where() -> argparse.ArgumentParser:
    """A host, or a folder of rehearsals."""
    options = argparse.ArgumentParser(add_help=False)
    one = options.add_mutually_exclusive_group()
    use = "use the rehearsals in this folder, such as .rollout, instead of a host"
    one.add_argument("--state", type=said_clearly(existing_state), metavar="FOLDER", help=use)
    one.add_argument("--service", metavar="NAME", help=SERVICE)
    return options


SERVICE = (
    "the Compose project on the host, required only if the host has several; with target: kubernetes the namespace "
    "(default: $ROLLOUT_SERVICE)"
)


def service() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--service", metavar="NAME", help=SERVICE)
    return options


def rollout(default: str) -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("rollout", nargs="?", help=f"the name of the rollout (default: {default})")
    return options


AS_JSON = "print one JSON object, also for a refusal or failure"


def as_json() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--json", action="store_true", help=AS_JSON)
    return options


def only_check() -> argparse.ArgumentParser:
    """For commands that write what rollout.yaml renders to."""
    options = argparse.ArgumentParser(add_help=False)
    what = "write nothing; refuse if the files do not match rollout.yaml"
    options.add_argument("--check", action="store_true", help=what)
    return options


def reason() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    why = "the reason, shown in the report"
    options.add_argument("--reason", type=said_clearly(some_text), required=True, help=why)
    return options


def unverified() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    why = "let a release go live that was never stable here; REASON is shown in the report"
    options.add_argument("--unverified", type=said_clearly(some_text), metavar="REASON", help=why)
    return options


def existing_state(text: str) -> State:
    """Raises NothingThere or Refused, and ValueError for an empty name."""
    return State.existing(path(text))


def writable_state(text: str) -> State:
    """A folder for rehearsals, which need not exist yet. Raises Refused, and ValueError for an empty name."""
    state = State(path(text).resolve())
    for each in state.folders:
        folder.check(each)
    return state


def path(text: str) -> Path:
    """Raises ValueError for an empty name."""
    return Path(some_text(text))


def some_text(text: str) -> str:
    """Raises ValueError for an empty text."""
    if not text.strip():
        raise ValueError("it is empty")
    return text


def positive(text: str) -> float:
    """A number above 0, and below a thousand million: more is a slip, and ends in infinities. Raises ValueError."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or float(text) == 0:
        raise ValueError(f"{text!r} is not a number above 0")
    if float(text) > LARGEST_NUMBER:
        raise ValueError(f"{text[:20]} is too large: write at most {LARGEST_NUMBER:,.0f}")
    return float(text)


def whole(text: str) -> int:
    """A positive number without a fraction. Raises ValueError."""
    found = positive(text)
    if not found.is_integer():
        raise ValueError(f"{text!r} is not a whole number")
    return int(found)


def speed(text: str) -> float:
    """A speed at which Prometheus can still scrape. Raises ValueError."""
    if positive(text) > FASTEST_SPEED:
        raise ValueError(f"{text} is too fast for Prometheus: use at most {FASTEST_SPEED:g}")
    return positive(text)


def said_clearly(read: Callable[[str], object]) -> Callable[[str], object]:
    """Show the message of a ValueError, which argparse hides."""

    def typed(text: str) -> object:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return typed
