"""What a workflow's summary shows of a report."""

import re
from pathlib import Path

from rollout import report
from rollout.pipeline.summary import summary
from tests.rollout.lines import story
from tests.rollout.report.examples import promoted, rolled_back_at_5_percent


def charts(said: str) -> dict[str, list[list[float]]]:
    """Each chart's title -> its lines."""
    drawn = re.findall(r"^```mermaid\nxychart-beta\n(.+?)^```$", said, re.DOTALL | re.MULTILINE)
    lines = [[list(map(float, line.split(", "))) for line in re.findall(r"line \[(.+)\]", chart)] for chart in drawn]
    return dict(zip([re.findall(r'title "(.+)"', chart)[0] for chart in drawn], lines, strict=True))


def test_a_report_is_shown_whole_with_its_picture_drawn_anew(tmp_path: Path) -> None:
    path = report.write(story(rolled_back_at_5_percent()), False, tmp_path)
    said = summary(tmp_path)
    before, _, after = path.read_text().partition("![")
    assert said.startswith(before)
    assert said.rstrip().endswith(after.partition("\n")[2].rstrip())
    assert "![" not in said

    found = charts(said)
    assert list(found) == ["Share of traffic on the new release, in %", "Gate errors, in %, and its limit"]
    (share,), (errors, limit) = found.values()
    assert set(share) == {0, 5}
    assert (share[0], share[-1]) == (0, 0)
    assert (max(errors), set(limit)) == (21.3, {5})


def test_of_a_good_release_the_picture_is_its_share_alone(tmp_path: Path) -> None:
    report.write(story(promoted()), False, tmp_path)
    (share,) = charts(summary(tmp_path))["Share of traffic on the new release, in %"]
    assert sorted(set(share)) == [0, 5, 25, 100]
    assert share == sorted(share)


def test_without_a_report_the_summary_says_so(tmp_path: Path) -> None:
    assert summary(tmp_path) == "No report was written."
