"""How a runner connects to a host: with a private key file, and only to the known host."""

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


def test_the_key_is_a_private_file_during_the_command_and_only_the_known_host_is_accepted(tmp_path: Path) -> None:
    reach = {"DOCKER_HOST": "ssh://deploy@my-host", "SSH_KEY": "the key", "KNOWN_HOSTS": "my-host ssh-ed25519 AAAA"}
    code, said = on_host(tmp_path, "sh", "-c", 'ssh my-host; echo "seen: $SSH_KEY"; exit 3', **reach)
    assert code == 3
    assert "StrictHostKeyChecking yes" in said
    assert "GlobalKnownHostsFile /dev/null" in said
    assert said.endswith("drwx------\n-rw-------\nthe key\nmy-host ssh-ed25519 AAAA\nseen: \n")


@pytest.mark.parametrize("missing", ["DOCKER_HOST", "SSH_KEY", "KNOWN_HOSTS"])
def test_a_missing_setting_is_reported_and_nothing_runs(missing: str, tmp_path: Path) -> None:
    reach = {"DOCKER_HOST": "ssh://deploy@my-host", "SSH_KEY": "the key", "KNOWN_HOSTS": "my-host ssh-ed25519 AAAA"}
    code, said = on_host(tmp_path, "echo", "was run", **(reach | {missing: ""}))
    assert code != 0
    assert f"{missing}: is not set" in said
    assert "was run" not in said


def test_a_runner_on_the_host_itself_needs_no_key(tmp_path: Path) -> None:
    assert on_host(tmp_path, "echo", "was run", DOCKER_HOST="unix:///var/run/docker.sock") == (0, "was run\n")
