"""A tag becomes a release in a cluster: a good one is promoted, and a bad one is taken back."""

import re
from pathlib import Path

import pytest

from tests.workflows.executed.ground import CANARIES, Ground
from tests.workflows.in_cluster.conftest import FIRST, server_of
from tests.workflows.in_cluster.issuer import SECRET, Issuer
from tests.workflows.in_cluster.production import Production

pytestmark = [pytest.mark.cluster, pytest.mark.workflows]

GOOD, BAD = "v2.0.0", "v2.1.0"
FAILS_OFTEN = {"Dockerfile": (r"ENV AGENT_HOST=0\.0\.0\.0", "ENV AGENT_MODEL=offline:errors=0.3 AGENT_HOST=0.0.0.0")}
"""Only the image is bad."""


def evidence(ground: Ground, run: str) -> Path:
    """What the run attached to the release on GitHub."""
    return ground.folder / "uploaded" / run / "release"


def test_the_first_release_gets_all_traffic_with_a_secret(ground: Ground, first: str) -> None:
    page = (evidence(ground, FIRST) / "evidence.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {FIRST}: ")
    assert first in page
    assert "| deploy | success |" in page


def test_a_good_release_is_promoted_with_githubs_token_and_no_request_is_lost(
    with_github: Ground, serving: Production, issuer: Issuer, variable: str
) -> None:
    before, asked = serving.stable(), len(issuer.issued)
    run = with_github.push_tag(with_github.origin.tag(GOOD[1:]))
    with_github.wait_for_build(run, GOOD)
    built = with_github.built(GOOD)["agent"]
    with serving.users() as users:
        run.finish()
        assert run.green, run.said()[-4000:]
        answering = {name for name, each in users.counts()["releases"].items() if each["answered"]}
    assert "restore" not in run.results()
    assert len(answering) == 2
    assert serving.candidate() == built != before
    tokens = issuer.issued[asked:]
    assert set(tokens) == {server_of(variable)}
    assert len(tokens) >= 3, "the first one expires during the rollout, and the report needs another"
    page = (evidence(with_github, GOOD) / "evidence.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {GOOD}: Promoted")
    assert "UTC by ada |" in page
    assert f"release.yml@refs/tags/{GOOD}" in page
    assert "xychart-beta" in run.summary("evidence")
    serving.wait_until_settled()
    assert serving.stable() == built


def test_a_bad_release_makes_the_run_red_with_the_report_as_evidence(with_github: Ground, serving: Production) -> None:
    before = serving.stable()
    run = with_github.push_tag(with_github.origin.tag(BAD[1:], FAILS_OFTEN))
    with_github.wait_for_build(run, BAD)
    built = with_github.built(BAD)["agent"]
    with serving.users():
        run.finish()
    assert not run.green
    results = run.results()
    assert (results["build"], results["deploy"], results["restore"]) == ("success", "failure", "success")
    assert f"All traffic is already on {before}" in run.summary("restore")
    for job in ("restore", "evidence"):
        assert re.search(r"Rolled back .*: \w+: ", run.summary(job)), job
    page = (evidence(with_github, BAD) / "evidence.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {BAD}: Rolled back")
    assert built in page
    assert (serving.stable(), serving.shares()["agent-canary"]) == (before, 0)


def test_no_secret_and_no_token_is_in_any_log_summary_or_artifact(ground: Ground, first: str, secret: str) -> None:
    assert first
    (token,) = re.findall(r"token: (\S+)", secret)
    written = list(ground.written())
    assert any(FIRST in str(path) and path.name == "log" for path, _ in written)
    for hidden in (token, token.rpartition(".")[2], SECRET, *CANARIES.values()):
        assert [str(path) for path, text in written if hidden in text] == []
