"""What a router is started with: its configuration, and the folder that holds its split and whom it trusts."""

from pathlib import Path

from rollout import durable
from rollout.router.haproxy import write_map
from rollout.router.split import everybody_on

CONFIG = Path(__file__).with_name("haproxy.cfg")


def prepare_folder(folder: Path, trusted: str) -> None:
    """Fill the folder where it lacks something: what is there belongs to rollouts and to people. `trusted` are the
    addresses and networks, one a line, that may name a user in x-user-id."""
    for name, content in (("split.map", write_map(everybody_on("blue").entries())), ("trusted.lst", trusted)):
        if not (folder / name).exists():
            durable.replace(folder / name, content)
