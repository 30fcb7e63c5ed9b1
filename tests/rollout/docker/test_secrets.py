"""A secret goes into the volume of whoever reads it."""

from typing import Any

import pytest

from rollout.docker.secrets import put_secret
from rollout.errors import Refused
from rollout.onhost import names
from tests.rollout.docker.fakes import FakeDocker, host


class KeepsMounts(FakeDocker):
    """Keeps the mounts of what it creates, and the name of each file that is put."""

    def create(self, name: str | None, image: str, **settings: Any) -> str:
        self.mounts = [(mount["Source"], mount["Target"]) for mount in settings["mounts"]]
        return super().create(name, image, **settings)


@pytest.mark.parametrize(
    ("whose", "name", "volume"),
    [
        ("agent", "OPENAI_API_KEY", "secrets"),
        ("alerting", "webhook_url", "alerting-secrets"),
        ("engine", "EVALS_TOKEN", "state"),
        ("grafana", "admin_password", "grafana-secrets"),
    ],
)
def test_each_reader_has_a_volume(whose: str, name: str, volume: str) -> None:
    docker = KeepsMounts()
    on = host(docker)
    put_secret(on, whose, name, b"hush\n")
    assert docker.mounts == [(f"{on.project}_{volume}", names.SECRETS)]
    assert f"put {name}" in docker.calls


@pytest.mark.parametrize("name", ["lock", "journals", "EVALS_TOKENS"])
def test_nothing_else_gets_into_the_folder_of_the_journals(name: str) -> None:
    docker = FakeDocker()
    with pytest.raises(Refused, match=f"{name}: the engine reads only EVALS_TOKEN"):
        put_secret(host(docker), "engine", name, b"hush")
    assert docker.calls == []


def test_grafana_reads_its_password_only() -> None:
    docker = FakeDocker()
    with pytest.raises(Refused, match="webhook_url: Grafana reads only admin_password"):
        put_secret(host(docker), "grafana", "webhook_url", b"hush")
    assert docker.calls == []
