"""Followers see each event once, and end with the verdict."""

import json
from typing import Any

import pytest

from rollout.errors import ClusterFailed, PartFailed
from rollout.journal import Entry
from rollout.kubernetes import status
from rollout.kubernetes.follow import follow
from rollout.kubernetes.look import running
from rollout.live.view import PlainView
from tests.rollout.kubernetes.fakes import FakeCluster
from tests.rollout.kubernetes.objects import newest, of, recorded, service


class Told:
    """A view that keeps what it was told."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def __enter__(self) -> "Told":
        return self

    def __exit__(self, *_: object) -> None: ...

    def entry(self, entry: Entry) -> None:
        self.entries.append(entry)

    def counts(self, counts: object) -> None: ...

    def names(self) -> list[str]:
        return [str(each.event) for each in self.entries if each.event != "measured"]


def followed(*looks: dict[str, Any], **settings: Any) -> tuple[str, Told, list[str]]:
    told, said = Told(), list[str]()
    fake = FakeCluster(looks[0], next=list(looks), **settings)
    verdict = follow(fake, newest(of(looks[0])), told, said.append, sleep=lambda _: None)
    return verdict, told, said


def test_every_event_is_told_once_until_the_promotion() -> None:
    verdict, told, _ = followed(recorded("second_step"), recorded("second_step"), recorded("keep"))
    assert verdict == "promoted"
    assert told.names() == ["started", "ready", "shifted", "shifted", "shifted", "verdict", "promoted"]


def test_a_release_that_is_taken_back_ends_the_following() -> None:
    verdict, told, _ = followed(recorded("just_started"), recorded("rolled_back"))
    assert (verdict, told.names()[-1]) == ("rolled_back", "ended")


def test_an_api_server_that_is_away_for_a_while_is_asked_again() -> None:
    verdict, _, said = followed(recorded("second_step"), recorded("keep"), fails_at=2, fails_until=4)
    assert verdict == "promoted"
    assert said == ["the API server does not answer. The rollout continues in the cluster; reconnecting"]


def test_one_that_stays_away_ends_the_following() -> None:
    fake = FakeCluster(recorded("second_step"), fails_at=2)
    with pytest.raises(ClusterFailed):
        follow(fake, newest(service("second_step")), Told(), print, sleep=lambda _: None, attach_for_seconds=-1.0)


def test_a_rollout_whose_objects_are_gone_has_no_known_end() -> None:
    gone = recorded("second_step")
    gone["replica_sets"] = []
    with pytest.raises(PartFailed, match="it is not known how it ended"):
        followed(recorded("second_step"), gone)


@pytest.mark.parametrize("name", ["second_step", "keep"])
def test_status_names_what_is_running(name: str) -> None:
    found = service(name)
    document = status.document(found, every=True)
    assert document["running"] == newest(found).name
    assert document["engine"] == {"rollout": newest(found).name, "by": "ada"}
    assert [each["role"] for each in document["slots"].values()] == ["stable", "other"]
    assert len(document["rollouts"]) == len(found.attempts)
    assert json.dumps(document)


def test_status_without_a_running_rollout() -> None:
    found = service("rolled_back")
    assert running(found) is None
    document = status.document(found, every=False)
    assert (document["running"], document["engine"], len(document["rollouts"])) == (None, None, 1)
    assert document["stable"] == document["answering"]
    lines = list(status.lines(found, every=False))
    assert lines[0].startswith(f"stable  {found.status['stableRS']} ")
    assert lines[-1].startswith(f"{newest(found).name}: Rolled back at 5 %")


def test_status_says_that_stable_does_not_answer() -> None:
    objects = recorded("rolled_back")
    for each in objects["replica_sets"]:
        each["status"]["readyReplicas"] = 0
    assert "stable does not answer: none of its pods is ready" in status.lines(of(objects), every=False)
    assert status.document(of(objects), every=False)["answering"] is None


def test_a_follower_is_told_of_no_requests_because_nobody_counts_them() -> None:
    lines: list[str] = []
    with PlainView(lines.append) as view:
        follow(FakeCluster(recorded("rolled_back")), newest(service("rolled_back")), view, print, sleep=lambda _: None)
    assert any("ROLLED BACK at 5 %, step 1: new_exceptions: above 0.1 %" in line for line in lines)
    assert not any("requests to stable" in line for line in lines)
