"""Unit conversion."""

import asyncio

import pytest
from pydantic_ai import ToolFailed

from agent.tools.units import UNITS, convert


@pytest.mark.parametrize(
    ("value", "unit", "to", "result"),
    [
        (1, "km", "m", "1000 m"),
        (1, "Mile", "Kilometres", "1.609344 kilometres"),
        (12, "inches", "foot", "1 foot"),
        (0, "celsius", "kelvin", "273.15 kelvin"),
        (-40, "fahrenheit", "celsius", "-40 celsius"),
        (90, "minutes", "hours", "1.5 hours"),
    ],
)
def test_a_quantity_is_converted(value: float, unit: str, to: str, result: str) -> None:
    assert asyncio.run(convert(value, unit, to)) == result


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_converts_to_itself_unchanged(unit: str) -> None:
    assert asyncio.run(convert(12.5, unit, unit)) == f"12.5 {unit}"


def test_an_unknown_unit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ToolFailed, match="'parsec' is not a known unit; known units: mm, cm, "):
        asyncio.run(convert(1, "parsec", "km"))


def test_units_of_different_kinds_do_not_convert() -> None:
    with pytest.raises(ToolFailed, match="km is a unit of length, kg of mass"):
        asyncio.run(convert(1, "km", "kg"))
