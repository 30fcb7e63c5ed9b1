"""The guards against a dead engine: without each guard, the same fault ends badly."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from rollout.router import haproxy
from tests.host.faults.ground import Ground, Grounds, until
from tests.host.faults.requests import Requests, Sent
from tests.host.faults.scene import Scene
from tests.host.faults.strikes import kill_9
from tests.host.faults.table import Moment
from tests.host.traffic import served_by
from tests.pace import patience
from tests.rollout.lines import last_of

pytestmark = [pytest.mark.docker, pytest.mark.faults]

CONFIG = Path(haproxy.__file__).with_name("haproxy.cfg").read_text(encoding="utf-8")
WITHOUT_LEASE = CONFIG.replace("if leased plausible in_canary", "if in_canary")
LEASES_SECONDS = 12
"""More than two leases of this policy, at the fastest pace."""


@pytest.fixture
def ground(grounds: Grounds) -> Iterator[Ground]:
    """The matrix's host; afterwards its router is restored, and a start works again."""
    host = grounds("host")
    yield host
    configure(host, CONFIG)


def configure(ground: Ground, config: str) -> None:
    ground.ask(f"cat > /etc/router/haproxy.cfg <<'END'\n{config}\nEND")
    ground.docker("restart", ground.name("router"))
    served_by(ground.url)


def lose_engine(ground: Ground, moment: Moment) -> Scene:
    """A rollout whose engine is killed at that time and never restarted."""
    scene = Scene(ground)
    scene.start()
    scene.reach(moment)
    ground.docker("update", "--restart", "no", ground.name("engine"))
    kill_9(scene, ground.state("engine")["Pid"])
    return scene


def on_canary(load: Requests, scene: Scene, since: float) -> list[Sent]:
    return [each for each in list(load.sent) if each.at > since and each.release == scene.release]


@pytest.mark.parametrize(("config", "kept"), [(CONFIG, False), (WITHOUT_LEASE, True)], ids=["lease", "no lease"])
def test_it_is_the_lease_that_takes_the_users_from_a_canary_without_an_engine(
    ground: Ground, config: str, kept: bool
) -> None:
    assert config.count("if leased plausible in_canary") == (not kept)
    configure(ground, config)
    leases_seconds = LEASES_SECONDS * patience()
    with Requests(ground.url) as load:
        scene = lose_engine(ground, "25 %")
        killed_at = load.sent[-1].at
        until(lambda: load.sent[-1].at > killed_at + leases_seconds, "two leases are over")
        assert bool(on_canary(load, scene, killed_at + leases_seconds / 2)) is kept


def test_it_is_the_restart_policy_that_has_a_promoted_release_watched_on(ground: Ground) -> None:
    with Requests(ground.url) as load:
        scene = lose_engine(ground, "promoted")
        killed_at = load.sent[-1].at
        until(lambda: load.sent[-1].at > killed_at + LEASES_SECONDS * patience(), "two leases are over")
        assert ground.state("engine")["ExitCode"] == 128 + signal.SIGKILL
        assert last_of(scene.events(), "recovered") is None
