"""A description that tries to break out stays text, in the two files that contain it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bake.answers import HOSTILE_DESCRIPTIONS
from tests.baking import Bake, Baker
from tests.source import PROJECT, files_below

SHOWN_IN = {"README.md", ".template.json"}


@pytest.fixture(scope="module")
def small(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template with few of the project's files: it asks the same, and bakes in half of the time."""

    def folders(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(folder, name).is_dir() and name not in ("hooks", PROJECT)]

    made = tmp_path_factory.mktemp("small") / template.name
    return shutil.copytree(template, made, ignore=folders)


def other_files(folder: Path) -> dict[str, bytes]:
    """Every file without the description."""
    return {name: (folder / name).read_bytes() for name in files_below(folder) if name not in SHOWN_IN}


@pytest.mark.parametrize("description", list(HOSTILE_DESCRIPTIONS.values()), ids=list(HOSTILE_DESCRIPTIONS))
def test_a_hostile_description_is_kept_exactly_and_changes_nothing_else(
    description: str, baker: Baker, defaults: Bake, tmp_path: Path
) -> None:
    baked = baker.exactly(tmp_path, description=description)
    assert baked.code == 0, baked.output
    saved = json.loads((baked.folder / ".template.json").read_text())
    assert saved["cookiecutter"]["description"] == description
    readme = (baked.folder / "README.md").read_text().splitlines()
    assert f"> {description}" in readme if description else ">" not in "".join(readme[:4])
    assert other_files(baked.folder) == other_files(defaults.folder)


@pytest.mark.parametrize("description", [*HOSTILE_DESCRIPTIONS.values(), "<% x", "<< x >>", "<# x", "<<"])
def test_a_description_on_the_command_line_is_kept_as_it_was_typed(
    description: str, baker: Baker, small: Path, tmp_path: Path
) -> None:
    baked = replace(baker, template=small).ask_nothing(tmp_path, description=description)
    assert baked.code == 0, baked.output
    assert json.loads((baked.folder / ".template.json").read_text())["cookiecutter"]["description"] == description


def test_defaults_in_a_users_settings_are_kept_as_they_were_written(baker: Baker, tmp_path: Path) -> None:
    (baker.home / ".cookiecutterrc").write_text("default_context: {description: '<% x << 1/0 >>'}")
    baked = baker.ask_nothing(tmp_path)
    assert baked.code == 0, baked.output
    assert "\n> <% x << 1/0 >>\n" in (baked.folder / "README.md").read_text()
