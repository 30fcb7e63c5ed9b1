"""The documentation matches the code: every name in one is in the other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from agent.models.offline.faults import FAULTS
from rollout.policy import file as policy_file
from rollout.policy.evals import EvalPolicy, EvalsPolicy
from rollout.policy.gate import GatePolicy
from rollout.policy.placeholders import MEANINGS
from rollout.policy.schema import Policy, StepPolicy, WatchPolicy
from rollout.rehearsal.pace import FASTEST
from tests import commands_page, metrics_page, settings_page
from tests.pages import DOCS, rows, text
from tests.policy.text import rollout_yaml

PAGES = sorted(DOCS.rglob("*.md"))
KEYS: dict[str, type[BaseModel]] = {"": Policy, "steps[].": StepPolicy, "watch.": WatchPolicy}


def anchor(heading: str) -> str:
    """The anchor that GitHub creates for a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_each_link_leads_to_an_existing_file_and_heading(page: Path) -> None:
    for link in links(page):
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE) if fragment else []
        assert not fragment or fragment in map(anchor, headings), link


def test_each_page_is_listed_in_the_docs_readme() -> None:
    listed = {(DOCS / link).resolve() for link in links(DOCS / "README.md")}
    assert listed == {page for page in PAGES if page != DOCS / "README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_no_page_holds_a_template_variable(page: Path) -> None:
    assert "cookiecutter" not in page.read_text(encoding="utf-8")


def test_the_guide_lists_every_fault_with_the_models_description() -> None:
    listed = [cells[:2] for cells in rows("guides/rehearse.md", "Fault").values()]
    assert listed == [[f"`{fault.example}`", fault.effect] for fault in FAULTS.values()]


def test_the_guide_uses_the_speed_of_a_rehearsal() -> None:
    speed = FASTEST.speed
    assert f"## {speed:g} times as fast" in text("guides/rehearse.md"), "its figures are for another speed"


def test_every_key_of_the_policy_is_explained() -> None:
    known = {prefix + key for prefix, part in KEYS.items() for key in part.model_fields}
    assert set(rows("reference/policy.md", "Key")) == known - {"watch"}  # this one only has keys below it
    evals = {*EvalsPolicy.model_fields, *(f"cases[].{key}" for key in EvalPolicy.model_fields)}
    assert set(rows("reference/policy.md", "Key of `evals`")) == evals
    assert set(rows("reference/policy.md", "Key of a gate")) == set(GatePolicy.model_fields)


def test_every_placeholder_is_explained_as_in_the_code() -> None:
    listed = {name: cells[1] for name, cells in rows("reference/policy.md", "Placeholder").items()}
    assert listed == {f"${name}": meaning for name, meaning in MEANINGS.items()}


def test_the_gate_in_the_guide_is_valid() -> None:
    found = re.search(r"```yaml\ngates:\n(.+?)```", text("guides/write-a-gate.md"), re.DOTALL)
    assert found
    policy = policy_file.parse(rollout_yaml().rstrip() + "\n\n" + found[1], "rollout.yaml")
    assert "tool_calls" in policy.gates


def test_the_page_of_commands_matches_the_command_line() -> None:
    stale = f"docs/reference/commands.md is stale: run `.venv/bin/{commands_page.COMMAND}`"
    assert commands_page.PAGE.read_text(encoding="utf-8") == commands_page.page(), stale


def test_the_page_of_settings_matches_the_settings() -> None:
    stale = f"docs/reference/settings.md is stale: run `.venv/bin/{settings_page.COMMAND}`"
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page(), stale


def test_the_page_of_metrics_matches_the_metrics() -> None:
    stale = f"docs/reference/metrics.md is stale: run `.venv/bin/{metrics_page.COMMAND}`"
    assert metrics_page.PAGE.read_text(encoding="utf-8") == metrics_page.page(), stale
