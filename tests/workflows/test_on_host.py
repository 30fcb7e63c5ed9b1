"""How a runner reaches a host: with a key that nobody else sees, and only the host that is known."""

import os
from pathlib import Path

import pytest

from tests.workflows.scripted import script

SSH = """\
#!/bin/sh
cat "$2"
folder=$(dirname "$2")
ls -ld "$folder" "$folder/key" | cut -c 1-10
cat "$folder/key" "$folder/known_hosts"
"""


def on_host(tmp_path: Path, *command: str, **environment: str) -> tuple[int, str]:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "ssh").write_text(SSH)
    (bin_folder / "ssh").chmod(0o755)
    (tmp_path / "the runner").mkdir()
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    done = script("on-host", *command, folder=tmp_path, PATH=path, RUNNER_TEMP=f"{tmp_path}/the runner", **environment)
    assert list((tmp_path / "the runner").iterdir()) == [], "the key was left behind"
    return done.code, done.out + done.err


def test_the_key_is_a_private_file_while_the_command_runs_and_the_host_must_be_the_known_one(tmp_path: Path) -> None:
    reach = {"DOCKER_HOST": "ssh://deploy@my-host", "SSH_KEY": "the key", "KNOWN_HOSTS": "my-host ssh-ed25519 AAAA"}
    code, said = on_host(tmp_path, "sh", "-c", 'ssh my-host; echo "seen: $SSH_KEY"; exit 3', **reach)
    assert code == 3
    assert "StrictHostKeyChecking yes" in said
    assert "GlobalKnownHostsFile /dev/null" in said
    assert said.endswith("drwx------\n-rw-------\nthe key\nmy-host ssh-ed25519 AAAA\nseen: \n")


@pytest.mark.parametrize("missing", ["DOCKER_HOST", "SSH_KEY", "KNOWN_HOSTS"])
def test_what_is_not_set_is_named_and_nothing_is_run(missing: str, tmp_path: Path) -> None:
    reach = {"DOCKER_HOST": "ssh://deploy@my-host", "SSH_KEY": "the key", "KNOWN_HOSTS": "my-host ssh-ed25519 AAAA"}
    code, said = on_host(tmp_path, "echo", "was run", **(reach | {missing: ""}))
    assert code != 0
    assert f"{missing}: is not set" in said
    assert "was run" not in said


def test_a_runner_on_the_host_itself_needs_no_key(tmp_path: Path) -> None:
    assert on_host(tmp_path, "echo", "was run", DOCKER_HOST="unix:///var/run/docker.sock") == (0, "was run\n")
