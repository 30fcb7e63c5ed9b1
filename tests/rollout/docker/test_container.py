"""A container as docker-py describes it."""

from typing import Any

from rollout.docker.container import read


class Model:
    """docker-py's container."""

    def __init__(self, settings: dict[str, Any], state: dict[str, Any]) -> None:
        self.id = "1"
        self.attrs = {
            "Name": "/my-agent-router",
            "Created": "2026-11-24T13:00:00.123456789Z",
            "State": {"Status": "running", "ExitCode": 0, **state},
            "Config": {"Env": None, "Labels": None},
            "HostConfig": settings,
            "RestartCount": 2,
        }


def test_says_where_it_is_published_and_how_it_is_kept() -> None:
    ports = {
        "8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "80"}, {"HostIp": "", "HostPort": "81"}],
        "8443/tcp": [{"HostIp": "::", "HostPort": "443"}],
        "9000/tcp": None,
    }
    model: Any = Model({"PortBindings": ports, "RestartPolicy": {"Name": "always"}}, {"OOMKilled": True})
    found = read(model)
    assert found.published == {"8080": ["127.0.0.1:80", "81"], "8443": ["[::]:443"], "9000": []}
    assert (found.restart_policy, found.restarts, found.out_of_memory) == ("always", 2, True)


def test_what_another_engine_does_not_say_costs_nothing() -> None:
    model: Any = Model({"PortBindings": None, "RestartPolicy": {"Name": ""}}, {})
    found = read(model)
    assert (found.published, found.restart_policy, found.out_of_memory) == ({}, "no", False)


def test_says_which_volumes_it_has_by_their_folder() -> None:
    model: Any = Model({}, {})
    model.attrs["Mounts"] = [
        {"Type": "volume", "Name": "my-agent_data", "Destination": "/var/lib/agent"},
        {"Type": "bind", "Source": "/srv", "Destination": "/srv"},
    ]
    assert read(model).volumes == {"/var/lib/agent": "my-agent_data"}
    assert read(Model({}, {})).volumes == {}  # type: ignore[arg-type]
