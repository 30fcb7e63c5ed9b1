"""The answer of the helper that installs a certificate."""

import pytest

from rollout.docker.certificate import put_certificate
from rollout.errors import OtherVersion
from tests.rollout.docker.fakes import FakeDocker, host, says


def test_says_when_it_expires() -> None:
    docker = FakeDocker(log=says('{"expires": 7, "first": true}'))
    assert put_certificate(host(docker), b"pem") == {"expires": 7, "first": True}


@pytest.mark.parametrize("out", ["", "installed", "[]", "7", "null"])
def test_an_answer_that_is_no_object_is_of_another_version(out: str) -> None:
    docker = FakeDocker(log=says(out))
    with pytest.raises(OtherVersion, match="Its answer to `certificate`"):
        put_certificate(host(docker), b"pem")
    assert docker.there == {}
