"""Replaces a third-party action: records its inputs, and does what the rest of the job needs.

Run as `python stand_in.py ACTION`. Its inputs are JSON in $INPUTS; it appends a line to $NOTES; $ORIGIN is checked out;
$UPLOADED is for artifacts.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

Inputs = dict[str, str]
Facts = dict[str, Any]
SCRIPT = """\
#!/bin/sh
# Two rehearsals at once are too much for one machine, so they take turns. On GitHub each has its own machine.
[ "$1" != rehearse ] || turn="flock $TURN"
exec $turn "$(dirname "$0")/python" -m {module} "$@"
"""
PROGRAMS = {"rollout": "rollout", "pytest": "pytest", "mypy": "mypy"}


def run(*command: str, **environment: str) -> str:
    done = subprocess.run(command, env=os.environ | environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}")
    return done.stdout.strip()


def append(file: str, line: str) -> None:
    """Append to a file that a variable names."""
    with Path(os.environ[file]).open("a", encoding="utf-8") as opened:
        opened.write(f"{line}\n")


def checkout(inputs: Inputs) -> Facts:
    """Clone only this commit, or the whole history."""
    run("git", "init", "--quiet", "--initial-branch=main")
    run("git", "remote", "add", "origin", f"file://{os.environ['ORIGIN']}")
    if inputs["fetch-depth"] == "0":
        run("git", "fetch", "--quiet", "origin")
    else:
        run("git", "fetch", "--quiet", "--depth=1", "origin", os.environ["GITHUB_SHA"])
    run("git", "checkout", "--quiet", "--detach", os.environ["GITHUB_SHA"])
    return {}


def set_up_python(_: Inputs) -> Facts:
    """Also create a .venv, so that `make setup` has nothing to do. It has the libraries of the current Python, and
    finds the checked-out packages first."""
    run(sys.executable, "-m", "venv", "--without-pip", ".venv")
    library = Path(sysconfig.get_path("purelib", vars={"base": ".venv"}))
    library.joinpath("ready.pth").write_text(f"{Path.cwd()}\n{sysconfig.get_path('purelib')}\n")
    for name, module in PROGRAMS.items():
        script = Path(".venv/bin") / name
        script.write_text(SCRIPT.format(module=module))
        script.chmod(0o755)
    for name in ("ruff", "lint-imports"):
        program = shutil.which(name, path=sysconfig.get_path("scripts")) or sys.exit(f"no {name} beside this Python")
        Path(".venv/bin", name).symlink_to(program)
    installed = Path(".venv/installed")  # as requirements/install does
    installed.mkdir()
    (installed / "place").write_text(f"{Path('.venv').resolve()}\n")
    for name in ("run.txt", "dev.txt", "evals.txt"):
        shutil.copy(Path("requirements", name), installed)
    (installed / "repository").write_text(f"{Path.cwd().resolve()}\n{Path('pyproject.toml').read_text()}")
    return {}


def build_and_push(inputs: Inputs) -> Facts:
    """A real build, without attestations: this machine's builder can't create them."""
    tag, arguments = inputs["tags"], [f"--build-arg={line}" for line in inputs["build-args"].splitlines()]
    base = ["--build-arg=PYTHON_IMAGE"] if "PYTHON_IMAGE" in os.environ else []
    target = f"--target={inputs['target']}"
    run("docker", "build", "--quiet", target, f"--tag={tag}", *arguments, *base, inputs["context"], DOCKER_BUILDKIT="1")
    found = re.search(r"digest: (sha256:[0-9a-f]{64})", run("docker", "push", tag)) or sys.exit(f"{tag} has no digest")
    digest = os.environ.get("DIGEST", found[1])  # a test may change it
    facts = {"digest": digest, "layers": layers(tag)}
    run("docker", "rmi", "--force", tag)  # so that the host must pull it, unless it is stable already
    append("GITHUB_OUTPUT", f"digest={digest}")
    return facts


def install_cosign(_: Inputs) -> Facts:
    append("GITHUB_PATH", os.environ["COSIGN"])
    return {}


def scan(inputs: Inputs) -> Facts:
    return {"layers": layers(inputs["image"])}


def upload(inputs: Inputs) -> Facts:
    folder = Path(inputs["path"])
    names = sorted(path.name for path in folder.rglob("*") if path.is_file())
    if not names:
        sys.exit(f"no files were found: {folder}")
    shutil.copytree(folder, Path(os.environ["UPLOADED"]) / os.environ["RUN"] / inputs["name"], dirs_exist_ok=True)
    return {"files": names}


def download(inputs: Inputs) -> Facts:
    """What an earlier job of this run has uploaded."""
    there = Path(os.environ["UPLOADED"]) / os.environ["RUN"]
    for folder in there.glob(inputs.get("pattern") or inputs["name"]):
        shutil.copytree(
            folder, Path(inputs["path"]) / (folder.name if inputs.get("pattern") else ""), dirs_exist_ok=True
        )
    return {}


def layers(image: str) -> list[str]:
    """An image's content, without its labels."""
    found: list[str] = json.loads(run("docker", "image", "inspect", "--format", "{{json .RootFS.Layers}}", image))
    return found


ACTIONS: dict[str, Callable[[Inputs], Facts]] = {
    "actions/checkout": checkout,
    "actions/download-artifact": download,
    "actions/setup-python": set_up_python,
    "actions/upload-artifact": upload,
    "anchore/scan-action": scan,
    "docker/build-push-action": build_and_push,
    "docker/setup-buildx-action": lambda _: {},
    "sigstore/cosign-installer": install_cosign,
}

if __name__ == "__main__":
    given: Inputs = json.loads(os.environ["INPUTS"])
    note = {"run": os.environ["RUN"], "job": os.environ["GITHUB_JOB"], "action": sys.argv[1], "inputs": given}
    line = json.dumps(note | ACTIONS[sys.argv[1]](given))
    append("NOTES", line)
