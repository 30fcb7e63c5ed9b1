"""The commands that run in the engine's image on a host, the engine among them."""

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from rollout.engine.spec import Spec
from rollout.errors import MetricsError, Refused
from rollout.journal.state import State
from rollout.metrics.prometheus import Prometheus
from rollout.metrics.targets import Target, write
from rollout.onhost import certificate, doctor, engine_process, names, records
from rollout.onhost.command_line import to_program
from rollout.onhost.complaint import Complaint
from rollout.onhost.emptying import wait_until_empty
from rollout.onhost.look import journal_of, look
from rollout.onhost.prepare import HostSettings, prepare
from rollout.onhost.routing import routing
from rollout.onhost.survey import check, check_probe, disk_needs, survey
from rollout.router.haproxy import Haproxy
from rollout.router.tls import TlsRouter


def run_engine(chosen: argparse.Namespace) -> int:
    """The exit code is the verdict's. With --supervised it is 0 for every verdict, so that only an engine that died is
    restarted."""
    text = chosen.spec.read_text(encoding="utf-8") if chosen.spec else environment("ROLLOUT_SPEC")
    try:
        verdict = engine_process.run(Spec.parse(text))
    except Refused as error:
        if not chosen.supervised:
            raise
        to_program(Complaint.of(error))
        return 0
    if verdict == "left":
        return engine_process.LEFT
    return 0 if chosen.supervised else engine_process.EXIT_CODES[verdict]


def run_prepare(_: argparse.Namespace) -> int:
    for said in prepare(Path("monitoring").resolve(), HostSettings.read(os.environ)):
        print(said)
    return 0


def run_survey(_: argparse.Namespace) -> int:
    found = survey(State(Path(names.STATE)), Haproxy(Path(names.SOCKET), Path(names.ROUTER_FOLDER)))
    print(json.dumps(asdict(found)))
    return 0


def run_routing(_: argparse.Namespace) -> int:
    print(json.dumps(asdict(routing(Haproxy(Path(names.SOCKET), Path(names.ROUTER_FOLDER))))))
    return 0


def run_wait_until_empty(chosen: argparse.Namespace) -> int:
    wait_until_empty(chosen.slot, Haproxy(Path(names.SOCKET), Path(names.ROUTER_FOLDER)).health)
    return 0


def run_check_host(_: argparse.Namespace) -> int:
    asked = json.loads(environment("ROLLOUT_CHECK"))
    folder = Path(names.ROUTER_FOLDER)
    check_probe(Haproxy(Path(names.SOCKET), folder))
    check(State(Path(names.STATE)), folder, asked["prometheus"], asked["policy"], asked["release"])
    return 0


def run_doctor(chosen: argparse.Namespace) -> int:
    router = TlsRouter(Path(names.SOCKET), Path(names.CERTIFICATE) / certificate.NAME, Path(names.MASTER))
    needs = disk_needs(Path(names.STATE), Path(names.ROUTER_FOLDER))
    print(doctor.facts(State(Path(names.STATE)), router, needs, chosen.prometheus).model_dump_json())
    return 0


def run_measure(chosen: argparse.Namespace) -> int:
    """Print the number that an expression evaluates to, or the code and the message of why there is none."""
    try:
        found: dict[str, float | str | None] = {"value": Prometheus(chosen.prometheus).value(chosen.promql)}
    except MetricsError as error:
        found = {"value": None, "code": error.code, "message": str(error)}
    print(json.dumps(found))
    return 0


def run_status(chosen: argparse.Namespace) -> int:
    return records.status(chosen.state, every=chosen.all, as_json=chosen.json)


def run_report(chosen: argparse.Namespace) -> int:
    return records.write_report(chosen.state, chosen.rollout, chosen.state.reports(), as_json=True)


def run_look(chosen: argparse.Namespace) -> int:
    path = journal_of(chosen.state, chosen.rollout)
    print(look(chosen.state, path, chosen.first, chosen.prometheus).model_dump_json())
    return 0


def run_certificate(_: argparse.Namespace) -> int:
    folder = Path(names.CERTIFICATE)
    print(certificate.install(folder, TlsRouter(Path(names.SOCKET), folder / certificate.NAME, Path(names.MASTER))))
    return 0


def run_targets(chosen: argparse.Namespace) -> int:
    pairs = [pair.partition("=") for pair in chosen.releases]
    targets = [Target(slot, release, environment(f"{slot.upper()}_ADDRESS")) for slot, _, release in pairs]
    write(Path(names.TARGETS), targets, environment("ROUTER_METRICS_ADDRESS"))
    return 0


def environment(name: str) -> str:
    """A required environment variable. Raises Refused when it is not set."""
    if name not in os.environ:
        raise Refused(f"{name} is not set: do not call this command directly; `rollout` runs it on a host")
    return os.environ[name]
