"""An error in a command on the host becomes the same error here; a version mismatch is reported as such."""

import pytest

from rollout.docker.follow import check_engine, entries_from
from rollout.errors import HostFailed, Locked, OtherVersion, PartFailed, Refused, RolloutError, RouterError, every_error
from rollout.journal.events import Ready
from rollout.onhost.complaint import Complaint
from tests.rollout.docker.fakes import ENGINE_IMAGE, RELEASE, FakeDocker, engine, host, says, stable

ROLLOUT = "20261124T130000.000Z-my-agent"
REFUSALS = [each for each in every_error(Refused) if each.code != "wrong_command_line"]


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.code)
def test_a_refusal_on_the_host_is_the_same_error_here_whatever_else_was_printed(kind: type[Refused]) -> None:
    line = Complaint.of(kind("rollout: who\nsaid \u201cthat\u201d?")).line()
    docker = FakeDocker({"report": says(f"a warning\n{line}\n", "rollout: reworded", 2)})
    with pytest.raises(kind) as raised:
        host(docker).ask("report")
    assert type(raised.value) is kind
    assert str(raised.value) == "rollout: who\nsaid \u201cthat\u201d?"


def test_a_failure_on_the_host_is_host_failed() -> None:
    complaint = Complaint.of(RouterError("the router is silent"))
    docker = FakeDocker({"wait-until-empty": says(complaint.line(), "rollout: the router is silent", 3)})
    with pytest.raises(HostFailed, match=r"^`rollout wait-until-empty` on the host failed: the router is silent$"):
        host(docker).ask("wait-until-empty", "blue")


def test_a_killed_command_reports_its_exit_code() -> None:
    with pytest.raises(HostFailed, match="exit code 137 without a message"):
        host(FakeDocker({"survey": says("", "", 137)})).survey()


def test_a_refusal_with_an_unknown_code_is_still_a_refusal_with_its_message() -> None:
    docker = FakeDocker({"survey": says('{"refused": {"code": "too_hot", "message": "wait", "more": 1}}', "", 2)})
    with pytest.raises(Refused, match=r"^wait$"):
        host(docker).survey()


@pytest.mark.parametrize(
    ("out", "err", "code"),
    [
        ("", "rollout: the router can't be told anything", 2),
        ("", "usage: rollout.onhost\nrollout.onhost: error: unrecognized arguments: --json", 2),
        (Complaint.of(next(iter(every_error()))("x")).line().replace("failed", "refused"), "", 0),
        ("no JSON", "", 0),
        ('{"stable_slot": "blue", "is_new": 1}', "", 0),
        ("[]", "", 0),
    ],
    ids=["prose", "an option it does not know", "other fields", "no JSON", "a field more", "no object"],
)
def test_an_image_of_another_version_is_reported_with_its_output(out: str, err: str, code: int) -> None:
    with pytest.raises(OtherVersion) as raised:
        host(FakeDocker({"survey": says(out, err, code)})).survey()
    assert f"the engine's image {ENGINE_IMAGE} does not match this command's version" in str(raised.value)
    assert err in str(raised.value)


def test_an_image_that_does_not_know_the_command_has_another_version() -> None:
    line = '{"refused": {"code": "wrong_command_line", "message": "unrecognized arguments: --json"}}'
    with pytest.raises(OtherVersion, match="unrecognized arguments: --json"):
        host(FakeDocker({"status": says(line, "", 2)})).ask_json("status")


def test_the_refusal_of_an_engine_is_the_same_error_here() -> None:
    log = says(Complaint.of(Locked("rollout x is running")).line(), "rollout: rollout x is running")
    docker = FakeDocker({}, [engine(ROLLOUT, "exited")], log)
    with pytest.raises(Locked, match=r"^rollout x is running$"):
        check_engine(host(docker), ROLLOUT, print, begun=False)


def test_the_refusal_of_an_engine_of_another_version_is_quoted() -> None:
    docker = FakeDocker({}, [engine(ROLLOUT, "exited")], says("", "rollout: Prometheus can't be asked\n"))
    with pytest.raises(Refused, match=r"^rollout: Prometheus can't be asked$"):
        check_engine(host(docker), ROLLOUT, print, begun=False)


def test_a_failed_engine_reports_its_error() -> None:
    log = says(Complaint.of(RolloutError("the disk is full")).line(), "rollout: the disk is full")
    docker = FakeDocker({}, [stable(), engine(ROLLOUT, "exited", 3)], log)
    with pytest.raises(PartFailed, match=f"^the engine of {ROLLOUT} is gone: the disk is full. {RELEASE} answers$"):
        check_engine(host(docker), ROLLOUT, print, begun=True)


def test_an_error_in_a_stream_of_events_is_not_an_event() -> None:
    lines = ['{"time": 1, "event": "ready", "seconds": 2}', Complaint.of(Locked("no")).line()]
    entries = entries_from(host(FakeDocker(journal=lines)), ROLLOUT, 0)
    assert isinstance(next(entries), Ready)
    with pytest.raises(Locked):
        next(entries)
