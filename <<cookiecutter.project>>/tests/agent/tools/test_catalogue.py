"""The catalogue and its lookup."""

import asyncio
from typing import get_args

import pytest
from pydantic_ai import ToolFailed

from agent.tools.catalogue import PRODUCTS, Field, look_up


def test_a_product_is_found_however_it_is_written() -> None:
    assert asyncio.run(look_up(" Desk Lamp ", "price")) == "39.90 EUR"


def test_an_unknown_product_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ToolFailed, match="'gnome' is not in the catalogue; it has desk lamp, "):
        asyncio.run(look_up("gnome", "price"))


def test_each_product_has_every_field() -> None:
    assert {frozenset(product) for product in PRODUCTS.values()} == {frozenset(get_args(Field))}
