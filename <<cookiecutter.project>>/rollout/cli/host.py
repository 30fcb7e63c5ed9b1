"""Commands for a host with Docker: the one in DOCKER_HOST."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rollout.cli import folder
from rollout.cli.talk import Talk
from rollout.docker import doctor, status
from rollout.docker.certificate import put_certificate
from rollout.docker.follow import shown, until_begun
from rollout.docker.host import Host
from rollout.docker.prune import prune
from rollout.docker.report import write_report
from rollout.docker.request import StartRequest, policy_for_docker
from rollout.docker.rollback import rollback
from rollout.docker.secrets import put_secret
from rollout.docker.start import start
from rollout.errors import NoRolloutYet
from rollout.image import Image
from rollout.journal.allowed import unverified
from rollout.onhost import names, records
from rollout.onhost.engine_process import EXIT_CODES
from rollout.onhost.publication import PUBLISH

REPORTS = Path(".rollout/reports")


def run_start(chosen: argparse.Namespace) -> int:
    talk = Talk(chosen)
    image = Image.parse(chosen.image)
    engine = Image.parse(chosen.engine) if chosen.engine else None
    provenance = unverified(chosen.unverified)
    request = StartRequest(image, policy_for_docker(chosen.policy), engine, provenance=provenance)
    host = Host.connect(chosen.service)
    started = start(request, host, talk.say)
    if chosen.follow:
        return EXIT_CODES[watched(host, started.rollout, talk)]
    until_begun(host, started.rollout, talk.say)
    talk.say(f"rollout {started.rollout} is running on the host: `rollout follow {started.rollout}` shows it")
    talk.result({"rollout": started.rollout, "verdict": "running"})
    return 0


def run_follow(chosen: argparse.Namespace) -> int:
    host = Host.connect(chosen.service)
    return EXIT_CODES[watched(host, chosen.rollout or host.running_rollout() or newest(host), Talk(chosen))]


def run_status(chosen: argparse.Namespace) -> int:
    if chosen.state:
        return records.status(chosen.state, every=chosen.all, as_json=chosen.json)
    host = Host.connect(chosen.service)
    if chosen.json:
        print(json.dumps(status.for_programs(host, every=chosen.all), indent=2))
    else:
        print(status.for_people(host, every=chosen.all), end="")
    return 0


def run_rollback(chosen: argparse.Namespace) -> int:
    talk = Talk(chosen)
    host = Host.connect(chosen.service)
    back = rollback(
        host,
        chosen.release,
        chosen.policy,
        chosen.reason,
        talk.say,
        now=chosen.now,
        unverified_because=chosen.unverified,
    )
    return back.exit_code(watched(host, back.rollout, talk), host)


def run_report(chosen: argparse.Namespace) -> int:
    out = chosen.out or (chosen.state.reports() if chosen.state else REPORTS)
    if not chosen.json:
        folder.check(out)
    if chosen.state:
        return records.write_report(chosen.state, chosen.rollout, out, as_json=chosen.json)
    host = Host.connect(chosen.service)
    rollout = chosen.rollout or newest(host)
    if chosen.json:
        print(host.ask("report", rollout, "--state", names.STATE), end="")
    else:
        print(write_report(host, rollout, out))
    return 0


def run_doctor(chosen: argparse.Namespace) -> int:
    host = Host.connect(chosen.service, stopped=True)
    findings = doctor.examine(host)
    if chosen.json:
        print(json.dumps(doctor.document(host.project, findings), indent=2))
    else:
        print(*doctor.lines(findings), sep="\n")
    return doctor.exit_code(findings)


def run_prune(chosen: argparse.Namespace) -> int:
    prune(Host.connect(chosen.service), say)
    return 0


def run_secret(chosen: argparse.Namespace) -> int:
    put_secret(Host.connect(chosen.service), chosen.reader, chosen.name, sys.stdin.buffer.read())
    reads = (
        "Grafana reads it when it starts" if chosen.reader == "grafana" else "the next release reads it when it starts"
    )
    say(f"{chosen.name} is stored on the host: {reads}")
    return 0


def run_certificate(chosen: argparse.Namespace) -> int:
    found = put_certificate(Host.connect(chosen.service), sys.stdin.buffer.read())
    until = datetime.fromtimestamp(float(str(found["expires"])), UTC)
    say(f"the router serves the certificate, which is valid until {until:%Y-%m-%d %H:%M} UTC")
    if found["first"]:
        say(f"to publish it: {PUBLISH}")
    return 0


def watched(host: Host, rollout: str, talk: Talk) -> str:
    """Follow the rollout to its verdict, and return it."""
    verdict = shown(host, rollout, talk.console, talk.say)
    talk.result({"rollout": rollout, "verdict": verdict})
    return verdict


def newest(host: Host) -> str:
    """The name of the newest rollout. Raises NoRolloutYet."""
    rollout = host.survey().newest
    if rollout is None:
        raise NoRolloutYet("no rollout yet on this host: `rollout start IMAGE@sha256:…` starts the first")
    return rollout


def say(text: str) -> None:
    print(text, flush=True)
