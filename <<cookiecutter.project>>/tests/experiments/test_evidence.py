"""What counts for a variant, and what is not known of one."""

import json
import sqlite3
from contextlib import closing

import pytest

from experiments.log import opened
from tests.experiments.filled import Behaviour, fill
from tests.experiments.repository import Repository, change, code
from tests.experiments.samples import CHEAPER

PLANNED = 1_284
CHEAP = Behaviour(cost=0.005)
BROKEN = Behaviour(answered=0.6)


def test_a_cost_that_is_not_known_is_not_zero(started: Repository) -> None:
    fill(started.log, 2 * PLANNED)
    with closing(sqlite3.connect(started.log)) as database, database:
        database.execute("UPDATE outcomes SET cost_usd = NULL WHERE run_id = 'run-7-0'")
    exit_code, found, _ = started.run("decide")
    assert (exit_code, code(found)) == (2, "unmeasured")
    assert "the cost of 1 runs is not known" in json.dumps(found)
    assert "`stop` ends the experiment" in json.dumps(found)
    assert started.run("status")[1]["units"] == {"control": PLANNED, "small": PLANNED}


@pytest.mark.parametrize("outcome", ["cancelled", "client_deadline", "client_context_full"])
def test_a_slow_variant_whose_clients_end_its_runs_breaks_its_guardrail(started: Repository, outcome: str) -> None:
    """Otherwise only users with patience would count."""
    fill(started.log, 600)
    ended = "(SELECT unit FROM exposures WHERE variant = 1 AND at % 3 = 0)"
    change(started, f"UPDATE outcomes SET outcome = '{outcome}' WHERE unit IN {ended}")  # noqa: S608
    found = started.run("status")[1]
    assert found["units"] == {"control": 300, "small": 300}
    assert found["broken_guardrails"] == ["completion"]


def test_what_the_client_caused_is_no_error(repository: Repository) -> None:
    repository.commit(CHEAPER.replace("completion, allow: 3%, baseline: 92%", "error_rate, allow: 3%, baseline: 8%"))
    repository.say("start")
    fill(repository.log, 600)
    change(repository, "UPDATE outcomes SET outcome = 'client_deadline' WHERE outcome = 'error'")
    change(repository, "UPDATE outcomes SET outcome = 'cancelled' WHERE run_id LIKE 'run-1%'")
    with closing(sqlite3.connect(repository.log)) as database, database, opened(str(repository.log)) as log:
        assert database.execute("SELECT count(*) FROM outcomes WHERE outcome <> 'answered'").fetchone()[0] > 100
        found = log.evidence("cheaper", ["error_rate"]).measured["error_rate"].whole
    assert (found.control.x, found.treatment.x) == (0, 0)


def test_a_variant_whose_users_are_lost_on_the_way_is_a_mismatch(started: Repository) -> None:
    """All were exposed; of one variant, some have no run."""
    fill(started.log, 2 * PLANNED, CHEAP)
    change(started, "DELETE FROM outcomes WHERE unit IN (SELECT unit FROM exposures WHERE variant = 1 AND at % 4 < 2)")
    assert started.run("status")[1]["is_mismatched"]
    found = started.run("decide")[1]
    assert (found["verdict"], found["primary"]) == ("mismatch", None)
    assert found["sentence"].startswith(
        "No result: the users with a value of cost per completed task are split 1,284 to"
    )


@pytest.mark.parametrize(("rated", "verdict"), [(300, "unsafe"), (2_200, "treatment_wins")])
def test_a_few_ratings_do_not_show_that_a_guardrail_is_safe(repository: Repository, rated: int, verdict: str) -> None:
    """All of them are good, so that they do not vary at all."""
    repository.commit(CHEAPER.replace("completion, allow: 3%, baseline: 92%", "satisfaction, allow: 5%, baseline: 80%"))
    repository.say("start")
    fill(repository.log, 2_200, CHEAP)
    change(repository, f"UPDATE outcomes SET rating = 'good' WHERE at < 1000 + {rated}")  # noqa: S608
    assert repository.run("decide")[1]["verdict"] == verdict


@pytest.mark.parametrize("sequential", ["", "sequential: true\n"])
def test_a_variant_that_completes_no_task_has_no_cost_per_task(repository: Repository, sequential: str) -> None:
    guardrails = "guardrails:\n  - {metric: completion, allow: 3%, baseline: 92%}\n"
    repository.commit(CHEAPER.replace(guardrails, "") + sequential)
    repository.say("start")
    fill(repository.log, 5_000, Behaviour(answered=0.0))
    exit_code, found, said = repository.run("decide")
    assert (exit_code, code(found)) == (2, "unmeasured")
    assert "cost per completed task has no value: too few users, or none who completed a task; `stop` ends" in said
    assert repository.run("status")[1]["primary"] is None


def test_a_release_in_which_one_variant_completed_nothing_does_not_prevent_a_decision(repository: Repository) -> None:
    guardrails = "guardrails:\n  - {metric: completion, allow: 3%, baseline: 92%}\n"
    repository.commit(CHEAPER.replace(guardrails, ""))
    repository.say("start")
    fill(repository.log, 300, Behaviour(answered=0.0), release=lambda _: "v1")
    fill(repository.log, 2 * PLANNED, CHEAP, first=300, release=lambda _: "v2")
    assert repository.run("decide")[0] == 0


def test_a_run_of_unknown_cost_hides_no_harm(started: Repository) -> None:
    fill(started.log, 600, BROKEN)
    change(started, "UPDATE outcomes SET cost_usd = NULL WHERE run_id = 'run-7-0'")
    assert started.run("status")[1]["broken_guardrails"] == ["completion"]
    assert started.run("decide")[1]["verdict"] == "harm"
    assert started.say("report", "--out", str(started.folder / "reports"))[0] == 0


def test_a_guardrail_of_unknown_cost_is_not_shown_to_be_safe(repository: Repository) -> None:
    primary = "{metric: completion, minimum_effect: 5%, baseline: 80%}"
    guardrail = "{metric: cost_per_task, allow: 20%, baseline: 0.01, deviation: 0.01}"
    text = CHEAPER.replace("{metric: cost_per_task, minimum_effect: 20%, baseline: 0.01, deviation: 0.01}", primary)
    repository.commit(text.replace("{metric: completion, allow: 3%, baseline: 92%}", guardrail))
    repository.say("start")
    fill(repository.log, 6_400, Behaviour(answered=0.99))
    change(repository, "UPDATE outcomes SET cost_usd = NULL WHERE run_id = 'run-7-0'")
    assert repository.run("decide")[1]["verdict"] == "unsafe"


def test_a_run_that_was_rated_bad_did_not_complete_its_task(started: Repository) -> None:
    fill(started.log, 600)
    change(started, "UPDATE outcomes SET rating = 'bad' FROM exposures e WHERE e.unit = outcomes.unit AND variant = 1")
    assert started.run("decide")[1]["verdict"] == "harm"


def test_a_guardrail_without_a_value_is_not_shown_to_be_safe(repository: Repository) -> None:
    repository.commit(CHEAPER.replace("completion, allow: 3%, baseline: 92%", "satisfaction, allow: 5%, baseline: 80%"))
    repository.say("start")
    fill(repository.log, 2_200, CHEAP)
    found = repository.run("decide")[1]
    assert (found["verdict"], found["guardrails"]) == ("unsafe", [])
    assert "is not shown to stay within what is allowed: good ratings" in found["sentence"]
