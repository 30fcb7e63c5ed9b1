"""The ports of a rehearsal's parts."""

import socket
from pathlib import Path

import pytest

from rollout.rehearsal.process import free_port

RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_no_port_is_assigned_twice() -> None:
    assert len({free_port() for _ in range(200)}) == 200


@pytest.mark.skipif(not RANGE.exists(), reason="only Linux tells which ports it lends")
def test_no_port_is_in_the_kernels_range_for_outgoing_connections() -> None:
    lowest = int(RANGE.read_text().split()[0])
    assert all(free_port() < lowest for _ in range(50))


def test_a_port_that_is_in_use_is_skipped() -> None:
    ports = [free_port() for _ in range(3)]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports[0]))
        assert free_port() not in ports
