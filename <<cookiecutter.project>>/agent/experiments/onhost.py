"""What `experiments` runs on a host, in the image of the release: the log lies there, and only sums leave it.

Prints one JSON object. A refusal is one too, `{"refused": {"code": …, "message": …}}`, with exit code 2."""

import argparse
import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from agent.errors import StartError
from agent.experiments.definition import Experiment
from agent.experiments.measures import MEASURES
from agent.experiments.records import RecordsRefused, Store, opened_store
from agent.experiments.released import released_sha256
from agent.secrets import load_secrets
from agent.settings import is_url, load_settings

REFUSED = 2
WITHIN_SECONDS = 45.0
"""Below the time for which `experiments` waits."""

Answer = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m agent.experiments COMMAND`; called by `python -m experiments`."""
    chosen = parser().parse_args(arguments)
    try:
        found = answered(chosen)
    except RecordsRefused as error:
        print(json.dumps({"refused": {"code": error.code, "message": str(error)}}), flush=True)
        return REFUSED
    print(json.dumps(found), flush=True)
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m agent.experiments", description=__doc__, allow_abbrev=False)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[Store, argparse.Namespace], Answer]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, allow_abbrev=False, help=command.__doc__)
        sub.set_defaults(command=command)
        sub.add_argument("name")
        return sub

    add("started", started)
    start_ = add("start", start)
    for option in ("--sha256", "--by", "--source"):
        start_.add_argument(option, required=True)
    # In pieces: Linux limits one argument to 128 KiB, and two long prompts are more.
    start_.add_argument("--definition", required=True, action="append", metavar="PIECE")
    end_ = add("end", end)
    end_.add_argument("--at", type=float)
    for option in ("--by", "--ending"):
        end_.add_argument(option, required=True)
    sums_ = add("sums", sums)
    sums_.add_argument("--metric", action="append", required=True, choices=MEASURES)
    sums_.add_argument("--end", type=float, default=math.inf)
    return top


def answered(chosen: argparse.Namespace) -> Answer:
    """What the command found in the log of this image's settings. Raises RecordsRefused."""
    try:
        load_secrets(os.environ)  # the URL of a database may be one
        settings = load_settings()
    except StartError as error:
        raise RecordsRefused("no_log", f"the settings of the release are wrong: {error}") from None
    if not settings.experiments:
        raise RecordsRefused(
            "no_log", "the release has no log of experiments: set AGENT_EXPERIMENTS in agent.env, and release that"
        )
    where = settings.experiments if is_url(settings.experiments) else settings.experiments_file
    with opened_store(where, WITHIN_SECONDS) as records:
        command: Callable[[Store, argparse.Namespace], Answer] = chosen.command
        return command(records, chosen)


def started(records: Store, chosen: argparse.Namespace) -> Answer:
    """print how an experiment was started, and its end"""
    return asdict(records.started(chosen.name))


def start(records: Store, chosen: argparse.Namespace) -> Answer:
    """start an experiment whose definition is part of this release"""
    try:
        definition = Experiment.model_validate_json("".join(chosen.definition))
    except ValidationError as error:
        raise RecordsRefused("other_version", f"the release can't read the definition: {error}") from None
    check_released(chosen.name, chosen.sha256)
    records.start(definition, chosen.sha256, time.time(), chosen.by, chosen.source)
    return {}


def end(records: Store, chosen: argparse.Namespace) -> Answer:
    """end an experiment"""
    records.started(chosen.name)
    records.end(chosen.name, chosen.at or time.time(), chosen.by, json.loads(chosen.ending))
    return {}


def sums(records: Store, chosen: argparse.Namespace) -> Answer:
    """print the sums of an experiment's metrics"""
    return asdict(records.gathered(chosen.name, chosen.metric, time.time(), chosen.end))


def check_released(name: str, sha256: str) -> None:
    """A prompt or a model reaches users only as part of a signed and approved release. Raises RecordsRefused."""
    if (found := released_sha256(name)) != sha256:
        which = "another experiments" if found else "no experiments"
        raise RecordsRefused(
            "not_released", f"the stable release has {which}/{name}.yaml: release it, then start the experiment"
        )
