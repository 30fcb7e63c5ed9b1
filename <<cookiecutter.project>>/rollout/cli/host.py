"""Commands for a host with Docker, the one that DOCKER_HOST names."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from rollout import report, words
from rollout.beside import records
from rollout.engine_process import EXIT_CODES
from rollout.errors import NothingThere
from rollout.host import names
from rollout.host.follow import follow
from rollout.host.host import Host
from rollout.host.image import Image
from rollout.host.prune import prune
from rollout.host.rollback import rollback, running_rollout
from rollout.host.secret import put_secret
from rollout.host.standing import standing
from rollout.host.start import Wish, look, start
from rollout.journal import read
from rollout.runtime.docker import Docker
from rollout.state import Kind
from rollout.view.view import view_on


def run_start(chosen: argparse.Namespace) -> int:
    image = Image.parse(chosen.image)
    engine = Image.parse(chosen.engine) if chosen.engine else None
    host = host_of(chosen)
    started = start(Wish(image, chosen.policy, engine), host, say)
    return show(host, started.rollout, follow_it=chosen.follow)


def run_follow(chosen: argparse.Namespace) -> int:
    host = host_of(chosen)
    return show(host, chosen.rollout or newest(host), follow_it=True)


def run_status(chosen: argparse.Namespace) -> int:
    if chosen.state:
        return records.status(chosen.state, every=chosen.all)
    host = host_of(chosen)
    found = look(host)
    for line in standing(host, found.stable_slot):
        print(line)
    if found.stable_since:
        print(f"stable since {words.moment(found.stable_since)}")
    print(host.ask("status", "--state", names.STATE, *(["--all"] if chosen.all else [])), end="")
    return 0


def run_abort(chosen: argparse.Namespace) -> int:
    return order(chosen, "abort")


def run_promote(chosen: argparse.Namespace) -> int:
    return order(chosen, "promote")


def order(chosen: argparse.Namespace, kind: Kind) -> int:
    if chosen.state:
        return records.give(chosen.state, chosen.rollout, kind, chosen.reason)
    host = host_of(chosen)
    rollout = chosen.rollout or newest(host)
    print(host.order(kind, rollout, chosen.reason), end="")
    return 0


def run_rollback(chosen: argparse.Namespace) -> int:
    host = host_of(chosen)
    rollout = rollback(host, chosen.release, chosen.policy, chosen.reason, say, now=chosen.now)
    if isinstance(rollout, str):
        say(f"told the engine of {rollout} to go back to stable")
        verdict = shown(host, rollout)
        return 0 if verdict in ("rolled_back", "in_doubt") else EXIT_CODES["in_doubt"]
    return show(host, rollout.rollout, follow_it=True)


def run_report(chosen: argparse.Namespace) -> int:
    if chosen.state:
        return records.write_report(chosen.state, chosen.rollout, chosen.out, as_json=chosen.json)
    host = host_of(chosen)
    rollout = chosen.rollout or newest(host)
    if chosen.json:
        print(host.ask("report", rollout, "--state", names.STATE), end="")
        return 0
    alive = running_rollout(host) == rollout
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        path.write_text(host.ask("journal", rollout, "--state", names.STATE), encoding="utf-8")
        print(report.write(read(path), alive, chosen.out or Path(".rollout/reports")))
    return 0


def run_prune(chosen: argparse.Namespace) -> int:
    prune(host_of(chosen), say)
    return 0


def run_secret(chosen: argparse.Namespace) -> int:
    put_secret(host_of(chosen), chosen.whose, chosen.name, sys.stdin.buffer.read())
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
    rollout = look(host).newest
    if rollout is None:
        raise NothingThere("no rollout yet on this host: `rollout start IMAGE@sha256:…` makes the first")
    return rollout


def host_of(chosen: argparse.Namespace) -> Host:
    return Host.find(Docker.connect(), chosen.service or os.environ.get("ROLLOUT_SERVICE"))


def say(text: str) -> None:
    print(text, flush=True)
