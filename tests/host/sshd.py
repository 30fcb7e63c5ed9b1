"""A real sshd on the loopback address with its own keys, and a client configured for it."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

from rollout.rehearsal.process import Process, free_port, listening
from tests.waiting import wait_until

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile {folder}/pid
PasswordAuthentication no
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
SetEnv PATH={path}
"""
CLIENT = """\
Host loopback
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/user
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  StrictHostKeyChecking yes
"""


class Sshd:
    """`docker_host` is for DOCKER_HOST; with `environment`, the client's `ssh` finds the server."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"])
        assert program, "no sshd: install openssh-server"
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.port = free_port()
        for name in ("host", "user"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(command, check=True)
        facts = {"port": self.port, "folder": folder, "path": os.environ["PATH"], "user": getpass.getuser()}
        (folder / "sshd_config").write_text(CONFIG.format(**facts))
        (folder / "config").write_text(CLIENT.format(**facts))
        host_key = (folder / "host.pub").read_text()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {host_key}")
        wrapper = folder / "bin" / "ssh"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
        wrapper.chmod(0o755)
        Path("/run/sshd").mkdir(exist_ok=True)  # the folder for sshd's privilege separation
        self._process = Process("sshd", (program, "-D", "-e", "-f", str(folder / "sshd_config")), folder / "sshd.log")
        wait_until(self._answers, seen=self._process.last_lines)
        self.docker_host = "ssh://loopback"
        self.environment = {"DOCKER_HOST": self.docker_host, "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}

    def _answers(self) -> bool:
        self._process.check()
        return listening(self.port)

    def connections(self) -> int:
        """The number of connections accepted so far."""
        return (self._folder / "sshd.log").read_text(encoding="utf-8").count("Accepted publickey")

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        self._process.stop()
