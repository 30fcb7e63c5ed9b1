"""The simulated policies: the shipped one, variants of it, and the one for low traffic in the docs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from rollout.policy import file as policy_file
from rollout.policy.plan import Gate, Plan, plan

PROJECT = Path(__file__).parents[2] / "<<cookiecutter.project>>"
LOW_TRAFFIC = PROJECT / "docs" / "guides" / "low-traffic.md"


def shipped() -> Plan:
    return plan(policy_file.parse(text_of_shipped(), "rollout.yaml"))


def text_of_shipped() -> str:
    """The shipped policy of a repository baked for Docker."""
    text = (PROJECT / "rollout.yaml").read_text(encoding="utf-8")
    return re.sub(r"^target: .*$", "target: docker", text, flags=re.MULTILINE)


def low_traffic() -> Plan:
    """The shipped policy with the guide's changes."""
    found = re.search(r"```yaml\n(.+?)```", LOW_TRAFFIC.read_text(encoding="utf-8"), re.DOTALL)
    assert found  # noqa: S101  the guide is nothing without it
    merged = {**yaml.safe_load(text_of_shipped()), **yaml.safe_load(found[1])}
    return plan(policy_file.parse(yaml.safe_dump(merged, sort_keys=False), "rollout.yaml"))


def gate_of(wanted: Plan, name: str) -> Gate:
    return next(gate for gate in wanted.gates if gate.name == name)


def varied(gate: Gate, certainty: float, windows_seconds: Sequence[float]) -> Gate:
    """The same gate with another certainty and other windows."""
    assert gate.weighed  # noqa: S101
    return replace(gate, weighed=replace(gate.weighed, certainty=certainty, windows_seconds=tuple(windows_seconds)))
