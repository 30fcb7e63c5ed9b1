"""docs/reference/json.md explains each code, and each key for programs."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from rollout.cli.check import checked
from rollout.cli.dashboard import result
from rollout.dashboard import Board
from rollout.docker import doctor, status
from rollout.errors import Refused, every_error
from rollout.finding import CODES, in_json, ok
from rollout.onhost.command_line import IN_DOUBT, REFUSED
from rollout.policy import file as policy_file
from rollout.replay.document import as_data
from rollout.report import document, gather
from tests.pages import rows
from tests.rollout.docker.fakes import FakeDocker, host, says, stable
from tests.rollout.lines import story
from tests.rollout.policies import SMALL
from tests.rollout.replay.outcomes import found
from tests.rollout.report.examples import promoted

EMPTY = '{"rollouts": [], "running": null, "unreadable": {}}'


def test_every_code_is_listed_with_its_exit_code() -> None:
    listed = {code: cells[1] for code, cells in rows("reference/json.md", "Code").items()}
    errors = [each for each in every_error() if each.__module__.startswith("rollout.")]  # experiments lists its own
    codes = [each.code for each in errors]
    assert len(codes) == len(set(codes)), "two errors have one code"
    assert listed == {each.code: str(REFUSED if issubclass(each, Refused) else IN_DOUBT) for each in errors} | {
        "interrupted": str(IN_DOUBT)
    }


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("status", status.for_programs(host(FakeDocker({"status": says(EMPTY)})), every=False)),
        ("a slot", status.in_slot("stable", stable()) or {}),
        ("report", document(gather(story(promoted()), alive=False))),
        ("a gate", document(gather(story(promoted()), alive=False))["gates"][0]),
        ("a measurement", document(gather(story(promoted()), alive=False))["gates"][0]["series"][0]),
        ("doctor", doctor.document("my-agent", [])),
        ("a finding", in_json(ok("part", "runs"))),
        ("dashboard", result(Board(), Path("page.html"))),
        ("an incident", as_data(found({}, []))),
        ("check", checked(policy_file.parse(SMALL, "rollout.yaml"))),
    ],
)
def test_every_key_for_programs_is_explained(name: str, printed: Mapping[str, object]) -> None:
    listed = rows("reference/json.md", f"Key of {name}").values()
    assert {key for cells in listed for key in re.findall(r"`(\w+)`", cells[0])} == set(printed)


def test_every_code_of_a_finding_is_explained() -> None:
    assert set(rows("reference/json.md", "Code of a finding")) == set(CODES)
