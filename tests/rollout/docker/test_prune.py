"""What prune keeps: what a start is about to use, and what it knows too little about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from rollout.docker.claim import CLAIM_HOLDS_SECONDS
from rollout.docker.prune import prune
from rollout.docker.secrets import put_secret
from rollout.onhost import names
from tests.rollout.docker.fakes import FakeDocker, host, ours
from tests.rollout.docker.test_removal import ended
from tests.rollout.docker.test_start import BLUE, ENGINE, GREEN, NEW, OLD, OLDER, REPOSITORY, state


class WithImages(FakeDocker):
    """Has three images, and removes what it is told to."""

    def digests(self, repository: str) -> list[str]:
        return [each.partition("@")[2] for each in (OLDER, OLD, NEW) if each.startswith(repository)]

    def remove_image(self, repository: str, digest: str) -> bool:
        self._call(f"remove {repository}@{digest}")
        return True


def starting(age_seconds: float = 0, canary: str | None = "created") -> FakeDocker:
    """Blue is stable, and a start of NEW has claimed the host."""
    docker = WithImages()
    docker.add(BLUE, **{names.RELEASE: OLD, names.ROLLOUT: "first"})
    if canary:
        docker.add(GREEN, canary, **{names.RELEASE: NEW, names.ROLLOUT: "second"})
    engine = docker.add(ENGINE, "created", **{names.RELEASE: NEW, names.ROLLOUT: "second"})
    docker.there[engine.id] = replace(engine, created=engine.created - timedelta(seconds=age_seconds))
    return docker


@pytest.mark.parametrize("canary", ["created", "running", None])
def test_what_a_start_has_claimed_the_host_for_is_kept_with_its_image(canary: str | None) -> None:
    docker = starting(canary=canary)
    prune(host(docker), print)
    assert state(docker, GREEN) == canary
    assert ended(docker) == [f"remove {OLDER}"]


def test_the_claim_of_a_start_that_died_keeps_nothing() -> None:
    docker = starting(CLAIM_HOLDS_SECONDS + 1)
    prune(host(docker), print)
    assert state(docker, GREEN) is None
    assert f"remove {NEW}" in ended(docker)


def test_the_images_of_the_last_two_stable_releases_stay_though_one_was_taken_back() -> None:
    docker = WithImages(former=(OLDER, NEW, OLD))
    docker.add(BLUE, **{names.RELEASE: OLD})
    prune(host(docker), print)
    assert ended(docker) == [f"remove {OLDER}"]


def test_a_helper_that_another_command_has_just_created_is_kept_and_an_old_one_is_not() -> None:
    docker = FakeDocker()
    docker.add(BLUE, **{names.RELEASE: OLD})
    young, old = (docker.add(f"{name}-helper", "created") for name in ("young", "old"))
    docker.there[old.id] = replace(old, created=old.created - timedelta(seconds=CLAIM_HOLDS_SECONDS + 1))
    docker.add("ended-helper", "exited")
    prune(host(docker), print)
    assert ended(docker) == ["remove old-helper", "remove ended-helper"]
    assert young.id in docker.there


class KeepsLabels(FakeDocker):
    """Notes the labels of what it creates."""

    def create(self, name: str | None, image: str, **settings: object) -> str:
        made = super().create(name, image, **settings)
        self.made: Mapping[str, str] = self.there[made].labels
        return made


def test_the_container_that_carries_a_secret_can_be_pruned() -> None:
    docker = KeepsLabels()
    put_secret(host(docker), "agent", "OPENAI_API_KEY", b"hush")
    assert docker.made == ours("helper")


@pytest.mark.parametrize("labels", [{}, {names.RELEASE: "my-agent:latest"}], ids=["none", "no digest"])
@pytest.mark.parametrize("unlabelled", [BLUE, GREEN])
def test_a_release_without_its_label_costs_nothing_else(unlabelled: str, labels: dict[str, str]) -> None:
    docker, said = WithImages(history=[OLD]), list[str]()
    for name, release in ((BLUE, OLD), (GREEN, NEW)):
        docker.add(name, **(labels if name == unlabelled else {names.RELEASE: release}))
    docker.add(ENGINE, **{names.ROLLOUT: "r", names.RELEASE: NEW})
    prune(host(docker), said.append)
    left_alone = f"left alone: {unlabelled} has no label {names.RELEASE}, so its release is unknown"
    assert said == [*([] if labels else [left_alone]), f"removed the image {REPOSITORY}@{OLDER.partition('@')[2]}"]


def test_prometheus_watches_the_releases_whose_names_are_known() -> None:
    docker = FakeDocker()
    docker.add(BLUE)
    docker.add(GREEN, **{names.RELEASE: NEW})
    assert host(docker).watched(["blue"]) == {"green": NEW}
