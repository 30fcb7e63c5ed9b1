"""Units of length, mass, volume, time, data and temperature."""

from dataclasses import dataclass

from pydantic_ai import ToolFailed

from agent.tools.arithmetic import as_text


@dataclass(frozen=True)
class Unit:
    """value * factor + offset is the value in the base unit of the kind."""

    kind: str
    factor: float
    offset: float = 0.0


UNITS = {
    "mm": Unit("length", 0.001),
    "cm": Unit("length", 0.01),
    "m": Unit("length", 1),
    "km": Unit("length", 1000),
    "inch": Unit("length", 0.0254),
    "foot": Unit("length", 0.3048),
    "mile": Unit("length", 1609.344),
    "g": Unit("mass", 0.001),
    "kg": Unit("mass", 1),
    "tonne": Unit("mass", 1000),
    "ounce": Unit("mass", 0.028349523125),
    "pound": Unit("mass", 0.45359237),
    "ml": Unit("volume", 0.001),
    "litre": Unit("volume", 1),
    "gallon": Unit("volume", 3.785411784),
    "second": Unit("time", 1),
    "minute": Unit("time", 60),
    "hour": Unit("time", 3600),
    "day": Unit("time", 86400),
    "week": Unit("time", 604800),
    "kb": Unit("data", 1e3),
    "mb": Unit("data", 1e6),
    "gb": Unit("data", 1e9),
    "kelvin": Unit("temperature", 1),
    "celsius": Unit("temperature", 1, 273.15),
    "fahrenheit": Unit("temperature", 5 / 9, 273.15 - 32 * 5 / 9),
}
ALIASES = {
    "metre": "m",
    "meter": "m",
    "kilometre": "km",
    "kilometer": "km",
    "centimetre": "cm",
    "centimeter": "cm",
    "inches": "inch",
    "feet": "foot",
    "gram": "g",
    "kilogram": "kg",
    "liter": "litre",
    "l": "litre",
}


async def convert(value: float, unit: str, to: str) -> str:
    """Convert a quantity from one unit to another of the same kind.

    Args:
        value: How much, in `unit`.
        unit: The unit it is in, for example "km", "pound", "celsius", "hour".
        to: The unit wanted.
    """
    source, target = _known(unit), _known(to)
    if UNITS[source].kind != UNITS[target].kind:
        raise ToolFailed(f"{source} is a unit of {UNITS[source].kind}, {target} of {UNITS[target].kind}")
    base = value * UNITS[source].factor + UNITS[source].offset
    return f"{as_text((base - UNITS[target].offset) / UNITS[target].factor)} {to.strip().lower()}"


def _known(name: str) -> str:
    name = name.strip().lower()
    for candidate in (name, name.removesuffix("s")):
        candidate = ALIASES.get(candidate, candidate)
        if candidate in UNITS:
            return candidate
    raise ToolFailed(f"{name!r} is not a known unit; known units: {', '.join(UNITS)}")
