"""The ways to bake: with questions, without them, from saved answers, from a zip, on unusual machines."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.baking import Bake, Baker
from tests.source import PROJECT, default_answers, files_below


def same_files(one: Bake, other: Bake) -> bool:
    """Whether two bakes created the same files, with the same content and modes."""
    names = files_below(one.folder)
    return names == files_below(other.folder) and all(
        content(one.folder / name) == content(other.folder / name) for name in names
    )


def content(path: Path) -> tuple[object, bool]:
    """A file's content without the template's origin, which differs between ways, and whether it is executable."""
    held = json.loads(path.read_text())["cookiecutter"] if path.name == ".template.json" else path.read_bytes()
    return held, bool(path.stat().st_mode & 0o100)


def test_enter_at_every_question_gives_the_defaults(baker: Baker, defaults: Bake, tmp_path: Path) -> None:
    baked = baker.run(tmp_path, typed="\n" * len(default_answers()))
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)


def test_replay_gives_the_same_repository(baker: Baker, tmp_path: Path) -> None:
    first = baker.ask_nothing(tmp_path / "first", model="openai:gpt-5", description='say "hello"')
    again = baker.run(tmp_path / "again", "--replay")
    assert again.code == 0, again.output
    assert same_files(first, again)


def test_the_answers_a_repository_saves_can_be_replayed(baker: Baker, tmp_path: Path) -> None:
    first = baker.exactly(tmp_path / "first", description="<< x >> {{ y }} \\ 🤖", target="kubernetes")
    again = baker.run(tmp_path / "again", "--replay-file", str(first.folder / ".template.json"))
    assert again.code == 0, again.output
    assert same_files(first, again)


def test_a_zip_of_the_template_bakes_the_same(baker: Baker, template: Path, defaults: Bake, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", template.parent, template.name)
    baked = replace(baker, template=Path(packed)).ask_nothing(tmp_path / "out")
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)


def test_paths_with_a_space_work_for_template_and_target(
    baker: Baker, template: Path, defaults: Bake, tmp_path: Path
) -> None:
    spaced = shutil.copytree(template, tmp_path / "the template")
    baked = replace(baker, template=spaced).ask_nothing(tmp_path / "my work")
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)
    assert f"cd '{baked.folder}'" in baked.output


def test_untracked_files_in_the_template_do_not_get_into_a_bake(
    baker: Baker, template: Path, defaults: Bake, tmp_path: Path
) -> None:
    littered = shutil.copytree(template, tmp_path / "template")
    for litter in (".venv/bin/ready", "rollout/__pycache__/x.pyc", ".mypy_cache/x.json", "agent_release.egg-info/x"):
        (littered / PROJECT / litter).parent.mkdir(parents=True, exist_ok=True)
        (littered / PROJECT / litter).write_text("<< not.a.variable >>" if litter.startswith(".") else "x")
    baked = replace(baker, template=littered).ask_nothing(tmp_path / "out")
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)


def test_a_template_on_a_disk_where_every_file_is_executable_bakes_the_same(
    baker: Baker, template: Path, defaults: Bake, tmp_path: Path
) -> None:
    mounted = shutil.copytree(template, tmp_path / "template")
    for path in mounted.rglob("*"):
        path.chmod(0o777)
    assert same_files(replace(baker, template=mounted).ask_nothing(tmp_path / "out"), defaults)


@pytest.mark.parametrize("name", ["mein Größenmaß", "agents 🤖", "<< x >>", "it's $HOME"])
def test_any_path_works_on_a_machine_with_only_ascii(
    name: str, baker: Baker, template: Path, defaults: Bake, tmp_path: Path
) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii:strict"}
    away = shutil.copytree(template, tmp_path / name / "template")
    baked = replace(baker, template=away, environment=ascii_only).ask_nothing(tmp_path / name)
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)
    assert baked.git("status", "--porcelain") == ""


def test_warnings_as_errors_change_nothing(baker: Baker, defaults: Bake, tmp_path: Path) -> None:
    baked = replace(baker, environment={"PYTHONWARNINGS": "error"}).ask_nothing(tmp_path)
    assert baked.output == defaults.output.replace(str(defaults.folder), str(baked.folder))
    assert same_files(baked, defaults)


def test_a_user_without_a_home_folder_can_bake(baker: Baker, defaults: Bake, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"replay_dir: {tmp_path}/replay\ncookiecutters_dir: {tmp_path}/cookiecutters\n")
    homeless = replace(baker, environment={"COOKIECUTTER_CONFIG": str(settings)}, without=frozenset({"HOME"}))
    baked = homeless.ask_nothing(tmp_path / "out")
    assert baked.code == 0, baked.output
    assert same_files(baked, defaults)
    assert baked.git("rev-list", "--count", "HEAD") == "1"


def test_a_folder_that_cannot_be_created_is_reported(baker: Baker, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    baked = baker.ask_nothing(tmp_path / "file")
    assert baked.code == 1
    assert f"Unable to create directory at {baked.folder}" in baked.output


def test_a_bake_leaves_nothing_in_the_temporary_folder(baker: Baker, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    baked = replace(baker, environment={"TMPDIR": str(tmp_path / "temporary")}).ask_nothing(tmp_path / "out")
    assert baked.code == 0, baked.output
    assert list((tmp_path / "temporary").iterdir()) == []
