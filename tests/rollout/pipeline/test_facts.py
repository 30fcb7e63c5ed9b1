"""What a tag releases, read by the parser of each format; and what is refused before anything is built."""

import json
import re
import subprocess
import sys
import tomllib

import pytest

from rollout.errors import WrongRelease
from rollout.pipeline import digests
from rollout.pipeline.command import main
from rollout.pipeline.facts import version_in
from rollout.pipeline.github import output
from tests.repository import REPOSITORY
from tests.rollout.pipeline.checkouts import COMMITIZEN, Checkout
from tests.rollout.policies import SMALL

IMAGE, DIGEST = "ghcr.io/my-org/my-agent", f"sha256:{'0123456789abcdef' * 4}"


@pytest.mark.parametrize(
    ("registry", "image"),
    [
        ("ghcr.io", "ghcr.io/my-org/my-agent"),
        ("localhost:5000", "localhost:5000/my-org/my-agent"),
        ("europe-west1-docker.pkg.dev/project-1/images", "europe-west1-docker.pkg.dev/project-1/images/my-agent"),
    ],
)
def test_an_image_is_named_by_its_registry_and_the_repository(registry: str, image: str, checkout: Checkout) -> None:
    checkout.write(".template.json", json.dumps({"cookiecutter": {"registry": registry}}))
    assert checkout.facts() == 0
    lines = checkout.output.splitlines()
    assert lines[:5] == ["version=1.2.3", f"image={image}", "labels<<END_OF_labels", "VERSION=1.2.3", "REVISION=abc"]
    assert lines[5] == "SOURCE=https://x/My-Org/My-Agent"
    assert (lines[6].startswith("CREATED=20"), lines[7:]) == (True, ["END_OF_labels"])


@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", "v1.2.3-rc1", "v1", "v9.9.9"])
def test_a_tag_that_is_not_the_version_is_refused(
    tag: str, checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checkout.facts(ref=f"refs/tags/{tag}") == 2
    assert f"::error::the tag is {tag}, but the version in pyproject.toml is 1.2.3" in capsys.readouterr().err
    assert checkout.output == ""


def test_a_branch_releases_nothing_and_is_told_how_to_release_a_tag(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checkout.facts(ref="refs/heads/v1.2.3") == 2
    said = "::error::refs/heads/v1.2.3 is not a tag: to release one by hand, gh workflow run release.yml --ref v1.2.3"
    assert said in capsys.readouterr().err
    assert checkout.output == ""


def test_a_release_s_facts_need_no_policy_that_is_right(checkout: Checkout) -> None:
    checkout.write("rollout.yaml", "steps: []\n")
    assert checkout.facts() == 0


@pytest.mark.parametrize(
    "pyproject",
    [
        f'{COMMITIZEN}[project]\nversion = "1.2.3"\n',
        f"[project]\nversion = '1.2.3'  # quoted in another way\n\n{COMMITIZEN}",
        'project = {name = "agent-release", version = "1.2.3"}\n',
        f"{COMMITIZEN}[project]\nversion = '1.2.3'\n[tool.other]\nversion = \"8.8.8\"\n",
        '[project]\nname = "a" # version = "7.7.7"\nversion="1.2.3"#version = "6.6.6"\n',
        '[project]\ndescription = """\nversion = "5.5.5"\n"""\nversion = """1.2.3"""\n',
        '[tool.commitizen]\nversion_provider = "pep621"\nversion = "9.9.9"\n[project]\n"version" = "1.2.3"\n',
        'tool.commitizen.version = "9.9.9"\nproject.version = "1.2.3" # x-release-please-version\n',
    ],
)
def test_the_version_is_the_project_s_however_it_is_written(pyproject: str) -> None:
    assert version_in(tomllib.loads(pyproject)) == "1.2.3"


@pytest.mark.parametrize("pyproject", [COMMITIZEN, "", "[project]\ndynamic = ['version']\n", "project = 'x'\n"])
def test_a_version_of_another_table_is_not_the_project_s(pyproject: str) -> None:
    with pytest.raises(WrongRelease, match=r"project\.version: None is not a valid image tag: use for example 1\.2\.3"):
        version_in(tomllib.loads(pyproject))


@pytest.mark.parametrize("version", ['"1\\nimage=evil"', "1", '""', '"1+local"', '" 1"'])
def test_a_version_that_no_image_can_have_is_refused(version: str) -> None:
    with pytest.raises(WrongRelease, match="is not a valid image tag"):
        version_in(tomllib.loads(f"[project]\nversion = {version}\n"))


@pytest.mark.parametrize("target", ["docker", '"docker"', "'docker'  # one host"])
@pytest.mark.parametrize("arguments", [[], ["--going-back"]])
def test_a_target_is_read_as_yaml_has_it(target: str, arguments: list[str], checkout: Checkout) -> None:
    checkout.write("rollout.yaml", SMALL.replace("target: docker", f"target: {target}"))
    assert main(["target", *arguments]) == 0


@pytest.mark.parametrize(("target", "code", "says"), [("kubernetes", 0, "kubernetes\n"), ("nomad", 2, "::error::")])
def test_the_target_is_printed_and_one_that_does_not_exist_is_refused(
    target: str, code: int, says: str, checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.write("rollout.yaml", SMALL.replace("target: docker", f"target: {target}"))
    assert main(["target"]) == code
    assert says in "".join(capsys.readouterr())


def test_a_target_that_only_a_parser_finds_is_refused(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    """Else the commands would go to a host."""
    checkout.write("rollout.yaml", SMALL.replace("target: docker", '"target" : kubernetes'))
    assert main(["target"]) == 2
    assert "write it as the line `target: kubernetes`" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "code", "kind"), [([], 2, "error"), (["--going-back"], 0, "warning")])
def test_a_policy_that_is_wrong_stops_a_release_and_no_rollback(
    arguments: list[str], code: int, kind: str, checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.write("rollout.yaml", SMALL.replace("keep: 24h", "keep: 24"))
    assert main(["target", *arguments]) == code
    assert f"::{kind}::rollout.yaml:5: keep: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "reference",
    [
        "",
        IMAGE,
        f"{IMAGE}:v1",
        f"{IMAGE}@",
        f"{IMAGE}@sha256:abc",
        f"{IMAGE}@{DIGEST}0",
        f"{IMAGE}@{DIGEST.upper()}",
        f"{IMAGE}:v1@{DIGEST}",
        f"{IMAGE}-engine@{DIGEST}",
        f"ghcr.io/somebody/else@{DIGEST}",
        f"{IMAGE}@{DIGEST}\n{IMAGE}:v1",
        f"{IMAGE}@{DIGEST}\n",
        f"x {IMAGE}@{DIGEST}",
    ],
)
def test_what_is_not_this_image_by_its_digest_is_refused(reference: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert digests.main([IMAGE, reference]) == 2
    assert digests.main([IMAGE, f"{IMAGE}@{DIGEST}", reference.replace(IMAGE, f"{IMAGE}-engine", 1)]) == 2
    assert capsys.readouterr().err.count("::error::") == 2


def test_a_release_and_its_engine_by_their_digests_are_accepted_with_nothing_installed() -> None:
    command = ["-S", "-m", "rollout.pipeline.digests", IMAGE, f"{IMAGE}@{DIGEST}", f"{IMAGE}-engine@{DIGEST}"]
    done = subprocess.run([sys.executable, *command], cwd=REPOSITORY, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [[], [IMAGE], ["--help-me", IMAGE, f"{IMAGE}@{DIGEST}"]])
def test_a_wrong_command_line_is_refused_in_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert digests.main(arguments) == 2
    assert re.search(r"^::error::.*(required: |unrecognized)", capsys.readouterr().err, re.MULTILINE)


def test_an_output_of_several_lines_stays_one_output() -> None:
    assert output("labels", "A=1\nB=2") == "labels<<END_OF_labels\nA=1\nB=2\nEND_OF_labels\n"


def test_a_rollback_needs_neither_a_valid_version_nor_a_tag_that_fits(checkout: Checkout) -> None:
    checkout.write("pyproject.toml", '[project]\nversion = "1.0+local"\n')
    assert checkout.facts("--going-back", ref="refs/tags/nightly") == 0
    assert checkout.output == "image=ghcr.io/my-org/my-agent\n"
