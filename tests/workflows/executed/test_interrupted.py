"""A deploy that does not end normally: cancelled, or its runner is lost.

The test cancels the deploy's step, like GitHub's runner. If a whole run is cancelled, act would skip all later steps,
including those of jobs that must always run.
"""

import signal

import pytest

from tests.host.service import Service
from tests.host.traffic import Traffic, served_by
from tests.rollout.lines import Event
from tests.workflows.executed.act import Run
from tests.workflows.executed.ground import Ground

pytestmark = [pytest.mark.docker, pytest.mark.workflows]


def until_shifted(ground: Ground, serving: Service, run: Run, tag: str) -> None:
    """Wait until the new release has users."""
    release = ground.built(tag)["agent"]

    def shifted(events: list[Event]) -> bool:
        assert run.process.poll() is None, run.said()[-4000:]
        of_this = bool(events) and events[0]["release"] == release  # a new journal is empty at first
        return of_this and any(event["event"] == "shifted" for event in events)

    serving.until(shifted)


@pytest.mark.parametrize(
    ("version", "signal_sent"),
    [("3.0.0", signal.SIGINT), ("3.1.0", signal.SIGKILL)],
    ids=["it is cancelled", "its runner is lost, with no chance to tell anybody"],
)
def test_a_deploy_that_is_interrupted_gives_all_traffic_back(
    ground: Ground, serving: Service, version: str, signal_sent: signal.Signals
) -> None:
    before = served_by(serving.url)
    run = ground.push_tag(ground.origin.tag(version))
    ground.wait_for_build(run, f"v{version}")
    with Traffic(serving.url) as traffic:
        until_shifted(ground, serving, run, f"v{version}")
        run.tell_its_steps(signal_sent)
        run.finish()
    assert not run.green
    assert (run.results()["deploy"], run.results()["restore"]) == ("failure", "success")
    assert f"Restored: all traffic is on {before} again." in run.summary("restore")
    assert served_by(serving.url) == before
    assert traffic.counts.lost == 0, traffic.counts


def test_when_everything_but_the_host_is_gone_it_finishes_and_a_second_run_tells_the_truth(
    ground: Ground, serving: Service
) -> None:
    clone = ground.origin.tag("3.2.0")
    run = ground.push_tag(clone)
    ground.wait_for_build(run, "v3.2.0")
    with Traffic(serving.url) as traffic:
        until_shifted(ground, serving, run, "v3.2.0")
        run.kill()
        serving.until(lambda events: any(event["event"] == "promoted" for event in events))
        assert served_by(serving.url) == ground.built("v3.2.0")["agent"]
    again = ground.push_tag(clone, name="v3.2.0-again").finish()
    assert again.green, again.said()[-4000:]
    assert "is already stable: there is nothing to deploy" in again.said("deploy")
    assert ground.built("v3.2.0-again") == ground.built("v3.2.0")
    assert "Promoted" in again.summary("evidence")
    assert traffic.counts.lost == 0, traffic.counts
