"""Two tags at once. GitHub queues the second deploy; act does not, so the host must accept only one."""

import pytest

from tests.host.service import Service
from tests.host.traffic import Traffic, served_by
from tests.workflows.executed.ground import Ground

pytestmark = [pytest.mark.docker, pytest.mark.workflows]


def test_of_two_simultaneous_deploys_the_host_accepts_one(ground: Ground, serving: Service) -> None:
    clones = [ground.origin.tag("4.0.0"), ground.origin.tag("4.1.0")]
    runs = [ground.push_tag(clone) for clone in clones]
    for run, clone in zip(runs, clones, strict=True):
        ground.wait_for_build(run, clone.name)
    with Traffic(serving.url) as traffic:
        for run in runs:
            run.finish()
    (winner,) = [clone.name for clone, run in zip(clones, runs, strict=True) if run.green]
    (refused,) = [run for run in runs if not run.green]
    assert refused.results()["deploy"] == "failure"
    assert refused.results()["restore"] == "success"
    assert "nothing to restore" in refused.summary("restore")
    assert served_by(serving.url) == ground.built(winner)["agent"]
    assert traffic.counts.lost == 0, traffic.counts
