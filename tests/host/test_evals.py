"""A release solves its evals on a real host: the engine is on no release's network, and needs a token like anybody."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.host.images import Images
from tests.host.service import Service
from tests.host.traffic import served_by
from tests.repository import REPOSITORY

pytestmark = pytest.mark.docker

EVALS = """
evals:
  floor: 100%
  within: 10m
  cases:
    - {id: sum, task: "What is 17 + 25?", contains: "42", max_tool_calls: 3}
"""


@pytest.fixture
def policy(serving: Service, tmp_path: Path) -> str:
    path = tmp_path / "rollout.yaml"
    path.write_text(serving.policy.read_text() + EVALS)
    return str(path)


def token_of(folder: Path) -> tuple[str, str]:
    """A new token, and the text of the file with its hash."""
    command = [sys.executable, "-m", "agent.auth", "--file", str(folder / "agent.tokens"), "new", "engine"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return done.stdout, (folder / "agent.tokens").read_text()


def test_a_wrong_answer_ends_the_rollout_before_anybody_is_on_the_release(
    serving: Service, images: Images, policy: str
) -> None:
    before = served_by(serving.url)
    done = serving.rollout(
        "start", images.release("loops", model="offline:tool_calls=7"), "--follow", "--policy", policy
    )
    assert done.code == 1, done.out + done.err
    events = serving.events()
    assert [each["event"] for each in events][:4] == ["started", "ready", "evaluated", "verdict"]
    assert events[3]["reason"].endswith("; sum: 7 tool calls, and at most 3 are allowed")
    assert served_by(serving.url) == before


def test_a_release_that_needs_tokens_is_evaluated_with_the_engines_own(
    serving: Service, images: Images, policy: str, tmp_path: Path
) -> None:
    release = images.release("closed", dockerfile="ENV AGENT_AUTH=auto")
    token, hashes = token_of(tmp_path)
    assert serving.rollout("secret", "AGENT_TOKENS", stdin=hashes).code == 0
    done = serving.rollout("start", release, "--follow", "--policy", policy)
    assert done.code == 1, done.out + done.err
    assert "sum: HTTP 401: give the engine a token" in serving.events()[3]["reason"]

    assert serving.rollout("secret", "EVALS_TOKEN", "--for", "engine", stdin=token).code == 0
    again = images.release("closed-again", dockerfile="ENV AGENT_AUTH=auto")
    with serving.begin("start", again, "--policy", policy, output=tmp_path / "output"):
        events = serving.until(
            lambda found: (
                found[0]["release"] == again and any(each["event"] in ("shifted", "verdict") for each in found)
            )
        )
        assert [each["event"] for each in events][1:4] == ["ready", "evaluated", "shifted"], events
        assert events[2]["score"] == 1
        assert serving.rollout("abort", "--reason", "enough seen").code == 0
    serving.until(lambda found: found[-1]["event"] == "ended")
    assert token.strip() not in serving.ask("cat /var/lib/rollout/journals/*.jsonl")
