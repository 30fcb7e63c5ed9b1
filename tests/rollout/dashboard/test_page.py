"""What the page says, without a browser. `test_browser.py` looks at it in Chromium."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from rollout.dashboard import Board, page
from tests.rollout.dashboard.answers import FIRING, matrix, seen, series
from tests.rollout.dashboard.boards import AT, board, look
from tests.rollout.report import examples
from tests.rollout.report.journals import CANARY, STABLE, Journal

EXAMPLES = [
    examples.promoted, examples.rolled_back_at_5_percent, examples.rolled_back_after_promotion, examples.in_doubt,
    examples.never_ready, examples.failed_evals, examples.engine_died, examples.recovered,
    examples.died_when_promoting, examples.unrestored,
]  # fmt: skip


class Reader(HTMLParser):
    """The text that a reader sees, and each element with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._raw = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._raw = tag if tag in ("style", "script") else ""

    def handle_endtag(self, tag: str) -> None:
        self._raw = "" if tag == self._raw else self._raw

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.elements if found == tag]


def read(found: Board, every_seconds: float = 5.0) -> Reader:
    return Reader(page(found, every_seconds))


def well_formed(text: str) -> ElementTree.Element:
    """The page is XML, too, apart from its first line and what is in style and script."""
    text = re.sub(r"<(style|script)>.*?</\1>", "", text.split("\n", 1)[1], flags=re.DOTALL)
    return ElementTree.fromstring(text)  # noqa: S314  # our own


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
@pytest.mark.parametrize("running", [True, False])
def test_each_kind_of_rollout_at_each_event_has_a_well_formed_page(example: object, running: bool) -> None:
    events = example()  # type: ignore[operator]
    for count in range(1, len(events) + 1, 7):
        well_formed(page(board(events[:count], seen(), running=running), 5.0))
    well_formed(page(board(events, seen(), running=running), 0.0))


def test_a_running_rollout_shows_its_step_its_traffic_and_each_gate_with_stable_beside_it() -> None:
    events = [*examples.engine_died()]
    gate = events[-1]["gates"][0]
    gate.update(value=0.12, samples=60, stable=0.002, bad=7, total=60, stable_bad=2, stable_total=1140)
    gate.update(evidence=1.8, certainty=3.8, outcome="inconclusive", why="chance does that too")
    found = read(board(events, seen(), running=True))
    assert "my-agent@1.5.0 (green) replaces my-agent@1.4.2 (blue)" in found.text
    assert "Running at 25 %" in found.text
    assert "25 % of the users are on my-agent@1.5.0 (green), 75 % on my-agent@1.4.2 (blue)" in found.text
    assert "The router gives 25 % to the canary; its lease is renewed." in found.text
    assert "errors inconclusive 12 % (7 of 60) 5 % 1.8 of 3.8 0.2 % (2 of 1,140) chance does that too" in found.text
    assert [each["class"] for each in found.all("ol")] == ["steps"]
    current = [index for index, each in enumerate(found.all("li")) if each.get("aria-current") == "step"]
    assert current == [1]
    assert "step 2 of 3: 5 % -> 25 %" in found.text


def test_the_five_signals_have_both_releases_their_limit_and_words_instead_of_the_picture() -> None:
    found = read(board(examples.engine_died(), seen(), running=True))
    assert "Newest: canary p99 1 s, stable p99 0.5 s" in found.text
    assert "Alert above 30 s" in found.text
    assert "Errors Newest: canary share of requests 5 %, stable share of requests 5 %. Alert above 1 %" in found.text
    for title in ("Latency", "Traffic", "Errors", "Saturation", "Context window"):
        assert f"{title} over time. Newest: canary" in found.text
    assert found.text.count("limit ") >= 4


def test_alerts_are_named_with_what_they_say_and_those_that_are_over_too() -> None:
    found = read(board(examples.engine_died(), seen(None, FIRING), running=True))
    assert "LatencyHigh (my-agent@1.5.0) page 20 s more than 1 % of the requests take over 30 s" in found.text
    assert "docs/runbooks/LatencyHigh.md" in found.text
    over = read(board(examples.engine_died(), seen(), running=True))
    assert "No alert fires. Fired meanwhile, and no longer: LatencyHigh." in over.text


def test_a_lost_lease_and_a_router_without_a_canary_are_said() -> None:
    lost = [each for each in matrix() if each["metric"]["__name__"] != "agent_canary_leased"]
    lost.append(series("agent_canary_leased", "", 0))
    assert "the lease has ended: everybody is on stable" in read(board(examples.engine_died(), seen(lost))).text
    ended = [each for each in matrix() if each["metric"]["__name__"] != "agent_canary_weight_ratio"]
    ended.append(series("agent_canary_weight_ratio", "", 0))
    assert "The router has no canary now." in read(board(examples.engine_died(), seen(ended))).text


def test_the_verdict_is_in_words_and_the_page_is_not_loaded_again() -> None:
    found = read(board(examples.rolled_back_at_5_percent(), seen()), 0.0)
    status = [each for each in found.all("p") if each.get("role") == "status"]
    assert [each["class"] for each in status] == ["verdict bad"]
    assert "Rolled back at 5 % after" in found.text
    assert "The rollout is over: this page does not change any more." in found.text
    assert found.all("script") == []
    assert not any(each.get("http-equiv") == "refresh" for each in found.all("meta"))


def test_without_prometheus_the_rest_is_shown_and_it_is_said() -> None:
    never = read(board(examples.engine_died(), running=True, prometheus="http://p:9090 does not answer"))
    assert "Prometheus: http://p:9090 does not answer." in never.text
    assert "Running at 25 %" in never.text
    assert "Not known: http://p:9090 does not answer." in never.text
    later = read(board(examples.engine_died(), seen(), running=True, prometheus="no answer"))
    assert "Prometheus: no answer. It shows what was seen at 2025-11-24 16:00:40 UTC." in later.text
    assert "As at 2025-11-24 16:00:40 UTC: what fires now is not known." in later.text
    assert "The router was told to give 25 % to the canary at 2025-11-24 16:00:40 UTC; what it does now" in later.text
    assert "its lease is renewed" not in later.text


def test_a_host_that_does_not_answer_is_said_above_what_was_seen_before() -> None:
    found = read(board(examples.engine_died(), seen(), running=True).without_an_answer("ssh: timeout", AT + 9))
    assert "The host does not answer: ssh: timeout." in found.text
    assert "Running at 25 %" in found.text


def test_without_a_rollout_it_shows_the_releases_that_have_values() -> None:
    found = read(board([], seen(), rollout=None))
    assert "No rollout has started here. The page shows it as soon as one does." in found.text
    assert f"{CANARY} p99 1 s, {STABLE} p99 0.5 s" in found.text or f"{STABLE} p99 0.5 s" in found.text
    assert "No values of this time" not in found.text


def test_a_prometheus_without_values_and_a_journal_that_cant_be_read_are_said() -> None:
    found = read(board([], seen([]), rollout="r", journal="Permission denied"))
    assert "The journal can't be read: Permission denied." in found.text
    assert "Prometheus has no values of this time." in found.text


def test_an_unreadable_line_is_named() -> None:
    broken = board(examples.engine_died(), seen(), running=True)
    broken = broken.after(look(running=True).model_copy(update={"lines": ["}{"]}), AT)
    assert "An unreadable line: 2025-11-24-1.jsonl, line" in read(broken).text


def test_what_a_release_or_prometheus_says_is_text_and_never_markup() -> None:
    hostile = examples.HOSTILE
    journal = Journal(release=f"{hostile}-new", stable=hostile, by=hostile, rollout=hostile)
    journal.shift(1, 0.05).measure(3).decide("rolled_back", hostile, hostile).restore().end("rolled_back", hostile)
    firing = {**FIRING, "labels": {"alertname": hostile, "severity": hostile}, "annotations": {"summary": hostile}}
    found = [series(name, hostile, 1.0) for name in ("release:agent_requests:rate5m", "release:agent_queue:depth")]
    text = page(board(journal, seen(found, firing), host=hostile), 5.0)
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
    text.encode("utf-8")
    well_formed(text)


def test_the_page_needs_nothing_beside_it_and_allows_only_its_own_style_and_script() -> None:
    text = page(board(examples.promoted(), seen(), running=True), 5.0)
    found = Reader(text)
    attributes = [
        value for _, each in found.elements for name, value in each.items() if name in ("src", "href", "data")
    ]
    assert attributes == []
    assert "url(" not in text.replace("url(#", "")
    assert "@import" not in text
    policy = next(each["content"] for each in found.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not any("style" in each or any(name.startswith("on") for name in each) for _, each in found.elements)


def test_each_region_and_table_and_picture_has_a_name() -> None:
    found = read(board(examples.promoted(), seen(None, FIRING), running=True))
    ids = {each["id"] for _, each in found.elements if "id" in each}
    assert all(each["aria-labelledby"] in ids for each in found.all("section"))
    assert len(found.all("h1")) == 1
    assert len(found.all("caption")) == len(found.all("table")) == 2
    assert all(each.get("scope") in ("col", "row") for each in found.all("th"))
    root = well_formed(page(board(examples.promoted(), seen()), 5.0))
    pictures = root.findall(".//{http://www.w3.org/2000/svg}svg")
    assert len(pictures) == 7
    assert all(each.find("{http://www.w3.org/2000/svg}title") is not None for each in pictures)
    assert found.all("html")[0]["lang"] == "en"
