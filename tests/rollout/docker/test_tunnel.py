"""A tunnel to a remote Docker engine, with a fake ssh program. tests/host uses the real one."""

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
    """A fake ssh on PATH; it writes `calls` and `pid` next to itself."""
    program = tmp_path / "ssh"
    program.write_text(LISTENS.format(python=sys.executable, folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


def calls(ssh: Path) -> list[str]:
    return (ssh.parent / "calls").read_text().splitlines()


def test_user_port_and_socket_come_from_the_address(ssh: Path) -> None:
    with Tunnel("ssh://ada@my-host:2222/run/user/1000/docker.sock") as tunnel:
        assert tunnel.open().startswith("unix:///")
    (call,) = calls(ssh)
    assert "-lada -p2222 " in call
    assert ":/run/user/1000/docker.sock -- my-host " in call


def test_what_the_address_does_not_contain_comes_from_sshs_configuration(ssh: Path) -> None:
    with Tunnel("ssh://My-Host") as tunnel:
        tunnel.open()
    (call,) = calls(ssh)
    assert not {"-l", "-p"} & {word[:2] for word in call.split()}
    assert ":/var/run/docker.sock -- My-Host " in call


def test_an_open_tunnel_is_reused_and_a_lost_one_is_reopened(ssh: Path) -> None:
    with Tunnel("ssh://my-host") as tunnel:
        assert tunnel.open() == tunnel.open()
        assert len(calls(ssh)) == 1
        tunnel.cut()
        tunnel.open()
        assert len(calls(ssh)) == 2


def test_the_tunnel_ends_with_the_process_that_opened_it(ssh: Path) -> None:
    file = ssh.parent / "pid"
    with Tunnel("ssh://my-host") as tunnel:
        tunnel.open()
        wait_until(lambda: file.exists() and file.read_text())
        pid = file.read_text()
    assert not Path(f"/proc/{pid}").exists()


def test_the_error_of_ssh_is_reported(ssh: Path) -> None:
    ssh.write_text(FAILS)
    with Tunnel("ssh://ada@my-host") as tunnel, pytest.raises(ConnectionError, match="Permission denied"):
        tunnel.open()


@pytest.mark.parametrize("where", ["ssh://", "ssh://:22", "ssh://my-host:port"])
def test_an_invalid_address_is_refused(where: str) -> None:
    with pytest.raises(ValueError, match=r"no host|Port"):
        Tunnel(where)
