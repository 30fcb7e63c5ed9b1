"""Options that several commands share, and how their values are read."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from rollout.journal.state import State

FASTEST_SPEED = 200.0
"""With the shipped policy it scrapes every 25 ms then."""


def policy() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--policy", type=Path, default=Path("rollout.yaml"), metavar="FILE", help="the policy (rollout.yaml)"
    )
    return options


def where() -> argparse.ArgumentParser:
    """A host, or a folder of rehearsals."""
    options = argparse.ArgumentParser(add_help=False)
    folder = "look at the rehearsals in this folder, as .rollout, and not at the host"
    options.add_argument("--state", type=folder_of_state, metavar="FOLDER", help=folder)
    options.add_argument("--service", metavar="NAME", help=SERVICE)
    return options


SERVICE = (
    "the Compose project on the host that DOCKER_HOST names; needed only where there are several (ROLLOUT_SERVICE)"
)


def service() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--service", metavar="NAME", help=SERVICE)
    return options


def rollout() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("rollout", nargs="?", help="its name; without it the newest")
    return options


def as_json() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--json", action="store_true", help="print one JSON object; a refusal or failure is one, too")
    return options


def reason() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--reason", required=True, help="why, for the report")
    return options


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
        raise ValueError(f"{text} is too fast for Prometheus: write at most {FASTEST_SPEED:g}")
    return positive(text)


def said_clearly(read: Callable[[str], object]) -> Callable[[str], object]:
    """argparse hides what a ValueError says; this shows it."""

    def typed(text: str) -> object:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return typed
