"""The number that Prometheus says to an expression, for a command on another machine."""

import json

import pytest

from rollout.onhost.command import main
from rollout.rehearsal.process import free_port


def test_why_there_is_no_number_is_part_of_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert main(["measure", "sum(up)", "--prometheus", url]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["value"], found["code"]) == (None, "unreachable")
    assert url in found["message"]
