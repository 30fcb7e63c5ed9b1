"""Which models have a known price."""

import pytest
from pydantic_ai.exceptions import UserError
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.test import TestModel

from agent.models import make_model
from agent.models.prices import has_known_price


class Named(TestModel):
    """A model with the names of a real one."""

    def __init__(self, name: str, system: str, url: str | None) -> None:
        super().__init__()
        self._name, self._own_system, self._own_url = name, system, url

    @property
    def model_name(self) -> str:
        return self._name

    @property
    def system(self) -> str:
        return self._own_system

    @property
    def base_url(self) -> str | None:
        if self._own_url == "none":
            raise UserError("no URL")
        return self._own_url


@pytest.mark.parametrize(
    ("name", "system", "url", "known"),
    [
        ("claude-sonnet-5", "anthropic", "https://api.anthropic.com", True),
        ("claude-sonnet-5", "anthropic", None, True),
        ("claude-sonnet-5", "anthropic", "none", True),
        ("gpt-5", "openai", "https://api.openai.com/v1/", True),
        ("gpt-5", "openai", "http://localhost:1234", True),
        ("of-tomorrow", "anthropic", "https://api.anthropic.com", False),
        ("llama", "nobody", "http://localhost:1234", False),
    ],
)
def test_a_price_is_known_if_the_table_has_it(name: str, system: str, url: str | None, known: bool) -> None:
    assert has_known_price(Named(name, system, url)) is known


def test_the_offline_model_tells_its_cost() -> None:
    assert has_known_price(make_model("offline:cost=2"))
    assert not has_known_price(FunctionModel(lambda _messages, _info: None))  # type: ignore[arg-type,return-value]
