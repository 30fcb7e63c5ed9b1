"""The facts that are seen from beside the traffic: one that can't be had costs none of the others."""

from pathlib import Path

import pytest

from rollout.errors import RouterError
from rollout.journal.state import State
from rollout.onhost import doctor
from rollout.onhost.facts import HostFacts, Router
from rollout.rehearsal.process import free_port


class Speaks:
    """A router without TLS."""

    def version(self) -> str:
        return "3.2.4"

    def expires(self) -> int | None:
        return None


class Silent(Speaks):
    def version(self) -> str:
        raise RouterError("the socket does not answer")


@pytest.fixture
def nobody() -> str:
    """The URL of a Prometheus that is gone."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path)
    made.journal("20251124-broken").parent.mkdir(parents=True)
    made.journal("20251124-broken").write_text("not JSON\n")
    return made


def test_what_answers_is_told_and_what_does_not_is_named(state: State, nobody: str) -> None:
    found = doctor.facts(state, Speaks(), [(state.folder, 7, "journals")], nobody)
    assert found.router == Router(version="3.2.4", certificate_expires=None)
    assert found.journals is not None
    assert (found.journals.rollouts, found.journals.size_bytes) == (1, 9)
    assert "20251124-broken.jsonl" in found.journals.unreadable["20251124-broken"]
    (disk,) = found.disks
    assert (disk.purpose, disk.needed_bytes) == ("journals", 7)
    assert 0 < disk.free_bytes <= disk.total_bytes
    assert list(found.troubles) == ["prometheus"]


def test_a_silent_router_and_a_missing_folder_cost_only_themselves(state: State, nobody: str) -> None:
    found = doctor.facts(state, Silent(), [(state.folder / "gone", 7, "journals")], nobody)
    assert set(found.troubles) == {"prometheus", "router", "disks"}
    assert found.journals is not None


def test_facts_are_the_same_after_their_way_as_json(state: State, nobody: str) -> None:
    found = doctor.facts(state, Speaks(), [], nobody)
    assert HostFacts.model_validate_json(found.model_dump_json()) == found
