"""What may go live on a host: a verified release, one that was stable here before, or a person's own decision."""

from pathlib import Path

import pytest

from rollout.docker.request import StartRequest
from rollout.docker.rollback import rollback
from rollout.docker.start import start
from rollout.engine.spec import Spec
from rollout.errors import Unverified
from rollout.image import Image
from rollout.journal.allowed import FORMER, checked, unverified
from rollout.journal.provenance import Provenance
from rollout.onhost import names
from tests.rollout.docker.fakes import RELEASE, FakeDocker, host, stable
from tests.rollout.policies import SMALL

NEVER = RELEASE.replace("a" * 64, "d" * 64)
RENAMED = NEVER.replace("my-org/my-agent", "new-owner/new-name")
SIGNED = Provenance(kind="signed", signed_by="release.yml@refs/tags/v1.2.3", approved_at=5.0)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "rollout.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def changes(docker: FakeDocker) -> list[str]:
    return [call for call in docker.calls if call.split()[0] in ("create", "start", "stop", "remove", "pull")]


def written(docker: FakeDocker) -> Provenance:
    """What the engine is told to write down."""
    return Provenance.model_validate(Spec.parse(docker.environments["my-agent-engine"]["ROLLOUT_SPEC"]).provenance)


@pytest.mark.parametrize("now", [True, False])
def test_a_rollback_to_a_release_that_was_never_stable_is_refused_before_anything_is_touched(
    now: bool, policy: Path
) -> None:
    docker = FakeDocker({}, [stable()])
    with pytest.raises(Unverified, match=f"{NEVER} was never stable here"):
        rollback(host(docker), NEVER, policy, "in haste", print, now=now)
    assert changes(docker) == []


def test_so_is_a_canary_that_was_taken_back_and_still_runs(policy: Path) -> None:
    docker = FakeDocker({}, [stable()])
    docker.add("my-agent-green", **{names.RELEASE: NEVER, names.ROLLOUT: "r"})
    with pytest.raises(Unverified):
        rollback(host(docker), NEVER, policy, "in haste", print, now=True)
    assert changes(docker) == []


def test_so_is_the_start_of_an_unsigned_one() -> None:
    docker = FakeDocker({}, [stable()])
    with pytest.raises(Unverified, match="--unverified REASON"):
        start(StartRequest(Image.parse(NEVER), SMALL), host(docker), print)
    assert changes(docker) == []


@pytest.mark.parametrize("release", [NEVER, RENAMED], ids=["as it is called now", "under the repository's former name"])
def test_a_former_stable_release_goes_live_whatever_it_is_called(release: str, policy: Path) -> None:
    docker = FakeDocker({}, [stable()], former=[release])
    rollback(host(docker), release, policy, "in haste", print, now=True)
    assert written(docker) == FORMER


def test_a_person_may_decide_otherwise_and_the_reason_is_written_down(policy: Path) -> None:
    docker = FakeDocker({}, [stable()])
    rollback(host(docker), NEVER, policy, "in haste", print, now=True, unverified_because="a fix that can't wait")
    assert written(docker) == Provenance(kind="unverified", reason="a fix that can't wait")


def test_of_a_signed_release_it_is_written_down_who_signed_and_approved_it() -> None:
    docker = FakeDocker({}, [stable()])
    start(StartRequest(Image.parse(NEVER), SMALL, provenance=SIGNED), host(docker), print)
    assert written(docker) == SIGNED


def test_what_is_stable_is_known_without_a_journal() -> None:
    docker = FakeDocker({}, [stable()])
    request = StartRequest(Image.parse(RELEASE), SMALL, at_once="it has stopped")
    docker.becomes("my-agent-blue", "exited")
    start(request, host(docker), print)
    assert written(docker) == FORMER


def test_no_reason_is_no_decision() -> None:
    assert unverified(None) is None
    with pytest.raises(Unverified):
        checked(unverified(""), NEVER, [RELEASE])
