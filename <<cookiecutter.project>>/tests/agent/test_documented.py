"""The lines of docs/reference/service.md that call the service do what the page says."""

import re

import pytest

from tests.agent.conftest import Start
from tests.curl import typed
from tests.pages import text

LINES = re.findall(r"^curl .+$", text("reference/service.md"), re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_a_curl_line_is_answered(start: Start, line: str) -> None:
    called = typed(line, start().url())
    called.check_returncode()
    assert '"answer"' in called.stdout
    assert "36" in called.stdout


def test_there_is_one_for_a_run_and_one_for_a_stream() -> None:
    assert [path in line for path, line in zip(("/agent/run", "/agent/stream"), LINES, strict=True)] == [True, True]
