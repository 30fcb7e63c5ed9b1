"""How full the disk is, for the alerts DiskNearlyFull and DiskFull."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class Disk(Collector):
    """Exports the size and the free space of the file system of `folder`, in bytes; nothing if it can't be read.

    In a container, that of `/` is where Docker keeps everything of the host: images, logs and volumes.
    """

    def __init__(self, folder: Path = Path("/")) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        try:
            usage = shutil.disk_usage(self._folder)
        except OSError:
            return
        yield GaugeMetricFamily("agent_disk_size_bytes", "Size of the disk", value=usage.total)
        yield GaugeMetricFamily("agent_disk_free_bytes", "Free space of the disk", value=usage.free)
