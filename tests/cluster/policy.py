"""The shipped policy with short times, for a load of some ten requests per second: the gates' queries stay, and their
samples become few. With so few requests the average cost varies widely, so its limit is higher."""

import re

from rollout.policy import file as policy_file
from rollout.policy.plan import Plan, plan
from tests.policy.text import rollout_yaml

SHORT = {
    "windows: [2m, 10m]": "windows: [8s, 30s]",
    "windows: [10m]": "windows: [30s]",
    "windows: [10m, 30m]": "windows: [30s, 60s]",
    "every: 5s": "every: 1s",
    "decide_within: 30m": "decide_within: 4m",
    "drain_within: 3m": "drain_within: 10s",
    "tolerate_errors: 6": "tolerate_errors: 2",
    "fail_above: 1.5x": "fail_above: 5x",
    "target: docker": "target: kubernetes",
}
STEPS = {"5%": "10s", "25%": "10s", "100%": "10s"}
"""Each step's hold. The shortest is the first window and two measurements."""


def quick(steps: dict[str, str] = STEPS, keep: str = "10s", ready_within: str = "2m") -> str:
    text = re.sub(r"at_least: \d+", "at_least: 5", rollout_yaml())
    shortened = {
        **SHORT,
        "keep: 24h": f"keep: {keep}",
        "ready_within: 2m": f"ready_within: {ready_within}",
    }
    for old, new in shortened.items():
        assert old in text, old
        text = text.replace(old, new)
    listed = "".join(f"  - {{weight: {weight}, hold: {hold}}}\n" for weight, hold in steps.items())
    text, found = re.subn(r"(?m)^  - \{weight: .*\n(  - .*\n)*", listed, text)
    assert found == 1
    return text


def planned(text: str) -> Plan:
    return plan(policy_file.parse(text, "rollout.yaml"))
