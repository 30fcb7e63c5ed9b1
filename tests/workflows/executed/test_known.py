"""act runs the same workflows as GitHub, except for the keys that act does not know."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.repository import REPOSITORY
from tests.workflows.executed.act import program
from tests.workflows.executed.known import UNKNOWN, known

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))


def without_unknown(node: Any) -> Any:
    """A parsed workflow without these keys, removed by their place in the data and not in the text."""
    if isinstance(node, list):
        return [without_unknown(value) for value in node]
    if not isinstance(node, dict):
        return node
    inside = {"concurrency": "queue", "environment": "deployment"}
    kept = {key: without_unknown(value) for key, value in node.items() if key != "cache-mode"}
    for key, unknown in inside.items():
        if isinstance(kept.get(key), dict):
            kept[key] = {name: value for name, value in kept[key].items() if name != unknown}
    if str(kept.get("uses")).startswith("$/"):
        kept["uses"] = f".{kept['uses'][1:]}"
    return kept


@pytest.mark.parametrize("path", WORKFLOWS, ids=[path.name for path in WORKFLOWS])
def test_the_copy_for_act_lacks_only_these_keys(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(known(text)) == without_unknown(yaml.safe_load(text))


@pytest.mark.workflows
@pytest.mark.parametrize("key", sorted(UNKNOWN.keys() - {"$/"}))
def test_no_key_is_removed_that_act_already_knows(key: str, tmp_path: Path) -> None:
    text = (REPOSITORY / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
    (tmp_path / "release.yml").write_text(known(text, but=key), encoding="utf-8")
    assert f"Unknown Property {key}" in complaint(tmp_path, "--list", "--workflows=release.yml")


@pytest.mark.workflows
def test_act_still_needs_another_name_for_this_repository(tmp_path: Path) -> None:
    (tmp_path / "caller.yml").write_text("{on: push, jobs: {one: {uses: $/.github/workflows/called.yml}}}\n")
    said = complaint(tmp_path, "push", "--dryrun", "--workflows=caller.yml", "--platform=any=-self-hosted")
    assert "references invalid workflow path '$/" in said


def complaint(folder: Path, *arguments: str) -> str:
    done = subprocess.run([program(), *arguments], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    return done.stderr
