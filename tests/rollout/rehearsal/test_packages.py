from rollout.rehearsal.packages import Brew
from rollout.rehearsal.programs import PARTS, PROMETHEUS, PROMTOOL
from tests.rollout.rehearsal.worlds import FakeWorld


def test_brew_gets_each_package_once() -> None:
    world = FakeWorld("brew")
    Brew().bring([PROMETHEUS, PROMTOOL], world, [])
    assert world.downloads() == ["brew install prometheus"]


def test_a_failed_installation_reports_its_code_and_last_lines() -> None:
    troubles: list[str] = []
    world = FakeWorld("brew").fails("brew install", "Error: no\nspace\n\nleft\n", code=3)
    assert Brew().bring(PARTS, world, troubles) == {}
    assert troubles == ["brew failed with code 3: Error: no / space / left"]
