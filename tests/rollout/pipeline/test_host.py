"""What the workflows see of a host: what `rollout status --json` says of it."""

from json import dumps

import pytest
from rich.console import Console

from rollout.errors import NoRolloutYet, Refused
from rollout.journal.provenance import Provenance
from rollout.onhost.complaint import Complaint
from rollout.pipeline.host import ProductionHost
from rollout.pipeline.production import Look
from tests.rollout.docker.fakes import RELEASE, FakeDocker, host, says, stable
from tests.rollout.pipeline.fakes import newest


def seen(docker: FakeDocker) -> Look:
    return ProductionHost(host(docker), print, Console()).look()


def test_the_newest_rollout_is_read_whatever_else_a_later_version_says_of_it() -> None:
    rollout = newest(RELEASE, None, "promoted", Provenance.model_validate({"kind": "signed", "is_new": 1}))
    printed = vars(rollout) | {"provenance": {"kind": "signed", "is_new": 1}, "is_new": 1}
    answer = says(dumps({"rollouts": [printed, printed], "running": None}))
    assert seen(FakeDocker({"status": answer}, [stable()])) == Look(RELEASE, rollout, earlier=(rollout,))


def test_a_stable_that_does_not_answer_is_seen() -> None:
    docker = FakeDocker({"status": says('{"rollouts": [], "running": null}')}, [stable()], ill=["blue"])
    assert seen(docker) == Look(RELEASE, None, answers=False)


def test_a_host_without_a_rollout_has_none() -> None:
    assert seen(FakeDocker({"status": says('{"rollouts": [], "running": null, "unreadable": {}}')})) == Look(None, None)


@pytest.mark.parametrize(("out", "err"), [(Complaint.of(NoRolloutYet("none")).line(), ""), ("", "rollout: none yet")])
def test_a_refusal_is_never_taken_for_an_empty_host(out: str, err: str) -> None:
    with pytest.raises(Refused):
        seen(FakeDocker({"status": says(out, err, 2)}))
