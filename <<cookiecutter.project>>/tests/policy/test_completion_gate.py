"""Which outcomes of a run the gate `completion` counts: none that a client can cause alone."""

import re

from agent.metrics import OUTCOMES
from tests.policy.live import policy

BAD = {"truncated", "filtered", "usage_limit", "context_full", "deadline", "vendor_error", "error"}


def counted(query: str) -> set[str]:
    """The outcomes that a query's selectors match, which must be the same in each."""
    (left_out,) = set(re.findall(r'outcome!~"([^"]+)"', query))
    return {outcome for outcome in OUTCOMES if not re.fullmatch(left_out, outcome)}


def test_only_runs_that_the_release_did_not_answer_are_bad() -> None:
    gate = policy().gates["completion"]
    assert counted(gate.bad or "") == BAD
    assert counted(gate.total or "") == BAD | {"answered"}
