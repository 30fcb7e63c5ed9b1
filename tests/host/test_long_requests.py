"""A running request survives what happens around it, and unneeded things are removed."""

import threading

import pytest
import requests

from rollout.onhost import names
from tests.asking import Answer, ask
from tests.host.images import Images, docker
from tests.host.service import Done, Service
from tests.host.traffic import served_by
from tests.pace import patience
from tests.waiting import wait_until

pytestmark = pytest.mark.docker


METRICS = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8000/metrics').read().decode())"


def keeping(images: Images, name: str) -> str:
    """A release that keeps conversations."""
    return images.release(name, dockerfile="ENV AGENT_CONVERSATIONS=conversations.db")


def metrics(container: str) -> str:
    """The metrics of a release, read directly: the router does not expose them."""
    return docker("exec", container, "python", "-c", METRICS)


def put_live(service: Service, release: str) -> Done:
    """All traffic at once."""
    why = ("--reason", "to have it", "--unverified", "a test")
    done = service.rollout("rollback", release, "--now", *why, "--policy", str(service.policy))
    assert done.code == 0, done.out + done.err
    assert served_by(service.url) == release
    return done


def test_a_long_request_outlives_two_changes_of_roles_and_the_end_of_its_release(
    serving: Service, images: Images
) -> None:
    latency = min(25 * patience(), 55)  # of two model requests, within the agent's deadline of 120 s
    slow, fast = images.release("slow", model=f"offline:latency={latency:.0f}s"), keeping(images, "fast")
    why = ("--reason", "to have a slow one", "--unverified", "a test")
    serving.rollout("rollback", slow, "--now", *why, "--policy", str(serving.policy))
    container = serving.stable()
    answers: list[Answer] = []
    asking = threading.Thread(target=lambda: answers.append(ask(serving.url, "What is 2 + 2?", timeout_seconds=150)))
    asking.start()
    wait_until(lambda: "agent_requests_in_flight 1.0" in metrics(container))
    put_live(serving, fast)
    assert not answers
    put_live(serving, keeping(images, "faster"))  # its slot is needed: it is stopped, and answers first
    asking.join()
    assert [(answer.status, answer.release) for answer in answers] == [(200, slow)]


def test_a_conversation_goes_on_with_the_next_release_and_only_releases_can_read_it(
    serving: Service, images: Images
) -> None:
    begun = requests.post(
        f"{serving.url}/agent/run", json={"task": "What is 2 + 2?", "conversation_id": "c"}, timeout=60
    )
    assert begun.status_code == 200, begun.text
    put_live(serving, keeping(images, "fast"))
    kept = requests.get(f"{serving.url}/agent/conversations/c", timeout=60)
    assert "What is 2 + 2?" in kept.text
    mode = docker("exec", serving.stable(), "stat", "--format", "%a %u", names.DATA)
    assert mode.split() == ["700", str(names.USER)]


def test_prune_removes_the_old_release_and_spares_the_images_of_stable_and_of_the_one_before(
    serving: Service, images: Images
) -> None:
    kept = [keeping(images, "faster"), keeping(images, "fast")]
    assert served_by(serving.url) == kept[1]
    done = serving.rollout("prune")
    assert done.code == 0, done.err
    assert f"removed {serving.project}-" in done.out
    here = docker("images", "--digests", "--format", "{{.Repository}}@{{.Digest}}").split()
    assert set(kept) <= set(here)
    assert images.release("slow", model="offline:latency=25s") not in here
    assert served_by(serving.url) == kept[1]
