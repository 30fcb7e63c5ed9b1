"""Who noticed when, and who was harmed before."""

from rollout.rehearsal.load import Answer
from rollout.replay.incident import MANAGED, STABLE, is_solved, question
from rollout.replay.incidents import CONTEXT_FILLS
from rollout.replay.outcome import outcome
from rollout.replay.timeline import first_seen
from tests.rollout.replay.outcomes import found

BEGAN, SPEED = 1_000_000.0, 20.0


def at(minute: float) -> float:
    """The epoch seconds of a minute since the incident began, which is after the first phase."""
    return BEGAN + (minute + CONTEXT_FILLS.phases[0].minutes) * 60 / SPEED


def answer(minute: float, status: int = 200, *, is_right: bool = True) -> Answer:
    return Answer(at(minute), "x", 0.1, status, is_right)


def test_times_are_minutes_since_the_incident_began_at_the_speed_of_production() -> None:
    answers = {STABLE: [answer(-5), answer(8, is_right=False)], MANAGED: []}
    made = outcome(CONTEXT_FILLS, BEGAN, SPEED, {("ContextTruncated", STABLE): at(9)}, answers, [(at(7), 0.9)])
    assert [round(each, 6) for each in made.asked] == [-5, 8]
    assert round(made.fired["ContextTruncated"], 6) == 9
    assert round(made.fullest[0][0], 6) == 7


def test_harmed_is_who_gets_a_wrong_answer_that_says_it_is_right() -> None:
    failed = [answer(1, 502, is_right=False), answer(2, 413, is_right=False)]
    wrong = answer(3, is_right=False)
    made = outcome(CONTEXT_FILLS, BEGAN, SPEED, {}, {STABLE: [*failed, wrong], MANAGED: [answer(1), wrong]}, [])
    assert len(made.harmed) == 1
    assert len(made.failed) == 1
    assert (made.managed_asked, made.managed_harmed) == (2, 1)


def test_alerts_of_the_other_release_do_not_count() -> None:
    fired = {("ContextTruncated", MANAGED): at(1), ("TrafficStopped", ""): at(2), ("LatencyHigh", STABLE): at(3)}
    made = outcome(CONTEXT_FILLS, BEGAN, SPEED, fired, {STABLE: [], MANAGED: []}, [])
    assert set(made.fired) == {"TrafficStopped", "LatencyHigh"}
    assert set(made.before) == {"LatencyHigh"}


def test_an_alert_that_fired_before_the_incident_has_not_noticed_it() -> None:
    fired = {("DiskNearlyFull", ""): at(-9), ("LatencyHigh", STABLE): at(-0.1), ("ContextTruncated", STABLE): at(0.1)}
    made = outcome(CONTEXT_FILLS, BEGAN, SPEED, fired, {STABLE: [], MANAGED: []}, [])
    assert set(made.fired) == {"ContextTruncated"}
    assert made.before == {}


def test_harm_is_counted_up_to_a_moment_or_in_all() -> None:
    made = found({"ContextTruncated": 5.0}, [1.0, 4.0, 9.0])
    assert made.harmed_until(made.noticed) == 2
    assert made.harmed_until(None) == 3


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


def test_an_answer_is_right_if_it_has_the_number_of_words_that_were_sent() -> None:
    assert is_solved(question(20), "The answer is 20 words.")
    assert not is_solved(question(20), "The answer is 120 words.")
    assert not is_solved(question(20), "I can help with many things.")
