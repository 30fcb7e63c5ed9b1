"""A small product catalogue, catalogue.json."""

import json
from pathlib import Path
from typing import Literal

from pydantic_ai import ToolFailed

Field = Literal["price", "weight", "stock", "colour"]

PRODUCTS: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("catalogue.json").read_text(encoding="utf-8"))


async def look_up(product: str, field: Field) -> str:
    """Look up one thing about a product.

    Args:
        product: The product's name, for example "desk lamp".
        field: What to look up.
    """
    known = PRODUCTS.get(product.strip().lower())
    if known is None:
        raise ToolFailed(f"{product!r} is not in the catalogue; it has {', '.join(PRODUCTS)}")
    return known[field]
