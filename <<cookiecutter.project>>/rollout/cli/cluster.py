"""Commands for `target: kubernetes`: the cluster of the kubeconfig."""

import argparse
import json
from functools import partial

from rollout import finding, report
from rollout.cli import folder
from rollout.cli.host import REPORTS
from rollout.cli.talk import Talk
from rollout.errors import Refused, WrongCommandLine
from rollout.image import Image
from rollout.journal.allowed import unverified
from rollout.journal.orders import OrderKind
from rollout.kubernetes import doctor, orders, status
from rollout.kubernetes.cluster import Cluster
from rollout.kubernetes.follow import shown
from rollout.kubernetes.look import first_look, named, newest, running
from rollout.kubernetes.report import write_report
from rollout.kubernetes.request import StartRequest
from rollout.kubernetes.rollback import rollback
from rollout.kubernetes.seen import Attempt, story
from rollout.kubernetes.start import begun, start
from rollout.onhost.engine_process import EXIT_CODES
from rollout.policy import file as policy_file
from rollout.policy.plan import Plan, plan


def run_start(chosen: argparse.Namespace) -> int:
    talk = Talk(chosen)
    if chosen.engine:
        raise WrongCommandLine("argument --engine: not with target: kubernetes, where Argo Rollouts is the engine")
    request = StartRequest(Image.parse(chosen.image), policy(chosen), provenance=unverified(chosen.unverified))
    cluster = Cluster.connect(chosen.service)
    rollout = start(request, cluster, talk.say)
    attempt = begun(request, cluster, rollout)
    if chosen.follow:
        return EXIT_CODES[watched(cluster, attempt, talk)]
    talk.say(f"rollout {rollout} is running in the cluster: `rollout follow {rollout}` shows it")
    talk.result({"rollout": rollout, "verdict": "running"})
    return 0


def run_rollback(chosen: argparse.Namespace) -> int:
    talk, cluster = Talk(chosen), Cluster.connect(chosen.service)
    back = rollback(
        cluster,
        chosen.release,
        partial(policy, chosen),
        chosen.reason,
        talk.say,
        now=chosen.now,
        unverified_because=chosen.unverified,
    )
    return back.exit_code(watched(cluster, back.attempt, talk), cluster)


def run_abort(chosen: argparse.Namespace) -> int:
    return order(chosen, "abort")


def run_promote(chosen: argparse.Namespace) -> int:
    return order(chosen, "promote")


def order(chosen: argparse.Namespace, kind: OrderKind) -> int:
    talk = Talk(chosen)
    rollout, said = orders.give(Cluster.connect(chosen.service), chosen.rollout, kind, chosen.reason)
    talk.say(said)
    talk.result({"rollout": rollout, "order": kind})
    return 0


def policy(chosen: argparse.Namespace) -> Plan:
    """Raises PolicyError."""
    return plan(policy_file.load(chosen.policy))


def run_follow(chosen: argparse.Namespace) -> int:
    cluster = Cluster.connect(chosen.service)
    service = first_look(cluster)
    attempt = named(service, chosen.rollout) if chosen.rollout else running(service) or newest(service)
    return EXIT_CODES[watched(cluster, attempt, Talk(chosen))]


def run_status(chosen: argparse.Namespace) -> int:
    service = first_look(Cluster.connect(chosen.service))
    if chosen.json:
        print(json.dumps(status.document(service, every=chosen.all), indent=2))
    else:
        print(*status.lines(service, every=chosen.all), sep="\n")
    return 0


def run_report(chosen: argparse.Namespace) -> int:
    out = chosen.out or REPORTS
    if not chosen.json:
        folder.check(out)
    service = first_look(Cluster.connect(chosen.service))
    attempt = named(service, chosen.rollout) if chosen.rollout else newest(service)
    if chosen.json:
        print(json.dumps(report.document(report.gather(story(service, attempt), True)), indent=2))
    else:
        print(write_report(service, attempt, out))
    return 0


def run_doctor(chosen: argparse.Namespace) -> int:
    cluster = Cluster.connect(chosen.service)
    findings = doctor.examine(cluster, policy_or_why(chosen))
    if chosen.json:
        print(json.dumps(finding.document(cluster.namespace, findings), indent=2))
    else:
        print(*finding.lines(findings), sep="\n")
    return finding.exit_code(findings)


def policy_or_why(chosen: argparse.Namespace) -> Plan | str:
    try:
        return policy(chosen)
    except Refused as error:
        return str(error)


def watched(cluster: Cluster, attempt: Attempt, talk: Talk) -> str:
    """Follow the rollout to its verdict, and return it."""
    verdict = shown(cluster, attempt, talk.console, talk.say)
    talk.result({"rollout": attempt.name, "verdict": verdict})
    return verdict
