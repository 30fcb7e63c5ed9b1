"""The options of `rollout replay`."""

import argparse
from pathlib import Path

from rollout.cli import options
from rollout.replay.incidents import INCIDENTS

SPEED = 20.0
AT_ONCE = 3


def replay_options(sub: argparse.ArgumentParser) -> None:
    # not argparse's choices: with them, no name at all would be an unknown one
    names = f"the incidents (default: all): {', '.join(INCIDENTS)}"
    sub.add_argument("name", nargs="*", type=options.said_clearly(incident), metavar="NAME", help=names)
    speed = f"divide every duration by N (default: {SPEED:g})"
    sub.add_argument("--speed", type=options.said_clearly(options.speed), default=SPEED, metavar="N", help=speed)
    at_once = f"how many are replayed beside each other (default: {AT_ONCE})"
    count = options.said_clearly(how_many)
    sub.add_argument("--at-once", type=count, default=AT_ONCE, metavar="N", help=at_once)
    out = "where to write the reports and their table (default: .rollout/replays)"
    folder = options.said_clearly(options.path)
    sub.add_argument("--out", type=folder, default=Path(".rollout/replays"), metavar="FOLDER", help=out)


def incident(text: str) -> str:
    """Raises ValueError for an unknown name."""
    if text not in INCIDENTS:
        raise ValueError(f"{text!r} is no incident: choose from {', '.join(INCIDENTS)}")
    return text


def how_many(text: str) -> int:
    """Raises ValueError below 1."""
    if not text.isascii() or not text.isdigit() or not int(text):
        raise ValueError(f"{text!r} should be a whole number from 1")
    return int(text)
