"""The disk's size and free space, as the alerts read them."""

import shutil
from pathlib import Path

from agent.disk import Disk


def test_size_and_free_space_are_those_of_the_folders_disk(tmp_path: Path) -> None:
    size, free = (family.samples[0].value for family in Disk(tmp_path).collect())
    assert size == shutil.disk_usage(tmp_path).total
    assert 0 < free < size


def test_a_disk_that_cannot_be_read_has_no_series(tmp_path: Path) -> None:
    assert list(Disk(tmp_path / "absent").collect()) == []
