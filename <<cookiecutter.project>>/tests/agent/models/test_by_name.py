"""Creating a model from its name."""

import pytest
from pydantic_ai.models.test import TestModel

from agent.errors import StartError
from agent.models.by_name import is_ready, make_model
from agent.models.offline.model import OfflineModel


def test_offline_models_are_ours() -> None:
    assert isinstance(make_model("offline"), OfflineModel)
    assert isinstance(make_model("offline:errors=0.2,latency=3s"), OfflineModel)


def test_all_other_names_are_pydantic_ais() -> None:
    assert isinstance(make_model("test"), TestModel)


@pytest.mark.parametrize("name", ["offlin", "nobody:knows-this", ""])
def test_an_unknown_name_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(StartError, match=rf"AGENT_MODEL={name} can't be used: (.|\n)*Use offline, which needs no key"):
        make_model(name)


def test_an_invalid_fault_names_the_setting_and_lists_the_faults() -> None:
    with pytest.raises(StartError, match=r"AGENT_MODEL=offline:hang=2: 'hang=2': should be a share(.|\n)*latency=80s"):
        make_model("offline:hang=2")


def test_a_model_that_cant_report_readiness_counts_as_ready() -> None:
    assert is_ready(TestModel())


def test_a_model_that_reports_it_is_not_ready_is_not_ready() -> None:
    assert is_ready(make_model("offline"))
    assert not is_ready(make_model("offline:unhealthy"))


@pytest.mark.parametrize("name", ["offlin", "offline:hang=2"])
def test_an_error_names_the_setting_that_the_model_comes_from(name: str) -> None:
    with pytest.raises(StartError, match=f"AGENT_FALLBACK_MODEL={name}"):
        make_model(name, "AGENT_FALLBACK_MODEL")
