"""Every set of options bakes a complete repository."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.bake.answers import OPTION_SETS
from tests.baking import Bake, Baker
from tests.source import PROJECT, cookiecutter_json, default_answers, files_below, text_of

# The only files that rendering may change.
OVERLAYS = [f"deploy/kubernetes/overlays/{router}" for router in ("gateway", "traefik")]
RENDERED = {".template.json", "LICENSE", "README.md", "agent.env", "deploy/docker/compose.yaml", "rollout.yaml"} | {
    f"{overlay}/{name}.yaml" for overlay in OVERLAYS for name in ("kustomization", "namespace")
}
LEFTOVER = re.compile(r"(<<|\{\{)-?\s*cookiecutter|<%|%>|<#|#>|(?<!\$)\{%")
PARSERS: dict[str, Callable[[str], Any]] = {
    ".yaml": lambda text: list(yaml.safe_load_all(text)),
    ".yml": lambda text: list(yaml.safe_load_all(text)),
    ".json": json.loads,
    ".jsonl": lambda text: [json.loads(line) for line in text.splitlines()],
    ".toml": tomllib.loads,
}


@pytest.fixture(scope="module", params=list(OPTION_SETS.values()), ids=list(OPTION_SETS))
def answers(request: pytest.FixtureRequest) -> dict[str, str]:
    """One set of options, completed with the defaults."""
    options: dict[str, str] = request.param
    return default_answers() | options


@pytest.fixture(scope="module")
def baked(answers: dict[str, str], template: Path, tmp_path_factory: pytest.TempPathFactory) -> Bake:
    """The repository baked from these answers."""
    baked = Baker(template, tmp_path_factory.mktemp("home")).ask_nothing(tmp_path_factory.mktemp("out"), **answers)
    assert baked.code == 0, baked.output
    return baked


def test_no_marker_of_the_template_remains(baked: Bake) -> None:
    texts = {name: text_of(baked.folder / name) for name in files_below(baked.folder)}
    assert {name: found[0] for name, text in texts.items() if (found := LEFTOVER.search(text))} == {}


def test_only_the_listed_files_differ_from_their_source(baked: Bake, template: Path) -> None:
    source = template / PROJECT
    names = {name for name in files_below(source) if not name.startswith("LICENSE-")}
    assert names - RENDERED == set(files_below(baked.folder)) - RENDERED
    changed = [
        name
        for name in names - RENDERED
        if (source / name).read_bytes() != (baked.folder / name).read_bytes()
        or (source / name).stat().st_mode != (baked.folder / name).stat().st_mode
    ]
    assert changed == []


def test_every_yaml_json_and_toml_file_parses(baked: Bake) -> None:
    parsed = [
        PARSERS[Path(name).suffix]((baked.folder / name).read_text())
        for name in files_below(baked.folder)
        if Path(name).suffix in PARSERS
    ]
    assert parsed


def test_the_answers_are_used_where_they_should_be(baked: Bake, answers: dict[str, str]) -> None:
    assert f"AGENT_MODEL={answers['model']}\n" in (baked.folder / "agent.env").read_text()
    assert yaml.safe_load((baked.folder / "rollout.yaml").read_text())["target"] == answers["target"]
    assert (
        (baked.folder / "README.md").read_text().startswith(f"# {answers['project']}\n\n> {answers['description']}\n")
    )
    for overlay in OVERLAYS:
        (image,) = yaml.safe_load((baked.folder / overlay / "kustomization.yaml").read_text())["images"]
        registry, owner = answers["registry"], answers["owner"]
        path = registry if "/" in registry else f"{registry}/{owner}"
        assert image["newName"] == f"{path}/{answers['project']}".lower()


def test_the_answers_are_saved_with_the_version(baked: Bake, answers: dict[str, str]) -> None:
    saved = json.loads((baked.folder / ".template.json").read_text())
    assert saved["cookiecutter"] == answers
    assert saved["template"]["version"] == cookiecutter_json()["_version"]


def test_the_licence_is_the_chosen_one_and_no_other_is_left(baked: Bake, answers: dict[str, str]) -> None:
    begins = {"MIT": "MIT License", "Apache-2.0": "Apache License", "none": None}[answers["license"]]
    licences = [path.read_text().strip() for path in baked.folder.glob("LICENSE*")]
    assert [text.startswith(str(begins)) for text in licences] == ([] if begins is None else [True])
    assert ("## Licence" in (baked.folder / "README.md").read_text()) == (begins is not None)


def test_everything_is_in_one_commit_on_main(baked: Bake) -> None:
    assert baked.git("status", "--porcelain") == ""
    assert baked.git("branch", "--show-current") == "main"
    assert baked.git("rev-list", "--count", "HEAD") == "1"
    assert sorted(baked.git("ls-files", "-z").strip("\0").split("\0")) == files_below(baked.folder)


def test_the_next_three_commands_are_the_last_thing_printed(baked: Bake) -> None:
    assert baked.output.endswith(f"Next:\n  cd {baked.folder}\n  make setup\n  make demo\n")


def test_for_a_cluster_the_guide_to_prepare_it_is_named(baked: Bake, answers: dict[str, str]) -> None:
    said = "an administrator of the cluster prepares it: docs/guides/kubernetes.md"
    assert (said in baked.output) == (answers["target"] == "kubernetes")
    assert (baked.folder / "docs" / "guides" / "kubernetes.md").exists()
