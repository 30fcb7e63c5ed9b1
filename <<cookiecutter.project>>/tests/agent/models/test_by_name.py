"""From a name to a model."""

import pytest
from pydantic_ai.models.test import TestModel

from agent.errors import StartError
from agent.models.by_name import is_ready, make_model
from agent.models.offline.model import OfflineModel


def test_offline_names_are_ours() -> None:
    assert isinstance(make_model("offline"), OfflineModel)
    assert isinstance(make_model("offline:errors=0.2,latency=3s"), OfflineModel)


def test_any_other_name_is_pydantic_ai_s() -> None:
    assert isinstance(make_model("test"), TestModel)


@pytest.mark.parametrize("name", ["offlin", "nobody:knows-this", ""])
def test_a_name_that_nobody_knows_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(StartError, match=rf"AGENT_MODEL={name} can't be used: (.|\n)*Use offline, which needs no key"):
        make_model(name)


def test_a_wrong_fault_names_the_setting_and_lists_the_faults() -> None:
    with pytest.raises(StartError, match=r"AGENT_MODEL=offline:hang=2: 'hang=2': should be a share(.|\n)*latency=80s"):
        make_model("offline:hang=2")


def test_a_model_that_can_t_tell_is_taken_to_be_ready() -> None:
    assert is_ready(TestModel())


def test_a_model_that_says_it_is_not_ready_is_believed() -> None:
    assert is_ready(make_model("offline"))
    assert not is_ready(make_model("offline:unhealthy"))
