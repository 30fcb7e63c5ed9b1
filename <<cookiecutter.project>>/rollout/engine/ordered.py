"""The way back that an order asks for. Pure."""

from rollout.gates.decide import GoBack
from rollout.journal.orders import GOES_BACK


def go_back(order: str, by: str, reason: str) -> GoBack | None:
    """None for an order to go on."""
    return GoBack(f"{GOES_BACK[order]} by {by}: {reason}") if order in GOES_BACK else None
