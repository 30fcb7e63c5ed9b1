"""Releases by digest on a prepared host: the first, a good one, a bad one, and the ways back."""

import re

import pytest

from tests.host.images import Images
from tests.host.service import Service
from tests.host.traffic import Traffic, served_by

pytestmark = pytest.mark.docker


def test_the_first_release_goes_live_after_its_health_check_and_says_that_nothing_was_compared(
    service: Service, images: Images
) -> None:
    release = images.release("first")
    done = service.start(release)
    assert done.code == 0, done.out + done.err
    assert "the first release on this host: there was nothing to compare it with" in done.out
    assert served_by(service.url) == release


def test_a_good_release_is_promoted_under_load_and_no_request_is_lost(service: Service, images: Images) -> None:
    release = images.release("good")
    with Traffic(service.url) as traffic:
        done = service.start(release)
        assert done.code == 0, done.out + done.err
        assert served_by(service.url) == release
    assert traffic.counts.lost == 0, traffic.counts
    assert traffic.counts.late == 0


def test_a_bad_release_comes_back_and_its_gate_is_named(service: Service, images: Images) -> None:
    before = served_by(service.url)
    with Traffic(service.url) as traffic:
        done = service.start(images.release("bad", model="offline:errors=0.2"))
    assert done.code == 1, done.out + done.err
    assert re.search(r"ROLLED BACK at \d+ %.*(errors|new_exceptions): ", done.out)
    assert served_by(service.url) == before
    assert traffic.counts.lost == 0, traffic.counts


def test_the_release_before_is_kept_and_rollback_goes_back_to_it_at_once(service: Service, images: Images) -> None:
    before = served_by(service.url)
    release = images.release("second")
    with Traffic(service.url) as traffic:
        assert service.start(release).code == 0
        done = service.rollout("rollback", "--reason", "answers in French", "--policy", str(service.policy))
        assert done.code == 0, done.out + done.err
        assert served_by(service.url) == before
    assert traffic.counts.lost == 0, traffic.counts
    assert "rolled back by the tests: answers in French" in service.rollout("status").out


def test_status_says_who_is_stable_since_when_and_what_is_kept(service: Service) -> None:
    done = service.rollout("status")
    assert done.code == 0, done.err
    stable, _ = re.findall(r"^(?:stable|other) +(?:blue|green) +(\S+)", done.out, re.MULTILINE)
    assert stable.rstrip(",") == served_by(service.url)
    assert re.search(r"^stable since 20\d\d-", done.out, re.MULTILINE)
