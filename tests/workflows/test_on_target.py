"""How a runner connects to a host: with a private key file, and only to the known host."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.workflows.scripted import script

pytestmark = pytest.mark.ssh

SSH = """\
#!/bin/sh
cat "$2"
folder=$(dirname "$2")
ls -ld "$folder" "$folder/key" | cut -c 1-10
cat "$folder/key" "$folder/known_hosts"
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A private key, without a line end after its last line: so `gh` and GitHub's page keep it."""
    path = tmp_path_factory.mktemp("key") / "deploy-key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path], check=True)
    return path.read_text().rstrip("\n")


def reach(key: str) -> dict[str, str]:
    return {"DOCKER_HOST": "ssh://deploy@my-host", "SSH_KEY": key, "KNOWN_HOSTS": "my-host ssh-ed25519 AAAA"}


def on_target(tmp_path: Path, *command: str, **environment: str) -> tuple[int, str]:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "ssh").write_text(SSH)
    (bin_folder / "ssh").chmod(0o755)
    (tmp_path / "the runner").mkdir()
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    done = script(
        "on-target", *command, folder=tmp_path, PATH=path, RUNNER_TEMP=f"{tmp_path}/the runner", **environment
    )
    assert list((tmp_path / "the runner").iterdir()) == [], "the key was left behind"
    return done.code, done.out + done.err


def test_the_key_is_a_private_file_during_the_command_and_only_the_known_host_is_accepted(
    key: str, tmp_path: Path
) -> None:
    code, said = on_target(tmp_path, "sh", "-c", 'ssh my-host; echo "seen: $SSH_KEY"; exit 3', **reach(key))
    assert code == 3
    assert "StrictHostKeyChecking yes" in said
    assert "GlobalKnownHostsFile /dev/null" in said
    assert said.endswith(f"drwx------\n-rw-------\n{key}\nmy-host ssh-ed25519 AAAA\nseen: \n")


@pytest.mark.parametrize("missing", ["SSH_KEY", "KNOWN_HOSTS"])
def test_a_missing_setting_is_reported_and_nothing_runs(missing: str, key: str, tmp_path: Path) -> None:
    code, said = on_target(tmp_path, "echo", "was run", **(reach(key) | {missing: ""}))
    assert code != 0
    assert f"{missing}: is not set" in said
    assert "was run" not in said


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("\n", "\r\n", "its lines end with CRLF instead of LF"),
        ("\n", " ", "it is on one line"),
        ("PRIVATE", "PUBLIC", "it is no private key, or has a passphrase"),
    ],
)
def test_a_key_that_was_pasted_wrongly_is_named_with_the_way_to_set_it(
    before: str, after: str, why: str, key: str, tmp_path: Path
) -> None:
    code, said = on_target(tmp_path, "echo", "was run", **reach(key.replace(before, after)))
    assert code == 2
    assert re.fullmatch(
        rf"::error::the secret SSH_KEY of the environment production, .* can't be used: {why}\..*\n", said
    )
    assert "gh secret set SSH_KEY --env production <deploy-key" in said
    assert key.splitlines()[1] not in said


def test_a_key_with_a_passphrase_is_refused_since_nobody_is_there_to_type_it(tmp_path: Path) -> None:
    path = tmp_path / "deploy-key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret words", "-f", path], check=True)
    code, said = on_target(tmp_path, "echo", "was run", **reach(path.read_text()))
    assert (code, "has a passphrase" in said) == (2, True)


@pytest.mark.parametrize("host", ["unix:///var/run/docker.sock", ""], ids=["the host itself", "a cluster"])
def test_what_is_not_reached_by_ssh_needs_no_key(host: str, tmp_path: Path) -> None:
    assert on_target(tmp_path, "echo", "was run", DOCKER_HOST=host) == (0, "was run\n")
