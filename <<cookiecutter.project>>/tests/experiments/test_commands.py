"""The commands, from the plan to the end: what each says, and what each refuses."""

import sqlite3
from contextlib import closing

import pytest

from tests.experiments.filled import Behaviour, fill
from tests.experiments.repository import Repository, code
from tests.experiments.samples import CHEAPER

PLANNED = 1_284
CHEAP = Behaviour(cost=0.005)
BROKEN = Behaviour(answered=0.6)


def test_a_plan_says_how_many_users_and_days(repository: Repository) -> None:
    exit_code, found, _ = repository.run("plan", "--users-a-day", "300")
    assert exit_code == 0
    assert found["units"] == {"control": PLANNED, "small": PLANNED}
    assert found["needs"] == {"cost_per_task": 785, "completion": 2_568}
    assert (found["days"], found["is_advised"]) == (9, False)
    assert "about 9 days" in repository.say("plan", "--users-a-day", "300")[1]


def test_a_definition_that_was_changed_after_the_start_is_refused(started: Repository) -> None:
    started.commit(CHEAPER.replace("20%", "30%"))
    for command in ("status", "decide", "report"):
        assert code(started.run(command)[1]) == "definition_changed"


def test_before_the_planned_number_there_is_no_difference_to_see(started: Repository) -> None:
    """Ten looks at an experiment whose treatment costs half as much."""
    for look in range(10):
        fill(started.log, 200, CHEAP, first=200 * look, seed=look)
        exit_code, found, text = started.run("status")
        assert exit_code == 0
        assert found["primary"] is None
        assert found["units"]["small"] == 100 * (look + 1)
        assert not any(word in text for word in ("difference", "interval", '"p"', "0.005"))
        exit_code, found, _ = started.run("decide")
        assert (exit_code, code(found)) == (2, "too_early")


def test_a_cheaper_model_wins(started: Repository) -> None:
    fill(started.log, 2 * PLANNED, CHEAP)
    assert started.run("status")[1]["is_complete"]
    exit_code, found, _ = started.run("decide")
    assert (exit_code, found["verdict"]) == (0, "treatment_wins")
    assert found["primary"]["interval"]["high"] < -0.004
    assert [each["state"] for each in found["guardrails"]] == ["good"]
    assert found["sentence"].startswith(
        "Use small: it has better cost per completed task, 0.00551 USD against 0.011 USD"
    )


def test_no_difference_is_said_as_such(started: Repository) -> None:
    fill(started.log, 2 * PLANNED)
    found = started.run("decide")[1]
    assert found["verdict"] == "no_difference"
    assert found["sentence"].startswith("Keep control: no difference in cost per completed task was found")
    assert found["primary"]["interval"]["low"] < 0 < found["primary"]["interval"]["high"]


def test_a_dearer_model_loses(started: Repository) -> None:
    fill(started.log, 2 * PLANNED, Behaviour(cost=0.015))
    assert started.run("decide")[1]["verdict"] == "treatment_loses"


def test_a_winner_that_may_be_worse_than_allowed_is_unsafe(started: Repository) -> None:
    fill(started.log, 2 * PLANNED, Behaviour(answered=0.895, cost=0.005))
    found = started.run("decide")[1]
    assert (found["verdict"], found["guardrails"][0]["state"]) == ("unsafe", "open")
    assert "is not shown to stay within what is allowed: completed tasks" in found["sentence"]


def test_a_broken_guardrail_stops_a_variant_early(started: Repository) -> None:
    fill(started.log, 600, BROKEN)
    assert started.run("status")[1]["broken_guardrails"] == ["completion"]
    exit_code, found, _ = started.run("decide")
    assert (exit_code, found["verdict"], found["primary"]) == (0, "harm", None)
    assert found["sentence"].startswith("Keep control: small makes completed tasks worse than is allowed, 61.6 %")
    assert started.run("status")[1]["state"] == "ended"


def test_51_to_49_is_refused_for_its_mismatch(started: Repository) -> None:
    fill(started.log, 40_000, CHEAP, assign=lambda number: int(number % 100 >= 51))
    assert started.run("status")[1]["is_mismatched"]
    exit_code, found, _ = started.run("decide")
    assert (exit_code, found["verdict"], found["primary"], found["guardrails"]) == (0, "mismatch", None, [])
    assert found["exposed"] == [20_400, 19_600]
    assert found["sentence"].startswith("No result: the users are split 20,400 to 19,600 and not as planned, 50 % to")


def test_a_sequential_plan_can_be_looked_at_and_decided_early(repository: Repository) -> None:
    repository.commit(CHEAPER + "sequential: true\n")
    assert repository.run("plan")[1]["units"]["small"] == 2_459
    repository.say("start")
    fill(repository.log, 900, CHEAP)
    assert repository.run("status")[1]["primary"] is None, "fewer than 500 users of each variant"
    fill(repository.log, 600, CHEAP, first=900)
    found = repository.run("status")[1]
    assert found["primary"]["state"] == "good"
    assert found["primary"]["p"] is None
    assert not found["is_complete"]
    assert repository.run("decide")[1]["verdict"] == "treatment_wins"


def test_the_first_decision_stays(started: Repository) -> None:
    fill(started.log, 2 * PLANNED)
    first = started.run("decide")[1]
    fill(started.log, 5_000, CHEAP, first=2 * PLANNED)
    assert started.run("decide")[1] == first
    assert code(started.run("stop", "--reason", "late")[1]) == "ended"


def test_a_stop_needs_a_reason_and_decides_nothing(started: Repository) -> None:
    assert started.say("stop")[0] == 2
    fill(started.log, 2 * PLANNED, CHEAP)
    assert started.run("stop", "--reason", "the vendor changed the model")[0] == 0
    exit_code, said = started.say("decide")
    assert exit_code == 2
    assert "was stopped: the vendor changed the model" in said


def test_a_release_and_a_rollback_bias_nothing(started: Repository) -> None:
    """In the second release all users cost a tenth, and more of the treatment's users came in it."""
    fill(started.log, 1_000, assign=lambda number: int(number % 4 == 0), release=lambda _: "v1")
    fill(started.log, 1_000, assign=lambda number: int(number % 4 != 0), first=1_000, release=lambda _: "v2")
    fill(started.log, 1_000, first=2_000, release=lambda _: "v1")
    with closing(sqlite3.connect(started.log)) as database, database:
        later = "(SELECT unit FROM exposures WHERE release = 'v2')"
        database.execute(f"UPDATE outcomes SET cost_usd = cost_usd / 10 WHERE unit IN {later}")  # noqa: S608
    found = started.run("decide")[1]
    assert found["verdict"] == "no_difference"
    assert found["primary"]["treatment"] < 0.8 * found["primary"]["control"], "without the releases, it seems to win"


def test_what_was_not_started_and_a_missing_log_are_refused(repository: Repository) -> None:
    repository.say("start")
    repository.commit(name="second")
    assert code(repository.run("status", name="second")[1]) == "not_started"
    assert code(repository.run("plan", name="third")[1]) == "wrong_definition"
    repository.log.write_bytes(b"no database" * 100)
    assert code(repository.run("status")[1]) == "no_log"


def test_a_guardrail_stops_nobody_before_100_users_of_each_variant(started: Repository) -> None:
    fill(started.log, 198, Behaviour(answered=0.1))
    assert started.run("status")[1]["broken_guardrails"] == []
    assert code(started.run("decide")[1]) == "too_early"
    fill(started.log, 2, first=198)
    assert started.run("status")[1]["broken_guardrails"] == ["completion"]


def test_a_sequential_plan_without_an_effect_goes_on_to_its_number(repository: Repository) -> None:
    repository.commit(CHEAPER + "sequential: true\n")
    repository.say("start")
    fill(repository.log, 1_400)
    assert repository.run("status")[1]["primary"]["state"] == "open"
    assert code(repository.run("decide")[1]) == "too_early"


def test_a_sequential_winner_that_is_not_shown_to_be_safe_goes_on(repository: Repository) -> None:
    repository.commit(CHEAPER + "sequential: true\n")
    repository.say("start")
    fill(repository.log, 1_200, Behaviour(answered=0.89, cost=0.005))
    assert repository.run("status")[1]["primary"]["state"] == "good"
    assert code(repository.run("decide")[1]) == "too_early"


def test_the_first_users_of_a_small_share_are_no_mismatch(repository: Repository) -> None:
    text = CHEAPER.replace("control: {share: 50%}", "control: {share: 95%}").replace(
        "small: {share: 50%", "small: {share: 5%"
    )
    repository.commit(text)
    repository.say("start")
    fill(repository.log, 1, assign=lambda _: 1)
    assert not repository.run("status")[1]["is_mismatched"]
    assert code(repository.run("decide")[1]) == "too_early"


def test_the_text_of_a_sequential_status_shows_its_difference(repository: Repository) -> None:
    repository.commit(CHEAPER + "sequential: true\n")
    repository.say("start")
    fill(repository.log, 1_500, CHEAP)
    said = repository.say("status")[1]
    assert "cost per completed task: -0.00" in said
    assert " USD, 95 % interval of the difference -0.0" in said


@pytest.mark.parametrize(("cost", "verdict"), [(0.0104, "treatment_wins"), (0.013, "harm")])
def test_an_amounts_guardrail_allows_a_percentage_of_the_controls(
    repository: Repository, cost: float, verdict: str
) -> None:
    primary = "{metric: completion, minimum_effect: 5%, baseline: 80%}"
    guardrail = "{metric: cost_per_task, allow: 10%, baseline: 0.01, deviation: 0.01}"
    text = CHEAPER.replace("{metric: cost_per_task, minimum_effect: 20%, baseline: 0.01, deviation: 0.01}", primary)
    repository.commit(text.replace("{metric: completion, allow: 3%, baseline: 92%}", guardrail))
    repository.say("start")
    fill(repository.log, 6_400, Behaviour(answered=0.97, cost=cost))
    assert repository.run("decide")[1]["verdict"] == verdict


def test_a_sequential_plan_shows_nothing_before_500_users_of_each_variant(repository: Repository) -> None:
    without_guardrails = CHEAPER.replace("guardrails:\n  - {metric: completion, allow: 3%, baseline: 92%}\n", "")
    repository.commit(without_guardrails + "sequential: true\n")
    repository.say("start")
    fill(repository.log, 900, CHEAP)
    assert code(repository.run("decide")[1]) == "too_early"


def test_harm_must_be_beyond_doubt_at_every_look(started: Repository) -> None:
    """At one look these 300 users would be enough: the interval that holds at every look is wider."""
    fill(started.log, 300, Behaviour(answered=0.73))
    assert started.run("status")[1]["broken_guardrails"] == []
    assert code(started.run("decide")[1]) == "too_early"
