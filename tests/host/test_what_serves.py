"""Nothing ends what serves: on real containers, each thing that once ended in 503 for everybody."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rollout.onhost.names import SLOTS
from tests.host.images import Images, docker
from tests.host.policy import quick
from tests.host.service import Service
from tests.host.traffic import Traffic, served_by
from tests.pace import patience
from tests.rollout.lines import Event, last_of
from tests.waiting import wait_until

pytestmark = pytest.mark.docker

AWAY = "3m"
"""How long a rollout of these tests waits for stable, at the policy's pace."""

REQUESTS_PER_SECOND = 8.0
"""Few: it is not the gates that are tried."""


@pytest.fixture(scope="module")
def own(images: Images, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A host for this file alone, with a first release."""
    made = Service(images.engine, tmp_path_factory.mktemp("own"))
    two_steps(made.policy)
    try:
        made.up()
        done = made.start(images.release("first"))
        assert done.code == 0, done.out + done.err
        yield made
    finally:
        made.down()


def two_steps(policy: Path) -> None:
    """So that a good release is promoted soon, with few requests."""
    text = re.sub(r"decide_within: \S+", f"decide_within: {AWAY}", policy.read_text())
    text = re.sub(r"  - \{weight: 5%.*\n", "", text).replace("weight: 25%", "weight: 50%")
    policy.write_text(text)


def slow(host: Service, folder: Path) -> Path:
    """Steps that last until the router has noticed that stable is paused, which takes two checks of 5 s at any pace."""
    text = re.sub(r"hold: [^,}]+", "hold: 8m", host.policy.read_text())
    path = folder / "slow.yaml"
    path.write_text(text.replace(f"decide_within: {AWAY}", "decide_within: 8m"))
    return path


@pytest.fixture
def host(own: Service) -> Iterator[Service]:
    """Each test finds stable up and nothing else under way."""
    yield own
    own.rollout("abort", "--reason", "the test is over")
    for slot in SLOTS:
        state = state_of(own, slot)
        if state in ("paused", "exited"):
            docker("unpause" if state == "paused" else "start", own.name(slot))
    stable = own.stable()
    answers(own, stable)
    wait_until(lambda: healthy(stable), 120 * patience(), lambda: f"{stable} is not healthy")
    wait_until(lambda: not running(own), 120 * patience(), lambda: "an engine still runs")


def state_of(host: Service, slot: str) -> str:
    """Docker's word, or nothing."""
    found = subprocess.run(
        ["docker", "inspect", "--format", "{{.State.Status}}", host.name(slot)], capture_output=True, text=True
    )
    return found.stdout.strip()


def healthy(container: str) -> bool:
    """By Docker's check, where the image has one."""
    state = "{{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}"
    return docker("inspect", "--format", state, container).strip() == "healthy"


def running(host: Service) -> bool:
    return json.loads(host.rollout("status", "--json").out)["running"] is not None


def answers(host: Service, container: str) -> None:
    """Wait until the router sends requests to this container."""
    wait_until(lambda: served_by(host.url) == release_of(container), 120 * patience(), lambda: container)


def release_of(container: str) -> str:
    return docker("inspect", "--format", '{{index .Config.Labels "agent-release.release"}}', container).strip()


def begin(host: Service, release: str, output: Path, policy: Path | None = None) -> "subprocess.Popen[bytes]":
    """`start --follow` in the background, until the canary has its first users."""
    before = newest(host)
    wait_until(lambda: healthy(host.stable()), 120 * patience(), lambda: "stable is not healthy")
    process = host.begin("start", release, "--follow", "--policy", str(policy or host.policy), output=output)
    wait_until(
        lambda: newest(host) != before and last_of(host.events(), "shifted") is not None,
        120 * patience(),
        lambda: output.read_text()[-2000:],
    )
    return process


def newest(host: Service) -> str:
    rollouts = json.loads(host.rollout("status", "--json").out)["rollouts"]
    return str(rollouts[-1]["rollout"]) if rollouts else ""


def refused(host: Service, *arguments: str) -> str:
    """What a command says that must touch nothing."""
    before = containers(host)
    done = host.rollout(*arguments)
    assert done.code == 2, done.out + done.err
    assert containers(host) == before
    return done.err


def containers(host: Service) -> list[str]:
    """Each with its state, but for the engine's, which ends by itself."""
    shown = docker("ps", "--all", "--format", "{{.ID}} {{.State}} {{.Names}}", "--filter", f"name=^{host.project}-")
    return [line for line in shown.splitlines() if not line.endswith(host.name("engine"))]


def ended(events: list[Event]) -> bool:
    return last_of(events, "ended") is not None


@pytest.mark.faults
@pytest.mark.parametrize("way", ["stop", "pause"])
def test_a_stable_that_goes_away_and_comes_back_costs_nothing_but_time(
    host: Service, images: Images, tmp_path: Path, way: str
) -> None:
    stable = host.stable()
    with Traffic(host.url, REQUESTS_PER_SECOND):
        begun = begin(host, images.release(f"held-{way}"), tmp_path / "output", slow(host, tmp_path))
        docker(way, stable)
        host.until(lambda events: last_of(events, "held") is not None)
        docker({"stop": "start", "pause": "unpause"}[way], stable)
        host.until(lambda events: len([each for each in events if each["event"] == "held"]) == 2)
        assert host.rollout("abort", "--reason", "seen enough").code == 0
        assert begun.wait(120 * patience()) == 1, (tmp_path / "output").read_text()[-2000:]
    answers(host, stable)


@pytest.mark.faults
@pytest.mark.parametrize("way", ["stop", "pause"])
def test_a_stable_that_stays_away_leaves_the_canary_serving_and_no_command_ends_it(
    host: Service, images: Images, tmp_path: Path, way: str
) -> None:
    stable, release = host.stable(), images.release(f"alone-{way}")
    canary = host.name("green" if stable.endswith("blue") else "blue")
    with Traffic(host.url, REQUESTS_PER_SECOND):
        begun = begin(host, release, tmp_path / "output", slow(host, tmp_path))
        docker(way, stable)
        code = begun.wait(240 * patience())
    said = (tmp_path / "output").read_text()
    assert code == 3, said[-2000:]
    assert "IN DOUBT" in said
    assert "all traffic is on" not in said
    assert served_by(host.url) == release
    message = f"{canary} ({release}) may not be stopped: it is the only release that answers; {stable} is "
    assert message in refused(host, "prune")
    refused(host, "start", images.release("another"), "--policy", str(host.policy))
    assert "it was rolled back" in refused(host, "rollback", "--reason", "why")
    assert served_by(host.url) == release
    assert "was never stable here" in refused(host, "rollback", release, "--now", "--reason", "it serves")
    why = ("--reason", "it serves", "--unverified", "it serves")
    done = host.rollout("rollback", release, "--now", *why, "--policy", str(host.policy))
    assert done.code == 0, done.out + done.err
    assert (served_by(host.url), host.stable()) == (release, canary)


def test_a_kept_release_that_was_stopped_is_no_way_back(host: Service, images: Images) -> None:
    kept, release = host.stable(), images.release("kept-stopped")
    old = release_of(kept)
    with Traffic(host.url, REQUESTS_PER_SECOND):
        done = host.start(release)
        assert done.code == 0, done.out + done.err
        docker("stop", kept)
        assert f"{kept} is exited (`docker start {kept}` starts it)" in refused(host, "rollback", "--reason", "why")
        assert served_by(host.url) == release
        wait_until(lambda: host.host().routing().up != list(SLOTS), 120 * patience(), lambda: "still up for the router")
        docker("start", kept)
        wait_until(lambda: host.host().routing().up == list(SLOTS), 120 * patience(), lambda: kept)
        done = host.rollout("rollback", "--reason", "it answers in French", "--policy", str(host.policy))
    assert done.code == 0, done.out + done.err
    assert served_by(host.url) == old


def test_prune_leaves_the_kept_release_that_answers_for_a_stable_that_was_stopped(
    host: Service, images: Images
) -> None:
    kept = host.stable()
    with Traffic(host.url, REQUESTS_PER_SECOND):
        done = host.start(images.release("then-stopped"))
    assert done.code == 0, done.out + done.err
    assert host.rollout("promote", "--reason", "no longer than this").code == 0
    wait_until(lambda: not running(host), 120 * patience(), lambda: "keep goes on")
    docker("stop", host.stable())
    answers(host, kept)
    assert f"{kept} " in refused(host, "prune")
    assert served_by(host.url) == release_of(kept)


def test_without_a_name_no_rollback_goes_to_a_release_that_was_taken_back(host: Service, images: Images) -> None:
    good, release = release_of(host.stable()), images.release("taken-back")
    with Traffic(host.url, REQUESTS_PER_SECOND):
        done = host.start_only(release, "--policy", str(host.policy))
        assert done.code == 0, done.out + done.err
        host.until(lambda events: last_of(events, "promoted") is not None, within_seconds=180)
        assert host.rollout("abort", "--reason", "it is bad").code == 0
        host.until(ended)
    assert f"{release} is running, but it was rolled back" in refused(host, "rollback", "--reason", "why")
    assert served_by(host.url) == good


def test_a_container_that_only_has_the_name_of_a_slot_is_left_alone(host: Service, images: Images) -> None:
    assert host.rollout("prune").code == 0
    name = host.name("green" if host.stable().endswith("blue") else "blue")
    docker("run", "--detach", "--name", name, "--entrypoint", "sleep", host.environment["ENGINE_IMAGE"], "infinity")
    try:
        message = refused(host, "start", images.release("another"), "--policy", str(host.policy))
        assert f"the container {name} is not one that rollouts of {host.project} made" in message
        assert f"foreign        {name}: " in host.rollout("status").out
        assert host.rollout("prune").code == 0
        assert docker("inspect", "--format", "{{.State.Status}}", name).strip() == "running"
    finally:
        docker("rm", "--force", name)


@pytest.mark.faults
def test_a_folder_that_can_not_be_written_is_not_called_a_router_that_is_gone(
    host: Service, images: Images, tmp_path: Path
) -> None:
    stable = host.stable()
    with Traffic(host.url, REQUESTS_PER_SECOND):
        begun = begin(host, images.release("unsaved"), tmp_path / "output")
        make_folder(host, "555")
        try:
            code = begun.wait(240 * patience())
        finally:
            make_folder(host, "2770")
    said = (tmp_path / "output").read_text()
    assert code == 3, said[-2000:]
    assert "the split could not be saved" in said
    assert "the router has not answered" not in said
    answers(host, stable)


def make_folder(host: Service, mode: str) -> None:
    """Give the folder of the split another mode."""
    mounted = f"{host.project}_router:/router"
    image = host.environment["ENGINE_IMAGE"]
    docker("run", "--rm", "--user", "0", "--volume", mounted, "--entrypoint", "chmod", image, mode, "/router")


@pytest.mark.faults
def test_an_image_without_a_health_check_is_followed_to_its_end(host: Service, images: Images) -> None:
    """The router's check decides, and not Docker's."""
    release = images.release("unchecked", dockerfile="HEALTHCHECK NONE")
    with Traffic(host.url, REQUESTS_PER_SECOND):
        done = host.start(release)
    assert done.code == 0, done.out + done.err
    assert served_by(host.url) == release
    assert f"{release}, running, no health check" in host.rollout("status").out


@pytest.mark.faults
def test_whoever_follows_ends_when_the_whole_host_is_removed(images: Images, tmp_path: Path) -> None:
    host = Service(images.engine, tmp_path)
    host.policy = quick(tmp_path, hold="30m")
    try:
        host.up()
        assert host.start(images.release("first")).code == 0
        with Traffic(host.url, REQUESTS_PER_SECOND):
            begun = begin(host, images.release("another"), tmp_path / "output")
        host.down()
        code = begun.wait(120 * patience())
    finally:
        host.down()
    said = (tmp_path / "output").read_text()
    assert code == 3, said[-2000:]
    assert re.search(r"the containers of \S+ were removed from the host|the engine of \S+ is gone", said), said[-2000:]
