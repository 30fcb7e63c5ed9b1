import pytest

from rollout.errors import NothingThere
from rollout.report import Evidence, gather, headline
from tests.rollout.lines import story
from tests.rollout.report import examples
from tests.rollout.report.journals import NO_ROUTER, Journal


def ended(journal: Journal) -> Evidence:
    return gather(story(journal), alive=False)


@pytest.mark.parametrize(
    ("journal", "verdict", "said"),
    [
        (examples.promoted(), "promoted", "Promoted after 36 s: every gate passed at every step"),
        (
            examples.rolled_back_at_5_percent(),
            "rolled_back",
            "Rolled back at 5 % after 10.9 s: errors: 21.3 % is above 5 %",
        ),
        (
            examples.rolled_back_after_promotion(),
            "rolled_back",
            "Promoted, then rolled back after 42 s: p99: 84.2 s is above 60 s",
        ),
        (
            examples.in_doubt(),
            "in_doubt",
            "In doubt at 25 % after 20.9 s: errors had no answer 5 times in a row: Prometheus does not answer",
        ),
        (
            examples.unjudged(),
            "in_doubt",
            "In doubt at 5 % after 7.9 s: this machine is too busy to judge a release: stable breaks the limit of p99 "
            "too: 90 s",
        ),
        (
            examples.never_ready(),
            "rolled_back",
            "Rolled back before any traffic moved, after 5 s: the canary never got ready: its health check says L4CON",
        ),
        (
            examples.aborted(),
            "rolled_back",
            "Rolled back at 25 % after 15.3 s: aborted by jan: wrong prompt in this build",
        ),
        (examples.recovered(), "in_doubt", "In doubt at 25 % after 26.9 s: the engine died after `measured`"),
        (examples.recovered_after_promotion(), "promoted", "Promoted after 21.9 s: every gate passed at every step"),
        (
            examples.new_alert(),
            "rolled_back",
            "Rolled back at 5 % after 7.9 s: alerts: 1 is above 0 (AgentDown)",
        ),
        (
            examples.unrestored(),
            "in_doubt",
            "In doubt at 5 % after 6.9 s: the router is gone for 1.2 s; stable could not be given all traffic",
        ),
    ],
)
def test_the_headline_says_how_it_ended_where_when_and_why(journal: Journal, verdict: str, said: str) -> None:
    evidence = ended(journal)
    assert (evidence.final.verdict, headline(evidence)) == (verdict, said)


@pytest.mark.parametrize(
    ("journal", "said"),
    [
        (Journal(), "the canary had no traffic yet, so stable (my-agent@1.4.2) serves all of it"),
        (
            examples.engine_died(),
            "the lease expired, so the router returned all traffic to stable (my-agent@1.4.2)",
        ),
        (examples.died_when_promoting(), "only the router knows whether the promotion happened"),
        (examples.promoted()[:-3], "the new release is promoted and serves all traffic, but no gates are active"),
        (examples.aborted()[:-2], "all traffic was already back on stable (my-agent@1.4.2)"),
        (examples.unrestored()[:-2], "the lease expired, so the router returned all traffic to stable"),
        (
            examples.unrestored_after_promotion()[:-1],
            "the router could not be switched back to stable, and only it knows where the traffic is",
        ),
    ],
)
def test_a_dead_engine_leaves_a_rollout_in_doubt_and_the_reason_says_where_the_traffic_is(
    journal: Journal, said: str
) -> None:
    evidence = ended(journal)
    assert evidence.final.verdict == "in_doubt"
    assert evidence.abandoned
    assert said in evidence.final.reason


def test_an_engine_that_lives_is_running_and_named_by_its_last_entry() -> None:
    evidence = gather(story(examples.engine_died()), alive=True)
    assert (evidence.final.verdict, evidence.abandoned) == ("running", False)
    assert headline(evidence) == "Running at 25 % after 17.9 s: the last event is 'measured' at 25 %"


def test_after_its_promotion_an_engine_that_lives_is_still_watching() -> None:
    line = headline(gather(story(examples.promoted()[:-3]), alive=True))
    assert line.startswith("Promoted, gates still active after ")


def test_a_step_that_an_engine_died_in_was_interrupted_and_one_that_runs_has_no_end() -> None:
    dead, living = (gather(story(examples.engine_died()), alive).steps[-1] for alive in (False, True))
    assert (dead.outcome, living.outcome) == ("interrupted", "running")
    assert dead.ended_seconds == pytest.approx(17.9)
    assert living.ended_seconds is None


def test_steps_tell_how_each_of_them_ended() -> None:
    def outcomes(journal: Journal) -> list[tuple[str, str]]:
        return [(step.name, step.outcome) for step in ended(journal).steps]

    assert outcomes(examples.promoted()) == [("1", "passed"), ("2", "passed"), ("3", "passed"), ("keep", "passed")]
    assert outcomes(examples.rolled_back_after_promotion())[-1] == ("keep", "failed")
    assert outcomes(examples.aborted()) == [("1", "passed"), ("2", "aborted")]
    assert outcomes(examples.in_doubt()) == [("1", "passed"), ("2", "in doubt")]
    assert outcomes(examples.never_ready()) == []


def test_why_a_step_was_extended_is_kept() -> None:
    assert ended(examples.promoted()).steps[0].extended == "errors has 14 of 20 samples"


def test_time_is_measured_from_the_first_bad_answer_to_the_verdict_and_on_to_stable() -> None:
    evidence = ended(examples.rolled_back_at_5_percent())
    assert evidence.first_bad_answer_seconds == 7.5
    assert evidence.notice_seconds == pytest.approx(3.37)
    assert evidence.detection_seconds == pytest.approx(9.02)
    assert evidence.restore_seconds == pytest.approx(0.004)


def test_without_a_bad_answer_or_with_one_after_the_verdict_no_time_to_notice_it_is_made_up() -> None:
    journal = examples.aborted()
    assert ended(journal).notice_seconds is None
    journal[-1]["first_bad_answer"] = journal[-1]["time"]
    assert ended(journal).notice_seconds is None


def test_a_router_that_was_told_later_is_not_called_unrestored() -> None:
    assert ended(examples.unrestored()).unrestored == NO_ROUTER
    journal = Journal().shift(1, 0.05).measure(3).decide("in_doubt", "gone").fail_to_restore()
    journal.write("recovered", 5.0, after="drained", by="systemd", pid=1, choice="back").decide("in_doubt", "gone")
    evidence = ended(journal.restore().end("in_doubt", "gone"))
    assert evidence.unrestored is None
    assert evidence.restore_seconds is not None


@pytest.mark.parametrize(
    ("journal", "said"),
    [
        ([], "the journal is empty"),
        ([{"time": 1.0, "event": "ready"}], "line 1: ready.seconds: Field required"),
        ([{"time": 1.0, "event": "started", "rollout": "r"}], "line 1: started.release: Field required"),
    ],
)
def test_what_is_no_journal_is_refused_with_what_is_wrong(journal: list[dict[str, object]], said: str) -> None:
    with pytest.raises(NothingThere, match=said):
        gather(story(journal), alive=False)
