"""The nightly evals with a real model: where no key is, they say that they did not run."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.repository import REPOSITORY
from tests.workflows import policy

MAKE = """\
#!/bin/sh
echo "$*; $KEY_NAME=$(printenv "$KEY_NAME")" >"{folder}/called"
echo "evaluator  cases"
exit {code}
"""


class Done(NamedTuple):
    """The end of the step."""

    code: int
    out: str
    summary: str
    called: str | None


def evaluate(folder: Path, model: str, key: str, code: int = 0, key_name: str = "ANTHROPIC_API_KEY") -> Done:
    """Run the workflow's step with a `make` that exits with this code."""
    (step,) = (each for each in policy.load(REPOSITORY)["evals"]["jobs"]["live"]["steps"] if "run" in each)
    (folder / "bin").mkdir()
    (folder / "bin" / "make").write_text(MAKE.format(folder=folder, code=code))
    (folder / "bin" / "make").chmod(0o755)
    environment = {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "KEY_NAME": key_name,
        **dict(zip(step["env"], (model, key), strict=True)),
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    called = folder / "called"
    return Done(
        done.returncode, done.stdout, (folder / "summary").read_text(), called.read_text() if called.exists() else None
    )


@pytest.mark.parametrize(("model", "key"), [("", ""), ("anthropic:claude", ""), ("", "abc")])
def test_without_a_model_or_its_key_it_says_that_nothing_was_evaluated(tmp_path: Path, model: str, key: str) -> None:
    done = evaluate(tmp_path, model, key)
    assert (done.code, done.called) == (0, None)
    assert done.out.startswith("::warning::not evaluated: the environment evals lacks ")
    assert done.summary.startswith("**Not evaluated**: ")


@pytest.mark.parametrize(
    ("model", "key_name"),
    [
        ("anthropic:claude-sonnet-5", "ANTHROPIC_API_KEY"),
        ("openai-responses:gpt-5", "OPENAI_API_KEY"),
        ("google-gla:gemini", "GOOGLE_API_KEY"),
    ],
)
def test_the_key_has_the_name_that_the_provider_reads(tmp_path: Path, model: str, key_name: str) -> None:
    done = evaluate(tmp_path, model, "abc", key_name=key_name)
    assert done.called == f"eval MODEL={model} FLOORS=evals/live.yaml TRIALS=3; {key_name}=abc\n"
    assert done.code == 0
    assert "evaluator  cases" in done.summary


def test_a_failed_floor_fails_the_run(tmp_path: Path) -> None:
    assert evaluate(tmp_path, "anthropic:claude", "abc", code=2).code == 2
