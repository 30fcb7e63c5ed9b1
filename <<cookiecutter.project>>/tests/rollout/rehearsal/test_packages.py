import pytest

from rollout.rehearsal.packages import install
from tests.rollout.rehearsal.worlds import FakeWorld

BOTH = ["haproxy", "prometheus"]
APT = "apt-get install --yes --no-install-recommends haproxy prometheus"


def troubles(world: FakeWorld, *, yes: bool = False) -> list[str]:
    """What stood in the way; nothing was installed."""
    found: list[str] = []
    assert not install(BOTH, world, found, yes=yes)
    return found


def test_a_person_is_shown_the_exact_command_and_its_side_effect_before_it_runs() -> None:
    world = FakeWorld("apt-get", answers=True)
    assert install(BOTH, world, [], yes=False)
    (question,) = world.asked
    assert f"Install with: {APT} ?" in question
    assert "systemctl disable --now haproxy prometheus" in question
    assert world.ran == ["apt-get update", APT]


def test_no_means_no_and_nothing_is_run() -> None:
    world = FakeWorld("apt-get", answers=False)
    assert troubles(world) == ["apt-get: not used: you said no"]
    assert world.ran == []


def test_without_a_terminal_nothing_is_installed_and_the_way_to_agree_is_named() -> None:
    world = FakeWorld("apt-get", answers=None)
    assert troubles(world) == ["apt-get: not used: no terminal to ask at, and neither --yes nor the variable CI is set"]
    assert world.ran == []


@pytest.mark.parametrize(("yes", "environment"), [(True, {}), (False, {"CI": "true"})], ids=["--yes", "CI"])
def test_consent_given_before_is_not_asked_for_again(yes: bool, environment: dict[str, str]) -> None:
    world = FakeWorld("apt-get", environment=environment, answers=False)
    assert install(BOTH, world, [], yes=yes)
    assert world.asked == []
    assert world.installs() == [APT]
    assert world.said[-1] == f"Running: {APT}"


def test_an_empty_variable_ci_is_no_consent() -> None:
    assert troubles(FakeWorld("apt-get", environment={"CI": ""}))


def test_who_is_not_root_uses_sudo() -> None:
    world = FakeWorld("apt-get", "sudo", user="1000:1000")
    assert install(BOTH, world, [], yes=True)
    assert world.ran == ["/bin/sudo apt-get update", f"/bin/sudo {APT}"]


def test_without_root_and_without_sudo_nothing_is_asked() -> None:
    world = FakeWorld("apt-get", user="1000:1000", answers=True)
    assert troubles(world) == ["apt-get: it needs root, and there is no sudo"]
    assert world.asked == []


def test_brew_needs_no_root() -> None:
    world = FakeWorld("brew", "sudo", user="501:20")
    assert install(BOTH, world, [], yes=True)
    assert world.ran == ["brew install haproxy prometheus"]


def test_dnf_is_asked_for_prometheus_by_its_path_since_the_package_changed_its_name() -> None:
    world = FakeWorld("dnf")
    assert install(BOTH, world, [], yes=True)
    assert world.ran == ["dnf install --assumeyes haproxy /usr/bin/prometheus"]


def test_without_a_package_manager_those_we_know_are_named() -> None:
    assert troubles(FakeWorld(), yes=True) == ["package manager: none of apt-get, dnf, brew is on PATH"]


def test_a_failed_installation_tells_its_code_and_last_lines() -> None:
    world = FakeWorld("apt-get").fails("install", "1\n2\nE: no\nE: space\nE: left\n", code=100)
    assert troubles(world, yes=True) == [f"{APT} failed with code 100: E: no / E: space / E: left"]


def test_a_failed_refresh_does_not_stop_the_installation() -> None:
    world = FakeWorld("apt-get").fails("update", "E: one dead source", code=100)
    assert install(BOTH, world, [], yes=True)
