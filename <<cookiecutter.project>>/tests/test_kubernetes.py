"""With `target: kubernetes`, deploy/kubernetes/ holds what rollout.yaml and the alert rules render to."""

import re
from pathlib import Path

from rollout.kubernetes.render import FOLDER, RULES, check, read_rules, render
from rollout.policy.plan import plan
from tests.policy.live import policy
from tests.policy.text import FILE

ROOT = Path(__file__).parents[1]


def test_what_is_committed_is_what_the_policy_renders_to() -> None:
    if not re.search(r"(?m)^target: ['\"]?kubernetes", FILE.read_text(encoding="utf-8")):
        return  # nothing is deployed from these files
    check(ROOT / FOLDER, render(plan(policy()), read_rules(ROOT / RULES)))
