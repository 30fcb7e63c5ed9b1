"""What a host says of where it is published."""

import pytest

from rollout.onhost.publication import warnings

HERE, HERE_TLS = "127.0.0.1:8080", "127.0.0.1:8443"


@pytest.mark.parametrize("port", [HERE, "127.0.0.2:80", "localhost:80", "[::1]:80"])
def test_a_host_without_a_certificate_says_that_only_this_machine_is_served(port: str) -> None:
    (said,) = warnings(port, HERE_TLS, certificate=False)
    assert f"published on {port} only, for this machine" in str(said)
    assert "rollout certificate" in str(said)


@pytest.mark.parametrize("port", ["443", "[::]:443"])
def test_a_port_that_is_published_over_ipv6_is_named_unless_the_network_has_it(port: str) -> None:
    (said,) = warnings("0.0.0.0:80", port, certificate=True)
    assert str(said).startswith(f"{port} is published over IPv6")
    assert warnings("0.0.0.0:80", port, certificate=True, ipv6=True) == []


@pytest.mark.parametrize("port", ["0.0.0.0:80", "192.0.2.7:8080", "12.7.0.0:80"])
def test_one_that_is_published_in_plain_http_is_told_so(port: str) -> None:
    (said,) = warnings(port, "0.0.0.0:443", certificate=False)
    assert "in plain HTTP" in str(said)


def test_with_a_certificate_only_what_is_still_hidden_is_said() -> None:
    assert warnings("0.0.0.0:80", "0.0.0.0:443", certificate=True) == []
    (said,) = warnings(HERE, HERE_TLS, certificate=True)
    assert "ROUTER_TLS_PORT=0.0.0.0:443" in str(said)
