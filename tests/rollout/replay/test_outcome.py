"""Who noticed when, and who was harmed before."""

import pytest

from rollout.journal.events import Verdict
from rollout.rehearsal.answer import Answer
from rollout.replay.incident import CANDIDATE, MANAGED, STABLE
from rollout.replay.incidents import CONTEXT_FILLS, V1_1
from rollout.replay.outcome import Alerts, Outcome, Time, errors_ratio, outcome, p99_seconds, steps_of, too_busy
from rollout.replay.timeline import first_seen
from rollout.replay.told import Told
from tests.rollout.replay.outcomes import BEGAN, SPEED, ZERO, at, found, seen

NOBODY: dict[str, list[Answer]] = {STABLE: [], MANAGED: []}


def answer(minute: float, status: int = 200, *, is_right: bool = True, release: str = STABLE) -> Answer:
    return Answer(at(minute), release, 0.1, status, is_right)


def made(fired: dict[tuple[str, str], float], answers: dict[str, list[Answer]] = NOBODY) -> Outcome:
    return outcome(CONTEXT_FILLS, Time(ZERO, SPEED), BEGAN, at(40), Alerts(fired, {}), answers, [(at(7), 0.9)])


def test_times_are_those_of_production_since_the_incident_began() -> None:
    result = made({("ContextTruncated", STABLE): at(9)}, {STABLE: [answer(-5)], MANAGED: []})
    assert (round(result.first, 6), round(result.end, 6)) == (-10, 40)
    assert round(result.asked[0].minute, 6) == -5
    assert result.asked[0].seconds == 0.1 * SPEED
    assert round(result.fired["ContextTruncated"], 6) == 9
    assert round(result.line[0][0], 6) == 7


def test_those_with_the_remedy_are_counted_apart() -> None:
    wrong = answer(3, is_right=False)
    result = made({}, {STABLE: [answer(1, 502, is_right=False), wrong], MANAGED: [answer(1), wrong]})
    assert (len(result.asked), len(result.harmed)) == (2, 1)
    assert [each.is_harm for each in result.managed] == [False, True]


def test_an_alert_counts_when_it_first_fires_for_a_release_that_serves_or_for_none() -> None:
    fired = {("LatencyHigh", STABLE): at(3), ("LatencyHigh", CANDIDATE): at(2), ("TrafficStopped", ""): at(2)}
    result = made({**fired, ("ContextTruncated", MANAGED): at(1)})
    assert {name: round(minute, 6) for name, minute in result.fired.items()} == {"LatencyHigh": 2, "TrafficStopped": 2}
    assert set(result.before) == {"LatencyHigh"}


def test_an_alert_that_fired_before_the_incident_has_not_noticed_it() -> None:
    fired = {("DiskNearlyFull", ""): at(-9), ("LatencyHigh", STABLE): at(-0.1), ("ContextTruncated", STABLE): at(0.1)}
    result = made(fired)
    assert set(result.fired) == {"ContextTruncated"}
    assert result.before == {}


@pytest.mark.parametrize(("name", "minute"), [("LatencyHigh", -1), ("AgentDown", 5)])
def test_an_alert_without_a_cause_shows_that_the_machine_is_too_busy(name: str, minute: float) -> None:
    assert too_busy(made({(name, STABLE): at(minute)})) == f"{name} fired without a cause"


@pytest.mark.parametrize(("name", "minute"), [("LatencyHigh", 1), ("DiskNearlyFull", -1)])
def test_an_alert_of_the_incident_or_of_the_disk_shows_nothing(name: str, minute: float) -> None:
    assert too_busy(made({(name, STABLE): at(minute)})) is None


def test_a_rollout_makes_only_the_new_release_slow() -> None:
    def of(release: str) -> str | None:
        fired = {("LatencyHigh", release): at(3)}
        return too_busy(outcome(V1_1, Time(ZERO, SPEED), BEGAN, at(40), Alerts(fired, {}), NOBODY))

    assert of(STABLE) == "LatencyHigh fired without a cause"
    assert of(CANDIDATE) is None


def test_a_release_that_is_taken_back_while_it_is_good_shows_it_too() -> None:
    told = Told([], [], None, Verdict(time=at(-3), verdict="rolled_back", gate="errors", reason="9 of 9 failed"))
    said = "the new release was taken back at 0 % by the gate errors: 9 of 9 failed (before it got bad)"
    assert too_busy(found({}, [], V1_1, told)) == said


def test_many_errors_before_the_incident_show_it_too() -> None:
    failed = {STABLE: [answer(-5, 503), *[answer(-5)] * 9], MANAGED: []}
    assert too_busy(made({}, failed)) == "10 % of the requests failed before the incident"


def test_harm_is_counted_up_to_a_moment_or_in_all() -> None:
    result = found({"ContextTruncated": 5.0}, [1.0, 4.0, 9.0])
    assert result.harmed_until(result.noticed) == 2
    assert result.harmed_until(None) == 3


def test_a_gate_notices_like_an_alert() -> None:
    told = Told([], [], None, Verdict(time=at(3), verdict="rolled_back", gate="errors"))
    assert round(found({"LatencyHigh": 5.0}, [], V1_1, told).noticed or 0, 6) == 3
    assert found({"LatencyHigh": 2.0}, [], V1_1, told).noticed == 2


def test_with_a_rollout_the_incident_is_what_the_new_release_answers() -> None:
    result = Outcome(V1_1, -10, 40, {}, [seen(-1), seen(2, has_failed=True), seen(3, release=CANDIDATE)])
    assert [each.minute for each in result.calm] == [-1]
    assert [each.minute for each in result.bad] == [3]


def test_shares_and_percentiles_of_no_answers_are_nothing() -> None:
    assert (errors_ratio([]), p99_seconds([])) == (0, 0)
    assert errors_ratio([seen(1, has_failed=True), seen(1), seen(1), seen(1)]) == 0.25


def test_a_share_of_the_traffic_changes_at_once() -> None:
    assert steps_of([(0, 0.0), (5, 0.25)], 9) == [(0, 0.0), (5, 0.0), (5, 0.25), (9, 0.25)]
    assert steps_of([], 9) == []


def test_an_alert_is_seen_when_its_first_series_fires_and_belongs_to_whom_it_speaks_of() -> None:
    def series(start: float, **labels: str) -> dict[str, object]:
        return {"metric": {"alertname": "A", **labels}, "values": [[start, "1"], [start + 1, "1"]]}

    assert first_seen(
        [
            series(7, release="v1", slot="green"),
            series(5, release="v1", slot="blue"),
            series(9, release="none", about="v2"),
            series(3, release="none"),
        ]
    ) == {("A", "v1"): 5, ("A", "v2"): 9, ("A", ""): 3}


def test_a_notification_counts_for_an_alert_of_the_incident_that_fired() -> None:
    fired = {("LatencyHigh", STABLE): at(3), ("NoSuccess", ""): at(2), ("DiskFull", ""): at(-1)}
    sent = {("LatencyHigh", STABLE): at(4), ("LatencyHigh", CANDIDATE): at(5), ("DiskFull", ""): at(-0.5)}
    result = outcome(CONTEXT_FILLS, Time(ZERO, SPEED), BEGAN, at(40), Alerts(fired, sent), NOBODY)
    assert {name: round(minute, 6) for name, minute in result.notified.items()} == {"LatencyHigh": 4}
