"""schemathesis asks a running service all that its OpenAPI document allows, and much that it does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from agent.api.problem_types import PREFIX
from agent.auth.tokens import Token, digest_of, new_secret, text_of
from tests.agent.conftest import Serve, Start

EXAMPLES = "20"
"""Of each operation in each phase; its phase `coverage` makes as many as the schemas have limits."""

# A valid request can be refused for what it means: a key that came with another task, a deadline that is too short.
NOT_CHECKED = "positive_data_acceptance"
RAW = (b"", b"{", b"null", b"[1]", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"task": "\\ud800"}', b"[" * 5_000, b"9" * 5_000)


def test_no_answer_is_undocumented_or_an_error_of_the_service(start: Start, tmp_path: Path) -> None:
    secret = new_secret()
    (tmp_path / "agent.tokens").write_text(text_of([Token("ann", digest_of(secret), None)]))
    service = start(
        AGENT_CONVERSATIONS="conversations.db",
        AGENT_TOKENS_FILE="agent.tokens",
        AGENT_REQUESTS_PER_MINUTE="1000000",
    )
    command = [sys.executable, "-m", "schemathesis.cli", "run", service.url() + "/openapi.json", "--checks=all"]
    command += [f"--exclude-checks={NOT_CHECKED}", f"--max-examples={EXAMPLES}", "--seed=1", "--request-timeout=60"]
    command += ["--header", f"Authorization: Bearer {secret}", "--generation-database=none", "--no-color"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tested: 10" in done.stdout


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: repr(raw[:20]))
@pytest.mark.parametrize("path", ["/agent/run", "/agent/stream", "/feedback"])
def test_a_body_that_is_no_object_is_refused(serve: Serve, path: str, raw: bytes) -> None:
    response = serve().post(path, content=raw, headers={"content-type": "application/json"})
    assert response.json()["type"] in {PREFIX + "invalid-request", PREFIX + "malformed-request"}
