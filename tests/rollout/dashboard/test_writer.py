"""The page is written again until the rollout has ended, whatever does not answer meanwhile."""

from pathlib import Path

import pytest

from rollout.dashboard import Writer
from rollout.errors import HostFailed, UnknownRollout
from rollout.onhost.look import Look
from tests.rollout.dashboard.answers import seen
from tests.rollout.dashboard.boards import look
from tests.rollout.fakes import FakeClock
from tests.rollout.report.examples import promoted

EVENTS = promoted()


class Host:
    """Each look shows ten more events; it does not answer while `lost`."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self.shown, self.lost, self.asked = clock, 0, False, list[tuple[str | None, int]]()

    def __call__(self, rollout: str | None, first: int) -> Look:
        self.asked.append((rollout, first))
        if self.lost:
            raise HostFailed("ssh: connection refused")
        self.shown += 10
        return look(EVENTS[first : self.shown], seen(), running=self.shown < len(EVENTS))


@pytest.fixture
def host() -> Host:
    return Host(FakeClock())


def writer(host: Host, folder: Path) -> Writer:
    return Writer(host, folder / "page.html", clock=host.clock.time, sleep=host.clock.sleep)


def test_it_is_written_every_five_seconds_until_the_end_and_asks_for_new_lines_only(host: Host, tmp_path: Path) -> None:
    found = writer(host, tmp_path)
    assert not found.update()
    assert 'data-every="5"' in found.path.read_text(encoding="utf-8")
    found.follow()
    assert [first for _, first in host.asked] == [*range(0, len(EVENTS), 10)]
    assert {rollout for rollout, _ in host.asked[1:]} == {"2025-11-24-1"}
    assert host.clock.passed == 5.0 * (len(host.asked) - 1)
    text = found.path.read_text(encoding="utf-8")
    assert "data-every" not in text
    assert "Promoted after" in text
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_host_that_is_lost_for_a_while_is_said_and_then_seen_again(host: Host, tmp_path: Path) -> None:
    found = writer(host, tmp_path)
    found.update()
    host.clock.at(7, lambda: setattr(host, "lost", True))
    host.clock.at(500, lambda: setattr(host, "lost", False))
    said = []
    host.clock.at(100, lambda: said.append(found.path.read_text(encoding="utf-8")))
    found.follow()
    assert "The host does not answer: ssh: connection refused." in said[0]
    assert "Running at " in said[0]
    assert found.board.story.ended


def test_a_host_that_is_lost_for_ten_minutes_ends_it(host: Host, tmp_path: Path) -> None:
    found = writer(host, tmp_path)
    found.update()
    host.lost = True
    with pytest.raises(HostFailed):
        found.follow()
    assert 600 <= host.clock.passed <= 610


def test_a_host_that_never_answered_is_an_error_at_once(host: Host, tmp_path: Path) -> None:
    host.lost = True
    with pytest.raises(HostFailed):
        writer(host, tmp_path).update()


def test_a_rollout_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    def unknown(rollout: str | None, first: int) -> Look:
        raise UnknownRollout(f"there is no rollout {rollout} after {first}")

    with pytest.raises(UnknownRollout):
        Writer(unknown, tmp_path / "page.html", rollout="typo").update()
    assert not list(tmp_path.iterdir())


def test_who_knows_better_says_that_it_is_over(host: Host, tmp_path: Path) -> None:
    found = writer(host, tmp_path)
    assert found.update(over=True)
    assert "data-every" not in found.path.read_text(encoding="utf-8")
