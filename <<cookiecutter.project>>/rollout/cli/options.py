"""Options that several commands share, and the parsers of their values."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from rollout.journal.state import State

FASTEST_SPEED = 200.0
"""At this speed, the default policy scrapes every 25 ms."""


def policy() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--policy",
        type=Path,
        default=Path("rollout.yaml"),
        metavar="FILE",
        help="the policy file (default: rollout.yaml)",
    )
    return options


def where() -> argparse.ArgumentParser:
    """A host, or a folder of rehearsals."""
    options = argparse.ArgumentParser(add_help=False)
    folder = "use the rehearsals in this folder, such as .rollout, instead of a host"
    options.add_argument("--state", type=folder_of_state, metavar="FOLDER", help=folder)
    options.add_argument("--service", metavar="NAME", help=SERVICE)
    return options


SERVICE = "the Compose project on the host; required only if the host has several (default: $ROLLOUT_SERVICE)"


def service() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--service", metavar="NAME", help=SERVICE)
    return options


def rollout() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("rollout", nargs="?", help="the name of the rollout (default: the newest)")
    return options


def as_json() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--json", action="store_true", help="print one JSON object, also for a refusal or failure")
    return options


def reason() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--reason", required=True, help="the reason, shown in the report")
    return options


def unverified() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    why = "let a release go live that was never stable on this host; REASON is shown in the report"
    options.add_argument("--unverified", type=said_clearly(some_reason), metavar="REASON", help=why)
    return options


def some_reason(text: str) -> str:
    """Raises ValueError."""
    if not text.strip():
        raise ValueError("it is empty")
    return text


def folder_of_state(text: str) -> State:
    return State(Path(text).resolve())


def positive(text: str) -> float:
    """A finite number above 0. Raises ValueError."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or float(text) == 0:
        raise ValueError(f"{text!r} is not a number above 0")
    return float(text)


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
