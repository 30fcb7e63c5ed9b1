"""A run that is repeated, weeks later or at once, never changes what was decided since, nor what another one began."""

from typing import NamedTuple

import pytest

from rollout.errors import Superseded, WrongInput
from rollout.pipeline.approved import attempt, provenance
from rollout.pipeline.deploy import deploy
from rollout.pipeline.production import Look, Rollout
from rollout.pipeline.restore import Failed, restore
from tests.rollout.pipeline.fakes import (
    APPROVED_AT,
    ENGINE,
    FIRST_ATTEMPT,
    NEW,
    NEXT,
    OLD,
    SECOND_ATTEMPT,
    FakeProduction,
    Run,
    newest,
    signed,
)

ENVIRONMENT = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "my-org/my-agent",
    "GITHUB_REPOSITORY_ID": "42",
    "GITHUB_WORKFLOW_REF": "my-org/my-agent/.github/workflows/release.yml@refs/tags/v1.2.3",
    "GITHUB_SHA": "c0ffee",
    "GITHUB_RUN_ID": "7",
    "GITHUB_RUN_ATTEMPT": "2",
    "APPROVED_AT": "1000",
    "APPROVED_BY": "ada, grace",
}
LATER = {
    "a release that was approved later": newest(NEXT, NEW, "promoted", signed(APPROVED_AT + 1)),
    "a rollback by a person since": newest(NEXT, NEW, "promoted", started=APPROVED_AT + 1),
    "a later release whose engine still watches": newest(NEXT, NEW, "running", signed(APPROVED_AT + 1)),
}


def deployed(found: Look) -> tuple[int, FakeProduction, Run]:
    production, run = FakeProduction(found), Run()
    return deploy(NEW, ENGINE, signed(), production, run.write_outputs, run.annotate), production, run


@pytest.mark.parametrize("stable", LATER.values(), ids=list(LATER))
def test_a_deploy_of_weeks_ago_does_not_take_production_back(stable: Rollout) -> None:
    production, run = FakeProduction(Look(NEXT, stable, earlier=(newest(NEW, OLD, "promoted", signed()),))), Run()
    with pytest.raises(Superseded, match=f"{NEXT} became stable by a decision of .* re-run the job `approve`"):
        deploy(NEW, ENGINE, signed(), production, run.write_outputs, run.annotate)
    assert production.calls == []


def test_nor_when_the_newest_rollout_is_of_a_third_release() -> None:
    stable = newest(NEXT, NEW, "promoted", signed(APPROVED_AT + 1))
    with pytest.raises(Superseded):
        deployed(Look(NEXT, newest(OLD, NEXT, "rolled_back", started=5000.0), earlier=(stable,)))


@pytest.mark.parametrize(("verdict", "code"), [("rolled_back", 1), ("in_doubt", 3)])
@pytest.mark.parametrize("ended", [signed(), None], ids=["of this approval", "by a person since"])
def test_a_release_that_was_taken_back_is_not_started_again_it_is_said_how_it_ended(
    ended: object, verdict: str, code: int
) -> None:
    own = newest(NEW, OLD, verdict, signed() if ended else None, started=APPROVED_AT + 5)
    others = newest(NEXT, OLD, "rolled_back", signed(APPROVED_AT + 9))
    for found in (Look(OLD, own), Look(OLD, others, earlier=(own,))):
        exit_code, production, run = deployed(found)
        assert (exit_code, production.calls) == (code, [])
        assert f"that was approved has ended: It is {verdict}. To deploy it all the same" in run.annotations[0]


class Attempt(NamedTuple):
    """The rollout on a host, what the second attempt's deploy followed, and whether its restore gives it back."""

    rollout: Rollout
    followed: str | None
    given_back: bool


NAME = newest(NEW, OLD, "running").rollout
ATTEMPTS = {
    "the first attempt promoted it": Attempt(newest(NEW, OLD, "promoted", signed()), None, given_back=False),
    "the first attempt's is running": Attempt(newest(NEW, OLD, "running", signed()), None, given_back=False),
    "a person started it": Attempt(newest(NEW, OLD, "running"), None, given_back=False),
    "it followed the first attempt's": Attempt(newest(NEW, OLD, "running", signed()), NAME, given_back=True),
    "it is its own": Attempt(newest(NEW, OLD, "running", signed(run=SECOND_ATTEMPT)), None, given_back=True),
}


@pytest.mark.parametrize("case", ATTEMPTS.values(), ids=list(ATTEMPTS))
def test_only_what_an_attempt_began_is_given_back_by_it(case: Attempt) -> None:
    stable = NEW if case.rollout.verdict == "promoted" else OLD
    production, run = FakeProduction(Look(stable, case.rollout), after=OLD), Run()
    restore(Failed(NEW, SECOND_ATTEMPT, OLD, case.followed), "it failed", production, run.say, run.annotate)
    assert bool(production.calls) == case.given_back
    assert ("This attempt started no rollout of" in run.summary) != case.given_back


def test_what_a_release_was_approved_for_is_read_from_the_run() -> None:
    found = provenance(ENVIRONMENT)
    assert (found.kind, found.approved_at, found.approved_by) == ("signed", 1000.0, "ada, grace")
    assert found.signed_by == f"https://github.com/{ENVIRONMENT['GITHUB_WORKFLOW_REF']}"
    assert (found.commit, found.repository_id, found.run) == ("c0ffee", "42", SECOND_ATTEMPT)
    assert attempt(ENVIRONMENT | {"GITHUB_RUN_ATTEMPT": "1"}) == FIRST_ATTEMPT


@pytest.mark.parametrize("text", ["", "yesterday", "-5", "1e9", "٣"])
def test_an_approval_without_a_time_is_none(text: str) -> None:
    with pytest.raises(WrongInput, match="APPROVED_AT"):
        provenance(ENVIRONMENT | {"APPROVED_AT": text})
