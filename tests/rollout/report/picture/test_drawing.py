import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from rollout.report import gather, picture
from rollout.report.picture.colours import CANARY, STABLE
from tests.rollout.lines import story
from tests.rollout.report import examples
from tests.rollout.report.journals import GATES, Journal

SVG = "{http://www.w3.org/2000/svg}"


def drawn(journal: Journal, *, alive: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(picture(gather(story(journal), alive)))  # noqa: S314  our own


def words(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}text")]


def areas(svg: ElementTree.Element, colour: str) -> Iterator[tuple[float, float]]:
    """From where to where, in pixels, an area of this colour reaches; the legend is none."""
    for rect in svg.iter(f"{SVG}rect"):
        if rect.get("fill") == colour and rect.get("shape-rendering"):
            x = float(rect.get("x", "0"))
            yield x, x + float(rect.get("width", "0"))


@pytest.mark.parametrize("alive", [False, True])
@pytest.mark.parametrize("make", examples.EXAMPLES.values(), ids=examples.EXAMPLES.keys())
def test_every_picture_is_an_image_without_scripts_or_anything_from_elsewhere(make: type[Journal], alive: bool) -> None:
    svg = drawn(make(), alive=alive)
    assert svg.get("role") == "img"
    names = {element.tag.removeprefix(SVG) for element in svg.iter()}
    assert names <= {"svg", "title", "defs", "pattern", "path", "rect", "line", "text", "circle"}
    found = {key for element in svg.iter() for key in element.keys()}  # noqa: SIM118  an element, no dict
    assert not [key for key in found if key.startswith("on") or "href" in key]


@pytest.mark.parametrize("make", examples.EXAMPLES.values(), ids=examples.EXAMPLES.keys())
def test_nothing_is_drawn_outside_the_picture(make: type[Journal]) -> None:
    svg = drawn(make())
    width = float(svg.get("width", "0"))
    for element in svg.iter():
        for key in ("x", "x1", "x2", "cx"):
            assert 0 <= float(element.get(key, "0")) <= width


def counted(**rule: Any) -> Journal:
    """A promoted release; the errors were counted, on more and more samples."""
    journal = examples.promoted()
    journal[0]["policy"]["gates"][0]["weighed"] = {"kind": "share", "certainty": 3.8, **rule}
    for number, event in enumerate(event for event in journal if event["event"] == "measured"):
        total = 50 + 10 * number
        event["gates"][0] |= {"bad": 1.0, "total": total, "value": 1 / total, "evidence": 0.0, "certainty": 3.8,
                              "stable_bad": 60.0, "stable_total": 1000.0, "stable": 0.06}  # fmt: skip
    return journal


def bands(journal: Journal) -> list[list[tuple[float, float]]]:
    """The corners of each band of chance."""
    found = [path for path in drawn(journal).iter(f"{SVG}path") if path.get("fill-opacity") == "0.2"]
    return [[(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path.get("d", ""))] for path in found]


def limits(journal: Journal) -> list[set[str]]:
    """The heights of each limit's line."""
    lines = [path.get("d", "") for path in drawn(journal).iter(f"{SVG}path") if path.get("stroke-dasharray")]
    return [set(re.findall(r" ([\d.]+)", line)) for line in lines]


def test_a_band_shows_what_is_above_the_limit_by_chance_where_counts_say_how_wide_it_is() -> None:
    assert bands(examples.promoted()) == []
    (band,) = bands(counted())
    upper, lower = band[: len(band) // 2], band[len(band) // 2 :]
    heights = [y for _, y in upper]
    assert heights == sorted(heights), "the more samples, the narrower it is"
    assert len({y for _, y in lower}) == 1
    assert all(y < lower[0][1] for y in heights)
    assert "above it by chance" in words(drawn(counted()))
    assert "above it by chance" not in words(drawn(examples.promoted()))


def test_where_a_multiple_of_stables_value_is_the_larger_limit_line_and_band_move_with_it() -> None:
    journal = counted(times_stable=3.0)
    for event in [event for event in journal if event["event"] == "measured"][:9]:
        event["gates"][0] |= {"stable_bad": 0.0, "stable": 0.0}
    assert "and 3 x stable" in words(drawn(journal))
    assert [len(limits(each)[0]) for each in (journal, counted())] == [2, 1]
    (band,) = bands(journal)
    lower = {str(y) for _, y in band[len(band) // 2 :]}
    assert lower == limits(journal)[0]


def test_text_of_others_stays_text() -> None:
    found = " ".join(words(drawn(examples.hostile())))
    assert "<script>alert(1)</script>" in found
    assert "ünïcode 🦊" in found


@pytest.mark.parametrize(
    "make", [examples.rolled_back_at_5_percent, examples.rolled_back_after_promotion, examples.in_doubt]
)
def test_after_a_rollback_the_area_is_stables_again_up_to_the_edge(make: type[Journal]) -> None:
    svg = drawn(make())
    assert max(areas(svg, STABLE), key=lambda area: area[1])[1] > max(areas(svg, CANARY), key=lambda area: area[1])[1]


def test_after_a_promotion_the_area_is_the_canarys_up_to_the_edge() -> None:
    svg = drawn(examples.promoted())
    assert max(end for _, end in areas(svg, CANARY)) > max(end for _, end in areas(svg, STABLE))


def test_each_gate_has_its_strip_with_limit_outcome_and_worst_value() -> None:
    found = words(drawn(examples.rolled_back_at_5_percent()))
    assert all(gate["name"] in found for gate in GATES)
    assert {"fails above 5 %", "fails above 60 s", "fails above 1.5 x", "fail", "worst 21.3 %"} <= set(found)


def test_each_verdict_has_its_label() -> None:
    found = words(drawn(examples.rolled_back_after_promotion()))
    assert {"promoted, 32 s", "rolled back: p99, 42 s"} <= set(found)
    assert "last sign of the engine, 17.9 s" in words(drawn(examples.engine_died()))


def test_the_first_bad_answer_is_marked_where_there_was_one() -> None:
    assert "first bad answer, 7.5 s" in words(drawn(examples.rolled_back_at_5_percent()))
    assert not [each for each in words(drawn(examples.aborted())) if "bad answer" in each]


@pytest.mark.parametrize("make", [examples.engine_died, examples.recovered, examples.unrestored])
def test_what_nobody_recorded_is_drawn_so_and_explained(make: type[Journal]) -> None:
    assert "not recorded" in words(drawn(make()))


@pytest.mark.parametrize("make", [examples.engine_died, examples.unrestored])
def test_what_holds_after_the_last_event_is_hatched_up_to_the_edge_when_the_router_did_not_confirm_it(
    make: type[Journal],
) -> None:
    svg = drawn(make())
    hatched = [rect for rect in svg.iter(f"{SVG}rect") if rect.get("fill") == "url(#unseen)"]
    ends = [float(rect.get("x", "0")) + float(rect.get("width", "0")) for rect in hatched]
    assert max(ends) == pytest.approx(max(end for _, end in areas(svg, STABLE)), abs=0.2)


def test_what_only_the_router_knows_stays_blank_and_the_legend_names_no_hatching() -> None:
    svg = drawn(examples.died_when_promoting())
    assert "not recorded" not in words(svg)
    assert not [rect for rect in svg.iter(f"{SVG}rect") if rect.get("fill") == "url(#unseen)"]


def test_an_engine_that_lives_leaves_what_comes_next_open() -> None:
    def edge(alive: bool) -> float:
        return max(end for _, end in areas(drawn(examples.engine_died(), alive=alive), STABLE))

    assert edge(alive=True) < edge(alive=False)


def test_a_day_of_keep_does_not_squeeze_the_steps() -> None:
    svg = drawn(examples.kept_for_a_day())
    assert "time since start; smaller scale after the promotion" in words(svg)
    assert len(list(svg.iter(f"{SVG}circle"))) < 1000
