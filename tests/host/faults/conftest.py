"""The hosts for the matrix, created when the first cell needs them and kept until the last one."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.host.faults.clock import Clocks
from tests.host.faults.disk import SmallDisk
from tests.host.faults.docker_restarts import OwnDocker
from tests.host.faults.ground import Ground, Grounds
from tests.host.faults.results import Results
from tests.host.faults.table import Place
from tests.host.images import Images
from tests.host.registry import Registry
from tests.repository import REPOSITORY


@pytest.fixture(scope="session")
def results() -> Results:
    return Results(Path(os.environ.get("FAULTS_RESULTS", REPOSITORY / ".rollout" / "faults.json")))


@pytest.fixture(scope="package")  # an idle host's Prometheus takes a tenth of a core from the tests after it
def grounds(
    images: Images, registry: Registry, results: Results, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Grounds]:
    """Creates the host of a place. Raises NotTried if this machine can't have one."""
    kinds: dict[Place, Callable[[Path], Ground]] = {
        "host": lambda folder: Ground(images, folder),
        "small disk": lambda folder: SmallDisk(images, folder),
        "clocks": lambda folder: Clocks(images, folder),
        "docker": lambda folder: OwnDocker(images, registry, folder),
    }
    made: dict[Place, Ground] = {}

    def ground(place: Place) -> Ground:
        if place not in made:
            made[place] = kinds[place](tmp_path_factory.mktemp("ground"))
            made[place].prepare()
            results.versions.update(made[place].versions())
        return made[place]

    try:
        yield ground
        for each in made.values():  # check that the last cell of each host left nothing behind either
            if each.before and each.rollout("start", each.next_release(), "--policy", str(each.policy)).code == 0:
                results.vouch(each.before)
    finally:
        for each in made.values():
            each.down()
