"""Writes Prometheus' targets: the files that monitoring/prometheus.yml reads."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rollout import durable


@dataclass(frozen=True)
class Target:
    """A release, its slot, and the address (host:port) that serves its /metrics."""

    slot: str
    release: str
    address: str


def write(folder: Path, releases: Sequence[Target], router_address: str) -> None:
    """Replace agent.json and router.json in `folder`; Prometheus notices the change. The router is listed once for each
    release, so that its series also have the label `release`."""
    agent = [entry(target, target.address) for target in releases]
    router = [entry(target, router_address) for target in releases]
    for name, entries in (("agent.json", agent), ("router.json", router)):
        durable.replace(folder / name, json.dumps(entries, indent=2))


def write_parts(folder: Path, **addresses: str) -> None:
    """Write a file of one target for each part of the host, such as `alertmanager`: its address (host:port)."""
    for name, address in addresses.items():
        durable.replace(folder / f"{name}.json", json.dumps([{"targets": [address]}]))


def entry(target: Target, address: str) -> dict[str, object]:
    return {"targets": [address], "labels": {"slot": target.slot, "release": target.release}}
