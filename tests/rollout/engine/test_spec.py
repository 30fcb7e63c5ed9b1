"""What an engine is started with."""

import json
from dataclasses import asdict

import pytest

from rollout.engine.spec import Spec
from rollout.errors import OtherVersion
from tests.rollout.fakes import SPEC


def test_a_spec_is_read_as_it_was_written() -> None:
    assert Spec.parse(SPEC.text()) == SPEC


@pytest.mark.parametrize("text", [json.dumps({**asdict(SPEC), "mirror": True}), '{"rollout": "r"}', "[]", "5", "", "{"])
def test_a_spec_that_an_engine_does_not_fully_know_is_refused(text: str) -> None:
    """Unlike an order or an event: what it leaves out may be what makes the rollout safe."""
    with pytest.raises(OtherVersion, match="the engine can't read its spec"):
        Spec.parse(text)
