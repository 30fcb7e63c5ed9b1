from collections.abc import Iterator
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


def test_a_band_shows_what_is_above_the_limit_by_chance_where_counts_say_how_wide_it_is() -> None:
    journal = examples.promoted()
    plain = len(list(drawn(journal).iter(f"{SVG}path")))
    for event in journal:
        for gate in event.get("gates", []):
            if gate["gate"] == "errors":
                gate.update(total=60 * event["time"] % 100 + 50, certainty=4)
    bands = [path for path in drawn(journal).iter(f"{SVG}path") if path.get("fill-opacity") == "0.2"]
    assert len(bands) == 1
    assert len(list(drawn(journal).iter(f"{SVG}path"))) == plain + 1


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
