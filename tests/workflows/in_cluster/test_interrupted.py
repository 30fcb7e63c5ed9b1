"""A deploy to a cluster that does not end normally. Argo Rollouts goes on, and the next job or person takes over."""

import signal

import pytest

from tests.workflows.executed.ground import Ground
from tests.workflows.in_cluster.production import Production

pytestmark = [pytest.mark.cluster, pytest.mark.workflows]


def test_when_the_deploys_runner_is_lost_its_traffic_is_given_back(with_secret: Ground, serving: Production) -> None:
    before = serving.stable()
    run = with_secret.push_tag(with_secret.origin.tag("3.0.0"))
    with_secret.wait_for_build(run, "v3.0.0")
    with serving.users():
        serving.wait_until_shifted(with_secret.built("v3.0.0")["agent"], run)
        run.tell_its_steps(signal.SIGKILL)
        run.finish()
    assert not run.green
    assert (run.results()["deploy"], run.results()["restore"]) == ("failure", "success")
    assert f"Restored: all traffic is on {before} again." in run.summary("restore")
    assert (serving.stable(), serving.shares()["agent-canary"]) == (before, 0)


def test_when_every_runner_is_lost_argo_goes_on_a_person_can_follow_it_and_a_second_run_says_how_it_ended(
    with_github: Ground, serving: Production
) -> None:
    clone = with_github.origin.tag("3.1.0")
    run = with_github.push_tag(clone)
    with_github.wait_for_build(run, "v3.1.0")
    built = with_github.built("v3.1.0")["agent"]
    with serving.users():
        serving.wait_until_shifted(built, run)
        run.kill()
        assert serving.command("follow") == 0
    again = with_github.push_tag(clone, name="v3.1.0-again").finish()
    assert again.green, again.said()[-4000:]
    assert "is already running: following it" in again.said("deploy"), "it is kept"
    assert with_github.built("v3.1.0-again")["agent"] == built
    assert "Promoted" in again.summary("evidence")
    serving.wait_until_settled()
    assert serving.stable() == built
