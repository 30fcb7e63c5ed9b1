"""What never reaches the host, and the job at which it ends."""

import re

import pytest

from tests.host.service import Service
from tests.host.traffic import served_by
from tests.workflows.executed.ground import Ground

pytestmark = [pytest.mark.docker, pytest.mark.workflows]


def test_a_tag_that_is_not_the_version_ends_before_anything_is_tested_or_built(github: Ground) -> None:
    run = github.push_tag(github.origin.tag("1.0.0", tag="v1.0.1")).finish()
    assert not run.green
    assert run.results() == {"check": "failure"}
    assert "the tag is v1.0.1, but the version in pyproject.toml is 1.0.0" in run.said("check")
    assert github.notes("v1.0.1", "docker/build-push-action") == []


def test_a_commit_that_is_not_on_main_ends_at_the_same_job(github: Ground) -> None:
    run = github.push_tag(github.origin.tag("1.1.0", branch="unreviewed")).finish()
    assert not run.green
    assert run.results() == {"check": "failure"}
    assert "tag a commit on main" in run.said("check")


def test_a_target_that_does_not_exist_ends_at_the_same_job(github: Ground) -> None:
    clone = github.origin.tag("1.4.0", {"rollout.yaml": (r"(?m)^target: .*$", "target: nomad")})
    run = github.push_tag(clone).finish()
    assert not run.green
    assert run.results() == {"check": "failure"}
    assert re.search(r"rollout\.yaml:\d+: target: ", run.said("check"))


def test_an_image_without_a_digest_is_neither_signed_nor_deployed(ground: Ground, serving: Service) -> None:
    before = served_by(serving.url)
    run = ground.push_tag(ground.origin.tag("1.2.0"), DIGEST="latest").finish()
    assert not run.green
    assert (run.results()["build"], run.results()["sign"]) == ("success", "failure")
    assert f"{ground.image}@latest: a release must be an image with its digest" in run.said("sign")
    assert not {"approve", "deploy", "restore"} & run.results().keys()
    assert served_by(serving.url) == before


def test_an_unsigned_image_is_not_deployed_and_nothing_needs_to_be_restored(ground: Ground, serving: Service) -> None:
    before = served_by(serving.url)
    run = ground.push_tag(ground.origin.tag("1.3.0"), SIGNATURES="/dev/null").finish()
    assert not run.green
    results = run.results()
    assert (results["sign"], results["deploy"], results["restore"]) == ("success", "failure", "success")
    assert f"no matching signatures: {ground.built('v1.3.0')['agent']}" in run.said("deploy")
    assert "nothing to restore" in run.summary("restore")
    assert "| Signed by | unknown: " in run.summary("evidence")
    assert served_by(serving.url) == before
