"""A rollback by hand in a cluster: of what runs, to a former release, and to nothing else."""

import pytest

from tests.workflows.executed.ground import NAME, Ground
from tests.workflows.in_cluster.production import Production

pytestmark = [pytest.mark.cluster, pytest.mark.workflows]


def test_a_running_release_is_taken_back_while_its_deploy_still_follows(
    with_secret: Ground, serving: Production
) -> None:
    before, clone = serving.stable(), with_secret.origin.tag("4.0.0")
    run = with_secret.push_tag(clone)
    with_secret.wait_for_build(run, "v4.0.0")
    with serving.users():
        serving.wait_until_shifted(with_secret.built("v4.0.0")["agent"], run)
        back = with_secret.roll_back(clone, "", name="back").finish()
        run.finish()
    assert back.green, back.said()[-4000:]
    assert "in haste" in back.summary("rollback")
    assert (run.results()["deploy"], run.results()["restore"]) == ("failure", "success")
    assert (serving.stable(), serving.shares()["agent-canary"]) == (before, 0)


def test_a_former_release_goes_live_at_once_and_one_that_nobody_reviewed_does_not(
    with_github: Ground, serving: Production, first: str
) -> None:
    clone, before = with_github.origin.tag("4.1.0"), serving.stable()
    never = f"{with_github.image}@sha256:{'0' * 64}"
    run = with_github.roll_back(clone, never, name="never")
    run.finish()
    assert not run.green
    assert f"{never} was never stable here" in run.said("rollback")
    assert serving.stable() == before

    with serving.users():
        run = with_github.roll_back(clone, first, name="former").finish()
    assert run.green, run.said()[-4000:]
    serving.wait_until_settled()
    assert serving.stable() == first
    if before == first:
        assert "is already stable: there is nothing to do" in run.said("rollback")
    assert NAME in first
