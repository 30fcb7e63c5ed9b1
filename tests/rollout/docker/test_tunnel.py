"""A tunnel to a Docker engine elsewhere, with a program in the place of ssh. tests/host has the real one."""

import sys
from pathlib import Path

import pytest

from rollout.docker.tunnel import Tunnel
from tests.waiting import wait_until

LISTENS = """\
#!{python}
import os, socket, sys
with open("{folder}/calls", "a") as calls:
    print(*sys.argv[1:], file=calls)
forward = next(argument for argument in sys.argv if argument.startswith("-L"))
made = socket.socket(socket.AF_UNIX)
made.bind(forward[2:].partition(":")[0])
made.listen()
with open("{folder}/pid", "w") as pid:
    pid.write(str(os.getpid()))
sys.stdin.read()
"""
FAILS = """\
#!/bin/sh
echo "ada@my-host: Permission denied (publickey)." >&2
exit 255
"""


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program that is found as ssh; it writes `calls` and `pid` beside itself."""
    program = tmp_path / "ssh"
    program.write_text(LISTENS.format(python=sys.executable, folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


def calls(ssh: Path) -> list[str]:
    return (ssh.parent / "calls").read_text().splitlines()


def test_user_port_and_socket_are_those_of_the_address(ssh: Path) -> None:
    with Tunnel("ssh://ada@my-host:2222/run/user/1000/docker.sock") as tunnel:
        assert tunnel.open().startswith("unix:///")
    (call,) = calls(ssh)
    assert "-lada -p2222 " in call
    assert ":/run/user/1000/docker.sock -- my-host " in call


def test_what_is_not_in_the_address_is_left_to_the_configuration_of_ssh(ssh: Path) -> None:
    with Tunnel("ssh://My-Host") as tunnel:
        tunnel.open()
    (call,) = calls(ssh)
    assert not {"-l", "-p"} & {word[:2] for word in call.split()}
    assert ":/var/run/docker.sock -- My-Host " in call


def test_one_that_is_open_is_used_again_and_one_that_was_cut_is_opened_anew(ssh: Path) -> None:
    with Tunnel("ssh://my-host") as tunnel:
        assert tunnel.open() == tunnel.open()
        assert len(calls(ssh)) == 1
        tunnel.cut()
        tunnel.open()
        assert len(calls(ssh)) == 2


def test_it_ends_with_whoever_opened_it(ssh: Path) -> None:
    with Tunnel("ssh://my-host") as tunnel:
        tunnel.open()
        wait_until((ssh.parent / "pid").exists, 10)
        pid = (ssh.parent / "pid").read_text()
    assert not Path(f"/proc/{pid}").exists()


def test_what_ssh_complains_of_is_told(ssh: Path) -> None:
    ssh.write_text(FAILS)
    with Tunnel("ssh://ada@my-host") as tunnel, pytest.raises(ConnectionError, match="Permission denied"):
        tunnel.open()


@pytest.mark.parametrize("where", ["ssh://", "ssh://:22", "ssh://my-host:port"])
def test_an_address_that_is_none_is_refused(where: str) -> None:
    with pytest.raises(ValueError, match=r"no host|Port"):
        Tunnel(where)
