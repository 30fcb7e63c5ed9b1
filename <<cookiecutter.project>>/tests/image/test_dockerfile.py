"""The Dockerfile, and `make image` without Docker."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.image.context import ROOT


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_each_base_image_is_pinned_by_digest_or_is_a_stage() -> None:
    text = (ROOT / "Dockerfile").read_text()
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE))
    bases = set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) | set(re.findall(r"--from=(\S+)", text))
    pinned = re.findall(r"^FROM (python:[\w.-]+@sha256:[0-9a-f]{64}) AS pinned$", text, re.MULTILINE)
    assert bases - stages == {"${PYTHON_IMAGE}", *pinned}
    assert "pinned" not in bases, "PYTHON_IMAGE would not replace it"
    assert re.findall(r"^ARG PYTHON_IMAGE=(.*)$", text, re.MULTILINE) == ["pinned"]
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE)[:1] == pinned, "Dependabot updates only a literal first FROM"


def test_the_engines_image_has_exactly_the_folders_that_it_imports() -> None:
    text = (ROOT / "Dockerfile").read_text()
    lines = re.findall(r"^COPY (rollout/.+) \S+$", text, re.MULTILINE)
    copied = {Path(name).stem for line in lines for name in line.split()}
    names = "import sys, rollout.onhost.command; print(*(name for name in sys.modules if name.startswith('rollout.')))"
    done = subprocess.run([sys.executable, "-c", names], cwd=ROOT, capture_output=True, text=True, check=True)
    assert copied - {"__init__"} == {name.split(".")[1] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("docker", "said"),
    [
        pytest.param("no-such-docker", "the command 'no-such-docker' does not exist", id="no command"),
        pytest.param("false", "make image needs a running Docker engine, and none answers", id="no engine"),
    ],
)
def test_make_image_says_what_is_missing_and_how_to_get_it(docker: str, said: str) -> None:
    ours = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    command = ["make", "image", f"DOCKER={docker}"]
    done = subprocess.run(command, cwd=ROOT, env=ours, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert said in done.stdout
    assert "sudo " in done.stdout


@pytest.mark.parametrize(("python", "code"), [(sys.executable, 0), ("false", 2)])
def test_an_images_name_and_version_are_parsed_as_json_and_toml(python: str, code: int, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".template.json").write_text('{"cookiecutter":{"project":"invoice-helper"}}')
    (tmp_path / "pyproject.toml").write_text("[tool.commitizen]\nversion = '9.9.9'\n[project]\nversion = '1.2.3'\n")
    (tmp_path / "docker").write_text("#!/bin/sh\necho $*\n")
    (tmp_path / "docker").chmod(0o755)
    ours = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    command = ["make", "image", f"PYTHON={python}", f"DOCKER={tmp_path}/docker"]
    done = subprocess.run(command, cwd=tmp_path, env=ours, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    built = re.findall(r"^built (.+)$", done.stdout, re.MULTILINE)
    assert built == ([] if code else ["invoice-helper:1.2.3", "invoice-helper-engine:1.2.3"])
    assert done.stdout.count("--build-arg PYTHON_IMAGE ") == len(built), "PYTHON_IMAGE in the environment is not used"
    assert ("make image needs project.version in pyproject.toml" in done.stdout) == bool(code)
