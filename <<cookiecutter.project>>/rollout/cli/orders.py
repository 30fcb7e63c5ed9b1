"""`rollout abort` and `rollout promote`: orders for the running engine, on a host or in a folder of rehearsals."""

import argparse

from rollout.cli.host import newest
from rollout.cli.talk import Talk
from rollout.docker.host import Host
from rollout.errors import NotRunning
from rollout.journal.orders import OrderKind
from rollout.onhost import orders


def run_abort(chosen: argparse.Namespace) -> int:
    return order(chosen, "abort")


def run_promote(chosen: argparse.Namespace) -> int:
    return order(chosen, "promote")


def order(chosen: argparse.Namespace, kind: OrderKind) -> int:
    talk = Talk(chosen)
    if chosen.state:
        rollout, said = orders.give(chosen.state, chosen.rollout, kind, chosen.reason)
    else:
        host = Host.connect(chosen.service)
        rollout = chosen.rollout or running(host, kind)
        said = host.order(kind, rollout, chosen.reason).rstrip()
    talk.say(said)
    talk.result({"rollout": rollout, "order": kind})
    return 0


def running(host: Host, kind: OrderKind) -> str:
    """The name of the running rollout. Raises NoRolloutYet, or NotRunning."""
    if rollout := host.running_rollout():
        return rollout
    newest(host)
    raise NotRunning(f"no rollout is running on this host: there is nothing to {kind}")
