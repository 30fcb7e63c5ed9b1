"""What a workflow's summary shows of a report."""

import re
from pathlib import Path

import pytest

from rollout import report
from rollout.pipeline.summary import brief, summary
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


def test_in_brief_it_is_each_verdict_with_its_picture(tmp_path: Path) -> None:
    report.write(story(promoted()), False, tmp_path / "a")
    report.write(story(rolled_back_at_5_percent()), False, tmp_path / "b")
    said = brief(tmp_path / "a") + brief(tmp_path / "b")
    assert re.findall(r"^#+ (Promoted|Rolled back)", said, re.MULTILINE) == ["Promoted", "Rolled back"]
    assert said.count("xychart-beta") == 3
    assert "## " not in said
    assert brief(tmp_path / "nowhere") == summary(tmp_path / "nowhere")


def test_without_a_report_the_summary_says_so(tmp_path: Path) -> None:
    assert summary(tmp_path) == f"No report was written to {tmp_path}."
    assert summary(tmp_path / "nowhere") == f"No report was written to {tmp_path / 'nowhere'}."


DAMAGED = {
    "its numbers are no JSON": ("x.json", b"{", "x.json is damaged, so no chart can be drawn: JSONDecodeError"),
    "its numbers are a list": ("x.json", b"[]", "x.json is damaged, so no chart can be drawn: TypeError"),
    "a number is a word": ("x.json", b'{"seconds": "x"}', "x.json is damaged, so no chart can be drawn: TypeError"),
    "its numbers are missing": ("x.json", None, "x.md is not a report: there is no x.json next to it"),
    "its text is no text": ("x.md", b"\xff", "x.md can't be read: 'utf-8' codec"),
    "it has no picture": ("x.md", b"# Where is it?", "# Where is it?"),
}


@pytest.mark.parametrize(("name", "content", "says"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_report_is_named_and_the_others_are_shown(
    name: str, content: bytes | None, says: str, tmp_path: Path
) -> None:
    whole = report.write(story(promoted()), False, tmp_path)
    alone = summary(tmp_path)
    for suffix in (".md", ".json"):
        (tmp_path / f"x{suffix}").write_bytes(whole.with_suffix(suffix).read_bytes())
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    said = summary(tmp_path)
    assert said.startswith(f"{alone}\n")
    assert says in said.removeprefix(alone)
