"""deploy/kubernetes/ holds what `rollout render` writes: with `target: kubernetes`, of this rollout.yaml and these
alert rules. With `target: docker` nothing is deployed from these files, so they may be of an earlier policy."""

from pathlib import Path

import pytest
import yaml

from rollout.cli.rendered import check
from rollout.kubernetes.render import FOLDER, RULES, read_rules, render
from rollout.policy.plan import plan
from tests.policy.live import policy
from tests.policy.text import FILE

ROOT = Path(__file__).parents[1]
KINDS = {
    "base/rendered/analysis.yaml": "AnalysisTemplate",
    "base/rendered/strategy.yaml": "Rollout",
    "components/monitoring/rendered/rules.yaml": "PrometheusRule",
}


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_each_file_that_is_committed_was_rendered(name: str, kind: str) -> None:
    text = (ROOT / FOLDER / name).read_text(encoding="utf-8")
    assert text.startswith("# Written by `rollout render`")
    assert {each["kind"] for each in yaml.safe_load_all(text)} == {kind}


def test_what_is_deployed_is_what_the_policy_renders_to() -> None:
    committed = sorted(str(path.relative_to(ROOT / FOLDER)) for path in (ROOT / FOLDER).rglob("rendered/*"))
    assert committed == sorted(KINDS)
    if yaml.safe_load(FILE.read_text(encoding="utf-8"))["target"] == "kubernetes":
        check(ROOT / FOLDER, render(plan(policy()), read_rules(ROOT / RULES)), "rollout render")
