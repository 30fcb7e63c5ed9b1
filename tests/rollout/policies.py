"""Policies for tests: a small one with fixed line numbers, and the shipped one."""

from tests.policy.text import rollout_yaml

SMALL = """\
target: docker
steps:
  - {weight: 5%, hold: 10m}
  - {weight: 100%, hold: 20m}
keep: 24h
watch:
  every: 5s
  windows: [2m, 10m]
  certainty: 3.8
  vendor_errors: always
  lease: 15s
  ready_within: 2m
  decide_within: 30m
  drain_within: 3m
  tolerate_errors: 6
gates:
  errors:
    query: errors{release="$release"}
    samples: sum(requests)
    at_least: 20
    fail_above: 5%
"""


def shipped(hold: str = "10m") -> str:
    """The text of the shipped policy, for the target docker; `holds` replaces its holds."""
    return rollout_yaml().replace("hold: 10m", f"hold: {hold}")
