"""What the workflows say to a host, whatever they find there."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from rollout import report as reports
from rollout.docker.connection import Docker
from rollout.docker.container import Container
from rollout.docker.host import Host
from rollout.docker.status import standing
from rollout.onhost import names
from tests.rollout.lines import story
from tests.rollout.report.examples import promoted
from tests.workflows.scripted import Program, script

DIGESTS = {
    name: f"ghcr.io/my-org/my-agent@sha256:{letter * 64}"
    for name, letter in {"new": "b", "old": "a", "next": "c"}.items()
}
NEW, OLD, NEXT = DIGESTS["new"], DIGESTS["old"], DIGESTS["next"]
ENGINE = f"ghcr.io/my-org/my-agent-engine@sha256:{'e' * 64}"
NO_ROLLOUT = ("rollout: no rollout yet on this host", 2)
LOOKS = ("status", "report")


class Engine:
    """A Docker engine on which there is a blue release, or nothing."""

    def __init__(self, blue: str | None) -> None:
        self._blue = blue

    def container(self, name: str) -> Container | None:
        if self._blue is None or not name.endswith("-blue"):
            return None
        made = datetime(2026, 11, 24, 13, tzinfo=UTC)
        return Container("1", name, "running", 0, True, made, {names.RELEASE: self._blue}, {})


def status(stable: str | None) -> tuple[str, int]:
    """What `rollout status` prints."""
    host = Host(cast(Docker, Engine(stable)), "my-agent", ENGINE, {})
    return "\n".join([*standing(host, "blue"), "stable since 2026-11-24 13:09:12 UTC", ""]), 0


def report(release: str, stable: str | None, verdict: str) -> tuple[str, int]:
    """What `rollout report --json` prints, of a rollout between these two and with this verdict."""
    printed = reports.document(reports.gather(story(promoted()), alive=False))
    return json.dumps(printed | {"release": release, "stable": stable, "verdict": verdict}), 0


class Deploy(NamedTuple):
    """A host, and what `deploy` says to it."""

    stable: str | None
    newest: tuple[str, int]
    calls: list[str]


START = [f"start {NEW} --engine {ENGINE} --follow"]
DEPLOYS = {
    "to an empty host": Deploy(None, NO_ROLLOUT, START),
    "over a stable release": Deploy(OLD, report(OLD, None, "promoted"), START),
    "of what came back before": Deploy(OLD, report(NEW, OLD, "rolled_back"), START),
    "of what another run has begun": Deploy(OLD, report(NEW, OLD, "running"), ["follow"]),
    "of what is stable already": Deploy(NEW, report(NEW, OLD, "running"), []),
    "while another release is under way": Deploy(OLD, report(NEXT, OLD, "running"), START),
}


@pytest.mark.parametrize("case", DEPLOYS.values(), ids=list(DEPLOYS))
@pytest.mark.parametrize("code", [0, 1, 3])
def test_a_deploy_starts_once_or_attaches_and_its_exit_code_is_the_verdict(
    case: Deploy, code: int, tmp_path: Path
) -> None:
    said = {"status": status(case.stable), "report": case.newest, "start": ("", code), "follow": ("", code)}
    rollout = Program(tmp_path / "rollout", said)
    noted = tmp_path / "output"
    done = script("deploy", NEW, ENGINE, folder=tmp_path, ROLLOUT=str(rollout.path), GITHUB_OUTPUT=str(noted))
    assert rollout.calls(*LOOKS) == case.calls
    assert done.code == (code if case.calls else 0)
    assert noted.read_text() == f"stable={case.stable or ''}\n"


def test_a_deploy_starts_nothing_on_a_host_that_it_can_not_look_at(tmp_path: Path) -> None:
    rollout = Program(tmp_path / "rollout", {"status": ("", 2)})
    done = script("deploy", NEW, ENGINE, folder=tmp_path, ROLLOUT=str(rollout.path), GITHUB_OUTPUT="/dev/null")
    assert (done.code, rollout.calls()) == (2, ["status"])


class Restore(NamedTuple):
    """A host after a deploy that did not succeed, the release that it had noted, and what `restore` does."""

    stable: str | None
    newest: tuple[str, int]
    noted: str
    given_back_to: str | None
    says: str


RESTORES = {
    "the deploy began nothing": Restore(OLD, report(OLD, None, "promoted"), OLD, None, "nothing to give back"),
    "the host never had a release": Restore(None, NO_ROLLOUT, "", None, "Stable is none"),
    "the engine has given it back": Restore(OLD, report(NEW, OLD, "rolled_back"), OLD, None, "on {OLD} already"),
    "the rollout is under way": Restore(OLD, report(NEW, OLD, "running"), OLD, OLD, "Restored"),
    "it was promoted": Restore(NEW, report(NEW, OLD, "running"), OLD, OLD, "Restored"),
    "the runner left no note": Restore(NEW, report(NEW, OLD, "promoted"), "", OLD, "Restored"),
    "it was the first release": Restore(NEW, report(NEW, None, "promoted"), "", None, "first release"),
    "a later release has begun": Restore(NEW, report(NEXT, NEW, "running"), OLD, None, "a later one since"),
}


@pytest.mark.parametrize("case", RESTORES.values(), ids=list(RESTORES))
def test_traffic_is_given_back_when_the_release_has_any_and_it_is_said_what_was_found(
    case: Restore, tmp_path: Path
) -> None:
    said = {"status": status(case.stable), "report": case.newest, "rollback": ("", 0), "status.after": status(OLD)}
    rollout = Program(tmp_path / "rollout", said)
    done = script("restore", NEW, case.noted, folder=tmp_path, ROLLOUT=str(rollout.path), REASON="it failed")
    wanted = [f"rollback --reason it failed {case.given_back_to} --now"] if case.given_back_to else []
    assert rollout.calls(*LOOKS) == wanted
    assert done.code == 0
    assert case.says.format(OLD=OLD) in done.out


def test_a_release_that_did_not_come_back_is_an_error(tmp_path: Path) -> None:
    said = {"status": status(NEW), "report": report(NEW, OLD, "promoted"), "rollback": ("", 0)}
    rollout = Program(tmp_path / "rollout", said)
    done = script("restore", NEW, OLD, folder=tmp_path, ROLLOUT=str(rollout.path), REASON="it failed")
    assert done.code == 1
    assert f"{OLD} was not restored: stable is {NEW}" in done.out


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        pytest.param("", 0, 0, id="done"),
        pytest.param(f"rollout: {OLD} is the stable release already: there is nothing to do", 2, 0, id="there already"),
        pytest.param("rollout: no other release is up on this host", 2, 2, id="refused"),
        pytest.param("rollout: the Docker engine could not start it", 3, 3, id="failed"),
    ],
)
def test_a_rollback_fails_unless_it_is_done_or_was_done(said: str, code: int, expected: int, tmp_path: Path) -> None:
    rollout = Program(tmp_path / "rollout", {"rollback": (said, code)})
    done = script("roll-back", "", folder=tmp_path, ROLLOUT=str(rollout.path), REASON="too slow; $(id)", NOW="false")
    assert done.code == expected
    assert said in done.out
    assert rollout.calls() == ["rollback --reason too slow; $(id)"]


@pytest.mark.parametrize(("newest", "written"), [(NEW, True), (OLD, False)])
def test_the_evidence_of_a_release_is_no_other_release_s(newest: str, written: bool, tmp_path: Path) -> None:
    said = {"status": status(OLD), "report": report(newest, OLD, "rolled_back")}
    rollout = Program(tmp_path / "rollout", said)
    done = script("evidence", "evidence", NEW, folder=tmp_path, ROLLOUT=str(rollout.path))
    assert done.code == 0
    assert ("report --out evidence" in rollout.calls()) == written
    assert (f"# No rollout of {NEW}" in done.out) != written
    assert (tmp_path / "evidence" / "status.txt").read_text() in done.out
