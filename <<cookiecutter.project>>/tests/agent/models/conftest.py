"""A vendor's API on this machine, for each vendor."""

from collections.abc import Iterator

import pytest
from pydantic_ai.models import override_allow_model_requests

from tests.agent.models.vendor_server import Vendor, Wire, vendor_server
from tests.agent.models.wires.anthropic import Anthropic
from tests.agent.models.wires.google import Google
from tests.agent.models.wires.openai import OpenAI
from tests.agent.models.wires.openai_chat import OpenAIChat

WIRES: tuple[Wire, ...] = (Anthropic(), Google(), OpenAI(), OpenAIChat())


@pytest.fixture(params=WIRES, ids=lambda wire: wire.model.partition(":")[0])
def vendor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """The API of each, with a key in the environment. No request leaves this machine."""
    with vendor_server(request.param) as served, override_allow_model_requests(True):
        for name, value in request.param.environment(served.url).items():
            monkeypatch.setenv(name, value)
        yield served
