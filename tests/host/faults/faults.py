"""The class that runs each row of the table."""

import signal

from tests.host.faults.clock import Jump
from tests.host.faults.connection import CutSsh
from tests.host.faults.disk import FillDisk
from tests.host.faults.docker_restarts import RestartDocker
from tests.host.faults.strikes import (
    DYING,
    EXITING,
    UNHEALTHY,
    Dies,
    Fault,
    FirstStarts,
    Image,
    Kill,
    KillFollower,
    LockFolder,
    Restart,
    Stop,
    TwoStarts,
)
from tests.host.faults.table import Cell

FAULTS: dict[str, Fault] = {
    **{f"kill {part}": Kill(part) for part in ("engine", "router", "prometheus", "canary", "stable")},
    **{
        f"restart {part}": Restart(part)
        for part in ("engine", "router", "prometheus", "alertmanager", "canary", "stable")
    },
    **{
        f"{part} clock {way}": Jump(part, offset)
        for part in ("router", "engine")
        for way, offset in (("ahead", "+1h"), ("back", "-1h"))
    },
    "stop stable": Stop("stable"),
    "lock folder": LockFolder(),
    "kill docker": RestartDocker(signal.SIGKILL),
    "restart docker": RestartDocker(signal.SIGTERM),
    "cut ssh": CutSsh(),
    "fill disk": FillDisk(),
    "kill follower": KillFollower(),
    "two starts": TwoStarts(),
    "image exits": Image("exits", EXITING),
    "image never healthy": Image("never-healthy", UNHEALTHY),
    "image dies": Dies("dies", DYING),
}


def fault_of(cell: Cell) -> Fault:
    return FirstStarts() if cell.row.fault == "two starts" and cell.moment == "start" else FAULTS[cell.row.fault]
