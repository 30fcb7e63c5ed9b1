"""Tell Prometheus which releases there are: the files that monitoring/prometheus.yml reads its targets from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rollout import durable


@dataclass(frozen=True)
class Target:
    """A release, the slot it is in, and the address (host:port) that serves its /metrics."""

    slot: str
    release: str
    address: str


def write(folder: Path, releases: Sequence[Target], router_address: str) -> None:
    """Replace agent.json and router.json in `folder`; Prometheus sees it at once. The router is a target of each
    release, so that its series carry the release's name and not only the slot's."""
    agent = [entry(target, target.address) for target in releases]
    router = [entry(target, router_address) for target in releases]
    for name, entries in (("agent.json", agent), ("router.json", router)):
        durable.replace(folder / name, json.dumps(entries, indent=2))


def entry(target: Target, address: str) -> dict[str, object]:
    return {"targets": [address], "labels": {"slot": target.slot, "release": target.release}}
