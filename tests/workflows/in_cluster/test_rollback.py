"""A rollback by hand in a cluster: of what runs, to a former release, and to nothing else."""

import pytest

from tests.workflows.executed.ground import Ground
from tests.workflows.in_cluster.production import Production

pytestmark = [pytest.mark.cluster, pytest.mark.workflows]


def test_a_running_or_kept_release_is_taken_back_at_once(with_secret: Ground, serving: Production) -> None:
    before, clone = serving.stable(), with_secret.origin.tag("4.0.0")
    run = with_secret.push_tag(clone)
    with_secret.wait_for_build(run, "v4.0.0")
    with serving.users():
        serving.wait_until_shifted(with_secret.built("v4.0.0")["agent"], run)
        back = with_secret.roll_back(clone, "", name="back").finish()
        run.finish()
    assert back.green, back.said()[-4000:]
    assert "in haste" in back.summary("rollback")
    assert run.results()["deploy"] == "success" or run.results()["restore"] == "success"
    assert (serving.stable(), serving.shares()["agent-canary"]) == (before, 0)


def test_an_image_that_nobody_reviewed_does_not_go_live(with_github: Ground, serving: Production) -> None:
    before, never = serving.stable(), f"{with_github.image}@sha256:{'0' * 64}"
    run = with_github.roll_back(with_github.origin.tag("4.2.0"), never, name="never").finish()
    assert not run.green
    assert f"{never} was never stable here" in run.said("rollback")
    assert serving.stable() == before


def test_a_former_release_goes_live_at_once(with_github: Ground, serving: Production) -> None:
    before, clone = serving.stable(), with_github.origin.tag("4.1.0")
    run = with_github.push_tag(clone)
    with_github.wait_for_build(run, "v4.1.0")
    with serving.users():
        assert run.finish().green, run.said()[-4000:]
        serving.wait_until_settled()
        assert serving.stable() == with_github.built("v4.1.0")["agent"] != before
        back = with_github.roll_back(clone, before, name="former").finish()
        assert back.green, back.said()[-4000:]
    assert serving.stable() == before
