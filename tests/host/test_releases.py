"""Releases by digest on a prepared host: the first one, promotions, and rollbacks."""

import json
import re
from pathlib import Path

import pytest

from tests.host.images import Images
from tests.host.policy import quick
from tests.host.service import Service
from tests.host.traffic import Traffic, served_by
from tests.rollout.lines import Event

pytestmark = pytest.mark.docker


def test_the_first_release_goes_live_after_its_health_check_and_says_that_nothing_was_compared(
    serving: Service,
) -> None:
    first = re.findall(r"^\S+: (.+)$", serving.rollout("status", "--all").out, re.MULTILINE)[0]
    assert re.match(r"Promoted after .*: the first release on this host: nothing to compare it with", first)


def test_the_release_before_is_kept_and_rollback_goes_back_to_it_at_once(serving: Service, images: Images) -> None:
    before = served_by(serving.url)
    with Traffic(serving.url) as traffic:
        done = serving.start(images.release("second"))
        assert done.code == 0, done.out + done.err
        assert served_by(serving.url) == images.release("second")
        done = serving.rollout("rollback", "--reason", "answers in French", "--policy", str(serving.policy))
        assert done.code == 0, done.out + done.err
        assert served_by(serving.url) == before
    assert traffic.counts.lost == 0, traffic.counts
    assert "rolled back by the tests: answers in French" in serving.rollout("status").out


def test_status_says_who_is_stable_since_when_and_what_is_kept(serving: Service) -> None:
    done = serving.rollout("status")
    assert done.code == 0, done.err
    (stable,) = re.findall(r"^stable +(?:blue|green) +(\S+), running, healthy", done.out, re.MULTILINE)
    assert stable == served_by(serving.url)
    assert re.search(r"^other +(blue|green) ", done.out, re.MULTILINE)
    assert re.search(r"^stable since 20\d\d-", done.out, re.MULTILINE)


def test_report_prints_the_newest_rollout_for_programs(serving: Service) -> None:
    done = serving.rollout("report", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["rollout"] == serving.events()[0]["rollout"]


def test_promote_cuts_a_hold_short_and_the_journal_says_who_did(
    serving: Service, images: Images, tmp_path: Path
) -> None:
    patient = str(quick(tmp_path, hold="30m"))
    with Traffic(serving.url):
        done = serving.start_only(images.release("third"), "--policy", patient)
        assert done.code == 0, done.out + done.err
        serving.until(lambda events: len(shifts(events)) == 1)
        assert serving.rollout("promote", "--reason", "the queue is long").code == 0
        events = serving.until(lambda events: len(shifts(events)) == 2)
        assert serving.rollout("abort", "--reason", "seen enough").code == 0
        serving.until(lambda events: events[-1]["event"] == "ended")
    order = next(event for event in events if event["event"] == "order")
    assert (order["order"], order["by"], order["reason"]) == ("promote", "the tests", "the queue is long")


def shifts(events: list[Event]) -> list[Event]:
    return [event for event in events if event["event"] == "shifted"]


def test_a_rollout_ends_as_it_would_have_while_its_host_is_updated(
    serving: Service, images: Images, tmp_path: Path
) -> None:
    longer = str(quick(tmp_path, hold="2m"))
    with Traffic(serving.url) as traffic:
        done = serving.start_only(images.release("updated"), "--policy", longer)
        assert done.code == 0, done.out + done.err
        serving.until(lambda events: len(shifts(events)) == 1)
        prepared = serving.compose("logs", "--no-log-prefix", "prepare")
        serving.up()
        assert serving.compose("logs", "--no-log-prefix", "prepare") != prepared, "prepare did not run again"
        followed = serving.rollout("follow")
    assert followed.code == 0, followed.out
    assert served_by(serving.url) == images.release("updated")
    assert traffic.counts.lost == 0, traffic.counts


def test_abort_takes_a_rollout_back(serving: Service, images: Images) -> None:
    before = served_by(serving.url)
    with Traffic(serving.url):
        done = serving.start_only(images.release("fourth"), "--policy", str(serving.policy))
        assert done.code == 0, done.out + done.err
        serving.until(lambda events: any(event["event"] == "shifted" for event in events))
        assert serving.rollout("abort", "--reason", "the wrong prompt").code == 0
        followed = serving.rollout("follow")
    assert followed.code == 1
    assert "aborted by the tests: the wrong prompt" in followed.out
    assert served_by(serving.url) == before
