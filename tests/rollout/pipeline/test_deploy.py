"""A deploy starts once, or attaches; what did not succeed is given back; evidence is of the right release."""

from pathlib import Path
from typing import NamedTuple

import pytest

from rollout.errors import AlreadyStable, HostFailed, NoOtherRelease, NotRestored, OtherVersion
from rollout.pipeline.deploy import deploy
from rollout.pipeline.evidence import write_evidence
from rollout.pipeline.production import Look, Rollout
from rollout.pipeline.restore import Failed, restore
from rollout.pipeline.rollback import go_back
from tests.rollout.pipeline.fakes import (
    ENGINE,
    FIRST_ATTEMPT,
    NEW,
    NEXT,
    OLD,
    FakeProduction,
    Run,
    newest,
    signed,
)


class Deploy(NamedTuple):
    """A host, and what a deploy of NEW does there."""

    stable: str | None
    newest: Rollout | None
    call: str | None


DEPLOYS = {
    "to an empty host": Deploy(None, None, "start"),
    "over a stable release": Deploy(OLD, newest(OLD, None, "promoted"), "start"),
    "of what came back before it was approved anew": Deploy(
        OLD, newest(NEW, OLD, "rolled_back", signed(999.0)), "start"
    ),
    "over a release that was approved before": Deploy(OLD, newest(OLD, None, "promoted", signed(999.0), 2000), "start"),
    "of what was rolled back before by hand": Deploy(OLD, newest(NEW, OLD, "rolled_back", started=999), "start"),
    "of what another run has begun": Deploy(OLD, newest(NEW, OLD, "running"), "follow"),
    "of what is stable already": Deploy(NEW, newest(NEW, OLD, "running"), None),
    "while another release is under way": Deploy(OLD, newest(NEXT, OLD, "running"), "start"),
}


@pytest.mark.parametrize("case", DEPLOYS.values(), ids=list(DEPLOYS))
@pytest.mark.parametrize(("verdict", "code"), [("promoted", 0), ("rolled_back", 1), ("in_doubt", 3)])
def test_a_deploy_starts_once_or_attaches_and_its_exit_code_is_the_verdict(
    case: Deploy, verdict: str, code: int
) -> None:
    production, run = FakeProduction(Look(case.stable, case.newest), verdict), Run()
    code = code if case.call else 0
    assert deploy(NEW, ENGINE, signed(), production, run.write_outputs, run.annotate) == code
    rollout = case.newest.rollout if case.newest else ""
    wanted = {"start": [f"start {NEW} {ENGINE}"], "follow": [f"follow {rollout}"], None: []}
    assert production.calls == wanted[case.call]
    followed = rollout if case.call == "follow" else ""
    assert run.outputs == {"stable": case.stable or "", "followed": followed}
    assert production.provenance == (signed() if case.call == "start" else None)


def test_a_deploy_of_what_is_stable_but_does_not_answer_is_in_doubt() -> None:
    production, run = FakeProduction(Look(NEW, newest(NEW, OLD, "promoted"), answers=False)), Run()
    assert deploy(NEW, ENGINE, signed(), production, run.write_outputs, run.annotate) == 3
    assert production.calls == []
    assert run.annotations == [f"error: {NEW} is already stable, but does not answer: see `rollout status`"]


@pytest.mark.parametrize("error", [HostFailed("gone"), OtherVersion("old")])
def test_a_host_that_can_not_be_looked_at_is_not_taken_for_an_empty_one(error: HostFailed | OtherVersion) -> None:
    production, run = FakeProduction(Look(None, None), silent=error), Run()
    with pytest.raises(type(error)):
        deploy(NEW, ENGINE, signed(), production, run.write_outputs, run.annotate)
    with pytest.raises(type(error)):
        restore(Failed(NEW, FIRST_ATTEMPT, OLD), "it failed", production, run.say, run.annotate)
    assert production.calls == []


class Restore(NamedTuple):
    """A host after a deploy of NEW that did not succeed, the release that it had noted, and what `restore` does."""

    stable: str | None
    newest: Rollout | None
    noted: str | None
    given_back_to: str | None
    says: str


def begun(stable: str | None, verdict: str) -> Rollout:
    """A rollout of NEW that the first attempt started."""
    return newest(NEW, stable, verdict, signed())


RESTORES = {
    "the deploy began nothing": Restore(OLD, newest(OLD, None, "promoted"), OLD, None, "nothing to restore"),
    "the host never had a release": Restore(None, None, None, None, "Stable is none"),
    "the engine has given it back": Restore(OLD, begun(OLD, "rolled_back"), OLD, None, f"already on {OLD}"),
    "the rollout is under way": Restore(OLD, begun(OLD, "running"), OLD, OLD, "Restored"),
    "it was promoted": Restore(NEW, begun(OLD, "running"), OLD, OLD, "Restored"),
    "the runner left no note": Restore(NEW, begun(OLD, "promoted"), None, OLD, "Restored"),
    "it was the first release": Restore(NEW, begun(None, "promoted"), None, None, "first release"),
    "the note says the release itself": Restore(NEW, begun(OLD, "promoted"), NEW, None, "first release"),
    "a later release has begun": Restore(NEW, newest(NEXT, NEW, "running"), OLD, None, "a later one since"),
}


@pytest.mark.parametrize("case", RESTORES.values(), ids=list(RESTORES))
def test_traffic_is_given_back_when_the_release_has_any_and_it_is_said_what_was_found(case: Restore) -> None:
    production, run = FakeProduction(Look(case.stable, case.newest), after=OLD), Run()
    restore(Failed(NEW, FIRST_ATTEMPT, case.noted), "it failed", production, run.say, run.annotate)
    wanted = [f"roll back to {case.given_back_to} now: it failed"] if case.given_back_to else []
    assert production.calls == wanted
    assert case.says in run.summary
    assert bool(run.annotations) == ("first release" in case.says)


@pytest.mark.parametrize(("code", "after"), [(0, None), (0, NEXT), (3, OLD)])
def test_a_release_that_did_not_come_back_is_an_error_and_is_not_called_restored(code: int, after: str | None) -> None:
    production, run = FakeProduction(Look(NEW, begun(OLD, "promoted")), code=code, after=after), Run()
    with pytest.raises(NotRestored, match=f"{OLD} was not restored: stable is {after or NEW}"):
        restore(Failed(NEW, FIRST_ATTEMPT, OLD), "it failed", production, run.say, run.annotate)
    assert "Restored" not in run.summary
    assert f"**{OLD} was not restored" in run.summary


NOTHING_TO_RESTORE = {
    "its own rollout came back": Look(OLD, begun(OLD, "in_doubt"), answers=False),
    "it started none": Look(OLD, newest(OLD, None, "promoted"), answers=False),
    "another attempt started it": Look(OLD, newest(NEW, OLD, "in_doubt"), answers=False),
    "it was the first release": Look(NEW, begun(None, "promoted"), answers=False),
}


@pytest.mark.parametrize("found", NOTHING_TO_RESTORE.values(), ids=list(NOTHING_TO_RESTORE))
def test_a_stable_that_does_not_answer_is_an_error_and_is_not_said_to_have_all_traffic(found: Look) -> None:
    production, run = FakeProduction(found), Run()
    said = f"{found.stable} is stable, but does not answer: see `rollout status`"
    with pytest.raises(NotRestored, match=said):
        restore(Failed(NEW, FIRST_ATTEMPT), "why", production, run.say, run.annotate)
    assert production.calls == []
    assert run.summary.endswith(f"**{said}.**\n")
    assert "All traffic" not in run.summary


def test_a_release_that_came_back_and_does_not_answer_is_not_called_restored() -> None:
    found = Look(NEW, begun(OLD, "promoted"), answers=False)
    production, run = FakeProduction(found, after=OLD), Run()
    with pytest.raises(NotRestored, match=f"{OLD} was not restored: stable is {OLD}, and does not answer"):
        restore(Failed(NEW, FIRST_ATTEMPT, OLD), "it failed", production, run.say, run.annotate)


def test_an_engine_that_was_quicker_has_restored_it() -> None:
    found = Look(OLD, begun(OLD, "running"))
    production, run = FakeProduction(found, error=AlreadyStable("it is stable")), Run()
    restore(Failed(NEW, FIRST_ATTEMPT, OLD), "it failed", production, run.say, run.annotate)
    assert f"Restored: all traffic is on {OLD} again." in run.summary


@pytest.mark.parametrize(
    ("error", "code", "expected"), [(None, 0, 0), (None, 1, 1), (None, 3, 3), (AlreadyStable("it is stable"), 0, 0)]
)
def test_a_rollback_succeeds_when_it_is_done_or_was_done(error: AlreadyStable | None, code: int, expected: int) -> None:
    production, run = FakeProduction(Look(OLD, None), code=code, error=error), Run()
    assert go_back(None, "too slow; $(id)", production, run.annotate, now=False) == expected
    assert production.calls == ["roll back to None: too slow; $(id)"]
    assert run.annotations == (["notice: it is stable"] if error else [])


def test_a_rollback_that_is_refused_for_another_reason_fails() -> None:
    production, run = FakeProduction(Look(OLD, None), error=NoOtherRelease("name one")), Run()
    with pytest.raises(NoOtherRelease):
        go_back(None, "why", production, run.annotate, now=True)


@pytest.mark.parametrize(("release", "written"), [(NEW, True), (None, True), (OLD, False)])
def test_the_evidence_of_a_release_is_no_other_release_s(release: str | None, written: bool, tmp_path: Path) -> None:
    production, run = FakeProduction(Look(OLD, newest(NEW, OLD, "rolled_back"))), Run()
    write_evidence(tmp_path / "evidence", release, production, run.say)
    assert bool(production.calls) == written
    assert (f"# No rollout of {release}" in run.summary) != written
    assert ("```mermaid" in run.summary) == written
    assert (tmp_path / "evidence" / "status.txt").read_text() in run.summary


def test_a_host_without_a_rollout_leaves_its_status_as_evidence(tmp_path: Path) -> None:
    production, run = FakeProduction(Look(None, None)), Run()
    write_evidence(tmp_path, None, production, run.say)
    assert "# No rollout of any release" in run.summary
    assert (tmp_path / "status.txt").exists()
