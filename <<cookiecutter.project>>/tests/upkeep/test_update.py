"""`make update` runs the wanted version's own code, on this repository, with the options that were given."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

SAYS = '#!/bin/sh\nprintf "{tag} %s\\n" "$*"\nexit {code}\n'
IDENTITY = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
ENVIRONMENT = {name: text for name, text in os.environ.items() if not name.startswith(("MAKE", "GIT_"))}
ENVIRONMENT |= dict.fromkeys(IDENTITY, "ada@example.org") | {"GIT_CONFIG_GLOBAL": os.devnull}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)


def tag(template: Path, name: str, code: int) -> None:
    """A version whose update/run says its name and its arguments, and ends with the code."""
    (template / "update").mkdir(exist_ok=True)
    (template / "update" / "run").write_text(SAYS.format(tag=name, code=code))
    git(template, "add", "--all")
    git(template, "commit", "--quiet", "--message", name)
    git(template, "tag", name)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template with an old version, two that can update, and a newer state of its branch."""
    folder = tmp_path / "the template"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "old")
    git(folder, "tag", "v0.1.0")
    tag(folder, "v0.2.0", 0)
    tag(folder, "v0.3.0", 1)
    tag(folder, "unreleased", 2)
    return folder


@pytest.fixture
def repository(template: Path, tmp_path: Path) -> Path:
    """This repository's make and upkeep/, which record that template."""
    folder = tmp_path / "my agent"
    shutil.copytree(REPOSITORY / "upkeep", folder / "upkeep")
    shutil.copy(REPOSITORY / "Makefile", folder)
    (folder / ".template.json").write_text(f'{{"template": {{"source": "git+file://{template}"}}}}')
    return folder


def update(repository: Path, *variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "update", *variables], cwd=repository, env=ENVIRONMENT, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("variables", "said", "code"),
    [
        ([], "v0.3.0 {here} --to v0.3.0", 1),
        (["TO=v0.2.0"], "v0.2.0 {here} --to v0.2.0", 0),
        (["TO=v0.2.0", "DRY_RUN=yes"], "v0.2.0 {here} --to v0.2.0 --dry-run", 0),
        (["TO=main"], "unreleased {here} --to main", 2),
        (["TO=v0.2.0", "TEMPLATE={template}"], "v0.2.0 {here} --to v0.2.0 --source {template}", 0),
    ],
    ids=["the newest", "a named one", "a dry run", "a branch", "elsewhere"],
)
def test_the_wanted_version_updates_this_repository(
    variables: list[str], said: str, code: int, repository: Path, template: Path
) -> None:
    done = update(repository, *(each.format(template=template) for each in variables))
    assert done.stdout.splitlines()[-1] == said.format(here=repository, template=template), done.stderr
    assert done.stdout.startswith(
        f"fetching the template from {'' if 'TEMPLATE' in str(variables) else 'file://'}{template}"
    )
    assert (f"Error {code}" in done.stderr) == bool(code)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (["TO=v9"], "Not updated: the template has no tag, branch or commit v9"),
        (["TO=v0.1.0"], "Not updated: v0.1.0 of the template is older than update/run: choose a newer version"),
        (["TEMPLATE=/nowhere"], "'/nowhere' does not exist\n  If the template is elsewhere: make update TEMPLATE=URL"),
    ],
    ids=["an unknown version", "an old version", "an unknown template"],
)
def test_what_can_not_be_fetched_is_refused(variables: list[str], said: str, repository: Path) -> None:
    done = update(repository, *variables)
    assert said in done.stderr
    assert "Error 2" in done.stderr


def test_a_token_in_the_address_is_not_printed(repository: Path) -> None:
    done = update(repository, "TEMPLATE=http://ada:s3cret@127.0.0.1:9/a.git")
    assert "fetching the template from http://127.0.0.1:9/a.git" in done.stdout
    assert "Not updated: " in done.stderr
    assert "s3cret" not in done.stderr


def test_a_token_in_gits_message_is_not_printed(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text(
        "#!/bin/sh\necho \"could not read Password for 'https://s3cret@example.org'\" >&2; exit 128"
    )
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setitem(ENVIRONMENT, "PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert "could not read Password for 'https://example.org'" in update(repository).stderr


def test_a_tag_comes_before_a_branch_of_the_same_name(repository: Path, template: Path) -> None:
    git(template, "branch", "v0.2.0", "main")
    assert update(repository, "TO=v0.2.0").stdout.splitlines()[-1].startswith("v0.2.0 ")


def test_a_repository_without_the_file_is_refused_with_its_own_exit_code(repository: Path) -> None:
    (repository / ".template.json").unlink()
    done = update(repository)
    assert "Not updated: " in done.stderr
    assert "Error 2" in done.stderr, "1 would mean conflicts"


def test_a_shells_variables_choose_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENVIRONMENT, "TO", "v0.2.0")
    assert update(repository).stdout.splitlines()[-1].startswith("v0.3.0 ")


def test_the_workflow_gets_the_text_of_its_pull_request(repository: Path) -> None:
    command = [sys.executable, "-m", "upkeep", "--to", "v0.3.0", "--report", "body.md"]
    done = subprocess.run(command, cwd=repository, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == f"v0.3.0 {repository} --to v0.3.0 --report {repository}/body.md"
    assert done.returncode == 1, "conflicts: make would end with 2"


def test_the_templates_make_does_not_get_the_variables_of_this_one(repository: Path, template: Path) -> None:
    (template / "update" / "run").write_text('#!/bin/sh\necho "flags: $MAKEFLAGS"\n')
    git(template, "commit", "--quiet", "--all", "--message", "x")
    assert update(repository, "TO=main").stdout.splitlines()[-1] == "flags: "
