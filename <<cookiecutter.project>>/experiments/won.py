"""`winner`: the change that makes the winner the configuration."""

import argparse
import sys
from pathlib import Path

from experiments import pull_request, winner
from experiments.commands import REHEARSAL, declared, log_of, said, same
from experiments.errors import NoDiff, NoRepository, NotDecided


def run_winner(chosen: argparse.Namespace) -> int:
    """Print the winner's change as a diff, or `--write` it and print the commands for its pull request."""
    definition, _ = declared(chosen)
    with log_of(chosen) as log:
        started = same(log, definition)
    ending = started.ending or {}
    if ending.get("verdict") != "treatment_wins":
        raise NotDecided(f"{definition.name} has no winner: {ending.get('sentence', 'it was not decided')}")
    control, treatment = definition.policy.variants.values()
    try:
        change = winner.change(treatment, Path())
        if started.source != REHEARSAL:  # which nobody started from a commit
            pull_request.check_unchanged(control, treatment, Path(), started.source)
    except FileNotFoundError as error:
        raise NoRepository(f"{error.filename} is not here: run it in the top folder of the repository") from None
    by_hand = [f"by hand: {each}" for each in change.by_hand]
    if not change.diff:
        raise NoDiff("\n".join(["there is no diff to apply", *(by_hand or ["the configuration is the winner's"])]))
    lines = [change.diff[:-1]]
    found = {"experiment": definition.name, "diff": change.diff, "by_hand": list(change.by_hand)}
    if chosen.write:
        pull_request.apply(change, Path())
        name, best = definition.name, definition.policy.names[1]
        commands = list(pull_request.commands(name, best, str(ending["sentence"]), change.files))
        lines = [f"changed: {', '.join(change.files)}. After `git diff`, a pull request is:", "", *commands]
        found |= {"files": list(change.files), "commands": commands}
    print("".join(f"{line}\n" for line in by_hand), end="", file=sys.stderr)  # a pipe to `git apply` drops no line
    return said(chosen, lines, **found)
