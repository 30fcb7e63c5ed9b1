import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rollout.report import write
from rollout.report.files import file_name
from tests.rollout.lines import story
from tests.rollout.report import examples
from tests.rollout.report.journals import Journal


@pytest.mark.parametrize("make", examples.EXAMPLES.values(), ids=examples.EXAMPLES.keys())
def test_a_report_is_three_files_and_the_markdown_is_the_one_to_open(make: type[Journal], tmp_path: Path) -> None:
    path = write(story(make()), alive=False, folder=tmp_path / "reports")
    assert path.suffix == ".md"
    assert sorted(path.parent.iterdir()) == [path.with_suffix(".json"), path, path.with_suffix(".svg")]
    assert f"]({path.stem}.svg)" in path.read_text(encoding="utf-8")
    ElementTree.parse(path.with_suffix(".svg"))  # noqa: S314  our own
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["verdict"]


def test_a_report_is_written_anew_whole_or_stays_as_it_was(tmp_path: Path) -> None:
    path = write(story(examples.engine_died()), alive=True, folder=tmp_path)
    before = path.read_text(encoding="utf-8")
    path.with_suffix(".json").unlink()
    path.with_suffix(".json").mkdir()  # can't be replaced
    with pytest.raises(OSError, match="directory"):
        write(story(examples.recovered()), alive=False, folder=tmp_path)
    assert path.read_text(encoding="utf-8") == before
    path.with_suffix(".json").rmdir()
    write(story(examples.recovered()), alive=False, folder=tmp_path)
    assert path.read_text(encoding="utf-8") != before
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("rollout", "name"),
    [("20251124T130900.1Z-good", "20251124T130900.1Z-good"), ("../../etc/passwd", "_._.._etc_passwd"), ("", "_")],
)
def test_a_name_stays_in_its_folder(rollout: str, name: str) -> None:
    assert file_name(rollout) == name
