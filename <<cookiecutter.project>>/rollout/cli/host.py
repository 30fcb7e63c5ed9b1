"""Commands for a host with Docker, the one that DOCKER_HOST names."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from rollout import report, text
from rollout.docker.follow import follow
from rollout.docker.host import Host
from rollout.docker.image import Image
from rollout.docker.prune import prune
from rollout.docker.request import StartRequest
from rollout.docker.rollback import rollback
from rollout.docker.secrets import put_secret
from rollout.docker.start import start
from rollout.docker.status import standing
from rollout.errors import NothingThere
from rollout.journal import story_of
from rollout.journal.line import entry
from rollout.journal.orders import OrderKind
from rollout.live.view import view_on
from rollout.onhost import names, records
from rollout.onhost.engine_process import EXIT_CODES
from rollout.policy import file as policy_file


def run_start(chosen: argparse.Namespace) -> int:
    image = Image.parse(chosen.image)
    engine = Image.parse(chosen.engine) if chosen.engine else None
    host = Host.connect(chosen.service)
    request = StartRequest(image, policy_file.checked(chosen.policy), engine)
    started = start(request, host, say)
    return show(host, started.rollout, follow_it=chosen.follow)


def run_follow(chosen: argparse.Namespace) -> int:
    host = Host.connect(chosen.service)
    return show(host, chosen.rollout or newest(host), follow_it=True)


def run_status(chosen: argparse.Namespace) -> int:
    if chosen.state:
        return records.status(chosen.state, every=chosen.all)
    host = Host.connect(chosen.service)
    found = host.survey()
    for line in standing(host, found.stable_slot):
        print(line)
    if found.stable_since:
        print(f"stable since {text.moment(found.stable_since)}")
    print(host.ask("status", "--state", names.STATE, *(["--all"] if chosen.all else [])), end="")
    return 0


def run_abort(chosen: argparse.Namespace) -> int:
    return order(chosen, "abort")


def run_promote(chosen: argparse.Namespace) -> int:
    return order(chosen, "promote")


def order(chosen: argparse.Namespace, kind: OrderKind) -> int:
    if chosen.state:
        return records.give(chosen.state, chosen.rollout, kind, chosen.reason)
    host = Host.connect(chosen.service)
    rollout = chosen.rollout or newest(host)
    print(host.order(kind, rollout, chosen.reason), end="")
    return 0


def run_rollback(chosen: argparse.Namespace) -> int:
    host = Host.connect(chosen.service)
    back = rollback(host, chosen.release, chosen.policy, chosen.reason, say, now=chosen.now)
    if not back.running:
        return show(host, back.rollout, follow_it=True)
    say(f"told the engine of {back.rollout} to go back to stable")
    verdict = shown(host, back.rollout)
    return 0 if verdict in ("rolled_back", "in_doubt") else EXIT_CODES["in_doubt"]


def run_report(chosen: argparse.Namespace) -> int:
    if chosen.state:
        return records.write_report(chosen.state, chosen.rollout, chosen.out, as_json=chosen.json)
    host = Host.connect(chosen.service)
    rollout = chosen.rollout or newest(host)
    if chosen.json:
        print(host.ask("report", rollout, "--state", names.STATE), end="")
        return 0
    alive = host.running_rollout() == rollout
    lines = host.ask("journal", rollout, "--state", names.STATE).encode().splitlines()
    story = story_of(entry(line, f"{rollout}.jsonl", number) for number, line in enumerate(lines, start=1))
    print(report.write(story, alive, chosen.out or Path(".rollout/reports")))
    return 0


def run_prune(chosen: argparse.Namespace) -> int:
    prune(Host.connect(chosen.service), say)
    return 0


def run_secret(chosen: argparse.Namespace) -> int:
    put_secret(Host.connect(chosen.service), chosen.whose, chosen.name, sys.stdin.buffer.read())
    say(f"{chosen.name} is on the host: the next release reads it when it starts")
    return 0


def show(host: Host, rollout: str, *, follow_it: bool) -> int:
    """The exit code: the verdict's, or 0 for what nobody waits for."""
    if not follow_it:
        say(f"rollout {rollout} runs on the host by itself: `rollout follow {rollout}` shows it")
        return 0
    return EXIT_CODES[shown(host, rollout)]


def shown(host: Host, rollout: str) -> str:
    """Watch it to its verdict."""
    with view_on(Console()) as view:
        return follow(host, rollout, view, say)


def newest(host: Host) -> str:
    """The name of the rollout that runs, or ran last. Raises NothingThere."""
    rollout = host.survey().newest
    if rollout is None:
        raise NothingThere("no rollout yet on this host: `rollout start IMAGE@sha256:…` makes the first")
    return rollout


def say(text: str) -> None:
    print(text, flush=True)
